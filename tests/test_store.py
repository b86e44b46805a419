"""What is remembered, and what happens when the file is damaged or cannot be written."""

from __future__ import annotations

from pathlib import Path

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
