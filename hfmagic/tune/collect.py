"""The labelled inputs of a step: its column, or what the steps before it gave, beside a column of the same frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.executor import run_plan
from ..engine.machine import Machine
from ..engine.step import StepRun
from ..engine.tables import Tables
from ..errors import BadOption, HFMagicError, InvalidPlan, UnknownColumn, did_you_mean
from ..kinds import MEDIA, Kind
from ..plan import Plan, Step
from ..recognise import Input, column_values, open_single
from ..results import Emit, StepResult
from ..scope import Scope
from ..trial.ground import MOST_READ, part_of
from .examples import Example
from .ways import WAYS, Way, one_spelling


def check_tunable(plan: Plan, step_id: str, inputs: Mapping[str, Input]) -> str:
    """The frame whose rows a step follows. Raises: InvalidPlan, BadOption for a step whose model cannot be tuned."""
    if step_id not in plan.step_ids:
        raise InvalidPlan(f"the plan has no step {step_id!r}.", hint=did_you_mean(step_id, plan.step_ids))
    step, scope = plan.step(step_id), Scope(plan)
    if scope.spec(step).is_operation or step.model is None:
        raise BadOption(f"step {step_id!r} has no model.", hint=_tunable(plan) or "%hf help tasks lists what models do")
    if step.task not in WAYS:
        hint = _tunable(plan) or f"tuned are {', '.join(WAYS)}"
        raise BadOption(f"models for {step.task} are not tuned.", hint=hint)
    frame = scope.rows_of(step)
    if step.map or frame is None or frame not in inputs:
        raise BadOption(f"step {step_id!r} does not run over the rows of a frame of yours.", hint="tune over a column")
    return frame


def _tunable(plan: Plan) -> str:
    named = [s.id for s in plan.steps if s.task in WAYS and s.model]
    return f"such as %hf tune {named[0]}" if named else ""


def collect(
    plan: Plan, step_id: str, inputs: Mapping[str, Input], labels: str, machine: Machine, emit: Emit
) -> list[Example]:
    """The step's inputs with a label that can be read, in the order of the rows.

    What the step rests on is run; of a table that is read in parts the first MOST_READ rows are taken.
    Raises: as `check_tunable`; UnknownColumn; what a step before it raises; KeyboardInterrupt.
    """
    frame = check_tunable(plan, step_id, inputs)
    inputs = {name: one.head(MOST_READ) if one.lazy else one for name, one in inputs.items()}
    rows = inputs[frame].frame
    if rows is None or labels not in rows.columns:
        columns = list(rows.columns) if rows is not None else []
        hint = did_you_mean(labels, columns) or f"columns: {', '.join(columns)}"
        raise UnknownColumn(f"{frame} has no column {labels!r}.", hint=hint)
    part = part_of(plan, step_id)
    step, way = part.step(step_id), WAYS[part.step(step_id).task]
    run = StepRun(step, _tables(part, step, inputs, machine, emit), inputs, machine, emit)
    slot = run.tables.scope.spec(step).subject
    work, truths = run.work(slot), column_values(rows, labels)
    found = [_example(way, value, truths[row], row) for value, row in zip(work.values, work.places, strict=True)]
    kind = run.tables.scope.spec(step).takes[slot]
    return one_spelling([e for e in found if e is not None and _opens(e, kind, machine)])


def _example(way: Way, value: Any, truth: Any, row: int) -> Example | None:
    target = None if truth is None else way.target(truth, value)
    return None if target is None else Example(value, target, row)


def _opens(example: Example, kind: Kind, machine: Machine) -> bool:
    """False for a picture that a run would reject: training would end at it."""
    try:
        return bool(opened((example,), kind, machine))
    except HFMagicError:
        return False


def _tables(part: Plan, step: Step, inputs: Mapping[str, Input], machine: Machine, emit: Emit) -> Tables:
    """What the step reads from, after the steps before it have run."""
    before = tuple(s for s in part.steps if s.id != step.id)
    done: Mapping[str, StepResult] = {}
    if before:
        results = run_plan(part.model_copy(update={"steps": before}), inputs, machine, emit)
        if results.failed:
            raise next(iter(results.failed.values()))
        if results.interrupted:
            raise KeyboardInterrupt
        done = results.steps
    tables = Tables(Scope(part), inputs, done)
    tables.given.update({i: r.value for i, r in done.items() if r.kind is Kind.TABLE})
    return tables


def opened(examples: Sequence[Example], kind: Kind, machine: Machine) -> Sequence[Example]:
    """Examples whose pictures are open: a batch of them, or those that are looked at together."""
    if kind not in MEDIA:
        return examples
    return tuple(Example(open_single(e.value, kind, machine.reader), e.target, e.row) for e in examples)
