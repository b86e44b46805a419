"""One step of a run: the rows it reads, and a function of a batch run over them. Knows no task in particular."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..cells import from_cell
from ..conversions import convert
from ..devices import Device
from ..errors import HFMagicError, StepFailed, UnknownKind, reason_of
from ..hub.sources import Sources
from ..kinds import MEDIA, Kind
from ..models import Pool
from ..plan import Column, Constant, Frame, Reference, Step, StepOutput, Variable
from ..recognise import Input, Reader, open_single
from ..results import Emit, Progress, RejectedRow, Started, StepResult
from ..store import Store
from .batching import Outcome, run_batches, unique
from .select import selected_rows
from .tables import Tables

INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Machine:
    """What a run rests on.

    `most_fetched` bytes may be downloaded for a model, any number where it is None. `batch_tokens` is rows × longest
    row of a forward pass; `batch_size` 0 leaves it to that. A trial's runs are not `logged` as those of a choice.
    """

    hub: Sources
    pool: Pool
    device: Device
    reader: Reader
    store: Store
    most_fetched: int | None = None
    dtype: str = "auto"
    batch_tokens: int = 2048
    batch_size: int = 0
    sql_rows: int = 100_000
    sql_seconds: float = 30.0
    seed: int = 0
    logged: bool = True


@dataclass(frozen=True)
class Slot:
    """What a step reads in a slot: one value a row, the kind wanted, and the kind found, where values are converted.

    `cells` are the values of a column, which may hold what was found as plain data.
    """

    name: str
    wanted: Kind
    found: Kind | None
    values: Sequence[Any]
    optional: bool = False
    cells: bool = False

    def at(self, row: int) -> Any:
        """The value in a row. Raises: UnknownKind for a cell that is damaged."""
        return from_cell(self.values[row], self.found) if self.cells else self.values[row]


@dataclass
class Work:
    """What a step has to do: the selected `rows` of `count`, and the `values` to run with their rows in `places`.

    Of several slots a value is a tuple in their order, None in an optional one that is empty.
    """

    count: int
    rows: list[int]
    slots: tuple[Slot, ...]
    values: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)

    def parts(self, value: Any) -> Sequence[Any]:
        """One of `values`, slot by slot."""
        return value if len(self.slots) > 1 else (value,)


@dataclass
class StepRun:
    """One step of one run: what it reads, and how a function of a batch is run over its rows.

    `largest` is what its largest batch cost, once it ran: rows × longest row, in the unit of the cost.
    """

    step: Step
    tables: Tables
    inputs: Mapping[str, Input]
    machine: Machine
    emit: Emit
    interrupted: bool = False
    largest: int = 0

    def rows(self, reference: Reference) -> list[Any]:
        """The values of a reference, a column's as they stand in its cells, one a row; a single value is one row."""
        match reference:
            case Column(column=name, of=frame):
                return self.tables.rows(frame, name)
            case StepOutput(step=name):
                result = self.tables.results[name]
                return list(result.value) if result.frame is not None else [result.value]
            case Variable(variable=name):
                return [self.inputs[name].value]
            case Constant(constant=value):
                return [value]
            case Frame():
                raise StepFailed(f"step {self.step.id!r} reads a whole frame as rows.", hint="name a column")

    def parameters(self) -> dict[str, Any]:
        """The step's parameters over the task's defaults."""
        return self.tables.scope.parameters(self.step)

    def over_rows(
        self,
        slots: Sequence[str],
        cost: Callable[[Sequence[Any]], list[int]],
        run: Callable[[list[Any]], list[Any]],
        *,
        budget: int = 2048,
        most: int = 256,
        longest: int = 0,
        unit: str = "tokens",
        rest: str = "was not read",
        notes: tuple[str, ...] = (),
        **details: Any,
    ) -> StepResult:
        """Run a function of a batch over the selected rows of its slots: each different value once, results in order.

        Args:
            slots: one: the function gets its values; several: it gets tuples of theirs.
            cost: each value's share of `budget`; a batch's rows × its largest share stay within it.
            longest: what the function reads of a value, in the unit of `cost`; 0: all of it.
            unit: of `longest`, in words.
            rest: what becomes of the rest of a longer value, in words.
            details: further fields of the StepResult.
        Raises: StepFailed when every selected row was rejected.
        """
        work = self.work(*slots)
        start = time.perf_counter()
        kept, positions = unique(work.values)
        outcome, first_row_seconds, costs = Outcome(), 0.0, [0] * len(kept)

        def progress(now: Outcome) -> None:
            nonlocal first_row_seconds
            first_row_seconds = first_row_seconds or time.perf_counter() - start
            self.emit(Progress(self.step.id, round(now.done / len(kept) * len(work.rows)), len(work.rows)))

        def prepare(value: Any) -> Any:
            opened = [self._opened(v, s.wanted) for v, s in zip(work.parts(value), work.slots, strict=True)]
            return tuple(opened) if len(opened) > 1 else opened[0]

        try:
            costs = cost(kept) if kept else []
            shares = [min(c, longest) if longest else c for c in costs]
            run_batches(
                kept, shares, run, budget=budget, most=most, progress=progress, outcome=outcome, prepare=prepare
            )
        except KeyboardInterrupt:
            if not outcome.results:
                raise
            self.interrupted = True  # what is finished is kept; the other rows say why they have nothing
        self.largest = outcome.largest
        cut = {row for row, i in zip(work.places, positions, strict=True) if longest and costs[i] > longest}
        notes = (*notes, *_truncated(len(cut), f"{longest} {unit}", rest))
        return self.result(work, positions, outcome, start, first_row_seconds=first_row_seconds, notes=notes, **details)

    def work(self, *names: str) -> Work:
        """The selected rows of slots; one without a value is rejected, or left out where an earlier step did so.

        A single value, such as one question for many texts, stands in every row. Lists are run over in the first slot.
        """
        scope = self.tables.scope
        slots, count = self._slots(names)
        rows = selected_rows(self.step, self.tables, count)
        if scope.rows_of(self.step) is not None:
            made = [s for s in slots if isinstance(self.step.inputs.get(s.name), StepOutput)]
            rows = [i for i in rows if all(s.values[i] is not None for s in made)]
        work = Work(count, rows, slots)
        for i in rows:
            try:
                first, *others = [s.at(i) for s in slots]
            except UnknownKind as error:
                work.rejected[i] = reason_of(error)
                continue
            if self.step.map and first is not None:
                if isinstance(first, str) or not hasattr(first, "__iter__"):
                    work.rejected[i] = f"a {type(first).__name__}, not a list"
                    continue
                for value in first:
                    self._add(work, i, value, *others)
            else:
                self._add(work, i, first, *others)
        self.emit(Started(self.step.id, len(rows)))
        return work

    def _slots(self, names: Sequence[str]) -> tuple[tuple[Slot, ...], int]:
        """What the slots hold, row by row, and the number of rows."""
        scope, spec = self.tables.scope, self.tables.scope.spec(self.step)
        held = {name: self._held(name, spec.takes[name]) for name in names}
        many = [len(held[n]) for n in names if n in self.step.inputs and scope.frame_of(self.step.inputs[n])]
        count = many[0] if many else 1
        slots = []
        for name in names:
            values = held[name] if len(held[name]) == count else held[name] * count
            found = scope.kind_of(self.step.inputs[name]) if name in self.step.inputs else None
            found = Kind.TABLE if spec.takes[name] is Kind.TABLE else found  # a whole table by now
            cells = isinstance(self.step.inputs.get(name), Column)
            slots.append(Slot(name, spec.takes[name], found, values, name in spec.optional, cells))
        return tuple(slots), count

    def _held(self, name: str, wanted: Kind) -> list[Any]:
        reference = self.step.inputs.get(name)
        if reference is None:
            return [None]
        found = self.tables.scope.kind_of(reference)
        if wanted is Kind.TABLE or (found is Kind.TABLE and isinstance(reference, Frame | StepOutput)):
            return [self.tables.whole(reference)]
        return self.rows(reference)

    def _add(self, work: Work, row: int, *values: Any) -> None:
        """Put what a row has in line, or reject it with the reason."""
        ready = []
        for slot, value in zip(work.slots, values, strict=True):
            try:
                ready.append(self._ready(slot, value))
            except HFMagicError as error:
                work.rejected.setdefault(row, reason_of(error))
                return
            if reason := _lack(slot, ready[-1]):
                work.rejected.setdefault(row, reason if len(values) == 1 else f"{slot.name}: {reason}")
                return
        work.values.append(ready[0] if len(ready) == 1 else tuple(ready))
        work.places.append(row)

    def _ready(self, slot: Slot, value: Any) -> Any:
        value = convert(value, slot.found, slot.wanted)
        if slot.wanted in MEDIA and isinstance(value, str | Path):
            return self.machine.reader.path(Path(value))
        return _checked_text(value) if slot.wanted is Kind.TEXT else value

    def _opened(self, value: Any, kind: Kind) -> Any:
        return open_single(value, kind, self.machine.reader) if kind in MEDIA and value is not None else value

    def result(
        self, work: Work, positions: Sequence[int], outcome: Outcome, start: float, **details: Any
    ) -> StepResult:
        """What came of the work, row by row. `positions` are those of each of its values in the outcome."""
        output = self._output(work, positions, outcome)
        frame = self.tables.scope.rows_of(self.step)
        return StepResult(
            step=self.step,
            kind=self.tables.scope.spec(self.step).gives,
            value=output if frame is not None else output[0],
            frame=frame,
            rows=len(work.rows),
            unique=len(set(positions)),
            rejected=tuple(RejectedRow(i, reason) for i, reason in sorted(work.rejected.items())),
            seconds=time.perf_counter() - start,
            **details,
        )

    def _output(self, work: Work, positions: Sequence[int], outcome: Outcome) -> list[Any]:
        """One entry a row, None where it was not selected or rejected; a list of results where the step maps."""
        gathered: dict[int, list[Any]] = {i: [] for i in work.rows}
        for row, position in zip(work.places, positions, strict=True):
            if position in outcome.results:
                gathered[row].append(outcome.results[position])
            else:
                work.rejected.setdefault(row, outcome.reasons.get(position, INTERRUPTED))
        if work.rows and len(work.rejected) == len(work.rows):
            reasons = "; ".join(sorted(set(work.rejected.values()))[:3])
            what = "every row was" if self.tables.scope.rows_of(self.step) else "its input was"
            raise StepFailed(f"step {self.step.id!r}: {what} rejected: {reasons}.", hint="check the input")
        output: list[Any] = [None] * work.count
        for i in work.rows:
            if i not in work.rejected:
                output[i] = gathered[i] if self.step.map else gathered[i][0]
        return output


def is_interrupted(result: StepResult) -> bool:
    """True for the result of a step that was stopped before its last row."""
    return any(r.reason == INTERRUPTED for r in result.rejected)


def _lack(slot: Slot, value: Any) -> str:
    """Why a row cannot be run with such a value."""
    if value is None:
        return "" if slot.optional else "missing"
    return "empty" if isinstance(value, str) and not value.strip() else ""


def _checked_text(value: Any) -> Any:
    """Text that a tokenizer takes: it and Arrow know no half of a surrogate pair."""
    if value is not None and not isinstance(value, str):
        raise UnknownKind(f"{type(value).__name__}, not text")
    if value is not None and any("\ud800" <= c <= "\udfff" for c in (() if value.isascii() else value)):
        raise UnknownKind("holds half a character (a lone surrogate)")
    return value


def _truncated(count: int, longest: str, rest: str) -> tuple[str, ...]:
    if not count:
        return ()
    rows = "1 row was" if count == 1 else f"{count:,} rows were"
    return (f"{rows} longer than {longest}; the rest of {'it' if count == 1 else 'each'} {rest}",)
