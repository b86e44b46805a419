"""A Python value → its kind, schema and rows. Knows the frame libraries (through narwhals), no task."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import MissingFile, UnknownKind
from .kinds import Audio, ColumnSchema, InputSchema, Kind
from .language import column_language
from .media import as_audio, as_rgb, checked_path, files_in, kind_of_file

if TYPE_CHECKING:
    import narwhals as nw

SAMPLE = 200


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

    def rows(self, column: str) -> list[Any]:
        """The values of a column; None where one is missing. Pictures and sounds may still be paths."""
        if self.frame is None:
            raise UnknownKind(f"{self.schema.name} is not a frame.")
        return column_values(self.frame, column)


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
    scalar = _scalar(value)
    if scalar is not None:
        kind, single = scalar
        language = column_language([single]) if kind is Kind.TEXT else None
        return Input(InputSchema(name=name, kind=kind, language=language), value=single)
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
        or _scalar(value) is not None
        or _is_frame(value)
        or (isinstance(value, list) and bool(value) and _element_kind(value[:1]) is not None)
    )


def _scalar(value: Any) -> tuple[Kind, Any] | None:
    np, pil = sys.modules.get("numpy"), sys.modules.get("PIL.Image")
    if isinstance(value, str):
        return Kind.TEXT, value
    if isinstance(value, Audio):
        return Kind.AUDIO, value
    if pil and isinstance(value, pil.Image):
        return Kind.IMAGE, as_rgb(value)
    if isinstance(value, Mapping) and {"array", "sampling_rate"} <= set(value):
        return Kind.AUDIO, as_audio(value["array"], value["sampling_rate"])
    if np and isinstance(value, tuple) and len(value) == 2:
        array = next((v for v in value if isinstance(v, np.ndarray)), None)
        rate = next((v for v in value if isinstance(v, int | np.integer)), None)
        if array is not None and rate is not None:
            return Kind.AUDIO, as_audio(array, int(rate))
    if np and isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3):
        from PIL import Image

        return Kind.IMAGE, as_rgb(Image.fromarray(value))
    return None


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

        kind, files = files_in(real, allowed=reader.allowed, max_bytes=reader.max_bytes)
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
    return module in ("pandas", "polars", "pyarrow", "datasets", "modin", "cudf") and hasattr(value, "__len__")


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
    columns = getattr(value, "columns", None)
    if columns is not None and not callable(columns):
        names = [str(c) for c in getattr(value, "column_names", columns)]
        if twice := next((c for c in names if names.count(c) > 1), None):
            raise UnknownKind(f"{name} has two columns called {twice!r}.", hint="rename one")
        if any(not isinstance(c, str) for c in getattr(value, "column_names", columns)):
            value = value.rename(columns=str)
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
    return ColumnSchema(name=series.name, kind=kind, dtype=str(dtype).lower())


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
    scalar = _scalar(value)
    return scalar[0] if scalar else None


def _missing(value: Any) -> bool:
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )
