"""One session a kernel: request → plan → models → run → results. The only door for magics, sidebar and CLI."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .answer import Answer
from .changes import Change, changes
from .comparison import Comparison, compare
from .config import HFMagic
from .devices import find_devices
from .errors import BadOption, EmptyRequest, HFMagicError
from .export import Form, to_app, to_python
from .hub.facts import ModelFacts
from .kinds import InputSchema
from .moderation import moderations
from .parameters import filled
from .plan import Plan
from .planners.notes import told
from .proposal import Options, Proposal
from .provenance import Provenance
from .recognise import Input
from .render.run_view import RunView
from .results import Results
from .running import DEFAULT_OUTPUT
from .scope import validate
from .sharing import Sharing

__all__ = ["DEFAULT_OUTPUT", "Options", "Proposal", "Session"]


@dataclass(frozen=True)
class Reproduction:
    """A recorded run, run once more: how it came out, and which rows changed where the recorded ones are still here."""

    comparison: Comparison
    results: Results
    changes: tuple[Change, ...] = ()


class Session(Sharing):
    """What one kernel remembers: the last proposal and the last results, and where they stand."""

    def __init__(self, config: HFMagic | None = None) -> None:
        super().__init__(config)
        self._open: RunView | None = None  # the outputs of the cell that runs now, until its plan runs

    # The story

    def propose(
        self, request: str, namespace: Mapping[str, Any], names: Sequence[str] = (), options: Options | None = None
    ) -> Proposal:
        """Plan a request over variables and pin a model to each step. Runs nothing and loads no model.

        Raises: NotShared; the request then waits (`agree`).
        """
        options = options or Options()
        check_words(request)
        asked = (request, names, options)
        inputs, names, options = self.taken_up(request, namespace, names, options)
        request, values = filled(request, namespace, inputs)
        cell, self._open, self.held = self._new_cell(), None, None
        live = cell.live
        asks = self.planner.asks(request, schemas_of(inputs), previous=self.plan_before(request))
        rows = self.agreed_rows(*asked, inputs, cell) if asks else None
        if asks:
            planner, also = self.planner.name, f"{rows.count} redacted rows" if rows else "no row"
            live.say(f"asking {planner} for a plan: the request and the inputs' schemas, {also} …")
        plan = self.moderated(self.make_plan(request, inputs, rows.text if rows else ""), options)
        notes = [*(("filled", pair) for pair in values.items()), *self.shared_notes(options, rows)]
        plan = plan.with_notes(told(notes, plan.language))
        live.rebind(plan)
        live.show()  # before models are looked at: the first line should not wait for torch
        if hub := self.sources(options).client:
            hub.on_wait = live.hint
        try:
            chosen = self.choose_models(plan, inputs, options)
        except HFMagicError:
            live.foresee("")
            live.leave("it has no model")
            raise
        finally:
            if hub:
                hub.on_wait = lambda _: None
        proposal = replace(chosen, names=tuple(map(self.pinned, names or inputs)), prompt=self.planner.prompt)
        live.foresee(self._foresee(proposal))
        live.rebind(proposal.plan)
        self._open = cell
        return self._stand(cell, proposal)

    def end_cell(self) -> None:
        """The cell shows its plan and runs nothing: it waits for a click or for `%hf go`."""
        if self._open and self.proposal:
            self._open.live.wait(self._waits(self.proposal))
        self._open = None

    def make_plan(self, request: str, inputs: Mapping[str, Input], shared: str = "") -> Plan:
        """The planner's plan, from the request and the inputs' schemas alone, and the rows that were agreed to."""
        previous = self.plan_before(request)
        return self.planner.plan(request, schemas_of(inputs), previous=previous, shared=shared)

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
        Raises: InvalidPlan where there is none yet, or a step has no model; UnknownModel; BadOption of a moderated one.
        """
        proposal, config = self._last_proposal(), self.config
        return to_python(
            proposal.plan,
            self.facts_for_code(proposal.plan, proposal.options, line="%hf code"),
            form=form,
            function=function,
            output=proposal.options.output or "result",
            given=None if namespace is None else {n: v for n, v in namespace.items() if n in proposal.inputs},
            rows=proposal.options.rows,
            seed=config.seed,
            batch_tokens=config.batch_tokens,
        )

    def to_app(self) -> dict[str, str]:
        """The last plan as a Gradio app that needs no hfmagic: the text of each file of its folder.

        Raises: as `to_python`.
        """
        proposal, config = self._last_proposal(), self.config
        models = self.facts_for_code(proposal.plan, proposal.options, line="%hf app NAME")
        output = proposal.options.output or "result"
        return to_app(proposal.plan, models, output=output, seed=config.seed, batch_tokens=config.batch_tokens)

    def facts_for_code(
        self, plan: Plan, options: Options | None = None, *, line: str = "export it"
    ) -> dict[str, ModelFacts]:
        """What is known of the models that a plan pins, by id, for code of it; `line` asks for that.

        Raises: UnknownModel; BadOption of a moderated plan, whose code would withhold nothing.
        """
        if moderations(plan):
            hint = f"run the cell without --moderate, then {line}"
            raise BadOption("plain code of a plan with --moderate would withhold nothing.", hint=hint)
        hub, pinned = self.sources(options or Options()), [s.model for s in plan.steps if s.model]
        return {m.model_id: hub.find(m.model_id, m.revision) for m in pinned}

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
        plan = self.planner.plan(request, schemas_of(found))
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


def schemas_of(inputs: Mapping[str, Input]) -> tuple[InputSchema, ...]:
    """What a planner may know of the inputs."""
    return tuple(i.schema for i in inputs.values())


def check_words(request: str) -> None:
    """Raise EmptyRequest for a request without words."""
    if not request.strip():
        raise EmptyRequest("there is no request.", hint="write what you want under %%hf, in English or Chinese")
