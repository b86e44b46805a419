"""What an answer and the views read from results: tables, what a step worked on, the values that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..plan import Column, Frame, Step, StepOutput
from ..results import Results, StepResult

if TYPE_CHECKING:
    import narwhals as nw


def table_of(value: Any) -> nw.DataFrame[Any] | None:
    """A table of any supported library, through narwhals; None when the value is none."""
    import narwhals as nw

    frame = nw.from_native(value, eager_only=True, pass_through=True)
    return frame if isinstance(frame, nw.DataFrame) else None


def subject_rows(results: Results, step: Step) -> list[Any] | None:
    """What a step worked on, row for row, where that can be found in the results."""
    reference = next(iter(step.inputs.values()), None)
    if isinstance(reference, StepOutput) and reference.step in results.steps:
        given = results.steps[reference.step]
        return list(given.value) if given.frame is not None else None
    if isinstance(reference, Column):
        table = table_of(results.frames.get(reference.of))
        if table is not None and reference.column in table.columns:
            return table[reference.column].to_list()
    return None


def root_input(results: Results, frame: str | None) -> str | None:
    """The input that a frame comes from: itself, or what the steps that made it began with."""
    while frame is not None and frame in results.plan.step_ids:
        match results.plan.step(frame).inputs.get("table"):
            case Frame(frame=name) | StepOutput(step=name):
                frame = name
            case _:
                frame = None
    return frame


def given_values(result: StepResult) -> list[Any]:
    """The values that are there, of every row and element."""
    rows = result.value if result.frame is not None else [result.value]
    lists = [v if result.step.map else [v] for v in rows if v is not None]
    return [v for values in lists for v in values if v is not None]
