"""A Python value → its kind, schema and rows. Knows the frame libraries (through narwhals), no task."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import MissingFile, UnknownKind
from .kinds import Audio, ColumnSchema, InputSchema, Kind
from .language import column_language
from .media import as_audio, as_rgb, checked_path, files_in, kind_of_file, open_media

if TYPE_CHECKING:
    import narwhals as nw

SAMPLE = 200
_PANDAS = ("DataFrame", "Series")
_FRAMES = {
    "pandas": _PANDAS,
    "polars": _PANDAS,
    "modin": _PANDAS,
    "cudf": _PANDAS,
    "pyarrow": ("ChunkedArray",),
    "datasets": (),
}


@dataclass(frozen=True)
class Reader:
    """What may be read from files: real paths of folders, and the largest size in bytes."""

    allowed: tuple[Path, ...]
    max_bytes: int = 200_000_000

    def path(self, path: Path) -> Path:
        """The real path, or MissingFile."""
        return checked_path(path, allowed=self.allowed, max_bytes=self.max_bytes)


@dataclass(frozen=True)
class Input:
    """An input as the engine reads it: its schema, and either one `value` or a `frame` (a narwhals DataFrame)."""

    schema: InputSchema
    value: Any = None
    frame: nw.DataFrame[Any] | None = None


def column_values(frame: nw.DataFrame[Any], column: str) -> list[Any]:
    """The values of a column as Python objects; None where one is missing, however its library writes that."""
    return [None if _missing(v) else v for v in frame[column].to_list()]


def recognise(name: str, value: Any, *, reader: Reader) -> Input:
    """What a variable is.

    Frames, series, lists, tuples of equal things and folders become a TABLE; text, a picture, sound or a number is a
    single value. Raises UnknownKind for anything else, MissingFile for a path that cannot be read.
    """
    if isinstance(value, Path) or (isinstance(value, str) and _is_path(value)):
        return _from_path(name, Path(value), reader)
    kind = _scalar_kind(value)
    if kind is not None:
        language = column_language([value]) if kind is Kind.TEXT else None
        return Input(InputSchema(name=name, kind=kind, language=language), value=_single(value, kind))
    frame = _frame(name, value)
    if frame is None:
        raise UnknownKind(
            f"{name} is a {type(value).__name__}, which hfmagic cannot read.",
            hint="give a frame, series, list, text, picture, (samples, rate) or a path",
        )
    return Input(_frame_schema(name, frame, reader), frame=frame)


def is_input(value: Any) -> bool:
    """True for a value that could be an input, found out without reading it; for completion and naming."""
    return (
        isinstance(value, str | Path)
        or _scalar_kind(value) is not None
        or _is_frame(value)
        or (isinstance(value, list) and bool(value) and _element_kind(value[:1]) is not None)
    )


def open_single(value: Any, kind: Kind, reader: Reader) -> Any:
    """A picture or sound of a row, from its path or from memory. Raises: MissingFile, UnknownKind."""
    if isinstance(value, str | Path):
        return open_media(reader.path(Path(value)), kind)
    if _scalar_kind(value) is not kind:
        raise UnknownKind(f"a {type(value).__name__} is no {kind}.")
    return _single(value, kind)


def _scalar_kind(value: Any) -> Kind | None:
    """The kind of a single value, told without reading it; None for anything else. Never raises."""
    np, pil = sys.modules.get("numpy"), sys.modules.get("PIL.Image")
    if isinstance(value, str):
        return Kind.TEXT
    if isinstance(value, Audio) or (isinstance(value, dict) and "array" in value and "sampling_rate" in value):
        return Kind.AUDIO
    if pil and isinstance(value, pil.Image):
        return Kind.IMAGE
    if np and isinstance(value, tuple) and len(value) == 2:
        array, rate = (value[0], value[1]) if isinstance(value[0], np.ndarray) else (value[1], value[0])
        is_sound = isinstance(array, np.ndarray) and array.dtype.kind in "iuf" and 1 <= array.ndim <= 2
        return Kind.AUDIO if is_sound and isinstance(rate, int | np.integer) else None
    if np and isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.size:
        return Kind.IMAGE if value.ndim == 2 or (value.ndim == 3 and value.shape[2] in (3, 4)) else None
    return None


def _single(value: Any, kind: Kind) -> Any:
    """A single value as the engine has it: RGB pictures and mono sound."""
    if kind is Kind.TEXT or isinstance(value, Audio):
        return value
    if kind is Kind.AUDIO:
        if isinstance(value, dict):
            return as_audio(value["array"], value["sampling_rate"])
        return as_audio(*(value if hasattr(value[0], "dtype") and value[0].ndim else reversed(value)))
    if not hasattr(value, "mode"):
        from PIL import Image

        value = Image.fromarray(value)
    return as_rgb(value)


def _is_path(text: str) -> bool:
    """A string is read as a path when it has a media ending or names a folder; any other string is text."""
    if "\n" in text or not 0 < len(text) <= 400 or "://" in text:
        return False
    path = Path(text)
    try:
        return kind_of_file(path) is not None or ("/" in text and " " not in text and path.is_dir())
    except OSError:
        return False


def _from_path(name: str, path: Path, reader: Reader) -> Input:
    real = reader.path(path)
    if real.is_dir():
        import pandas as pd

        kind, files = files_in(real)
        names = [f.name for f in files]
        paths = pd.Series([path / n for n in names], dtype=object)  # as the user wrote the folder, not where it lies
        frame = pd.DataFrame({"file": names, kind.value: paths})
        return recognise(name, frame, reader=reader)
    kind_or_none = kind_of_file(real)
    if kind_or_none is None:
        raise MissingFile(f"{path} is no picture or sound.", hint="read tables with pandas first: pd.read_csv(…)")
    return Input(InputSchema(name=name, kind=kind_or_none), value=real)


def _is_frame(value: Any) -> bool:
    module = type(value).__module__.partition(".")[0]
    return module in _FRAMES and (hasattr(value, "column_names") or type(value).__name__ in _FRAMES[module])


def _frame(name: str, value: Any) -> nw.DataFrame[Any] | None:
    import narwhals as nw

    if type(value).__module__.startswith("datasets") and hasattr(value, "data"):
        value = value.data.table.combine_chunks()  # a datasets set, by its Arrow table
    if isinstance(value, list | tuple):
        import pandas as pd

        kind = _element_kind(value)
        if kind is None:
            return None
        value = pd.DataFrame({kind.value: pd.Series(list(value), dtype=object)})
    if type(value).__name__ == "LazyFrame":
        raise UnknownKind(f"{name} is a lazy frame.", hint=f"{name} = {name}.collect()")
    columns = getattr(value, "columns", None)
    if columns is not None and not callable(columns):
        names = [str(c) for c in getattr(value, "column_names", columns)]
        if twice := next((c for c in names if names.count(c) > 1), None):
            raise UnknownKind(f"{name} has two columns called {twice!r}.", hint="rename one")
        if bad := next((c for c in names if not _is_utf8(c)), None):
            raise UnknownKind(f"{name} has a column {bad!r}, whose name is not valid text.", hint="rename it")
        if type(value).__name__ == "DataFrame" and any(not isinstance(c, str) for c in columns):
            value = value.set_axis(names, axis="columns")
    native = nw.from_native(value, pass_through=True, eager_only=True, allow_series=True)
    if isinstance(native, nw.Series):
        return (native if native.name else native.alias("text")).to_frame()
    return native if isinstance(native, nw.DataFrame) else None


def _frame_schema(name: str, frame: nw.DataFrame[Any], reader: Reader) -> InputSchema:
    schemas = [_column_schema(frame[c], reader) for c in frame.columns]
    strings = [s for s in schemas if s.kind in (Kind.TEXT, Kind.LABELS) and s.dtype == "string"]
    if len(strings) == 1 and strings[0].kind is Kind.LABELS:  # the only string column is what there is to read
        texts = [v for v in frame[strings[0].name].head(SAMPLE).to_list() if isinstance(v, str)]
        only = strings[0].model_copy(update={"kind": Kind.TEXT, "language": column_language(texts)})
        media = any(s.kind in (Kind.IMAGE, Kind.AUDIO) for s in schemas)
        schemas = schemas if media else [only if s is strings[0] else s for s in schemas]
    return InputSchema(name=name, kind=Kind.TABLE, rows=len(frame), columns=tuple(schemas))


def _column_schema(series: nw.Series[Any], reader: Reader) -> ColumnSchema:
    import narwhals as nw

    dtype = series.dtype
    if dtype.is_numeric() or dtype == nw.Boolean:
        return ColumnSchema(name=series.name, kind=Kind.NUMBER, dtype=str(dtype).lower())
    values = [v for v in series.head(SAMPLE).to_list() if not _missing(v)]
    kind = _element_kind(values)
    if kind is Kind.TEXT:
        files = [Path(v) for v in values]
        if values and all(_is_path(v) for v in values) and kind_of_file(files[0]) and _exists(files[0], reader):
            return ColumnSchema(name=series.name, kind=kind_of_file(files[0]), dtype="path")
        if not _reads_as_text(values):
            return ColumnSchema(name=series.name, kind=Kind.LABELS, dtype="string")
        return ColumnSchema(name=series.name, kind=Kind.TEXT, dtype="string", language=column_language(values))
    # Without what follows a bracket: an Enum lists its categories there, and those are cells.
    return ColumnSchema(name=series.name, kind=kind, dtype=str(dtype).lower().partition("(")[0])


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _exists(path: Path, reader: Reader) -> bool:
    try:
        reader.path(path)
    except MissingFile:
        return False
    return True


def _reads_as_text(values: Sequence[str]) -> bool:
    """Texts have several words (or several CJK characters) on average and mostly differ; categories do not."""
    if not values:
        return False
    words = sum(len(v.split()) + sum("\u3040" <= c <= "\u9fff" for c in v) / 2 for v in values) / len(values)
    return words >= 4 and len(set(values)) > len(values) / 4


def _element_kind(values: Sequence[Any]) -> Kind | None:
    """The kind that all the values have; None when they differ or are unknown."""
    kinds = {_kind(v) for v in values[:SAMPLE] if not _missing(v)}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(value: Any) -> Kind | None:
    if isinstance(value, Path):
        return kind_of_file(value)
    if isinstance(value, bool | int | float):
        return Kind.NUMBER
    if isinstance(value, list | tuple) or type(value).__name__ == "ndarray":
        first = next(iter(value), None) if getattr(value, "ndim", 1) == 1 else None
        return Kind.EMBEDDING if isinstance(first, float) or type(first).__name__.startswith("float") else None
    return _scalar_kind(value)


def _missing(value: Any) -> bool:
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )
