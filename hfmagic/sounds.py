"""Sound as mono samples, from files and arrays, at the rate that is wanted. Knows no path that may not be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UnknownKind
from .files import Held
from .kinds import Audio
from .mpeg import samples_held, samples_named

if TYPE_CHECKING:
    import numpy as np

MAX_RATE = 1_000_000  # Hz
MAX_SAMPLES = 100_000_000  # of one sound, mono: 400 MB, 1.7 h at 16 kHz; few bytes of silence hold years
_BLOCK = 1 << 20  # samples read at once, of all channels
# What libsndfile notes of a file that ends before its sound does: WAV, W64, AIFF and AU; RF64.
_CUT = (
    (re.compile(r"^ ?(?:data|riff|SSND|  Data Size) +: (?P<named>\d+) \(should be (?P<there>\d+)\)", re.M), "bytes"),
    (re.compile(r"frame count (?P<there>\d+) does not match value from 'ds64' chunk of (?P<named>\d+)"), "samples"),
)
_WITHIN_A_PAGE = (
    "lacks an end-of-stream bit",
    "Junk after the last page",
)  # Ogg: a stream that was recorded has whole pages
_UNKNOWN = 0x7F000000  # bytes; such lengths are written where a sound is made into a pipe
_MISSED = 0.01  # of a sound: less is let go
_PADDING = 4 * 1152  # samples that an MP3 has before and after its sound


def open_audio(path: Path | Held) -> Audio:
    """A sound as mono float32 in -1…1 at its own rate (Hz). Raises: UnknownKind."""
    import numpy as np
    import soundfile

    try:
        with path.open("rb") as file, soundfile.SoundFile(file) as sound:
            _check_length(len(sound), sound.samplerate, path.name)
            info = sound.extra_info
            _check_whole(info, path.name)
            samples, rate, read = np.empty(len(sound), np.float32), int(sound.samplerate), 0
            room = np.empty((max(1, _BLOCK // sound.channels), sound.channels), np.float32)
            with np.errstate(all="ignore"):  # samples may be infinite; they are bounded below
                # Not sound.blocks: where a decoder stops early it gives what lay in memory as if it were read.
                while len(block := sound.read(out=room[: len(samples) - read])):
                    block.mean(axis=1, out=samples[read : read + len(block)])
                    read += len(block)
            if "MPEG" in info:
                file.seek(0)
                _check_read(file.read(), read, path.name)
            elif read < len(samples) * (1 - _MISSED):
                raise UnknownKind(f"{path.name[-60:]} is cut: {read:,} of its {len(samples):,} samples can be read.")
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
    with np.errstate(all="ignore"):  # samples may be infinite, or of float64; they are bounded below
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
    for note, unit in _CUT:
        if found := note.search(info):
            named, there = int(found["named"]), int(found["there"])
            if there < named * (1 - _MISSED) and named < _UNKNOWN:
                raise UnknownKind(f"{name[-60:]} is cut: {there:,} of the {named:,} {unit} of its sound are there.")
    if all(words in info for words in _WITHIN_A_PAGE):
        raise UnknownKind(f"{name[-60:]} is cut: it ends within a page of its sound.")


def _check_read(content: bytes, read: int, name: str) -> None:
    """Raises UnknownKind for an MP3 of which fewer samples were read than it names, or than it has."""
    held, named = samples_held(content), samples_named(content)
    slack = max(held * _MISSED, _PADDING)
    if named and held + slack < named:
        raise UnknownKind(f"{name[-60:]} is cut: {held:,} of the {named:,} samples of its sound are there.")
    if read + slack < held:
        what = f"{name[-60:]} names a wrong length: {read:,} of its {held:,} samples can be read."
        raise UnknownKind(what, hint="convert it to FLAC or WAV")


def _check_length(samples: int, sampling_rate: int, name: str) -> None:
    if samples > MAX_SAMPLES:
        hours = samples / max(sampling_rate, 1) / 3600
        most = f"{MAX_SAMPLES:,} samples, {MAX_SAMPLES / 16_000 / 3600:.1f} h at 16 kHz"
        raise UnknownKind(f"{name[-60:]} is {hours:.1f} h long: more than {most}.", hint="cut it first")
