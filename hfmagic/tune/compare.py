"""The base and the tuned model on the rows that were held out: a trial, with the measures of any other one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..engine.machine import Machine
from ..kinds import Kind
from ..plan import Plan
from ..recognise import Input
from ..scope import Scope
from ..selection.choose import Chooser
from ..trial import Trial, Tried, is_comparable, run_trial
from ..trial.ground import MOST_READ
from .training import Course


def compare(
    plan: Plan,
    step_id: str,
    inputs: Mapping[str, Input],
    models: tuple[str, str],
    course: Course,
    chooser: Chooser,
    machine: Machine,
    *,
    check: Callable[[], None],
    frame: str,
) -> Trial:
    """Both models, as they are found on this machine, over the rows held out.

    Embeddings are compared by the label of the nearest training row. An interrupt leaves what was measured.
    """
    held = course.parts.held_out
    if not is_comparable(plan.step(step_id)):
        return _by_nearest(plan, step_id, models, course, machine)
    inputs = {name: one.head(MOST_READ) if one.lazy else one for name, one in inputs.items()}
    truths: list[Any] = [None] * len(inputs[frame].frame)  # type: ignore[arg-type]
    for example in held:
        truths[example.row] = example.target
    trial = Trial(step_id, "", len(held), ())
    for trial in run_trial(  # noqa: B007  the last one is the finished one
        plan,
        step_id,
        inputs,
        models,
        chooser,
        machine,
        rows=len(held),
        check=check,
        labels=truths,
        seed=course.settings.seed,
        stop_early=False,
    ):
        pass
    return trial


def _by_nearest(plan: Plan, step_id: str, models: tuple[str, str], course: Course, machine: Machine) -> Trial:
    held, train, answers, tried = course.parts.held_out, course.parts.train, {}, []
    for model_id in models:
        facts = machine.hub.find(model_id)
        revision = machine.hub.revision(facts)
        loaded = machine.pool.get(
            facts, revision, auto=course.runner.auto, processor=course.runner.processor, device=machine.device
        )
        seen = replace(course, loaded=loaded)
        answers[model_id] = tuple(course.way.answers(seen.given(held), seen.given(train), train))
        tried.append(Tried(model_id, len(held), revision=revision))
    return Trial(
        step_id,
        plan.step(step_id).task,
        len(held),
        tuple(tried),
        given=MappingProxyType(answers),
        answers=MappingProxyType(answers),
        known=MappingProxyType({i: e.target for i, e in enumerate(held)}),
        scored_by=course.way.measure,
        places=tuple(e.row for e in held),
        wanted=len(held),
        running=False,
        language=plan.language,
        seed=course.settings.seed,
    )


def kind_of_subject(plan: Plan, step_id: str) -> Kind:
    """What the step works on."""
    spec = Scope(plan).spec(plan.step(step_id))
    return spec.takes[spec.subject]
