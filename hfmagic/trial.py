"""A trial: several models on the first rows of a step, side by side. A frozen value, and the run that fills it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from .conversions import convert, may_become
from .engine.executor import run_plan
from .engine.step import Machine
from .errors import HFMagicError, InvalidPlan
from .kinds import Kind
from .plan import Column, Plan, StepOutput, Variable
from .recognise import Input
from .results import StepResult
from .selection.choose import Chooser, choose_models
from .tags import runnable_task

MOST_SHOWN = 50  # rows on which the models disagree
Labels = tuple[str | None, ...]
Nothing: Mapping[str, Labels] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tried:
    """How a model did: `value` is a share with its 95 % interval; None while there is nothing to measure."""

    model_id: str
    done: int = 0
    seconds: float = 0.0
    value: float | None = None
    low: float = 0.0
    high: float = 1.0
    error: str = ""


@dataclass(frozen=True)
class Trial:
    """What each model gave for the first rows of a step.

    `given` maps a model to its answers, row by row, as text; `truth` maps a row to what the user says it is;
    `subjects` are what the step worked on.
    """

    step_id: str
    task: str
    rows: int
    models: tuple[Tried, ...]
    subjects: tuple[str, ...] = ()
    given: Mapping[str, Labels] = field(default_factory=lambda: Nothing)
    truth: Mapping[int, str] = field(default_factory=dict)
    running: bool = True
    error: str = ""

    @property
    def measure(self) -> Literal["agreement", "accuracy"]:
        """Agreement with the other models until the user has labelled a row, then accuracy over the labelled ones."""
        return "accuracy" if self.truth else "agreement"

    @property
    def ranked(self) -> tuple[Tried, ...]:
        """The models with what was measured, best first; the quicker one of two alike."""
        measured = [self._measured(m) for m in self.models]
        return tuple(sorted(measured, key=lambda m: (m.value is None, -(m.value or 0), m.seconds, m.model_id)))

    @property
    def disagreements(self) -> tuple[int, ...]:
        """Rows for which the models gave different answers, those that the user has labelled last."""
        rows = [i for i in range(self.rows) if len({g[i] for g in self.given.values()}) > 1]
        return tuple(sorted(rows, key=lambda i: i in self.truth))[:MOST_SHOWN]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every answer that was given, and every label of the user's."""
        return tuple(sorted({x for g in self.given.values() for x in g if x} | set(self.truth.values())))

    def labelled(self, row: int, label: str) -> Trial:
        """The same with a row labelled; an empty label takes it back."""
        truth = {k: v for k, v in self.truth.items() if k != row}
        return replace(self, truth=truth | ({row: label} if label else {}))

    def with_model(self, tried: Tried) -> Trial:
        """The same with a model as it stands now."""
        return replace(self, models=tuple(tried if m.model_id == tried.model_id else m for m in self.models))

    def _measured(self, model: Tried) -> Tried:
        mine = self.given.get(model.model_id)
        if mine is None:
            return model
        if self.truth:
            hits, total = sum(mine[i] == label for i, label in self.truth.items()), len(self.truth)
            return _with_interval(model, hits / total, total)
        others = [g for m, g in self.given.items() if m != model.model_id]
        if not others:
            return model
        shares = [sum(g[i] == mine[i] for g in others) / len(others) for i in range(self.rows)]
        return _with_interval(model, sum(shares) / len(shares), len(shares))


def _with_interval(model: Tried, share: float, total: int) -> Tried:
    """Wilson's interval, which holds for few rows and for shares near 0 and 1, as scipy computes it."""
    from scipy.stats import binomtest

    interval = binomtest(round(share * total), total).proportion_ci(0.95, method="wilson")
    low, high = min(float(interval.low), share), max(float(interval.high), share)
    return replace(model, value=share, low=max(low, 0.0), high=min(high, 1.0))


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
) -> Iterator[Trial]:
    """Run each model over the first rows; gives the trial as it grows, the finished one last.

    Only the step and what it rests on run; limits hold as for any other pick, and so does the consent to a download.

    Args:
        check: raises KeyboardInterrupt when the trial is to stop; what was finished is kept.
    Raises: InvalidPlan for a step whose outputs cannot be compared.
    """
    part, some = _part(plan, step_id), {name: _head(one, rows) for name, one in inputs.items()}
    step = part.step(step_id)
    if not may_become(runnable_task(step.task).gives, Kind.TEXT) or step.map:
        raise InvalidPlan(f"what {step.task} gives cannot be compared row by row.")
    trial = Trial(step_id, step.task, rows, tuple(Tried(m) for m in model_ids))
    yield trial
    kept: Mapping[str, StepResult] = {}
    for model_id in model_ids:
        try:
            bound, _ = choose_models(part, chooser, named={step_id: model_id})
            results = run_plan(bound, some, machine, lambda _: check(), kept=kept)
        except HFMagicError as error:
            trial = trial.with_model(Tried(model_id, error=error.line))
            yield trial
            continue
        except KeyboardInterrupt:
            break
        if results.failed or results.interrupted or step_id not in results:
            line = next((e.line for e in results.failed.values()), "interrupted")
            trial = trial.with_model(Tried(model_id, error=line))
            yield trial
            if results.interrupted:
                break
            continue
        result, part = results[step_id], bound
        kept = {i: r for i, r in results.steps.items() if i != step_id}
        answers = _answers(result)
        trial = replace(
            trial.with_model(Tried(model_id, len(answers), result.seconds)),
            rows=len(answers),
            given={**trial.given, model_id: answers},
            subjects=trial.subjects or _subjects(plan, step_id, some, kept, len(answers)),
        )
        yield trial
    yield replace(trial, running=False)


def _part(plan: Plan, step_id: str) -> Plan:
    """The step and those that it rests on."""
    if step_id not in plan.step_ids:
        raise InvalidPlan(f"the plan has no step {step_id!r}.")
    wanted, waiting = {step_id}, [step_id]
    while waiting:
        parents = plan.step(waiting.pop()).parents & set(plan.step_ids) - wanted
        wanted |= parents
        waiting += parents
    return plan.model_copy(update={"steps": tuple(s for s in plan.steps if s.id in wanted)})


def _head(one: Input, rows: int) -> Input:
    if one.frame is None:
        return one
    frame = one.frame.head(rows)
    return Input(one.schema.model_copy(update={"rows": len(frame)}), frame=frame)


def _answers(result: StepResult) -> Labels:
    rows = list(result.value) if result.frame is not None else [result.value]
    return tuple(None if v is None else str(convert(v, result.kind, Kind.TEXT)) for v in rows)


def _subjects(
    plan: Plan, step_id: str, inputs: Mapping[str, Input], kept: Mapping[str, StepResult], rows: int
) -> tuple[str, ...]:
    """What the step worked on, as text; empty for what is no text."""
    match next(iter(plan.step(step_id).inputs.values())):
        case Column(column=column, of=name) if name in inputs and (frame := inputs[name].frame) is not None:
            values = frame[column].to_list()
        case StepOutput(step=name) if name in kept:
            values = list(kept[name].value) if kept[name].frame is not None else [kept[name].value]
        case Variable(variable=name):
            values = [inputs[name].value]
        case _:
            values = []
    return tuple(v if isinstance(v, str) else "" for v in (*values, *[""] * (rows - len(values))))
