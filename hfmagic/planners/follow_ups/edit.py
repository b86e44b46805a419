"""Follow-ups that change the last plan: its models, its settings, its steps, or what it is run over. Asks no LLM.

Words that say more than such a change are a request of their own, and another planner's work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...errors import NoTaskFits, clip
from ...kinds import InputSchema
from ...limits import Limits
from ...plan import Instead, Plan, Step
from ...scope import validate
from ...tasks import CATALOGUE
from ..asks import told_first
from ..limit_words.read import limit_words
from ..notes import NOTES
from ..words import FAMILIES, family, language_of
from . import words as words
from .asked import Asked, asked, names_something
from .settings import Change
from .steps import left_out, over_inputs


def edit(request: str, previous: Plan, inputs: Sequence[InputSchema]) -> Plan | None:
    """The last plan, changed as a follow-up asks; None where the request is none.

    Models of steps that are not meant stay pinned. Limits that were said before still hold, with those said now.

    Args:
        previous: the last plan; for "undo that" the one before it, which comes back as it was.
        inputs: the schemas of what it is to work on: those of the last plan, or what "do the same for …" names.
    Raises: NoTaskFits where the plan has no such step or model; InvalidPlan, UnknownColumn where it does not fit the
        inputs.
    """
    said = asked(request, previous)
    if said is None or (said.perhaps and not names_something(said.over, previous, [i.name for i in inputs])):
        return None
    if said.lacking:
        known = {n for s in previous.steps if s.task in CATALOGUE for n in CATALOGUE[s.task].by_name}
        hint = f"steps: {', '.join(previous.step_ids)}; settings: {', '.join(sorted(known)) or 'none'}"
        raise NoTaskFits(f"the last plan has no {clip(said.lacking, 40)!r}.", hint=hint)
    side = int(language_of(request) == "zh")
    notes: list[str] = []

    def note(key: str, *names: str) -> None:
        notes.append(words.NOTES[key][side].format(*names))

    steps = tuple(s.model_copy(update={"instead": None}) for s in previous.steps)
    plan = previous.model_copy(update={"steps": steps, "answer": ()})
    if said.drop:
        plan, gone = left_out(plan, said.drop)
        note("without", ", ".join(said.drop))
        if also := [i for i in gone if i not in said.drop]:
            note("with-it", ", ".join(also))
    plan, moved = over_inputs(plan, tuple(inputs) or previous.inputs, said.over)
    for key, *names in moved:
        note(key, *names)
    for change in _meant_settings(said, plan):
        step = plan.step(change.step)
        plan = plan.with_step(step.model_copy(update={"parameters": {**step.parameters, change.name: change.value}}))
        note("set", change.step, change.name, str(change.value))
    plan = _with_models(plan, said, note)
    if not notes:
        note("back" if said.back else "again")
    return _finished(plan, previous, request, notes)


def said_limits(plan: Plan) -> Limits:
    """The limits in the words of a plan's request, and of those that it follows: all of them hold.

    What a follow-up says of one model holds for the steps of that task alone.
    """
    columns = [c.name for i in plan.inputs for c in i.columns]
    found = Limits()
    for request in (*plan.follows, plan.request):
        said = asked(request, plan)
        if said is None:
            found = found.joined(limit_words(request, columns=columns)[0])
        elif not (said.steps or said.one):
            found = found.joined(said.limits)
        else:
            for task in dict.fromkeys(s.task for s in _meant(said, plan)[0]):
                found = found.tightened(_for_task(said.limits, task))
    return found


def _for_task(limits: Limits, task: str) -> Limits:
    parts = [part.model_copy(update={"task": task}) for part in limits.parts]
    return parts[0].model_copy(update={"also": tuple(parts[1:])}) if parts else Limits()


# What is changed


def _meant_settings(said: Asked, plan: Plan) -> list[Change]:
    """The settings of the steps that are named, else of all that have them."""
    found = [c for c in said.settings if c.step in plan.step_ids and c.step in (said.steps or plan.step_ids)]
    if said.settings and not found:
        names = ", ".join(dict.fromkeys(c.name for c in said.settings))
        raise NoTaskFits(f"{', '.join(said.steps)} has no {names}.", hint="name another step")
    return found


def _with_models(plan: Plan, said: Asked, note: Any) -> Plan:
    """The plan with what is wanted of its models marked at the steps that are meant."""
    if not (said.want or said.model or (said.limits != Limits() and (said.one or said.steps))):
        if said.limits != Limits():
            note("limits", ", ".join(s.id for s in plan.steps if _has_model(s)))
        return plan
    steps, sure = _meant(said, plan)
    if not steps:
        named = ", ".join(said.steps)
        why = f"{named} needs no model." if named else "the last plan has no model to change."
        raise NoTaskFits(why, hint=f"its steps with a model: {_modelled(plan)}" if _modelled(plan) else "ask anew")
    if not sure:
        note("which", steps[0].id)
    for step in steps:
        of = step.model.model_id if step.model else step.wanted
        if said.model:
            plan = plan.with_step(step.model_copy(update={"wanted": said.model, "model": None, "instead": None}))
            note("model", said.model, step.id)
        elif said.want and of:
            wanted = step.wanted if said.want in ("bigger", "smaller", "faster", "better") else ""
            wanted = "" if wanted in (of, of.partition("/")[2]) or "/" in wanted else wanted
            instead = Instead(of=of, want=said.want)
            plan = plan.with_step(step.model_copy(update={"wanted": wanted, "instead": instead}))
            note(said.want, of, step.id)
        else:
            plan = plan.with_step(step.model_copy(update={"wanted": ""}))
            note("limits", step.id)
    return plan


def _meant(said: Asked, plan: Plan) -> tuple[list[Step], bool]:
    """The steps whose model is meant; False where that is a guess: the last step with a model before the last result.

    The words name them; else the only one, or one of the family of a named model.
    """
    able = [s for s in plan.ordered() if _has_model(s)]
    if said.steps:
        return [s for s in able if s.id in said.steps], True
    if said.model and (tasks := FAMILIES.get(family(said.model), ())):
        able = [s for t in tasks for s in able if s.task == t][:1] or able
    if len(able) <= 1:
        return able, True
    sink = plan.sinks[-1]
    before = [s for s in able if s.id == sink.id or sink.id in plan.descendants(s.id)]
    return [(before or able)[-1]], False


def _has_model(step: Step) -> bool:
    return step.task in CATALOGUE and not CATALOGUE[step.task].is_operation


def _modelled(plan: Plan) -> str:
    return ", ".join(s.id for s in plan.steps if _has_model(s))


def _finished(plan: Plan, previous: Plan, request: str, notes: Sequence[str]) -> Plan:
    """The changed plan under its request: with the earlier ones that say limits, and without notes of earlier changes.

    Raises: what `validate` raises.
    """
    columns = [c.name for i in previous.inputs for c in i.columns]
    before = asked(previous.request, previous)
    limits = before.limits if before else limit_words(previous.request, columns=columns)[0]
    follows = (*previous.follows, previous.request) if limits != Limits() else previous.follows
    kept = [n for n in previous.notes if not any(p.fullmatch(n) for p in _NOTED)]
    changed = plan.model_copy(
        update={
            "request": request,
            "language": language_of(request),
            "follows": tuple(dict.fromkeys(follows)),
            "answer": told_first(plan.steps) if previous.answer else (),
            "notes": tuple(dict.fromkeys((*kept, *notes))),
        }
    )
    return validate(changed)


_OF_A_CHOICE = [NOTES[key] for key in ("away", "unpicked")]
_NOTED = [
    re.compile(re.sub(r"\\\{\d\\\}", ".*", re.escape(said)))
    for both in (*words.NOTES.values(), *_OF_A_CHOICE)
    for said in both
]
"""What was said of earlier changes, and of a choice of models that is made anew."""
