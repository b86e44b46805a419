"""A file of SQLite that no cell ever fails for: locked, read-only, damaged, or made by an older hfmagic."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import NotAvailable, reason_of

TABLES = """
CREATE TABLE IF NOT EXISTS selections (
  at REAL, task TEXT, model_id TEXT, revision TEXT, reason TEXT, kernel TEXT DEFAULT '', request TEXT DEFAULT '',
  step TEXT DEFAULT '', score REAL, plan TEXT DEFAULT '', seconds REAL, peak_bytes INTEGER, liked INTEGER);
CREATE TABLE IF NOT EXISTS runs (
  at REAL, task TEXT, model_id TEXT, revision TEXT, device TEXT, dtype TEXT,
  rows INTEGER, seconds REAL, load_seconds REAL, peak_bytes INTEGER DEFAULT 0, longest INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS agreements (at REAL, task TEXT, picked TEXT, best TEXT);
CREATE TABLE IF NOT EXISTS requests (at REAL, kernel TEXT, url TEXT, body BLOB);
CREATE TABLE IF NOT EXISTS ratings (
  at REAL, task TEXT, model_id TEXT, revision TEXT, run TEXT, liked INTEGER, PRIMARY KEY (run, task, model_id));
CREATE TABLE IF NOT EXISTS costs (
  at REAL, kernel TEXT, what TEXT, model_id TEXT, task TEXT, host TEXT, rows INTEGER, seconds REAL,
  fetched INTEGER, sent INTEGER, read INTEGER, written INTEGER);
CREATE TABLE IF NOT EXISTS choices (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS evidence (
  at REAL, task TEXT, model_id TEXT, revision TEXT, language TEXT, length INTEGER, words TEXT, source TEXT,
  value REAL, weight REAL, run TEXT, measure TEXT, quality REAL, rows INTEGER);
"""
# Columns that an older hfmagic did not have yet.
LATER = MappingProxyType(
    {
        "selections": {
            "kernel": "TEXT DEFAULT ''",
            "request": "TEXT DEFAULT ''",
            "step": "TEXT DEFAULT ''",
            "score": "REAL",
            "plan": "TEXT DEFAULT ''",
            "seconds": "REAL",
            "peak_bytes": "INTEGER",
            "liked": "INTEGER",
        },
        "runs": {"peak_bytes": "INTEGER DEFAULT 0", "longest": "INTEGER DEFAULT 0"},
    }
)
# Ratings that were given before there was evidence count as one of their own, of data that nothing is known of.
_FROM_RATINGS = """
INSERT INTO evidence (at, task, model_id, revision, language, length, words, source, value, weight, run, measure, rows)
SELECT at, task, model_id, revision, '', 0, '[]', 'rating', liked, 1, run, '', 1 FROM ratings
"""


class File:
    """Statements on a file; in memory when the folder cannot be written. A damaged file is moved aside, never lost."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._memory: sqlite3.Connection | None = None
        self._notes: dict[str, None] = {}
        try:
            self._create()
        except (OSError, sqlite3.OperationalError) as error:  # read-only, locked, a full disk: the file may be well
            self._leave(error)
        except sqlite3.DatabaseError:
            self._move_aside()

    def take_notes(self) -> tuple[str, ...]:
        """What befell the file since this was last asked, a line each: it is said once."""
        notes, self._notes = tuple(self._notes), {}
        return notes

    def do(self, statement: str, values: tuple[object, ...], *, surely: bool = False) -> list[Any]:
        """One statement. No cell fails for a measurement: while the file is locked one is let go, `surely` is not.

        Where the file has become unusable the store goes on in memory, where it is damaged in a new file.
        """
        for _ in range(2):
            try:
                with self._open() as db:
                    return db.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                if _is_damaged(error):
                    self._move_aside()
                elif not _is_locked(error):
                    self._leave(error)
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
                self._memory.executescript(TABLES)
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
            if not _is_of_today(db):
                _bring_up(db)

    def _leave(self, error: Exception) -> None:
        if self.path is not None:
            why = f"{self.path} cannot be used ({getattr(error, 'strerror', '') or reason_of(error)})"
            self._notes[f"{why}: choices and what was learnt are kept until this kernel ends"] = None
        self.path = None

    def _move_aside(self) -> None:
        if self.path is None:
            return
        to = self.path.with_suffix(f".damaged-{int(time.time())}")
        try:
            for end in ("-wal", "-shm", ""):  # what was not yet in the file itself is beside it
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{end}").replace(f"{to}{end}")
            self._create()
        except (OSError, sqlite3.Error) as error:
            self._leave(error)
        else:
            self._notes[f"{self.path} was damaged: it is {to.name} now, and a new one was begun"] = None


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _is_of_today(db: sqlite3.Connection) -> bool:
    there = all(_columns(db, table) for table in ("evidence", "costs"))
    return there and all(set(later) <= _columns(db, t) for t, later in LATER.items())


def _bring_up(db: sqlite3.Connection) -> None:
    """Add the tables and columns that are missing, in one transaction: another kernel may be about to do the same."""
    db.execute("BEGIN IMMEDIATE")
    first = not _columns(db, "evidence")
    for statement in filter(str.strip, TABLES.split(";")):
        db.execute(statement)
    for table, later in LATER.items():
        for column, kind in later.items():
            if column not in _columns(db, table):
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    if first:
        db.execute(_FROM_RATINGS)


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
