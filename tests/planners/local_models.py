"""Models for the tests of the planner in the kernel: one whose scores are drawn, and one that wants to write a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig

from hfmagic.hub.facts import ModelFacts
from hfmagic.llm.local import LocalLLM
from hfmagic.models import Loaded

STARTER = "starter/smollm2-135m-instruct"
Scores = Callable[[list[int]], Any]
"""Ids that were read now → scores of the next token, shape (vocabulary,)."""


class Model:
    """What decoding asks of a model: scores by a function instead of weights."""

    def __init__(self, scores: Scores, size: int) -> None:
        self.scores, self.device = scores, torch.device("cpu")
        self.config = LlamaConfig(vocab_size=size, max_position_embeddings=100_000, num_hidden_layers=1)

    def __call__(self, *, input_ids: Any, **_: Any) -> Any:
        return SimpleNamespace(logits=torch.as_tensor(self.scores(input_ids[0].tolist())).reshape(1, 1, -1))


def drawn(seed: int, size: int, favoured: list[int], weight: float) -> Scores:
    """Scores at random; some tokens are likelier by `weight`."""
    draw = np.random.default_rng(seed)

    def scores(_: list[int]) -> Any:
        found = draw.random(size, dtype=np.float32)
        found[favoured] += weight
        return found

    return scores


def scripted(tokenizer: Any, answer: Callable[[str], str]) -> Scores:
    """Scores of a model that wants to write what `answer` gives for all that it has read."""
    read: list[int] = []

    def scores(ids: list[int]) -> Any:
        read.extend(ids)
        told, _, said = tokenizer.decode(read).rpartition("<|im_start|>assistant\n")
        found = np.zeros(len(tokenizer), dtype=np.float32)
        if rest := answer(told).removeprefix(said):
            found[tokenizer(rest, add_special_tokens=False).input_ids[0]] = 1
        return found

    return scores


def llm_of(model: Any, tokenizer: Any, **settings: Any) -> LocalLLM:
    """The model as an LLM that plans."""
    facts = ModelFacts("test/model", Path("/nowhere"))
    loaded = Loaded(facts, "0" * 40, model, tokenizer, "cpu", "float32", 0, 0.0)
    return LocalLLM("local:test/model", lambda: loaded, **{"seconds": 600.0, **settings})
