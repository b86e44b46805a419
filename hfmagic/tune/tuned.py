"""A tuning as it stands, as a value: what it was told of the rows, how far it is, what came of it. Runs nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..intervals import LEVEL, bootstrap_interval
from ..trial import Trial
from ..trial.verdict import discordant
from .training import Foreseen, Trained


@dataclass(frozen=True)
class Difference:
    """By how much the tuned model is better on the same rows: the figure's change with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Tuned:
    """A model that is tuned for a step.

    `rows` counts those that are trained on, that tell when to stop, and that are held out; `classes` are rows by
    label. `done` is the share of `epochs` (at most) that has run. `model_id` and `revision` are those of the result,
    empty while there is none; `trial` compares it with `base` on the rows held out. Without `same_labels` it is about
    something else than its base, and is named and tagged after the column of `labels`.
    """

    step_id: str
    task: str
    base: str
    frame: str
    column: str
    labels: str
    rows: tuple[int, int, int]
    classes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    repeated: int = 0
    epochs: int = 0
    adapters: bool = False
    foreseen: Foreseen | None = None
    done: float = 0.0
    trained: Trained = field(default_factory=Trained)
    measure: str = ""
    same_labels: bool = True
    model_id: str = ""
    revision: str = ""
    trial: Trial | None = None
    difference: Difference | None = None
    language: str = "en"
    seconds: float = 0.0

    @property
    def is_better(self) -> bool:
        """True where the rows held out show that it is better than its base."""
        verdict = self.trial.verdict if self.trial else None
        return verdict is not None and verdict.kind == "clear" and verdict.best == self.model_id


def difference(trial: Trial, base: str, tuned: str, seed: int = 0) -> Difference | None:
    """By how much the second is better than the first, over the same rows; None where one of them has no figures.

    Of shares by Agresti and Min 2005 (https://doi.org/10.1002/sim.1781): Wald's interval for matched pairs after half a
    row was added to each cell, as the bootstrap's is too narrow for few rows that differ. Of other figures by the
    bootstrap: rows are drawn anew, each with what both gave for it.
    """
    import numpy as np

    evidence = trial.evidence
    if base not in evidence or tuned not in evidence or evidence[base][0] != evidence[tuned][0]:
        return None
    first, second = evidence[base][1], evidence[tuned][1]
    columns, value = first.shape[1], trial.scored_by.value
    if trial.scored_by.is_share:
        return _of_shares(*discordant(second, first), len(first))

    def change(sums: np.ndarray) -> np.ndarray:
        found: np.ndarray = value(sums[..., columns:]) - value(sums[..., :columns])
        return found

    both = np.concatenate([first, second], axis=1)  # (rows, 2 × columns)
    low, high = bootstrap_interval(both, change, seed=seed)
    return Difference(float(change(both.sum(0))), low, high)


def _of_shares(gained: int, lost: int, rows: int) -> Difference:
    """Of rows that only one of the two has right."""
    from statistics import NormalDist

    change = (gained - lost) / (rows + 2)
    spread = math.sqrt((gained + lost + 1) - (gained - lost) ** 2 / (rows + 2)) / (rows + 2)
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * spread
    found = (gained - lost) / rows
    return Difference(found, min(found, max(-1.0, change - reach)), max(found, min(1.0, change + reach)))
