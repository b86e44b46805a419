"""The classifiers of `--moderate`: picked under the session's limits, and only such as know what is unsafe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .errors import BadOption, HFMagicError, NoModelFits, NoModels, UnknownModel
from .judging import Terms
from .moderation import can_moderate, may_moderate, moderations, with_moderation
from .plan import Plan, Step
from .planners.notes import told
from .proposal import Options, Proposal
from .recognise import Input
from .selection.candidates import Candidate
from .trial import Trial
from .trial.ground import part_of
from .tuning import Tuning

MOST_TRIED = 4  # classifiers whose files turn out to name nothing unsafe, before it is given up
_HINT = "leave out --moderate, or a model from the Hub: %hf models "


class Moderating(Tuning):
    """Picks what moderates; refuses before anything runs where nothing can."""

    def moderated(self, plan: Plan, options: Options) -> Plan:
        """The plan with its classifying steps where they are wanted. Raises: InvalidPlan for too many steps."""
        return with_moderation(plan) if options.moderate else plan

    def choose_models(self, plan: Plan, inputs: Mapping[str, Input], options: Options) -> Proposal:
        """As for any plan; a step that moderates has a model whose labels say what is unsafe.

        Raises: NoModelFits where there is none, so that nothing is shown unlooked at.
        """
        checks = moderations(plan)
        if checks and (lazy := next((name for name, one in inputs.items() if one.lazy), "")):
            raise BadOption(
                f"--moderate looks at whole frames; {lazy} is read in parts.", hint="take rows: --rows 1000"
            )
        try:
            proposal = super().choose_models(plan, inputs, options)
        except (NoModels, NoModelFits) as error:
            if any(repr(step_id) in error.message for step_id in checks):
                raise _none(error.message) from None
            raise
        for step_id in checks:
            proposal = self._with_moderator(proposal, step_id)
        notes = [("moderated", _names(proposal.plan, c, w)) for c, w in checks.items()]
        return replace(proposal, plan=proposal.plan.with_notes(told(notes, proposal.plan.language)), options=options)

    def _with_moderator(self, proposal: Proposal, step_id: str) -> Proposal:
        """The proposal with a classifier that knows what is unsafe: the one that was chosen, else the next ones."""
        step, named = proposal.plan.step(step_id), step_id in proposal.options.models
        candidates = proposal.candidates[step_id]
        if (now := _chosen(proposal, step_id)) is not None and can_moderate(now.facts, step.task):
            return proposal
        if named:
            raise _none(f"{step.model.model_id if step.model else 'the model'} has no label for it", step)
        others = [c for c in candidates if c is not now and not c.rejected and may_moderate(c.facts, step.task)]
        for other in others[:MOST_TRIED]:
            models = {**proposal.options.models, step_id: other.facts.model_id}
            fixed = proposal.plan.with_model(step_id, None)
            try:
                found = super().choose_models(fixed, proposal.inputs, replace(proposal.options, models=models))
            except (NoModelFits, UnknownModel):
                continue
            taken = _chosen(found, step_id)
            if taken is None or not can_moderate(taken.facts, step.task):
                continue
            choice = found.plan.step(step_id).model
            assert choice is not None  # noqa: S101  it was named
            said = choice.model_copy(update={"reason": f"the best of those that name what is unsafe; {taken.basis}"})
            return replace(found, plan=found.plan.with_model(step_id, said), options=proposal.options)
        raise _none("", step)

    def try_models(
        self, step_id: str, model_ids: Sequence[str] = (), terms: Terms | None = None, *, seen: str = ""
    ) -> Callable[[], Trial]:
        """As for any step; BadOption where one that is moderated is read: a trial shows what models write as it is."""
        plan = self.proposal.plan if self.proposal else None
        if plan and step_id in plan.step_ids and {*moderations(plan).values()} & {*part_of(plan, step_id).step_ids}:
            raise BadOption(
                f"step {step_id!r} rests on one that is moderated; a trial would show what models write.",
                hint="leave out --moderate",
            )
        return super().try_models(step_id, model_ids, terms or Terms(), seen=seen)


def _chosen(proposal: Proposal, step_id: str) -> Candidate | None:
    """The candidate that was chosen, with what its files say."""
    model: Any = proposal.plan.step(step_id).model
    return next((c for c in proposal.candidates[step_id] if model and c.facts.model_id == model.model_id), None)


def _names(plan: Plan, check: str, writer: str) -> tuple[str, ...]:
    model = plan.step(check).model
    what = "toxic" if plan.step(check).task == "text-classification" else "nsfw"
    return plan.step(writer).output, model.model_id if model else "", what


def _none(why: str, step: Step | None = None) -> HFMagicError:
    """The refusal: without a classifier nothing is shown."""
    task = step.task if step else "text-classification"
    what = f"--moderate: no model for {task} that knows what is unsafe"
    return NoModelFits(f"{what}: {why}." if why else f"{what}.", hint=f"{_HINT}{task}")
