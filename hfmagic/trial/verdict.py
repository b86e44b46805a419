"""Whether one model is better than all others, or more rows are needed to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..intervals import ALPHA, anytime_p, exact_p, rows_by_spread, rows_to_settle, swapped_p
from ..measures import Measure

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Verdict:
    """How a trial came out.

    "clear": `best` is better than every other model; "close": it is not sure; "none": nothing to compare. `second` is
    the one that is hardest to tell from it. `p` is already made up for the number of models and of looks: it is below
    0.05 where it is clear. `rows` were compared; about `settle` would show the difference at hand in four trials of
    five, None where hardly any number would.
    """

    kind: Literal["clear", "close", "none"] = "none"
    best: str = ""
    second: str = ""
    p: float = 1.0
    rows: int = 0
    settle: int | None = None


NO_VERDICT = Verdict()


def decide(
    measure: Measure, found: Mapping[str, np.ndarray], *, spends: float = 1.0, anytime: bool = False, seed: int = 0
) -> Verdict:
    """Compare the model with the best figure with every other one, pair by pair over the same rows.

    It wins where each of those tests, two-sided, is below 2 α / models. However many models are alike, none is then
    named falsely in more than α of the trials: to be named it must beat one that is truly as good, which has a
    one-sided chance of α / models for each.

    Args:
        found: model → what its rows add to the sums, shape (rows, k), the same rows for all.
        spends: the share of α that this look may spend.
        anytime: rows are labelled one by one, and it is looked at after each; for shares only.
    """
    rows = min((len(f) for f in found.values()), default=0)
    if len(found) < 2 or not rows:
        return NO_VERDICT
    values = {m: float(measure.value(f.sum(0))) * (1 if measure.more else -1) for m, f in found.items()}
    best, *others = sorted(found, key=lambda m: -values[m])
    chances = {m: _chance(measure, found[best], found[m], anytime, seed) for m in others}
    second = max(others, key=lambda m: (chances[m], values[m]))
    share = spends * 2 / len(found)
    p = min(1.0, chances[second] / share)
    clear = p <= ALPHA and values[best] > values[second]
    settle = None if clear else _settle(measure, found[best], found[second], ALPHA * 2 / len(found), seed)
    return Verdict("clear" if clear else "close", best, second, p, rows, settle)


def discordant(first: np.ndarray, second: np.ndarray) -> tuple[int, int]:
    """Rows that only the first has right, and those that only the second has; for shares."""
    return int(((first[:, 0] > 0) & (second[:, 0] == 0)).sum()), int(((first[:, 0] == 0) & (second[:, 0] > 0)).sum())


def _chance(measure: Measure, first: np.ndarray, second: np.ndarray, anytime: bool, seed: int) -> float:
    if measure.is_share:
        return (anytime_p if anytime else exact_p)(*discordant(first, second))
    return swapped_p(first, second, measure.value, seed=seed)


def _settle(measure: Measure, first: np.ndarray, second: np.ndarray, alpha: float, seed: int) -> int | None:
    """Never fewer than there were: those were not enough."""
    found = (
        rows_to_settle(*discordant(first, second), len(first), alpha=alpha)
        if measure.is_share
        else rows_by_spread(first, second, measure.value, alpha=alpha, seed=seed)
    )
    return None if found is None else max(found, len(first) + len(first) // 10 + 1)
