"""Tables that are read a part at a time: the parts are the whole, in bounded memory, and no file is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as pd
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import UnknownKind
from hfmagic.lazy import (
    LazyTable,
    files_of,
    is_lazy,
    is_table_file,
    lazy_table,
    regrouped,
    table_of_files,
)

ROWS = pa.table({"id": range(1000), "text": [None if i % 7 == 0 else f"row {i}" for i in range(1000)]})


def _path(folder: Path) -> LazyTable:
    path = folder / "rows.parquet"
    pq.write_table(ROWS, path, row_group_size=300)
    return table_of_files([path])


def _folder(folder: Path) -> LazyTable:
    for i in range(3):
        pq.write_table(ROWS.slice(i * 400, 400), folder / f"part-{i}.parquet")
    return table_of_files(folder.glob("*.parquet"))


def _feather(folder: Path) -> LazyTable:
    pyarrow.feather.write_feather(ROWS, folder / "rows.feather")
    return table_of_files([folder / "rows.feather"])


def _csv(folder: Path) -> LazyTable:
    pyarrow.csv.write_csv(ROWS, folder / "rows.csv")
    return table_of_files([folder / "rows.csv"])


def _dataset(folder: Path) -> LazyTable:
    return lazy_table(pd.dataset([str(f) for f in _folder(folder).files]))


def _polars(folder: Path) -> LazyTable:
    return lazy_table(pl.scan_parquet(_path(folder).files[0]))


def _query(folder: Path) -> LazyTable:
    frame = pl.from_arrow(ROWS)
    assert isinstance(frame, pl.DataFrame)
    return lazy_table(frame.lazy().filter(pl.col("id") >= 0))


def _datasets(folder: Path) -> LazyTable:
    import datasets

    datasets.disable_progress_bars()
    found = datasets.Dataset.from_parquet(str(_path(folder).files[0]), cache_dir=str(folder / "cache"))
    return lazy_table(found)


MADE: dict[str, Callable[[Path], LazyTable]] = {
    "path": _path,
    "folder": _folder,
    "feather": _feather,
    "csv": _csv,
    "dataset": _dataset,
    "polars": _polars,
    "query": _query,
    "datasets": _datasets,
}


@pytest.fixture(scope="module", params=MADE)
def table(request: Any, tmp_path_factory: pytest.TempPathFactory) -> LazyTable:
    return MADE[request.param](tmp_path_factory.mktemp("rows"))


def _lists(frame: nw.DataFrame[Any]) -> dict[str, list[Any]]:
    return {name: frame[name].to_list() for name in frame.columns}


def test_a_table_knows_its_rows_columns_and_head_without_being_read(table: LazyTable):
    assert (table.rows, table.columns) == (1000, ("id", "text"))
    assert _lists(table.head(3))["id"] == [0, 1, 2]
    assert len(table.head(5000)) == 1000


@given(st.integers(1, 1500))
def test_parts_put_together_are_the_whole(table: LazyTable, rows: int):
    parts = list(table.parts(rows))

    assert [len(p) for p in parts[:-1]] == [rows] * (len(parts) - 1)
    assert 1 <= len(parts[-1]) <= rows
    assert [i for p in parts for i in p["id"].to_list()] == list(range(1000))


def test_missing_values_stay_missing(table: LazyTable):
    texts = [text for part in table.parts(300) for text in part["text"].to_list()]

    assert [text or None for text in texts] == ROWS["text"].to_pylist()


def test_a_part_is_of_the_library_it_came_from(table: LazyTable):
    native = next(table.parts(10)).to_native()

    assert isinstance(native, pl.DataFrame if table.library == "polars" else pa.Table)


def test_what_was_written_comes_back_in_the_same_library(table: LazyTable, tmp_path: Path):
    path = tmp_path / "out.parquet"
    pq.write_table(ROWS, path)

    back = table.back(path)

    if table.library == "path":
        assert back == path
    else:
        assert type(back) is type(table.source)
        made = lazy_table(back)
        assert (made.rows, made.columns) == (1000, ("id", "text"))


def test_reading_changes_no_file(table: LazyTable):
    before = [(f, f.read_bytes(), f.stat().st_mtime_ns) for f in table.files]

    list(table.parts(64))

    assert before == [(f, f.read_bytes(), f.stat().st_mtime_ns) for f in table.files]


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 12))
def test_frames_of_any_sizes_are_regrouped_in_order(sizes: list[int], rows: int):
    numbers = iter(range(sum(sizes)))
    frames = [nw.from_native(pa.table({"n": pa.array([next(numbers) for _ in range(s)], pa.int64())})) for s in sizes]

    parts = list(regrouped(frames, rows))

    assert [n for p in parts for n in p["n"].to_list()] == list(range(sum(sizes)))
    assert all(len(p) == rows for p in parts[:-1])


def test_a_column_that_is_null_in_the_first_file_has_the_type_of_the_others(tmp_path: Path):
    pq.write_table(pa.table({"a": pa.nulls(3)}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x", "y"], "b": [1, 2]}), tmp_path / "2.parquet")

    table = table_of_files(files_of(tmp_path))

    assert [str(t) for t in table.schema.types] == ["string", "int64"]
    assert [v for p in table.parts(2) for v in p["a"].to_list()] == [None, None, None, "x", "y"]
    assert [v for p in table.parts(2) for v in p["b"].to_list()] == [None, None, None, 1, 2]


def test_a_csv_column_that_begins_with_nothing_is_read_as_text(tmp_path: Path):
    path = tmp_path / "rows.csv"
    empty = "".join(f"{i},\n" for i in range(300_000))  # more than the block by which pyarrow tells types
    path.write_text("id,note\n" + empty + "300000,late\n", encoding="utf-8")

    *_, last = table_of_files([path]).parts(50_000)

    assert last["note"].to_list()[-1] == "late"


def test_folders_named_by_a_value_are_a_column(tmp_path: Path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(pa.table({"n": [1, 2]}), tmp_path / f"year={year}" / "x.parquet")

    table = table_of_files(files_of(tmp_path), below=tmp_path)

    (part,) = table.parts(4)
    assert _lists(part) == {"n": [1, 2, 1, 2], "year": [2023, 2023, 2024, 2024]}


def test_hidden_files_and_others_are_no_rows(tmp_path: Path):
    for name in ("a.parquet", ".b.parquet", "_c.parquet", "d.txt", "e.csv"):
        (tmp_path / name).touch()

    assert [f.name for f in files_of(tmp_path)] == ["a.parquet", "e.csv"]
    assert [f.name for f in files_of(tmp_path, "*.csv")] == ["e.csv"]
    with pytest.raises(UnknownKind, match="csv, parquet"):
        table_of_files(files_of(tmp_path))


@pytest.mark.parametrize("suffix", ["parquet", "feather", "csv", "jsonl"])
def test_a_damaged_file_is_one_line(suffix: str, tmp_path: Path):
    path = tmp_path / f"rows.{suffix}"
    path.write_bytes(b"\x00\xff\x01 no rows" * 9)

    with pytest.raises(UnknownKind) as error:
        list(table_of_files([path]).parts(10))

    assert len(error.value.line) <= 200


def test_a_query_that_fails_is_one_line():
    table = lazy_table(pl.LazyFrame({"a": ["x"]}).with_columns(pl.col("a").cast(pl.Int64)))

    with pytest.raises(UnknownKind, match="rows cannot be read"):
        list(table.parts(10))


@pytest.mark.parametrize("value", [ROWS, pl.DataFrame({"a": [1]}), object(), "x.parquet", None])
def test_what_is_in_memory_is_not_lazy(value: object):
    assert not is_lazy(value)


def test_a_small_set_of_datasets_is_read_whole(tmp_path: Path):
    source = _datasets(tmp_path).source

    assert not is_lazy(source)
    assert not is_lazy(source.select([1, 2]))


def test_a_large_set_of_datasets_on_disk_is_lazy_and_one_in_memory_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import datasets

    source = _datasets(tmp_path).source
    monkeypatch.setattr("hfmagic.lazy.table.LARGE_BYTES", 100)

    assert is_lazy(source)
    assert not is_lazy(datasets.Dataset.from_dict({"a": ["x"] * 1000}))
    chosen = lazy_table(source.select([5, 3]))
    assert [i for p in chosen.parts(1) for i in p["id"].to_list()] == [5, 3]


def test_endings_tell_files_of_rows():
    assert is_table_file(Path("A.PARQUET"))
    assert not is_table_file(Path("parquet"))


READ = """
import sys
from pathlib import Path
from hfmagic.lazy import lazy_table, table_of_files

