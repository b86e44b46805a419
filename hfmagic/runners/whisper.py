"""Speech to text by Whisper, which hears 30 s at a time and knows itself how to go on, and when words are said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InvalidPlan
from ..kinds import Audio, Segment, Transcript
from ..models import Loaded, quiet
from ..tasks.languages import code_in
from .audio import extracted, heard, is_silent, rate_of
from .stacked import stacked, to_model

if TYPE_CHECKING:
    import numpy as np

WINDOW_SECONDS = 30.0  # Whisper hears 30 s at a time


@dataclass(frozen=True)
class Recording:
    """A sound as Whisper hears it: its spectrogram where it lasts no longer than a window, else its samples.

    Neither where it is silent. `seconds` of the recording.
    """

    seconds: float
    spectrogram: Mapping[str, Any] | None = None
    samples: np.ndarray | None = None


def transcribe(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[str]:
    """What is said in each sound; longer ones than 30 s window by window, by Whisper's own long-form algorithm.

    With `timestamps` a Transcript: "segment" by the times that Whisper writes, "word" by its attention, warped in time
    (https://github.com/openai/whisper/pull/684), which needs the times that it writes, too.
    Raises: InvalidPlan for a language that the model does not know, or for words' times that it cannot tell.
    """
    return transcribe_ready(loaded, ready(loaded, sounds, parameters), parameters)


def ready(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Recording]:
    """Each sound at the model's rate; the spectrogram of a short one, filled up to 30 s with silence.

    Raises: InvalidPlan as transcribe does, before a sound is looked at.
    """
    languages(loaded, parameters["language"])
    if parameters["timestamps"] == "word" and not getattr(loaded.model.generation_config, "alignment_heads", None):
        raise InvalidPlan(f"{loaded.facts.model_id} names no alignment heads, so it tells no word's time: use segment.")
    return [_ready(loaded, heard(loaded, sound), sound.seconds) for sound in sounds]


def _ready(loaded: Loaded, samples: np.ndarray, seconds: float) -> Recording:
    if is_silent(samples):
        return Recording(seconds)
    if len(samples) > WINDOW_SECONDS * rate_of(loaded):
        return Recording(seconds, samples=samples)
    return Recording(seconds, _spectrograms(loaded, [samples]))


def _spectrograms(loaded: Loaded, arrays: Sequence[np.ndarray], **shape: Any) -> dict[str, Any]:
    """Tensors of shape (sounds, bands, frames of 10 ms), with a mask of what is no filling."""
    with quiet():
        return extracted(loaded, arrays, return_attention_mask=True, **shape)


def transcribe_ready(loaded: Loaded, sounds: Sequence[Recording], parameters: Mapping[str, Any]) -> list[str]:
    """The same of recordings that are ready: short ones together, and long ones."""
    options, when = languages(loaded, parameters["language"]), parameters["timestamps"]
    found: list[str] = [""] * len(sounds) if when == "none" else [Transcript("")] * len(sounds)
    if short := [i for i, sound in enumerate(sounds) if sound.spectrogram is not None]:
        batch = stacked(loaded, [sounds[i].spectrogram or {} for i in short])
        out = _generate(loaded, batch, when, options, stamped=when != "none")
        found = _placed(found, short, _texts(loaded, out, when, [sounds[i].seconds for i in short]))
    if long := [i for i, sound in enumerate(sounds) if sound.samples is not None]:
        arrays = [samples for i in long if (samples := sounds[i].samples) is not None]
        batch = to_model(loaded, _spectrograms(loaded, arrays, truncation=False, padding="longest"))
        out = _generate(loaded, batch, when, options, stamped=True)
        found = _placed(found, long, _texts(loaded, out, when, [sounds[i].seconds for i in long]))
    return found


def _texts(loaded: Loaded, out: Any, when: str, ends: Sequence[float]) -> list[str]:
    """What was written, with its times where they are wanted. `ends` are the seconds of the recordings."""
    if when == "none":
        texts = loaded.processor.batch_decode(out, skip_special_tokens=True)
        return [text.strip() for text in texts]
    parts = _words if when == "word" else _segments
    made = [tuple(parts(loaded, segments, end)) for segments, end in zip(out["segments"], ends, strict=True)]
    texts = [
        "".join(_text(loaded, segment["tokens"].tolist()) for segment in segments).strip()
        for segments in out["segments"]
    ]
    return [Transcript(text, part) for text, part in zip(texts, made, strict=True)]


def _generate(loaded: Loaded, batch: Mapping[str, Any], when: str, options: Mapping[str, Any], *, stamped: bool) -> Any:
    """Token ids, or with times what `generate` tells of segments. `stamped`: times are written."""
    import torch

    times = {"return_segments": True} if when != "none" else {}
    if when == "word":
        times |= {"return_token_timestamps": True}
    with quiet(), torch.inference_mode():
        return loaded.model.generate(**batch, return_timestamps=stamped, **times, **options)


def languages(loaded: Loaded, wanted: str) -> dict[str, str]:
    """What tells a multilingual Whisper what to do; without a task it may go round in circles.

    Raises: InvalidPlan for a language that the model does not know.
    """
    settings, asked = loaded.model.generation_config, bool(wanted.strip())
    known = [token[2:-2] for token in getattr(settings, "lang_to_id", None) or ()]  # such as <|en|>
    if not known or not getattr(settings, "is_multilingual", True):
        if asked and code_in(wanted, ["en"]) is None:
            raise InvalidPlan(f"{loaded.facts.model_id} hears English only, not {wanted}.")
        return {}
    code = code_in(wanted, known) if asked else None
    if asked and code is None:
        raise InvalidPlan(f"{loaded.facts.model_id} does not know the language {wanted!r}.")
    return {"task": "transcribe"} | ({"language": code} if code else {})


def _segments(loaded: Loaded, segments: Sequence[Mapping[str, Any]], end: float) -> Iterator[Segment]:
    """Whisper's segments in seconds, within the recording."""
    last = 0.0
    for segment in segments:
        if text := _text(loaded, segment["tokens"].tolist()).strip():
            start = min(max(float(segment["start"]), last), end)
            last = min(max(float(segment["end"]), start), end)
            yield Segment(text, round(start, 2), round(last, 2))


def _words(loaded: Loaded, segments: Sequence[Mapping[str, Any]], end: float) -> Iterator[Segment]:
    """The words of the segments in seconds: a token lasts from the one before to its own time."""
    from transformers.models.whisper.tokenization_whisper import _combine_tokens_into_words

    last, first_special = 0.0, min(loaded.tokenizer.all_special_ids)
    language = None if getattr(loaded.model.generation_config, "lang_to_id", None) else "english"
    for segment in segments:
        ids, stamps = segment["tokens"].tolist(), segment["token_timestamps"].tolist()
        said = [i for i, token in enumerate(ids) if token < first_special]
        tokens = [ids[i] for i in said]
        if not tokens:
            continue
        words, _, groups = _combine_tokens_into_words(loaded.tokenizer, tokens, language)
        for word, group in _whole(words, groups):
            before = said[group[0]] - 1
            start = min(max(stamps[before] if before >= 0 else float(segment["start"]), last), end)
            last = min(max(stamps[said[group[-1]]], start), end)
            if word.strip():
                yield Segment(word.strip(), round(start, 2), round(last, 2))


def _whole(words: Sequence[str], groups: Sequence[Sequence[int]]) -> list[tuple[str, list[int]]]:
    """Words with their tokens; what follows without a space, such as "-hearted", belongs to the word before it."""
    spaced = any(word.startswith(" ") for word in words)  # Chinese is not
    found: list[tuple[str, list[int]]] = []
    for word, group in zip(words, groups, strict=True):
        if found and spaced and not word.startswith(" "):
            found[-1] = (found[-1][0] + word, [*found[-1][1], *group])
        else:
            found.append((word, list(group)))
    return found


def _text(loaded: Loaded, tokens: Sequence[int]) -> str:
    text: str = loaded.tokenizer.decode(tokens, skip_special_tokens=True)
    return text


def _placed(found: list[str], places: Sequence[int], texts: Sequence[str]) -> list[str]:
    for place, text in zip(places, texts, strict=True):
        found[place] = text
    return found
