"""The models of a plan, and every change of the last plan by a line or a page: models, parameters, a yes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

from .config import HFMagic
from .errors import BadOption, InvalidPlan, UnknownVariable, did_you_mean
from .inputs import usable_names
from .learning import learn_swap
from .plan import Plan
from .planners.follow_ups.asked import Asked, asked, names_something
from .planners.mentions import phrase
from .proposal import Options, Proposal
from .recognise import Input
from .render.run_view import RunView
from .results import Results
from .running import Running
from .scope import validate
from .selection.candidates import Candidate
from .selection.choose import choose_models

MOST_REMEMBERED = 20  # plans that can be gone back to
_OF_ONE_CELL = frozenset(
    {"yes", "approve", "models", "trial", "labels", "by", "target", "csv", "share_rows", "share_results"}
)
"""Options that a follow-up does not take over: consent, and what was said of the one cell."""


class _Stood(NamedTuple):
    """A plan that was the last one, the names of its inputs in the cell, and its options."""

    plan: Plan
    names: tuple[str, ...]
    options: Options


class Choosing(Running):
    """What may be changed in the last plan, while it waits, runs or has run."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self._changing = threading.RLock()  # one change of the proposal at a time
        self._story: tuple[_Stood, ...] = ()  # the plans of this kernel, the last one at the end

    def taken_up(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str], options: Options
    ) -> tuple[dict[str, Input], Sequence[str], Options]:
        """The inputs of a request, their names in the cell, and its options.

        A follow-up that changes the last plan works on what that plan worked on, or on what "do the same for …" names;
        it keeps that plan's options where it says none, so that its limits hold.
        Raises: what finding inputs raises; InvalidPlan where there is nothing to go back to.
        """
        found = self._follow_up(request)
        if found and found[0].perhaps and not names_something(found[0].over, found[1].plan, usable_names(namespace)):
            found = None
        if found is None:
            return self.inputs.find(request, namespace, names, self.reading(options), rows=options.rows), names, options
        said, before = found
        over = self._variable_of(said.over, before.plan, namespace)
        kept = {f.name: getattr(before.options, f.name) for f in fields(Options) if f.name not in _OF_ONE_CELL}
        options = Options(**kept).with_given(options)
        if over:
            options, names = replace(options, output=""), (over,)
        elif not names or self._is_last_result(names, namespace):
            names = before.names
        if self.last and any(namespace.get(n) is self.last.value for n in names) and self._ran_inputs:
            return dict(self._ran_inputs), names, options  # the run has overwritten what it read
        return self.inputs.find(request, namespace, names, self.reading(options), rows=options.rows), names, options

    def plan_before(self, request: str) -> Plan | None:
        """The plan that a request goes on with: one that it changes, else the one that ran last."""
        found = self._follow_up(request)
        return found[1].plan if found else self.last.plan if self.last else None

    def _follow_up(self, request: str) -> tuple[Asked, _Stood] | None:
        """What a request changes, and in which plan; None for a request of its own. Raises: InvalidPlan."""
        if not self._story or (said := asked(request, self._story[-1].plan)) is None:
            return None
        if not said.back:
            return said, self._story[-1]
        if len(self._story) == 1:
            raise InvalidPlan("there is no plan before the last one.", hint="describe what you want in a %%hf cell")
        return said, self._story[-2]

    def _variable_of(self, words: str, plan: Plan, namespace: Mapping[str, Any]) -> str:
        """The variable that "do the same for …" names; empty for none, or a column of the plan's own frame."""
        known = usable_names(namespace)
        found = [n for n in known if words == n] or [n for n in known if words and phrase(n) == phrase(words)]
        if found or not words or names_something(words, plan):
            return found[0] if found else ""
        raise UnknownVariable(
            f"there is no variable {words!r} to do the same with.",
            hint=did_you_mean(words, known) or f"there is {', '.join(known[:5])}",
        )

    def _is_last_result(self, names: Sequence[str], namespace: Mapping[str, Any]) -> bool:
        """True for the variable that holds what the last run gave."""
        return len(names) == 1 and self.last is not None and namespace.get(names[0]) is self.last.value

    def _stand(self, cell: RunView, proposal: Proposal) -> Proposal:
        """As before, and remembered, to be gone back to; one that is gone back to is the end of the story."""
        now = _Stood(proposal.plan, proposal.names or tuple(proposal.inputs), proposal.options)
        hashes = [s.plan.hash for s in self._story[-2:]]
        gone = 2 if hashes[:1] == [now.plan.hash] and len(hashes) == 2 else int(hashes[-1:] == [now.plan.hash])
        self._story = (*self._story[: len(self._story) - gone], now)[-MOST_REMEMBERED:]
        return super()._stand(cell, proposal)

    def choose_models(self, plan: Plan, inputs: Mapping[str, Input], options: Options) -> Proposal:
        """The plan with a model pinned to each step, under the limits."""
        bound, candidates = choose_models(plan, self._chooser(plan, inputs, options), named=options.models)
        return Proposal(bound, inputs, candidates, options)

    def proposal_of(self, plan: Plan, given: Mapping[str, Any], options: Options | None = None) -> Proposal:
        """A plan from elsewhere, such as a file, over the values of its inputs, with just the models that it pins.

        Args:
            given: by the inputs' names; without any it can be looked at and not be run.
        Raises: InvalidPlan; UnknownVariable, UnknownColumn, MissingFile.
        """
        options, names = options or Options(), tuple(i.name for i in plan.inputs)
        reader = self.reading(options)
        found = self.inputs.find(plan.request, given, names, reader, rows=options.rows) if given else {}
        if found:
            plan = plan.model_copy(update={"inputs": tuple(i.schema for i in found.values())})
        return Proposal(validate(plan), found, {}, options, names=names)

    def adopt(self, proposal: Proposal, *, others: bool = False) -> Proposal:
        """A proposal from elsewhere becomes the last one; nothing is shown, run or remembered of it.

        Args:
            others: also look for the other models of its steps, as candidates beside those that it pins.
        Raises: with `others` what choosing raises.
        """
        if others:
            chooser = self._chooser(proposal.plan, proposal.inputs, proposal.options, aside=True)
            proposal = replace(proposal, candidates=choose_models(proposal.plan, chooser)[1])
        self.proposal = proposal
        return proposal

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
