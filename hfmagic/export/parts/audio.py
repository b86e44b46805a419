"""Sound: speech to text, and text to speech."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch

from ...kinds import Audio


@torch.inference_mode()
def transcribe(sounds: list[Any], processor: Any, model: Any) -> list[str | None]:
    """What is said in each sound; longer ones than 30 s window by window, by Whisper's own long-form algorithm."""
    rate = processor.feature_extractor.sampling_rate
    found: dict[int, str] = {}
    for batch in batches([seconds(sound) for sound in sounds]):
        opened = {i: sound for i in batch if (sound := mono(sounds[i], rate)) is not None}
        if not opened:
            continue
        long = max(map(len, opened.values())) > 30 * rate
        options = {"truncation": False, "padding": "longest"} if long else {}
        inputs = processor(
            list(opened.values()), sampling_rate=rate, return_tensors="pt", return_attention_mask=True, **options
        )
        ids = model.generate(**inputs.to(model.device), return_timestamps=long)
        found.update(zip(opened, processor.batch_decode(ids, skip_special_tokens=True), strict=True))
    return [found[i].strip() if i in found else None for i in range(len(sounds))]


def batches(lengths: list[int]) -> list[list[int]]:
    """Positions in batches, the shortest first: at most eight, and 120 s with the silence that fills them up."""
    found: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not found or len(found[-1]) == 8 or (len(found[-1]) + 1) * lengths[i] > 120:
            found.append([])
        found[-1].append(i)
    return found


def seconds(sound: Any) -> int:
    """The length of a sound in whole seconds, at least 1; of a file without reading it."""
    try:
        if isinstance(sound, str | Path):
            return max(1, math.ceil(float(soundfile.info(sound).duration)))
        samples, rate = samples_of(sound)
        return max(1, math.ceil(len(samples) / rate))
    except (soundfile.LibsndfileError, OSError, TypeError):
        return 1


def mono(sound: Any, rate: int) -> np.ndarray | None:
    """Samples of shape (n,), float32 in -1…1, at the rate in Hz; None for what cannot be read."""
    try:
        samples, found = samples_of(sound)
    except (soundfile.LibsndfileError, OSError, TypeError):
        return None
    if samples.ndim == 2:
        samples = samples.mean(axis=1 if samples.shape[0] >= samples.shape[1] else 0)
    samples = np.clip(np.nan_to_num(samples), -1, 1)
    return (samples if found == rate else np.asarray(soxr.resample(samples, found, rate))) if samples.size else None


def samples_of(sound: Any) -> tuple[np.ndarray, int]:
    """Samples, float32, and their rate in Hz: of a file, a `datasets` dict, or a pair."""
    if isinstance(sound, str | Path):
        samples, rate = soundfile.read(sound, dtype="float32", always_2d=True)
        return samples, rate
    first, second = (sound["array"], sound["sampling_rate"]) if isinstance(sound, Mapping) else sound
    samples, rate = (np.asarray(first), second) if np.ndim(first) else (np.asarray(second), first)
    if samples.dtype.kind == "i":
        samples = samples / np.iinfo(samples.dtype).max
    return samples.astype(np.float32), rate


@torch.inference_mode()
def speak(text: str, tokenizer: Any, model: Any) -> dict[str, Any]:
    """The text read aloud: samples, and the model's own rate in Hz."""
    torch.manual_seed(0)  # VITS draws noise: the same text gives the same sound
    wave = model(**tokenizer(text, return_tensors="pt").to(model.device)).waveform[0]  # (samples,)
    return {"array": wave.cpu().numpy(), "sampling_rate": model.config.sampling_rate}


def open_audio(sound: Any) -> Audio | None:
    """A file, a `datasets` dict or a pair as mono sound at its own rate; None for what cannot be read."""
    try:
        samples, rate = samples_of(sound)
    except (soundfile.LibsndfileError, OSError, TypeError):
        return None
    found = mono((samples, rate), rate)
    return Audio(found, int(rate)) if found is not None else None


def as_dict(sound: Audio | None) -> dict[str, Any] | None:
    """Sound as `datasets` has it: samples, and their rate in Hz."""
    return {"array": sound.samples, "sampling_rate": sound.sampling_rate} if sound else None
