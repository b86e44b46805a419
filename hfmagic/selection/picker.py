"""Let an LLM pick among the candidates that fit, from structured facts alone. Code has applied the limits before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..hub.facts import ModelFacts
from ..limits import license_class
from ..llm import LLM
from ..plan import Plan
from ..planners.pick import StepToPick, pick_models
from .candidates import Candidate
from .choose import Picker, Picks
from .figures import CARD

MOST = 6  # candidates of a step that are shown to the LLM, best score first
MOST_METRICS = 3


def llm_picker(llm: LLM) -> Picker:
    """A picker that asks an LLM once for all steps."""

    def pick(plan: Plan, fits: Mapping[str, Sequence[Candidate]]) -> Picks:
        steps = [
            StepToPick(step_id, plan.step(step_id).task, tuple(_facts(c) for c in candidates[:MOST]))
            for step_id, candidates in fits.items()
        ]
        return pick_models(llm, plan.request, steps)

    return pick


def _facts(candidate: Candidate) -> Mapping[str, object]:
    """What the LLM is told of a candidate: tags and numbers, what was lived through with it, never a card's prose."""
    facts = candidate.facts
    return {
        "model_id": facts.model_id,
        "license": license_class(facts.license),
        "languages": list(facts.languages[:8]),
        "tags": list(facts.tags[:12]),
        "labels": list(facts.labels[:8]),
        "parameters": facts.parameters,
        "downloads": facts.downloads,
        "metrics": dict(list(_metrics(facts).items())[:MOST_METRICS]),
        "rows_per_second": candidate.rows_per_second,
        "past": candidate.past.words,
        "on_this_machine": facts.folder is not None,
        "parts": {part.name: round(part.value, 2) for part in candidate.breakdown.parts},
    }


def _metrics(facts: ModelFacts) -> Mapping[str, float]:
    """Figures by name, those first that the Hub verified; who says so stands with those that are not its card's own."""
    found: dict[str, float] = {}
    for said in sorted(facts.evaluations, key=lambda e: (not e.verified, e.source == CARD, e.metric, e.dataset)):
        whose = " verified" if said.verified else "" if said.source == CARD else f" on {said.source}"
        found.setdefault(f"{said.metric}{whose}", said.value)
    return found | {name: value for name, value in facts.metrics.items() if name not in found}
