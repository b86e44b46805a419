"""The models of a plan, and every change of the last plan by a line or a page: models, parameters, a yes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

from .config import HFMagic
from .errors import BadOption, InvalidPlan, did_you_mean
from .learning import learn_swap
from .plan import Plan
from .proposal import Options, Proposal
from .recognise import Input
from .render.run_view import RunView
from .results import Results
from .running import Running
from .scope import validate
from .selection.candidates import Candidate
from .selection.choose import choose_models


class Choosing(Running):
    """What may be changed in the last plan, while it waits, runs or has run."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self._changing = threading.RLock()  # one change of the proposal at a time

    def choose_models(self, plan: Plan, inputs: Mapping[str, Input], options: Options) -> Proposal:
        """The plan with a model pinned to each step, under the limits."""
        bound, candidates = choose_models(plan, self._chooser(plan, inputs, options), named=options.models)
        return Proposal(bound, inputs, candidates, options)

    def why(self, step_id: str) -> tuple[Candidate, ...]:
        """The candidates of a step of the last plan, best first, the rejected ones with their reasons."""
        proposal = self._last_proposal()
        if step_id not in proposal.candidates:
            steps = [s for s in proposal.plan.step_ids if s in proposal.candidates]
            raise BadOption(
                f"no step {step_id!r} with a model in the last plan.",
                hint=did_you_mean(step_id, steps) or f"steps: {', '.join(steps)}",
            )
        return proposal.candidates[step_id]

    def use(self, step_id: str, model_id: str, options: Options | None = None, *, seen: str = "") -> Proposal:
        """The last proposal with another model for a step; the other steps keep theirs.

        Args:
            seen: hash of the plan that a page has seen; the change is shown in that plan's cell. Without it the change
                is a line's, and gets outputs of its own.
        Raises: InvalidPlan when the plan is another one by now; UnknownModel, NoModelFits, HubError.
        """
        with self._changing:
            proposal = self._seen(seen)
            options = options or proposal.options
            named = replace(options, models={**options.models, step_id: model_id})
            chosen = self.choose_models(proposal.plan, proposal.inputs, named)
            taken = chosen.plan.step(step_id).model
            if self.last is not None and taken is not None and self._ran_inputs is proposal.inputs:
                learn_swap(self.store, self.last, self._ran_inputs, step_id, taken.model_id, self.run_id)
            proposal = replace(proposal, plan=chosen.plan, candidates=chosen.candidates, options=named)
            return self._take(proposal, in_cell=not seen)

    def edit(self, step_id: str, parameters: Mapping[str, Any], *, seen: str = "") -> Proposal:
        """The last proposal with other parameters for a step; `seen` as in `use`.

        Raises: InvalidPlan says which does not fit.
        """
        with self._changing:
            proposal = self._seen(seen)
            if step_id not in proposal.plan.step_ids:
                hint = did_you_mean(step_id, proposal.plan.step_ids)
                raise InvalidPlan(f"the plan has no step {step_id!r}.", hint=hint)
            step = proposal.plan.step(step_id)
            changed = step.model_copy(update={"parameters": {**step.parameters, **parameters}})
            plan = validate(proposal.plan.with_step(changed))
            chosen = self.choose_models(plan, proposal.inputs, replace(proposal.options, models={}))
            proposal = replace(proposal, plan=chosen.plan, candidates=chosen.candidates, edited=True)
            return self._take(proposal, in_cell=not seen)

    def catch_up(self, cell: RunView | None, namespace: MutableMapping[str, Any]) -> Results | None:
        """Run what has changed since the last run of a cell, for a page: shown where the cell stands.

        Waits for what runs to end. Returns: None when the last plan is another cell's by then, or nothing has changed.
        Raises: NeedsConsent; the plan then waits.
        """
        with self.turn.taken():
            proposal = self.proposal
            if cell is None or proposal is None or cell is not self.stage.now.cell or not self._changed(proposal):
                return None
            found = self._run(proposal, namespace, cell, most=self._unasked, only_changed=True, in_cell=False)
            return found[0]

    def approve(self, seen: str, namespace: MutableMapping[str, Any]) -> Callable[[], Results]:
        """The run of the plan that waits, downloads as they were shown; a page starts it on a thread of its own.

        Raises: InvalidPlan when the plan is another one by now, or waits no longer.
        """
        with self._changing:
            proposal, cell, waits = self._seen(seen), self.stage.now.cell, self.stage.now.waits
            if waits is None or cell is None:
                raise InvalidPlan("this plan does not wait any more.", hint="run its cell again")
            cell.live.wait(None)
            most = max(waits.bytes, self._unasked)
        return lambda: self._run(proposal, namespace, cell, most=most, only_changed=True, in_cell=False)[0]

    def dismiss(self, seen: str) -> None:
        """The plan that waits waits no longer; what it would have changed is taken back. `%hf go` can still run it."""
        with self._changing:
            self._seen(seen)
            cell, results, ran = self.stage.now.cell, self.stage.now.results, self._ran.proposal
            if cell is None:
                return
            if results is not None and ran is not None and results is self.last:
                self._stand(cell, ran)
                cell.live.begin(ran.plan, results.steps)
            cell.live.wait(None)

    def _seen(self, seen: str) -> Proposal:
        """The last proposal; the one that a page has seen, where it says which. Raises: InvalidPlan."""
        if seen and seen != self.stage.now.hash:
            raise InvalidPlan("the plan has changed meanwhile.", hint="look at it and try again")
        return self._last_proposal()

    def _take(self, proposal: Proposal, *, in_cell: bool) -> Proposal:
        """A changed proposal becomes the last one; steps of a run that have not begun take the change at once.

        Consent to what the request downloads is none to what a change downloads.
        """
        proposal = replace(proposal, options=replace(proposal.options, yes=False))
        foreseen = self._foresee(proposal)
        now, waits = self.stage.now, self._waits(proposal)
        if in_cell or now.cell is None:
            cell = self._new_cell(proposal.plan)
            cell.live.begin(proposal.plan, self._kept_of(proposal))
            cell.live.foresee(foreseen)
            cell.live.show()
            cell.live.wait(waits)
            return self._stand(cell, proposal)
        self._stand(now.cell, proposal)
        if now.running:
            if self._is_small(proposal):
                self._swaps.take(proposal.plan.steps)
        elif now.results is None:
            now.cell.live.foresee(foreseen)
            now.cell.live.rebind(proposal.plan)
            now.cell.live.wait(waits if now.waits else None)
        else:
            now.cell.live.begin(proposal.plan, self._kept_of(proposal))
        return proposal

    def _stand_again(self, proposal: Proposal) -> None:
        """The last proposal in other words: its plan does the same."""
        cell = self.stage.now.cell
        if cell is not None:
            cell.live.rebind(proposal.plan)
            self._stand(cell, proposal)

    def _last_proposal(self) -> Proposal:
        if self.proposal is None:
            raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
        return self.proposal
