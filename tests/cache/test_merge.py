"""Small shards become large ones, and nobody sees a difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.cache import ResultCache
from hfmagic.cache.shard import read
from hfmagic.cache.shelf import Shelf
from tests.cache.things import SALT, found, keep, right, shards, step, texts

SIZES = [3, 700, 1, 40, 1300, 2, 5, 600]


@pytest.fixture(autouse=True)
def _merged_at_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hfmagic.cache.shelf.MERGE_AT", 4)


def scattered(folder: Path, sizes: list[int]) -> int:
    """A shard of each size, one after another; how many rows."""
    cache, rows = step(folder), 0
    for size in sizes:
        keep(cache, texts(size, rows))
        rows += size
    return rows


def test_many_small_shards_become_a_large_one(tmp_path: Path):
    rows = scattered(tmp_path, SIZES)
    assert len(shards(tmp_path)) == len(SIZES)

    assert right(step(tmp_path), texts(rows)) == rows
    (one,) = shards(tmp_path)
    assert read(one).rows == rows
    assert max(place.rows for place in read(one).places) < 2000
    assert len(read(one).places) == 4, "blocks of a few rows are put together"
    assert [e.rows for e in ResultCache(tmp_path, salt=SALT).list()] == [rows]


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(10, 100))
@settings(max_examples=25)
def test_what_is_found_after_merging_is_what_was_found_before(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hfmagic.cache.shelf.MERGED_ROWS", most)
        rows = scattered(folder, sizes)
        for _ in range(3):
            assert right(step(folder), texts(rows)) == rows
    assert ResultCache(folder, salt=SALT).verify().rows == rows


def test_a_kernel_finds_what_another_one_has_merged_meanwhile(tmp_path: Path):
    rows = scattered(tmp_path, SIZES[:3])
    mine = step(tmp_path)
    keep(step(tmp_path), texts(10, rows))
    step(tmp_path)
    assert len(shards(tmp_path)) == 1

    assert right(mine, texts(rows)) == rows


def test_a_merge_that_was_killed_before_the_small_ones_went_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = scattered(tmp_path, [600] * 4)

    def killed(self: Shelf, shards: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "_remove", killed)
        with pytest.raises(KeyboardInterrupt):
            step(tmp_path)
    assert len(shards(tmp_path)) == 5
    monkeypatch.setattr("hfmagic.cache.shelf.MERGED_ROWS", 2 * rows - 1)  # the merged one is no small one

    assert right(step(tmp_path), texts(rows)) == rows
    assert [read(p).rows for p in shards(tmp_path)] == [rows]


def test_a_damaged_shard_is_left_out_of_a_merge(tmp_path: Path):
    rows = scattered(tmp_path, SIZES)
    small = min(shards(tmp_path), key=lambda p: read(p).rows)
    content = bytearray(small.read_bytes())
    content[read(small).opening[0] + 5] ^= 1
    small.write_bytes(content)

    cache = ResultCache(tmp_path, salt=SALT)
    after = step(tmp_path)

    assert right(after, texts(rows)) == rows - 1
    assert len(list(tmp_path.glob("*/*.damaged"))) == 1
    assert cache.verify().damaged == 0


def test_only_one_kernel_merges_at_a_time(tmp_path: Path):
    import filelock

    rows = scattered(tmp_path, SIZES)
    with filelock.FileLock(shards(tmp_path)[0].parent / "lock"):
        assert right(step(tmp_path), texts(rows)) == rows
        assert len(shards(tmp_path)) == len(SIZES)


def test_few_small_shards_stay(tmp_path: Path):
    scattered(tmp_path, [5, 5, 5])
    assert len(found(step(tmp_path), texts(15))) == 15
    assert len(shards(tmp_path)) == 3
