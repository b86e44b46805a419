"""One session a kernel: request → plan → models → run → results. The only door for magics, sidebar and CLI."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .answer import Answer, answer
from .changes import changes
from .config import HFMagic
from .engine.executor import run_plan
from .engine.step import is_interrupted
from .errors import BadOption, EmptyRequest, HFMagicError, InvalidPlan, NeedsConsent, UnknownKind, did_you_mean
from .fingerprint import fingerprint
from .hub.sources import Sources
from .inputs import Inputs
from .kinds import Kind
from .limits import parse_limits, size_words
from .media import open_media
from .plan import Plan, Step
from .planners.planner import RULES
from .proposal import Options, Proposal
from .recognise import Input
from .render.plan_view import PlanView, Waits
from .render.results_view import results_view
from .render.run_view import RunView
from .render.words import error_line
from .resources import Resources
from .results import Downloading, Event, Loading, Progress, Results, Started, StepResult
from .scope import Scope, validate
from .selection.candidates import Candidate
from .selection.choose import choose_models
from .stage import Stage
from .swaps import Swaps
from .trial import Trial, run_trial
from .turn import Turn

__all__ = ["DEFAULT_OUTPUT", "Options", "Proposal", "Session"]
DEFAULT_OUTPUT = "_hf"
MOST_LABELS = 50  # of a column that a planner is told; ImageNet's thousand would bury the rest


@dataclass(frozen=True)
class _Ran:
    """What the last run rested on: its inputs as they were, and what decides the numbers beside the plan."""

    proposal: Proposal | None = None
    read: str = ""
    ground: tuple[object, ...] = ()


class Session(Resources):
    """What one kernel remembers: the last proposal and the last results, and where they stand."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self.inputs, self.turn, self.stage = Inputs(), Turn(), Stage()
        self.proposal: Proposal | None = None
        self.last: Results | None = None
        self._open: RunView | None = None  # the outputs of the cell that runs now, until its plan runs
        self._ran = _Ran()
        self._swaps = Swaps()
        self._changing = threading.RLock()  # one change of the proposal at a time

    # The story

    def propose(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str] = (), options: Options | None = None
    ) -> Proposal:
        """Plan a request over variables and pin a model to each step. Runs nothing and loads no model."""
        options = options or Options()
        if not request.strip():
            raise EmptyRequest("the cell has no request.", hint="write what you want under %%hf, in English or Chinese")
        inputs = self.inputs.find(request, namespace, names, self.reader, rows=options.rows)
        cell, self._open = self._new_cell(), None
        live = cell.live
        if (planner := self.planner.name) != RULES:
            live.say(f"asking {planner} for a plan: the request and the inputs' schemas, no row …")
        plan = self.make_plan(request, inputs)
        live.rebind(plan)
        live.show()  # before models are looked at: the first line should not wait for torch
        proposal = self.choose_models(plan, inputs, options)
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
        most = None if proposal.options.yes else self._unasked
        return self._run(proposal, namespace, cell, most=most, only_changed=only_changed, in_cell=True)

    def _run(
        self,
        proposal: Proposal,
        namespace: MutableMapping[str, Any] | None,
        cell: RunView,
        *,
        most: int | None,
        only_changed: bool,
        in_cell: bool,
    ) -> tuple[Results, Answer]:
        """Run in the outputs of a cell. `most` bytes may be downloaded; None: any number."""
        with self.turn.taken():
            self._ask_first(proposal, cell, most)
            ground = self._ground(proposal.options)
            before = self.last if only_changed and self._rests_on_the_same(proposal, ground) else None
            kept = _unchanged(proposal.plan, before) if before else {}
            name = proposal.options.output or DEFAULT_OUTPUT
            rated = {i: liked for i, liked in self.stage.now.rated.items() if i in kept}
            try:
                self.stage.set(cell, running=True, error="", changes=(), kept=frozenset(kept), stored=name, rated=rated)
                read = fingerprint(proposal.plan, proposal.inputs)
                results = self._run_steps(proposal, cell, kept, most)
                self.last, self._ran = results, _Ran(replace(proposal, plan=results.plan), read, ground)
                self._keep_value(proposal, results, namespace, name)
                said = answer(results, language=proposal.plan.language)
                found = changes(before, results) if before and before.plan.hash != results.plan.hash else ()
                self.stage.set(cell, results=results, answer=said.text, changes=found)
                view = results_view(
                    results,
                    answer=said,
                    preview_rows=self.config.preview_rows,
                    inputs=self.shown_inputs(proposal),
                    stored=name if results.steps else "",
                    changes=found,
                )
                cell.show_results(view, in_cell=in_cell)
            except (Exception, KeyboardInterrupt) as error:
                self.stage.set(cell, error=error_line(error))
                raise
            finally:
                self.stage.set(cell, running=False)
        return results, said

    def _run_steps(
        self, proposal: Proposal, cell: RunView, kept: Mapping[str, StepResult], most: int | None
    ) -> Results:
        live = cell.live
        live.begin(proposal.plan, kept)
        self._swaps.begin(kept)

        def emit(event: Event) -> None:
            live.on(event)
            if isinstance(event, Downloading | Loading | Started | Progress):  # work goes on: it can be stopped
                self.turn.check()

        def amend(step: Step) -> Step:
            step = self._swaps.latest(step)
            live.rebind(live.view.plan.with_step(step))
            return step

        machine = self._machine(proposal.options, most)
        try:
            return run_plan(proposal.plan, proposal.inputs, machine, emit, kept=kept, amend=amend)
        finally:
            self._swaps.end()
            live.flush()

    def _keep_value(
        self, proposal: Proposal, results: Results, namespace: MutableMapping[str, Any] | None, name: str
    ) -> None:
        """Store what a run gave; one that gave nothing leaves what stood under the name."""
        if not results.steps:
            return
        if namespace is not None:
            namespace[name] = results.value
        labels = _labels_of(results, self.sources(proposal.options))
        self.inputs.remember(name, results.value, labels, instead=next(iter(proposal.inputs), ""))

    def shown_inputs(self, proposal: Proposal) -> dict[str, Any]:
        """The single values that a proposal works on, opened, to be shown beside what was found in them."""
        shown = {}
        for name, found in proposal.inputs.items():
            if found.frame is None:
                path = isinstance(found.value, Path)
                with contextlib.suppress(UnknownKind):  # damaged: the step that read it has said so
                    shown[name] = open_media(found.value, found.schema.kind) if path else found.value
        return shown

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
            return self._take(replace(chosen, edited=proposal.edited), in_cell=not seen)

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
            options = proposal.options
            return self._take(replace(chosen, options=options, edited=True), in_cell=not seen)

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

    # How it stands

    def _new_cell(self, plan: Plan | None = None) -> RunView:
        if (old := self.stage.now.cell) is not None:
            old.live.retire()
        cell = RunView(plan, watch=lambda view: self._watch(cell, view), buttons=lambda: self.stage.watched)
        self.stage.begin(cell)
        return cell

    def _watch(self, cell: RunView, view: PlanView) -> None:
        self.stage.set(cell, view=view, waits=view.waits)

    def _stand(self, cell: RunView, proposal: Proposal) -> Proposal:
        """A proposal becomes the last one; a page may act on it from now on."""
        self.proposal = proposal
        self.stage.set(cell, proposal=proposal)
        return proposal

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
            if waits.why != "download":
                self._swaps.take(proposal.plan.steps)
        elif now.results is None:
            now.cell.live.rebind(proposal.plan)
            now.cell.live.wait(waits if now.waits else None)
        else:
            now.cell.live.begin(proposal.plan, self._kept_of(proposal))
        return proposal

    def _kept_of(self, proposal: Proposal) -> dict[str, StepResult]:
        """Results of the last run that the steps of a proposal share, where it was a run of the same request."""
        ran = self._ran.proposal
        return _unchanged(proposal.plan, self.last) if self.last and ran and ran.inputs is proposal.inputs else {}

    def _changed(self, proposal: Proposal) -> bool:
        """True when a step of a proposal has no result in the last run that holds for it."""
        if self.last is None:
            return True
        return not set(proposal.plan.step_ids) <= proposal.plan.same_as(self.last.plan) & self.last.steps.keys()

    def _rests_on_the_same(self, proposal: Proposal, ground: tuple[object, ...]) -> bool:
        """True when the last run read the same values under the same settings."""
        ran = self._ran
        if ran.proposal is None or ran.proposal.inputs is not proposal.inputs or ran.ground != ground:
            return False
        return ran.read == fingerprint(ran.proposal.plan, proposal.inputs)

    def _ground(self, options: Options) -> tuple[object, ...]:
        """What decides the numbers beside plan and inputs."""
        config = self.config
        return self.device(options).torch_name, config.dtype, config.seed, config.sql_rows

    @property
    def _unasked(self) -> int:
        """Bytes that may be downloaded without a question."""
        return max(self.config.ask_download - 1, 0)

    def _waits(self, proposal: Proposal) -> Waits:
        """Why a proposal would wait: for a word, or for its downloads."""
        try:
            total, largest = self._to_fetch(proposal)
        except HFMagicError:  # a Hub that is away says so when the plan runs
            return Waits("shown")
        return Waits("download" if total > self._unasked else "shown", total, largest)

    def _to_fetch(self, proposal: Proposal) -> tuple[int, str]:
        """Bytes that a proposal would download, and the largest of its models."""
        hub = self.sources(proposal.options)
        pinned = {s.model.model_id: s.model.revision for s in proposal.plan.steps if s.model}
        sizes = {m: size for m, revision in pinned.items() if (size := hub.to_fetch(m, revision))}
        return sum(sizes.values()), max(sizes, key=lambda m: sizes[m], default="")

    def _ask_first(self, proposal: Proposal, cell: RunView, most: int | None) -> None:
        """NeedsConsent before more than `most` bytes are fetched: a cell never waits for an answer, the plan does."""
        cell.live.wait(None)
        if most is None:
            return
        total, largest = self._to_fetch(proposal)
        if total > most:
            cell.live.wait(Waits("download", total, largest))
            raise NeedsConsent(
                f"this plan downloads {size_words(total)}, most of it {largest}.",
                hint="%hf go --yes fetches it; --limit max_size=300MB finds smaller ones",
            )

    def _last_proposal(self) -> Proposal:
        if self.proposal is None:
            raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
        return self.proposal


def _unchanged(plan: Plan, before: Results) -> dict[str, StepResult]:
    """Results of a run over the same inputs that hold for this plan; none where all of them do: then all runs anew."""
    same = plan.same_as(before.plan) & before.steps.keys()
    kept = {i: r for i in same if not is_interrupted(r := before.steps[i])}
    return {} if len(kept) == len(plan.steps) else kept


def _labels_of(results: Results, hub: Sources) -> dict[str, tuple[str, ...]]:
    """The label names that each column of a stored result can hold, known without reading it."""
    scope = Scope(results.plan)
    known = {c.name: c.labels for i in results.plan.inputs for c in i.columns}
    for result in results.values():
        if result.kind is Kind.LABELS and result.frame is not None:
            labels = scope.added(result.step, result.frame)[0].labels
            if not labels and result.step.model:
                labels = hub.find(result.step.model.model_id, result.step.model.revision).labels
            known[result.step.output] = labels if len(labels) <= MOST_LABELS else ()
    return known
