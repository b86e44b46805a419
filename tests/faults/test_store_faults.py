"""Whatever happens to a kernel, a disk or the file of the store: no cell fails for it, and what was kept is there."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hfmagic.store
from hfmagic.config import HFMagic
from hfmagic.session import Session
from hfmagic.store import Run, Store
from tests.interrupted import interrupted, unmeasured

HERE = str(Path(hfmagic.store.__file__).parent)
RUN = Run("text-classification", "a/b", "0" * 40, "cpu", "float32", 100, 2.0, 1.0, step="s")
REQUEST = "Label the sentiment of each review"


def use(path: Path, name: str = "planner") -> None:
    """What a cell and its user do with the store, on the whole."""
    store = Store(path, kernel="k")
    store.add_selection("text-classification", "a/b", "0" * 40, "best", request="words", step="s")
    store.add_run(RUN)
    store.rate("text-classification", "a/b", "0" * 40, "run", True, step="s")
    store.choose(name, "rules")
    store.selections()


def check(path: Path) -> list[str]:
    """The choices in the file, which is whole and takes more."""
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    store = Store(path)
    store.choose("checked", "yes")
    assert store.choice("checked") == "yes"
    assert store.take_notes() == ()
    return [name for (name,) in store.do("SELECT name FROM choices", ())]


@pytest.mark.fault(51)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a connection just opened
def test_an_interrupt_at_any_line_leaves_a_file_that_is_whole(tmp_path: Path):
    use(tmp_path / "old.sqlite3", "kept")
    line, fired = 0, True
    while fired:
        line += 1
        new = tmp_path / f"{line}.sqlite3"
        fired = interrupted(lambda new=new: use(new), line, below=HERE)
        check(new)
        if line % 4 == 0:
            interrupted(lambda: use(tmp_path / "old.sqlite3"), line, below=HERE)
            assert "kept" in check(tmp_path / "old.sqlite3")
    assert line > 60, "the trace sees the lines"
    assert not list(tmp_path.glob("*damaged*"))


class Failing(sqlite3.Connection):
    """A connection of which the nth statement fails, once or from then on."""

    calls, at, stays, words = 0, 0, False, ""

    def execute(self, *args: Any) -> Any:
        Failing.calls += 1
        if Failing.calls == Failing.at or (Failing.stays and Failing.calls > Failing.at):
            raise sqlite3.OperationalError(Failing.words)
        return super().execute(*args)


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("words", ["database or disk is full", "disk I/O error", "unable to open database file"])
def test_a_disk_that_fails_at_any_statement_fails_no_cell_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, stays: bool
):
    real, at = sqlite3.connect, 0
    Failing.calls, Failing.stays, Failing.words = 1, stays, words
    while Failing.calls >= at:
        at += 1
        Failing.calls, Failing.at = 0, at
        path = tmp_path / f"{at}.sqlite3"
        with monkeypatch.context() as patch:
            patch.setattr(
                sqlite3,
                "connect",
                lambda where, **named: real(
                    where, factory=sqlite3.Connection if where == ":memory:" else Failing, **named
                ),
            )
            store = Store(path)
            store.choose("planner", "rules")
            store.add_run(RUN)
            assert store.choice("planner") == "rules" or Failing.calls >= at
            notes = store.take_notes()
        if Failing.calls >= at:
            assert len(notes) == 1
            assert words in notes[0]
            assert store.take_notes() == ()
        check(path)
    assert at > 6


@pytest.mark.fault(54)
@pytest.mark.parametrize("begin", [0, 4096, 20_000])
def test_a_damaged_store_is_set_aside_begun_anew_and_said_once_in_a_run(config: HFMagic, begin: int):
    path = config.cache_path / "store.sqlite3"
    for i in range(300):
        Store(path).choose(f"name {i}", "x" * 200)
    content = path.read_bytes()
    path.write_bytes(content[:begin] + b"\xa5" * (len(content) - begin))
    reviews = {"reviews": pd.DataFrame({"review": ["I love it, it is great", "It broke, useless thing"]})}
    session = Session(config)

    runs = [session.run(session.propose(REQUEST, reviews, ("reviews",)), dict(reviews))[0] for _ in range(2)]

    said = [[note for note in run.notes if "damaged" in note] for run in runs]
    assert [len(notes) for notes in said] == [1, 0]
    assert "store.damaged-" in said[0][0]
    assert all(run.failed == {} for run in runs)
    assert [p.suffix.startswith(".damaged-") for p in path.parent.glob("store.damaged-*")] == [True]
    check(path)


@pytest.mark.fault(54)
def test_a_store_of_a_later_hfmagic_is_left_alone_and_that_is_said(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE selections (a, b NOT NULL)")
    db.close()

    store = Store(path)
    store.add_selection("t", "a/b", "0" * 40, "")

    assert [m.model_id for m in store.selections()] in ([], ["a/b"])
    (note,) = store.take_notes()
    assert "until this kernel ends" in note


KILLED = """
import sys
from pathlib import Path
from tests.faults.test_store_faults import RUN
from hfmagic.store import Store
store = Store(Path(sys.argv[1]))
for i in range(int(sys.argv[3])):
    store.choose(f"{sys.argv[2]} {i}", "kept")
    store.add_run(RUN)
    print(i, flush=True)
