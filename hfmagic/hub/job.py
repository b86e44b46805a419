"""What the downloading process is told and what it tells: plain values, as JSON lines. Knows neither side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
        """Such as "57 of 115 kB"."""
        scale, unit = (1e3, "kB") if self.total < 1e6 else (1e6, "MB") if self.total < 1e9 else (1e9, "GB")
        digits = 1 if unit == "GB" else 0
        return f"{self.done / scale:,.{digits}f} of {self.total / scale:,.{digits}f} {unit}"


OnMoment = Callable[[Moment], None]
