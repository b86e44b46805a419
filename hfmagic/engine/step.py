"""One step of a run: the rows it reads, and a function of a batch run over them. Knows no task in particular."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..cells import from_cell
from ..conversions import convert
from ..errors import HFMagicError, StepFailed, UnknownKind, reason_of
from ..kinds import MEDIA, Kind
from ..plan import Column, Constant, Frame, Reference, Step, StepOutput, Variable
from ..recognise import Input
from ..results import INTERRUPTED, Emit, Progress, RejectedRow, Started, StepResult
from .batching import Finished, Function, Outcome, run_batches, unique
from .machine import Machine
from .remembered import Remembered
from .select import selected_rows
from .tables import Tables
from .worker import opener

if TYPE_CHECKING:
    from .prefetch import Prefetch

PAUSE = 0.05  # s between two events of progress: a page, and a person, can follow no more
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class Compute(Protocol):
    """Fills an outcome for the values that it does not hold yet, and tells of the positions that are finished."""

    def __call__(self, values: Sequence[Any], *, outcome: Outcome, finished: Finished) -> None:
        """Run them."""


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

    @property
    def is_text(self) -> bool:
        """True for texts that stand as such in their rows."""
        return self.wanted is Kind.TEXT and self.found in (Kind.TEXT, None)

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


@dataclass(frozen=True)
class Filled:
    """What came of a step's rows: the result, the outcome by different value, and how many rows were not read whole."""

    result: StepResult
    outcome: Outcome
    cut: int


class _Clock:
    """When the first row had a result, and when the next event of progress is due."""

    def __init__(self, start: float) -> None:
        self._start, self._due, self.first_seconds = start, 0.0, 0.0

    def first(self) -> None:
        """A row has a result."""
        self.first_seconds = self.first_seconds or time.perf_counter() - self._start

    def is_time(self) -> bool:
        """True once every PAUSE seconds."""
        now = time.perf_counter()
        due = now >= self._due
        self._due = now + PAUSE if due else self._due
        return due


