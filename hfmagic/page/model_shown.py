"""A candidate → ModelShown: its facts, how it fits the device, what to mind. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping

from ..config import OFFICIAL_HUB
from ..devices import Device
from ..errors import clip, one_line
from ..hub.facts import ModelFacts
from ..limits import license_class
from ..selection.candidates import ROOM, Candidate
from .shows import Fit, ModelDetails, ModelShown

ROOMY = 0.7  # of the free memory: above it another program's appetite decides
_CARD = ("license", "license_name", "license_link", "language", "base_model", "datasets", "library_name", "tags")


def model_shown(candidate: Candidate, device: Device, ratings: Mapping[str, tuple[int, int]]) -> ModelShown:
    """A row of a list."""
    facts = candidate.facts
    needs = int(facts.parameters * (4 if device.kind == "cpu" else 2) * ROOM)
    return ModelShown(
        model_id=facts.model_id,
        owner=facts.owner,
        task=facts.task or "",
        license=one_line(facts.license or ""),
        license_class=license_class(facts.license),
        languages=facts.languages[:50],
        parameters=facts.parameters,
        weight_bytes=facts.weight_bytes,
        fetch_bytes=_to_fetch(facts),
        here=facts.folder is not None,
        downloads=facts.downloads,
        likes=facts.likes,
        score=None if candidate.rejected else candidate.score,
        quality=candidate.quality,
        speed=candidate.speed,
        basis=candidate.basis,
        rejected=candidate.rejected,
        fit=_fit(needs, device.free_bytes),
        needs_bytes=needs,
        free_bytes=device.free_bytes,
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
        limits=clip(facts.limits, 1000),
        tags=facts.tags[:50],
        card=tuple((name, words) for name, words in listed if words),
        fetched=facts.fetched,
        address=f"{hub or OFFICIAL_HUB}/{facts.model_id}" if on_hub else "",
    )


def _to_fetch(facts: ModelFacts) -> int | None:
    """Before its files were looked at: what its weights weigh, as the Hub's listing says."""
    if facts.folder is not None:
        return 0
    return facts.weight_bytes or None if facts.fetch_bytes is None else facts.fetch_bytes


def _fit(needs: int, free: int) -> Fit:
    if not needs:
        return "unknown"
    return "green" if needs <= ROOMY * free else "amber" if needs <= free else "red"


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
