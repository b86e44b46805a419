"""Several steps over one frame, shard by shard: each row passes by once, and no more than a shard of them is at work.

A step stays open from the first shard to the last. It knows no model: who opens a step is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import HFMagicError, StepFailed
from ..lazy import LazyTable
from ..plan import Step
from ..recognise import Input
from ..results import INTERRUPTED, Done, Emit, Event, Failed, Progress, Started, StepResult
from ..scope import gives_lists
from ..streamed import HEAD, Streamed, Tally
from .machine import Machine
from .shards import Group, bounds, joined, part_of, shard_rows, with_rest
from .step import StepRun
from .tables import Tables
from .written import Written

if TYPE_CHECKING:
    import narwhals as nw

    from .prefetch import Prefetch

Shard = Mapping[str, StepResult]
"""Step id → what it gave for the rows of a shard."""


class OpenStep(Protocol):
    """A step that runs over one part of a frame after another."""

    def over(self, run: StepRun) -> StepResult:
        """What it gives for the rows of `run`."""

    def close(self) -> int:
        """The end: bytes that its model and its rows took at most; 0: not measured."""


@dataclass(frozen=True)
class Ran:
    """What came of the steps of a group.

    Args:
        results: of a lazy frame with the first values and rejected rows alone; `streamed` has counts of all.
        rows: that every step has run over, or that were written.
        interrupted: the step that an interrupt stopped; empty: none.
    """

    results: Mapping[str, StepResult]
    failed: Mapping[str, HFMagicError]
    streamed: Mapping[str, Streamed]
    rows: int
    interrupted: str = ""


@dataclass
class Column:
    """What came of one step so far: all of it, or, with a tally, its first values and counts.

    `shards` are the first row of each with its result; an interrupt finds a shard there, or not.
    """

    step: Step
    tally: Tally | None
    shards: list[tuple[int, StepResult]] = field(default_factory=list)

    def add(self, result: StepResult, at: int) -> None:
        """The result of the next shard, whose first row is `at`."""
        if self.tally is None:
            self.shards.append((at, result))
            return
        reasons = [row.reason for row in result.rejected]
        self.tally.add(result.value, reasons, lists=gives_lists(self.step), unfinished=INTERRUPTED)
        so_far = joined([*self.shards, (at, result)])
        self.shards = [(0, replace(so_far, value=so_far.value[:HEAD], rejected=so_far.rejected[:HEAD]))]

    @property
    def found(self) -> StepResult:
        """The result over all shards."""
        return joined(self.shards)

    @property
    def rejected(self) -> int:
        """Rows without a result, those left by an interrupt among them."""
        if self.tally is None:
            return sum(len(result.rejected) for _, result in self.shards)
        return self.tally.rejected.total() + self.tally.unfinished


@dataclass
class Stream:
    """The steps of a group over the shards of its frame.

    Args:
        tables: what is there before: single values that the steps read, results that are kept.
        rows: of the frame.
        keeps: every value is kept; else counts and the first ones.
        restore: what earlier steps gave for a part, where it lies in a file.
        ours: makes an error of whatever library one of ours.
    """

    group: Group
    tables: Tables
    inputs: Mapping[str, Input]
    machine: Machine
    emit: Emit
    open_step: Callable[[StepRun], OpenStep]
    rows: int
    keeps: bool = True
    ours: Callable[[Step], AbstractContextManager[None]] = lambda _: nullcontext()
    restore: Callable[[nw.DataFrame[Any]], Shard] = lambda _: {}
    prefetch: Prefetch | None = None
    interrupted: str = ""
    _open: dict[str, OpenStep] = field(default_factory=dict)
    _columns: dict[str, Column] = field(default_factory=dict)
    _failed: dict[str, HFMagicError] = field(default_factory=dict)
    _left_out: set[str] = field(default_factory=set)
    _peaks: dict[str, int] = field(default_factory=dict)

    def over(
        self,
        parts: Iterable[nw.DataFrame[Any]],
        write: Callable[[nw.DataFrame[Any], Shard], None] = lambda *_: None,
    ) -> Ran:
        """Run the steps over the parts of the frame in order, and `write` each with what they gave for it.

        A step that fails is left out from then on, with those that rest on it. An interrupt ends it with the rows that
        are finished.
        """
        at = 0
        try:
            for part in parts:
                shard = self._shard(part, at)
                if shard:
                    write(part, shard)
                for step_id, result in shard.items():
                    self._column(step_id).add(result, at)
                if self.interrupted or not self._alive:
                    break
                at += len(part)
        except KeyboardInterrupt:  # between two steps, while rows are read or written
            self.interrupted = self.interrupted or next((s.id for s in self._alive), self.group.steps[0].id)
        except HFMagicError as error:  # the rows cannot be read or written: for all steps
            for step in self.group.steps:
                if step.id not in self._left_out:
                    self._fail(step, error)
        finally:
            self._close()
        return self._ran(at)

    @property
    def _alive(self) -> list[Step]:
        return [step for step in self.group.steps if step.id not in self._left_out]

    def _shard(self, part: nw.DataFrame[Any], at: int) -> dict[str, StepResult]:
        """What the steps give for a part; those after an interrupted one are missing."""
        frame, stop = self.group.frame, at + len(part)
        known = {i: part_of(r, at, stop) if r.frame == frame else r for i, r in self.tables.results.items()}
        known |= self.restore(part)
        found: dict[str, StepResult] = {}
        tables = Tables(self.tables.scope, self.inputs, known, {**self.tables.given, frame: part})
        for step in self.group.steps:
            if step.id in self._left_out:
                continue
            run = self._step_run(step, tables, self._told(at, len(part)), at)
            try:
                found[step.id] = known[step.id] = self._run(run)
                self.emit(Progress(step.id, stop, self.rows))
            except KeyboardInterrupt:
                self.interrupted = step.id
            except HFMagicError as error:
                self._fail(step, error)
            if run.interrupted or self.interrupted:
                self.interrupted = step.id
                break
        return {step_id: result for step_id, result in found.items() if step_id not in self._left_out}

    def _step_run(self, step: Step, tables: Tables, emit: Emit, at: int) -> StepRun:
        waiting = (s for s in self._alive if s.model and s.id not in self._open and s != step)
        given = (step, tables, self.inputs, self.machine, emit)
        return StepRun(*given, whole=False, prefetch=self.prefetch, coming=next(waiting, None), first_row=at)

    def _run(self, run: StepRun) -> StepResult:
        with self.ours(run.step):
            if run.step.id not in self._open:
                self._open[run.step.id] = self.open_step(run)
            return self._open[run.step.id].over(run)

    def _told(self, at: int, size: int) -> Emit:
        """The events of a shard as those of the frame."""

        def emit(event: Event) -> None:
            match event:
                case Started() if at:
                    return
                case Started(step_id=step_id):
                    event = Started(step_id, self.rows)
                case Progress(step_id=step_id, done=done, total=total):
                    event = Progress(step_id, at + round(done / max(total, 1) * size), self.rows)
            self.emit(event)

        return emit

    def _column(self, step_id: str) -> Column:
        if step_id not in self._columns:
            step = self.tables.scope.steps[step_id]
            tally = None if self.keeps else Tally(self.tables.scope.spec(step).gives)
            self._columns[step_id] = Column(step, tally)
        return self._columns[step_id]

    def _fail(self, step: Step, error: HFMagicError) -> None:
        """A step is left out from now on, with those that rest on it."""
        self._failed[step.id] = error
        self._left_out |= {step.id} | self.tables.scope.plan.descendants(step.id)
        self.emit(Failed(step.id, error))

    def _close(self) -> None:
        with ExitStack() as stack:  # each is closed, also where the one before it fails
            for step_id, step in self._open.items():
                stack.callback(self._close_one, step_id, step)

    def _close_one(self, step_id: str, step: OpenStep) -> None:
        self._peaks[step_id] = step.close()

    def _ran(self, rows: int) -> Ran:
        """What came of it; a step all of whose rows were rejected has failed, as over a whole frame."""
        results: dict[str, StepResult] = {}
        streamed: dict[str, Streamed] = {}
        for step in self.group.steps:
            column = self._columns.get(step.id)
            if (
                step.id in self._left_out or column is None or not column.shards
            ):  # an interrupt came before its first row
                continue
            found = replace(column.found, peak_bytes=self._peaks.get(step.id, 0))
            if not self.interrupted and column.rejected == found.rows > 0:
                self._fail(step, _all_rejected(step, found))
                continue
            if self.interrupted and self.keeps:
                found = with_rest(found, self.rows)
            if column.tally:
                streamed[step.id] = column.tally.found(self.rows)
            results[step.id] = found
            if not self.interrupted:
                self.emit(Done(step.id, found))
        if self.interrupted:
            self.emit(Failed(self.interrupted, KeyboardInterrupt()))
        return Ran(results, dict(self._failed), streamed, rows, self.interrupted)


def _all_rejected(step: Step, found: StepResult) -> StepFailed:
    reasons = "; ".join(sorted({row.reason for row in found.rejected})[:3])
    return StepFailed(f"step {step.id!r}: every row was rejected: {reasons}.", hint="check the input")


def parts_of(frame: nw.DataFrame[Any], rows: int) -> Iterator[nw.DataFrame[Any]]:
    """A frame in memory, so many rows at a time; the frame where it is empty."""
    if not len(frame):
        yield frame
    for start, stop in bounds(len(frame), rows):
        yield frame[start:stop]


def over_frame(stream: Stream, frame: nw.DataFrame[Any]) -> Ran:
    """The steps over a frame in memory."""
    bytes_a_row = float(frame.estimated_size()) / max(len(frame), 1)
    rows = shard_rows(stream.tables.scope.plan, stream.group.steps, bytes_a_row)
    return stream.over(parts_of(frame, rows))


def over_lazy(stream: Stream, lazy: LazyTable, written: Written, *, first: bool = True) -> tuple[Ran, LazyTable | None]:
    """The steps over a lazy table, into a file. Gives the file as a table; None where nothing was written."""
    rows = shard_rows(stream.tables.scope.plan, stream.group.steps, lazy.bytes_a_row)
    with written:
        ran = stream.over(_parts(lazy, rows), written.add)
        if ran.interrupted and not first:  # what earlier steps found for the other rows is worth more
            return ran, None
        return ran, written.close(set(ran.failed) | {s.id for s in stream.group.steps if s.id not in ran.results})


def _parts(lazy: LazyTable, rows: int) -> Iterator[nw.DataFrame[Any]]:
    """The parts of a lazy table; none of its rows where it has none: what steps add has its columns all the same."""
    empty = True
    for part in lazy.parts(rows):
        empty = False
        yield part
    if empty:
        yield lazy.head(0)
