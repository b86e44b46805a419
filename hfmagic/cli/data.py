"""Files of rows that a command names: read as inputs, and written as its result. Plans and runs nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import BadOption, MissingFile, NoSpace, UnknownKind, UnknownVariable, reason_of

ENDINGS = (".parquet", ".csv", ".jsonl")
"""Of the files that can be written."""
IN_MEMORY = 100_000_000  # bytes of a file from which it is read in parts instead


def named_files(files: Sequence[str]) -> dict[str, Path]:
    """FILE or NAME=FILE as name → path; without one the name is that of the file. Raises: BadOption, MissingFile."""
    found: dict[str, Path] = {}
    for text in files:
        name, sign, rest = text.partition("=")
        named = bool(sign) and name.isidentifier()
        path = Path(rest if named else text)
        if not path.exists():
            raise MissingFile(f"there is no file {path}.", hint="name one that is there, or NAME=FILE")
        word = name if named else re.sub(r"\W+", "_", path.stem).strip("_") or "rows"
        if word in found:
            raise BadOption(f"two inputs are called {word!r}.", hint="name them: NAME=FILE NAME=FILE")
        found[word] = path
    return found


def inputs_for(names: Sequence[str], files: Sequence[str]) -> dict[str, Path]:
    """The files of a plan's inputs: of one input the one file, whatever its name. Raises: UnknownVariable."""
    found = named_files(files)
    if len(names) == 1 and len(found) == 1:
        return {names[0]: next(iter(found.values()))}
    if missing := sorted(set(names) - found.keys()):
        raise UnknownVariable(f"the plan's input {missing[0]!r} has no file.", hint=f"add {missing[0]}=FILE")
    return {name: found[name] for name in names}


def loaded(path: Path) -> Any:
    """A file's rows as a pandas frame; a large file, a folder and what holds no rows as the path, read in parts.

    Raises: UnknownKind for a file that is damaged.
    """
    import pandas as pd

    readers: dict[str, Callable[[Path], Any]] = {
        ".csv": pd.read_csv,
        ".jsonl": _read_lines,
        ".parquet": pd.read_parquet,
    }
    read = readers.get(path.suffix.lower())
    if read is None or not path.is_file() or path.stat().st_size > IN_MEMORY:
        return path
    try:
        return read(path)
    except (ValueError, OSError) as error:
        raise UnknownKind(
            f"{path.name} cannot be read: {reason_of(error)}.", hint="is it what its ending says?"
        ) from None


def check_target(path: Path, *, force: bool) -> None:
    """Raise BadOption where a result cannot be written to a path, before anything runs."""
    if path.suffix.lower() not in ENDINGS:
        raise BadOption(f"{path.name} is of no known format.", hint=f"end it in {', '.join(ENDINGS)}")
    if path.exists() and not (force and path.is_file()):
        raise BadOption(f"there is a {path.name} already.", hint="--force writes over it, or name another file")
    if not path.parent.is_dir():
        raise BadOption(f"there is no folder {path.parent}.", hint="make it first")


def written(value: Any, path: Path) -> int:
    """Write rows whole or not at all, by the ending of the path. Returns: how many.

    Args:
        value: a frame, or the path of a Parquet file that a run wrote.
    Raises: BadOption for a value that is no table; NoSpace.
    """
    making = path.with_name(f".{path.name}.tmp")
    try:
        rows = _write(_parts(value), making, path.suffix.lower())
        making.replace(path)
    except OSError as error:
        raise NoSpace(f"{path.name} cannot be written: {reason_of(error)}.", hint="free some space") from None
    finally:
        making.unlink(missing_ok=True)
    return rows


def printed(value: Any, file: IO[str]) -> int:
    """Write rows as CSV, a part at a time. Returns: how many. Raises: BadOption for a value that is no table."""
    return _write_csv(_parts(value)[1], file)


def _read_lines(path: Path) -> Any:
    import pandas as pd

    return pd.read_json(path, lines=True)


def _parts(value: Any) -> Any:
    """A table's schema and its parts in order."""
    import narwhals as nw
    import pyarrow as pa

    from ..cells import as_cell, kind_of_cell

    if isinstance(value, Path):
        import pyarrow.parquet as pq

        file = pq.ParquetFile(value)
        return file.schema_arrow, (pa.Table.from_batches([b]) for b in file.iter_batches())
    if not hasattr(value, "columns"):
        raise BadOption("the result is no table.", hint="run it without -o: it is printed")
    frame = nw.from_native(value, eager_only=True)
    columns = {}
    for name in frame.columns:
        try:
            columns[name] = frame[name].to_arrow()
        except (pa.ArrowException, TypeError):  # cells that hold objects, such as pictures
            cells = frame[name].to_list()
            columns[name] = pa.array([as_cell(c, kind_of_cell(c) or _kind(c), objects=False) for c in cells])
    table = pa.table(columns)
    return table.schema, iter([table])


def _kind(cell: Any) -> Any:
    from ..kinds import Kind

    return Kind.IMAGE if hasattr(cell, "save") else None


def _write(found: Any, path: Path, ending: str) -> int:
    import pyarrow.parquet as pq

    schema, parts = found
    if ending in _AS_TEXT:
        with path.open("w", encoding="utf-8", newline="") as file:
            return _AS_TEXT[ending](parts, file)
    rows = 0
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts:
            writer.write_table(part)
            rows += part.num_rows
    return rows


def _write_csv(parts: Iterable[Any], file: IO[str]) -> int:
    """Rows as they are; on a terminal without what would command it."""
    from ..render.html import clean

    rows = 0
    for n, part in enumerate(parts):
        text = part.to_pandas().to_csv(index=False, header=not n)
        file.write(clean(text, sys.maxsize) if file.isatty() else text)
        rows += part.num_rows
    return rows


def _write_lines(parts: Iterable[Any], file: IO[str]) -> int:
    rows = 0
    for part in parts:
        part.to_pandas().to_json(file, orient="records", lines=True, force_ascii=False, date_format="iso")
        rows += part.num_rows
    return rows


_AS_TEXT: Mapping[str, Callable[[Iterable[Any], IO[str]], int]] = {".csv": _write_csv, ".jsonl": _write_lines}
