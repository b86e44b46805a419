"""What is remembered between sessions, in SQLite: selections, picks, measured times, choices, what was sent.

It holds no row of data.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import NotAvailable

MOST_SENT = 1000
_TABLES = """
CREATE TABLE IF NOT EXISTS selections (at REAL, task TEXT, model_id TEXT, revision TEXT, reason TEXT);
CREATE TABLE IF NOT EXISTS runs (
  at REAL, task TEXT, model_id TEXT, revision TEXT, device TEXT, dtype TEXT,
  rows INTEGER, seconds REAL, load_seconds REAL);
CREATE TABLE IF NOT EXISTS agreements (at REAL, task TEXT, picked TEXT, best TEXT);
CREATE TABLE IF NOT EXISTS requests (at REAL, kernel TEXT, url TEXT, body BLOB);
CREATE TABLE IF NOT EXISTS ratings (
  at REAL, task TEXT, model_id TEXT, revision TEXT, run TEXT, liked INTEGER, PRIMARY KEY (run, task, model_id));
CREATE TABLE IF NOT EXISTS choices (name TEXT PRIMARY KEY, value TEXT);
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured step: `rows` that the model saw in `seconds`, after `load_seconds` of loading."""

    task: str
    model_id: str
    revision: str
    device: str
    dtype: str
    rows: int
    seconds: float
    load_seconds: float


class Store:
    """A store in a file; in memory when the folder cannot be written. A damaged file is moved aside, never lost."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._memory: sqlite3.Connection | None = None
        try:
            self._create()
        except (OSError, sqlite3.OperationalError):  # read-only, locked, a full disk: the file may be well
            self.path = None
        except sqlite3.DatabaseError:
            self._move_aside()

    def add_selection(self, task: str, model_id: str, revision: str, reason: str) -> None:
        """Remember that a model was chosen for a task."""
        self._do("INSERT INTO selections VALUES (?,?,?,?,?)", (time.time(), task, model_id, revision, reason))

    def add_run(self, run: Run) -> None:
        """Remember how long a step took."""
        row = (time.time(), run.task, run.model_id, run.revision, run.device, run.dtype)
        self._do("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?)", (*row, run.rows, run.seconds, run.load_seconds))

    def add_agreement(self, task: str, picked: str, best: str) -> None:
        """Remember which model an LLM picked, and which one the score would have taken."""
        self._do("INSERT INTO agreements VALUES (?,?,?,?)", (time.time(), task, picked, best))

    def agreement(self) -> tuple[int, int]:
        """How often an LLM picked the score's model, of how many picks."""
        found = self._do("SELECT SUM(picked = best), COUNT(*) FROM agreements", ())
        return (int(found[0][0] or 0), int(found[0][1])) if found else (0, 0)

    def rate(self, task: str, model_id: str, revision: str, run: str, liked: bool) -> None:
        """Remember that a model's result in a run was good, or was not; a later word about the same run replaces it."""
        values = (time.time(), task, model_id, revision, run, liked)
        self._do("INSERT OR REPLACE INTO ratings VALUES (?,?,?,?,?,?)", values)

    def ratings(self, task: str) -> dict[str, tuple[int, int]]:
        """Model id → how often its result was good, and how often it was not."""
        query = "SELECT model_id, SUM(liked), SUM(1 - liked) FROM ratings WHERE task=? GROUP BY model_id"
        return {model_id: (int(up), int(down)) for model_id, up, down in self._do(query, (task,))}

    def add_sent(self, kernel: str, url: str, body: bytes) -> None:
        """Remember what a kernel sent, byte for byte; of all kernels together the last MOST_SENT."""
        self._do("INSERT INTO requests VALUES (?,?,?,?)", (time.time(), kernel, url, body))
        self._do("DELETE FROM requests WHERE rowid <= (SELECT MAX(rowid) FROM requests) - ?", (MOST_SENT,))

    def sent(self, kernel: str = "") -> list[tuple[float, str, bytes]]:
        """What a kernel sent, or every one, oldest first: when (seconds since 1970), where to, and the bytes."""
        query = "SELECT at, url, body FROM requests WHERE ? IN ('', kernel) ORDER BY rowid"
        return self._do(query, (kernel,))

    def choose(self, name: str, value: str) -> None:
        """Remember a choice of the user's, such as the planner; an empty value forgets it.

        Raises: NotAvailable when it cannot be kept now: a choice that is lost unseen would be another one later.
        """
        if value:
            self._do("INSERT OR REPLACE INTO choices VALUES (?,?)", (name, value), surely=True)
        else:
            self._do("DELETE FROM choices WHERE name = ?", (name,), surely=True)

    def choice(self, name: str) -> str:
        """A choice of the user's; empty when there is none. Raises: NotAvailable when it cannot be read now."""
        found = self._do("SELECT value FROM choices WHERE name = ?", (name,), surely=True)
        return str(found[0][0]) if found else ""

    def rows_per_second(self, task: str, model_id: str, device: str) -> float | None:
        """The model's measured speed at a task on a device over its last 20 runs here; None when it never ran."""
        query = (
            "SELECT rows, seconds FROM runs WHERE task=? AND model_id=? AND device=? AND rows>0"
            " ORDER BY at DESC LIMIT 20"
        )
        found = self._do(query, (task, model_id, device))
        seconds = sum(s for _, s in found)
        return sum(r for r, _ in found) / seconds if seconds > 0 else None

    def _do(self, statement: str, values: tuple[object, ...], *, surely: bool = False) -> list[Any]:
        """One statement. No cell fails for a measurement: while the file is locked one is let go, `surely` is not.

        Where the file has become unusable the store goes on in memory.
        """
        for _ in range(2):
            try:
                with self._open() as db:
                    return db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                if not _is_locked(error):
                    self.path = None
                elif surely:
                    raise NotAvailable(f"the store {self.path} is locked.", hint="try again in a moment") from None
                else:
                    return []
        return []

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of this thread's, for one short transaction."""
        if self.path is None:
            if self._memory is None:
                self._memory = sqlite3.connect(":memory:", check_same_thread=False)
                self._memory.executescript(_TABLES)
            with self._memory:
                yield self._memory
            return
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            with db:
                yield db
        finally:
            db.close()

    def _create(self) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = not self.path.exists()
        self.path.touch(mode=0o600)
        if os.name == "posix" and self.path.stat().st_uid == os.getuid():
            self.path.chmod(0o600)  # requests are in it, and an older one may be open to others
        with self._open() as db:
            if fresh:  # WAL once, at creation: changing the mode later collides with other kernels
                db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_TABLES)

    def _move_aside(self) -> None:
        if self.path is None:
            return
        try:
            self.path.rename(self.path.with_suffix(f".damaged-{int(time.time())}"))
            self._create()
        except (OSError, sqlite3.Error):
            self.path = None


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
