"""The rows that a step runs over."""

from __future__ import annotations

from ..kinds import Kind
from ..plan import Column, Reference, Step, StepOutput
from .conditions import condition
from .draft import Draft


def write_where(draft: Draft, step: Step) -> None:
    """`rows`, true for those that the step runs over."""
    found = []
    for predicate in step.where:
        labels, dtype = _known(draft, predicate.of)
        found.append(condition(predicate, draft.column(predicate.of), labels=labels, dtype=dtype))
        if "pd." in found[-1]:
            draft.add_import("import pandas as pd")
    code = " & ".join(f"({code})" for code in found) if len(found) > 1 else "".join(found)
    if code and code != draft.rows:
        draft.rows = code
        draft.write(code, "rows = ")


def _known(draft: Draft, reference: Reference) -> tuple[tuple[str, ...], str]:
    """The labels that a column can hold, and its dtype, as far as they are known."""
    match reference:
        case StepOutput(step=name):
            step = draft.scope.steps[name]
            labels = draft.scope.added(step, draft.scope.rows_of(step) or "")[0].labels
            if not labels and step.model and draft.scope.spec(step).gives is Kind.LABELS:
                labels = draft.facts(step.model).labels
            return labels, "str" if draft.scope.spec(step).gives in (Kind.LABELS, Kind.TEXT) else ""
        case Column(column=name, of=frame):
            column = draft.scope.column(name, frame)
            return column.labels, column.dtype
    return (), ""
