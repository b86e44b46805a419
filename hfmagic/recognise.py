"""A Python value → its kind, schema and rows. Knows the frame libraries (through narwhals), no task."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cells import kind_of_cell
from .errors import MissingFile, UnknownKind
from .files import Held, kind_of_file
from .foreign import kind_of, native
from .kinds import MEDIA, ColumnSchema, InputSchema, Kind
from .language import column_language
from .lazy import HEAD_ROWS, LazyTable, files_of, is_lazy, is_table_file, lazy_table, table_of_files
from .media import checked_path, files_in, files_like, gallery, is_glob, open_media
from .slices import Slice, is_slice, parse_slice, with_class_names

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

SAMPLE = 200
SAMPLE_OF_LARGE = 20  # of cells that hold whole files
_LARGER = "%config HFMagic.file_bytes = …"
_PANDAS = ("DataFrame", "Series")
_FRAMES = {
    "pandas": _PANDAS,
    "polars": _PANDAS,
    "modin": _PANDAS,
    "cudf": _PANDAS,
    "pyarrow": ("ChunkedArray",),
    "datasets": (),
}


_HINTS = {
    "DatasetDict": "name a split: ds['train']",
    "IterableDataset": "take some rows: list(ds.take(200))",
    "Markdown": "give its text: NAME.data",
    "HTML": "give its text: NAME.data",
    "SVG": "give a PNG or JPEG",
    "Tensor": "pictures: (h, w), (3, h, w) or (h, w, 3), 0…1 or uint8; sound: (samples, rate)",
    "ndarray": "pictures: (h, w) or (h, w, 3), 0…1 or uint8; sound: (samples, rate)",
}


@dataclass(frozen=True)
class Reader:
    """What may be read: files below the real paths of folders, up to a size in bytes, and rows of the Hub's data sets.

    `rows` gives a slice as an Arrow table; without it none is read.
    """

    allowed: tuple[Path, ...]
    max_bytes: int = 200_000_000
    rows: Callable[[Slice], pa.Table] | None = None

    def path(self, path: Path) -> Path:
        """The real path, or MissingFile."""
        return checked_path(path, allowed=self.allowed, max_bytes=self.max_bytes)

    def part_by_part(self, path: Path) -> Path:
        """The real path of a file of rows, or of a folder; of any size: it is never read whole. Raises: MissingFile."""
        return checked_path(path, allowed=self.allowed, max_bytes=sys.maxsize)

    def open(self, content: Path | Held, kind: Kind) -> Any:
        """A picture, sound or video of a path or in memory. Raises: MissingFile, UnknownKind."""
        if isinstance(content, Path):
            return open_media(self.path(content), kind)
        if len(content.content) > self.max_bytes:
            raise UnknownKind(f"{content.name} has {len(content.content):,} bytes.", hint=_LARGER)
        return open_media(content, kind)


@dataclass(frozen=True)
class Input:
    """An input as the engine reads it: its schema, and one of three.

    One `value`; a `frame` (a narwhals DataFrame) in memory; or a `lazy` table, which is read a part at a time.
    """

    schema: InputSchema
    value: Any = None
    frame: nw.DataFrame[Any] | None = None
    lazy: LazyTable | None = None

    @cached_property
    def sample(self) -> nw.DataFrame[Any] | None:
        """For those who look at some rows only: the frame, or the first rows of a lazy one; None for a single value."""
        return self.lazy.head(HEAD_ROWS) if self.lazy else self.frame

    def head(self, rows: int) -> Input:
        """The same with its first rows only, in memory; a single value as it is."""
        frame = self.lazy.head(rows) if self.lazy else self.frame.head(rows) if self.frame is not None else None
        if frame is None:
            return self
        return Input(self.schema.model_copy(update={"rows": len(frame)}), frame=frame)

    def held(self) -> Input:
        """The same, but that what is done to its frame from now on, in place, does not reach it."""
        return self if self.frame is None else replace(self, frame=_held(self.frame))


def _held(frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    import narwhals as nw

    native = frame.to_native()
    if nw.dependencies.is_pandas_dataframe(native):
        import pandas as pd

        copies_on_write = int(pd.__version__.partition(".")[0]) >= 3  # then no value is copied before one is changed
        return nw.from_native(native.copy(deep=not copies_on_write), eager_only=True)
    return frame.clone() if nw.dependencies.is_polars_dataframe(native) else frame


def column_values(frame: nw.DataFrame[Any], column: str) -> list[Any]:
    """The values of a column as Python objects; None where one is missing, however its library writes that."""
    return [None if _missing(v) else v for v in frame[column].to_list()]


def recognise(name: str, value: Any, *, reader: Reader) -> Input:
    """What a variable is.

    Frames, series, lists, tuples of equal things, folders, patterns of paths and slices of data sets become a TABLE;
    so do files of rows, a LazyFrame, a pyarrow Dataset and a large set of `datasets` on disk, as lazy ones; text, a
    picture, a sound or a video is a single value. Raises UnknownKind for anything else, MissingFile for a path that
    cannot be read, HubError for a slice.
    """
    if isinstance(value, str) and is_slice(value):
        return _from_hub(name, value, reader)
    if isinstance(value, Path) or (isinstance(value, str) and _is_path(value)):
        return _from_path(name, Path(value), reader)
    kind = _scalar_kind(value)
    if kind is not None:
        language = column_language([value]) if kind is Kind.TEXT else None
        return Input(InputSchema(name=name, kind=kind, language=language), value=open_single(value, kind, reader))
    if is_lazy(value):
        return _lazily(name, lazy_table(value), reader)
    frame = _frame(name, value)
    if frame is None:
        hint = _HINTS.get(type(value).__name__, "give a frame, series, list, text, picture, (samples, rate) or a path")
        raise UnknownKind(f"{name} is a {type(value).__name__}, which hfmagic cannot read.", hint=hint)
    return Input(_frame_schema(name, frame, reader), frame=frame)


def is_input(value: Any) -> bool:
    """True for a value that could be an input, found out without reading it; for completion and naming."""
    return (
        isinstance(value, str | Path)
        or _scalar_kind(value) is not None
        or _is_frame(value)
        or is_lazy(value)
        or (isinstance(value, list) and bool(value) and _element_kind(value[:1]) is not None)
    )


def open_single(value: Any, kind: Kind, reader: Reader) -> Any:
    """A picture, sound or video of a row, from its path or from memory; anything else as it is.

    Raises: MissingFile, UnknownKind.
    """
    if kind not in MEDIA:
        return value
    found = Path(value) if isinstance(value, str | Path) else native(value, kind)
    return reader.open(found, kind) if isinstance(found, Path | Held) else found


def _scalar_kind(value: Any) -> Kind | None:
    """The kind of a single value, told without reading it; None for anything else. Never raises."""
    return Kind.TEXT if isinstance(value, str) else kind_of(value)


def _is_path(text: str) -> bool:
    """A string is read as a path when it ends as a medium or a file of rows, or names a folder; any other is text."""
    if "\n" in text or not 0 < len(text) <= 400 or "://" in text:
        return False
    path = Path(text)
    try:
        if is_glob(text) and " " not in text and "/" in text:
            return kind_of_file(path) is not None or is_table_file(path) or text.endswith("*")
        if is_table_file(path):  # a sentence may end in ".csv", too
            return " " not in text or path.is_file()
        return kind_of_file(path) is not None or ("/" in text and " " not in text and path.is_dir())
    except OSError:
        return False


def _from_hub(name: str, text: str, reader: Reader) -> Input:
    if reader.rows is None:
        raise MissingFile(f"{text} is on the Hub, which is not asked here.", hint="name it on the line of a %%hf cell")
    return recognise(name, reader.rows(parse_slice(text)), reader=reader)


def _from_path(name: str, path: Path, reader: Reader) -> Input:
    folder, pattern = gallery(path) if is_glob(str(path)) else (path, "")
    if rows := _rows_at(folder, pattern, reader):
        return _lazily(name, rows, reader)
    real = reader.path(folder)
    if real.is_dir():
        import pandas as pd

        kind, files = files_like(real, pattern) if pattern else files_in(real)
        names = [f.relative_to(real).as_posix() for f in files]
        paths = pd.Series([folder / n for n in names], dtype=object)  # as the user wrote the folder, not where it lies
        frame = pd.DataFrame({"file": names, kind.value: paths})
        return recognise(name, frame, reader=reader)
    kind_or_none = kind_of_file(real)
    if kind_or_none is None:
        hint = "read it first, such as with pandas: pd.read_excel(…)"
        raise MissingFile(f"{path} is no picture, sound, video or file of rows.", hint=hint)
    return Input(InputSchema(name=name, kind=kind_or_none), value=real)


def _rows_at(path: Path, pattern: str, reader: Reader) -> LazyTable | None:
    """The table of a file of rows, or of a folder of them that holds no media; None where there is neither."""
    if is_table_file(path):
        real = reader.part_by_part(path)
        return table_of_files([real]) if real.is_file() else None
    real = reader.part_by_part(path)
    if not real.is_dir():
        return None
    found = files_of(real, pattern)
    if not found or (not pattern and any(map(kind_of_file, real.iterdir()))):
        return None
    checked = [reader.part_by_part(file) for file in found]  # a link may lead out of the folder
    below = real if all(file.is_relative_to(real) for file in checked) else None
    return table_of_files(checked, below=below)


def _lazily(name: str, lazy: LazyTable, reader: Reader) -> Input:
    _check_names(name, lazy.columns)
    found = Input(InputSchema(name=name, kind=Kind.TABLE), lazy=lazy)
    head = found.sample
    assert head is not None  # noqa: S101  a lazy table has one
    schema = _frame_schema(name, head, reader)
    return replace(found, schema=schema.model_copy(update={"rows": lazy.rows}))


def _is_frame(value: Any) -> bool:
    module = type(value).__module__.partition(".")[0]
    return module in _FRAMES and (hasattr(value, "column_names") or type(value).__name__ in _FRAMES[module])


def _frame(name: str, value: Any) -> nw.DataFrame[Any] | None:
    import narwhals as nw

    if type(value).__module__.startswith("datasets") and hasattr(value, "with_format"):
        value = _from_datasets(name, value)
    if isinstance(value, list | tuple):
        import pandas as pd

        kind = _element_kind(value)
        if kind is None:
            return None
        value = pd.DataFrame({kind.value: pd.Series(list(value), dtype=object)})
    columns = getattr(value, "columns", None)
    if columns is not None and not callable(columns):
        names = [str(c) for c in getattr(value, "column_names", columns)]
        _check_names(name, names)
        if type(value).__name__ == "DataFrame" and any(not isinstance(c, str) for c in columns):
            value = value.set_axis(names, axis="columns")
    native = nw.from_native(value, pass_through=True, eager_only=True, allow_series=True)
    if isinstance(native, nw.Series):
        return (native if native.name else native.alias("text")).to_frame()
    return native if isinstance(native, nw.DataFrame) else None


def _check_names(name: str, columns: Sequence[str]) -> None:
    if twice := next((c for c in columns if columns.count(c) > 1), None):
        raise UnknownKind(f"{name} has two columns called {twice!r}.", hint="rename one")
    if bad := next((c for c in columns if not _is_utf8(c)), None):
        raise UnknownKind(f"{name} has a column {bad!r}, whose name is not valid text.", hint="rename it")


def _from_datasets(name: str, value: Any) -> Any:
    """The rows that a `datasets` set stands for as an Arrow table, without decoding; class numbers as their names."""
    if type(value).__name__ != "Dataset":
        raise UnknownKind(f"{name} is a {type(value).__name__}.", hint=_HINTS.get(type(value).__name__, "give a split"))
    features = {k: f.names for k, f in value.features.items() if hasattr(f, "names")}
    return with_class_names(value.with_format("arrow")[:], features)


def _frame_schema(name: str, frame: nw.DataFrame[Any], reader: Reader) -> InputSchema:
    schemas = [_column_schema(frame[c], reader) for c in frame.columns]
    strings = [s for s in schemas if s.kind in (Kind.TEXT, Kind.LABELS) and s.dtype == "string"]
    if len(strings) == 1 and strings[0].kind is Kind.LABELS:  # the only string column is what there is to read
        texts = [v for v in frame[strings[0].name].head(SAMPLE).to_list() if isinstance(v, str)]
        only = strings[0].model_copy(update={"kind": Kind.TEXT, "language": column_language(texts)})
        media = any(s.kind in MEDIA for s in schemas)
        schemas = schemas if media else [only if s is strings[0] else s for s in schemas]
    return InputSchema(name=name, kind=Kind.TABLE, rows=len(frame), columns=tuple(schemas))


def _column_schema(series: nw.Series[Any], reader: Reader) -> ColumnSchema:
    import narwhals as nw

    dtype = series.dtype
    if dtype.is_numeric() or dtype == nw.Boolean:
        return ColumnSchema(name=series.name, kind=Kind.NUMBER, dtype=str(dtype).lower())
    large = dtype in (nw.Binary, nw.Struct) or dtype == nw.List
    values = [v for v in series.head(SAMPLE_OF_LARGE if large else SAMPLE).to_list() if not _missing(v)]
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
    kinds = {_kind(v) for v in values[:SAMPLE] if not _missing(v) and not _is_empty_list(v)}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(value: Any) -> Kind | None:
    if isinstance(value, Path):
        return kind_of_file(value)
    if isinstance(value, bool | int | float):
        return Kind.NUMBER
    if (kind := _scalar_kind(value) or kind_of_cell(value)) is not None:
        return kind
    if isinstance(value, list | tuple) or type(value).__name__ in ("ndarray", "Tensor"):
        first = next(iter(value), None) if getattr(value, "ndim", 1) == 1 else None
        first = getattr(first, "dtype", None) or first  # of a tensor each number is one, too
        return Kind.EMBEDDING if isinstance(first, float) or "float" in f"{type(first).__name__} {first}" else None
    return None


def _is_empty_list(value: Any) -> bool:
    """True for a cell in which nothing was found, such as no box; it may be of any kind that is a list."""
    return (isinstance(value, list | tuple) or type(value).__name__ == "ndarray") and len(value) == 0


def _missing(value: Any) -> bool:
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )
