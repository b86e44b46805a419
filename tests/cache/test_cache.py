"""Results of earlier runs: found by what they were computed from, by every kernel of their user, and by nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hfmagic.cache import SHARD_ROWS, SHARD_SECONDS, ResultCache, Verified
from hfmagic.kinds import Kind, Label
from tests.cache.things import (
    SALT,
    computation,
    found,
    keep,
    mode,
    parts,
    result,
    right,
    shards,
    step,
    texts,
)


def test_what_one_kernel_computed_another_one_finds(tmp_path: Path):
    keep(step(tmp_path), texts(2500))

    assert right(step(tmp_path), texts(3000)) == 2500


@given(st.lists(st.integers(0, 400)), st.lists(st.integers(0, 400)))
@settings(max_examples=40)
def test_just_what_was_kept_is_found_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, kept: list[int], asked: list[int]
):
    folder = tmp_path_factory.mktemp("cache")
    keep(step(folder), [f"text {i}" for i in kept])

    there = found(step(folder), [f"text {i}" for i in asked])

    assert there == {at: result(f"text {i}") for at, i in enumerate(asked) if i in kept}


def test_two_computations_never_share(tmp_path: Path):
    keep(step(tmp_path), texts(10))

    for change in ({"revision": "1" * 40}, {"dtype": "bfloat16"}, {"parameters": {}}, {"seed": 1}, {"code": "2"}):
        assert found(step(tmp_path, **change), texts(10)) == {}
    assert found(step(tmp_path, Kind.SPANS), texts(10)) == {}


def test_another_salt_finds_nothing(tmp_path: Path):
    keep(step(tmp_path), texts(10))

    assert found(ResultCache(tmp_path, salt="other").of(computation(), Kind.LABELS), texts(10)) == {}


def test_no_row_and_no_parameter_is_in_the_folder(tmp_path: Path):
    cache = step(tmp_path, parameters={"candidate_labels": ["xylophone"]})
    values = [f"text {i} of Ottilie" for i in range(5)]
    keep(cache, values)

    content = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"text-classification" in content
    assert [word for word in (b"xylophone", b"Ottilie", SALT.encode()) if word in content] == []


def test_what_was_added_is_found_before_it_is_written(tmp_path: Path):
    cache = step(tmp_path)
    keep(cache, texts(10), flush=False)

    assert shards(tmp_path) == []
    assert right(cache, texts(10)) == 10


def test_a_shard_is_written_when_there_are_rows_for_it(tmp_path: Path):
    cache = step(tmp_path)
    for start in range(0, 2 * SHARD_ROWS, 200):
        keep(cache, texts(200, start), flush=False)

    assert len(shards(tmp_path)) == 2
    assert right(step(tmp_path), texts(2 * SHARD_ROWS)) == 2 * SHARD_ROWS


@pytest.mark.parametrize("passed", [SHARD_SECONDS, -1.0])
def test_a_shard_is_written_when_rows_have_waited_or_the_clock_went_backwards(tmp_path: Path, passed: float):
    now = 100.0
    cache = ResultCache(tmp_path, salt=SALT, clock=lambda: now).of(computation(), Kind.LABELS)
    keep(cache, texts(10), flush=False)
    now += SHARD_SECONDS / 2
    keep(cache, texts(10, 10), flush=False)
    before = len(shards(tmp_path))
    now = 100.0 + passed
    keep(cache, texts(10, 20), flush=False)

    assert (before, len(shards(tmp_path))) == (0, 1)
    assert right(step(tmp_path), texts(30)) == 30


def test_pictures_do_not_pile_up_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.cache.step.SHARD_BYTES", 20_000)
    cache = step(tmp_path, Kind.IMAGE)
    for i in range(4):
        cache.add(cache.keys([f"a cat {i}"]), [Image.new("RGB", (50, 50), (i, 0, 0))])

    assert len(shards(tmp_path)) == 2


def test_flushing_twice_writes_once(tmp_path: Path):
    cache = step(tmp_path)
    keep(cache, texts(10))
    cache.flush()

    assert len(shards(tmp_path)) == 1


def test_what_does_not_fit_is_computed_again_and_the_rest_is_kept(tmp_path: Path):
    cache = step(tmp_path)
    odd = (Label("POSITIVE", np.float32(0.5)),)  # type: ignore[arg-type]
    cache.add(cache.keys(["text 1", "text 2", "text 3"]), [result("text 1"), odd, None])
    cache.flush()

    assert found(step(tmp_path), texts(4)) == {1: result("text 1")}


def test_rows_without_a_key_are_never_found(tmp_path: Path):
    cache = step(tmp_path)
    cache.add([None, None], [result("text 1"), result("text 2")])
    cache.flush()

    assert shards(tmp_path) == []
    assert cache.find([None, None]) == {}


def test_without_a_folder_nothing_is_kept():
    cache = ResultCache(None, salt="")
    one = cache.of(computation(), Kind.LABELS)
    keep(one, texts(5))

    assert one.keys(["a"]) == [None]
    assert found(one, texts(5)) == {}
    assert (cache.list(), cache.verify(), cache.remove().rows, cache.notes) == ((), Verified(0, 0, 0), 0, ())


def test_a_table_is_not_kept(tmp_path: Path):
    assert step(tmp_path, Kind.TABLE).keys(["a"]) == [None]


def test_the_folder_is_for_its_user_alone(tmp_path: Path):
    folder = tmp_path / "deep" / "results"
    keep(step(folder), texts(10))

    assert [oct(mode(p)) for p in [folder, *folder.rglob("*")] if p.is_dir()] == ["0o700", "0o700"]
    assert {mode(p) for p in folder.rglob("*") if p.is_file()} == {0o600}


def test_an_open_folder_is_closed(tmp_path: Path):
    tmp_path.chmod(0o755)
    keep(step(tmp_path), texts(1))

    assert mode(tmp_path) == 0o700


def test_a_folder_is_new_until_something_is_kept(tmp_path: Path):
    assert ResultCache(tmp_path / "results", salt=SALT).is_new
    keep(step(tmp_path / "results"), texts(1))
    assert not ResultCache(tmp_path / "results", salt=SALT).is_new


def test_a_list_says_what_is_kept_of_which_model(tmp_path: Path):
    keep(step(tmp_path), texts(10))
    keep(step(tmp_path, dtype="bfloat16"), texts(5))
    keep(step(tmp_path, model_id="a/c", task="fill-mask"), texts(3))

    listed = ResultCache(tmp_path, salt=SALT).list()

    assert [(e.model_id, e.task, e.rows) for e in listed] == [
        ("a/c", "fill-mask", 3),
        ("a/b", "text-classification", 15),
    ]
    assert sum(e.bytes for e in listed) == sum(p.stat().st_size for p in shards(tmp_path))


def test_the_results_of_a_model_can_be_removed(tmp_path: Path):
    keep(step(tmp_path), texts(10))
    keep(step(tmp_path, model_id="a/c"), texts(3))
    cache = ResultCache(tmp_path, salt=SALT)

    assert cache.remove("a/b").rows == 10
    assert found(cache.of(computation(), Kind.LABELS), texts(10)) == {}
    assert right(step(tmp_path, model_id="a/c"), texts(3)) == 3
    assert cache.remove().rows == 3
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == []
    assert cache.list() == ()


def test_what_is_not_of_the_cache_is_not_removed(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.arrow").write_text("years of work")
    keep(step(tmp_path), texts(3))
    ResultCache(tmp_path, salt=SALT).remove()

    assert (tmp_path / "mine" / "thesis.arrow").read_text() == "years of work"


def test_a_kernel_goes_on_where_another_one_removes_all(tmp_path: Path):
    cache = step(tmp_path)
    keep(cache, texts(10))
    ResultCache(tmp_path, salt=SALT).remove()

    assert found(cache, texts(10)) == {}
    keep(cache, texts(10))
    assert right(step(tmp_path), texts(10)) == 10


def test_the_least_recently_used_go_first(tmp_path: Path):
    for revision in "123":
        keep(step(tmp_path, revision=revision), texts(200))
    size = max(p.stat().st_size for p in shards(tmp_path))
    right(step(tmp_path, revision="1"), texts(200))

    small = ResultCache(tmp_path, salt=SALT, most_bytes=int(3.4 * size))
    keep(small.of(computation(revision="4"), Kind.LABELS), texts(200))

    assert [right(step(tmp_path, revision=r), texts(200)) for r in "1234"] == [200, 0, 200, 200]
    assert sum(p.stat().st_size for p in shards(tmp_path)) <= 3.4 * size


def test_a_clock_that_goes_backwards_does_not_change_who_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for time, revision in ((4e9, "1"), (1e9, "2"), (0.0, "3")):
        monkeypatch.setattr("time.time", lambda time=time: time)
        keep(step(tmp_path, revision=revision), texts(200))
    size = max(p.stat().st_size for p in shards(tmp_path))

    small = ResultCache(tmp_path, salt=SALT, most_bytes=int(3.4 * size))
    keep(small.of(computation(revision="4"), Kind.LABELS), texts(200))

    assert [right(step(tmp_path, revision=r), texts(200)) for r in "1234"] == [0, 200, 200, 200]


def test_a_lost_index_is_made_anew(tmp_path: Path):
    keep(step(tmp_path), texts(10))
    before = ResultCache(tmp_path, salt=SALT).list()
    for path in tmp_path.glob("index*"):
        path.unlink()

    after = ResultCache(tmp_path, salt=SALT).list()

    assert [(e.model_id, e.rows, e.bytes) for e in after] == [(e.model_id, e.rows, e.bytes) for e in before]


@pytest.mark.parametrize("content", [b"", b"this is no database" * 400, b"SQLite format 3\0" + b"\0" * 5000])
def test_a_damaged_index_is_made_anew(tmp_path: Path, content: bytes):
    keep(step(tmp_path), texts(10))
    for path in tmp_path.glob("index.sqlite3-*"):
        path.unlink()
    (tmp_path / "index.sqlite3").write_bytes(content)

    cache = ResultCache(tmp_path, salt=SALT)

    assert right(cache.of(computation(), Kind.LABELS), texts(10)) == 10
    assert [(e.model_id, e.rows) for e in cache.list()] == [("a/b", 10)]
    keep(cache.of(computation(), Kind.LABELS), texts(10, 10))
    assert [(e.model_id, e.rows) for e in ResultCache(tmp_path, salt=SALT).list()] == [("a/b", 20)]


def test_an_index_that_another_kernel_holds_fails_no_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import sqlite3

    monkeypatch.setattr("hfmagic.cache.index.BUSY_SECONDS", 0.01)
    keep(step(tmp_path), texts(10))
    held = sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    keep(step(tmp_path), texts(10, 10))
    held.execute("ROLLBACK")
    held.close()

    assert right(step(tmp_path), texts(20)) == 20
    assert [e.rows for e in ResultCache(tmp_path, salt=SALT).list()] == [20]


def test_a_shard_is_a_stream_that_any_reader_of_arrow_opens(tmp_path: Path):
    import pyarrow as pa

    keep(step(tmp_path), texts(3))
    (path,) = shards(tmp_path)
    with path.open("rb") as file:
        table = pa.ipc.open_stream(file).read_all()

    assert table["items"].to_pylist()[1][0] == {"label": "POSITIVE", "score": result("text 1")[0].score}


WRITER = """
import sys
from pathlib import Path
from tests.cache.things import keep, step, texts
start = int(sys.argv[2])
cache = step(Path(sys.argv[1]))
for i in range(start, start + 6000, 60):
    keep(cache, texts(60, i))
"""


@pytest.mark.parametrize("count", [2, 4])
def test_several_kernels_write_at_once(tmp_path: Path, count: int):
    """Each its own rows and, by the overlap, some of another's; all merge."""
    starts = range(0, count * 3000, 3000)
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(start)]) for start in starts]
    assert [p.wait() for p in running] == [0] * count

    rows = starts[-1] + 6000
    assert right(step(tmp_path), texts(rows)) == rows
    assert parts(tmp_path) == []
    assert list(tmp_path.glob("*/*.damaged")) == []
    verified = ResultCache(tmp_path, salt=SALT).verify()
    assert verified.damaged == 0
    assert sum(e.rows for e in ResultCache(tmp_path, salt=SALT).list()) == verified.rows >= rows
