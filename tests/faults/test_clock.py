"""A clock that is a day off, or goes back: nothing expires or stays wrongly, nothing breaks, no time is negative."""

from __future__ import annotations

import ast
import itertools
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import hfmagic
from hfmagic.hub.answers import Answers, Kept
from hfmagic.hub.catalog import Catalog
from hfmagic.session import Session
from tests.hub.bench import MODEL, Bench, whole_gets
from tests.hub.places import TASK, days_pass, ids, sources
from tests.hub.test_catalog import settle
from tests.hubserver import TestHub
from tests.shell import run

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")
DAY = 86_400
CELL = "%%hf reviews -o found\nLabel the sentiment of each review"
LINES = ("%hf status", "%hf cache", "%hf ledger", "%hf log", "%hf why sentiment", "%hf models")
NEGATIVE = re.compile(r"(?<![\w.–-])[-−]\d[\d.,]* ?(?:ms|s|min|minutes?|h|hours?|days?)\b")
READ_THE_CLOCK = {
    "cache/cache.py": "sweeps what was left; its order of use is counted",
    "cache/index.py": "shown; its order of use is counted",
    "hub/answers.py": "the order in which answers go",
    "hub/catalog.py": "a listing of a day, or of tomorrow, is renewed",
    "hub/client.py": "an answer of today, or of tomorrow, is asked after",
    "hub/remote.py": "shown: the age of a list",
    "llm/exchange.py": "shown",
    "models/pool.py": "shown",
    "provenance.py": "shown",
    "render/log_view.py": "a word such as today",
    "store/__init__.py": "shown",
    "store/file.py": "a name",
}
"""Each file that asks what time it is, and what for: no deadline, which goes by a clock that only goes forwards."""


