"""What a batch may cost on a device, found while batches run. A policy: it runs and measures nothing.

Two budgets take turns on neighbouring batches, which are of like lengths where batches come sorted: best, rival, rival,
best, …, so that lengths that grow favour neither. The rival is twice the best as long as that is quicker, else half of
it. One that is not quicker by MARGIN is not tried again, and whoever won upwards never looks down: it comes to rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

MIN_BATCHES = 128  # of a column; in fewer a rival that loses would cost more than 3 %, and small runs stay as they are
PAIRS = 6  # of batches, one of each budget, before a rival has won
POOR = ((1, 0.7), (2, 0.9))  # after so many pairs a rival is given up that is less than × as quick
MARGIN = 1.03  # × as quick is won: less is noise, and batches of another size change the last digits of scores
FULL = 0.8  # of its budget; a batch that costs less says nothing of it
MOST_SECONDS, SLOW = 1.0, 2  # an interrupt waits for the batch: of a budget that took longer so often in a row, half
LEAST = 256


@dataclass(frozen=True)
class Tuner:
    """The budget of the next batch, and what the last ones told.

    Args:
        best: the quickest as far as is known; at the start what an earlier run came to.
        most: no batch may cost more.
        rival: what it is compared with; 0: it is at rest.
        seen: cost a second of the batches of this comparison, in their order.
        turned: there is no other side to be looked at.
        slow: batches in a row that took longer than MOST_SECONDS.
    """

    best: int
    most: int = 16384
    rival: int = 0
    seen: tuple[float, ...] = ()
    turned: bool = False
    slow: int = 0

    @classmethod
    def over(cls, batches: int, *, start: int, most: int = 16384) -> Tuner:
        """For a column of so many batches of the cost `start`; it stays at rest where they are too few."""
        tuner = cls(min(start, most), most)
        return tuner._towards(2 * tuner.best) if batches >= MIN_BATCHES else tuner

    @property
    def budget(self) -> int:
        """What the next batch may cost: rows × the longest row."""
        return self.rival if self.rival and len(self.seen) % 4 in (1, 2) else self.best

    def observe(self, cost: int, seconds: float) -> Tuner:
        """A batch that was formed for `budget` has run: its rows × the longest row, and how long it took."""
        slow = self.slow + 1 if seconds > MOST_SECONDS else 0
        if slow >= SLOW and self.budget > LEAST:
            return self.without(self.budget)
        if not self.rival or seconds <= 0:
            return replace(self, slow=slow)
        if cost < FULL * self.budget:  # it says nothing, and what comes next is no neighbour of what came before
            return replace(self, slow=slow, seen=self.seen[: len(self.seen) // 2 * 2])
        return replace(self, slow=slow, seen=(*self.seen, cost / seconds))._judged()

    def without(self, cost: int) -> Tuner:
        """A batch that cost so much did not fit into memory, or took too long: none will cost as much again."""
        best = self.best
        while best >= cost and best > 1:
            best //= 2
        smaller = replace(self, best=best, most=max(min(self.most, cost - 1), 1), slow=0)
        if best < self.best:
            return replace(smaller, rival=0, seen=(), turned=True)
        return smaller._lost() if smaller.rival > smaller.most else smaller

    def _judged(self) -> Tuner:
        pairs = zip(self.seen[::2], self.seen[1::2], strict=False)
        ratios = [b / a if i % 2 == 0 else a / b for i, (a, b) in enumerate(pairs)]  # of the rival to the best
        if len(self.seen) % 2:
            return self
        if any(len(ratios) == count and median(ratios) < poor for count, poor in POOR):
            return self._lost()
        if len(ratios) < PAIRS:
            return self
        return self._won() if median(ratios) >= MARGIN else self._lost()

    def _won(self) -> Tuner:
        further = 2 * self.rival if self.rival > self.best else self.rival // 2
        return replace(self, best=self.rival, turned=True)._towards(further)

    def _lost(self) -> Tuner:
        """On to the other side, once."""
        if self.turned or self.rival < self.best:
            return replace(self, rival=0, seen=(), turned=True)
        return replace(self, turned=True)._towards(self.best // 2)

    def _towards(self, rival: int) -> Tuner:
        """Compare with that budget from now on; with the one on the other side where it cannot be, once."""
        if LEAST <= rival <= self.most:
            return replace(self, rival=rival, seen=())
        lower = self.best // 2
        if self.turned or rival < self.best or lower < LEAST:
            return replace(self, rival=0, seen=(), turned=True)
        return replace(self, rival=lower, seen=(), turned=True)
