"""A candidate → ModelShown: its facts, how it fits the device, what to mind. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping

from ..config import OFFICIAL_HUB
from ..devices import Device
from ..errors import clip, one_line
from ..fit import fit_alone, to_fetch
from ..hub.facts import Evaluation, ModelFacts
from ..limits import license_class
from ..selection.candidates import Candidate
from .shows import EvaluationShown, ModelDetails, ModelShown

MOST_EVALUATIONS = 30  # of one model
_CARD = ("license", "license_name", "license_link", "language", "base_model", "datasets", "library_name", "tags")


def model_shown(candidate: Candidate, device: Device, ratings: Mapping[str, tuple[int, int]]) -> ModelShown:
    """A row of a list."""
    facts = candidate.facts
    place = fit_alone(facts, device)
    return ModelShown(
        model_id=facts.model_id,
        owner=facts.owner,
        task=facts.task or "",
        license=one_line(facts.license or ""),
        license_class=license_class(facts.license),
        languages=facts.languages[:50],
        parameters=facts.parameters,
        weight_bytes=facts.weight_bytes,
        fetch_bytes=to_fetch(facts),
        here=facts.folder is not None,
        downloads=facts.downloads,
        likes=facts.likes,
        score=None if candidate.rejected else candidate.score,
        quality=candidate.quality,
        speed=candidate.speed,
        basis=candidate.basis,
        rejected=candidate.rejected,
        fit=place.verdict,
        needs_bytes=place.needed,
        free_bytes=place.free,
        labels=facts.labels[:20],
        warnings=tuple(_warnings(facts)),
        ratings=ratings.get(facts.model_id, (0, 0)),
    )


def model_details(shown: ModelShown, facts: ModelFacts, card: Mapping[str, object], hub: str) -> ModelDetails:
    """What else is known of it. `card` is its front matter, `hub` the address of the Hub that has it."""
    listed = [(name, _words(card[name])) for name in _CARD if card.get(name)]
    on_hub = bool(facts.revision) and hub.startswith("https://")
    return ModelDetails(
        model=shown,
        revision=facts.revision,
        architectures=facts.architectures,
        labels=facts.labels[:100],
        max_tokens=facts.max_tokens,
        dtype=facts.dtype,
        metrics=dict(facts.metrics),
        evaluations=tuple(map(_evaluation, facts.evaluations[:MOST_EVALUATIONS])),
        base_models=facts.base_models[:20],
        security=clip(facts.security, 200),
        verified=facts.verified,
        limits=clip(facts.limits, 1000),
        tags=facts.tags[:50],
        card=tuple((name, words) for name, words in listed if words),
        fetched=facts.fetched,
        address=f"{hub or OFFICIAL_HUB}/{facts.model_id}" if on_hub else "",
    )


def _evaluation(found: Evaluation) -> EvaluationShown:
    return EvaluationShown(
        metric=found.metric,
        value=found.value,
        dataset=found.dataset,
        source=found.source,
        verified=found.verified,
    )


def _warnings(facts: ModelFacts) -> list[str]:
    unnamed = any(a.endswith("ForSequenceClassification") for a in facts.architectures) and not facts.labels
    said = (
        (facts.gated, "gated: its owner lets in who asks"),
        (bool(facts.problem), facts.problem),
        (unnamed and facts.folder is not None, "its labels have no names"),
        (not facts.license, "its license is not known"),
    )
    return [words for true, words in said if true]


def _words(value: object) -> str:
    """A value of the card as plain text; what is nested deeper than a list says nothing."""
    parts = value if isinstance(value, list) else [value]
    return clip(", ".join(one_line(str(p)) for p in parts[:20] if isinstance(p, str | int | float)), 400)
