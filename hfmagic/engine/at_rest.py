"""Lazy tables in a run: what steps add to them lies in files, and what looks at all rows reads those files.

A query is DuckDB's, over the file; a filter copies what it keeps into a file of its own; a chart reads the columns that
it draws; groups need the vectors of all rows in memory, so that there is a most of rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed
from ..kinds import Kind
from ..lazy import LazyTable, table_of_files
from ..operations.chart import draw_chart
from ..operations.query import run_query
from ..operations.select import row_mask
from ..plan import Column, Frame, Plan, Predicate, Step, StepOutput
from ..recognise import Input, column_values
from ..results import INTERRUPTED, Started, StepResult
from ..scope import Scope, gives_lists
from ..sink import Sink
from ..streamed import HEAD, Streamed, Tally
from .operate import run_cluster
from .shards import SHARD_ROWS, Group
from .step import StepRun
from .stream import Ran, Stream, over_lazy
from .tables import Tables
from .written import Written, read_back

if TYPE_CHECKING:
    import narwhals as nw

MOST_GROUPED = 200_000
"""Rows that are put into groups: their vectors (of 384 numbers) are 300 MB."""
MOST_DRAWN = 5_000_000
"""Rows of a chart: its columns are read whole."""


def lazy_frames(plan: Plan, inputs: Mapping[str, Input]) -> frozenset[str]:
    """The lazy inputs of a plan, and the steps that keep rows of one."""
    found = {name for name, one in inputs.items() if one.lazy is not None}
    for step in plan.ordered():
        if step.task == "filter" and _table_of(step) in found:
            found.add(step.id)
    return frozenset(found)


def resting_on(plan: Plan, frames: Set[str]) -> frozenset[str]:
    """Ids of the steps that read one of these frames, or what another such step gives."""
    found: set[str] = set()
    for step in plan.ordered():
        if step.parents & (frames | found):
            found.add(step.id)
    return frozenset(found)


@dataclass
class AtRest:
    """The lazy tables of a run by name, with the columns that steps have added so far.

    Args:
        given: the lazy inputs. place: where the file of a frame, or of a step's table, goes.
    """

    plan: Plan
    given: Mapping[str, LazyTable]
    place: Callable[[str], Path]
    streamed: dict[str, Streamed] = field(default_factory=dict)
    _now: dict[str, LazyTable] = field(default_factory=dict)
    _made: dict[str, Path] = field(default_factory=dict)  # what the user gets
    _added: dict[str, list[Step]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The tables that there are by now."""
        return frozenset({**self.given, **self._now})

    def table(self, name: str) -> LazyTable:
        """A table as it is by now."""
        return self._now.get(name) or self.given[name]

    def reads(self, step: Step) -> str:
        """The lazy table that a step reads, or whose rows it follows; empty: none."""
        steps = {one.id: name for name, added in self._added.items() for one in added}
        names = (steps.get(parent, parent) for parent in sorted(step.parents))
        return next((name for name in names if name in self.names), "")

    def stream(self, stream: Stream) -> Ran:
        """The steps of a group over the shards of its table, into its file. Raises: BadOption, NoSpace."""
        name = stream.group.frame
        stream.restore = lambda part: self._known(name, part)
        ran, table = over_lazy(stream, self.table(name), self._writing(name, stream.group), first=name not in self._now)
        self.streamed |= ran.streamed
        if table is not None and ran.results:
            self._put(name, table, [step for step in stream.group.steps if step.id in ran.results])
        return ran

    def run(self, run: StepRun) -> StepResult:
        """A step that looks at all rows. Raises: StepFailed, UnknownColumn, NoSpace, BadOption."""
        if run.step.task not in _AT_REST:
            hint = "choose rows first: by a query, or %%hf --rows 1000"
            raise StepFailed(f"step {run.step.id!r}: {run.step.task} wants the whole table in memory.", hint=hint)
        start, name = time.perf_counter(), self.reads(run.step)
        run.emit(Started(run.step.id, self.table(name).rows))
        result = _AT_REST[run.step.task](self, run, name)
        return replace(result, seconds=time.perf_counter() - start)

    def final(self) -> dict[str, Any]:
        """What the user gets of each table that steps added to, or made: in the library of the input behind it."""
        return {name: self.root(name).back(path) for name, path in self._made.items()}

    def files(self, name: str) -> tuple[Path, ...]:
        """The Parquet file of a table, which is copied into one where it lies in others, or in none."""
        lazy = self.table(name)
        if lazy.library != "path" or [f.suffix.lower() for f in lazy.files] != [".parquet"]:
            self._now[name] = lazy = self._kept(name, name, lambda part: [True] * len(part))
        return lazy.files

    def columns(self, name: str, wanted: Sequence[str], where: Sequence[Predicate] = ()) -> nw.DataFrame[Any]:
        """Some columns of the rows that meet the conditions, in memory."""
        import narwhals as nw

        lazy = self.table(name)
        chosen = (self._chosen(part, where) for part in lazy.parts(SHARD_ROWS))
        parts = [part.select(list(wanted)) for part in chosen]
        return nw.concat(parts) if parts else lazy.head(0).select(list(wanted))

    def keep(self, name: str, step: Step) -> LazyTable:
        """The rows that meet a step's conditions, as the step's table."""
        table = self._kept(step.id, name, lambda part: self._mask(part, step.where))
        self._put(step.id, table, ())
        return table

    def add(self, name: str, result: StepResult) -> None:
        """A column of a step that looked at all rows, in their order."""
        lazy, at = self.table(name), 0
        with self._writing(name, Group((result.step,), name)) as written:
            for part in lazy.parts(SHARD_ROWS):
                one = replace(result, value=result.value[at : at + len(part)], rejected=())
                written.add(part, {result.step.id: one})
                at += len(part)
            if table := written.close():
                self._put(name, table, [result.step])
        tally = Tally(result.kind)
        reasons = [row.reason for row in result.rejected]
        tally.add(result.value, reasons, lists=gives_lists(result.step), unfinished=INTERRUPTED)
        self.streamed[result.step.id] = tally.found(at)

    def _writing(self, name: str, group: Group) -> Written:
        return Written(self.place(name), self.table(name), self.plan, group.steps, inputs=self._inputs)

    @property
    def _inputs(self) -> list[Path]:
        return [file for lazy in self.given.values() for file in lazy.files]

    def _put(self, name: str, table: LazyTable, added: Sequence[Step]) -> None:
        self._now[name], self._made[name] = table, table.files[0]
        self._added[name] = [*self._added.get(name, []), *added]

    def root(self, name: str) -> LazyTable:
        """The input that a table comes from."""
        while name not in self.given:
            name = _table_of(self.plan.step(name))
        return self.given[name]

    def _known(self, name: str, part: nw.DataFrame[Any]) -> dict[str, StepResult]:
        """What earlier steps gave for a part."""
        scope = Scope(self.plan)
        steps = [step for step in self._added.get(name, ()) if step.output in part.columns]
        return {step.id: read_back(step, scope.spec(step).gives, part) for step in steps}

    def _kept(self, target: str, name: str, mask: Callable[[nw.DataFrame[Any]], list[bool]]) -> LazyTable:
        lazy = self.table(name)
        with Sink(self.place(target), lazy.schema, inputs=self._inputs) as sink:
            for part in lazy.parts(SHARD_ROWS):
                sink.write(part.filter(mask(part)).to_arrow())
            return table_of_files([sink.close()])

    def _chosen(self, part: nw.DataFrame[Any], where: Sequence[Predicate]) -> nw.DataFrame[Any]:
        return part.filter(self._mask(part, where)) if where else part

    def _mask(self, part: nw.DataFrame[Any], where: Sequence[Predicate]) -> list[bool]:
        names = [p.of.column if isinstance(p.of, Column) else self.plan.step(p.of.step).output for p in where]
        return row_mask([column_values(part, name) for name in names], where, len(part))


