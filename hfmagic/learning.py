"""What runs, swaps, thumbs, trials and labels teach about models: written down as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from .alerts import raise_alerts
from .data_profile import Profile
from .experience import (
    learn_from_correction,
    learn_from_failure,
    learn_from_rating,
    learn_from_revert,
    learn_from_trial,
)
from .plan import Plan, Step
from .profiles import profiles_of
from .recognise import Input
from .results import Results
from .store import Store
from .trial import Trial


def profile_of_step(store: Store, plan: Plan, inputs: Mapping[str, Input], step_id: str) -> Profile:
    """What the step of a plan works on is like; empty where that is not known."""
    return profiles_of(plan, inputs, store.salt).get(step_id, Profile())


def learn_failures(store: Store, results: Results, inputs: Mapping[str, Input], run: str) -> None:
    """Steps of a run that failed by their model's fault."""
    for step_id, error in results.failed.items():
        step = results.plan.step(step_id)
        if step.model is not None:
            profile = profile_of_step(store, results.plan, inputs, step_id)
            learn_from_failure(
                store, step.task, step.model.model_id, step.model.revision, profile, error=error, run=run
            )


def learn_swap(
    store: Store, results: Results, inputs: Mapping[str, Input], step_id: str, model_id: str, run: str
) -> None:
    """Another model was taken for a step after one had run: the user did not like what that gave."""
    result = results.steps.get(step_id)
    before = result.step.model if result else None
    if result is not None and before is not None and before.model_id != model_id:
        profile = profile_of_step(store, results.plan, inputs, step_id)
        learn_from_revert(store, result.step.task, before.model_id, before.revision, profile, run=run)


def learn_thumb(store: Store, results: Results, inputs: Mapping[str, Input], step: Step, run: str, liked: bool) -> None:
    """The user's word on what a step gave."""
    if step.model is not None:
        profile = profile_of_step(store, results.plan, inputs, step.id)
        store.rate(step.task, step.model.model_id, step.model.revision, run, liked, step=step.id)
        learn_from_rating(store, step.task, step.model.model_id, step.model.revision, profile, run=run, liked=liked)


def learn_trial(store: Store, trial: Trial, run: str) -> None:
    """What models did over rows of which the truth is known; nothing where the labels are none that they can give."""
    for o in trial.outcomes() if trial.covers_labels else ():
        learn_from_trial(
            store, o.task, o.model_id, o.revision, o.profile,
            measure=o.measure, value=o.value, n=o.n, won=o.wins, run=run,
        )  # fmt: skip


def learn_label(store: Store, trial: Trial, row: int, label: str, run: str) -> None:
    """The user said what a row of a trial really is: right for the models that said so."""
    revisions = {m.model_id: m.revision for m in trial.models}
    for model_id, given in trial.given.items():
        if row < len(given) and given[row] is not None:
            learn_from_correction(
                store,
                trial.task,
                model_id,
                revisions.get(model_id, ""),
                trial.profile,
                row=f"{run}:{trial.step_id}:{row}",
                right=given[row] == label,
            )


def notices(store: Store, plan: Plan) -> tuple[str, ...]:
    """New notices about models of a plan's tasks, a line each; each is given once."""
    tasks = sorted({s.task for s in plan.steps if s.model})
    return tuple(alert.line for task in tasks for alert in raise_alerts(store, task))
