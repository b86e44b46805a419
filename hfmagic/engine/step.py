"""One step of a run: the rows it reads, and a function of a batch run over them. Knows no task in particular."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..conversions import convert
from ..devices import Device
from ..errors import HFMagicError, StepFailed
from ..hub.folder import FolderHub
from ..kinds import Audio, Kind
from ..media import open_media
from ..models import Pool
from ..plan import Column, Constant, Frame, Reference, Step, StepOutput, Variable
from ..recognise import Input, Reader
from ..results import Emit, Progress, RejectedRow, Started, StepResult
from ..store import Store
from .batching import Outcome, run_batches, unique
from .select import selected_rows
from .tables import Tables

INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Machine:
    """What a run rests on. `batch_tokens` is rows × longest row of a forward pass; `batch_size` 0 leaves it to that."""

    hub: FolderHub
    pool: Pool
    device: Device
    reader: Reader
    store: Store
    dtype: str = "auto"
    batch_tokens: int = 2048
    batch_size: int = 0
    sql_rows: int = 100_000
    sql_seconds: float = 30.0
    seed: int = 0


@dataclass
class Work:
    """What a step has to do: the selected `rows` of `count`, opened `values` with their rows in `places`."""

    count: int
    rows: list[int]
    values: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)


@dataclass
class StepRun:
    """One step of one run: what it reads, and how a function of a batch is run over its rows."""

    step: Step
    tables: Tables
    inputs: Mapping[str, Input]
    machine: Machine
    emit: Emit
    interrupted: bool = False

    def rows(self, reference: Reference, wanted: Kind) -> list[Any]:
        """The values of a reference as `wanted`, one a row; a single value is one row."""
        kind = self.tables.scope.kind_of(reference)
        match reference:
            case Column(column=name, of=frame):
                values = self.tables.rows(frame, name)
            case StepOutput(step=name):
                result = self.tables.results[name]
                values = result.value if result.frame is not None else [result.value]
            case Variable(variable=name):
                values = [self.inputs[name].value]
            case Constant(constant=value):
                values = [value]
            case Frame():
                raise StepFailed(f"step {self.step.id!r} reads a whole frame as rows.", hint="name a column")
        return [convert(v, kind, wanted) for v in values]

    def parameters(self) -> dict[str, Any]:
        """The step's parameters over the task's defaults."""
        spec = self.tables.scope.spec(self.step)
        return {p.name: self.step.parameters.get(p.name, p.default) for p in spec.parameters}

    def over_rows(
        self,
        slot: str,
        cost: Callable[[Sequence[Any]], list[int]],
        run: Callable[[list[Any]], list[Any]],
        *,
        budget: int = 2048,
        most: int = 256,
        media: Kind | None = None,
        **details: Any,
    ) -> StepResult:
        """Run a function of a batch over the selected rows of a slot: each different value once, results in order.

        Args:
            cost: each value's share of `budget`; a batch's rows × its largest share stay within it.
            media: the kind of picture or sound that values are opened as.
            details: further fields of the StepResult.
        Raises: StepFailed when every selected row was rejected.
        """
        work = self._work(slot, media)
        self.emit(Started(self.step.id, len(work.rows)))
        start = time.perf_counter()
        kept, positions = unique(work.values)
        outcome, first_row_seconds = Outcome(), 0.0

        def progress(now: Outcome) -> None:
            nonlocal first_row_seconds
            first_row_seconds = first_row_seconds or time.perf_counter() - start
            self.emit(Progress(self.step.id, round(now.done / len(kept) * len(work.rows)), len(work.rows)))

        try:
            if kept:
                run_batches(kept, cost(kept), run, budget=budget, most=most, progress=progress, outcome=outcome)
        except KeyboardInterrupt:
            if not outcome.results:
                raise
            self.interrupted = True  # what is finished is kept; the other rows say why they have nothing
        output = self._output(work, positions, outcome)
        frame = self.tables.scope.rows_of(self.step)
        return StepResult(
            step=self.step,
            kind=self.tables.scope.spec(self.step).gives,
            value=output if frame is not None else output[0],
            frame=frame,
            rows=len(work.rows),
            unique=len(kept),
            rejected=tuple(RejectedRow(i, reason) for i, reason in sorted(work.rejected.items())),
            seconds=time.perf_counter() - start,
            first_row_seconds=first_row_seconds,
            **details,
        )

    def _work(self, slot: str, media: Kind | None) -> Work:
        """The selected rows of a slot; one without a value is rejected, or left out where an earlier step did so."""
        reference = self.step.inputs[slot]
        values = self.rows(reference, self.tables.scope.spec(self.step).takes[slot])
        rows = selected_rows(self.step, self.tables, len(values))
        if isinstance(reference, StepOutput) and self.tables.scope.rows_of(self.step) is not None:
            rows = [i for i in rows if values[i] is not None]
        work = Work(len(values), rows)
        for i in rows:
            if values[i] is None:
                work.rejected[i] = "missing"
                continue
            for value in values[i] if self.step.map else (values[i],):
                self._add(work, i, value, media)
        return work

    def _add(self, work: Work, row: int, value: Any, media: Kind | None) -> None:
        """Open a value and put it in line, or reject its row with the reason."""
        try:
            if media is not None and isinstance(value, str | Path):
                value = open_media(self.machine.reader.path(Path(value)), media)
        except HFMagicError as error:
            work.rejected.setdefault(row, error.message)
            return
        if value is None or (media is None and isinstance(value, str) and not value.strip()):
            work.rejected.setdefault(row, "missing" if value is None else "empty")
        elif isinstance(value, Audio) and not len(value.samples):
            work.rejected.setdefault(row, "empty")
        else:
            work.values.append(value)
            work.places.append(row)

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
