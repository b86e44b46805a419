"""The frames of a run: what their columns hold so far, as rows, as Arrow for SQL, as a frame for the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..cells import as_cell, dtype_of
from ..conversions import as_table
from ..errors import StepFailed
from ..kinds import Kind
from ..plan import Frame, Plan, Reference
from ..recognise import Input, column_values
from ..results import StepResult, plain_columns
from ..scope import Scope

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

IN_TABLES = frozenset({Kind.TEXT, Kind.LABELS, Kind.NUMBER, None})


@dataclass
class Tables:
    """Frames by name: the inputs', and the tables that steps have given so far."""

    scope: Scope
    inputs: Mapping[str, Input]
    results: Mapping[str, StepResult]
    given: dict[str, nw.DataFrame[Any]] = field(default_factory=dict)

    def frame(self, name: str) -> nw.DataFrame[Any]:
        """The narwhals frame of that name, without what steps add to it; of what a step found, a row for each thing."""
        if name in self.given:
            return self.given[name]
        if name in self.results:
            return self._found(self.results[name])
        one = self.inputs[name]
        if one.lazy is not None:
            raise StepFailed(f"{name} is read in parts, which this step cannot do.", hint="take some rows: --rows 1000")
        if one.frame is None:
            raise KeyError(name)
        return one.frame

    def rows(self, name: str, column: str) -> list[Any]:
        """The cells of a column; None where missing."""
        return list(column_values(self.frame(name), column))

    def with_columns(self, name: str, step_ids: tuple[str, ...]) -> nw.DataFrame[Any]:
        """The frame with the columns that finished steps add, by position, whatever its index."""
        import narwhals as nw

        frame = self.frame(name)
        backend = nw.get_native_namespace(frame)
        new = [_series(*column, backend) for step_id in step_ids for column in plain_columns(self.results[step_id])]
        return frame.with_columns(*new) if new else frame

    def whole(self, reference: Reference) -> Any:
        """A frame as a pandas DataFrame, with what steps add to it."""
        name, plus = (reference.frame, reference.plus) if isinstance(reference, Frame) else (reference.step, ())  # type: ignore[union-attr]
        return self.with_columns(name, plus).to_pandas()

    def arrow(self, reference: Frame) -> pa.Table:
        """A frame and what steps add to it as Arrow, with the columns that a table operation can use."""
        import pyarrow as pa

        useful = tuple(i for i in reference.plus if self.results[i].kind in {*IN_TABLES, Kind.LABELS})
        frame = self.with_columns(reference.frame, useful)
        kinds = {c.name: c.kind for c in self.scope.columns(reference.frame, reference.plus)}
        columns = {}
        for name in frame.columns:
            if kinds.get(name) in IN_TABLES:
                try:
                    columns[name] = frame[name].to_arrow()
                except (pa.ArrowException, UnicodeError, OverflowError):
                    # what Arrow cannot hold, such as mixed objects: as text
                    columns[name] = pa.array([_as_text(v) for v in column_values(frame, name)], pa.string())
        return pa.table(columns)

    def _found(self, result: StepResult) -> nw.DataFrame[Any]:
        import narwhals as nw

        by_row = result.frame is not None
        table = as_table(result.value if by_row else [result.value], result.kind, numbered=by_row)
        return nw.from_native(table, eager_only=True)

    def final(self, plan: Plan) -> dict[str, Any]:
        """Native frames: each input frame with its new columns, and each table that a step gave."""
        sinks = {s.id for s in plan.sinks}
        found = {}
        names = [i.name for i in plan.inputs if i.kind is Kind.TABLE and self.inputs[i.name].frame is not None]
        names += list(self.given)
        for name in names:
            added = tuple(
                i for i, r in self.results.items() if r.frame == name and (r.kind is not Kind.EMBEDDING or i in sinks)
            )
            found[name] = self.with_columns(name, added).to_native()
        return found


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value).encode(errors="replace").decode()


def _series(name: str, values: list[Any], kind: Kind | None, backend: Any) -> nw.Series[Any]:
    """A column of what a step gave, as `cells` says."""
    import narwhals as nw

    objects = backend.__name__ == "pandas"
    plain = [as_cell(v, kind, objects=objects) for v in values]
    dtype = dtype_of(kind)
    if any(isinstance(v, list) for v in values) and kind not in (Kind.SPANS, Kind.BOXES, Kind.MASK):
        dtype = nw.List(dtype) if dtype is not None else None  # a step that gives several values a row
    if objects and not isinstance(dtype, nw.String | nw.Float64) and kind is not None:
        dtype = nw.Object()
    return nw.new_series(name, plain, dtype, backend=backend)
