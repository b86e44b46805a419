"""What a request is understood as: parts in order, and what each of them reads. Frozen, and free of any catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """What a slot reads: another part (`part` is its number), a variable, a file, or words of the request.

    `text` is the variable's name, the file's name as it was written, or the words.
    """

    sort: Literal["part", "variable", "file", "words"]
    text: str = ""
    part: int = -1


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a request asks for.

    `task` is a tag of the Hub, `doing` the finer name of it in `doings`; `start` and `end` are where the request says
    it, in characters (equal where it says nothing and a conversion is taken for granted); `sources` maps each slot to
    what it reads.
    """

    task: str
    doing: str
    start: int
    end: int
    sources: Mapping[str, Source] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a request, in the order in which they can be done; each reads only earlier ones."""

    request: str
    parts: tuple[Part, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tags, in order."""
        return tuple(p.task for p in self.parts)

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs of numbers of parts: the second reads what the first gives."""
        found = ((s.part, j) for j, p in enumerate(self.parts) for s in p.sources.values() if s.sort == "part")
        return tuple(sorted(set(found)))