def _filter(at_rest: AtRest, run: StepRun, name: str) -> StepResult:
    rows, kept = at_rest.table(name).rows, at_rest.keep(name, run.step)
    at_rest.streamed[run.step.id] = Streamed(rows=kept.rows, given=kept.rows)
    return StepResult(run.step, Kind.TABLE, kept.head(HEAD), rows=rows)


def _sql(at_rest: AtRest, run: StepRun, name: str) -> StepResult:
    import narwhals as nw

    if run.step.where:
        raise StepFailed(f"step {run.step.id!r}: say its conditions in its query.", hint="SELECT … WHERE …")
    found = run_query(
        {name: at_rest.files(name)},
        run.step.parameters["query"],
        max_rows=run.machine.sql_rows,
        timeout_seconds=run.machine.sql_seconds,
    )
    library = at_rest.root(name).library
    backend: Any = {"polars": "polars", "path": "pandas"}.get(library, "pyarrow")
    table = nw.from_arrow(found, backend=backend)
    return StepResult(run.step, Kind.TABLE, table, rows=at_rest.table(name).rows)


def _chart(at_rest: AtRest, run: StepRun, name: str) -> StepResult:
    lazy, parameters = at_rest.table(name), run.parameters()
    if lazy.rows > MOST_DRAWN:
        hint = "ask for counts or means by a column: a query makes them"
        raise StepFailed(f"{name} has {lazy.rows:,} rows, too many to draw.", hint=hint)
    wanted = dict.fromkeys(c for c in (parameters.get(n) for n in ("x", "y", "color")) if c)
    table = at_rest.columns(name, list(wanted), run.step.where).to_arrow()
    figure = draw_chart(table, **parameters, language=at_rest.plan.language)
    noted = str(figure.get_label())  # what it could not draw
    return StepResult(run.step, Kind.IMAGE, figure, rows=table.num_rows, notes=(noted,) if noted else ())


def _cluster(at_rest: AtRest, run: StepRun, name: str) -> StepResult:
    lazy, scope = at_rest.table(name), Scope(at_rest.plan)
    if lazy.rows > MOST_GROUPED:
        why = f"step {run.step.id!r}: {lazy.rows:,} rows are too many to group at once."
        raise StepFailed(why, hint=f"at most {MOST_GROUPED:,}: choose rows first, such as by %%hf --rows")
    read = [scope.steps[i] for i in sorted(run.step.parents) if i in scope.steps]
    columns = [r.column for r in (*run.step.inputs.values(), *(p.of for p in run.step.where)) if isinstance(r, Column)]
    added = [c for s in read for c in (s.output, f"{s.output}_score") if c in lazy.columns]
    frame = at_rest.columns(name, list(dict.fromkeys([*columns, *added])))
    results = {s.id: read_back(s, scope.spec(s).gives, frame) for s in read}
    result = run_cluster(replace(run, tables=Tables(run.tables.scope, run.inputs, results, {name: frame})))
    at_rest.add(name, result)
    return replace(result, value=result.value[:HEAD], rejected=result.rejected[:HEAD])


def _table_of(step: Step) -> str:
    """The table that a step reads whole."""
    match step.inputs.get("table"):
        case Frame(frame=name) | StepOutput(step=name):
            return name
    return ""


_AT_REST: Mapping[str, Callable[[AtRest, StepRun, str], StepResult]] = MappingProxyType(
    {"filter": _filter, "sql": _sql, "chart": _chart, "cluster": _cluster}
)
