"""What the downloading process is told and what it tells: plain values, as JSON lines. Knows neither side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..limits import size_words
from .files import HubFile


@dataclass(frozen=True)
class Job:
    """A model to download at a revision into a cache. `token` goes through a pipe, never into a command line."""

    model_id: str
    revision: str
    endpoint: str
    cache: str
    checked: str
    files: tuple[HubFile, ...]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a download is: `done` of `total` bytes; `note` says what it waits for, such as a retry."""

    done: int
    total: int
    note: str = ""
    wait: float = 0.0  # seconds for which nothing will come

    @property
    def came(self) -> str:
        """Such as "57 kB of 115 kB"."""
        return f"{size_words(self.done)} of {size_words(self.total)}"


OnMoment = Callable[[Moment], None]
