"""What to do when memory runs out: smaller batches, then more room, then the row goes. A policy; it frees nothing.

A batch costs its rows × the longest of them. One that does not fit halves what a batch may cost, for rows of every
length; 50 good batches double it again, up to what it was at first, and twice as many each time that this was in vain.
A shape (rows, longest) that failed is tried once more at most, and so is every shape that holds it: more rows, or
longer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

GOOD = 50  # batches in a row after which memory may have come free: other programs and the user's tensors share it
TRIES = 2  # of a shape: once, and once more after the budget has grown again
TOO_LARGE = "does not fit into memory"
Shape = tuple[int, int]


class Action(Enum):
    """What follows on a batch that did not fit."""

    SPLIT = "run it again in parts of at most Ladder.rows"
    MAKE_WAY = "let the models go that do not run, then run it again"
    OFFLOAD = "bring the model's layers to the device one by one, then run it again"
    REJECT = "the row has no result: TOO_LARGE"


ON_CPU = (Action.MAKE_WAY,)
ON_GPU = (Action.MAKE_WAY, Action.OFFLOAD)


@dataclass(frozen=True)
class Ladder:
    """What a batch may cost by now, and what is left to be done for a row that does not fit alone.

    Args:
        budget: rows × the longest row of a batch at most.
        most: rows of a batch at most.
        left: what makes more room, the cheapest first; each is done once in a run (ON_CPU, ON_GPU).
        first: the budget at the start; 0 until a batch did not fit.
        good: batches that fitted since the last that did not, or since the budget grew.
        patience: how many good ones let it grow.
        grown: it has grown since the last batch that did not fit.
        failed: shape (rows, longest) → how often it did not fit, or one that it holds.
    """

    budget: int
    most: int
    left: tuple[Action, ...] = ON_CPU
    first: int = 0
    good: int = 0
    patience: int = GOOD
    grown: bool = False
    failed: Mapping[Shape, int] = field(default_factory=lambda: MappingProxyType({}))

    def rows(self, longest: int) -> int:
        """How many rows a batch may have whose longest costs so much: at least one."""
        known = [rows - 1 for (rows, length), times in self.failed.items() if times >= TRIES and length <= longest]
        return max(min([self.most, self.budget // max(longest, 1), *known]), 1)

    def is_hopeless(self, longest: int) -> bool:
        """True for a row as long as one that did not fit alone as often as it may be tried: it need not be run."""
        return self._failures((1, longest)) >= TRIES

    def after_good(self) -> Ladder:
        """A batch fitted."""
        if self.budget >= self.first:
            return self
        if self.good + 1 < self.patience:
            return replace(self, good=self.good + 1)
        return replace(self, good=0, grown=True, budget=min(2 * self.budget, self.first))

    def after_failure(self, rows: int, longest: int) -> tuple[Ladder, Action]:
        """A batch did not fit: the ladder from now on, and what to do with the batch.

        A batch of n rows is tried ⌊log₂ n⌋ + 1 times until each row stands alone, and once more for each of `left`.
        """
        longest = max(longest, 1)
        patience = self.patience * 2 if self.grown else self.patience
        down = replace(self, first=self.first or self.budget, good=0, grown=False, patience=patience)
        if rows > 1:
            budget = min(self.budget, rows * longest) // 2
            return replace(down, budget=max(budget, 1), failed=self._and_failed((rows, longest))), Action.SPLIT
        if self.left:  # with more room, shapes that failed before may fit
            return replace(down, failed=MappingProxyType({}), left=self.left[1:]), self.left[0]
        return replace(down, failed=self._and_failed((1, longest))), Action.REJECT

    def _failures(self, shape: Shape) -> int:
        """How often a shape failed, or one that it holds."""
        held = (n for (rows, longest), n in self.failed.items() if rows <= shape[0] and longest <= shape[1])
        return max(held, default=0)

    def _and_failed(self, shape: Shape) -> Mapping[Shape, int]:
        """The failures with one more, without those of larger shapes of which it says as much."""
        times = self._failures(shape) + 1
        kept = {s: n for s, n in self.failed.items() if n > times or s[0] < shape[0] or s[1] < shape[1]}
        return MappingProxyType({**kept, shape: times})


def make_room(
    ladder: Ladder, action: Action, longest: int, does: Mapping[Action, Callable[[], bool]]
) -> tuple[Ladder, Action]:
    """Do what an action says, or the next where there was nothing to do; gives the ladder, and what was done at last.

    Args:
        longest: what the row costs that does not fit alone.
        does: what does an action; it gives False where that made no room.
    """
    while action in does and not does[action]():
        ladder, action = ladder.after_failure(1, longest)
    return ladder, action
