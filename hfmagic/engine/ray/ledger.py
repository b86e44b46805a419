"""Which rows of which block a worker is at, so that a row that kills its worker is found. Knows no Ray.

A worker that dies is started again and given its block again: what it left open has died. Such a part is cut into
smaller ones until a row dies alone, which is rejected. Parts that ended since are kept here: they are not run again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

PARTS = 8
"""Into how many a part is cut that died: more parts are fewer deaths, and each costs the time to load a model."""
Part = tuple[int, int]
"""From a row of the block to one past the last."""


@dataclass
class _Block:
    rows: int
    waiting: deque[Part]
    running: Part | None = None
    died: set[Part] = field(default_factory=set)
    found: list[tuple[int, bytes]] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)


class Ledger:
    """What each block's worker is at. One for a run; its callers take turns.

    A row that kills costs 1 + ⌈log₈ rows⌉ deaths; of a block of one row, two: what killed it first may have come from
    outside. After `hopeless` deaths before any part has ended, no more is given out.
    """

    def __init__(self, hopeless: int) -> None:
        self._hopeless = hopeless
        self._blocks: dict[int, _Block] = {}
        self._deaths = 0
        self._ended = False

    def enter(self, block: int, rows: int) -> Part | None:
        """A worker takes up a block, for the first time or after a death: what it runs first, or None."""
        entry = self._blocks.setdefault(block, _Block(rows, deque([(0, rows)])))
        if entry.running is not None:
            self._deaths += 1
            _bury(entry, entry.running)
            entry.running = None
        return self._next(entry)

    def leave(self, block: int, found: bytes) -> Part | None:
        """A part has ended: its results are kept here; what comes next, or None."""
        entry = self._blocks[block]
        if entry.running is not None:
            entry.found.append((entry.running[0], found))
        entry.running, self._ended = None, True
        return self._next(entry)

    def finish(self, block: int) -> None:
        """A block has ended in one piece: its worker hands over the results itself."""
        self._blocks.pop(block, None)
        self._ended = True

    def parts(self, block: int) -> tuple[list[tuple[int, bytes]], list[int]]:
        """Of a block that was cut: the first row and the results of each part that ended, and the rows that killed."""
        entry = self._blocks[block]
        return entry.found, entry.rejected

    def deaths(self) -> int:
        """How many workers have died, as far as one has come back since."""
        return self._deaths

    def hopeless(self) -> bool:
        """True where workers only die."""
        return not self._ended and self._deaths >= self._hopeless

    def _next(self, entry: _Block) -> Part | None:
        if self.hopeless() or not entry.waiting:
            return None
        entry.running = entry.waiting.popleft()
        return entry.running


def _bury(entry: _Block, part: Part) -> None:
    start, stop = part
    alone = stop - start == 1
    if alone and (entry.rows > 1 or part in entry.died):
        entry.rejected.append(start)
    elif alone:
        entry.waiting.appendleft(part)
    else:
        step = -(-(stop - start) // PARTS)
        entry.waiting.extendleft((i, min(i + step, stop)) for i in reversed(range(start, stop, step)))
    entry.died.add(part)
