"""What the steps of a run worked on, as far as it can be shown: pictures, sounds, questions, names of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..answer.read import subject_rows, table_of
from ..kinds import MEDIA, Kind
from ..plan import Column, Constant, Reference, Step, StepOutput, Variable
from ..results import Results, StepResult

ASKING = ("question", "query", "text")  # slots that ask something of the first one


@dataclass(frozen=True)
class Subjects:
    """What steps read.

    Args:
        inputs: single values by name, where they are known.
    """

    results: Results
    inputs: Mapping[str, Any]

    def one(self, step: Step) -> Any:
        """The single value that a step worked on; None where it is not known."""
        return self._value(next(iter(step.inputs.values()), None))

    def _value(self, reference: Reference | None) -> Any:
        match reference:
            case Variable(variable=name):
                return self.inputs.get(name)
            case Constant(constant=value):
                return value
            case StepOutput(step=name) if name in self.results.steps and self.results[name].frame is None:
                return self.results[name].value
        return None

    def kind(self, step: Step) -> Kind | None:
        """The kind of what a step worked on."""
        reference = next(iter(step.inputs.values()), None)
        if isinstance(reference, StepOutput):
            return self.results[reference.step].kind if reference.step in self.results.steps else None
        if isinstance(reference, Variable):
            schema = self.results.plan.input(reference.variable)
            return schema.kind if schema else None
        if isinstance(reference, Column):
            schema = self.results.plan.input(reference.of)
            column = schema.column(reference.column) if schema else None
            return column.kind if column else None
        return None

    def column_name(self, step: Step) -> str | None:
        """The column of pictures, sounds or videos that a step worked on."""
        reference = next(iter(step.inputs.values()), None)
        return reference.column if isinstance(reference, Column) and self.kind(step) in MEDIA else None

    def media(self, step: Step) -> tuple[Kind, list[Any]] | None:
        """The kind and values of a column of media; the run opened the paths in it already, or rejected the row."""
        kind, rows = self.kind(step), subject_rows(self.results, step)
        if kind not in MEDIA or kind is None or rows is None:
            return None
        return kind, [Path(v) if isinstance(v, str) else v for v in rows]

    @cached_property
    def opened(self) -> frozenset[str]:
        """Paths in the columns of media that steps have worked on."""
        found = (self.media(r.step) for r in self.results.values() if self.column_name(r.step))
        return frozenset(str(v) for pair in found if pair for v in pair[1] if isinstance(v, Path))

    def asked(self, step: Step) -> str:
        """The one question that a step was to answer."""
        value = next((self._value(r) for slot, r in _asking(step).items()), None)
        return value if isinstance(value, str) else ""

    def asked_rows(self, step: Step) -> Sequence[Any]:
        """The question of each row, where each has its own."""
        for reference in _asking(step).values():
            if isinstance(reference, StepOutput) and reference.step in self.results.steps:
                given = self.results[reference.step]
                return list(given.value) if given.frame is not None else ()
            table = table_of(self.results.frames.get(reference.of)) if isinstance(reference, Column) else None
            if table is not None and isinstance(reference, Column) and reference.column in table.columns:
                return list(table[reference.column].to_list())
        return ()

    def groups(self, result: StepResult) -> tuple[list[str | None], str]:
        """What another step called each row of the same frame: the clusters made of it, else the first labels."""
        labelled = [r for r in self.results.values() if r.kind is Kind.LABELS and not r.step.map]
        others = [r for r in labelled if r.frame == result.frame]
        made_of = [r for r in others if StepOutput(step=result.step.id) in r.step.inputs.values()]
        for other in [*made_of, *others][:1]:
            return [v[0].label if v else None for v in other.value], other.step.output
        return [], ""


def flattened(values: Sequence[Any], subjects: Sequence[Any] | None) -> tuple[list[Any], list[Any] | None]:
    """Values one by one where rows hold lists, such as the pieces of a picture, each with what it was made from."""
    if not any(isinstance(value, list) for value in values):
        return list(values), list(subjects) if subjects is not None else None
    found: list[tuple[Any, Any]] = []
    for row, value in enumerate(values):
        subject = subjects[row] if subjects is not None and row < len(subjects) else None
        parts = value if isinstance(value, list) else [value]
        of = subject if isinstance(subject, list) and len(subject) == len(parts) else [None] * len(parts)
        found += zip(parts, of, strict=True)
    known = any(subject is not None for _, subject in found)
    return [value for value, _ in found], [subject for _, subject in found] if known else None


def _asking(step: Step) -> dict[str, Reference]:
    """The slots of a step that ask something, with what they read; the first one asks only where that is its name."""
    slots = enumerate(step.inputs.items())
    return {slot: reference for place, (slot, reference) in slots if slot in (ASKING if place else ASKING[:1])}
