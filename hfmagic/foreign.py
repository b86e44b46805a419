"""Pictures, sound and videos as other libraries hold them: told apart without a look at their contents, then made ours.

Knows Pillow, numpy, torch, soundfile's bytes, what `datasets` gives and what IPython displays; imports none of them.
"""

from __future__ import annotations

import base64
import binascii
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UnknownKind
from .files import Held, kind_of_bytes, kind_of_file
from .film import as_video
from .kinds import Audio, Kind, Video
from .pictures import as_rgb
from .sounds import as_audio, seconds_of_file

Content = Path | Held
"""A file to be opened: on disk, where its path is yet to be checked, or in memory."""

LEAST_SIDE = 16  # of an array of decimal numbers with two axes: a smaller one is a table of them
_LOOKED_AT = 64  # values along an axis, to tell whether numbers are those of a picture
_SAMPLES = ("array", "raw", "audio")  # names of the samples in a dict with `sampling_rate`


def kind_of(value: Any) -> Kind | None:
    """IMAGE, AUDIO or VIDEO; None for anything else, a path too. Never raises, and looks at a few numbers at most."""
    return next((kind for form in _FORMS if (kind := form.tell(value)) is not None), None)


def native(value: Any, kind: Kind) -> Any:
    """A value that `kind_of` knows as ours, or as the Content that holds it.

    Returns: an RGB picture, an Audio, a Video, or Content.
    Raises: UnknownKind for one that is no `kind`, or that cannot be one.
    """
    for form in _FORMS:
        if (found := form.tell(value)) is not None:
            made = form.make(value) if found is kind or {found, kind} <= {Kind.IMAGE, Kind.VIDEO} else None
            if made is not None and (found is kind or isinstance(made, Held)):  # an animation is also a picture
                return made
            break
    raise UnknownKind(f"a {type(value).__name__} is no {kind}.")


@dataclass(frozen=True)
class _Form:
    """A way in which libraries hold media: which kind a value is, how it becomes ours, how long a sound is."""

    tell: Callable[[Any], Kind | None]
    make: Callable[[Any], Any]
    seconds: Callable[[Any], float] = lambda _: 0.0


# Ours, and Pillow's


def _is_ours(value: Any) -> Kind | None:
    return Kind.AUDIO if isinstance(value, Audio) else Kind.VIDEO if isinstance(value, Video) else None


def _is_pillow(value: Any) -> Kind | None:
    pil = sys.modules.get("PIL.Image")
    return Kind.IMAGE if pil and isinstance(value, pil.Image) else None


# Files in memory, alone or as a row of `datasets` holds them


def _is_packed(value: Any) -> Kind | None:
    return kind_of_bytes(bytes(value[:32])) if isinstance(value, bytes | bytearray) else None


def _is_stored(value: Any) -> Kind | None:
    if not isinstance(value, Mapping) or not {"bytes", "path"} <= set(value):
        return None
    if isinstance(value["bytes"], bytes):
        return kind_of_bytes(value["bytes"])
    return kind_of_file(Path(value["path"])) if isinstance(value["path"], str) else None


def _stored(value: Mapping[str, Any]) -> Content:
    name = value["path"] if isinstance(value["path"], str) else ""
    return Held(value["bytes"], Path(name).name) if value["bytes"] is not None else Path(name)


# Sound with its rate


def _is_sound(value: Any) -> Kind | None:
    """A dict of samples and `sampling_rate`, or a pair of an array and a whole number, either way round."""
    if isinstance(value, Mapping):
        return Kind.AUDIO if "sampling_rate" in value and any(name in value for name in _SAMPLES) else None
    if isinstance(value, tuple) and len(value) == 2:
        samples, rate = value if _is_array(value[0]) and value[0].ndim else (value[1], value[0])
        sounds = _is_array(samples) and 1 <= samples.ndim <= 2 and _letter(samples) in "iuf"
        return Kind.AUDIO if sounds and (isinstance(rate, int) or _is_whole(rate)) else None
    return None


def _parts(value: Any) -> tuple[Any, Any]:
    """The samples and their rate."""
    if isinstance(value, Mapping):
        return _numpy(next(value[n] for n in _SAMPLES if n in value)), value["sampling_rate"]
    samples, rate = value if _is_array(value[0]) and value[0].ndim else (value[1], value[0])
    return _numpy(samples), int(rate)


def _is_decoder(value: Any) -> Kind | None:
    """torchcodec's, which `datasets` ≥ 4 gives for an Audio feature."""
    named = {c.__name__ for c in type(value).__mro__ if c.__module__.partition(".")[0] == "torchcodec"}
    return Kind.AUDIO if "AudioDecoder" in named else None


def _decoded(value: Any) -> Audio:
    try:
        samples = value.get_all_samples()
    except RuntimeError as error:  # what FFmpeg says of a damaged file
        raise UnknownKind(f"torchcodec cannot read this sound ({type(error).__name__}).") from None
    return as_audio(_numpy(samples.data), int(samples.sample_rate))  # data: (channels, n)


# Arrays of numpy, and tensors of torch


def _is_array(value: Any) -> bool:
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    return bool((np and isinstance(value, np.ndarray)) or (torch and isinstance(value, torch.Tensor)))


def _is_whole(rate: Any) -> bool:
    np = sys.modules.get("numpy")
    return bool(np and isinstance(rate, np.integer))


