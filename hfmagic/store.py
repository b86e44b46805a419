"""What is remembered between sessions, in SQLite: selections, picks, measured times, choices, what was sent.

It holds no row of data.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS selections (at REAL, task TEXT, model_id TEXT, revision TEXT, reason TEXT);
CREATE TABLE IF NOT EXISTS runs (
  at REAL, task TEXT, model_id TEXT, revision TEXT, device TEXT, dtype TEXT,
  rows INTEGER, seconds REAL, load_seconds REAL);
CREATE TABLE IF NOT EXISTS agreements (at REAL, task TEXT, picked TEXT, best TEXT);
CREATE TABLE IF NOT EXISTS sent (at REAL, url TEXT, body BLOB);
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

    def add_sent(self, url: str, body: bytes) -> None:
        """Remember what left this machine, byte for byte."""
        self._do("INSERT INTO sent VALUES (?,?,?)", (time.time(), url, body))

    def sent(self, since: float = 0.0) -> list[tuple[float, str, bytes]]:
        """What left since a time (seconds since 1970), oldest first: when, where to, and the bytes."""
        return self._do("SELECT at, url, body FROM sent WHERE at >= ? ORDER BY at", (since,))

    def choose(self, name: str, value: str) -> None:
        """Remember a choice of the user's, such as the planner; an empty value forgets it."""
        if value:
            self._do("INSERT OR REPLACE INTO choices VALUES (?,?)", (name, value))
        else:
            self._do("DELETE FROM choices WHERE name = ?", (name,))

    def choice(self, name: str) -> str:
        """A choice of the user's; empty when there is none."""
        found = self._do("SELECT value FROM choices WHERE name = ?", (name,))
        return str(found[0][0]) if found else ""

    def rows_per_second(self, task: str, model_id: str) -> float | None:
        """The model's measured speed at a task over its last 20 runs here; None when it never ran."""
        query = "SELECT rows, seconds FROM runs WHERE task=? AND model_id=? AND rows>0 ORDER BY at DESC LIMIT 20"
        found = self._do(query, (task, model_id))
        seconds = sum(s for _, s in found)
        return sum(r for r, _ in found) / seconds if seconds > 0 else None

    def _do(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        """One statement. Where the file has become unusable the store goes on in memory: no cell fails for it."""
        for _ in range(2):
            try:
                with self._open() as db:
                    return db.execute(statement, values).fetchall()
            except sqlite3.Error:
                self.path = None
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
