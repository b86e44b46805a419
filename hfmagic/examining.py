"""What is known of models before they run: one by its id, a plan's as an audit. Asks the Hub, fetches no weight."""

from __future__ import annotations

import contextlib
from functools import partial

from .audit import Audit, audit
from .choosing import Choosing
from .data_profile import Profile
from .errors import HFMagicError
from .experience import past
from .fit import Forecast, fit_alone
from .hub.card import Card, parse_card
from .hub.caveats import card_warnings
from .hub.facts import ModelFacts
from .proposal import Options
from .render.model_view import model_view
from .render.view import View
from .runners.registry import misfit


class Examining(Choosing):
    """Looks at models as a company would: license, safety, age, what their cards say."""

    def audit(self) -> Audit:
        """Every model of the last plan, and those that it was made from. Raises: InvalidPlan without a plan."""
        proposal = self._last_proposal()
        hub = self.sources(proposal.options)

        def facts_of(model_id: str, revision: str) -> ModelFacts:
            return hub.examined(hub.find(model_id, revision))

        limits = self.pack.limits_with(self.limits(proposal.options, proposal.plan))
        return audit(proposal.plan, facts_of, hub.lineage, limits=limits)

    def fit(self, hardware: str = "") -> Forecast:
        """What the last plan takes and lasts here, or on hardware such as "T4". Raises: InvalidPlan, BadOption."""
        return self.forecast(self._last_proposal(), hardware)

    def about(self, model_id: str, options: Options | None = None) -> View:
        """All that is known of a model, its card as plain text among it. Raises: UnknownModel, HubError."""
        options = options or Options()
        hub = self.sources(options)
        facts = hub.examined(hub.find(model_id))
        task, card = facts.task or "", Card()
        with contextlib.suppress(HFMagicError):  # a gated one's files are not for everyone: the listing is
            facts = hub.inspect(facts, partial(misfit, task)) if task else facts
            card = parse_card(hub.read_card(facts))
        lineage = hub.lineage(facts)
        known = past(self.store, task, Profile()).get(facts.model_id)
        return model_view(
            facts,
            card,
            revision=hub.revision(facts),
            lineage=lineage,
            fit=fit_alone(facts, self.device(options)).words,
            past=known.words if known else "",
            warnings=card_warnings(facts, Profile(), task, card=card, lineage=lineage),
        )
