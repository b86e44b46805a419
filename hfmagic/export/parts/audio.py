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


def read_sound(sound: Any) -> dict[str, Any] | None:
    """A sound as mono samples and their rate in Hz: from a file, a `datasets` dict, or a pair; None if unreadable."""
    try:
        samples, rate = open_sound(sound)
    except (soundfile.LibsndfileError, OSError):
        return None
    if samples.ndim == 2:
        samples = samples.mean(axis=1 if samples.shape[0] >= samples.shape[1] else 0)
    samples = np.clip(np.nan_to_num(samples), -1.0, 1.0)
    return {"array": samples, "sampling_rate": int(rate)} if samples.size else None


def open_sound(sound: Any) -> tuple[np.ndarray, int]:
    """Samples, float32 in -1…1, and their rate in Hz."""
    if isinstance(sound, str | Path):
        samples, rate = soundfile.read(sound, dtype="float32", always_2d=True)
    elif isinstance(sound, Mapping):
        samples, rate = np.asarray(sound["array"]), sound["sampling_rate"]
    else:
        first, second = sound
        samples, rate = (first, second) if np.ndim(first) else (second, first)
    if samples.dtype.kind == "i":
        samples = samples / np.iinfo(samples.dtype).max
    return samples.astype(np.float32), rate


def seconds(sounds: list[Any]) -> list[int]:
    """The length of each sound in whole seconds, at least 1."""
    return [max(1, math.ceil(length(sound))) for sound in sounds]


def length(sound: Any) -> float:
    """Seconds of a sound, of a file without reading it."""
    if isinstance(sound, str | Path):
        try:
            return float(soundfile.info(sound).duration)
        except (soundfile.LibsndfileError, OSError):
            return 0.0
    samples, rate = open_sound(sound)
    return len(samples) / rate


def transcribe(processor: Any, model: Any, sounds: list[dict[str, Any]]) -> list[str]:
    """What is said in each sound; longer ones than 30 s window by window, by Whisper's own long-form algorithm."""
    rate = processor.feature_extractor.sampling_rate
    arrays = [
        s["array"] if s["sampling_rate"] == rate else soxr.resample(s["array"], s["sampling_rate"], rate)
        for s in sounds
    ]
    long = max(map(len, arrays)) > 30 * rate
    options = {"truncation": False, "padding": "longest"} if long else {}
    batch = processor(arrays, sampling_rate=rate, return_tensors="pt", return_attention_mask=True, **options)
    with torch.inference_mode():
        ids = model.generate(
            input_features=batch["input_features"].to(model.device, model.dtype),
            attention_mask=batch["attention_mask"].to(model.device),
            return_timestamps=long,
        )
    return [text.strip() for text in processor.batch_decode(ids, skip_special_tokens=True)]


def speak(tokenizer: Any, model: Any, texts: list[str]) -> list[dict[str, Any]]:
    """Each text read aloud, at the model's own rate."""
    sounds = []
    for text in texts:
        torch.manual_seed(0)  # VITS draws noise: the same text gives the same sound
        with torch.inference_mode():
            wave = model(**tokenizer(text, return_tensors="pt").to(model.device)).waveform[0]  # (samples,)
        samples = wave.float().cpu().numpy()
        sounds.append({"array": samples, "sampling_rate": int(model.config.sampling_rate)})
    return sounds
