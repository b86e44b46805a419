"""Runs a proposal in the outputs of a cell, one at a time: with consent, from what is known, into a variable."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .answer import Answer, answer
from .cache import NO_CACHE, ResultCache
from .changes import Change, changes
from .config import HFMagic
from .engine.executor import run_plan
from .engine.machine import Machine
from .engine.step import is_interrupted
from .errors import BadOption, HFMagicError, NeedsConsent, UnknownKind
from .fingerprint import fingerprint
from .foreseeing import Foreseeing
from .hub.sources import Sources
from .inputs import Inputs
from .kinds import Kind
from .learning import learn_failures, notices
from .media import open_media
from .moderation import run_moderated
from .plan import Plan, Step
from .proposal import Options, Proposal
from .provenance import ModelUsed, Provenance, Settings, provenance
from .recognise import Input
from .render.plan_view import PlanView
from .render.results_view import results_view
from .render.run_view import RunView
from .render.view import View
from .render.words import error_line
from .results import Downloading, Emit, Event, Loading, Progress, Results, Started, StepResult
from .scope import Scope
from .sink import output_path
from .stage import Stage
from .store import Store
from .swaps import Swaps
from .turn import Turn

DEFAULT_OUTPUT = "_hf"
KEPT = "results are kept on this computer, readable by you alone: a rerun computes only what is new (%hf cache)"
MOST_LABELS = 50  # of a column that a planner is told; ImageNet's thousand would bury the rest


@dataclass(frozen=True)
class _Ran:
    """What the last run rested on: its inputs as they were, and what decides the numbers beside the plan."""

    proposal: Proposal | None = None
    read: str = ""
    ground: tuple[object, ...] = ()


class Running(Foreseeing):
    """What runs, what ran last, and where it stands."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self.inputs, self.turn, self.stage = Inputs(), Turn(), Stage()
        self.proposal: Proposal | None = None
        self.last: Results | None = None
        self.record: Provenance | None = None  # what `last` rests on
        self.notices: tuple[str, ...] = ()  # about models of the last run, that were not given before
        self._ran = _Ran()
        self._swaps = Swaps()

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
            in_parts = any(one.lazy for one in proposal.inputs.values())  # of those a run keeps no values
            kept = _unchanged(proposal.plan, before) if before and not in_parts else {}
            name = proposal.options.output or DEFAULT_OUTPUT
            rated = {i: liked for i, liked in self.stage.now.rated.items() if i in kept}
            try:
                self.stage.set(cell, running=True, error="", changes=(), kept=frozenset(kept), stored=name, rated=rated)
                held = _held(proposal)
                read = fingerprint(held.plan, held.inputs)
                machine = self._machine(proposal.options, most)
                results = _noted(machine.cache, self.store, lambda: self._run_steps(held, cell, kept, machine))
                self.last, self._ran = results, _Ran(replace(proposal, plan=results.plan), read, ground)
                learn_failures(self.store, results, held.inputs, self.run_id)
                self.notices = notices(self.store, results.plan)
                self._keep_value(proposal, results, namespace, name)
                self.record = self._provenance(held, results, machine)
                said = self._phrased(answer(results, language=proposal.plan.language), results.plan, proposal.options)
                found = changes(before, results) if before and before.plan.hash != results.plan.hash else ()
                self.stage.set(cell, results=results, answer=said.text, changes=found)
                cell.show_results(self._view(proposal, results, said, found), in_cell=in_cell)
            except (Exception, KeyboardInterrupt) as error:
                self.stage.set(cell, error=error_line(error))
                raise
            finally:
                self.stage.set(cell, running=False)
        return results, said

    def tell_again(self, options: Options) -> Answer:
        """The answer of the last run once more, in the words that are asked for. Raises: BadOption without one."""
        proposal, results = self._ran.proposal, self.last
        if proposal is None or results is None:
            raise BadOption("nothing has run yet.", hint="describe a task in a %%hf cell first")
        said = answer(results, language=proposal.plan.language)
        with self.turn.taken():
            said = self._phrased(said, results.plan, options, agreed=options.share_results)
        cell = self.stage.now.cell
        self.stage.set(cell, answer=said.text)
        RunView(results.plan).show_results(self._view(proposal, results, said, ()), in_cell=True)
        return said

    def _view(self, proposal: Proposal, results: Results, said: Answer, found: Sequence[Change]) -> View:
        """What a run gave, as it is shown, with what it rests on."""
        view = results_view(
            results,
            answer=said,
            preview_rows=self.config.preview_rows,
            most_bytes=self.config.output_bytes,
            inputs=self.shown_inputs(proposal),
            stored=(proposal.options.output or DEFAULT_OUTPUT) if results.steps else "",
            changes=tuple(found),
        )
        return replace(view, metadata=self.record.to_metadata()) if self.record else view

    def compute(
        self, proposal: Proposal, cell: RunView | None = None, settings: Settings | None = None
    ) -> tuple[Results, Provenance]:
        """Run a proposal and keep nothing of it; shown in a cell's outputs where they are given.

        Args:
            settings: those of an earlier run, where they decide the numbers.
        Raises: NeedsConsent.
        """
        cell, most = cell or RunView(proposal.plan), self._most(proposal)
        with self.turn.taken():
            try:
                self._ask_first(proposal, cell, most)
            except NeedsConsent as error:
                raise NeedsConsent(error.message, hint="%hf reproduce --yes, or yes=True in a program") from None
            machine = replace(self._machine(proposal.options, most), cache=NO_CACHE)  # figures, not memories of them
            if settings:
                fixed = settings.model_dump(include={"seed", "dtype", "batch_tokens", "batch_size", "sql_rows"})
                machine = replace(machine, **fixed)
            held = _held(proposal)
            results = self._run_steps(held, cell, {}, machine)
            return results, self._provenance(held, results, machine)

    @property
    def run_id(self) -> str:
        """The last run, as what is learnt of it is kept under: the same rows under the same request are one."""
        return f"{self.kernel}:{self._ran.read}"

    @property
    def _ran_inputs(self) -> Mapping[str, Input]:
        return self._ran.proposal.inputs if self._ran.proposal else {}

    def _run_steps(
        self, proposal: Proposal, cell: RunView, kept: Mapping[str, StepResult], machine: Machine
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

        def place(name: str) -> Path:
            words = (live.view.plan.hash, fingerprint(proposal.plan, proposal.inputs))
            return output_path(self.outputs, f"{proposal.options.output or DEFAULT_OUTPUT}_{name}", *words)

        def run(plan: Plan, kept: Mapping[str, StepResult], emit: Emit) -> Results:
            return run_plan(plan, proposal.inputs, machine, emit, kept=kept, amend=amend, place=place)

        try:
            return run_moderated(proposal.plan, run, emit, kept, threshold=self.config.moderate_threshold)
        finally:
            self._swaps.end()
            live.flush()

    def _provenance(self, proposal: Proposal, results: Results, machine: Machine) -> Provenance:
        """What a run rests on. The files of a model that cannot be read are not named."""
        options, hub = proposal.options, machine.hub
        models = {m.model_id: m for s in results.plan.steps if (m := s.model) and s.id in results.steps}
        used = []
        for pinned in models.values():
            files: dict[str, str] = {}
            with contextlib.suppress(HFMagicError, OSError):
                files = hub.file_hashes(hub.find(pinned.model_id, pinned.revision))
            used.append(ModelUsed(model_id=pinned.model_id, revision=pinned.revision, files=files))
        settings = Settings(
            seed=machine.seed,
            device=machine.device.torch_name,
            dtype=machine.dtype,
            batch_tokens=machine.batch_tokens,
            batch_size=machine.batch_size,
            sql_rows=machine.sql_rows,
            rows=options.rows,
        )
        return provenance(
            results,
            proposal.inputs,
            models=used,
            settings=settings,
            names=proposal.names,
            output=options.output or DEFAULT_OUTPUT,
            prompt=proposal.prompt,
        )

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
            if found.schema.kind is not Kind.TABLE:
                path = isinstance(found.value, Path)
                with contextlib.suppress(UnknownKind):  # damaged: the step that read it has said so
                    shown[name] = open_media(found.value, found.schema.kind) if path else found.value
        return shown

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

    # What holds from the run before

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
        return self.device(options).torch_name, config.dtype, config.quantize, config.seed, config.sql_rows


def _held(proposal: Proposal) -> Proposal:
    """The same over its inputs as they are now: the user's variables may change while it runs."""
    return replace(proposal, inputs={name: one.held() for name, one in proposal.inputs.items()})


def _noted(cache: ResultCache, store: Store, run: Callable[[], Results]) -> Results:
    """What a run gives, and what is to be known of the cache: once, that there is one; and what is wrong with it."""
    is_new, before = cache.is_new, cache.notes
    results = run()
    kept = (KEPT,) if is_new and not cache.is_new else ()
    wrong = (*store.take_notes(), *(n for n in cache.notes if n not in before))
    return replace(results, notes=(*results.notes, *kept, *wrong))


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
