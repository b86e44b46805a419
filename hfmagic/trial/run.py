"""The run that fills a trial: each model over varied rows of a step, a quarter, a half, then all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from ..cache import NO_CACHE
from ..conversions import convert, may_become
from ..data_profile import Profile
from ..engine.executor import run_plan
from ..engine.machine import Machine
from ..errors import HFMagicError, InvalidPlan
from ..intervals import LOOKS
from ..kinds import Kind
from ..plan import Plan, Step
from ..recognise import Input
from ..results import Event, Progress, Started, StepResult
from ..selection.choose import Chooser, choose_models
from ..tags import runnable_task
from .ground import Ground, Truths, make_ground
from .trial import Labels, Trial, Tried
from .words import OUT_OF_TIME, decided_early

FEWEST_TO_LOOK = 40  # rows: of fewer, a quarter shows nothing


def is_comparable(step: Step) -> bool:
    """Whether what a step gives can be compared row by row, as text."""
    return may_become(runnable_task(step.task).gives, Kind.TEXT) and not step.map


def check_comparable(step: Step) -> None:
    """Raises: InvalidPlan for a step whose outputs cannot be compared."""
    if not is_comparable(step):
        raise InvalidPlan(f"what {step.task} gives cannot be compared row by row.")


@dataclass
class Pace:
    """How fast a model was, batch by batch, and what it took; filled while it runs."""

    seconds: float = 0.0
    load_seconds: float = 0.0
    peak_bytes: int = 0
    row_ms: list[float] = field(default_factory=list)

    def add(self, result: StepResult, marks: Sequence[tuple[float, int]]) -> None:
        """A slice that ran. `marks`: when (s) how many rows were done."""
        self.seconds += result.seconds
        self.load_seconds += result.load_seconds
        self.peak_bytes = max(self.peak_bytes, getattr(result, "peak_bytes", 0))
        for (before, had), (now, have) in pairwise(marks):
            if have > had:
                self.row_ms += [(now - before) * 1000 / (have - had)] * (have - had)


class Stopped(KeyboardInterrupt):
    """The time is up."""


def run_trial(
    plan: Plan,
    step_id: str,
    inputs: Mapping[str, Input],
    model_ids: Sequence[str],
    chooser: Chooser,
    machine: Machine,
    *,
    rows: int,
    check: Callable[[], None] = lambda: None,
    labels: Truths = None,
    names: Mapping[str, str] | None = None,
    by: str = "",
    profile: Profile | None = None,
    seconds: float = 0.0,
    seed: int = 0,
    stop_early: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Trial]:
    """Run each model over varied rows; gives the trial as it grows, the finished one last.

    Only the step and what it rests on run; limits hold as for any other pick, and so does the consent to a download.

    Args:
        check: raises KeyboardInterrupt when the trial is to stop; what was finished is kept.
        labels: what the rows really are: a column of the frame, or one value a row of it, None where it is not known.
        names: a model's label → the user's; without it those that share no name are matched by best fit.
        by: a column; quality is told for each of its values.
        profile: of what the step works on, to remember the outcome by; without it language and length alone.
        seconds: the trial stops after so long, with the slices that every model has run; 0: no limit.
        stop_early: with labels, stop at a quarter or a half of the rows where one model is better for sure.
        clock: seconds, from any start.
    Raises: InvalidPlan for a step whose outputs cannot be compared, UnknownColumn.
    """
    machine = replace(machine, cache=NO_CACHE)  # seconds are measured: nothing is taken from an earlier run
    ground = make_ground(plan, step_id, inputs, rows=rows, labels=labels, by=by, seed=seed)
    step = ground.part.step(step_id)
    check_comparable(step)
    trial = ground.trial(tuple(Tried(m) for m in model_ids), names or {}, profile)
    yield trial
    until = clock() + seconds if seconds else None

    def watch() -> None:
        check()
        if until is not None and clock() > until:
            raise Stopped

    looks = stop_early and bool(trial.known) and len(model_ids) > 1
    slices = _slices(ground, split=looks or bool(seconds))
    paces = {m: Pace() for m in model_ids}
    try:
        for start, stop, spends in slices:
            for moment in _round(trial, ground, (start, stop), chooser, machine, watch, paces):
                trial = moment
                yield trial
            trial = replace(trial, spends=spends if looks else 1.0)
            if looks and stop < ground.rows and trial.verdict.kind == "clear":
                trial = replace(trial, stopped=decided_early(stop, ground.rows, trial.language))
                break
    except Stopped:
        trial = replace(trial, stopped=OUT_OF_TIME[trial.language].format(seconds=f"{seconds:.3g}"))
    except KeyboardInterrupt:
        pass
    yield replace(trial, running=False)


def _slices(ground: Ground, *, split: bool) -> list[tuple[int, int, float]]:
    """From, to, and the share of the chance of error that a look after it may spend."""
    if not split or not ground.by_row or ground.rows < FEWEST_TO_LOOK:
        return [(0, ground.rows, 1.0)]
    ends = [round(share * ground.rows) for share, _ in LOOKS]
    return [(a, b, spends) for a, b, (_, spends) in zip([0, *ends], ends, LOOKS, strict=False)]


def _round(
    trial: Trial,
    ground: Ground,
    rows: tuple[int, int],
    chooser: Chooser,
    machine: Machine,
    check: Callable[[], None],
    paces: Mapping[str, Pace],
) -> Iterator[Trial]:
    """Every model that has not failed over a slice of the rows. Raises: KeyboardInterrupt; `trial` as yielded last."""
    some, part = ground.inputs(*rows), ground.part
    kept: Mapping[str, StepResult] = {}
    for model_id in [m.model_id for m in trial.models if not m.error]:
        marks: list[tuple[float, int]] = []

        def watch(event: Event, marks: list[tuple[float, int]] = marks) -> None:
            check()
            if isinstance(event, Started | Progress) and event.step_id == ground.step_id:
                marks.append((time.perf_counter(), event.done if isinstance(event, Progress) else 0))

        try:
            bound, _ = choose_models(part, chooser, named={ground.step_id: model_id})
            results = run_plan(bound, some, machine, watch, kept=kept)
        except HFMagicError as error:
            yield (trial := _failed(trial, model_id, error.line))
            continue
        if results.interrupted:
            check()
            raise KeyboardInterrupt
        if results.failed or ground.step_id not in results:
            line = next((e.line for e in results.failed.values()), "it gave nothing")
            yield (trial := _failed(trial, model_id, line))
            continue
        result, part = results[ground.step_id], bound
        kept = {i: r for i, r in results.steps.items() if i != ground.step_id}
        paces[model_id].add(result, marks)
        trial = _with_result(trial, model_id, result, paces[model_id])
        if len(trial.subjects) < trial.rows:
            trial = replace(
                trial, subjects=(*trial.subjects, *ground.subjects(some, kept, trial.rows - len(trial.subjects)))
            )
        yield trial


def _failed(trial: Trial, model_id: str, line: str) -> Trial:
    """Without what it gave before: it cannot be compared over all rows any more."""
    trial = replace(
        trial,
        given={m: g for m, g in trial.given.items() if m != model_id},
        answers={m: a for m, a in trial.answers.items() if m != model_id},
    )
    return trial.with_model(Tried(model_id, error=line))


def _with_result(trial: Trial, model_id: str, result: StepResult, pace: Pace) -> Trial:
    values = list(result.value) if result.frame is not None else [result.value]
    if result.kind is Kind.LABELS:
        values = [convert(v, Kind.LABELS, Kind.TEXT) for v in values]
    texts: Labels = tuple(None if v is None else str(convert(v, result.kind, Kind.TEXT)) for v in values)
    given = (*trial.given.get(model_id, ()), *texts)
    tried = Tried(
        model_id,
        len(given),
        pace.seconds,
        revision=result.step.model.revision if result.step.model else "",
        load_seconds=pace.load_seconds,
        row_ms=statistics.median(pace.row_ms) if pace.row_ms else 0.0,
        peak_bytes=pace.peak_bytes,
    )
    more: dict[str, Any] = {
        "given": {**trial.given, model_id: given},
        "answers": {**trial.answers, model_id: (*trial.answers.get(model_id, ()), *values)},
    }
    return replace(trial.with_model(tried), rows=max(map(len, more["given"].values())), **more)
