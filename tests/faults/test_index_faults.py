"""Whatever the database of the cache's index does: results are kept and found, as the folder of shards is the truth."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hfmagic.cache import ResultCache
from hfmagic.kinds import Kind
from tests.cache.things import SALT, computation, keep, right, shards, step, texts
from tests.shell import run

NOT_NOW = ("database or disk is full", "disk I/O error", "unable to open database file")
FAULTS = [*((sqlite3.OperationalError, words) for words in NOT_NOW), (sqlite3.DatabaseError, "file is malformed")]


class Failing(sqlite3.Connection):
    """A connection of which the nth statement or commit fails, once or from then on."""

    calls, at, stays = 0, 0, False
    error: Exception = sqlite3.OperationalError()

    def _count(self) -> None:
        Failing.calls += 1
        if Failing.calls == Failing.at or (Failing.stays and Failing.calls > Failing.at):
            raise Failing.error

    def execute(self, *args: Any) -> Any:
        self._count()
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        self._count()
        return super().executemany(*args)

    def __exit__(self, *args: Any) -> Any:
        super().__exit__(*args)
        self._count()


@pytest.mark.fault(54)
@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize(("sort", "words"), FAULTS)
def test_an_index_that_fails_at_any_statement_loses_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sort: type[Exception], words: str, stays: bool
):
    real, at = sqlite3.connect, 0
    Failing.calls, Failing.stays, Failing.error = 1, stays, sort(words)
    while Failing.calls >= at:
        at += 1
        Failing.calls, Failing.at = 0, at
        folder = tmp_path / str(at)
        keep(step(folder), texts(5))
        with monkeypatch.context() as patch:

            def connect(where: Any, **named: Any) -> sqlite3.Connection:
                return real(where, factory=sqlite3.Connection if where == ":memory:" else Failing, **named)

            patch.setattr(sqlite3, "connect", connect)
            cache = ResultCache(folder, salt=SALT)
            one = cache.of(computation(), Kind.LABELS)
            assert right(one, texts(5)) == 5
            keep(one, texts(5, 5))
            assert right(one, texts(10)) == 10
            listed = cache.list()

        assert [(e.model_id, e.rows) for e in listed] == [("a/b", 10)]
        after = ResultCache(folder, salt=SALT)
        assert [(e.model_id, e.rows) for e in after.list()] == [("a/b", 10)]
        assert right(after.of(computation(), Kind.LABELS), texts(10)) == 10
        assert len(shards(folder)) == 2
    assert at > 12, "the statements are seen"


@pytest.mark.parametrize("at", range(1, 9))
def test_results_of_a_model_go_though_the_index_is_lost_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
):
    keep(step(tmp_path), texts(5))
    keep(step(tmp_path, model_id="a/other"), texts(5))
    cache, real = ResultCache(tmp_path, salt=SALT), sqlite3.connect
    assert len(cache.list()) == 2
    Failing.calls, Failing.at, Failing.stays, Failing.error = 0, at, False, sqlite3.OperationalError(NOT_NOW[1])
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda where, **named: real(where, factory=Failing, **named))
        removed = cache.remove("a/b")

    assert removed.rows == 5
    assert [(e.model_id, e.rows) for e in ResultCache(tmp_path, salt=SALT).list()] == [("a/other", 5)]


def test_what_is_kept_is_listed_while_another_kernel_holds_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.cache.index.BUSY_SECONDS", 0.01)
    keep(step(tmp_path), texts(10))
    held = sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)
    held.execute("PRAGMA locking_mode=EXCLUSIVE")
    held.execute("BEGIN IMMEDIATE")
    listed = ResultCache(tmp_path, salt=SALT).list()
    held.execute("ROLLBACK")
    held.close()

    assert [(e.model_id, e.rows) for e in listed] == [("a/b", 10)]


@pytest.mark.fault(54)
def test_a_cell_over_a_damaged_index_finds_what_it_had_computed(shell: Any):
    import pandas as pd

    shell.user_ns["reviews"] = pd.DataFrame({"review": ["I love it, it is great", "It broke, useless thing"]})
    cell = "%%hf reviews -o found\nLabel the sentiment of each review."
    assert run(shell, cell).error is None
    first = shell.user_ns.pop("found")
    session = shell.magics_manager.registry["HFMagics"].session
    (path,) = session.config.cache_path.rglob("index.sqlite3")
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    path.write_bytes(b"\xa5" * 8192)

    again = run(shell, cell)

    assert again.error is None
    pd.testing.assert_frame_equal(shell.user_ns["found"], first)
