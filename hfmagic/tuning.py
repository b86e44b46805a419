"""Models tuned on the user's labels: what a session does where none of those that are there is good enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .judging import Judging
from .learning import learn_trial
from .proposal import Options, Proposal
from .selection.choose import choose_models
from .store import Cost
from .tune import Terms, Tuned, tune


class Tuning(Judging):
    """Tunes the model of a step; the result is a candidate like any other, in this session and in later ones."""

    def tune(
        self, step_id: str, labels: str, *, yes: bool = False, on: Callable[[Tuned], None] = lambda _: None
    ) -> Tuned:
        """Train the model of a step of the last plan on a column of labels, and compare it with its base.

        No row leaves the machine, and no LLM is asked. Where it takes longer than `HFMagic.ask_seconds`, it waits for a
        yes. An interrupt keeps the best epoch so far.

        Args:
            labels: a column of the step's frame: labels, or spans as a trial reads them.
            yes: agrees to the time that it takes, and to a large download.
            on: is told how it stands.
        Raises: InvalidPlan without a plan or step; BadOption for a task that is not tuned, too few rows or labels;
            UnknownColumn; NeedsConsent; NotAvailable, OutOfMemory, NoSpace; KeyboardInterrupt before the first epoch.
        """
        proposal = self._last_proposal()
        found = self.tune_for(replace(proposal, options=replace(proposal.options, yes=yes)), step_id, labels, on=on)
        if self.proposal is proposal:  # it is a candidate from now on; what was picked stays
            chooser = self._chooser(proposal.plan, proposal.inputs, proposal.options, aside=True)
            _, candidates = choose_models(proposal.plan, chooser, named=proposal.options.models)
            self._stand_again(replace(proposal, candidates=candidates))
        return found

    def tune_for(
        self, proposal: Proposal, step_id: str, labels: str, *, on: Callable[[Tuned], None] = lambda _: None
    ) -> Tuned:
        """The same for a step of any proposal."""
        config, options = self.config, proposal.options
        terms = Terms(
            labels,
            config.tuned_path,
            epochs=config.tune_epochs,
            adapters_from=config.tune_lora_params,
            ask_seconds=config.ask_seconds,
            yes=options.yes,
        )
        free = Options(device=options.device, offline=options.offline)  # limits are on what is chosen, not on a try
        chooser = self._chooser(proposal.plan, proposal.inputs, free, aside=True)
        machine = self._machine(options, None if options.yes else self._unasked)
        with self.turn.taken():
            found = tune(
                proposal.plan,
                step_id,
                proposal.inputs,
                terms,
                chooser,
                machine,
                on=on,
                check=self.turn.check,
            )
        took = found.trained.seconds
        self.store.add_cost(Cost("training", found.base, found.task, rows=found.rows[0], seconds=took))
        if found.trial is not None and found.same_labels:  # of other labels it says nothing of what the step is for
            learn_trial(self.store, found.trial, f"{self.kernel}:{proposal.plan.hash}:{step_id}:{found.model_id}")
        return found
