"""What every runner that hears needs: the sound at the model's rate, its length, windows of it, batches of these."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InvalidPlan, UnknownKind
from ..kinds import Audio
from ..media import length_of, resample
from ..models import Loaded
from ..tasks.languages import code_in
from .stacked import to_model

if TYPE_CHECKING:
    import numpy as np

RATE = 16_000  # Hz, where an extractor names none
SHORTEST = 0.03  # s: one window of a spectrogram, or of the convolutions of wav2vec 2.0, is 25 ms
SILENCE = 1e-4  # -80 dB: nobody speaks below it, and Whisper makes words up


def seconds_of(loaded: Loaded, sounds: Sequence[Any]) -> list[int]:
    """Length of each sound, opened or not, in whole seconds: its share of a batch."""
    return [max(1, math.ceil(length_of(sound))) for sound in sounds]


def extractor_of(loaded: Loaded) -> Any:
    """What makes features of samples, also where it is part of a processor."""
    return getattr(loaded.processor, "feature_extractor", loaded.processor)


def rate_of(loaded: Loaded) -> int:
    """Hz that the model hears."""
    return int(getattr(extractor_of(loaded), "sampling_rate", RATE))


def heard(loaded: Loaded, sound: Audio) -> np.ndarray:
    """The samples of a sound at the model's rate: shape (n,), float32.

    Raises: UnknownKind for a sound without samples, or shorter than SHORTEST.
    """
    if sound.seconds < SHORTEST:
        raise UnknownKind(f"sound of {sound.seconds * 1000:.0f} ms: too short, wanted {SHORTEST * 1000:.0f} ms or more")
    samples: np.ndarray = resample(sound, rate_of(loaded)).samples
    return samples


@dataclass(frozen=True)
class Heard:
    """A sound as a model hears it: samples at its rate, of shape (n,), and the seconds of the recording."""

    samples: np.ndarray
    seconds: float


def is_silent(samples: np.ndarray) -> bool:
    """True where nothing can be heard."""
    return float(abs(samples).max(initial=0.0)) < SILENCE


def windows(samples: np.ndarray, size: int) -> list[np.ndarray]:
    """All of a sound in windows of `size` samples, evenly spread, the last ends where it ends; a short one is whole."""
    if len(samples) <= size:
        return [samples]
    count = math.ceil(len(samples) / size)
    return [
        samples[start : start + size]
        for start in (round(i * (len(samples) - size) / (count - 1)) for i in range(count))
    ]


def quiet_cuts(samples: np.ndarray, rate: int, *, most: float) -> list[tuple[int, int]]:
    """Where to cut a sound into pieces of at most `most` seconds: (start, end) in samples, without gap or overlap.

    Each cut is at the quietest 0.1 s of the last third of a piece, which is rarely within a word.
    """
    size, step = int(most * rate), max(1, rate // 10)
    cuts = [0]
    while len(samples) - cuts[-1] > size:
        first = cuts[-1] + 2 * size // 3
        frames = samples[first : cuts[-1] + size]
        frames = frames[: len(frames) // step * step].reshape(-1, step)
        cuts.append(first + int((frames**2).mean(axis=1).argmin()) * step + step // 2)
    return list(zip(cuts, [*cuts[1:], len(samples)], strict=True))


def like_length(pieces: Sequence[np.ndarray], most: int) -> Iterator[list[int]]:
    """Positions of pieces of the same length, at most `most` together: none is padded, so none changes another."""
    by_length: dict[int, list[int]] = {}
    for i, piece in enumerate(pieces):
        by_length.setdefault(len(piece), []).append(i)
    for places in by_length.values():
        for start in range(0, len(places), most):
            yield places[start : start + most]


def features(loaded: Loaded, pieces: Sequence[np.ndarray], **options: Any) -> dict[str, Any]:
    """The extractor's tensors of pieces, on the model's device; numbers in its dtype."""
    return to_model(loaded, extracted(loaded, pieces, **options))


def extracted(loaded: Loaded, pieces: Sequence[np.ndarray], **options: Any) -> dict[str, Any]:
    """The extractor's tensors of pieces, on the CPU."""
    return dict(extractor_of(loaded)(list(pieces), sampling_rate=rate_of(loaded), return_tensors="pt", **options))


def check_language(loaded: Loaded, wanted: str) -> None:
    """Raises InvalidPlan where the model's card says what it hears, and it is something else."""
    known = loaded.facts.languages
    if wanted.strip() and known and "multilingual" not in known and code_in(wanted, known) is None:
        raise InvalidPlan(f"{loaded.facts.model_id} hears {', '.join(known)[:60]}, not {wanted}.")
