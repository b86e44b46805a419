"""The models that a model was made from, and those that these were made from. Asks whoever it is told to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .facts import ModelFacts

MOST_DEEP = 4  # steps back: a quantized copy of a fine-tune of a chat model of a base model
MOST_BASES = 32


def lineage(facts: ModelFacts, find: Callable[[Sequence[str]], Sequence[ModelFacts | None]]) -> tuple[ModelFacts, ...]:
    """Base models, nearest first, each once however often it is named; a cycle ends where it closes.

    Args:
        find: ids → their facts, None for one that is not known; it is called once for each step back.
    """
    seen, found, level = {facts.model_id}, list[ModelFacts](), facts.base_models
    for _ in range(MOST_DEEP):
        names = [n for n in dict.fromkeys(level) if n not in seen][: MOST_BASES - len(found)]
        if not names:
            break
        seen.update(names)
        models = [m for m in find(names) if m is not None]
        found += models
        level = tuple(b for m in models for b in m.base_models)
    return tuple(found)
