"""What the downloading process is told and what it tells: plain values, as JSON lines. Knows neither side."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from ..limits import size_words
from .blobs import repo_folder
from .files import HubFile


@dataclass(frozen=True)
class Job:
    """A model, or a data set, to download at a revision into a cache.

    `token` goes through a pipe, never into a command line.

    Its `repr` shows neither the token nor the endpoint, which may hold a password.
    """

    model_id: str
    revision: str
    endpoint: str = field(repr=False)
    cache: str
    checked: str
    files: tuple[HubFile, ...]
    token: str | None = field(default=None, repr=False)
    repo_type: str = "model"

    def missing_bytes(self, damaged: Collection[str] = ()) -> int:
        """Bytes that are not in the cache yet, under whatever revision; files that are `damaged` count as missing."""
        return sum(f.size for f in self._missing(damaged))

    @property
    def lacks(self) -> str:
        """What a download that ends now lacks most, for messages: `model.safetensors of org/model`."""
        file = max(self._missing(), key=lambda f: f.size, default=None)
        return f"{file.name} of {self.model_id}" if file else self.model_id

    def _missing(self, damaged: Collection[str] = ()) -> list[HubFile]:
        repo = repo_folder(Path(self.cache), self.model_id, self.repo_type)

        def is_here(file: HubFile) -> bool:
            own = repo / "snapshots" / self.revision / file.name  # no link where the file system knows none
            return own.exists() or bool(file.etag and (repo / "blobs" / file.etag).exists())

        return [f for f in self.files if f.name in damaged or not is_here(f)]


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a download is: `done` of `total` bytes; `note` says what it waits for, such as a retry.

    `wait` are the seconds for which the Hub wants to be left alone; `checked` bytes were compared with their hashes.
    """

    done: int
    total: int
    note: str = ""
    wait: float = 0.0
    checked: int = 0

    @property
    def came(self) -> str:
        """Such as "57 kB of 115 kB"."""
        return f"{size_words(self.done)} of {size_words(self.total)}"


OnMoment = Callable[[Moment], None]
