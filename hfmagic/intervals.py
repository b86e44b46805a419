"""How sure a measured figure is: intervals, paired tests, and the rows that would settle a comparison.

Knows no model and no task. Figures are either shares of rows, or a function of sums over rows.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
ALPHA = 0.05
POWER = 0.8
RESAMPLES = 1_999
SWAPS = 9_999
MOST_ROWS = 1_000_000  # that are named as what would settle a comparison

LOOKS = ((0.25, 0.1), (0.5, 0.2), (1.0, 0.7))
"""When a trial looks at what it has (share of its rows), and the share of ALPHA that this look may spend.

The shares add up to 1, so by Bonferroni all looks together err at most ALPHA. Little is spent early, as in Haybittle
1971 (https://doi.org/10.1259/0007-1285-44-526-793): a small difference needs all rows, a large one shows in a quarter.
"""

Value = Callable[["np.ndarray"], "np.ndarray"]
"""Sums over rows, shape (..., k) → the figure, shape (...)."""


def share_interval(hits: float, total: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's interval of a share, with its continuity correction.

    With it (Newcombe 1998, method 4, https://pubmed.ncbi.nlm.nih.gov/9595616/) the truth is covered at least as often
    as `level` says for every share of 0.05…0.99 and 10…200 rows; without it in 86 % of cases at the worst.
    """
    from scipy.stats import binomtest

    if total <= 0:
        return 0.0, 1.0
    found = binomtest(round(hits), total).proportion_ci(level, method="wilsoncc")
    share = hits / total
    return max(0.0, min(float(found.low), share)), min(1.0, max(float(found.high), share))


def exact_p(only_first: int, only_second: int) -> float:
    """McNemar's test, exact and two-sided: could rows that only one of two models has right have split so by chance?

    Args:
        only_first: rows that the first has right and the second has not. only_second: the other way round.
    """
    from scipy.stats import binomtest

    total = only_first + only_second
    return float(binomtest(only_first, total).pvalue) if total else 1.0


def anytime_p(only_first: int, only_second: int) -> float:
    """The same, but good however often it is looked at: for rows that are labelled one by one.

    One over the bet against a fair split that mixes all splits by Jeffreys' prior; by Ville's inequality it is below
    alpha at any time with at most probability alpha (Grünwald, de Heide, Koolen 2024,
    https://doi.org/10.1093/jrsssb/qkae011).
    """
    total = only_first + only_second
    bet = _log_beta(only_first + 0.5, only_second + 0.5) - _log_beta(0.5, 0.5) + total * math.log(2)
    return min(1.0, math.exp(-bet))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def swapped_p(first: np.ndarray, second: np.ndarray, value: Value, *, seed: int = 0) -> float:
    """Approximate randomisation: could two models have differed so if the model's name meant nothing? Two-sided.

    What the two gave is swapped row by row at random (Noreen 1989; Yeh 2000, https://aclanthology.org/C00-2137/).

    Args:
        first, second: shape (rows, k), what each row adds to the sums.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    gap = abs(float(value(first.sum(0)) - value(second.sum(0))))
    swap = rng.random((SWAPS, len(first))) < 0.5
    moved = swap @ (second - first)  # (SWAPS, k)
    found = np.abs(value(first.sum(0) + moved) - value(second.sum(0) - moved))
    return float((1 + np.count_nonzero(found >= gap - 1e-12)) / (1 + SWAPS))


def bootstrap_interval(rows: np.ndarray, value: Value, *, level: float = LEVEL, seed: int = 0) -> tuple[float, float]:
    """The bias-corrected and accelerated bootstrap interval (Efron 1987) of a figure, by scipy; rows are drawn anew.

    It is too narrow for few rows, and therefore asked for at a level that makes up for it (Hesterberg 2015, section
    5.3.4, https://doi.org/10.1080/00031305.2015.1089789).

    Args:
        rows: shape (rows, k), what each row adds to the sums.
    """
    import numpy as np
    from scipy.stats import bootstrap, norm, t

    whole, count = float(value(rows.sum(0))), len(rows)
    if count < 2 or (rows == rows[0]).all():
        return whole, whole
    wider = 1 - 2 * float(norm.cdf(math.sqrt(count / (count - 1)) * t.ppf((1 - level) / 2, count - 1)))

    def figure(drawn: np.ndarray, axis: int = -1) -> np.ndarray:  # noqa: ARG001  scipy's; it is always the last one
        return value(rows[drawn].sum(-2))

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a figure that hardly moves: the interval is then as wide as what was drawn
        drawn = bootstrap(
            (np.arange(count),),
            figure,
            confidence_level=wider,
            n_resamples=RESAMPLES,
            rng=np.random.default_rng(seed),
            vectorized=True,
        )
    low, high = (float(x) if math.isfinite(x) else whole for x in drawn.confidence_interval)
    return min(low, whole), max(high, whole)


def rows_to_settle(only_first: int, only_second: int, rows: int, *, alpha: float = ALPHA) -> int | None:
    """How many rows would show the difference at hand in four trials of five; None where there is none to show.

    n = (z_(1-α/2) √ψ + z_(0.8) √(ψ - δ²))² / δ², with ψ the share of rows that one model alone has right and δ the
    difference (Connor 1987, https://doi.org/10.2307/2531961).
    """
    discordant, gap = (only_first + only_second) / rows, abs(only_first - only_second) / rows
    if not gap:
        return None
    first, second = _quantile(1 - alpha / 2), _quantile(POWER)
    root = first * math.sqrt(discordant) + second * math.sqrt(max(discordant - gap**2, 0.0))
    return _rounded(root**2 / gap**2)


def rows_by_spread(
    first: np.ndarray, second: np.ndarray, value: Value, *, alpha: float = ALPHA, seed: int = 0
) -> int | None:
    """The same for any figure: n = rows · ((z_(1-α/2) + z_(0.8)) · s / δ)², s the bootstrap's standard error of δ."""
    import numpy as np

    rows = len(first)
    gap = abs(float(value(first.sum(0)) - value(second.sum(0))))
    drawn = np.random.default_rng(seed).multinomial(rows, np.full(rows, 1 / rows), size=499)  # (499, rows)
    spread = float(np.std(value(drawn @ first) - value(drawn @ second)))
    return _rounded(rows * ((_quantile(1 - alpha / 2) + _quantile(POWER)) * spread / gap) ** 2) if gap else None


def _quantile(share: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(share))


def _rounded(rows: float) -> int | None:
    """Up to two digits: it is an estimate. None for more than anybody labels."""
    if rows > MOST_ROWS:
        return None
    step = int(10 ** max(0, int(math.log10(max(rows, 1))) - 1))
    return math.ceil(rows / step) * step


def groups_p(hits: np.ndarray, totals: np.ndarray) -> float:
    """Could shares of several groups differ so by chance? Fisher's exact test for two groups, else Pearson's.

    Args:
        hits, totals: one a group.
    """
    import numpy as np
    from scipy.stats import chi2_contingency, fisher_exact

    counts = np.stack([hits, totals - hits])  # (2, groups)
    if counts.shape[1] < 2 or not counts.sum(1).all():
        return 1.0
    return float(fisher_exact(counts).pvalue if counts.shape[1] == 2 else chi2_contingency(counts).pvalue)
