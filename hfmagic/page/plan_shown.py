"""Where the last plan stands → PlanShown. A pure function of the stage."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..errors import clip, one_line
from ..plan import Plan, Step
from ..render.plan_view import PlanView
from ..render.states import StepState
from ..render.words import condition, does, error_line, reads
from ..stage import Standing
from ..tasks import CATALOGUE, Parameter
from .shows import Change, ChangedRow, ParameterShown, PlanShown, StepShown, Waiting

MOST_REASONS = 5
MOST_TEXT = 400


def plan_shown(now: Standing) -> PlanShown | None:
    """The last plan; None before the first."""
    view = now.view
    if view is None or not view.plan.steps:
        return None
    waits = None
    if now.waits:
        waits = Waiting(why=now.waits.why, fetch_bytes=now.waits.bytes, largest=now.waits.largest)
    return PlanShown(
        plan=view.plan,
        hash=now.hash,
        steps=tuple(_step(view, step, now) for step in view.plan.steps),
        running=now.running,
        waits=waits,
        stored=now.stored,
        answer=clip(now.answer, 4000),
        error=now.error,
        queued=now.queued,
        changes=tuple(
            Change(
                step=c.step_id,
                output=c.output,
                changed=c.changed,
                total=c.total,
                examples=tuple(
                    ChangedRow(row=x.row, subject=_cut(x.subject), before=_cut(x.before), after=_cut(x.after))
                    for x in c.examples
                ),
            )
            for c in now.changes
        ),
    )


def _step(view: PlanView, step: Step, now: Standing) -> StepShown:
    plan, state = view.plan, view.state(step.id)
    spec, model, result = CATALOGUE.get(step.task), step.model, state.result
    return StepShown(
        id=step.id,
        task=step.task,
        does=does(step),
        reads=reads(plan, step),
        where=condition(plan, step.where),
        output=step.output,
        parents=_parents(plan, step),
        parameters=tuple(_parameter(p, step) for p in (spec.parameters if spec else ())),
        model_id=model.model_id if model else "",
        revision=model.revision if model else "",
        reason=model.reason if model else "",
        needs_model=bool(spec and not spec.is_operation),
        phase=state.phase,
        done=state.done,
        total=state.total,
        line=error_line(state.error) if state.error else state.line,
        seconds=result.seconds if result else None,
        seconds_left=state.seconds_left,
        rows_per_second=_speed(state),
        rows=result.rows if result else 0,
        unique=result.unique if result else 0,
        rejected=len(result.rejected) if result else 0,
        rejected_reasons=_reasons(result.rejected) if result else (),
        device=result.device if result else "",
        dtype=result.dtype if result else "",
        notes=result.notes if result else (),
        rated=now.rated.get(step.id),
        kept=step.id in now.kept,
    )


def _parents(plan: Plan, step: Step) -> tuple[str, ...]:
    return tuple(i for i in plan.step_ids if i in step.parents)


def _speed(state: StepState) -> float | None:
    result = state.result
    if result is None:
        return state.rows_per_second
    return result.rows / result.seconds if result.rows > 1 and result.seconds > 0 else None


def _reasons(rejected: tuple[Any, ...]) -> tuple[str, ...]:
    counts = Counter(one_line(r.reason) for r in rejected).most_common(MOST_REASONS)
    return tuple(f"{count:,} × {_cut(reason)}" for reason, count in counts)


def _parameter(spec: Parameter, step: Step) -> ParameterShown:
    value = step.parameters.get(spec.name, spec.default)
    return ParameterShown(
        name=spec.name,
        type=spec.type.__name__,  # type: ignore[arg-type]  # the catalogue has no other types; pydantic checks
        value=_plain(value),
        default=_plain(spec.default),
        help=spec.help,
        unit=spec.unit,
        low=spec.low,
        high=spec.high,
        choices=spec.choices,
        required=spec.required,
    )


def _plain(value: Any) -> Any:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else value


def _cut(text: str) -> str:
    return clip(text, MOST_TEXT)
