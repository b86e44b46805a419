"""Sound as mono samples, from files and arrays, at the rate that is wanted. Knows no path that may not be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UnknownKind
from .files import Held
from .kinds import Audio

if TYPE_CHECKING:
    import numpy as np

MAX_RATE = 1_000_000  # Hz
MAX_SAMPLES = 100_000_000  # of one sound, mono: 400 MB, 1.7 h at 16 kHz; few bytes of silence hold years
_BLOCK = 1 << 20  # samples read at once, of all channels
# What libsndfile notes of a WAV, AIFF or AU file that ends before its sound does: bytes named, bytes there.
_CUT = re.compile(r"^ ?(?:data|SSND|  Data Size) +: (\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN = 0x7F000000  # bytes; such lengths are written where a sound is made into a pipe
_MISSED = 0.01  # of a sound: less is let go


def open_audio(path: Path | Held) -> Audio:
    """A sound as mono float32 in -1…1 at its own rate (Hz). Raises: UnknownKind."""
    import numpy as np
    import soundfile

    try:
        with path.open("rb") as file, soundfile.SoundFile(file) as sound:
            _check_length(len(sound), sound.samplerate, path.name)
            _check_whole(sound.extra_info, path.name)
            samples, rate, read = np.empty(len(sound), np.float32), int(sound.samplerate), 0
            for block in sound.blocks(max(1, _BLOCK // sound.channels), dtype="float32", always_2d=True):
                block.mean(axis=1, out=samples[read : read + len(block)])
                read += len(block)
    except (soundfile.LibsndfileError, OSError, ValueError, RuntimeError) as error:
        raise UnknownKind(f"{path.name} is not readable sound ({type(error).__name__}).") from None
    _check(samples[:read], rate)
    return Audio(_within_bounds(samples[:read]), rate)


def seconds_of_file(path: Path | Held) -> float:
    """Length of a sound file; 0 where that cannot be told."""
    import soundfile

    try:
        with path.open("rb") as file, soundfile.SoundFile(file) as sound:
            return len(sound) / sound.samplerate if sound.samplerate else 0.0
    except (soundfile.LibsndfileError, OSError, ValueError, RuntimeError):
        return 0.0  # opening it will say why


def as_audio(samples: Any, sampling_rate: int) -> Audio:
    """Samples of shape (n,) or (n, channels), any dtype, as mono float32; integers are scaled to -1…1.

    What is no number becomes silence. Raises: UnknownKind.
    """
    import numpy as np

    array = np.asarray(samples)
    _check(array, sampling_rate)
    if array.dtype.kind == "i":
        array = array / np.iinfo(array.dtype).max
    elif array.dtype.kind == "u":  # silence is the middle
        middle = (np.iinfo(array.dtype).max + 1) // 2
        array = (array.astype(np.float64) - middle) / middle
    array = array.astype(np.float32)  # a copy, always: the samples are the user's
    if array.ndim == 2:
        array = array.mean(axis=1 if array.shape[0] >= array.shape[1] else 0)
    return Audio(_within_bounds(array), int(sampling_rate))


def _check(array: np.ndarray, sampling_rate: int) -> None:
    """Raises UnknownKind for what is no sound."""
    import numpy as np

    if array.dtype.kind not in "iuf" or not 0 < sampling_rate <= MAX_RATE:
        raise UnknownKind(f"sound of {array.dtype} at {sampling_rate} Hz; wanted numbers and a rate in Hz.")
    if not array.size:
        raise UnknownKind("sound without a sample.")
    if array.ndim not in (1, 2):
        raise UnknownKind(f"sound of shape {array.shape}; wanted (n,) or (n, channels).")
    _check_length(max(array.shape), sampling_rate, "a sound")
    if array.dtype.kind == "f" and not np.isfinite(array).any():
        raise UnknownKind("sound of which no sample is a number (NaN).")


def _within_bounds(samples: np.ndarray) -> np.ndarray:
    """The same array, in -1…1 and without what is no number: of an hour's sound every copy counts."""
    import numpy as np

    for start in range(0, len(samples), _BLOCK):
        part = samples[start : start + _BLOCK]
        np.nan_to_num(part, copy=False)
        np.clip(part, -1.0, 1.0, out=part)
    return samples


def resample(audio: Audio, sampling_rate: int) -> Audio:
    """The sound at another rate (Hz), by soxr's high-quality resampler."""
    if audio.sampling_rate == sampling_rate:
        return audio
    import soxr

    return Audio(soxr.resample(audio.samples, audio.sampling_rate, sampling_rate), sampling_rate)


def _check_whole(info: str, name: str) -> None:
    """Raises UnknownKind for a file that was cut: what is left of it would pass for all of it."""
    if found := _CUT.search(info):
        named, there = map(int, found.groups())
        if there < named * (1 - _MISSED) and named < _UNKNOWN:
            raise UnknownKind(f"{name[-60:]} is cut: {there:,} of the {named:,} bytes of its sound are there.")


def _check_length(samples: int, sampling_rate: int, name: str) -> None:
    if samples > MAX_SAMPLES:
        hours = samples / max(sampling_rate, 1) / 3600
        most = f"{MAX_SAMPLES:,} samples, {MAX_SAMPLES / 16_000 / 3600:.1f} h at 16 kHz"
        raise UnknownKind(f"{name[-60:]} is {hours:.1f} h long: more than {most}.", hint="cut it first")
