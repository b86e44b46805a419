"""How good models are for the last plan: tried on its rows, rated, labelled; what that taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .errors import BadOption, NeedsConsent
from .examining import Examining
from .kinds import Kind
from .learning import learn_label, learn_thumb, learn_trial, notices, profile_of_step
from .limits import size_words
from .planners.planner import RECORDED
from .proposal import Proposal
from .scope import Scope
from .selection.candidates import Candidate
from .trial import Trial, check_comparable, is_comparable, run_trial, told

MOST_TRIED = 3  # candidates that are tried where none are named
ROWS = 50  # of a trial where no number is given


@dataclass(frozen=True)
class Terms:
    """How a trial is run: its `rows`, the column of `labels`, the groups that it is told `by`; `yes`: downloads too."""

    rows: int = ROWS
    labels: str = ""
    by: str = ""
    yes: bool = False


class Judging(Examining):
    """Trials on the user's rows, ratings and labels: evidence for later choices."""

    def try_models(
        self, step_id: str, model_ids: Sequence[str] = (), terms: Terms = Terms(), *, seen: str = ""
    ) -> Callable[[], Trial]:
        """A trial of models on varied rows of a step, by default of its best candidates; a page starts it on a thread.

        Raises: InvalidPlan when the plan is another one by now, or what the step gives cannot be compared; BadOption
            where there is one model only, and no labels; NeedsConsent when the models are too large a download.
        """
        proposal, cell = self._seen(seen), self.stage.now.cell
        candidates = self.why(step_id)
        check_comparable(proposal.plan.step(step_id))
        if len(model_ids) == 1 and not terms.labels:
            raise BadOption("a trial compares two models or more.", hint=f"%hf trial {step_id} tries the best ones")
        model_ids = tuple(model_ids) or _open(candidates)[:MOST_TRIED]
        if len(model_ids) < (1 if terms.labels else 2):  # beside labels, one alone has a figure
            hint = f"%hf why {step_id} says why the others were rejected"
            raise BadOption(f"step {step_id!r} has one model to choose from.", hint=hint)
        hub, facts = self.sources(proposal.options), {c.facts.model_id: c.facts for c in candidates}
        sizes = {m: hub.to_fetch(m, facts[m].revision if m in facts else "") for m in model_ids}
        most = None if terms.yes else self._unasked
        if most is not None and (total := sum(sizes.values())) > most:
            hint = f"%hf trial {step_id} --yes, or compare smaller ones"
            raise NeedsConsent(f"these models are {size_words(total)} to download.", hint=hint)
        chooser = replace(self._chooser(proposal.plan, proposal.inputs, proposal.options), remember=False)
        machine = replace(self._machine(proposal.options, most), logged=False)
        profile = profile_of_step(self.store, proposal.plan, proposal.inputs, step_id)

        def work() -> Trial:
            moment = Trial(step_id, "", terms.rows, ())
            with self.turn.taken():
                for moment in run_trial(
                    proposal.plan,
                    step_id,
                    proposal.inputs,
                    model_ids,
                    chooser,
                    machine,
                    rows=terms.rows,
                    check=self.turn.check,
                    labels=terms.labels or None,
                    by=terms.by,
                    profile=profile,
                    seconds=self.config.trial_seconds,
                    seed=self.config.seed,
                ):
                    self.stage.set(cell, trial=moment)
            learn_trial(self.store, moment, f"{self.kernel}:{proposal.plan.hash}:{step_id}")
            return moment

        return work

    def try_steps(self, proposal: Proposal) -> Iterator[Trial]:
        """The trials that a request's options ask for: of each step that leaves a choice; a clear winner is taken.

        A recorded plan keeps its models: another one may be there by now, such as one that was tuned since.
        The column of labels is that of the first step which gives labels, else of the first.
        """
        options, tried = proposal.options, 0
        for step_id in self._choices(proposal):
            gives_labels = Scope(proposal.plan).spec(proposal.plan.step(step_id)).gives is Kind.LABELS
            first = not tried and (gives_labels or len(proposal.plan.steps) == 1)
            terms = Terms(options.trial, options.labels if first else "", options.by if first else "", options.yes)
            if not terms.labels and len(_open(proposal.candidates[step_id])) < 2:
                continue
            trial = self.try_models(step_id, terms=terms)()
            tried += first
            if self.planner.name != RECORDED:  # which has the winner of then
                self.take_winner(trial)
            yield trial

    def _choices(self, proposal: Proposal) -> list[str]:
        """Steps whose answers can be compared, with models to choose from of which the user has named none.

        Without a column of labels, several of them.
        """
        steps, least = [], 1 if proposal.options.labels else 2
        for step in proposal.plan.steps:
            named = step.wanted or step.id in proposal.options.models
            if len(_open(proposal.candidates.get(step.id, ()))) >= least and not named and is_comparable(step):
                steps.append(step.id)
        return steps

    def take_winner(self, trial: Trial, *, seen: str = "") -> bool:
        """Take the model that a trial showed to be the best one; false where it showed none, or that one is taken."""
        proposal = self._seen(seen)
        best, now = trial.verdict.best, proposal.plan.step(trial.step_id).model
        if trial.verdict.kind != "clear" or not trial.covers_labels:
            return False
        new = now is None or now.model_id != best
        taken = self.use(trial.step_id, best, seen=seen or proposal.plan.hash) if new else proposal
        choice = taken.plan.step(trial.step_id).model
        if choice is not None:  # it says why, and is not named by the user: a later limit may still reject it
            said = choice.model_copy(update={"reason": f"won a trial: {told(trial)[0]}"})
            plan = taken.plan.with_model(trial.step_id, said)
            self._stand_again(replace(taken, plan=plan, options=proposal.options))
        return new

    def label_row(self, row: int, label: str) -> None:
        """What a row of the trial really is. Raises: BadOption without such a row."""
        now = self.stage.now
        if now.trial is None or row >= now.trial.rows:
            raise BadOption(f"no trial has a row {row}.", hint="try models on your rows first")
        learn_label(self.store, now.trial, row, label, self.run_id)
        self.stage.set(now.cell, trial=now.trial.labelled(row, label))

    def rate(self, step_id: str, liked: bool) -> tuple[str, ...]:
        """What a step of the last run gave was good, or was not: kept for its model. Raises: BadOption.

        Returns: new notices about the model, a line each.
        """
        result = self.last.steps.get(step_id) if self.last else None
        if self.last is None or result is None or result.step.model is None:
            raise BadOption(f"no step {step_id!r} with a model has run.", hint="run a cell first")
        learn_thumb(self.store, self.last, self._ran_inputs, result.step, self.run_id, liked)
        now = self.stage.now
        self.stage.set(now.cell, rated={**now.rated, step_id: liked})
        return notices(self.store, self.last.plan)


def _open(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """The models to choose among: where some have nothing against them, the others are left out."""
    fit = [c for c in candidates if not c.rejected]
    return tuple(c.facts.model_id for c in [c for c in fit if not c.soft] or fit)
