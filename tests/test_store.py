"""What is remembered, and what happens when the file is damaged or cannot be written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hfmagic.store import Run, Store

RUN = Run("text-classification", "a/b", "0" * 40, "cpu", "float32", 100, 2.0, 1.0)


def test_speed_is_rows_over_seconds_of_the_last_runs(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    store.add_run(RUN)
    store.add_run(RUN)

    assert Store(tmp_path / "store.sqlite3").rows_per_second("text-classification", "a/b") == 50.0
    assert store.rows_per_second("text-classification", "a/other") is None


def test_a_damaged_store_is_moved_aside(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"this is no database" * 100)

    store = Store(path)
    store.add_run(RUN)

    assert store.rows_per_second("text-classification", "a/b") == 50.0
    assert [p.name.startswith("store.damaged-") for p in tmp_path.iterdir() if "damaged" in p.name] == [True]


def test_a_folder_that_cannot_be_made_leaves_a_store_in_memory(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    store = Store(tmp_path / "file" / "store.sqlite3")
    store.add_run(RUN)

    assert store.rows_per_second("text-classification", "a/b") == 50.0


def test_a_store_is_readable_by_its_owner_only(tmp_path: Path):
    Store(tmp_path / "new" / "store.sqlite3")

    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_locked_store_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "store.sqlite3"
    Store(path).add_selection("t", "a/b", "0" * 40, "")
    held = sqlite3.connect(path)
    held.execute("BEGIN EXCLUSIVE")
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.01}))

    store = Store(path)
    store.add_selection("t", "a/b", "0" * 40, "")
    held.close()

    assert [p.name for p in tmp_path.iterdir() if "damaged" in p.name] == []


def test_a_store_of_a_later_version_fails_no_cell(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE selections (a, b)")
        db.execute("CREATE TABLE runs (a)")

    store = Store(path)
    store.add_selection("t", "a/b", "0" * 40, "")

    assert store.rows_per_second("t", "a/b") is None
