"""What is remembered, and what happens when the file is damaged or cannot be written."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from hfmagic.data_profile import Profile, profile_of
from hfmagic.errors import NotAvailable
from hfmagic.store import Evidence, Run, Selection, Store

RUN = Run("text-classification", "a/b", "0" * 40, "cpu", "float32", 100, 2.0, 1.0)


def test_speed_is_rows_over_seconds_of_the_last_runs(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    store.add_run(RUN)
    store.add_run(RUN)

    assert Store(tmp_path / "store.sqlite3").rows_per_second("text-classification", "a/b", "cpu") == 50.0
    assert store.rows_per_second("text-classification", "a/other", "cpu") is None


@pytest.mark.fault(54)
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


@pytest.mark.fault(54)
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


OLD = """
CREATE TABLE selections (at REAL, task TEXT, model_id TEXT, revision TEXT, reason TEXT);
CREATE TABLE runs (
  at REAL, task TEXT, model_id TEXT, revision TEXT, device TEXT, dtype TEXT,
  rows INTEGER, seconds REAL, load_seconds REAL);
CREATE TABLE agreements (at REAL, task TEXT, picked TEXT, best TEXT);
CREATE TABLE requests (at REAL, kernel TEXT, url TEXT, body BLOB);
CREATE TABLE ratings (
  at REAL, task TEXT, model_id TEXT, revision TEXT, run TEXT, liked INTEGER, PRIMARY KEY (run, task, model_id));
CREATE TABLE choices (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO selections VALUES (1.0, 'text-classification', 'a/b', 'c', 'best of 2');
INSERT INTO runs VALUES (1.0, 'text-classification', 'a/b', 'c', 'cpu', 'float32', 100, 2.0, 1.0);
INSERT INTO ratings VALUES (2.0, 'text-classification', 'a/b', 'c', 'k:1', 1);
INSERT INTO choices VALUES ('planner', 'openai');
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store as an earlier version left it."""
    with sqlite3.connect(tmp_path / "store.sqlite3") as db:
        db.executescript(OLD)
    return tmp_path / "store.sqlite3"


def test_a_store_of_an_earlier_version_keeps_what_it_holds(old: Path):
    store = Store(old)

    assert store.path == old
    assert store.selections() == [Selection(1.0, "text-classification", "a/b", "c", "best of 2")]
    assert store.rows_per_second("text-classification", "a/b", "cpu") == 50.0
    assert store.peaks("text-classification", "a/b", "c", "cpu") == []
    assert store.choice("planner") == "openai"


def test_a_store_of_an_earlier_version_takes_what_is_new(old: Path):
    Store(old).add_run(replace(RUN, revision="c", peak_bytes=10, longest=7))
    again = Store(old)

    assert again.peaks("text-classification", "a/b", "c", "cpu") == [(7, 10)]
    assert again.path == old


def test_ratings_of_an_earlier_version_become_evidence_once(old: Path):
    Store(old)

    assert [(e.source, e.value, e.run, e.at) for e in Store(old).evidence()] == [("rating", 1.0, "k:1", 2.0)]


def test_two_kernels_bring_an_old_store_up_at_once(old: Path):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(Store, [old] * 4))

    assert [s.path for s in stores] == [old] * 4
    assert len(stores[0].evidence()) == 1


def test_peaks_are_those_of_model_revision_and_device_the_latest_first():
    store = Store(None)
    for size in (10, 30, 20):
        store.add_run(replace(RUN, peak_bytes=size, longest=size // 10))
    store.add_run(RUN)
    store.add_run(replace(RUN, device="cuda:0", peak_bytes=99))
    store.add_run(replace(RUN, revision="other", peak_bytes=99))

    assert store.peaks(RUN.task, RUN.model_id, RUN.revision, "cpu") == [(2, 20), (3, 30), (1, 10)]


def test_a_selection_learns_what_its_run_took_and_how_it_was_rated():
    store = Store(None, kernel="k")
    for step in ("one", "two", "two"):
        store.add_selection(RUN.task, RUN.model_id, RUN.revision, "", step=step, score=0.5, plan="f00")
    store.add_run(replace(RUN, step="two", peak_bytes=5))
    store.rate(RUN.task, RUN.model_id, RUN.revision, "k:1", False, step="two")

    found = [(s.step, s.seconds, s.peak_bytes, s.liked) for s in store.selections()]
    assert found == [("one", None, None, None), ("two", None, None, None), ("two", 2.0, 5, False)]


def test_the_first_run_of_a_selection_counts_rather_than_a_trial_that_follows():
    store = Store(None)
    store.add_selection(RUN.task, RUN.model_id, RUN.revision, "", step="one")
    for seconds in (2.0, 0.1):
        store.add_run(replace(RUN, step="one", seconds=seconds))

    assert store.selections()[0].seconds == 2.0


def test_a_run_that_is_no_step_of_a_plan_counts_for_no_selection():
    store = Store(None)
    store.add_selection(RUN.task, RUN.model_id, RUN.revision, "", step="one")
    store.add_run(RUN)

    assert store.selections()[0].seconds is None


def test_a_run_of_another_kernel_counts_for_no_selection(tmp_path: Path):
    mine, other = (Store(tmp_path / "store.sqlite3", kernel=k) for k in ("mine", "other"))
    mine.add_selection(RUN.task, RUN.model_id, RUN.revision, "", step="one")
    other.add_run(replace(RUN, step="one"))

    assert [(s.kernel, s.seconds) for s in mine.selections()] == [("mine", None)]


def test_no_word_of_a_request_or_a_row_is_in_the_file(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    rows = ["the xylophone of Ottilie broke", "another xylophone for Ottilie"]
    store.add_selection("t", "a/b", "c", "", request="Label the xylophone letters")
    profile = profile_of(rows, language="en", salt=store.salt)
    store.add_evidence(Evidence("t", "a/b", "c", profile, "rating", 1.0, 1.0))

    assert len(profile.words) == 2
    content = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert [word for word in (b"xylophone", b"Ottilie", b"ottilie", b"letters") if word in content] == []


def test_the_same_request_has_the_same_hash_for_one_user_and_another_one_for_the_next(tmp_path: Path):
    one, other = Store(tmp_path / "one.sqlite3"), Store(tmp_path / "other.sqlite3")
    for store in (one, Store(tmp_path / "one.sqlite3"), other):
        store.add_selection("t", "a/b", "c", "", request="Label it")
    hashes = [s.request for s in (*one.selections(), *other.selections())]

    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 16


def test_evidence_comes_back_as_it_was_but_for_the_exact_length():
    profile = Profile("en", 100, ("ab", "cd"))
    kept = Evidence("t", "a/b", "c", profile, "trial", 1.0, 5.0, "r", "accuracy", 0.9, 50, at=7.0)
    store = Store(None)
    store.add_evidence(kept)

    assert store.evidence("t") == [replace(kept, profile=Profile("en", 128, ("ab", "cd")))]
    assert store.evidence("other") == []


def test_a_later_word_about_the_same_run_replaces_the_earlier_one():
    store = Store(None)
    for value in (1.0, 0.0):
        store.add_evidence(Evidence("t", "a/b", "c", Profile(), "rating", value, 1.0, run="k:1"))
    store.add_evidence(Evidence("t", "a/b", "c", Profile(), "failure", 0.0, 1.0, run="k:1"))

    assert [(e.source, e.value) for e in store.evidence()] == [("rating", 0.0), ("failure", 0.0)]
