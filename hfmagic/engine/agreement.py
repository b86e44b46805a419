"""Whether half precision gives what float32 gives, on rows of the user's own. Pure but for the two runs it is handed.

The promise is about the rows that were tried: at least WANTED of them are the same. What that says of the others is the
exact interval of a share (Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404): when none of n differs,
up to 3/n of all may (95 %); so 200 rows vouch for 98.5 %, and for 99.5 % there must be 600.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..kinds import Kind
from ..measures import overlap

WANTED = 0.995
SURE = 0.95
FEWEST, MOST = 200, 2000  # rows that are tried; of 2,000 four may differ, and 99.5 % are vouched for all the same
PART = 50  # one row in so many is tried
SMALL = 1000  # rows: a column below is done before a second model is loaded and compared
COSINE = 0.999
NEAR = 0.01  # of a number, as where two runs are compared (digest.CLOSE)
OVERLAP = 0.9  # of two boxes or masks, as share of what both cover

Run = Callable[[Sequence[Any]], Sequence[Any]]
"""Values → a result each, None where there is none."""


@dataclass(frozen=True)
class Agreement:
    """Of so many rows so many have the same result in both dtypes."""

    rows: int
    same: int

    @property
    def agrees(self) -> bool:
        """True where half precision may be used."""
        return self.rows > 0 and self.same >= WANTED * self.rows

    @property
    def vouched(self) -> float:
        """The share of all rows that are the same at least, with a certainty of SURE."""
        from scipy.stats import binomtest

        if not self.rows:
            return 0.0
        found = binomtest(self.same, self.rows, alternative="greater").proportion_ci(SURE, method="exact")
        return float(found.low)

    @property
    def words(self) -> str:
        """`same as float32 on 200 of 200 rows tried (at least 98.5 % of all, with 95 % certainty)`."""
        vouched = math.floor(self.vouched * 1000) / 10
        return (
            f"same as float32 on {self.same:,} of {self.rows:,} rows tried"
            f" (at least {vouched:.1f} % of all, with {SURE * 100:.0f} % certainty)"
        )


def rows_to_try(count: int) -> int:
    """How many rows of a column of `count` are tried; none of one that is too small to gain by it."""
    return 0 if count < SMALL else min(max(count // PART, FEWEST), MOST)


def agreement(kind: Kind, whole: Run, half: Run, values: Sequence[Any]) -> Agreement:
    """Run rows in float32 and in half precision and compare what they give.

    Args:
        kind: of the results.
        values: the column; as many as rows_to_try says are tried, evenly spaced: a column may be sorted.
    """
    count = rows_to_try(len(values))
    tried = [values[i * len(values) // count] for i in range(count)]
    return agree(kind, whole(tried), half(tried)) if tried else Agreement(0, 0)


def agree(kind: Kind, whole: Sequence[Any], half: Sequence[Any]) -> Agreement:
    """Compare two runs' results, row by row. What no rule is known for is never the same."""
    same = _SAME.get(kind, lambda *_: False)
    pairs = zip(whole, half, strict=True)
    found = [one is other if one is None or other is None else same(one, other) for one, other in pairs]
    return Agreement(len(found), sum(found))


def _same_answer(one: Any, other: Any) -> bool:
    """The best label; its score may move."""
    return [label.label for label in one[:1]] == [label.label for label in other[:1]]


def _same_direction(one: Any, other: Any) -> bool:
    import numpy as np

    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return a.shape == b.shape and bool(a @ b >= COSINE * np.linalg.norm(a) * np.linalg.norm(b))


def _same_number(one: float, other: float) -> bool:
    both_missing = math.isnan(one) and math.isnan(other)
    return both_missing or math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR / 10)


def _same_spans(one: Any, other: Any) -> bool:
    return [(s.label, s.start, s.end) for s in one] == [(s.label, s.start, s.end) for s in other]


def _same_boxes(one: Any, other: Any) -> bool:
    """The same things, each in a place that overlaps; boxes that score alike may change places."""
    rest = list(other)
    for box in one:
        like = next((b for b in rest if b.label == box.label and overlap(box, b) >= OVERLAP), None)
        if like is None:
            return False
        rest.remove(like)
    return not rest


def _same_masks(one: Any, other: Any) -> bool:
    pairs = list(zip(one, other, strict=False))
    return len(one) == len(other) and all(a.label == b.label and _same_pixels(a.mask, b.mask) for a, b in pairs)


def _same_pixels(one: Any, other: Any) -> bool:
    if one.shape != other.shape:
        return False
    either = int((one | other).sum())
    return not either or int((one & other).sum()) >= OVERLAP * either


_SAME: Mapping[Kind, Callable[[Any, Any], bool]] = {
    Kind.LABELS: _same_answer,
    Kind.TEXT: lambda one, other: bool(one == other),
    Kind.SPANS: _same_spans,
    Kind.BOXES: _same_boxes,
    Kind.MASK: _same_masks,
    Kind.EMBEDDING: _same_direction,
    Kind.NUMBER: _same_number,
}
