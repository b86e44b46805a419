"""Every model as a candidate for a step: its score, or the reason why it was rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..experience import Past
from ..hub.facts import ModelFacts
from .rules import has_head
from .score import Known, Part, Score, field_of, score

STAND_IN = 0.2  # what of their score those keep where there is one that was trained for it


@dataclass(frozen=True)
class Candidate:
    """A model for a step. `rejected` is empty for one that may be chosen; `soft` says what speaks against one that is
    taken only where nothing else fits. `rows_per_second` is its measured speed, `past` what was lived through with it.
    """

    facts: ModelFacts
    rejected: str = ""
    soft: str = ""
    breakdown: Score = field(default_factory=Score)
    rows_per_second: float | None = None
    past: Past = field(default_factory=Past)

    @property
    def score(self) -> float:
        """The total of its breakdown, 0…1."""
        return self.breakdown.total

    @property
    def quality(self) -> float:
        """0…1 against the best candidate."""
        return self.breakdown.value("quality")

    @property
    def speed(self) -> float:
        """0…1 against the fastest candidate."""
        return self.breakdown.value("speed")

    @property
    def basis(self) -> str:
        """What its quality rests on."""
        part = self.breakdown.part("quality")
        return part.words if part else ""


def rank(
    models: Sequence[ModelFacts],
    rule: Callable[[ModelFacts], str],
    *,
    soft: Callable[[ModelFacts], str] | None = None,
    words: frozenset[str] = frozenset(),
    preferred: str = "",
    weights: Mapping[str, float],
    rows_per_second: Mapping[str, float] | None = None,
    past: Mapping[str, Past] | None = None,
    today: date | None = None,
) -> tuple[Candidate, ...]:
    """Candidates, best first, the rejected ones last, each with its reason. The order of `models` does not count.

    Args:
        rule: why a model cannot be chosen; an empty string for one that can.
        soft: why it is taken only where nothing else fits.
        words: of the request and the step; a model whose tags or name have them is nearer.
        preferred: the head that was trained for the task, where others can stand in for it.
        weights: of the score's parts (score.WEIGHABLE).
        rows_per_second: measured speeds by model id; where one is missing, size stands in for speed.
        past: experience by model id.
        today: what freshness is counted from.
    """
    known = Known(rows_per_second or {}, past or {}, today)
    found = [Candidate(m, rule(m)) for m in models]
    fit = [c.facts for c in found if not c.rejected]
    against = field_of(fit, known)
    trained = bool(preferred) and any(has_head(m, preferred) for m in fit)

    def scored(candidate: Candidate) -> Candidate:
        facts = candidate.facts
        if candidate.rejected:
            return candidate
        own = score(facts, against, known, weights=weights, words=words)
        return replace(
            candidate,
            soft=soft(facts) if soft else "",
            breakdown=_behind(own) if trained and not has_head(facts, preferred) else own,
            rows_per_second=known.rows_per_second.get(facts.model_id),
            past=known.past.get(facts.model_id, Past()),
        )

    return in_order(map(scored, found))


def _behind(own: Score) -> Score:
    return own.with_part(Part("stand-in", 1.0, (STAND_IN - 1) * own.total, "others were trained for this", "its head"))


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The best score first, then those with something against them, the rejected last; alike ones by id."""
    return tuple(sorted(candidates, key=lambda c: (bool(c.rejected), bool(c.soft), -c.score, c.facts.model_id)))
