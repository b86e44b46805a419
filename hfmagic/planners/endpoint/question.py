"""One question about one field of one step that cannot be used: what should stand there? Not the whole plan again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import clip
from .fields import Broken, near
from .offer import Offer
from .shown import quoted
from .wire import NONE, closed, fields_of, one_of

_MOST_CHOICES = 20
_LINE = 240  # characters


def question(error: Broken, steps: Sequence[Any], offer: Offer) -> tuple[str, dict[str, Any]]:
    """The words of the question, and the schema of its answer: the field alone."""
    number, field = error.place
    task = _task(steps[number - 1], offer)
    if error.choices:
        choices = list(dict.fromkeys((*error.choices[:_MOST_CHOICES], NONE)))
        schema = one_of(choices)
    else:
        schema = fields_of(task, offer).get(field, {"type": "string"}) if task else {"type": "string"}
    asked = f'What should "{field}" of step {number} be? Answer with one JSON object.'
    return f"That cannot be used: {quoted(clip(error.line, _LINE))}. {asked}", closed({field: schema})


def answered(error: Broken, steps: Sequence[Any], answer: Mapping[str, Any]) -> list[Any]:
    """The steps with the field as it was answered; a step that is to read nothing is none.

    Raises: the error, where the answer is about anything else, such as the whole plan again.
    """
    number, field = error.place
    if field not in answer:
        raise error
    value = answer[field]
    step = dict(steps[number - 1])
    patched = {"for": step.get("for"), "task": NONE} if value == NONE else {**step, field: value}
    return [*steps[: number - 1], patched, *steps[number:]]


def _task(step: Mapping[str, Any], offer: Offer) -> str:
    said = step.get("task")
    return (near(said, offer.tasks) or "") if isinstance(said, str) else ""
