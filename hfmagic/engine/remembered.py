"""What earlier runs of the same computation found, for the different values of one step. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..cache import Computation, ResultCache, StepCache
from ..kinds import Kind
from .batching import Outcome


@dataclass
class Remembered:
    """Results by value, and of those that were not read whole, what was read of them."""

    results: StepCache
    cuts: StepCache
    _values: Sequence[Any] = ()
    _keys: list[bytes | None] = field(default_factory=list)

    @classmethod
    def of(cls, cache: ResultCache, computation: Computation, kind: Kind) -> Remembered:
        """Those of a computation whose results are of a kind."""
        cuts = replace(computation, task="", code=f"{computation.task} {computation.code}")  # listed with no task
        return cls(cache.of(computation, kind), cache.of(cuts, Kind.NUMBER))

    def recall(self, values: Sequence[Any], outcome: Outcome) -> int:
        """Fill an outcome with what is known of the values; gives how many are."""
        self._values, self._keys = values, self.results.keys(values)
        outcome.results.update(self.results.find(self._keys))
        known = list(outcome.results)
        if known and not self.cuts.is_empty:
            found = self.cuts.find(self.cuts.keys([values[i] for i in known]))
            outcome.cut.update((known[at], int(length)) for at, length in found.items())
        return len(known)

    def keep(self, positions: Sequence[int], outcome: Outcome) -> None:
        """Keep what these values gave by now; of those with a reason there is nothing to keep."""
        done = [i for i in positions if i in outcome.results]
        self.results.add([self._keys[i] for i in done], [outcome.results[i] for i in done])
        if cut := [i for i in done if i in outcome.cut]:
            self.cuts.add(self.cuts.keys([self._values[i] for i in cut]), [float(outcome.cut[i]) for i in cut])

    def flush(self) -> None:
        """Have all of it on the disk."""
        self.cuts.flush()  # first: a result without its cut would count as read whole
        self.results.flush()
