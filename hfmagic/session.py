"""One session a kernel: request → plan → models → run → results. The only door for magics, sidebar and CLI."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from .answer import Answer, answer
from .changes import changes
from .config import OFFICIAL_HUB, HFMagic
from .devices import Device
from .engine.executor import run_plan
from .engine.step import Machine, is_interrupted
from .errors import BadOption, EmptyRequest, InvalidPlan, NeedsConsent, UnknownKind, did_you_mean
from .hub.blobs import Checked
from .hub.cached import CachedModels
from .hub.client import Asked, HubClient
from .hub.folder import FolderHub
from .hub.sources import Sources
from .inputs import Inputs, fingerprint
from .kinds import Kind
from .limits import Limits, parse_limits, size_words
from .media import open_media
from .models import Pool, current_device
from .plan import Plan, Step
from .planners.planner import RULES, Planner
from .recognise import Input, Reader
from .render.plan_view import Waits
from .render.results_view import results_view
from .render.run_view import RunView
from .render.words import error_line
from .results import Event, Results, StepResult
from .scope import Scope, validate
from .selection.candidates import SEARCHED_AS, Candidate, rank, reject
from .selection.choose import Chooser, choose_models
from .selection.look import Ground
from .selection.picker import llm_picker
from .stage import Stage, Standing
from .starter import OFFER, VOICE_LEFT_OUT
from .store import Store
from .swaps import Swaps
from .tags import runnable_task
from .trial import Trial, run_trial
from .turn import Turn

DEFAULT_OUTPUT = "_hf"
MOST_LABELS = 50  # of a column that a planner is told; ImageNet's thousand would bury the rest


@dataclass(frozen=True)
class Options:
    """How a request is to be run.

    `models` maps step ids to model ids; `rows` takes the first rows of each frame; `yes` agrees to large downloads.
    """

    output: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    limit: str = ""
    rows: int = 0
    device: str = ""
    batch_size: int = 0
    offline: bool = False
    yes: bool = False

    @property
    def given(self) -> frozenset[str]:
        """The names of those that differ from the default."""
        default = Options()
        return frozenset(f.name for f in fields(self) if getattr(self, f.name) != getattr(default, f.name))

    def with_given(self, other: Options) -> Options:
        """The same with what is given in another one."""
        return replace(self, **{name: getattr(other, name) for name in other.given})


@dataclass(frozen=True)
class Proposal:
    """A plan that can be run: with its inputs, and the candidates that were looked at for each step."""

    plan: Plan
    inputs: Mapping[str, Input]
    candidates: Mapping[str, tuple[Candidate, ...]]
    options: Options


@dataclass(frozen=True)
class _Ran:
    """What the last run rested on: the same inputs that have not changed since, the same rows, the same device."""

    proposal: Proposal | None = None
    inputs: int = 0

    def rests_on_the_same(self, proposal: Proposal) -> bool:
        mine = self.proposal
        return (
            mine is not None
            and mine.inputs is proposal.inputs
            and mine.options.device == proposal.options.device
            and self.inputs == fingerprint(proposal.inputs)
        )


class Session:
    """What one kernel remembers: loaded models, the last proposal and the last results."""

    def __init__(self, config: HFMagic | None = None) -> None:
        self.config = config or HFMagic()
        self.pool = Pool()
        self.kernel = uuid4().hex  # what is sent is kept under it
        self.turn, self.stage = Turn(), Stage()
        self.proposal: Proposal | None = None
        self.last: Results | None = None
        self.cell: RunView | None = None  # the outputs of the last plan
        self._open: RunView | None = None  # those of the cell that runs now, until its plan runs
        self._ran = _Ran()
        self._swaps = Swaps()
        self._sources: dict[tuple[object, ...], Sources] = {}
        self.inputs = Inputs()

    # The story

    def propose(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str] = (), options: Options | None = None
    ) -> Proposal:
        """Plan a request over variables and pin a model to each step. Runs nothing and loads no model."""
        options = options or Options()
        if not request.strip():
            raise EmptyRequest("the cell has no request.", hint="write what you want under %%hf, in English or Chinese")
        inputs = self.inputs.find(request, namespace, names, self.reader, rows=options.rows)
        self._open = self.cell = self._new_cell()
        live = self._open.live
        if (planner := self.planner.name) != RULES:
            live.say(f"asking {planner} for a plan: the request and the inputs' schemas, no row …")
        plan = self.make_plan(request, inputs)
        live.rebind(plan)
        live.show()  # before models are looked at: the first line should not wait for torch
        self.proposal = self.choose_models(plan, inputs, options)
        live.rebind(self.proposal.plan)
        return self.proposal

    def end_cell(self) -> None:
        """The cell shows its plan and runs nothing: it waits for a click or for `%hf go`."""
        if self._open:
            self._open.live.wait(Waits("shown"))
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
        """
        cell, self._open = self._open or self._new_cell(proposal.plan), None
        self.cell = cell
        cell.live.show()
        return self._run(proposal, namespace, cell, only_changed=only_changed, in_cell=True)

    def catch_up(self, namespace: MutableMapping[str, Any]) -> Results | None:
        """Run what has changed since the last run, for a page: shown where the cell of that run stands.

        Waits for a running cell to end. Returns: None when the plan is not of that cell any more, or nothing changed.
        """
        cell = self.cell
        with self.turn.taken():
            proposal = self.proposal
            if proposal is None or cell is None or cell is not self.cell or not self._changed(proposal):
                return None
            return self._run(proposal, namespace, cell, only_changed=True, in_cell=False)[0]

    def _run(
        self,
        proposal: Proposal,
        namespace: MutableMapping[str, Any] | None,
        cell: RunView,
        *,
        only_changed: bool,
        in_cell: bool,
    ) -> tuple[Results, Answer]:
        with self.turn.taken():
            self._ask_first(proposal, cell)
            before = self.last if only_changed and self._ran.rests_on_the_same(proposal) else None
            kept = _unchanged(proposal.plan, before) if before else {}
            name = proposal.options.output or DEFAULT_OUTPUT
            rated = {i: liked for i, liked in self.stage.now.rated.items() if i in kept}
            self.stage.set(
                running=True, waits=None, error="", changes=(), kept=frozenset(kept), stored=name, rated=rated
            )
            try:
                results = self._run_steps(proposal, cell, kept)
                self.last, self._ran = results, _Ran(proposal, fingerprint(proposal.inputs))
                self._keep_value(proposal, results, namespace, name)
                said = answer(results, language=proposal.plan.language)
                found = changes(before, results) if before and before.plan.hash != results.plan.hash else ()
                self.stage.set(results=results, answer=said.text, changes=found)
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
                self.stage.set(error=error_line(error))
                raise
            finally:
                self.stage.set(running=False)
        return results, said

    def _run_steps(self, proposal: Proposal, cell: RunView, kept: Mapping[str, StepResult]) -> Results:
        live = cell.live
        live.begin(proposal.plan, kept)
        self._swaps.begin(kept)

        def emit(event: Event) -> None:
            live.on(event)
            self.turn.check()

        def amend(step: Step) -> Step:
            step = self._swaps.latest(step)
            live.rebind(live.view.plan.with_step(step))
            return step

        machine = self._machine(proposal.options)
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

    def _changed(self, proposal: Proposal) -> bool:
        last = self.last
        return last is None or proposal.plan.same_as(last.plan) < set(proposal.plan.step_ids)

    def _new_cell(self, plan: Plan | None = None) -> RunView:
        self.stage.now = Standing(trial=self.stage.now.trial)
        return RunView(plan, watch=self.stage.show, buttons=lambda: self.stage.watched)

    def use(self, step_id: str, model_id: str, options: Options | None = None) -> Proposal:
        """The last proposal with another model for a step; the other steps keep theirs."""
        proposal = self._last_proposal()
        options = options or proposal.options
        options = replace(options, models={**options.models, step_id: model_id})
        return self._take(self.choose_models(proposal.plan, proposal.inputs, options))

    def edit(self, step_id: str, parameters: Mapping[str, Any]) -> Proposal:
        """The last proposal with other parameters for a step. Raises: InvalidPlan says which does not fit."""
        proposal = self._last_proposal()
        if step_id not in proposal.plan.step_ids:
            raise InvalidPlan(f"the plan has no step {step_id!r}.", hint=did_you_mean(step_id, proposal.plan.step_ids))
        step = proposal.plan.step(step_id)
        changed = step.model_copy(update={"parameters": {**step.parameters, **parameters}})
        plan = validate(proposal.plan.with_step(changed))
        return self._take(self.choose_models(plan, proposal.inputs, replace(proposal.options, models={})))

    def _take(self, proposal: Proposal) -> Proposal:
        """A changed proposal becomes the last one; steps of a run that have not begun take the change at once."""
        self.proposal = proposal
        self._swaps.take(proposal.plan.steps)
        if self.cell and not self.stage.now.running and not self.stage.now.results:
            self.cell.live.rebind(proposal.plan)
        return proposal

    def approve(self, namespace: MutableMapping[str, Any]) -> Results:
        """Run the last plan with consent to its downloads, for a page: shown where its cell stands."""
        proposal = self._last_proposal()
        self.proposal = replace(proposal, options=replace(proposal.options, yes=True))
        cell = self.cell or self._new_cell(proposal.plan)
        return self._run(self.proposal, namespace, cell, only_changed=True, in_cell=False)[0]

    def dismiss(self) -> None:
        """The plan that waits waits no longer; `%hf go` can still run it."""
        if self.cell:
            self.cell.live.wait(None)

    def try_models(self, step_id: str, model_ids: Sequence[str], rows: int) -> Trial:
        """Run models on the first rows of a step of the last plan; the stage tells how it goes. Raises: InvalidPlan."""
        proposal = self._last_proposal()
        limits = parse_limits(self.config.limit).merged(parse_limits(proposal.options.limit))
        chooser, machine = self._chooser(limits, proposal.options), self._machine(proposal.options)
        moment = Trial(step_id, "", rows, ())
        with self.turn.taken():
            moments = run_trial(
                proposal.plan, step_id, proposal.inputs, model_ids, chooser, machine, rows=rows, check=self.turn.check
            )
            for moment in moments:
                self.stage.set(trial=moment)
        return moment

    def label_row(self, row: int, label: str) -> None:
        """What a row of the trial really is. Raises: BadOption without such a row."""
        trial = self.stage.now.trial
        if trial is None or row >= trial.rows:
            raise BadOption(f"no trial has a row {row}.", hint="try models on your rows first")
        self.stage.set(trial=trial.labelled(row, label))

    def rate(self, step_id: str, liked: bool) -> None:
        """What a step of the last run gave was good, or was not: kept for its model. Raises: BadOption."""
        result = self.last.steps.get(step_id) if self.last else None
        if result is None or result.step.model is None:
            raise BadOption(f"no step {step_id!r} with a model has run.", hint="run a cell first")
        model = result.step.model
        self.store.rate(result.step.task, model.model_id, model.revision, self.last_run, liked)
        self.stage.set(rated={**self.stage.now.rated, step_id: liked})

    def _ask_first(self, proposal: Proposal, cell: RunView) -> None:
        """NeedsConsent before more than `ask_download` bytes are fetched: a cell never waits for an answer."""
        cell.live.wait(None)
        if proposal.options.yes:
            return
        hub = self.sources(proposal.options)
        pinned = {s.model.model_id: s.model.revision for s in proposal.plan.steps if s.model}
        sizes = {m: size for m, revision in pinned.items() if (size := hub.to_fetch(m, revision))}
        if sizes and (total := sum(sizes.values())) >= self.config.ask_download:
            largest = max(sizes, key=lambda m: sizes[m])
            cell.live.wait(Waits("download", total, largest))
            raise NeedsConsent(
                f"this plan downloads {size_words(total)}, most of it {largest}.",
                hint="%hf go --yes fetches it; --limit max_size=300MB finds smaller ones",
            )

    def shown_inputs(self, proposal: Proposal) -> dict[str, Any]:
        """The single values that a proposal works on, opened, to be shown beside what was found in them."""
        shown = {}
        for name, found in proposal.inputs.items():
            if found.frame is None:
                path = isinstance(found.value, Path)
                with contextlib.suppress(UnknownKind):  # damaged: the step that read it has said so
                    shown[name] = open_media(found.value, found.schema.kind) if path else found.value
        return shown

    # What the session rests on

    @property
    def reader(self) -> Reader:
        """What may be read from files."""
        return Reader(self.config.allowed_paths, self.config.file_bytes)

    @property
    def hub(self) -> Sources:
        """Where models come from, as the settings are now."""
        return self.sources(Options())

    def sources(self, options: Options) -> Sources:
        """Where models come from, for one request."""
        config = self.config
        address = "" if options.offline else config.hub_address
        token = _token_for(address) if address else None  # asked anew: the user may have logged in since
        key = (config.hub_paths, config.hub_cache_path, address, token, config.cache_path, config.stall_seconds)
        if key not in self._sources:
            self._sources[key] = Sources(
                FolderHub(config.hub_paths),
                CachedModels(config.hub_cache_path, config.cache_path / "hub-notes"),
                HubClient(address, token=token) if address else None,
                Checked(config.cache_path / "checked"),
                config.stall_seconds,
            )
        return self._sources[key]

    @cached_property
    def store(self) -> Store:
        """What is remembered between sessions."""
        return Store(self.config.cache_path / "store.sqlite3")

    def asked(self) -> tuple[Asked, ...]:
        """Every question to a Hub in this kernel, in order."""
        clients = (s.client for s in self._sources.values() if s.client)
        return tuple(sorted((a for c in clients for a in c.asked), key=lambda a: a.at))

    @cached_property
    def planner(self) -> Planner:
        """Who plans."""
        return Planner(self.config, self.store, self.kernel)

    @property
    def last_run(self) -> str:
        """A name for the last run, under which a rating of it is kept: a second one replaces it."""
        return f"{self.kernel}:{id(self.last)}"

    def device(self, options: Options | None = None) -> Device:
        """Where models run now."""
        return current_device((options.device if options else "") or self.config.device)

    def candidates(self, task: str, options: Options | None = None) -> tuple[Candidate, ...]:
        """Every model as a candidate for a task, best first."""
        options = options or Options()
        spec = runnable_task(task)
        if spec.is_operation:
            raise BadOption(f"{task} is an operation: it needs no model.", hint="%hf models lists what is here")
        limits = parse_limits(self.config.limit).merged(parse_limits(options.limit))
        found = self.sources(options).search(SEARCHED_AS.get(task, task), language=limits.language or "")
        rule = partial(reject, spec, limits=limits, device=self.device(options))
        return rank(found.models, rule, weights=self.config.weights)

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

    def _last_proposal(self) -> Proposal:
        if self.proposal is None:
            raise InvalidPlan("there is no plan yet.", hint="describe a task in a %%hf cell first")
        return self.proposal

    def _chooser(self, limits: Limits, options: Options) -> Chooser:
        llm = self.planner.llm if self.config.picker == "llm" else None
        return Chooser(
            Ground(self.sources(options), limits, self.device(options), self.config.weights, self.store),
            picker=llm_picker(llm) if llm else None,
            no_models_hint=OFFER,
            left_out={"text-to-speech": VOICE_LEFT_OUT},
        )

    def _machine(self, options: Options) -> Machine:
        config = self.config
        return Machine(
            hub=self.sources(options),
            pool=self.pool,
            device=self.device(options),
            reader=self.reader,
            store=self.store,
            most_fetched=None if options.yes else max(config.ask_download - 1, 0),
            dtype=config.dtype,
            batch_tokens=config.batch_tokens,
            batch_size=options.batch_size or config.batch_size,
            sql_rows=config.sql_rows,
            sql_seconds=config.sql_seconds,
            seed=config.seed,
        )


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


def _token_for(address: str) -> str | None:
    """The user's token: for the official Hub, and for the one that HF_ENDPOINT names; no other is shown it."""
    from huggingface_hub import get_token

    own = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    return get_token() if address in (OFFICIAL_HUB, own) else None
