"""Settings of the last plan's steps that a follow-up changes: "at most 50 words", "into German instead"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import InvalidPlan
from ...plan import Plan, Step
from ...tasks import CATALOGUE
from ..clauses import Asides, Clause
from ..settings import length
from ..words import NUMBERS, TARGETS
from . import words as words

_UNITS: tuple[tuple[str, str], ...] = (
    ("max_new_tokens", r"words?|tokens?|个?字|个?词"),
    ("groups", r"themes?|clusters?|groups?|topics?|.*(?:主题|[类组簇])"),
    ("most", r"frames?|stills|.*(?:画面|帧)"),
    ("seconds", r"seconds?|秒"),
    ("top_k", r"guesses|candidates|.*候选"),
)
_LENGTHS: tuple[tuple[re.Pattern[str], float], ...] = ((words.LONGER, 2.0), (words.SHORTER, 0.5))


@dataclass(frozen=True)
class Change:
    """A parameter of a step, with its new value."""

    step: str
    name: str
    value: Any


def changes_in(text: str, plan: Plan) -> tuple[tuple[Change, ...], str]:
    """The changes that a text asks of the plan's settings, and the text without them. Values are in range."""
    found: list[Change] = []
    for pattern, read in (
        (words.INTO, _into),
        (words.AMOUNT, _amount),
        (words.SETTING, _named),
        *((p, _times(factor)) for p, factor in _LENGTHS),
    ):
        while match := pattern.search(text):
            changes = list(read(match, text, plan))
            if not changes:
                break
            found += changes
            text = f"{text[: match.start()]} , {text[match.end() :]}"
    return tuple(found), text


def _with(plan: Plan, name: str) -> list[Step]:
    return [s for s in plan.steps if s.task in CATALOGUE and name in CATALOGUE[s.task].by_name]


def _checked(plan: Plan, name: str, value: float | str) -> Iterator[Change]:
    """The change for each step that has such a setting, where the value is in range."""
    for step in _with(plan, name):
        parameter = CATALOGUE[step.task].by_name[name]
        try:
            typed = parameter.type(value)
            parameter.checked(typed, step=step.id)
        except (InvalidPlan, ValueError, TypeError):
            continue
        yield Change(step.id, name, typed)


def _into(match: re.Match[str], text: str, plan: Plan) -> Iterator[Change]:
    """Another language to translate into, where the words say that it is another."""
    if match["en"] and not words.RATHER.search(text):
        return
    said = (match["en"] or match["zh"]).lower()
    code = next(c for c, names in TARGETS.items() if said in names.lower().split("|"))
    for step in (s for s in plan.steps if s.task == "translation"):
        yield Change(step.id, "target", code)


def _amount(match: re.Match[str], _: str, plan: Plan) -> Iterator[Change]:
    unit = match["unit"].lower()
    name = next(n for n, pattern in _UNITS if re.fullmatch(pattern, unit))
    number = int(match["n"]) if match["n"].isdecimal() else NUMBERS.get(match["n"].lower(), 0)
    if name == "max_new_tokens":
        unit = unit.removeprefix("个")
        value = length(Clause(f"{number} {unit}", Asides())).get(name, 0)
        yield from _checked(plan, name, value)
    else:
        yield from _checked(plan, name, number)


def _named(match: re.Match[str], _: str, plan: Plan) -> Iterator[Change]:
    """A setting by its own name, its words apart or joined: "max new tokens 40", "threshold = 0.8"."""
    spoken = match["name"].strip().lower().split()
    for start in range(len(spoken)):
        name = "_".join(spoken[start:])
        if changes := list(_checked(plan, name, float(match["value"]))):
            yield from changes
            return


def _times(factor: float) -> Any:
    def read(_: re.Match[str], __: str, plan: Plan) -> Iterator[Change]:
        for step in _with(plan, "max_new_tokens"):
            parameter = CATALOGUE[step.task].by_name["max_new_tokens"]
            now = step.parameters.get("max_new_tokens", parameter.default)
            value = max(1, min(int(now * factor), int(parameter.high or now * factor)))
            yield Change(step.id, "max_new_tokens", value)

    return read
