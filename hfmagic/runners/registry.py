"""Which function runs which task, and how its model is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..models import Loaded
from . import audio, generation, text, vision

Run = Callable[[Loaded, Sequence[Any], Mapping[str, Any]], list[Any]]


@dataclass(frozen=True)
class Runner:
    """A task's function.

    `auto` and `processor` are transformers' class names. `cost` gives each value's share of a batch and `budget` what a
    batch may cost: tokens where it is 0 (the configured number), seconds of sound, or pictures. `longest` is what the
    model reads of a value, in the unit of `cost`. `most` is the largest number of values in a batch. `note` tells the
    reader how the result comes about.
    """

    run: Run
    auto: str
    processor: str = "AutoTokenizer"
    cost: Callable[[Loaded, Sequence[Any]], list[int]] = text.token_counts
    budget: int = 0
    longest: Callable[[Loaded, Mapping[str, Any]], int] | None = text.longest
    most: int = 256
    note: str = ""


RUNNERS: Mapping[str, Runner] = MappingProxyType(
    {
        "text-classification": Runner(text.classify, "AutoModelForSequenceClassification"),
        "zero-shot-classification": Runner(
            text.classify_by_similarity,
            "AutoModel",
            note="labels by closeness of embeddings, not by an entailment model; scores are only an order",
        ),
        "sentence-similarity": Runner(text.compare, "AutoModel"),
        "feature-extraction": Runner(text.embed_each, "AutoModel"),
        "summarization": Runner(generation.summarize, "AutoModelForSeq2SeqLM", longest=generation.longest, most=32),
        "text-generation": Runner(generation.generate, "AutoModelForCausalLM", longest=generation.room, most=16),
        "automatic-speech-recognition": Runner(
            audio.transcribe,
            "AutoModelForSpeechSeq2Seq",
            "AutoProcessor",
            cost=audio.seconds_of,
            budget=120,
            longest=None,
            most=8,
        ),
        "text-to-speech": Runner(audio.speak, "AutoModelForTextToWaveform", longest=None, most=1),
        "image-classification": Runner(
            vision.classify,
            "AutoModelForImageClassification",
            "AutoImageProcessor",
            cost=vision.one_each,
            budget=16,
            longest=None,
        ),
    }
)
