"""Results of a kind as Arrow columns and back, bit for bit. Knows no file.

A value that its columns do not hold exactly does not fit: a score that is no Python float, a picture with EXIF. Frames'
cells (`cells.py`) are for readers; they are not exact for whatever a model may give (the rate of a video in
milliseconds, a picture's `info`), and slower.

| kind | columns |
| --- | --- |
| labels, spans, boxes | a list of structs, the fields of Label, Span, Box |
| mask | a list of structs: label, score, height, width, bits (eight pixels a byte, row by row) |
| text | text; segments: a list of structs, null for a text that is no Transcript |
| number | number (double) or whole (int64), the other one null |
| embedding | dtype, shape, data |
| image | mode, width, height, data |
| audio, video | dtype, shape, data, rate |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ..kinds import Audio, Box, Kind, Label, Mask, Segment, Span, Transcript, Video
from .records import Record, is_number, is_text, is_whole, objects, record_of

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Columns = Mapping[str, Any]
_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16"})
MOST_VALUE_BYTES = 1 << 29  # of one value; Arrow's offsets end at 2 GiB, and a column holds several


def _bits(mask: Mask) -> bytes:
    import numpy as np

    return np.packbits(mask.mask).tobytes()


def _mask(label: str, score: float, height: int, width: int, bits: bytes) -> Mask:
    import numpy as np

    pixels = np.unpackbits(np.frombuffer(bits, np.uint8), count=height * width).view(bool)
    return Mask(label, score, pixels.reshape(height, width))


_BOX = {"label": "string", **dict.fromkeys(("score", "xmin", "ymin", "xmax", "ymax"), "double")}
_SPAN = {"label": "string", "score": "double", "start": "int64", "end": "int64", "text": "string"}
_RECORDS: Mapping[Kind, Record] = {
    Kind.LABELS: record_of(Label, {"label": "string", "score": "double"}),
    Kind.SPANS: record_of(Span, _SPAN),
    Kind.BOXES: record_of(Box, _BOX),
    Kind.MASK: Record(
        Mask,
        {
            "label": ("string", attrgetter("label"), is_text),
            "score": ("double", attrgetter("score"), is_number),
            "height": ("int64", lambda m: m.mask.shape[0], is_whole),
            "width": ("int64", lambda m: m.mask.shape[1], is_whole),
            "bits": ("binary", _bits, lambda _: True),
        },
        _mask,
    ),
}
_SEGMENT = {"text": "string", "start": "double", "end": "double"}
_TIMED = record_of(Segment, _SEGMENT).with_gaps("end")


def _fits_masks(value: Any) -> bool:
    import numpy as np

    return type(value) is tuple and all(
        type(m) is Mask
        and type(m.mask) is np.ndarray
        and m.mask.dtype == np.bool_
        and m.mask.ndim == 2
        and m.mask.size < MOST_VALUE_BYTES
        and is_text(m.label)
        and is_number(m.score)
        for m in value
    )


@dataclass(frozen=True)
class _Form:
    """How the values of a kind stand in columns: their Arrow types, which values fit, there and back."""

    types: Callable[[], dict[str, Any]]
    fits: Callable[[Any], bool]
    pack: Callable[[Sequence[Any]], dict[str, Any]]
    unpack: Callable[[Columns], list[Any]]


def _records(record: Record) -> _Form:
    return _Form(
        lambda: {"items": record.arrow()},
        record.fit,
        lambda values: {"items": record.pack(values)},
        lambda columns: record.unpack(columns["items"]),
    )


def _fits_text(value: Any) -> bool:
    if type(value) is Transcript:
        return is_text(str(value)) and _TIMED.fit(value.segments)
    return is_text(value)


def _pack_texts(values: Sequence[str]) -> dict[str, Any]:
    segments = [v.segments if isinstance(v, Transcript) else None for v in values]
    return {"text": [str(v) for v in values], "segments": _TIMED.pack(segments)}


def _unpack_texts(columns: Columns) -> list[Any]:
    texts, segments = columns["text"].to_pylist(), columns["segments"]
    if segments.null_count == len(texts):
        return list(texts)
    timed = zip(texts, _TIMED.unpack(segments), segments.is_valid().to_pylist(), strict=True)
    return [Transcript(text, items) if is_timed else text for text, items, is_timed in timed]


def _is_array(value: Any) -> bool:
    import numpy as np

    if type(value) is not np.ndarray or value.dtype.kind not in "biuf" or not value.dtype.isnative:
        return False
    return value.nbytes < MOST_VALUE_BYTES


def _pack_arrays(arrays: Sequence[np.ndarray]) -> dict[str, Any]:
    return {
        "dtype": [a.dtype.str for a in arrays],
        "shape": [a.shape for a in arrays],
        "data": [a.tobytes() for a in arrays],
    }


def _unpack_arrays(columns: Columns) -> list[Any]:
    import numpy as np

    parts = (objects(columns["dtype"]), columns["shape"].to_pylist(), columns["data"].to_pylist())
    return [np.frombuffer(bytearray(data), dtype).reshape(shape) for dtype, shape, data in zip(*parts, strict=True)]


def _array_types(rate: str = "") -> dict[str, Any]:
    import pyarrow as pa

    found = {"dtype": pa.string(), "shape": pa.list_(pa.int64()), "data": pa.binary()}
    return found | ({"rate": pa.type_for_alias(rate)} if rate else {})


def _recording(of: type, array: str, rate: str, alias: str) -> _Form:
    """Audio or Video: an array and its rate."""
    array_of, rate_of = attrgetter(array), attrgetter(rate)
    is_rate = is_whole if alias == "int64" else is_number
    return _Form(
        lambda: _array_types(alias),
        lambda value: type(value) is of and _is_array(array_of(value)) and is_rate(rate_of(value)),
        lambda values: _pack_arrays([array_of(v) for v in values]) | {"rate": [rate_of(v) for v in values]},
        lambda columns: list(map(of, _unpack_arrays(columns), objects(columns["rate"]))),
    )


def _is_plain_image(value: Any) -> bool:
    import PIL.Image

    if type(value) is not PIL.Image.Image or value.mode not in _MODES or value.info:
        return False
    return value.width * value.height * 4 < MOST_VALUE_BYTES


def _image_types() -> dict[str, Any]:
    import pyarrow as pa

    return {"mode": pa.string(), "width": pa.int64(), "height": pa.int64(), "data": pa.binary()}


def _pack_images(values: Sequence[Any]) -> dict[str, Any]:
    get = {"mode": attrgetter("mode"), "width": attrgetter("width"), "height": attrgetter("height")}
    return {n: list(map(f, values)) for n, f in get.items()} | {"data": [v.tobytes() for v in values]}


def _unpack_images(columns: Columns) -> list[Any]:
    import PIL.Image

    parts = zip(*(columns[name].to_pylist() for name in ("mode", "width", "height", "data")), strict=True)
    return [PIL.Image.frombytes(mode, (width, height), data) for mode, width, height, data in parts]


def _text_types() -> dict[str, Any]:
    import pyarrow as pa

    return {"text": pa.string(), "segments": _TIMED.arrow()}


def _number_types() -> dict[str, Any]:
    import pyarrow as pa

    return {"number": pa.float64(), "whole": pa.int64()}


def _pack_numbers(values: Sequence[Any]) -> dict[str, Any]:
    return {
        "number": [v if type(v) is float else None for v in values],
        "whole": [v if type(v) is int else None for v in values],
    }


def _unpack_numbers(columns: Columns) -> list[Any]:
    pairs = zip(columns["number"].to_pylist(), columns["whole"].to_pylist(), strict=True)
    return [whole if number is None else number for number, whole in pairs]


_FORMS: Mapping[Kind, _Form] = {
    **{kind: _records(record) for kind, record in _RECORDS.items()},
    Kind.MASK: replace(_records(_RECORDS[Kind.MASK]), fits=_fits_masks),
    Kind.TEXT: _Form(_text_types, _fits_text, _pack_texts, _unpack_texts),
    Kind.NUMBER: _Form(_number_types, lambda v: is_number(v) or is_whole(v), _pack_numbers, _unpack_numbers),
    Kind.EMBEDDING: _Form(_array_types, _is_array, _pack_arrays, _unpack_arrays),
    Kind.IMAGE: _Form(_image_types, _is_plain_image, _pack_images, _unpack_images),
    Kind.AUDIO: _recording(Audio, "samples", "sampling_rate", "int64"),
    Kind.VIDEO: _recording(Video, "frames", "frames_per_second", "double"),
}
KINDS = frozenset(_FORMS)
"""Kinds whose values can be kept."""


def fits(value: Any, kind: Kind) -> bool:
    """Whether columns of this kind hold the value exactly."""
    return _FORMS[kind].fits(value)


@cache
def schema(kind: Kind) -> pa.Schema:
    """The columns of a kind."""
    import pyarrow as pa

    return pa.schema(_FORMS[kind].types())


def pack(values: Sequence[Any], kind: Kind) -> pa.RecordBatch:
    """Values that fit, one a row."""
    import pyarrow as pa

    columns, wanted = _FORMS[kind].pack(values), schema(kind)
    return pa.record_batch([pa.array(columns[f.name], f.type) for f in wanted], schema=wanted)


def unpack(batch: pa.RecordBatch, kind: Kind) -> list[Any]:
    """The values, each as it was packed."""
    return _FORMS[kind].unpack(dict(zip(batch.schema.names, batch.columns, strict=True)))