def _letter(array: Any) -> str:
    """numpy's letter for the sort of number: b, i, u, f; "" for others."""
    if hasattr(array, "detach"):
        name = str(array.dtype).removeprefix("torch.")
        sorts = {"bool": "b", "uint": "u", "int": "i", "float": "f", "bfloat": "f"}
        return sorts.get(name.rstrip("0123456789"), "")
    return str(array.dtype.kind)


def _numpy(array: Any) -> Any:
    """As numpy has it; numbers of 16 bits that numpy lacks as 32."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        return (array.float() if "bfloat" in str(array.dtype) else array).numpy()
    return array


def _channels(array: Any) -> int | None:
    """The axis of the channels: the last one, in torch the first one where both would do; None where there is none."""
    axes = (0, 2) if hasattr(array, "detach") else (2, 0)
    return next((axis for axis in axes if array.shape[axis] in (1, 3, 4)), None)


def _is_pixels(value: Any) -> Kind | None:
    if not _is_array(value) or 0 in value.shape:
        return None
    letter = _letter(value)
    is_byte = str(value.dtype).endswith("uint8")
    if value.ndim == 4:
        return Kind.VIDEO if is_byte and value.shape[3] == 3 and len(value) > 1 else None
    if value.ndim == 2:
        is_picture = is_byte or letter == "b" or str(value.dtype).endswith("uint16")
        is_picture |= letter == "f" and min(value.shape) >= LEAST_SIDE and _looks_like_pixels(value, 1)
        return Kind.IMAGE if is_picture else None
    if value.ndim != 3 or _channels(value) is None or letter not in "biuf":
        return None
    return Kind.IMAGE if is_byte or letter == "b" or _looks_like_pixels(value, 1 if letter == "f" else 65535) else None


def _looks_like_pixels(array: Any, top: int) -> bool:
    """True when a few of its numbers are within 0…top."""
    few = array[tuple(slice(None, None, max(1, n // _LOOKED_AT)) for n in array.shape)]
    return bool(few.min() >= 0) and bool(few.max() <= top)


def _pixels(value: Any) -> Any:
    if value.ndim == 4:
        return as_video(_numpy(value))
    import numpy as np
    import PIL.Image

    array = _numpy(value)
    if array.ndim == 3:
        array = np.moveaxis(array, _channels(value) or 0, 2)
        array = array[:, :, 0] if array.shape[2] == 1 else array  # (h, w) or (h, w, channels)
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not (low >= 0 and high <= 1):  # NaN, too
            raise UnknownKind(f"an array of decimals {low:.3g}…{high:.3g} is no picture; wanted 0…1, or uint8.")
        array = (array * 255).round().astype(np.uint8)
    elif array.dtype.kind == "b":
        array = array.astype(np.uint8) * 255
    elif array.dtype != np.uint8 and array.max() > 255:
        array = (array // 257).astype(np.uint8)  # 16 bits
    return as_rgb(PIL.Image.fromarray(np.ascontiguousarray(array.astype(np.uint8))))


# What IPython displays

_SHOWN = {"Image": Kind.IMAGE, "Audio": Kind.AUDIO, "Video": Kind.VIDEO}


def _is_shown(value: Any) -> Kind | None:
    return _SHOWN.get(type(value).__name__) if type(value).__module__.startswith("IPython.") else None


def _shown(value: Any) -> Content:
    """The data of a display object, else its file; one that only has an address is refused."""
    data = getattr(value, "data", None)
    if isinstance(data, str) and data and kind_of_file(Path(data[-400:])) is None:
        try:
            data = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            data = None
    if isinstance(data, bytes) and data:
        return Held(data, f"this {type(value).__name__}")
    if name := getattr(value, "filename", None) or (data if isinstance(data, str) else ""):
        return Path(name)
    url = getattr(value, "url", None)
    raise UnknownKind(f"this {type(value).__name__} has only a URL; hfmagic opens none." if url else "it has no data.")


def length_of(sound: Any) -> float:
    """Seconds of a sound that may not be open yet; 0 where that cannot be told."""
    if isinstance(sound, Audio):
        return sound.seconds
    if isinstance(sound, Path):
        return seconds_of_file(sound)
    form = next((form for form in _FORMS if form.tell(sound) is Kind.AUDIO), None)
    return form.seconds(sound) if form else 0.0


def _seconds_held(value: Any) -> float:
    """Of what holds a file; one on disk is yet to be checked, so it is not looked at."""
    content = native(value, Kind.AUDIO)
    return seconds_of_file(content) if isinstance(content, Held) else 0.0


def _seconds_of_samples(value: Any) -> float:
    samples, rate = _parts(value)
    try:
        count = max(samples.shape) if hasattr(samples, "shape") else len(samples)
        seconds = count / max(float(rate), 1.0)
    except (TypeError, ValueError):
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0


_FORMS = (
    _Form(_is_ours, lambda value: value),
    _Form(_is_pillow, as_rgb),
    _Form(_is_packed, lambda value: Held(bytes(value)), _seconds_held),
    _Form(_is_stored, _stored, _seconds_held),
    _Form(_is_sound, lambda value: as_audio(*_parts(value)), _seconds_of_samples),
    _Form(_is_pixels, _pixels),
    _Form(_is_shown, _shown, _seconds_held),
    _Form(_is_decoder, _decoded, lambda value: float(value.metadata.duration_seconds or 0.0)),
)
