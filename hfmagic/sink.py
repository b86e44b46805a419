"""Rows → one Parquet file, a part at a time, whole or not at all. Knows no plan and no model.

The file is written beside its place under another name and moved there at the end, so that a run that is killed leaves
what was there before. Its folder is open to its owner alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .cells import as_cell, dtype_of
from .errors import BadOption, NoSpace, reason_of
from .kinds import Kind

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 131_072  # of a row group: its index in the file is read whole, one entry a group and column
GROUP_BYTES = 64_000_000  # or so many
_OURS = b"hfmagic"  # among the metadata of a file that may be written over


def type_of(kind: Kind | None, *, lists: bool = False) -> pa.DataType:
    """The Arrow type of the cells of a kind (`cells`), or of lists of them; text where nothing else is known."""
    import narwhals as nw
    import pyarrow as pa

    dtype = nw.List(nw.Float64()) if kind is Kind.EMBEDDING else dtype_of(kind) or nw.String()
    found: pa.DataType = nw.new_series("", [], dtype, backend="pyarrow").to_arrow().type
    return pa.list_(found) if lists else found


def array_of(values: Iterable[Any], kind: Kind | None, wanted: pa.DataType) -> pa.Array:
    """Values as cells of that type. Raises: pa.ArrowException, TypeError where one does not fit."""
    import pyarrow as pa

    cells = [as_cell(value, kind, objects=False) for value in values]
    if pa.types.is_string(wanted):
        cells = [None if cell is None else str(cell).encode(errors="replace").decode() for cell in cells]
    return pa.array(cells, wanted)


def output_path(folder: Path, name: str, *words: str) -> Path:
    """Where what is stored as `name` goes, when it rests on these words: the same place for the same words."""
    digest = hashlib.sha256(repr((name, words)).encode()).hexdigest()[:8]
    return folder / f"{re.sub(r'[^0-9A-Za-z_-]+', '_', name)[:60] or 'rows'}-{digest}.parquet"


def written_in(folder: Path) -> dict[Path, int]:
    """Files in a folder that runs wrote, by name, and their bytes; none of one that is being written."""
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        with contextlib.suppress(OSError):  # another kernel removed it
            if _is_ours(path):
                found[path] = path.stat().st_size
    return found


def remove_written(folder: Path) -> dict[Path, int]:
    """Remove the files in a folder that runs wrote; which, and their bytes."""
    files = written_in(folder)
    for path in files:
        path.unlink(missing_ok=True)
    return files


def checked_output(path: Path, inputs: Sequence[Path] = ()) -> Path:
    """The path, where it may be written: nothing is there, or what an earlier run wrote. Raises: BadOption."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise BadOption(f"{path.name} is no plain file, so it is not written over.", hint="-o another.parquet")
    if not path.exists():
        return path
    if any(one.exists() and one.samefile(path) for one in inputs):
        raise BadOption(f"{path.name} is what is read, so it is not written over.", hint="-o another.parquet")
    if not _is_ours(path):
        raise BadOption(f"there is a file {path.name} that no run of hfmagic wrote.", hint="-o another.parquet")
    return path


class Sink:
    """A Parquet file in the making.

    Args:
        path: where it will be; see `checked_output`.
        schema: of every part. A part may lack columns: they are null in it.
        inputs: files that are read meanwhile, and never written over.
    Raises: BadOption; NoSpace when the disk is full or cannot be written.
    """

    def __init__(self, path: Path, schema: pa.Schema, *, inputs: Sequence[Path] = ()) -> None:
        self.path, self.rows = checked_output(path, inputs), 0
        self.schema = schema.with_metadata({**(schema.metadata or {}), _OURS: b"1"})
        self._held: list[pa.Table] = []
        self._making = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with _told(path):
            made = not path.parent.exists()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if made:
                path.parent.chmod(0o700)
            _sweep(path)
            self._writer: Any = _writer(self._making, self.schema)

    def write(self, table: pa.Table) -> None:
        """A part's rows, after those before. Raises: NoSpace; pa.ArrowException where a column does not fit."""
        self._held.append(conformed(table, self.schema))
        self.rows += table.num_rows
        if sum(t.num_rows for t in self._held) >= GROUP_ROWS or sum(t.nbytes for t in self._held) >= GROUP_BYTES:
            self._flush()

    def close(self) -> Path:
        """All that was written is in its place from now on, or nothing is. Raises: NoSpace."""
        self._flush()
        with _told(self.path):
            self._writer.close()
            with self._making.open("rb") as file:
                os.fsync(file.fileno())
            self._making.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Nothing of it is left; what was in its place before stays. After `close` it does nothing."""
        with contextlib.suppress(Exception):  # whatever the file has come to, it goes
            self._writer.close()
        self._making.unlink(missing_ok=True)
        self._held.clear()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._held:
            return
        held, self._held = pa.concat_tables(self._held), []
        with _told(self.path):
            self._writer.write_table(held, row_group_size=max(held.num_rows, 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, where: TracebackType | None) -> None:
        self.discard()


def without_columns(path: Path, names: Iterable[str]) -> Path:
    """The same file without some columns, written anew a row group at a time. Raises: NoSpace."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    left = frozenset(names)
    with pq.ParquetFile(path) as file:
        kept = [field for field in file.schema_arrow if field.name not in left]
        with Sink(path, pa.schema(kept, file.schema_arrow.metadata)) as sink:
            for group in range(file.metadata.num_row_groups):
                sink.write(file.read_row_group(group, columns=[field.name for field in kept]))
            return sink.close()


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema in its order and types; null where the table has none of that name."""
    import pyarrow as pa

    columns = []
    for field in schema:
        place = table.schema.get_field_index(field.name)
        column = table.column(place) if place >= 0 else pa.nulls(table.num_rows, field.type)
        columns.append(column if column.type == field.type else column.cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _writer(path: Path, schema: pa.Schema) -> Any:
    import pyarrow.parquet as pq

    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def _is_ours(path: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return _OURS in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def _sweep(path: Path) -> None:
    """Remove what runs that were killed left of this file."""
    import psutil

    for left in path.parent.glob(f".{path.name}.*.tmp"):
        pid = left.name.split(".")[-2]
        if not (pid.isdigit() and psutil.pid_exists(int(pid))):
            left.unlink(missing_ok=True)


def is_new(path: Path) -> bool:
    """True where there is no file of that name, and could be one."""
    try:
        return path.name.isprintable() and not path.exists() and path.absolute().parent.is_dir()
    except (OSError, ValueError):  # a name that is too long, or holds a null
        return False


def write_text(path: Path, text: str) -> None:
    """A file of text, whole or not at all. Raises: BadOption where it cannot be written."""
    making = path.with_name(f".{path.name[:60]}.{os.getpid()}.tmp")
    try:
        making.write_text(text, encoding="utf-8")
        making.replace(path)
    except OSError as error:
        what = f"{path.name[-60:]} cannot be written: {error.strerror}."
        raise BadOption(what, hint="name a file in a folder with room that you may write to") from None
    finally:
        with contextlib.suppress(OSError):
            making.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Any:
    """The system's errors as one of ours."""
    try:
        yield
    except OSError as error:
        raise NoSpace(f"{path.name} cannot be written: {reason_of(error)}.", hint="free some space") from error