def bytes_now():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("RssAnon")) * 1024

path, how = Path(sys.argv[1]), sys.argv[2]
if how == "polars":
    import polars as pl
    table = lazy_table(pl.scan_parquet(path))
elif how == "dataset":
    import pyarrow.dataset
    table = lazy_table(pyarrow.dataset.dataset(str(path)))
else:
    table = table_of_files([path])
table.head(10)
most = 0
for part in table.parts(8192):
    most = max(most, bytes_now())
print(most)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux tells of memory")
@pytest.mark.parametrize("how", ["path", "dataset", "polars"])
def test_memory_stays_flat_as_rows_grow(how: str, tmp_path: Path):
    def most_bytes(rows: int) -> int:
        path = tmp_path / f"{rows}.parquet"
        with pq.ParquetWriter(path, pa.schema({"text": pa.string()})) as writer:
            for start in range(0, rows, 20_000):
                texts = [f"{i} " + "words and more words " * 8 for i in range(start, start + 20_000)]
                writer.write_table(pa.table({"text": texts}))
        one = {**os.environ, "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        command = [sys.executable, "-c", READ, path, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True, env=one).stdout)

    little, much = most_bytes(100_000), most_bytes(1_000_000)

    assert much < little + 60_000_000  # the rows more are 160 MB