@dataclass
class StepRun:
    """One step of one run: what it reads, and how a function of a batch is run over its rows.

    `whole`: these are all its rows, so that the step has failed when each of them is rejected; a part may have only bad
    ones, and begins with the `first_row` of its frame. While its model runs, that of the `coming` step is got ready.
    """

    step: Step
    tables: Tables
    inputs: Mapping[str, Input]
    machine: Machine
    emit: Emit
    whole: bool = True
    prefetch: Prefetch | None = None
    coming: Step | None = None
    first_row: int = 0
    interrupted: bool = False

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

    def over_rows(self, slots: Sequence[str], function: Function) -> StepResult:
        """A function of a batch over the selected rows of its slots: each different value once, results in order.

        One slot: the function gets its values; several: it gets tuples of theirs.
        Raises: StepFailed when every selected row was rejected.
        """
        wanted = [self.tables.scope.spec(self.step).takes[name] for name in slots]
        function = replace(function, prepare=opener(wanted, self.machine.reader))
        return self.fill(slots, partial(run_batches, function=function)).result

    def fill(
        self,
        slots: Sequence[str],
        compute: Compute,
        remember: Callable[[Sequence[Any]], Remembered] | None = None,
        tell: Callable[[Any, Any], Any] | None = None,
    ) -> Filled:
        """What `compute` makes of the different values of the selected rows, in the order of the rows.

        Args:
            compute: fills an outcome for the values that it does not hold yet.
            remember: gives results of the same computation by earlier runs; what is new is added, batch by batch.
            tell: what becomes of a result, cached or new, beside its value.
        Raises: StepFailed when every selected row was rejected, and at the first rejected one where errors stop a run.
        """
        start = time.perf_counter()
        work = self.work(*slots)
        self._stop_at(work.rejected)
        kept, positions = unique(work.values)
        outcome, clock = Outcome(), _Clock(start)
        remembered = remember(kept) if remember else None
        known = remembered.recall(kept, outcome) if remembered else 0
        if known:
            clock.first()

        def finished(now: Sequence[int]) -> None:
            if remembered:
                remembered.keep(now, outcome)
            if outcome.reasons and self.machine.on_error == "stop":
                bad = [i for i in now if i in outcome.reasons]
                self._stop_at({work.places[positions.index(i)]: outcome.reasons[i] for i in bad})
            clock.first()
            if clock.is_time():
                self.emit(Progress(self.step.id, round(outcome.done / len(kept) * len(work.rows)), len(work.rows)))

        try:
            if outcome.done < len(kept):
                compute(kept, outcome=outcome, finished=finished)
        except KeyboardInterrupt:
            if not outcome.results:
                raise
            self.interrupted = True  # what is finished is kept; the other rows say why they have nothing
        finally:
            if remembered:
                remembered.flush()
        if tell:
            outcome.results.update({i: tell(found, kept[i]) for i, found in outcome.results.items()})
        result = self.result(work, positions, outcome, start, first_row_seconds=clock.first_seconds)
        cut = sum(i in outcome.cut for i in positions) if outcome.cut else 0
        return Filled(replace(result, cached=known), outcome, cut)

    def _stop_at(self, rejected: Mapping[int, str]) -> None:
        """Where errors are to stop a run: StepFailed that names the first of the rejected rows."""
        if rejected and self.machine.on_error == "stop":
            row = min(rejected)
            place = row + self.first_row
            hint = "mend the row, or leave out --on-error stop"
            raise StepFailed(f"step {self.step.id!r}: row {place} was rejected: {rejected[row]}.", hint=hint)

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
        if len(slots) == 1 and not self.step.map and slots[0].is_text:
            _add_texts(work, slots[0])
            rows = []
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
        self.emit(Started(self.step.id, len(work.rows)))
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
            unique=max(positions, default=-1) + 1,
            rejected=tuple(RejectedRow(i, reason) for i, reason in sorted(work.rejected.items())),
            seconds=time.perf_counter() - start,
            **details,
        )

    def _output(self, work: Work, positions: Sequence[int], outcome: Outcome) -> list[Any]:
        """One entry a row, None where it was not selected or rejected; a list of results where the step maps."""
        output: list[Any] = [None] * work.count
        if self.step.map:
            for row in work.rows:
                output[row] = []
        for row, position in zip(work.places, positions, strict=True):
            if position not in outcome.results:
                work.rejected.setdefault(row, outcome.reasons.get(position, INTERRUPTED))
            elif self.step.map:
                output[row].append(outcome.results[position])
            else:
                output[row] = outcome.results[position]
        for row in work.rejected:
            output[row] = None
        if self.whole and work.rows and len(work.rejected) == len(work.rows):
            reasons = "; ".join(sorted(set(work.rejected.values()))[:3])
            what = "every row was" if self.tables.scope.rows_of(self.step) else "its input was"
            raise StepFailed(f"step {self.step.id!r}: {what} rejected: {reasons}.", hint="check the input")
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
    if value is not None and not value.isascii() and _HALF_CHARACTER.search(value):
        raise UnknownKind("holds half a character (a lone surrogate)")
    return value


def _add_texts(work: Work, slot: Slot) -> None:
    """Put the texts of the selected rows in line, or reject them with the reason: what most columns are, and quick."""
    for i in work.rows:
        value = slot.values[i]
        try:
            if reason := _lack(slot, _checked_text(value)):
                work.rejected[i] = reason
                continue
        except UnknownKind as error:
            work.rejected[i] = reason_of(error)
            continue
        work.values.append(value)
        work.places.append(i)


def truncated(count: int, longest: str, rest: str) -> tuple[str, ...]:
    """What the reader is told of rows of which a part was not read."""
    if not count:
        return ()
    rows = "1 row was" if count == 1 else f"{count:,} rows were"
    return (f"{rows} longer than {longest}; the rest of {'it' if count == 1 else 'each'} {rest}",)
