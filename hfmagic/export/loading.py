"""The lines that load a step's model: pinned, from the Hub or its folder, never code of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import InvalidPlan
from ..hub.facts import ModelFacts
from ..plan import Step
from ..runners.registry import find_runner
from .draft import Draft
from .layout import Call, literal

LONGEST = 8192  # tokens, where neither tokenizer nor config say less
# Where transformers' own pipeline gives what the engine gives.
PIPELINES: Mapping[str, str] = MappingProxyType(
    {"text-classification": "classifier", "image-classification": "image_classifier"}
)
MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AutoModel": ("tokenizer", "encoder"),
        "AutoModelForSeq2SeqLM": ("tokenizer", "summarizer"),
        "AutoModelForCausalLM": ("tokenizer", "generator"),
        "AutoModelForSpeechSeq2Seq": ("processor", "recognizer"),
        "AutoModelForTextToWaveform": ("tokenizer", "speaker"),
    }
)


def load(draft: Draft, step: Step) -> str:
    """Load a step's model where no step before has. Returns: the variables of what prepares its inputs and of itself.

    Raises: InvalidPlan: there is no model, or it is nowhere.
    """
    choice = step.model
    if choice is None:
        raise InvalidPlan(f"step {step.id!r} has no model.", hint=f"%hf use {step.id} MODEL")
    facts = draft.facts(choice)
    key = (choice.model_id, choice.revision, find_runner(step.task, facts.architectures).auto)
    if key not in draft.loaded:
        if not facts.revision:
            draft.load(f"# The files in this folder had the hash {choice.revision} when the plan was made.")
        make = _pipeline if step.task in PIPELINES else _model
        draft.loaded[key] = make(draft, step, facts, choice.revision)
    return ", ".join(draft.loaded[key])


def _pipeline(draft: Draft, step: Step, facts: ModelFacts, revision: str) -> tuple[str, ...]:
    draft.add_import("from transformers import pipeline")
    name = draft.names.new(PIPELINES[step.task])
    source, *pinned = source_of(draft, facts, revision)
    args = [literal(step.task), f"model={source}", *pinned, "trust_remote_code=False"]
    args += ['model_kwargs={"use_safetensors": True}', 'dtype="float32"', "device=DEVICE"]
    draft.load(Call("pipeline(", tuple(args)), f"{name} = ")
    if find_runner(step.task, facts.architectures).longest:
        _set_longest(draft, f"{name}.tokenizer", facts)
    return (name,)


def _model(draft: Draft, step: Step, facts: ModelFacts, revision: str) -> tuple[str, ...]:
    runner, source = find_runner(step.task, facts.architectures), source_of(draft, facts, revision)
    draft.add_import(f"from transformers import {runner.auto}", f"from transformers import {runner.processor}")
    processor, model = (draft.names.new(name) for name in MODELS[runner.auto])
    if facts.revision:
        draft.load(literal(revision), "revision = ")
        source = (source[0], "revision=revision")
    else:
        draft.load(source[0], "folder = ")
        source = ("folder",)
    draft.load(Call(f"{runner.processor}.from_pretrained(", (*source, "trust_remote_code=False")), f"{processor} = ")
    how = ("trust_remote_code=False", "use_safetensors=True", 'dtype="float32"')
    draft.load(Call(f"{runner.auto}.from_pretrained(", (*source, *how), ").to(DEVICE)"), f"{model} = ")
    if runner.longest:
        _set_longest(draft, processor, facts)
    return processor, model


def _set_longest(draft: Draft, tokenizer: str, facts: ModelFacts) -> None:
    longest, own = min(facts.max_tokens or LONGEST, LONGEST), _own_longest(facts)
    if not own:
        draft.load(f"min({tokenizer}.model_max_length, {longest})", f"{tokenizer}.model_max_length = ")
    elif own > longest:
        draft.load(literal(longest), f"{tokenizer}.model_max_length = ")


def _own_longest(facts: ModelFacts) -> int:
    """The longest input in tokens that a model's tokenizer itself cuts to; 0 where that is not known."""
    longest = read_json(facts, "tokenizer_config.json").get("model_max_length")
    return int(longest) if isinstance(longest, int | float) and 0 < longest < 1e9 else 0


def read_json(facts: ModelFacts, name: str) -> dict[str, Any]:
    """A JSON file of a model; empty where there is none."""
    try:
        found = json.loads(((facts.folder or Path()) / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def source_of(draft: Draft, facts: ModelFacts, revision: str) -> tuple[str, ...]:
    """Where a model is: on the Hub at its revision, else in its folder; one below home is named from there."""
    if facts.revision:
        return literal(facts.model_id), f"revision={literal(revision)}"
    if facts.folder is None:
        raise InvalidPlan(f"{facts.model_id} is neither on the Hub nor in a folder.", hint="%hf models lists models")
    folder = facts.folder.absolute()
    if not folder.is_relative_to(Path.home()):
        return (literal(str(folder)),)
    draft.add_import("import os")
    return (f"os.path.expanduser({literal(f'~/{folder.relative_to(Path.home()).as_posix()}')})",)
