"""What an answer and the views read from results: tables, what a step worked on, the values that are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..lazy import LazyTable, is_lazy, is_table_file, lazy_table, table_of_files
from ..plan import Column, Frame, Step, StepOutput
from ..results import Results, StepResult

if TYPE_CHECKING:
    import narwhals as nw


def table_of(value: Any) -> nw.DataFrame[Any] | None:
    """A table of any supported library, through narwhals; None when the value is none."""
    import narwhals as nw

    frame = nw.from_native(value, eager_only=True, pass_through=True)
    return frame if isinstance(frame, nw.DataFrame) else None


@dataclass(frozen=True)
class Head:
    """The first rows of a table that is not in memory; how many it has; and its path, where it is one file."""

    frame: nw.DataFrame[Any]
    rows: int
    path: str


def head_of(value: Any, rows: int) -> Head | None:
    """The first rows of a file of rows, a LazyFrame, or any other table that is not in memory; None of what is none."""
    lazy = _lazy(value)
    if lazy is None:
        return None
    return Head(lazy.head(rows), lazy.rows, str(lazy.files[0]) if len(lazy.files) == 1 else "")


def _lazy(value: Any) -> LazyTable | None:
    if isinstance(value, Path):
        return table_of_files([value]) if is_table_file(value) and value.is_file() else None
    return lazy_table(value) if is_lazy(value) else value if isinstance(value, LazyTable) else None


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
    if not result.step.map:  # a list a row would cost a second of collecting garbage, at a million rows
        return [v for v in rows if v is not None]
    return [v for values in rows if values is not None for v in values if v is not None]
