"""Figures that someone measured of a model, and how far each is believed. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import clip, one_line
from ..hub.facts import Evaluation, ModelFacts

METRICS: Mapping[str, bool] = {
    name: higher
    for names, higher in (
        ("accuracy f1 spearman cos_sim_spearman exact_match pearson", True),
        ("wer cer", False),
        ("rougel rouge1 bleu sacrebleu chrf ndcg map mean_average_precision mean_iou", True),
    )
    for name in names.split()
}
"""The metrics that are compared, the most telling first, all shares of 1 or 100 → whether higher is better."""
CARD = "model card"
DECADE = 0.15  # of popularity for ten times the downloads: three of these outweigh any speed at the default weights
OWN = 0.75  # the popularity of a folder of the user's: as a model with 100,000 downloads
MARK = 0.6  # how far a figure is believed before others are measured by it: a card's with 1,000 downloads
LEAST_ERROR = 0.001  # so that a figure of 1.0 leaves something to divide by


@dataclass(frozen=True)
class Figure:
    """One figure as an error (0…1, lower is better). It is believed by `above` where it promises more than its model's
    use does, by `below` where it promises less: nobody boasts of that, but its test may have been a harder one."""

    metric: str
    dataset: str
    error: float
    above: float
    below: float
    share: float
    whence: str


@dataclass(frozen=True)
class Marks:
    """The least errors among the candidates: for a metric on a data set that two of them name, and for a metric."""

    least: Mapping[tuple[str, str], float]
    shared: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, models: Sequence[ModelFacts]) -> Marks:
        """The marks that those models set for each other, by figures that are believed."""
        least: dict[tuple[str, str], float] = {}
        named: dict[tuple[str, str], int] = {}
        for model in models:
            figures = figures_of(model)
            for key in {(f.metric, f.dataset) for f in figures}:
                named[key] = named.get(key, 0) + 1
            for figure in (f for f in figures if f.above >= MARK):
                for key in ((figure.metric, figure.dataset), (figure.metric, "")):
                    least[key] = min(least.get(key, 1.0), figure.error)
        return cls(least, frozenset(key for key, count in named.items() if count > 1))

    def against(self, figure: Figure) -> float:
        """0…1: the least error over its own. 0.9 against 0.8 is half the errors.

        On its own data set where another candidate has a figure on that one, else against all figures of its metric.
        """
        key = (figure.metric, figure.dataset)
        best = self.least.get(key if key in self.shared else (figure.metric, ""), figure.error)
        return min(best / figure.error, 1.0)


def popularity_of(facts: ModelFacts) -> float:
    """0 without downloads, 0.15 more for ten times as many, up to 0.9 for a million; OWN for a folder."""
    return DECADE * min(math.log10(1 + max(facts.downloads, 0)), 6.0) if facts.revision else OWN


def figures_of(facts: ModelFacts) -> tuple[Figure, ...]:
    """A model's figures of its most telling metric, from whoever is believed most: the Hub, a leaderboard, its card."""
    told = {_name(e.metric) for e in facts.evaluations}
    said = [*facts.evaluations, *(Evaluation(n, v) for n, v in facts.metrics.items() if _name(n) not in told)]
    known = [e for e in said if _name(e.metric) in METRICS and math.isfinite(e.value)]
    if not known:
        return ()
    surest = max(map(_rank, known))
    sure = [e for e in known if _rank(e) == surest]
    metric = min((_name(e.metric) for e in sure), key=list(METRICS).index)
    return tuple(_figure(facts, metric, e) for e in sure if _name(e.metric) == metric)


def figures_words(figures: Sequence[Figure]) -> str:
    """`accuracy 0.846 on its card`, `accuracy 0.802 to 0.846 on its card` for several; empty for none."""
    if not figures:
        return ""
    low, high = (f"{worst(f.share for f in figures):.3f}" for worst in (min, max))
    return f"{figures[0].metric} {low if low == high else f'{low} to {high}'} {figures[0].whence}"


def _figure(facts: ModelFacts, metric: str, said: Evaluation) -> Figure:
    share = min(max(said.value / 100 if said.value > 1 else said.value, 0.0), 1.0)  # cards write both 0.88 and 88
    error = max(1 - share if METRICS[metric] else share, LEAST_ERROR)
    above, below = _belief(facts, said)
    return Figure(metric, said.dataset.lower(), error, above, below, share, _whence(facts, said))


def _belief(facts: ModelFacts, said: Evaluation) -> tuple[float, float]:
    """Wholly: what the Hub verified, and the user's own folders. A card is its owner's word: it counts by how many use
    the model, wholly with 100,000 downloads."""
    if not facts.revision:
        return 1.0, 1.0
    if _rank(said):
        return (1.0, 0.75) if said.verified else (0.9, 0.75)
    return min(math.log10(1 + max(facts.downloads, 0)) / 5, 1.0), 0.5


def _whence(facts: ModelFacts, said: Evaluation) -> str:
    if said.verified:
        return "verified by the Hub"
    if _rank(said):
        return f"on {clip(one_line(said.source), 40)}"
    return "on its card (not verified)" if facts.revision else "on its card"


def _rank(said: Evaluation) -> int:
    return 2 if said.verified else 1 if said.source != CARD else 0


def _name(metric: str) -> str:
    return metric.lower().replace("-", "_").replace(" ", "_")