"""


def kernel(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    line = [sys.executable, "-c", KILLED, str(path), name, str(count)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=unmeasured(), cwd=Path(__file__).parents[2])


@pytest.mark.fault(53)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_kernels_that_are_killed_lose_nothing_of_what_they_kept(tmp_path: Path):
    path, told = tmp_path / "store.sqlite3", set[str]()
    for number, lines in enumerate(random.Random(5).sample(range(1, 60), 3)):  # noqa: S311  no secret
        with kernel(path, str(number), 10_000) as process:
            assert process.stdout is not None
            told |= {f"{number} {process.stdout.readline().strip()}" for _ in range(lines)}
            process.kill()
        assert told <= set(check(path))
    assert not list(tmp_path.glob("*damaged*"))


def test_four_kernels_keep_what_each_of_them_chose(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    kernels = [kernel(path, str(number), 40) for number in range(4)]
    assert [process.communicate(timeout=120)[0].split()[-1] for process in kernels] == ["39"] * 4

    assert {f"{k} {i}" for k in range(4) for i in range(40)} <= set(check(path))


def test_a_clock_that_goes_backwards_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store, times = Store(tmp_path / "store.sqlite3"), iter([2e9, 1e9, 0.0, -1e9, 3e9])
    monkeypatch.setattr("hfmagic.store.time.time", lambda: next(times))
    for model in ("a/1", "a/2", "a/3", "a/4", "a/5"):
        store.add_selection("t", model, "0" * 40, "")

    assert [s.model_id for s in store.selections()] == ["a/1", "a/2", "a/3", "a/4", "a/5"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to mount a small disk")
def test_a_full_disk_costs_the_memory_of_a_run_and_not_the_run(config: HFMagic, tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)], check=False)
    if mount.returncode:
        pytest.skip("may not mount here")
    texts = [f"I love it, it is great, part {i} of many" for i in range(600)]
    names: dict[str, Any] = {"reviews": pd.DataFrame({"review": texts})}
    try:
        config.cache_dir = str(disk)
        session = Session(config)
        (disk / "filler").write_bytes(b"x" * 150_000)
        results, _ = session.run(session.propose(REQUEST, names, ("reviews",)), names)
        with pytest.raises(OSError, match="No space left"):
            (disk / "more").write_bytes(b"x" * 200_000)
        again, _ = session.run(
            session.propose(REQUEST, {"reviews": pd.DataFrame({"review": texts})}, ("reviews",)), names
        )
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)

    assert list(names["_hf"]["review_sentiment"]) == ["POSITIVE"] * 600
    assert results.failed == again.failed == {}
    said = [note for run in (results, again) for note in run.notes if "full" in note or "No space left" in note]
    assert said
    assert all(len(note) <= 300 for note in said)
