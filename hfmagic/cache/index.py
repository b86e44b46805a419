"""Which shards there are, how large, and when they were last of use. Rows and keys are in the shards.

The folder is the truth: an index that is lost, damaged, locked or read-only is made anew from it, in memory if need be.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "index.sqlite3"
_TABLE = """
CREATE TABLE IF NOT EXISTS shards (
  place TEXT, file TEXT, task TEXT, model_id TEXT, rows INTEGER, bytes INTEGER,
  used INTEGER, used_at REAL, PRIMARY KEY (place, file))
"""
_NEXT = "(SELECT COALESCE(MAX(used), 0) + 1 FROM shards)"  # counted, not timed: a clock may go backwards
_COLUMNS = "place, file, task, model_id, rows, bytes, used_at"
BUSY_SECONDS = 1.0  # for which a statement waits at most for another kernel
TRIES = 3
PAUSE_SECONDS = 10.0  # after a kernel that held the index for all of them, stopped in the middle as it seems


@dataclass(frozen=True)
class Listed:
    """A shard in the index. `place` is the folder of its computation; `used_at` in seconds since 1970, 0 for now."""

    place: str
    file: str
    task: str
    model_id: str
    rows: int
    bytes: int
    used_at: float = 0.0


class Index:
    """The table of shards of a folder. Nothing here raises: what cannot be noted now is found in the folder later.

    `is_stale` is set where the table may lack shards that are in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path: Path | None = folder / NAME
        self.is_stale = True
        self._again = 0.0  # before which a locked index is not asked
        self._memory: sqlite3.Connection | None = None
        self._create()

    def add(self, shards: Iterable[Listed]) -> None:
        """Note new shards, used just now."""
        now = time.time()
        rows = [(s.place, s.file, s.task, s.model_id, s.rows, s.bytes, s.used_at or now) for s in shards]
        self._do(f"INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?, ?, {_NEXT}, ?)", rows)  # noqa: S608  fixed

    def use(self, place: str, files: Iterable[str]) -> None:
        """Note that shards were of use."""
        rows = [(time.time(), place, file) for file in files]
        self._do(f"UPDATE shards SET used={_NEXT}, used_at=? WHERE place=? AND file=?", rows)  # noqa: S608  fixed

    def drop(self, shards: Iterable[tuple[str, str]]) -> None:
        """Forget shards that are gone: place and file of each."""
        self._do("DELETE FROM shards WHERE place=? AND file=?", list(shards))

    def shards(self) -> list[Listed]:
        """All of them, the least recently used first."""
        found = self._ask(f"SELECT {_COLUMNS} FROM shards ORDER BY used, file")  # noqa: S608  fixed
        return [Listed(*row) for row in found]

    def bytes(self) -> int:
        """What they take together."""
        found = self._ask("SELECT COALESCE(SUM(bytes), 0) FROM shards")
        return int(found[0][0]) if found else 0

    def _do(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._run(lambda db: db.executemany(statement, rows))

    def _ask(self, statement: str) -> list[Any]:
        found: list[Any] = self._run(lambda db: db.execute(statement).fetchall()) or []
        return found

    def _run(self, work: Any) -> Any:
        """One short transaction, tried again for a while where another kernel is in the way."""
        if time.monotonic() < self._again:
            return None
        for attempt in range(TRIES):
            try:
                with self._open() as db:
                    return work(db)
            except sqlite3.Error as error:
                if _is_locked(error):
                    time.sleep(random.uniform(0.0, 0.02 * (attempt + 1)))  # noqa: S311  jitter
                elif isinstance(error, sqlite3.OperationalError) or self.path is None or attempt:
                    self._into_memory()  # also where a new file is damaged as well
                else:
                    self._anew()
        self._again = time.monotonic() + PAUSE_SECONDS
        return None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self.path is None:
            self._memory = self._memory or sqlite3.connect(":memory:", check_same_thread=False)
            with self._memory as db:
                _prepare(db)
                yield db
            return
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            db.execute("PRAGMA synchronous=OFF")  # 5 ms less a shard; the folder is the truth, also after a power cut
            with db:
                _prepare(db)
                yield db
        finally:
            db.close()

    def _create(self) -> None:
        """A file that only its user reads; WAL and its companions take its mode over."""
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError:
            self._into_memory()

    def _anew(self) -> None:
        """Start over: a damaged index held nothing that the shards do not."""
        self.is_stale = True
        if self.path is None:
            return
        try:
            for name in (NAME, f"{NAME}-wal", f"{NAME}-shm"):
                self.path.with_name(name).unlink(missing_ok=True)
        except OSError:
            self._into_memory()
            return
        self._create()

    def _into_memory(self) -> None:
        self.path, self.is_stale = None, True


def _prepare(db: sqlite3.Connection) -> None:
    """The table in a new file. WAL once, at creation: changing the mode later collides with other kernels."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name='shards'").fetchall():
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(_TABLE)


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
