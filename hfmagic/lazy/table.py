"""Tables that are read a part at a time, because they may be larger than memory. Knows no task and no plan.

| given | it is read by | a result comes back as |
| --- | --- | --- |
| a path of Parquet, Arrow, Feather, CSV or JSON lines, of a folder of them or a pattern | pyarrow | a path of Parquet |
| a pyarrow Dataset | pyarrow | a pyarrow Dataset |
| a polars LazyFrame | polars' streaming engine | a LazyFrame |
| a large `datasets.Dataset` on disk | its memory-mapped Arrow | a Dataset |

Of Parquet at a path no more is in memory than the part that is asked for; by polars and by a pyarrow Dataset a row
group or a few.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from ..errors import UnknownKind
from .access import ACCESS, told

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

Library = Literal["path", "pyarrow", "polars", "datasets"]
LARGE_BYTES = 256_000_000  # of a `datasets.Dataset`: a smaller one is read whole, as it always was
HEAD_ROWS = 2_000  # that are read to find out what the columns hold
HEAD_ROWS_OF_LARGE = 50
_LAZY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"polars": ("LazyFrame",), "pyarrow": ("FileSystemDataset", "UnionDataset", "InMemoryDataset")}
)


@dataclass(frozen=True, eq=False)
class LazyTable:
    """Rows that are read a part at a time, in the same order every time.

    Args:
        source: what is read. `files` are those it lies in, as far as they are known.
        library: by what it is read.
    """

    source: Any
    library: Library
    files: tuple[Path, ...] = ()

    @cached_property
    def rows(self) -> int:
        """How many there are; of a query this runs it once."""
        with told():
            return int(ACCESS[self.library].count(self.source))

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow types of its columns."""
        with told():
            found: pa.Schema = ACCESS[self.library].schema(self.source)
            return found

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.schema.names)

    @property
    def bytes_a_row(self) -> float:
        """What a row takes in memory, as the first ones tell."""
        return float(self._head.estimated_size()) / max(len(self._head), 1)

    @property
    def is_its_files(self) -> bool:
        """True where `files` alone decide its rows; a query, or a set of which rows were selected, may hold any."""
        return self.library == "path" and bool(self.files)

    def head(self, rows: int) -> nw.DataFrame[Any]:
        """The first rows."""
        import narwhals as nw

        if rows <= len(self._head) or len(self._head) < self._head_rows:
            return self._head.head(rows)
        with told():
            return nw.from_native(ACCESS[self.library].head(self.source, rows), eager_only=True)

    def parts(self, rows: int) -> Iterator[nw.DataFrame[Any]]:
        """All rows in order, `rows` at a time, fewer in the last part. Raises: UnknownKind if they cannot be read."""
        with told():
            yield from regrouped(ACCESS[self.library].batches(self.source, rows), rows)

    def back(self, path: Path) -> Any:
        """A Parquet file as what such a table's user works with."""
        return ACCESS[self.library].back(path)

    @cached_property
    def _head(self) -> nw.DataFrame[Any]:
        import narwhals as nw

        with told():
            return nw.from_native(ACCESS[self.library].head(self.source, self._head_rows), eager_only=True)

    @cached_property
    def _head_rows(self) -> int:
        """Fewer where cells may hold whole files."""
        import pyarrow as pa

        large = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_nested)
        return HEAD_ROWS_OF_LARGE if any(test(t) for t in self.schema.types for test in large) else HEAD_ROWS


def is_lazy(value: Any) -> bool:
    """True for a value whose rows are read a part at a time, told without reading it."""
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    return kind.__name__ in _LAZY.get(module, ()) or (module == "datasets" and _is_large(value))


def lazy_table(value: Any) -> LazyTable:
    """A value for which `is_lazy` holds, as a table. Raises: UnknownKind."""
    module = type(value).__module__.partition(".")[0]
    if module == "polars":
        if not hasattr(value, "collect_batches"):
            raise UnknownKind("this polars reads no LazyFrame in parts.", hint="pip install -U polars, or .collect()")
        return LazyTable(value, "polars", _scanned(value))
    if module == "datasets":
        return LazyTable(value, "datasets", tuple(Path(f["filename"]) for f in value.cache_files))
    return LazyTable(value, "pyarrow", tuple(map(Path, getattr(value, "files", ()))))


def regrouped(frames: Iterable[nw.DataFrame[Any]], rows: int) -> Iterator[nw.DataFrame[Any]]:
    """The same rows, so many at a time; only the last frame has fewer."""
    import narwhals as nw

    held: list[nw.DataFrame[Any]] = []
    count = 0
    for frame in frames:
        held.append(frame)
        count += len(frame)
        if count < rows:
            continue
        whole = nw.concat(held) if len(held) > 1 else held[0]
        whole_parts = count - count % rows
        for start in range(0, whole_parts, rows):
            yield whole[start : start + rows]
        held, count = [whole[whole_parts:]] if count > whole_parts else [], count - whole_parts
    if count:
        yield nw.concat(held) if len(held) > 1 else held[0]


def _scanned(source: Any) -> tuple[Path, ...]:
    """The files that a LazyFrame names, as far as its description lists them."""
    with contextlib.suppress(Exception):  # a description is all that polars gives; it is not needed to read the rows
        named = re.findall(r"SCAN \[([^\]]*)\]", source.explain(optimized=False))
        paths = (Path(name.strip()) for one in named for name in one.split(","))
        return tuple(dict.fromkeys(path for path in paths if path.is_file()))
    return ()


def _is_large(value: Any) -> bool:
    """True for a `datasets.Dataset` that lies on disk and is not small."""
    if type(value).__name__ != "Dataset" or not getattr(value, "cache_files", None):
        return False
    return int(value.data.nbytes) > LARGE_BYTES
