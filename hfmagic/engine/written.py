"""The rows of a lazy table with the columns that steps add, as a Parquet file. Runs nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..cells import from_cell
from ..errors import StepFailed, reason_of
from ..kinds import Kind, Label
from ..lazy import LazyTable, table_of_files
from ..plan import Plan, Step
from ..results import StepResult, plain_columns
from ..scope import Scope, gives_lists
from ..sink import Sink, array_of, type_of, without_columns
from .shards import columns_read_later

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa


_OF_DATASETS = b"huggingface"  # lists the columns that there were: `datasets` reads no other ones then


class Written:
    """The file in the making.

    Args:
        path: where it will be. plan: whose `steps` add the columns. inputs: files that are never written over.
    """

    def __init__(
        self, path: Path, lazy: LazyTable, plan: Plan, steps: Iterable[Step], *, inputs: Sequence[Path] = ()
    ) -> None:
        self.path, self.lazy, self.scope, self.inputs = path, lazy, Scope(plan), inputs
        self.steps = {step.id: step for step in steps}
        self._worth = columns_read_later(plan, list(self.steps.values()))
        self._sink: Sink | None = None
        self._fields: dict[str, list[tuple[pa.Field, Kind]]] = {}

    def add(self, part: nw.DataFrame[Any], found: Mapping[str, StepResult]) -> None:
        """A part with what steps gave for it; a step that is missing gave nulls.

        The first part decides which columns there are: what has failed by then has none.
        Raises: NoSpace, BadOption, StepFailed.
        """
        if self._sink is None:
            self._sink = self._opened(found)
        table = part.to_arrow()
        for step_id, result in found.items():
            fields = self._fields.get(step_id, ())
            for (new, kind), (_, values, _) in zip(fields, plain_columns(result) if fields else (), strict=True):
                table = table.append_column(new, self._array(step_id, values, kind, new.type))
        self._sink.write(table)

    def close(self, without: Iterable[str] = ()) -> LazyTable | None:
        """The file, in its place, without the columns of some steps; None where nothing was added. Raises: NoSpace."""
        if self._sink is None:
            return None
        path = self._sink.close()
        if gone := [new.name for step_id in without for new, _ in self._fields.get(step_id, ())]:
            without_columns(path, gone)
        return table_of_files([path])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, where: TracebackType | None) -> None:
        if self._sink is not None:
            self._sink.discard()

    def _opened(self, found: Mapping[str, StepResult]) -> Sink:
        schema = self.lazy.schema
        told = {k: v for k, v in (schema.metadata or {}).items() if k != _OF_DATASETS}
        schema = schema.with_metadata(told)
        for step in self.steps.values():
            gives = self.scope.spec(step).gives
            if step.id not in found or (gives is Kind.EMBEDDING and step.id not in self._worth):
                continue
            self._fields[step.id] = fields_of(step, gives)
            for new, _ in self._fields[step.id]:
                schema = schema.append(new)
        return Sink(self.path, schema, inputs=self.inputs)

    def _array(self, step_id: str, values: list[Any], kind: Kind, wanted: pa.DataType) -> pa.Array:
        import pyarrow as pa

        try:
            return array_of(values, kind, wanted)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise StepFailed(f"step {step_id!r} gave what no column holds: {reason_of(error)}.") from error


def fields_of(step: Step, gives: Kind) -> list[tuple[pa.Field, Kind]]:
    """The columns of `plain_columns`, typed before there is a value, and the kind of their cells."""
    import pyarrow as pa

    lists, found = gives_lists(step), []
    for name, _, _ in plain_columns(StepResult(step, gives, [], frame="")):
        if step.is_timed and name != step.output:
            times = pa.struct({"text": pa.string(), "start": pa.float64(), "end": pa.float64()})
            found.append((pa.field(name, pa.list_(times)), Kind.TEXT))
            continue
        kind = gives if gives is not Kind.LABELS else Kind.TEXT if name == step.output else Kind.NUMBER
        found.append((pa.field(name, type_of(kind, lists=lists)), kind))
    return found


def read_back(step: Step, gives: Kind, part: nw.DataFrame[Any]) -> StepResult:
    """What a step gave for some rows, out of the columns that it added; pictures and sounds as they stand in cells.

    Of labels the best one is left, and of a vector float32, equal ones as one object.
    """
    lists = gives_lists(step)
    cells = part[step.output].to_list() if step.output in part.columns else [None] * len(part)
    name = f"{step.output}_score"
    scores = part[name].to_list() if gives is Kind.LABELS and name in part.columns else [None] * len(part)
    values: list[Any] = []
    vectors: dict[bytes, Any] = {}
    for cell, score in zip(cells, scores, strict=True):
        if cell is None:
            values.append(None)
        elif lists:
            beside = score if score is not None else [None] * len(cell)
            values.append([_value(one, its, gives) for one, its in zip(cell, beside, strict=True)])
        else:
            value = _value(cell, score, gives)
            values.append(vectors.setdefault(value.tobytes(), value) if gives is Kind.EMBEDDING else value)
    return StepResult(step, gives, values, frame="")


def _value(cell: Any, score: float | None, kind: Kind) -> Any:
    import numpy as np

    if cell is None:
        return None
    if kind is Kind.LABELS:
        return (Label(cell, math.nan if score is None else score),)
    return np.asarray(cell, dtype=np.float32) if kind is Kind.EMBEDDING else from_cell(cell, kind)
