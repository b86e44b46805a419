"""Files of rows: which there are below a folder, and those of one format as one table. Opens none that is not given."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import MissingFile, UnknownKind
from .access import ENCODING, is_parquet, told
from .table import LazyTable

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        ".parquet": "parquet",
        ".pq": "parquet",
        ".arrow": "ipc",
        ".feather": "ipc",
        ".csv": "csv",
        ".jsonl": "json",
        ".ndjson": "json",
    }
)
"""Ending of a file → pyarrow's word for its format."""
_LOOKED_AT = 1 << 20  # bytes of a CSV file: what Arrow tells its types from


def is_table_file(path: Path) -> bool:
    """True for a name that ends as a file of rows does."""
    return path.suffix.lower() in SUFFIXES


def table_of_files(files: Iterable[Path], *, below: Path | None = None) -> LazyTable:
    """Files of one format as one table, in the order of their names; each must have been checked.

    Args:
        below: the folder that they lie in: folders in it such as `year=2024` are a column, as Hive writes them.
    Raises: UnknownKind for files of several formats, or such as are damaged.
    """
    import pyarrow.dataset as pd

    found = tuple(sorted(files))
    formats = {SUFFIXES[f.suffix.lower()] for f in found}
    if len(formats) != 1:
        several = ", ".join(sorted(formats)) or "no"
        raise UnknownKind(f"these files are of {several} format.", hint="name one sort: data/*.parquet")
    _check_encoding(found)
    hive = {"partitioning": "hive", "partition_base_dir": str(below)} if below else {}
    with told():
        made = pd.dataset([str(f) for f in found], format=formats.pop(), **hive)
        return LazyTable(made.replace_schema(_wide(made)), "path", found)


def _check_encoding(files: Iterable[Path]) -> None:
    """Raises UnknownKind for a CSV file whose beginning is no UTF-8: Arrow would take its texts for bytes."""
    for path in (f for f in files if SUFFIXES[f.suffix.lower()] == "csv"):
        with told(), path.open("rb") as file:
            head = file.read(_LOOKED_AT)
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError as error:
            what = f"{path.name} is not UTF-8 (byte {error.start:,})"
            raise UnknownKind(f"{what}; it was written in another encoding.", hint=ENCODING) from None


def files_of(folder: Path, pattern: str = "") -> list[Path]:
    """The files of rows below a folder, in the order of their names; none that is hidden or begins with `_`."""

    def shown(path: Path) -> bool:
        return not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)

    try:
        found = folder.glob(pattern) if pattern else folder.rglob("*")
        return sorted(path for path in found if is_table_file(path) and shown(path) and path.is_file())
    except (ValueError, NotImplementedError):
        raise MissingFile(f"{pattern} is no pattern of files.", hint="such as data/*.parquet") from None


def _wide(source: Any) -> pa.Schema:
    """The schema of all files: the first alone may lack columns, or have nothing but nulls in one."""
    import pyarrow as pa

    schemas = [source.schema]
    if is_parquet(source):
        schemas += [fragment.physical_schema for fragment in source.get_fragments()]
    found = pa.unify_schemas(schemas, promote_options="permissive")
    if is_parquet(source):
        return found
    texts = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in found]  # its first block has none
    return pa.schema(texts, found.metadata)
