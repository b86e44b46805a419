"""How each library's lazy tables are read: their count, types, first rows and batches. Knows nothing of who asks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import HFMagicError, UnknownKind, reason_of
from ..sink import conformed
from ..slices import with_class_names

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

BUFFER_BYTES = 1 << 20
ENCODING = "pd.read_csv(PATH, encoding='cp1252'), or the encoding it has"


@dataclass(frozen=True)
class Access:
    """How a library's tables are read: native frames of the first rows, and of batches of about so many."""

    count: Callable[[Any], int]
    schema: Callable[[Any], pa.Schema]
    head: Callable[[Any, int], Any]
    batches: Callable[[Any, int], Iterator[nw.DataFrame[Any]]]
    back: Callable[[Path], Any]


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What a library says of a file or a query, as one of ours."""
    try:
        yield
    except HFMagicError:
        raise
    except Exception as error:
        hint = ENCODING if "UTF8" in str(error) else "try its library alone"
        raise UnknownKind(f"its rows cannot be read: {reason_of(error)}.", hint=hint) from error


def _scan(source: Any, rows: int) -> Iterator[nw.DataFrame[Any]]:
    """Batches of a pyarrow Dataset, with as little read ahead as it can."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.dataset as pd

    options = pd.ParquetFragmentScanOptions(use_buffered_stream=True, buffer_size=BUFFER_BYTES, pre_buffer=False)
    parquet = {"fragment_scan_options": options} if is_parquet(source) else {}
    scanner = source.scanner(batch_size=rows, batch_readahead=1, fragment_readahead=1, use_threads=False, **parquet)
    for batch in scanner.to_batches():
        yield nw.from_native(pa.Table.from_batches([batch]), eager_only=True)


def is_parquet(source: Any) -> bool:
    """True for a pyarrow Dataset of Parquet files."""
    return getattr(getattr(source, "format", None), "default_extname", "") == "parquet"


def _read(source: Any, rows: int) -> Iterator[nw.DataFrame[Any]]:
    """Batches of a Dataset of our own: of Parquet without a row group in memory, which a scanner needs."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.dataset as pd
    import pyarrow.parquet as pq

    if not is_parquet(source):
        yield from _scan(source, rows)
        return
    for fragment in source.get_fragments():
        keys = pd.get_partition_keys(fragment.partition_expression)
        with pq.ParquetFile(fragment.path, buffer_size=BUFFER_BYTES, pre_buffer=False) as file:
            for batch in file.iter_batches(rows, use_threads=False):
                table = pa.Table.from_batches([batch])
                for name, value in keys.items():
                    table = table.append_column(name, pa.repeat(pa.scalar(value), len(table)))
                yield nw.from_native(conformed(table, source.schema), eager_only=True)


def _polars_schema(source: Any) -> pa.Schema:
    import polars as pl

    return pl.DataFrame(schema=source.collect_schema()).to_arrow().schema


def _polars_count(source: Any) -> int:
    import polars as pl

    return int(source.select(pl.len()).collect(engine="streaming").item())


def _polars_batches(source: Any, rows: int) -> Iterator[nw.DataFrame[Any]]:
    import narwhals as nw

    for frame in source.collect_batches(chunk_size=rows, maintain_order=True, lazy=True):
        yield nw.from_native(frame, eager_only=True)


def _polars_back(path: Path) -> Any:
    import polars as pl

    return pl.scan_parquet(path)


def _part_of(source: Any, start: int, stop: int) -> pa.Table:
    names = {column: feature.names for column, feature in source.features.items() if hasattr(feature, "names")}
    return with_class_names(source.with_format("arrow")[start:stop], names)


def _datasets_batches(source: Any, rows: int) -> Iterator[nw.DataFrame[Any]]:
    import narwhals as nw

    for start in range(0, len(source), rows):
        yield nw.from_native(_part_of(source, start, start + rows), eager_only=True)


def _datasets_back(path: Path) -> Any:
    import datasets  # type: ignore[import-untyped]

    shown = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        return datasets.Dataset.from_parquet(str(path), cache_dir=str(path.parent / "datasets"))
    finally:
        if shown:
            datasets.enable_progress_bars()


def _dataset(path: Path) -> Any:
    import pyarrow.dataset as pd

    return pd.dataset(str(path))


def _count_rows(source: Any) -> int:
    return int(source.count_rows())


def _head_of(source: Any, rows: int) -> Any:
    return source.head(rows, batch_size=rows, batch_readahead=0, fragment_readahead=0)


ACCESS: Mapping[str, Access] = MappingProxyType(
    {
        "path": Access(_count_rows, lambda source: source.schema, _head_of, _read, lambda path: path),
        "pyarrow": Access(_count_rows, lambda source: source.schema, _head_of, _scan, _dataset),
        "polars": Access(
            _polars_count,
            _polars_schema,
            lambda source, rows: source.head(rows).collect(engine="streaming"),
            _polars_batches,
            _polars_back,
        ),
        "datasets": Access(
            len,
            lambda source: _part_of(source, 0, 0).schema,
            lambda source, rows: _part_of(source, 0, rows),
            _datasets_batches,
            _datasets_back,
        ),
    }
)
"""Library → how its tables are read."""
