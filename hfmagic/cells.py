"""What a value is in a cell of a frame, as plain data, and back from there. Knows no frame.

| kind | in pandas | in polars and Arrow |
| --- | --- | --- |
| spans | list of dicts: label, score, start, end, text | list of structs |
| boxes | list of dicts: label, score, xmin, ymin, xmax, ymax | list of structs |
| mask | list of dicts: label, score, height, width, counts | list of structs |
| image | the picture | struct of bytes (PNG; TIFF for decimals) and path, as `datasets` has it |
| audio | dict: array (float32), sampling_rate | struct of bytes (WAV, float32) and path |
| video | the Video | struct of bytes (animated WebP, lossless) and path |
| embedding | list of floats | list of floats |

`counts` of a mask are the lengths of its runs down the columns, the first one of what is outside: COCO's uncompressed
run-length encoding, which pycocotools reads. They are never more than the pixels, and mostly far fewer.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import UnknownKind
from .kinds import Audio, Box, Kind, Mask, Span, Video

if TYPE_CHECKING:
    import narwhals as nw
    import numpy as np

_SPAN = ("label", "score", "start", "end", "text")
_BOX = ("label", "score", "xmin", "ymin", "xmax", "ymax")
_MASK = ("label", "score", "height", "width", "counts")
_KEYS: Mapping[Kind, tuple[str, ...]] = {Kind.SPANS: _SPAN, Kind.BOXES: _BOX, Kind.MASK: _MASK}
MOST_PIXELS = 1_000_000_000  # of the masks of a cell, a byte each: few counts hold any number of them
_PNG_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "P"})


def as_cell(value: Any, kind: Kind | None, *, objects: bool) -> Any:
    """A value as it stands in a frame; None stays None, and a list becomes a list of cells.

    Args:
        objects: True where cells can hold any object, as in pandas.
    """
    if value is None:
        return None
    if kind is not None and kind in _KEYS:
        items = [value] if isinstance(value, Span | Box | Mask) else value
        return [
            _RECORDS[kind](v) if isinstance(v, Span | Box | Mask) else as_cell(v, kind, objects=objects) for v in items
        ]
    if isinstance(value, list) or (isinstance(value, tuple) and isinstance(next(iter(value), None), Span | Box | Mask)):
        return [as_cell(v, kind, objects=objects) for v in value]
    if isinstance(value, Span | Box | Mask):  # of a list that a step ran over
        return _RECORDS[_KINDS[type(value)]](value)
    if isinstance(value, Audio):
        if objects:
            return {"array": value.samples, "sampling_rate": value.sampling_rate}
        return _stored(_wav(value))
    if isinstance(value, Video):
        return value if objects else _stored(_animation(value))
    if kind is Kind.IMAGE and hasattr(value, "save"):
        return value if objects else _stored(_picture(value))
    if isinstance(value, str):
        return str(value)  # a Transcript, too
    return value.tolist() if hasattr(value, "tolist") else value


def dtype_of(kind: Kind | None) -> Any:
    """The narwhals dtype of such cells outside pandas; None where the values say it."""
    import narwhals as nw

    text, number, whole = nw.String(), nw.Float64(), nw.Int64()
    box = nw.Struct({n: text if n == "label" else number for n in _BOX})
    span = nw.Struct(dict(zip(_SPAN, (text, number, whole, whole, text), strict=True)))
    mask = nw.Struct(dict(zip(_MASK, (text, number, whole, whole, nw.List(whole)), strict=True)))
    stored = nw.Struct({"bytes": nw.Binary(), "path": text})
    known: Mapping[Kind, nw.dtypes.DType] = {
        Kind.TEXT: text,
        Kind.NUMBER: number,
        Kind.SPANS: nw.List(span),
        Kind.BOXES: nw.List(box),
        Kind.MASK: nw.List(mask),
        Kind.IMAGE: stored,
        Kind.AUDIO: stored,
        Kind.VIDEO: stored,
    }
    return known.get(kind) if kind else None


def kind_of_cell(cell: Any) -> Kind | None:
    """SPANS, BOXES or MASK for a cell that `as_cell` gave, or one like it; None for others, an empty one too."""
    if isinstance(cell, str | bytes | Mapping) or not isinstance(cell, Iterable) or getattr(cell, "ndim", 1) != 1:
        return None
    first = next(iter(cell), None)
    if not isinstance(first, Mapping):
        return None
    needed = {kind: set(keys) - {"score", "text"} for kind, keys in _KEYS.items()}
    return next((kind for kind, keys in needed.items() if keys <= set(first)), None)


def from_cell(cell: Any, kind: Kind | None) -> Any:
    """The spans, boxes or masks that a cell holds; of any other kind it as it is. Raises: UnknownKind."""
    if cell is None or kind is None or kind not in _KEYS:
        return cell
    if isinstance(cell, str | bytes | Mapping) or not isinstance(cell, Iterable):
        raise UnknownKind(f"a {type(cell).__name__}, wanted a list of {kind}")
    found, pixels = [], 0
    for one in cell:
        if kind is Kind.MASK and isinstance(one, Mapping):
            pixels += _pixels(one)
            if pixels > MOST_PIXELS:
                raise UnknownKind(f"masks of more than {MOST_PIXELS:,} pixels")
        found.append(_item(one, kind))
    return tuple(found)


def _item(one: Any, kind: Kind) -> Any:
    if isinstance(one, Span | Box | Mask):
        return one
    if not isinstance(one, Mapping):
        raise UnknownKind(f"a {type(one).__name__} among {kind}, wanted a dict of {', '.join(_KEYS[kind])}")
    try:
        return _READERS[kind](one)
    except KeyError as error:
        raise UnknownKind(f"one of {kind} lacks {error}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise UnknownKind(f"one of {kind} is damaged: {error}") from None


def _pixels(mask: Mapping[str, Any]) -> int:
    """What a mask would take; 0 where that cannot be told, and reading it will say why."""
    try:
        return max(0, int(mask["height"]) * int(mask["width"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0


def _span(span: Span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in _SPAN}


def _box(box: Box) -> dict[str, Any]:
    return {name: getattr(box, name) for name in _BOX}


def _mask(mask: Mask) -> dict[str, Any]:
    height, width = mask.mask.shape
    return dict(zip(_MASK, (mask.label, mask.score, height, width, _runs(mask.mask)), strict=True))


def _runs(mask: np.ndarray) -> list[int]:
    import numpy as np

    flat = np.concatenate([[False], mask.astype(bool).ravel(order="F")])
    borders = np.flatnonzero(flat[1:] != flat[:-1])
    found: list[int] = np.diff(np.concatenate([[0], borders, [mask.size]])).tolist()
    return found


def _unrun(height: int, width: int, counts: Iterable[int]) -> np.ndarray:
    import numpy as np

    runs = [int(count) for count in counts]
    if height < 0 or width < 0 or min(runs, default=0) < 0 or sum(runs) != height * width:
        raise ValueError(f"its counts are not those of {height} × {width} pixels")
    lengths = np.asarray(runs, dtype=np.int64)
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return flat.reshape((height, width), order="F")


_KINDS: Mapping[type, Kind] = {Span: Kind.SPANS, Box: Kind.BOXES, Mask: Kind.MASK}
_RECORDS: Mapping[Kind, Callable[[Any], dict[str, Any]]] = {Kind.SPANS: _span, Kind.BOXES: _box, Kind.MASK: _mask}


def _score(cell: Mapping[str, Any]) -> float:
    score = cell.get("score")
    return float("nan") if score is None else float(score)


_READERS: Mapping[Kind, Callable[[Mapping[str, Any]], Any]] = {
    Kind.SPANS: lambda c: Span(str(c["label"]), _score(c), int(c["start"]), int(c["end"]), str(c.get("text") or "")),
    Kind.BOXES: lambda c: Box(str(c["label"]), _score(c), *(float(c[n]) for n in _BOX[2:])),
    Kind.MASK: lambda c: Mask(str(c["label"]), _score(c), _unrun(int(c["height"]), int(c["width"]), c["counts"])),
}


def _stored(content: bytes) -> dict[str, Any]:
    return {"bytes": content, "path": None}


def _wav(sound: Audio) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.sampling_rate, format="WAV", subtype="FLOAT")
    return file.getvalue()


def _picture(image: Any) -> bytes:
    """PNG, or TIFF of a mode that PNG does not hold, such as a depth map's; both lose nothing."""
    file = io.BytesIO()
    image.save(file, format="PNG" if image.mode in _PNG_MODES else "TIFF")
    return file.getvalue()


def _animation(video: Video) -> bytes:
    import PIL.Image

    file = io.BytesIO()
    first, *others = [PIL.Image.fromarray(frame) for frame in video.frames]
    shown = round(1000 / video.frames_per_second) if video.frames_per_second else 100  # milliseconds
    first.save(file, format="WEBP", save_all=True, append_images=others, duration=shown, lossless=True, method=0)
    return file.getvalue()
