"""What is remembered, and what happens when the file is damaged or cannot be written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hfmagic.errors import NotAvailable
from hfmagic.store import Run, Store

RUN = Run("text-classification", "a/b", "0" * 40, "cpu", "float32", 100, 2.0, 1.0)


def test_speed_is_rows_over_seconds_of_the_last_runs(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    store.add_run(RUN)
    store.add_run(RUN)

    assert Store(tmp_path / "store.sqlite3").rows_per_second("text-classification", "a/b", "cpu") == 50.0
    assert store.rows_per_second("text-classification", "a/other", "cpu") is None


def test_a_damaged_store_is_moved_aside(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"this is no database" * 100)

    store = Store(path)
    store.add_run(RUN)

    assert store.rows_per_second("text-classification", "a/b", "cpu") == 50.0
    assert [p.name.startswith("store.damaged-") for p in tmp_path.iterdir() if "damaged" in p.name] == [True]


def test_a_folder_that_cannot_be_made_leaves_a_store_in_memory(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    store = Store(tmp_path / "file" / "store.sqlite3")
    store.add_run(RUN)

    assert store.rows_per_second("text-classification", "a/b", "cpu") == 50.0


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

    assert store.rows_per_second("t", "a/b", "cpu") is None


def test_a_choice_that_cannot_be_kept_is_said_and_a_measurement_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = Store(tmp_path / "store.sqlite3")
    store.choose("planner", "openai")
    real = sqlite3.connect
    held = real(tmp_path / "store.sqlite3")
    held.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.01}))

    store.add_run(RUN)
    with pytest.raises(NotAvailable, match="locked"):
        store.choose("planner", "")
    held.close()

    assert store.choice("planner") == "openai"


def test_the_store_is_for_its_user_alone(tmp_path: Path):
    path = tmp_path / "deep" / "store.sqlite3"
    Store(path).add_sent("k", "http://127.0.0.1/v1", b"{}")

    assert [p.stat().st_mode & 0o077 for p in path.parent.iterdir()] == [0] * len(list(path.parent.iterdir()))
    assert path.parent.stat().st_mode & 0o077 == 0


def test_what_was_sent_is_kept_by_kernel_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.store.MOST_SENT", 3)
    store = Store(tmp_path / "store.sqlite3")
    for number in range(5):
        store.add_sent("one" if number % 2 else "other", "http://127.0.0.1/v1", str(number).encode())

    assert [body for _, _, body in store.sent()] == [b"2", b"3", b"4"]
    assert [body for _, _, body in store.sent("one")] == [b"3"]
