"""What a proposal will fetch, take and last, and whether it waits for a word of the user. Fetches and runs nothing."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from .engine.preview import step_need
from .errors import HFMagicError, NeedsConsent
from .fit import Forecast, forecast
from .hardware import find_all
from .hub.facts import ModelFacts
from .hub.sources import Sources
from .limits import size_words
from .plan import Step
from .profiles import profiles_of
from .proposal import Proposal
from .render.plan_view import Waits
from .render.run_view import RunView
from .scope import Scope
from .telling import Telling


class Foreseeing(Telling):
    """Bytes, memory and seconds of a proposal before it runs, and the consent that it needs."""

    def forecast(self, proposal: Proposal, hardware: str = "") -> Forecast:
        """What a proposal will fetch, take and last, here or on named hardware. Raises: BadOption, HubError."""
        plan, scope = proposal.plan, Scope(proposal.plan)
        machine = self._machine(proposal.options)
        profiles = profiles_of(plan, proposal.inputs, self.store.salt)
        needs = []
        for step in (s for s in plan.steps if s.model):
            frame = scope.rows_of(step)
            rows = next((i.rows for i in plan.inputs if i.name == frame), None) or 1
            facts = self._facts_of(step, proposal, machine.hub)
            needs.append(step_need(step, facts, scope, machine, rows=rows, profile=profiles.get(step.id)))
        if not hardware:
            return forecast(needs, [machine.device], split=False)
        return forecast([replace(n, rows_per_second=None, peaks=()) for n in needs], find_all(hardware))

    def _facts_of(self, step: Step, proposal: Proposal, hub: Sources) -> ModelFacts:
        """Of a step's model, as it was looked at when it was chosen."""
        model = step.model
        assert model is not None  # noqa: S101  only steps with one are asked
        looked_at = (c.facts for c in proposal.candidates.get(step.id, ()) if c.facts.model_id == model.model_id)
        return next(looked_at, None) or hub.find(model.model_id, model.revision)

    def _foresee(self, proposal: Proposal) -> str:
        """A proposal's forecast in words; empty where it cannot be told."""
        with contextlib.suppress(HFMagicError):
            return self.forecast(proposal).words
        return ""

    # What would be downloaded

    def _most(self, proposal: Proposal) -> int | None:
        """Bytes that a proposal may download: any number (None) after a yes, or where its very plan was approved."""
        approved = {proposal.options.approve, *self.config.approved}
        return None if proposal.options.yes or proposal.plan.hash in approved else self._unasked

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

    def _is_small(self, proposal: Proposal) -> bool:
        """True when it is known that a proposal downloads no more than may be downloaded without a question."""
        try:
            return self._to_fetch(proposal)[0] <= self._unasked
        except HFMagicError:
            return False

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
                hint=f"%hf go --yes fetches it; headless: --approve {proposal.plan.hash}; "
                "--limit max_size=300MB finds smaller ones",
            )
