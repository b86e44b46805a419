"""Quality by group: is a model worse for some rows than for others, by more than chance?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..intervals import ALPHA, groups_p, share_interval
from .trial import Trial

FEWEST = 5  # labelled rows of a group, before anything is said about it


@dataclass(frozen=True, slots=True)
class Group:
    """How a model did in a group of `rows`: the trial's measure with its 95 % interval."""

    name: str
    rows: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A model's figures differ between groups by more than chance: its best group and its worst one.

    `p` is made up for the number of models.
    """

    model_id: str
    best: Group
    worst: Group
    p: float


def by_group(trial: Trial) -> Mapping[str, tuple[Group, ...]]:
    """Model → its figures by group, the groups with fewer than FEWEST labelled rows left out."""
    if not trial.groups or not trial.known:
        return {}
    return {model: tuple(_of(trial, model, name) for name in _names(trial, model)) for model in trial.evidence}


def gaps(trial: Trial) -> tuple[Gap, ...]:
    """The models that are worse for some group than for another, by more than chance.

    Shares by Fisher's exact test (two groups) or Pearson's, other figures by Kruskal and Wallis over each row's own;
    by Bonferroni for the models together.
    """
    found = []
    for model, groups in by_group(trial).items():
        if len(groups) < 2:
            continue
        p = min(1.0, _chance(trial, model, groups) * len(trial.evidence))
        if p <= ALPHA:
            order = sorted(groups, key=lambda g: g.value, reverse=trial.scored_by.more)
            found.append(Gap(model, order[0], order[-1], p))
    return tuple(found)


def _names(trial: Trial, model: str) -> list[str]:
    rows, _ = trial.evidence[model]
    counts: dict[str, int] = {}
    for i in rows:
        counts[trial.groups[i]] = counts.get(trial.groups[i], 0) + 1
    return [name for name in sorted(counts) if counts[name] >= FEWEST]


def _of(trial: Trial, model: str, name: str) -> Group:
    from ..intervals import bootstrap_interval

    rows, found = trial.evidence[model]
    part = found[[trial.groups[i] == name for i in rows]]
    measure = trial.scored_by
    low, high = (
        share_interval(float(part[:, 0].sum()), len(part))
        if measure.is_share
        else bootstrap_interval(part, measure.value, seed=trial.seed)
    )
    return Group(name, len(part), float(measure.value(part.sum(0))), low, high)


def _chance(trial: Trial, model: str, groups: tuple[Group, ...]) -> float:
    import numpy as np

    rows, found = trial.evidence[model]
    of = np.array([trial.groups[i] for i in rows])
    parts = [found[of == g.name] for g in groups]
    if trial.scored_by.is_share:
        return groups_p(np.array([p[:, 0].sum() for p in parts]), np.array([len(p) for p in parts]))
    from scipy.stats import kruskal

    each = [trial.scored_by.value(p) for p in parts]
    return 1.0 if len(set(np.concatenate(each).tolist())) < 2 else float(kruskal(*each).pvalue)
