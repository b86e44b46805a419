"""What a model calls a thing, and what the user's labels call it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def match_names(given: Sequence[str], truths: Sequence[str]) -> dict[str, str]:
    """Which label of a model stands for which known one, by best fit over rows; empty where they share a name.

    One to one, so that most rows agree (the Hungarian method: Kuhn 1955, by scipy). Only where the known labels repeat:
    of labels that come once each, any fit would do.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    mine, theirs = sorted(set(given) - {""}), sorted(set(truths) - {""})
    if not mine or not theirs or set(mine) & set(theirs) or len(theirs) * 3 > len(truths):
        return {}
    counts = Counter(zip(given, truths, strict=True))
    together = np.array([[counts[m, t] for t in theirs] for m in mine])
    rows, columns = linear_sum_assignment(together, maximize=True)
    return {mine[r]: theirs[c] for r, c in zip(rows, columns, strict=True)}
