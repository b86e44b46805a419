"""What the words of a request say for a step: whether they are its words, and whether they ask for its task."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...kinds import InputSchema, Kind
from ...tasks import CATALOGUE
from ..cues import cues_in
from ..makers import MAKERS
from ..mentions import Words, is_han
from ..outline import outline
from ..tasks_of.ranking import tasks_of

_SPACE = re.compile(r"\s+")


def said_in(text: str, request: str) -> bool:
    """True for words of the request: as they stand there, or each of them somewhere in it."""
    low, whole = (_SPACE.sub(" ", t).strip().casefold() for t in (text, request))
    if not low or low in whole:
        return bool(low)
    return not is_han(text) and set(Words(text).tokens) <= set(Words(request).tokens)


def checked(
    steps: Sequence[Any], request: str, inputs: Sequence[InputSchema]
) -> tuple[list[Any], list[tuple[str, tuple[str, ...]]]]:
    """The steps for which the request has words, the others made none; and what is to be told of those.

    A step has words where its task is among the likeliest by its own, or by those of the whole request; those of rows
    need none, nor do those that others take for granted.
    """
    kept: list[Any] = []
    told: list[tuple[str, tuple[str, ...]]] = []
    asked = tasks_asked(request, inputs) | {*tasks_outlined(request, inputs)}
    for number, step in enumerate(steps, 1):
        task = step.get("task") if isinstance(step, Mapping) else None
        words = step.get("for") if isinstance(step, Mapping) else None
        if not isinstance(task, str) or task not in CATALOGUE or CATALOGUE[task].is_operation or task in asked:
            kept.append(step)
            continue
        own = words if isinstance(words, str) and said_in(words, request) else ""
        if task in _MEANS or (own and task in tasks_asked(own, inputs, most=3)):
            kept.append(step)
            continue
        kept.append({"task": "none"})
        told.append(("unasked", (str(number), task)))
    return kept, told


_MEANS = frozenset({"automatic-speech-recognition", "image-to-text", "feature-extraction"})
"""Tasks of steps that others take for granted."""


def tasks_outlined(request: str, inputs: Sequence[InputSchema]) -> tuple[str, ...]:
    """The tasks that the rules make out in a request over single values; none of one over frames."""
    return () if any(i.kind is Kind.TABLE for i in inputs) else outline(request, tuple(inputs)).tasks


def tasks_asked(text: str, inputs: Sequence[InputSchema], *, most: int = 8) -> frozenset[str]:
    """The tasks that words ask for: what cues mean, and the likeliest by the words of the tasks' cards."""
    cued = {MAKERS[cue.intent].task for cue in cues_in(text) if cue.intent in MAKERS}
    return frozenset(cued | {likely.task for likely in tasks_of(text, inputs)[:most]})
