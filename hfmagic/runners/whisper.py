"""Speech to text by Whisper, which hears 30 s at a time and knows itself how to go on, and when words are said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidPlan
from ..kinds import Audio, Segment, Transcript
from ..models import Loaded, quiet
from ..tasks.languages import code_in
from .audio import heard, is_silent, rate_of, to_model

if TYPE_CHECKING:
    import numpy as np

WINDOW_SECONDS = 30.0  # Whisper hears 30 s at a time


def transcribe(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[str]:
    """What is said in each sound; longer ones than 30 s window by window, by Whisper's own long-form algorithm.

    With `timestamps` a Transcript: "segment" by the times that Whisper writes, "word" by its attention, warped in time
    (https://github.com/openai/whisper/pull/684), which needs the times that it writes, too.
    Raises: InvalidPlan for a language that the model does not know, or for words' times that it cannot tell.
    """
    options, when = languages(loaded, parameters["language"]), parameters["timestamps"]
    if when == "word" and not getattr(loaded.model.generation_config, "alignment_heads", None):
        raise InvalidPlan(f"{loaded.facts.model_id} names no alignment heads, so it tells no word's time: use segment.")
    arrays = [heard(loaded, sound) for sound in sounds]
    loud = [i for i, samples in enumerate(arrays) if not is_silent(samples)]
    found: list[str] = [""] * len(sounds) if when == "none" else [Transcript("")] * len(sounds)
    if not loud:
        return found
    out = _generate(loaded, [arrays[i] for i in loud], when, options)
    if when == "none":
        texts = loaded.processor.batch_decode(out, skip_special_tokens=True)
        return _placed(found, loud, [text.strip() for text in texts])
    ends = [sounds[i].seconds for i in loud]
    parts = _words if when == "word" else _segments
    made = [tuple(parts(loaded, segments, end)) for segments, end in zip(out["segments"], ends, strict=True)]
    texts = [
        "".join(_text(loaded, segment["tokens"].tolist()) for segment in segments).strip()
        for segments in out["segments"]
    ]
    return _placed(found, loud, [Transcript(text, part) for text, part in zip(texts, made, strict=True)])


def _generate(loaded: Loaded, arrays: Sequence[np.ndarray], when: str, options: Mapping[str, Any]) -> Any:
    """Token ids, or with times what `generate` tells of segments."""
    import torch

    rate = rate_of(loaded)
    long = max(len(a) for a in arrays) > WINDOW_SECONDS * rate
    shape: dict[str, Any] = {"truncation": False, "padding": "longest"} if long else {}
    times = {"return_segments": True} if when != "none" else {}
    if when == "word":
        times |= {"return_token_timestamps": True}
    with quiet(), torch.inference_mode():
        batch = loaded.processor(
            list(arrays), sampling_rate=rate, return_tensors="pt", return_attention_mask=True, **shape
        )
        return loaded.model.generate(
            **to_model(loaded, batch), return_timestamps=long or when != "none", **times, **options
        )


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
