"""How a script comes to its inputs: from a path on the command line, or from the variable of a notebook."""

from __future__ import annotations

from typing import Any

from ..kinds import MEDIA, InputSchema, Kind
from ..media import SUFFIXES
from .layout import literal

_BACK = {
    "polars": ": pl.from_pandas makes a polars one of it",
    "pyarrow": ": pa.Table.from_pandas makes an Arrow one of it",
}


def from_path(schema: InputSchema, variable: str, number: int, *, rows: int = 0) -> tuple[list[str], set[str]]:
    """Lines that read an input from a path, and their imports.

    The path stands in that place on the command line; 0: only in the lines themselves.
    """
    path = f"sys.argv[{number}] if len(sys.argv) > {number} else " if number else ""
    imports = {"import sys"} if number else set()
    if media := folder_of(schema):
        imports |= {"from pathlib import Path", "import pandas as pd"}
        lines = [f"folder = Path({path}{literal(schema.name)})", *_folder(media, variable)]
    elif schema.kind is Kind.TABLE:
        imports.add("import pandas as pd")
        dates = [c.name for c in schema.columns if c.dtype.startswith("date")]
        csv = f"pd.read_csv(path{f', parse_dates={literal(dates)}' if dates else ''})"
        lines = [
            f"path = {path}{literal(f'{schema.name}.csv')}",
            f'{variable} = pd.read_parquet(path) if path.endswith(".parquet") else {csv}',
        ]
    elif schema.kind in MEDIA:
        ending = {Kind.AUDIO: ".flac", Kind.VIDEO: ".mp4"}.get(schema.kind, ".png")
        lines = [f"{variable} = {path}{literal(schema.name + ending)}"]
    else:
        imports.add("from pathlib import Path")
        name = literal(f"{schema.name}.txt")
        lines = [f'{variable} = Path({path}{name}).read_text(encoding="utf-8")']
    return [*lines, *_first(schema, variable, rows)], imports


def is_frame(value: Any) -> bool:
    """True for what a script can work on as it is; where there is no value, a pandas frame is expected."""
    return value is None or (type(value).__name__ == "DataFrame" and hasattr(value, "iloc"))


def from_variable(
    schema: InputSchema, there: str, variable: str, value: Any, *, rows: int = 0
) -> tuple[list[str], set[str]]:
    """Lines that make a pandas frame of the notebook's variable; none where the two are one."""
    if there == variable:
        return [], set()
    column = literal(schema.columns[0].name if schema.columns else "text")
    imports = {"import pandas as pd"}
    media = folder_of(schema)
    if is_frame(value):
        return [f"{variable} = {there}.head({literal(rows)})"], set()
    if media and (isinstance(value, str) or hasattr(value, "iterdir")):
        imports.add("from pathlib import Path")
        lines = [f"folder = Path({there})", *_folder(media, variable)]
    elif isinstance(value, list | tuple):
        lines = [f"{variable} = pd.DataFrame({{{column}: pd.Series({there}, dtype=object)}})"]
    elif type(value).__name__ in ("Series", "ChunkedArray"):
        series = there if hasattr(value, "iloc") else f"{there}.to_pandas()"
        lines = [f"{variable} = {series}.to_frame({column})"]
    else:
        lines = [
            f"{variable} = {there}.to_pandas()  # the result is a pandas frame, too{_BACK.get(_library(value), '')}"
        ]
    return [*lines, *_first(schema, variable, rows)], imports


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def _first(schema: InputSchema, variable: str, rows: int) -> list[str]:
    return [f"{variable} = {variable}.head({literal(rows)})"] if rows and schema.kind is Kind.TABLE else []


def is_picture(value: Any) -> bool:
    """True for a picture in memory."""
    return value is not None and not isinstance(value, str) and not hasattr(value, "iterdir")


def folder_of(schema: InputSchema) -> Kind | None:
    """What a folder holds, when the input is one: see recognise."""
    if [c.name for c in schema.columns[:1]] != ["file"] or len(schema.columns) != 2:
        return None
    media = schema.columns[1]
    return media.kind if media.kind in MEDIA and media.name == media.kind and media.dtype != "path" else None


def _folder(media: Kind, variable: str) -> list[str]:
    endings = literal([suffix for suffix, kind in SUFFIXES.items() if kind is media])
    return [
        f"endings = {endings}",
        'paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in endings and not p.name.startswith("."))',
        f'{variable} = pd.DataFrame({{"file": [p.name for p in paths], "{media}": pd.Series(paths, dtype=object)}})',
    ]
