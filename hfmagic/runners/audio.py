"""Sound: speech to text, and text to speech."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..kinds import Audio
from ..media import length_of, resample
from ..models import Loaded, quiet

WINDOW_SECONDS = 30.0  # Whisper hears 30 s at a time


def seconds_of(loaded: Loaded, sounds: Sequence[Any]) -> list[int]:
    """Length of each sound, opened or not, in whole seconds: its share of a batch."""
    return [max(1, math.ceil(length_of(sound))) for sound in sounds]


def transcribe(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[str]:
    """What is said in each sound; longer ones than 30 s window by window, by Whisper's own long-form algorithm."""
    import torch

    extractor = loaded.processor.feature_extractor
    arrays = [resample(sound, extractor.sampling_rate).samples for sound in sounds]
    long = max(len(a) for a in arrays) > WINDOW_SECONDS * extractor.sampling_rate
    options: dict[str, Any] = {"truncation": False, "padding": "longest"} if long else {}
    with quiet():
        batch = loaded.processor(
            arrays,
            sampling_rate=extractor.sampling_rate,
            return_tensors="pt",
            return_attention_mask=True,
            **options,
        )
        with torch.inference_mode():
            ids = loaded.model.generate(
                input_features=batch["input_features"].to(loaded.device, loaded.model.dtype),
                attention_mask=batch["attention_mask"].to(loaded.device),
                return_timestamps=long,
            )
    return [text.strip() for text in loaded.processor.batch_decode(ids, skip_special_tokens=True)]


def speak(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Audio]:
    """Each text read aloud, at the model's own rate."""
    import torch

    sounds = []
    for text in texts:
        batch = loaded.tokenizer(text, return_tensors="pt").to(loaded.device)
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(0)  # VITS draws noise: the same text gives the same sound
            wave = loaded.model(**batch).waveform[0].float().cpu().numpy()  # (samples,)
        sounds.append(Audio(wave, int(loaded.model.config.sampling_rate)))
    return sounds
