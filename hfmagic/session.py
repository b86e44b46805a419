"""One session a kernel: request → plan → models → run → results. The only door for magics, sidebar and CLI."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .answer import Answer
from .changes import Change, changes
from .comparison import Comparison, compare
from .config import HFMagic
from .devices import find_devices
from .errors import BadOption, EmptyRequest, HFMagicError, InvalidPlan, NeedsConsent, did_you_mean
from .export import Form, to_python
from .limits import parse_limits, size_words
from .parameters import filled
from .plan import Plan
from .planners.notes import told
from .proposal import Options, Proposal
from .provenance import Provenance
from .recognise import Input
from .render.run_view import RunView
from .results import Results
from .running import DEFAULT_OUTPUT, Running
from .scope import validate
from .selection.candidates import Candidate
from .selection.choose import choose_models
from .trial import Trial, run_trial

__all__ = ["DEFAULT_OUTPUT", "Options", "Proposal", "Session"]


@dataclass(frozen=True)
class Reproduction:
    """A recorded run, run once more: how it came out, and which rows changed where the recorded ones are still here."""

    comparison: Comparison
    results: Results
    changes: tuple[Change, ...] = ()


class Session(Running):
    """What one kernel remembers: the last proposal and the last results, and where they stand."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self._open: RunView | None = None  # the outputs of the cell that runs now, until its plan runs
        self._changing = threading.RLock()  # one change of the proposal at a time

    # The story

    def propose(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str] = (), options: Options | None = None
    ) -> Proposal:
        """Plan a request over variables and pin a model to each step. Runs nothing and loads no model."""
        options = options or Options()
        check_words(request)
        inputs = self.inputs.find(request, namespace, names, self.reading(options), rows=options.rows)
        request, values = filled(request, namespace, inputs)
        cell, self._open = self._new_cell(), None
        live = cell.live
        if self.planner.llm is not None:
            planner = self.planner.name
            live.say(f"asking {planner} for a plan: the request and the inputs' schemas, no row …")
        plan = self.make_plan(request, inputs)
        plan = plan.with_notes(told([("filled", pair) for pair in values.items()], plan.language))
        live.rebind(plan)
        live.show()  # before models are looked at: the first line should not wait for torch
        try:
            chosen = self.choose_models(plan, inputs, options)
        except HFMagicError:
            live.leave("it has no model")
            raise
        proposal = replace(chosen, names=tuple(map(self.pinned, names or inputs)), prompt=self.planner.prompt)
        live.rebind(proposal.plan)
        self._open = cell
        return self._stand(cell, proposal)

    def end_cell(self) -> None:
        """The cell shows its plan and runs nothing: it waits for a click or for `%hf go`."""
        if self._open and self.proposal:
            self._open.live.wait(self._waits(self.proposal))
        self._open = None

    def make_plan(self, request: str, inputs: Mapping[str, Input]) -> Plan:
        """The planner's plan, from the request and the inputs' schemas alone."""
        previous = self.last.plan if self.last else None
        return self.planner.plan(request, tuple(i.schema for i in inputs.values()), previous=previous)

    def choose_models(self, plan: Plan, inputs: Mapping[str, Input], options: Options) -> Proposal:
        """The plan with a model pinned to each step, under the limits."""
        limits = parse_limits(self.config.limit).merged(parse_limits(options.limit))
        bound, candidates = choose_models(plan, self._chooser(limits, options), named=options.models)
        return Proposal(bound, inputs, candidates, options)

    def run(
        self, proposal: Proposal, namespace: MutableMapping[str, Any] | None = None, *, only_changed: bool = False
    ) -> tuple[Results, Answer]:
        """Run a proposal, showing its plan and results live; store the result under its name and remember it.

        Args:
            only_changed: steps that did the same in the last run, over the same inputs, are taken over from it; where
                every step did, all run again.
        Raises: NeedsConsent; the plan then waits.
        """
        cell, self._open = self._open or self._new_cell(proposal.plan), None
        self._stand(cell, proposal)
        cell.live.show()
        most = self._most(proposal)
        return self._run(proposal, namespace, cell, most=most, only_changed=only_changed, in_cell=True)

    def to_python(
        self, form: Form = "script", namespace: Mapping[str, Any] | None = None, *, function: bool = False
    ) -> str:
        """The last plan as plain Python that needs no hfmagic, its models pinned.

        Args:
            form: a script reads its inputs from paths on the command line; a cell uses the variables that are there; a
                notebook, as the JSON of its file, reads its inputs from files beside it.
            namespace: for a cell, those variables: their types alone are looked at.
            function: the steps as a function of the inputs that returns the result, and a call of it.
        Raises: InvalidPlan where there is none yet, or a step has no model; UnknownModel.
        """
        proposal, config = self._last_proposal(), self.config
        hub, options = self.sources(proposal.options), proposal.options
        pinned = [s.model for s in proposal.plan.steps if s.model]
        return to_python(
            proposal.plan,
            {m.model_id: hub.find(m.model_id, m.revision) for m in pinned},
            form=form,
            function=function,
            output=options.output or "result",
            given=None if namespace is None else {n: v for n, v in namespace.items() if n in proposal.inputs},
            rows=options.rows,
            seed=config.seed,
            batch_tokens=config.batch_tokens,
        )

    def __call__(
        self,
        request: str,
        value: Any = None,
        *,
        models: Mapping[str, str] | None = None,
        limit: str = "",
        yes: bool = False,
        **inputs: Any,
    ) -> Any:
        """Do what a request says and return its result: a frame with new columns, a table, or a single value.

        For programs: nothing is shown, stored or asked, and the request is no follow-up.

        Args:
            value: the only input; a request may call it `data`. Several are given by name.
            models: step id → model id.
            limit: as after `--limit`: "license=permissive,max_size=2GB".
            yes: agrees to large downloads.
        Raises: what planning, choosing and running raise; the error of the first step that failed; NeedsConsent.
        """
        check_words(request)
        given = inputs if value is None else {"data": value, **inputs}
        found = self.inputs.find(request, given, tuple(given), self.reading(Options(yes=yes)))
        plan = self.planner.plan(request, tuple(i.schema for i in found.values()))
        results, _ = self.compute(self.choose_models(plan, found, Options(models=models or {}, limit=limit, yes=yes)))
        if results.failed:
            raise next(iter(results.failed.values()))
        if results.interrupted:
            raise KeyboardInterrupt
        return results.value

    def reproduce(
        self, namespace: Mapping[str, Any], record: Provenance | None = None, *, yes: bool = False
    ) -> Reproduction:
        """Run what is recorded once more, without a planner, with its models and settings, and compare.

        Args:
            namespace: where its inputs are found, by the names that the cell gave them.
            record: what an output's metadata holds; default: the last run.
            yes: agrees to large downloads.
        Raises: BadOption without one; UnknownVariable, InvalidPlan, UnknownModel, NeedsConsent.
        """
        record, before = record or self.record, self.last if record in (None, self.record) else None
        if record is None:
            raise BadOption("nothing has run yet.", hint="run a %%hf cell, or %hf reproduce NOTEBOOK.ipynb")
        fixed = record.settings
        device = fixed.device.partition(":")[0]
        known = {d.kind for d in find_devices()}
        options = Options(
            rows=fixed.rows, batch_size=fixed.batch_size, device=device if device in known else "", yes=yes
        )
        if before is not None and namespace.get(record.output) is before.value and record.output in record.names:
            inputs = self._ran.proposal.inputs if self._ran.proposal else {}  # the run has overwritten what it read
        else:
            reader = self.reading(options)
            inputs = self.inputs.find(record.plan.request, namespace, record.names, reader, rows=options.rows)
        plan = validate(record.plan.model_copy(update={"inputs": tuple(i.schema for i in inputs.values())}))
        proposal = replace(self.choose_models(plan, inputs, options), names=record.names, prompt=record.prompt)
        cell = RunView(proposal.plan)
        cell.live.show()
        results, found = self.compute(proposal, cell, fixed)
        return Reproduction(compare(record, found), results, changes(before, results) if before else ())

    # What may be done with the last plan, by a line or by a page

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

    def try_models(self, step_id: str, model_ids: Sequence[str], rows: int, *, seen: str) -> Callable[[], Trial]:
        """A trial of models on the first rows of a step; a page starts it on a thread of its own.

        Raises: InvalidPlan when the plan is another one by now; NeedsConsent when the models are too large a download.
        """
        proposal, cell = self._seen(seen), self.stage.now.cell
        hub, facts = self.sources(proposal.options), {c.facts.model_id: c.facts for c in self.why(step_id)}
        sizes = {m: hub.to_fetch(m, facts[m].revision if m in facts else "") for m in model_ids}
        if (total := sum(sizes.values())) > self._unasked:
            hint = "compare smaller ones, or use one of them first"
            raise NeedsConsent(f"these models are {size_words(total)} to download.", hint=hint)
        limits = parse_limits(self.config.limit).merged(parse_limits(proposal.options.limit))
        chooser, machine = self._chooser(limits, proposal.options), self._machine(proposal.options, self._unasked)

        def work() -> Trial:
            moment = Trial(step_id, "", rows, ())
            with self.turn.taken():
                asked = (proposal.plan, step_id, proposal.inputs, model_ids)
                for moment in run_trial(*asked, chooser, machine, rows=rows, check=self.turn.check):
                    self.stage.set(cell, trial=moment)
            return moment

        return work

    def label_row(self, row: int, label: str) -> None:
        """What a row of the trial really is. Raises: BadOption without such a row."""
        now = self.stage.now
        if now.trial is None or row >= now.trial.rows:
            raise BadOption(f"no trial has a row {row}.", hint="try models on your rows first")
        self.stage.set(now.cell, trial=now.trial.labelled(row, label))

    def rate(self, step_id: str, liked: bool) -> None:
        """What a step of the last run gave was good, or was not: kept for its model. Raises: BadOption."""
        result = self.last.steps.get(step_id) if self.last else None
        if result is None or result.step.model is None:
            raise BadOption(f"no step {step_id!r} with a model has run.", hint="run a cell first")
        model = result.step.model
        self.store.rate(result.step.task, model.model_id, model.revision, f"{self.kernel}:{self._ran.read}", liked)
        now = self.stage.now
        self.stage.set(now.cell, rated={**now.rated, step_id: liked})

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
        now, waits = self.stage.now, self._waits(proposal)
        if in_cell or now.cell is None:
            cell = self._new_cell(proposal.plan)
            cell.live.begin(proposal.plan, self._kept_of(proposal))
            cell.live.show()
            cell.live.wait(waits)
            return self._stand(cell, proposal)
        self._stand(now.cell, proposal)
        if now.running:
            if self._is_small(proposal):
                self._swaps.take(proposal.plan.steps)
        elif now.results is None:
            now.cell.live.rebind(proposal.plan)
            now.cell.live.wait(waits if now.waits else None)
        else:
            now.cell.live.begin(proposal.plan, self._kept_of(proposal))
        return proposal

    def _last_proposal(self) -> Proposal:
        if self.proposal is None:
            raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
        return self.proposal


def check_words(request: str) -> None:
    """Raise EmptyRequest for a request without words."""
    if not request.strip():
        raise EmptyRequest("there is no request.", hint="write what you want under %%hf, in English or Chinese")
