"""Run a bound plan over inputs, step by step. Knows nothing of planning or display."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import HFMagicError, OutOfMemory, StepFailed, is_out_of_memory, reason_of
from ..kinds import Kind
from ..plan import Plan, Step
from ..recognise import Input
from ..results import Done, Emit, Event, Failed, Progress, Results, StepResult
from ..scope import Scope
from .model_step import run_model
from .operate import OPERATIONS
from .step import Machine, StepRun
from .tables import Tables


def run_plan(
    plan: Plan,
    inputs: Mapping[str, Input],
    machine: Machine,
    emit: Emit,
    *,
    kept: Mapping[str, StepResult] = MappingProxyType({}),
    amend: Callable[[Step], Step] = lambda step: step,
) -> Results:
    """Run every step after those it reads from.

    A step that fails is reported and its descendants are left out; the others go on. An interrupt keeps what is
    finished. Returns: Results, also when steps failed; its plan is the one that was run.

    Args:
        kept: results of steps, all that they rest on among them, that are taken over and not run.
        amend: asked for each other step just before it runs: the same with the model or parameters it has by now.
    """
    start = time.perf_counter()
    done: dict[str, StepResult] = {}
    failed: dict[str, HFMagicError] = {}
    tables = Tables(Scope(plan), inputs, done)
    interrupted, first_row_seconds = False, 0.0

    def watch(event: Event) -> None:
        nonlocal first_row_seconds
        if isinstance(event, Progress | Done) and not first_row_seconds:
            first_row_seconds = time.perf_counter() - start
        emit(event)

    steps = set(plan.step_ids)
    for step in plan.ordered():
        if not step.parents & steps <= done.keys():  # what it reads from has failed
            continue
        if step.id in kept:
            done[step.id] = kept[step.id]
            if done[step.id].kind is Kind.TABLE:
                tables.given[step.id] = done[step.id].value
            continue
        if (amended := amend(step)) != step:
            step, plan = amended, plan.with_step(amended)
            tables.scope = Scope(plan)
        run = StepRun(step, tables, inputs, machine, watch)
        try:
            result = _run_step(run)
        except KeyboardInterrupt as stop:
            watch(Failed(step.id, stop))
            interrupted = True
            break
        except HFMagicError as error:
            failed[step.id] = error
            watch(Failed(step.id, error))
            continue
        done[step.id] = result
        if result.kind is Kind.TABLE:
            tables.given[step.id] = result.value
        if run.interrupted:
            watch(Failed(step.id, KeyboardInterrupt()))
            interrupted = True
            break
        watch(Done(step.id, result))
    seconds = time.perf_counter() - start
    return Results(plan, done, tables.final(plan), failed, seconds, first_row_seconds, interrupted)


def _run_step(run: StepRun) -> StepResult:
    """What the step gives. An error of whatever library becomes one of ours, with the first as its cause."""
    try:
        return OPERATIONS.get(run.step.task, run_model)(run)
    except HFMagicError:
        raise
    except Exception as error:
        what = f"step {run.step.id!r}: {reason_of(error)}"
        if is_out_of_memory(error):
            raise OutOfMemory(what, hint="--device cpu, --batch-size 1, or a smaller model") from error
        raise StepFailed(what, hint="--debug shows where") from error
