"""Run a bound plan over inputs, group by group of its steps. Knows nothing of planning or display."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from ..errors import HFMagicError, OutOfMemory, StepFailed, is_out_of_memory, reason_of
from ..fit.placement import ROOMY
from ..kinds import Kind
from ..plan import Plan, Step
from ..recognise import Input
from ..results import INTERRUPTED, Done, Emit, Event, Failed, Progress, Results, StepResult
from ..scope import Scope
from .at_rest import AtRest, lazy_frames, resting_on
from .machine import Machine
from .model_step import ModelStep
from .operate import OPERATIONS
from .prefetch import Prefetch
from .shards import SHARD_ROWS, Group, groups_of
from .step import StepRun
from .stream import OpenStep, Stream, over_frame
from .tables import Tables


def run_plan(
    plan: Plan,
    inputs: Mapping[str, Input],
    machine: Machine,
    emit: Emit,
    *,
    kept: Mapping[str, StepResult] = MappingProxyType({}),
    amend: Callable[[Step], Step] = lambda step: step,
    place: Callable[[str], Path] = lambda name: Path(f"{name}.parquet"),
) -> Results:
    """Run every step after those it reads from.

    A step that fails is reported and its descendants are left out; the others go on. An interrupt keeps what is
    finished. Returns: Results, also when steps failed; its plan is the one that was run.

    Args:
        kept: results of steps, all that they rest on among them, that are taken over and not run.
        amend: asked for each other step just before it runs: the same with the model or parameters it has by now.
        place: where what comes of a lazy frame, or of a step that keeps rows of one, is written.
    """
    run = _Run(plan, inputs, machine, emit, amend, place)
    run.keep(kept)
    try:
        for group in run.groups():
            run.do(group)
            if run.interrupted:
                break
    finally:
        run.prefetch.stop()
    return run.results()


class _Run:
    """A run of a plan: what is done by now, and what has failed."""

    def __init__(
        self,
        plan: Plan,
        inputs: Mapping[str, Input],
        machine: Machine,
        emit: Emit,
        amend: Callable[[Step], Step],
        place: Callable[[str], Path],
    ) -> None:
        self.inputs, self.machine, self.amend = inputs, machine, amend
        self.done: dict[str, StepResult] = {}
        self.failed: dict[str, HFMagicError] = {}
        self.tables = Tables(Scope(plan), inputs, self.done)
        self.at_rest = AtRest(plan, {name: one.lazy for name, one in inputs.items() if one.lazy}, place)
        self.prefetch = Prefetch(machine)
        self.interrupted, self._first_row_seconds = False, 0.0
        self._emit, self._start = emit, time.perf_counter()

    @property
    def plan(self) -> Plan:
        """As it is by now."""
        return self.tables.scope.plan

    def keep(self, kept: Mapping[str, StepResult]) -> None:
        """Take over results. Those of lazy frames come from the cache instead: of them no more than a head is here."""
        lazily = resting_on(self.plan, lazy_frames(self.plan, self.inputs))
        for step_id in self.plan.step_ids:
            if step_id in kept and step_id not in lazily:
                self._put(step_id, kept[step_id])

    def groups(self) -> list[Group]:
        """What runs together, in order: over lazy frames, and over large ones where several steps follow their rows."""
        large = {n for n, one in self.inputs.items() if one.frame is not None and len(one.frame) > SHARD_ROWS}
        large = large if self._all_fit() else set()
        found = []
        for group in groups_of(self.plan, lazy_frames(self.plan, self.inputs) | large):
            steps = tuple(step for step in group.steps if step.id not in self.done)
            several = group.frame in large and len(steps) < 2
            found += [Group((step,)) for step in steps] if several else [Group(steps, group.frame)] if steps else []
        return found

    def _all_fit(self) -> bool:
        """True where the models of all steps may be in memory at once, here."""
        machine, models = self.machine, {s.model.model_id: s.model for s in self.plan.steps if s.model}
        sizes = [machine.hub.find(m.model_id, m.revision).parameters * 4 for m in models.values()]
        return machine.engine == "local" and sum(sizes) < machine.device.free_bytes * ROOMY

    def do(self, group: Group) -> None:
        """Run the steps of a group but those that rest on failed ones."""
        ids, out = set(self.plan.step_ids), set[str]()
        for step in group.steps:
            if not step.parents & ids <= self.done.keys() | ({s.id for s in group.steps} - out):
                out.add(step.id)
        steps = tuple(self._amended(step) for step in group.steps if step.id not in out)
        if steps and group.frame:
            self._stream(Group(steps, group.frame))
        elif steps:
            self._step(steps[0])

    def results(self) -> Results:
        """What came of it."""
        frames = {**self.tables.final(self.plan), **self.at_rest.final()}
        seconds = time.perf_counter() - self._start
        times = (seconds, self._first_row_seconds, self.interrupted)
        return Results(self.plan, self.done, frames, self.failed, *times, streamed=self.at_rest.streamed)

    def watch(self, event: Event) -> None:
        """Pass an event on, and see when the first row is done."""
        if isinstance(event, Progress | Done) and not self._first_row_seconds:
            self._first_row_seconds = time.perf_counter() - self._start
        self._emit(event)

    def _stream(self, group: Group) -> None:
        lazy = group.frame in self.at_rest.names
        frame = None if lazy else self.tables.frame(group.frame)
        rows = self.at_rest.table(group.frame).rows if frame is None else len(frame)
        stream = Stream(
            group, self.tables, self.inputs, self.machine, self.watch, open_step, rows, keeps=not lazy, ours=ours
        )
        stream.prefetch = self.prefetch
        try:
            ran = self.at_rest.stream(stream) if frame is None else over_frame(stream, frame)
        except KeyboardInterrupt as stop:
            self.watch(Failed(group.steps[0].id, stop))
            self.interrupted = True
            return
        except HFMagicError as error:
            for step in group.steps:
                self.failed[step.id] = error
                self.watch(Failed(step.id, error))
            return
        self.done |= ran.results
        self.failed |= ran.failed
        self.interrupted = bool(ran.interrupted)

    def _step(self, step: Step) -> None:
        run = StepRun(step, self.tables, self.inputs, self.machine, self.watch, prefetch=self.prefetch)
        run.coming = next((s for s in self.plan.ordered() if s.model and s.id not in self.done and s != step), None)
        try:
            if self.at_rest.reads(step):
                with ours(step):
                    result = self.at_rest.run(run)
            else:
                result = run_step(run)
        except KeyboardInterrupt as stop:
            self.watch(Failed(step.id, stop))
            self.interrupted = True
            return
        except HFMagicError as error:
            self.failed[step.id] = error
            self.watch(Failed(step.id, error))
            return
        self._put(step.id, result)
        self.interrupted = run.interrupted
        if run.interrupted:
            left = sum(row.reason == INTERRUPTED for row in result.rejected)
            with contextlib.suppress(KeyboardInterrupt):  # a second one: what is finished is kept all the same
                self.watch(Progress(step.id, result.rows - left, result.rows))
        self.watch(Failed(step.id, KeyboardInterrupt()) if run.interrupted else Done(step.id, result))

    def _amended(self, step: Step) -> Step:
        amended = self.amend(step)
        if amended != step:
            self.tables.scope = Scope(self.plan.with_step(amended))
            self.at_rest.plan = self.plan
        return amended

    def _put(self, step_id: str, result: StepResult) -> None:
        self.done[step_id] = result
        if result.kind is Kind.TABLE and step_id not in self.at_rest.names:  # of one in a file a head is here
            self.tables.given[step_id] = result.value


@dataclass(frozen=True)
class Operation:
    """A step without a model: nothing stays open."""

    over: Callable[[StepRun], StepResult]

    def close(self) -> int:
        """Nothing was measured."""
        return 0


def open_step(run: StepRun) -> OpenStep:
    """A step, made ready to run. Raises: as ModelStep does."""
    operation = OPERATIONS.get(run.step.task)
    return Operation(operation) if operation else ModelStep(run)


def run_step(run: StepRun) -> StepResult:
    """What the step gives. Raises: HFMagicError."""
    with ours(run.step):
        step = open_step(run)
        try:
            result = step.over(run)
        finally:
            taken = step.close()
        return replace(result, peak_bytes=taken)


@contextlib.contextmanager
def ours(step: Step) -> Iterator[None]:
    """An error of whatever library becomes one of ours, with the first as its cause."""
    try:
        yield
    except HFMagicError:
        raise
    except Exception as error:
        what = f"step {step.id!r}: {reason_of(error)}."
        if is_out_of_memory(error):
            raise OutOfMemory(what, hint="--device cpu, --batch-size 1, or a smaller model") from error
        raise StepFailed(what, hint="--debug shows where") from error
