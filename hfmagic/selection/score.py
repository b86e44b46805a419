"""A model's score for a step: parts from 0 to 1 with their weights, each in words. Pure.

The same facts give the same score. A better figure, more downloads and more speed never lower a model's rank.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..experience import Past
from ..hub.facts import ModelFacts
from ..limits import size_words
from .figures import Figure, Marks, figures_of, figures_words, popularity_of

DEFAULT_WEIGHTS: Mapping[str, float] = {"quality": 0.7, "speed": 0.3}
WEIGHABLE = ("quality", "speed", "popularity", "size", "freshness", "experience")
"""What a user may give a weight; popularity and experience count within quality, too."""
NEUTRAL = 0.5  # where nothing is known
CLOSENESS = 0.15  # of the score, where the request has words that tags can have
TO_FETCH = 0.05  # what a model loses that has to be downloaded first: of two alike, the one that is here
FRESH_DAYS = 730  # after which a model counts half as fresh


@dataclass(frozen=True)
class Part:
    """One part: `value` × `weight` is what it adds. `words` say what it rests on, `by` names that in a word or two."""

    name: str
    value: float
    weight: float
    words: str
    by: str = ""

    @property
    def points(self) -> float:
        """What it adds to the total."""
        return self.value * self.weight

    def __str__(self) -> str:
        return f"{self.name} {self.value:.2f} × {self.weight:.2g}: {self.words}"


@dataclass(frozen=True)
class Score:
    """The sum of the parts' value × weight, rounded to 4 digits."""

    parts: tuple[Part, ...] = ()

    @property
    def total(self) -> float:
        """0…1, but for what a model loses that has to be fetched."""
        return round(math.fsum(p.points for p in self.parts), 4)

    def part(self, name: str) -> Part | None:
        """The part of that name."""
        return next((p for p in self.parts if p.name == name), None)

    def value(self, name: str) -> float:
        """The value of a part; NEUTRAL where it has none."""
        return part.value if (part := self.part(name)) else NEUTRAL

    def with_part(self, part: Part) -> Score:
        """The same with one more."""
        return Score((*self.parts, part))

    def __str__(self) -> str:
        return "; ".join(map(str, self.parts))


@dataclass(frozen=True)
class Known:
    """What is known beside the facts: speeds (rows a second) measured here and experience by model id, and the day."""

    rows_per_second: Mapping[str, float] = field(default_factory=dict)
    past: Mapping[str, Past] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True)
class Field:
    """What each candidate is measured against: the best figures, the fastest, the smallest of all that fit.

    `fastest` is None where a speed was not measured: then size stands in for speed, for all of them.
    """

    marks: Marks
    fastest: float | None
    fewest: int
    lightest: int


def field_of(fit: Sequence[ModelFacts], known: Known) -> Field:
    """The marks that the candidates that fit set for each other."""
    speeds = [known.rows_per_second.get(m.model_id, 0.0) for m in fit]
    return Field(
        Marks.of(fit),
        max(speeds) if speeds and min(speeds) > 0 else None,
        min((m.parameters for m in fit if m.parameters > 0), default=0),
        min((m.weight_bytes for m in fit if m.weight_bytes > 0), default=0),
    )


def score(
    facts: ModelFacts,
    against: Field,
    known: Known,
    *,
    weights: Mapping[str, float],
    words: frozenset[str] = frozenset(),
) -> Score:
    """The score of one candidate.

    Args:
        weights: of WEIGHABLE; their sum counts as 1, those below 0 as 0; all of them 0: the default.
        words: of the request and the step; a model whose tags or name have one of them is closer.
    """
    shares = _shares(weights)
    scale = 1 - CLOSENESS if words else 1.0
    past = known.past.get(facts.model_id, Past())
    terms = (
        _quality(facts, against.marks, past),
        _speed(facts, against, known),
        _popularity(facts),
        _size(facts, against),
        _freshness(facts, known.today),
        _experience(past),
    )
    weighed = (Part(t.name, t.value, shares.get(t.name, 0.0) * scale, t.words, t.by) for t in terms)
    shown = [p for p in weighed if p.weight > 0 or p.name in DEFAULT_WEIGHTS]
    if words:
        shown.append(_closeness(facts, words))
    if facts.folder is None:
        shown.append(Part("to fetch", 1.0, -TO_FETCH, _to_fetch(facts), "what is here"))
    return Score(tuple(shown))


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    given = {name: max(weights.get(name, 0.0), 0.0) for name in WEIGHABLE}
    total = math.fsum(given.values())
    return {name: w / total for name, w in given.items()} if total > 0 else dict(DEFAULT_WEIGHTS)


