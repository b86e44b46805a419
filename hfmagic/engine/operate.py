"""The table operations as steps: what each reads from the frames of a run, and what it gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..cells import from_cell
from ..conversions import convert
from ..errors import StepFailed
from ..kinds import Kind, Label
from ..language import detect_languages
from ..operations.chart import draw_chart
from ..operations.cluster import cluster_rows
from ..operations.cut import crop, frames
from ..operations.query import run_query
from ..operations.redact import redact_text
from ..operations.split import split_text
from ..operations.template import fill_template
from ..plan import Frame, StepOutput
from ..results import Started, StepResult
from .batching import Function, Outcome, unique
from .select import selected_rows
from .step import StepRun

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa


def run_filter(run: StepRun) -> StepResult:
    """Keep the rows for which `where` holds, with every column so far."""
    start = time.perf_counter()
    reference = _frame(run)
    table = run.tables.with_columns(reference.frame, reference.plus)
    rows = selected_rows(run.step, run.tables, len(table))
    run.emit(Started(run.step.id, len(rows)))
    return _whole(run, table[rows], len(table), start)


def run_sql(run: StepRun) -> StepResult:
    """One SELECT over the table, in DuckDB; the result in the same frame library as the input."""
    start = time.perf_counter()
    reference = _frame(run)
    table = _arrow(run, reference)
    run.emit(Started(run.step.id, table.num_rows))
    found = run_query(
        {reference.frame: table},
        run.step.parameters["query"],
        max_rows=run.machine.sql_rows,
        timeout_seconds=run.machine.sql_seconds,
    )
    return _whole(run, _like(found, run.tables.frame(reference.frame)), table.num_rows, start)


def run_chart(run: StepRun) -> StepResult:
    """Draw the table."""
    start = time.perf_counter()
    table = _arrow(run, _frame(run))
    run.emit(Started(run.step.id, table.num_rows))
    parameters = run.parameters()
    figure = draw_chart(table, **parameters, language=run.tables.scope.plan.language)
    noted = str(figure.get_label())  # what it could not draw
    return replace(_whole(run, figure, table.num_rows, start), notes=(noted,) if noted else ())


def run_cluster(run: StepRun) -> StepResult:
    """Group the rows that have an embedding, all at once, and name the groups after their texts."""
    import numpy as np

    inputs = run.step.inputs
    work = run.work("embedding")
    start = time.perf_counter()
    kept, positions = unique(work.values)
    first = dict(reversed(list(zip(positions, work.places, strict=True))))

    def beside(slot: str) -> list[str] | None:
        """What another slot holds in the rows of these embeddings."""
        if slot not in inputs:
            return None
        column, kind = run.rows(inputs[slot]), run.tables.scope.kind_of(inputs[slot])
        cells = [from_cell(column[first[i]], kind) for i in range(len(kept))]
        return [str(convert(cell, kind, Kind.TEXT) or "") for cell in cells]

    outcome = Outcome()
    if kept:
        names = cluster_rows(
            np.stack([np.asarray(v, dtype=np.float32) for v in kept]),
            beside("text"),
            groups=run.parameters()["groups"],
            seed=run.machine.seed,
            across=beside("across"),
        )
        outcome.results.update((i, (Label(name, 1.0),)) for i, name in enumerate(names))
    return run.result(work, positions, outcome, start)


def run_detect_language(run: StepRun) -> StepResult:
    """The language of each text."""

    def detect(values: list[Any]) -> list[Any]:
        found = detect_languages(values)
        if None in found:  # the batch is halved until that text stands alone
            raise StepFailed("its language cannot be told")
        return list(found)

    return run.over_rows(("text",), Function(detect))


def run_template(run: StepRun) -> StepResult:
    """Each value in the sentence."""
    template = run.parameters()["template"]
    return run.over_rows(("value",), Function(lambda values: fill_template(values, template)))


def run_crop(run: StepRun) -> StepResult:
    """What each box surrounds; one list of pictures a row."""
    asked = run.parameters()
    cut = Function(lambda values: [crop(image, boxes, **asked) for image, boxes in values], budget=16)
    return run.over_rows(("image", "boxes"), cut)


def run_frames(run: StepRun) -> StepResult:
    """Pictures of each video; one list of them a row."""
    most = run.parameters()["most"]
    return run.over_rows(("video",), Function(lambda values: [frames(v, most=most) for v in values], budget=4))


def run_split(run: StepRun) -> StepResult:
    """The parts of each text: a list a row."""
    parameters = run.parameters()
    by, words = parameters["by"], parameters["words"]
    return run.over_rows(("text",), Function(lambda values: [split_text(v, by=by, words=words) for v in values]))


def run_redact(run: StepRun) -> StepResult:
    """Each text without what names or reaches a person."""
    return run.over_rows(("text", "entities"), Function(lambda values: [redact_text(*v) for v in values]))


OPERATIONS: Mapping[str, Callable[[StepRun], StepResult]] = MappingProxyType(
    {
        "filter": run_filter,
        "sql": run_sql,
        "chart": run_chart,
        "cluster": run_cluster,
        "detect-language": run_detect_language,
        "template": run_template,
        "split": run_split,
        "redact": run_redact,
        "crop": run_crop,
        "frames": run_frames,
    }
)


def _frame(run: StepRun) -> Frame:
    match run.step.inputs["table"]:
        case Frame() as frame:
            return frame
        case StepOutput(step=name):
            return Frame(frame=name)
    raise StepFailed(f"step {run.step.id!r} reads no table.")


def _arrow(run: StepRun, reference: Frame) -> pa.Table:
    """The table that a step reads, its `where` applied."""
    import pyarrow as pa

    table = run.tables.arrow(reference)
    rows = selected_rows(run.step, run.tables, table.num_rows)
    return table if len(rows) == table.num_rows else table.take(pa.array(rows, pa.int64()))


def _like(table: pa.Table, frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    import narwhals as nw

    return nw.from_arrow(table, backend=nw.get_native_namespace(frame))


def _whole(run: StepRun, value: Any, rows: int, start: float) -> StepResult:
    kind = run.tables.scope.spec(run.step).gives
    return StepResult(step=run.step, kind=kind, value=value, rows=rows, seconds=time.perf_counter() - start)
