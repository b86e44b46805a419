"""What is known of a column whose values lie in a file: counts, the first values, why rows have none. Holds no column.

However many rows there are, it stays as small: what is shown, answered and remembered of a column is made from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .kinds import Kind

HEAD = 1_000
"""Values and rejected rows, from the first on, that are kept of such a column."""
MOST_COUNTED = 10_000  # different labels or reasons: free answers may all differ
_THINGS = frozenset({Kind.SPANS, Kind.BOXES, Kind.MASK})


@dataclass(frozen=True)
class Streamed:
    """A column in a file.

    Args:
        rows: of the frame that were run over.
        given: values that are there, the elements of lists one by one.
        labels: label → how often it came first, or was found; the 10,000 that came first.
        rejected: reason → rows; `unfinished` are rows that an interrupt left.
        best: the highest number and its row (from 0), where the column holds numbers.
    """

    rows: int = 0
    given: int = 0
    labels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    rejected: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unfinished: int = 0
    best: tuple[float, int] | None = None


@dataclass
class Tally:
    """A `Streamed` in the making."""

    kind: Kind
    rows: int = 0
    given: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    unfinished: int = 0
    best: tuple[float, int] | None = None

    def add(self, values: Sequence[Any], reasons: Sequence[str], *, lists: bool, unfinished: str) -> None:
        """The values of the next rows, None where there is none, and the reasons of those rejected.

        Args:
            lists: each value is a list of results.
            unfinished: the reason that is no rejection.
        """
        for row, value in enumerate(values, self.rows):
            for one in value if lists and value is not None else (value,):
                if one is not None:
                    self.given += 1
                    self._look_at(one, row)
        self.rows += len(values)
        left = sum(reason == unfinished for reason in reasons)
        self.unfinished += left
        _count(self.rejected, (reason for reason in reasons if reason != unfinished))

    def found(self, rows: int) -> Streamed:
        """What is known by now; of all `rows`, those that are missing are unfinished."""
        labels, rejected = (MappingProxyType(dict(c.most_common())) for c in (self.labels, self.rejected))
        return Streamed(self.rows, self.given, labels, rejected, self.unfinished + rows - self.rows, self.best)

    def _look_at(self, value: Any, row: int) -> None:
        if self.kind is Kind.LABELS:
            _count(self.labels, (str(value[0].label) for _ in value[:1]))
        elif self.kind in _THINGS:
            _count(self.labels, (str(one.label) for one in value))
        elif self.kind is Kind.NUMBER and value == value and (self.best is None or value > self.best[0]):
            self.best = (float(value), row)


def _count(counts: Counter[str], found: Iterator[str]) -> None:
    for one in found:
        if one in counts or len(counts) < MOST_COUNTED:
            counts[one] += 1