def _quality(facts: ModelFacts, marks: Marks, past: Past) -> Part:
    """What its use promises, moved by its figures, then by experience."""
    popularity = popularity_of(facts)
    figures = figures_of(facts)
    value = math.fsum(_believed(popularity, f, marks) for f in figures) / len(figures) if figures else popularity
    used = f"{count_words(facts.downloads)} downloads" if facts.downloads else ""
    said = (figures_words(figures) or "no measured quality", used, past.words)
    by = figures[0].metric if figures else "downloads" if used else "what is known"
    lived = _lived(value, past)
    if abs(lived - value) > abs(value - popularity):
        by = "experience"
    return Part("quality", lived, 0.0, ", ".join(s for s in said if s), by)


def _believed(popularity: float, figure: Figure, marks: Marks) -> float:
    """What a figure makes of what its use promises: a boast counts by who says it, a bad figure by its own weight."""
    gap = marks.against(figure) - popularity
    return popularity + gap * (figure.above if gap > 0 else figure.below)


def _lived(value: float, past: Past) -> float:
    """A value after what was lived through: towards 1 or 0 by how far experience leans; without any it stays."""
    lean = min(max(past.lean, -1.0), 1.0)
    return value + lean * (1 - value if lean > 0 else value)


def _speed(facts: ModelFacts, against: Field, known: Known) -> Part:
    """Against the fastest candidate: by measured rows a second where all were measured, else by size."""
    if against.fastest is not None:
        own = known.rows_per_second[facts.model_id]
        words = f"{own:,.3g} rows/s here, the fastest {against.fastest:,.3g}"
        return Part("speed", math.sqrt(own / against.fastest), 0.0, words, "measured speed")
    if not facts.parameters or not against.fewest:
        return Part("speed", NEUTRAL, 0.0, "its size is not known", "size")
    # By size: of two BERTs on 2 cores, 46 times the parameters took 10 to 14 times as long, so the root of the speed is
    # about the cube root of the size.
    least = facts.parameters == against.fewest
    words = f"{count_words(facts.parameters)} parameters, the smallest"
    words += "" if least else f" has {count_words(against.fewest)}"
    return Part("speed", (against.fewest / facts.parameters) ** (1 / 3), 0.0, words, "size")


def _popularity(facts: ModelFacts) -> Part:
    words = f"{count_words(facts.downloads)} downloads" if facts.revision else "a folder of yours"
    return Part("popularity", popularity_of(facts), 0.0, words, "downloads")


def _size(facts: ModelFacts, against: Field) -> Part:
    if not facts.weight_bytes or not against.lightest:
        return Part("size", NEUTRAL, 0.0, "not known", "size")
    words = f"{size_words(facts.weight_bytes)}, the smallest {size_words(against.lightest)}"
    return Part("size", (against.lightest / facts.weight_bytes) ** (1 / 3), 0.0, words, "size")


def _freshness(facts: ModelFacts, today: date | None) -> Part:
    """1 for a change today, half of it for every FRESH_DAYS since."""
    try:
        days = max((today - date.fromisoformat(facts.modified[:10])).days, 0) if today else None
    except ValueError:
        days = None
    if days is None:
        return Part("freshness", NEUTRAL, 0.0, "last change not known", "freshness")
    return Part("freshness", 0.5 ** (days / FRESH_DAYS), 0.0, f"changed {facts.modified[:10]}", "freshness")


def _experience(past: Past) -> Part:
    return Part("experience", _lived(NEUTRAL, past), 0.0, past.words or "none yet", "experience")


def _closeness(facts: ModelFacts, words: frozenset[str]) -> Part:
    own = {part for text in (*facts.tags, facts.model_id.partition("/")[2]) for part in text.lower().split("-")}
    shared = sorted(words & own)
    said = f"its tags have {', '.join(shared[:3])}" if shared else "no word of the request in its tags"
    return Part("closeness", 1.0 if shared else 0.0, CLOSENESS, said, "its tags")


def _to_fetch(facts: ModelFacts) -> str:
    size = facts.weight_bytes if facts.fetch_bytes is None else facts.fetch_bytes
    return size_words(size) if size else "size not known"


def count_words(count: float) -> str:
    """A count as a person reads it: `950`, `67 M`, `1.2 B`."""
    for unit, factor in ((" B", 10**9), (" M", 10**6), (" k", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f}{unit}" if count < 10 * factor else f"{count / factor:,.0f}{unit}"
    return f"{count:,.0f}"
