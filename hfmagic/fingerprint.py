"""A digest of what a plan reads, so that a change of it is noticed: a user may change a frame or a file in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .kinds import MEDIA
from .lazy import LazyTable
from .plan import Plan
from .recognise import Input, column_values

if TYPE_CHECKING:
    import narwhals as nw


def fingerprint(plan: Plan, inputs: Mapping[str, Input]) -> str:
    """The same text, in this process, while the columns and values that the plan reads are the same.

    What cannot be digested counts as changed: the text then differs from every other one.
    """
    whole = hashlib.sha256()
    try:
        for name, one in inputs.items():
            whole.update(repr((name, one.schema.kind)).encode())
            for part in _parts(plan, name, one):
                whole.update(part)
    except Exception:  # noqa: BLE001  a value may refuse to be read in any way; its steps run again
        return uuid4().hex
    return whole.hexdigest()


def _parts(plan: Plan, name: str, one: Input) -> Iterator[bytes]:
    if one.lazy is not None:
        yield from _of_files(one.lazy)
        return
    if one.frame is None:
        yield from _of_values([one.value])
        return
    frame = one.frame
    for column in plan.columns_read(name, frame.columns):
        yield repr((column, len(frame))).encode()
        schema = one.schema.column(column)
        if schema is not None and schema.kind in MEDIA:
            yield from _of_values(column_values(frame, column))
        else:
            yield from _of_column(frame, column)


def _of_files(lazy: LazyTable) -> Iterator[bytes]:
    """A lazy table by its files, as of a file; one in which more than files decides the rows counts as changed."""
    if not lazy.is_its_files:
        raise ValueError("a query, whose rows may be others every time")
    yield repr((lazy.library, lazy.schema)).encode()
    for path in lazy.files:
        yield _written(path)


def _of_column(frame: nw.DataFrame[Any], column: str) -> Iterator[bytes]:
    """Arrow's own bytes; of what Arrow cannot hold, the values one by one."""
    import pyarrow as pa

    try:
        array = frame[column].to_arrow()
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError):
        yield from _of_values(column_values(frame, column))
        return
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else [array]:
        yield pa.record_batch([chunk], names=[column]).serialize().to_pybytes()


def _of_values(values: list[Any]) -> Iterator[bytes]:
    """Any values by their contents; a file by when it was written, and its size."""
    import joblib

    for value in values:
        if isinstance(value, Path) or (isinstance(value, str) and Path(value).is_file()):
            yield _written(Path(value))
        else:
            yield str(joblib.hash(value)).encode()


def _written(path: Path) -> bytes:
    """When a file was written, and its size."""
    stat = path.stat()
    return repr((str(path), stat.st_mtime_ns, stat.st_size)).encode()
