"""Which steps are written with few lines of transformers that every reader knows, and give the same as the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ..hub.facts import ModelFacts
from ..plan import Step
from ..runners import embeddings, generation, text, vision, voice, whisper
from ..runners.registry import find_runner
from .draft import Draft
from .loading import read_json


def is_classic(draft: Draft, step: Step) -> bool:
    """True where the short lines do; else the source of the step's runner goes into the script."""
    condition = CLASSIC.get(step.task)
    if condition is None or step.model is None:
        return condition is not None
    run, holds = condition
    facts = draft.facts(step.model)
    return find_runner(step.task, facts.architectures).run is run and holds(step, facts)


def _always(step: Step, facts: ModelFacts) -> bool:
    return True


def _pads(step: Step, facts: ModelFacts) -> bool:
    """Encoders have a token to fill batches up with."""
    return not any(a.startswith(DECODERS) for a in facts.architectures) and read_json(facts, "config.json").get(
        "problem_type"
    ) in (None, "single_label_classification", "multi_label_classification")


def _averages(step: Step, facts: ModelFacts) -> bool:
    """An embedding is the mean over the tokens, without a prompt; nothing was kept for the sake of single sentences."""
    pooling = read_json(facts, "1_Pooling/config.json")
    modes = {name for name, on in pooling.items() if on is True and name.startswith("pooling_mode_")}
    prompt = read_json(facts, "config_sentence_transformers.json").get("default_prompt_name")
    return modes <= {"pooling_mode_mean_tokens"} and pooling.get("pooling_mode") in (None, "mean") and not prompt


def _has_prefixes(step: Step, facts: ModelFacts) -> bool:
    """The short lines put T5's prefix before a text."""
    return any(a.startswith("T5") for a in facts.architectures)


def _untimed(step: Step, facts: ModelFacts) -> bool:
    return step.parameters.get("timestamps", "none") == "none" and not step.parameters.get("language")


def _is_vits(step: Step, facts: ModelFacts) -> bool:
    return "VitsModel" in facts.architectures


DECODERS = ("GPT", "Llama", "Qwen", "Mistral", "Gemma", "Phi", "OPT", "Bloom", "Falcon")

Condition = Callable[[Step, ModelFacts], bool]
CLASSIC: Mapping[str, tuple[Callable[..., Any], Condition]] = MappingProxyType(
    {
        "text-classification": (text.classify, _pads),
        "zero-shot-classification": (embeddings.classify_by_similarity, _averages),
        "sentence-similarity": (embeddings.compare, _averages),
        "feature-extraction": (embeddings.embed_each, _averages),
        "summarization": (generation.summarize, _has_prefixes),
        "text-generation": (generation.generate, _always),
        "text-to-speech": (voice.speak, _is_vits),
        "automatic-speech-recognition": (whisper.transcribe, _untimed),
        "image-classification": (vision.classify, _always),
    }
)
"""Task → the runner whose results the short lines give, and what must hold for it."""