@pytest.fixture
def unsteady(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that jumps by a day whenever it is read, forwards and back."""
    real, jumps = time.time, itertools.cycle((DAY, -DAY, 0, -400 * DAY, 2 * DAY))
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    yield
    monkeypatch.undo()


def no_negative(*texts: str) -> None:
    assert [found[0] for text in texts for found in NEGATIVE.finditer(text)] == []


@pytest.mark.fault(27)
@pytest.mark.parametrize("days", [-1, 1])
def test_a_kernel_by_another_clock_asks_after_what_it_knows_and_fetches_nothing_again(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
):
    Bench(tiny_hub, tmp_path).run()
    tiny_hub.log_clear()
    days_pass(monkeypatch, days)

    online, offline = Bench(tiny_hub, tmp_path).run(), Bench(tiny_hub, tmp_path, offline=True).run()

    for results in (online, offline):
        assert not results.failed
        assert results.notes == ()
        assert all(r.seconds >= 0 for r in results.steps.values())
    assert online.plan.notes == ()
    assert {r.status for r in tiny_hub.log} == {304}
    assert whole_gets(tiny_hub) == []


@pytest.mark.fault(27)
def test_a_clock_that_jumps_at_every_look_at_it_changes_no_cell_and_shows_no_negative_time(shell: Any, unsteady: None):
    first = run(shell, CELL)
    frame = shell.user_ns.pop("found")
    again = run(shell, CELL)
    shown = [run(shell, line) for line in LINES]

    assert [ran.error for ran in (first, again, *shown)] == [None] * (2 + len(LINES))
    assert shell.user_ns["found"].equals(frame)
    assert "all from the cache" in again.text  # nothing that was kept has expired
    no_negative(*(ran.text for ran in (first, again, *shown)), *(ran.html for ran in (first, again)))


@pytest.mark.fault(27)
def test_by_an_unsteady_clock_a_model_is_found_fetched_run_and_found_again(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path, unsteady: None
):
    first, next_kernel = bench.run(), Bench(tiny_hub, tmp_path).run()

    assert first.failed == next_kernel.failed == {}
    assert len(whole_gets(tiny_hub, "model.safetensors")) == 1
    asked = [a for a in bench.session.asked() if a.bytes]
    assert asked
    costs = Session(bench.config).store.costs()
    assert costs
    assert all(cost.seconds >= 0 for cost in costs)


@pytest.mark.fault(27)
def test_what_is_kept_after_the_clock_went_back_does_not_go_before_what_was_dated_ahead(tmp_path: Path):
    answers = Answers(tmp_path, most_bytes=1_700)  # four of about 400
    for i in range(4):
        answers.keep(f"tomorrow {i}", Kept(b"x" * 300, "", 0.0))
        os.utime(tmp_path / f"tomorrow {i}", (time.time() + DAY + i,) * 2)

    for i in range(3):
        answers.keep(f"now {i}", Kept(b"x" * 300, "", 0.0))

    assert {p.name for p in tmp_path.iterdir()} >= {f"now {i}" for i in range(3)}


@pytest.mark.fault(27)
def test_a_listing_of_tomorrow_is_renewed_and_not_believed(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def kernel() -> list[str]:
        found = ids(sources(tiny_hub, tmp_path, listing=Catalog(tmp_path / "hub-listing.sqlite3")).search(TASK))
        settle()
        return found

    with monkeypatch.context() as ahead:
        days_pass(ahead, 2)
        kernel()
    tiny_hub.remove("acme/tiny-emotions")
    tiny_hub.log_clear()

    found = kernel()
    asked = [r.status for r in tiny_hub.log]
    tiny_hub.log_clear()

    assert "acme/tiny-emotions" not in found
    assert len(asked) == 2, "the search, and the listing behind it"
    assert kernel() == found
    assert tiny_hub.log == []


@pytest.mark.fault(27)
def test_the_hubs_newest_commit_is_used_although_an_older_one_was_fetched_by_a_later_clock(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path
):
    bench.run()
    old = tiny_hub.sha(MODEL)
    new = tiny_hub.commit(MODEL, {"notes.txt": b"newer"})
    Bench(tiny_hub, tmp_path, cache_dir=str(tmp_path / "another")).run()
    for path in (tmp_path / "models").glob(f"models--*/snapshots/{old}/*"):
        os.utime(path, (time.time() + DAY,) * 2, follow_symlinks=False)
    tiny_hub.log_clear()

    results = Bench(tiny_hub, tmp_path, cache_dir=str(tmp_path / "third")).run()

    (step,) = results.plan.steps
    assert step.model is not None
    assert step.model.revision == new
    assert [r.path for r in tiny_hub.log] == ["/api/models"], "it is here: neither looked at nor fetched"


@pytest.mark.fault(27, 19)
@pytest.mark.parametrize("days", [-1, 1])
def test_a_part_that_is_being_written_stays_whatever_its_date_and_one_that_was_left_goes(
    bench: Bench, tmp_path: Path, days: int
):
    repo = tmp_path / "models" / "models--acme--tiny-sentiment"
    (repo / "blobs").mkdir(parents=True)
    locks = tmp_path / "models" / ".locks" / repo.name
    locks.mkdir(parents=True)
    written, left = (repo / "blobs" / f"{c * 64}.0123abcd.incomplete" for c in "ab")
    for path in (written, left):
        path.write_bytes(b"half")
        os.utime(path, (time.time() + days * DAY,) * 2)

    with FileLock(locks / f"{'a' * 64}.lock"):
        results = bench.run()

    assert not results.failed
    assert bench.parts == [written]
    assert "an earlier download was broken off, from 0 again" in bench.notes


@pytest.mark.fault(27)
def test_no_deadline_goes_by_a_clock_that_may_go_back():
    root = Path(hfmagic.__file__).parent
    asking = set()
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "time.time" in text or ".now(" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.time", "datetime.now", "time.time_ns"):
                asking.add(path.relative_to(root).as_posix())

    assert asking <= set(READ_THE_CLOCK), "time.monotonic for what lasts; else say here what the clock is read for"
