"""What another model or parameter changed: rows of a step before and after. A pure function of two results."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .answer.read import subject_rows
from .conversions import convert
from .errors import HFMagicError
from .kinds import Kind, Label
from .results import Results, StepResult

MOST_EXAMPLES = 10
_COMPARED = frozenset({Kind.TEXT, Kind.LABELS, Kind.NUMBER})
CLOSE = 1e-3  # of a number, such as a similarity: less is another batch's rounding, not another answer


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row (from 0), what the step worked on, and what it gave before and after, all as text."""

    row: int
    subject: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """Of the `total` rows that a step gave something for, before or after, `changed` differ.

    `examples` are the first MOST_EXAMPLES of them.
    """

    step_id: str
    output: str
    changed: int
    total: int
    examples: tuple[ChangedRow, ...] = ()

    @property
    def line(self) -> str:
        """In words: "312 of 2,314 rows changed in sentiment"."""
        return f"{self.changed:,} of {self.total:,} {'row' if self.total == 1 else 'rows'} changed in {self.output}"


def changes(before: Results, after: Results) -> tuple[Change, ...]:
    """One for each step that ran anew and whose outputs can be compared row by row, in the order of the plan."""
    return tuple(_changes(before, after))


def _changes(before: Results, after: Results) -> Iterator[Change]:
    for step in after.plan.steps:
        old, new = before.steps.get(step.id), after.steps.get(step.id)
        if old is None or new is None or old is new or new.kind not in _COMPARED or old.kind is not new.kind:
            continue
        if step.id in before.streamed or step.id in after.streamed:  # no more than their first rows are here
            continue
        was, now = _rows(old), _rows(new)
        if len(was) != len(now):
            continue
        differ = [i for i, pair in enumerate(zip(was, now, strict=True)) if not _alike(*pair)]
        subjects = subject_rows(after, step) or []
        examples = tuple(
            ChangedRow(i, _text(subjects[i], None) if i < len(subjects) else "", _text(was[i], old), _text(now[i], new))
            for i in differ[:MOST_EXAMPLES]
        )
        total = sum(one is not None or other is not None for one, other in zip(was, now, strict=True))
        yield Change(step.id, step.output, len(differ), total, examples)


def _rows(result: StepResult) -> list[Any]:
    return list(result.value) if result.frame is not None else [result.value]


def _alike(one: Any, other: Any) -> bool:
    """True for the same answer: the same best label whatever its score, the same text, a number as close as CLOSE."""
    if _is_labels(one) and _is_labels(other):
        return bool(one[0].label == other[0].label)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def _is_labels(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Label)


def _text(value: Any, result: StepResult | None) -> str:
    """A value as a person reads it; of something that is no text, such as a picture, nothing."""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return f"{value:.3g}" if isinstance(value, float) else str(value)
    if result is None:
        return ""
    if result.step.map and isinstance(value, list):
        return ", ".join(_text(v, result) if not _is_labels(v) else v[0].label for v in value)
    try:
        return str(convert(value, result.kind, Kind.TEXT) or "")
    except HFMagicError:
        return ""
