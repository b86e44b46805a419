"""Results of earlier runs in a folder: a shelf for each computation, an index of all shards, and a most of bytes."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..kinds import Kind
from .columns import KINDS
from .computation import Computation
from .index import Index, Listed
from .keys import derived
from .shard import DAMAGED, PART, SUFFIX, Damaged, Note, Shard, check, move_aside, read, sweep
from .shelf import Shelf
from .step import StepCache

FORMAT = "1"  # of shards and columns: results of another one are not looked at, and go when the folder is full
LEFT = 0.9  # of the most bytes, after the oldest went: room for a while
SHELVES = 8  # whose keys are kept in memory, 16 bytes a row
_PLACE = re.compile("[0-9a-f]{32}")
TENDED_AT = 32  # shards of a step, after which they are merged and the oldest go


@dataclass(frozen=True)
class Entry:
    """What is kept of a model's results for a task; `used_at` in seconds since 1970."""

    model_id: str
    task: str
    rows: int
    bytes: int
    used_at: float


@dataclass(frozen=True)
class Removed:
    """What went."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Verified:
    """Shards and rows that are as they were written, and how many shards are not: those were moved aside."""

    shards: int
    rows: int
    damaged: int


class ResultCache:
    """Results by model, task, parameters, code and the content of their row. Other kernels may use the folder at once.

    Nothing is opened before it is used. A folder that cannot be written keeps nothing, one that cannot be read finds
    nothing: `notes` say so, each once.

    Args:
        folder: for this user alone (0700); None: nothing is kept.
        salt: the user's: with another one nothing is found.
        most_bytes: the least recently used shards go where there are more.
        clock: seconds, from any start; says how long results wait to be written.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        salt: str,
        most_bytes: int = 10 * 10**9,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder, self.most_bytes, self.notes = folder, most_bytes, tuple[str, ...]()
        self._secret, self._clock = salt.encode("utf-8", "surrogatepass"), clock
        self._shelves: dict[str, Shelf] = {}
        self._opened: Index | None = None
        self._untended = 0

    @property
    def is_new(self) -> bool:
        """True where nothing was ever kept: its user may be told once that results are, and where."""
        return self.folder is not None and not self.folder.exists()

    def of(self, computation: Computation, kind: Kind) -> StepCache:
        """The results of a computation. Of one that cannot be named, or of a kind that is not kept, there are none."""
        if self.folder is None or not computation.hash or kind not in KINDS:
            return StepCache(None)
        self._index()
        secret = derived(self._secret, FORMAT, computation.hash, kind)
        name = derived(secret, "folder").hex()[:32]
        note = Note(computation.task, computation.model_id, kind)
        shelf = self._shelves.pop(name, None) or Shelf(self.folder / name, note, self)
        self._shelves = dict([*self._shelves.items(), (name, shelf)][-SHELVES:])
        shelf.look()
        self._merge(shelf)

        def written() -> None:
            self._untended += 1
            if self._untended >= TENDED_AT:
                self._untended = 0
                self._merge(shelf)
                self._evict()

        return StepCache(shelf, secret=secret, told=self.tell, written=written, clock=self._clock)

    def tell(self, words: str) -> None:
        """Note what went wrong, once."""
        if words not in self.notes:
            self.notes = (*self.notes, words)

    # What shelves tell.

    def added(self, shards: Sequence[Shard]) -> None:
        """They are new."""
        self._index().add(map(_listed, shards))
        if self._index().bytes() > self.most_bytes:
            self._evict()

    def used(self, shards: Sequence[Shard]) -> None:
        """They are about to be read, and shall not be the next to go."""
        if shards:
            self._index().use(shards[0].path.parent.name, [s.path.name for s in shards])

    def gone(self, paths: Sequence[Path]) -> None:
        """They are no more."""
        self._index().drop((path.parent.name, path.name) for path in paths)

    def damaged(self, error: Damaged) -> None:
        """It was moved aside."""
        self.tell(f"a damaged file of results was set aside, its rows are computed again: {error}")

    # What a user asks.

    def verify(self) -> Verified:
        """Read all that is kept, and set aside what is not as it was written."""
        shards = rows = damaged = 0
        for path in self._paths():
            try:
                rows += check(path).rows
                shards += 1
            except Damaged as error:
                damaged += 1
                move_aside(path)
                self.gone([path])
                self.damaged(error)
            except FileNotFoundError:
                pass  # merged or evicted by another kernel
            except OSError as error:
                self.tell(f"{path.name} cannot be read ({error.strerror})")
        return Verified(shards, rows, damaged)

    def remove(self, model_id: str = "") -> Removed:
        """Remove the results of a model, or all, and what was set aside."""
        if self.folder is None:
            return Removed(0, 0)
        shards = [s for s in self._all() if model_id in ("", s.model_id)]
        self._drop(shards)
        for place in self._places() if not model_id else ():
            for path in [p for p in place.iterdir() if p.suffix in (SUFFIX, PART, DAMAGED)]:
                with contextlib.suppress(OSError):
                    path.unlink()
            self._tidy({place.name})
        return Removed(sum(s.rows for s in shards), sum(s.bytes for s in shards))

    def list(self) -> tuple[Entry, ...]:
        """What is kept, by model and task, the last used first. What has no task is beside the results of one."""
        if self.folder is None:
            return ()
        grouped: dict[tuple[str, str], Entry] = {}
        for shard in (s for s in self._all() if s.task):
            name = (shard.model_id, shard.task)
            old = grouped.get(name, Entry(*name, 0, 0, 0.0))
            used_at = max(old.used_at, shard.used_at)
            grouped[name] = Entry(*name, old.rows + shard.rows, old.bytes + shard.bytes, used_at)
        return tuple(sorted(grouped.values(), key=lambda entry: -entry.used_at))

    # What nobody sees.

    def _index(self) -> Index:
        """The index, compared with the folder where it may lack something."""
        if self.folder is None:
            raise RuntimeError("a cache without a folder has no index")
        if self._opened is None:
            self._opened = Index(self.folder)
            _close(self.folder)
            for place in self._places():
                sweep(place, time.time())
        return self._compared() if self._opened.is_stale else self._opened

    def _compared(self) -> Index:
        index = self._opened or self._index()
        index.is_stale = False
        known = {(s.place, s.file) for s in index.shards()}
        there = {(path.parent.name, path.name): path for path in self._paths()}
        index.drop(known - set(there))
        index.add(sorted(_listed_now(path for name, path in there.items() if name not in known), key=_used_at))
        return index

    def _all(self) -> Sequence[Listed]:
        """The shards, the least recently used first; the files themselves tell where the index cannot be asked now."""
        known = {(s.place, s.file): s for s in self._compared().shards()}
        others = (path for path in self._paths() if (path.parent.name, path.name) not in known)
        return [*sorted(_listed_now(others), key=_used_at), *known.values()]

    def _places(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            names = os.listdir(self.folder or ".")  # noqa: PTH208  at once, whatever interrupts
            yield from [Path(self.folder or ".") / name for name in sorted(names) if _PLACE.fullmatch(name)]

    def _paths(self) -> Iterator[Path]:
        for place in self._places() if self.folder else ():
            with contextlib.suppress(OSError):
                yield from sorted(place.glob(f"*{SUFFIX}"))

    def _merge(self, shelf: Shelf) -> None:
        try:
            shelf.merge()
        except OSError as error:
            self.tell(f"results cannot be put together ({error.strerror or error})")

    def _evict(self) -> None:
        """Remove the least recently used shards where there are too many bytes."""
        index = self._index()
        excess = index.bytes() - self.most_bytes
        if excess <= 0:
            return
        excess += int(self.most_bytes * (1 - LEFT))
        going = []
        for shard in index.shards():
            if excess <= 0:
                break
            going.append(shard)
            excess -= shard.bytes
        self._drop(going)

    def _drop(self, shards: Sequence[Listed]) -> None:
        if self.folder is None:
            return
        for shard in shards:
            with contextlib.suppress(OSError):
                (self.folder / shard.place / shard.file).unlink(missing_ok=True)
        self._index().drop((s.place, s.file) for s in shards)
        self._tidy({s.place for s in shards})

    def _tidy(self, places: set[str]) -> None:
        """Remove folders in which nothing is left."""
        for place in places if self.folder else ():
            folder = self.folder / place  # type: ignore[operator]
            with contextlib.suppress(OSError):
                if not any(p.name != "lock" for p in folder.iterdir()):
                    (folder / "lock").unlink(missing_ok=True)
                    folder.rmdir()


def _used_at(shard: Listed) -> float:
    return shard.used_at


def _close(folder: Path) -> None:
    """Keep other users of the machine out, of a folder too that was there before."""
    with contextlib.suppress(OSError):
        if os.name == "posix" and folder.stat().st_uid == os.getuid() and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)


def _listed(shard: Shard) -> Listed:
    path, note = shard.path, shard.note
    return Listed(path.parent.name, path.name, note.task, note.model_id, shard.rows, shard.size)


def _listed_now(paths: Iterable[Path]) -> Iterator[Listed]:
    """Shards as their files say, used when they were written; a damaged one is set aside when it is looked at."""
    for path in paths:
        with contextlib.suppress(OSError, Damaged):
            yield replace(_listed(read(path)), used_at=path.stat().st_mtime)
