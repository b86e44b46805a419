"""A model in memory, with what prepares its inputs. Loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..hub.facts import ModelFacts


@dataclass(frozen=True)
class Loaded:
    """A model on a device with what prepares its inputs.

    `device` takes its inputs, and is the first of several that share its layers. `dtype` is that of its weights, `int8`
    or `int4` where they are quantised. `bytes` in memory; `load_seconds` it took; `used` is when it was last asked for,
    in seconds since 1970.
    """

    facts: ModelFacts
    revision: str
    model: Any
    processor: Any
    device: str
    dtype: str
    bytes: int
    load_seconds: float
    used: float = 0.0

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where it is part of a processor."""
        return getattr(self.processor, "tokenizer", self.processor)


def weight_bytes(model: Any) -> int:
    """Bytes of a module's parameters and of what quantisation keeps beside them, each tensor once."""
    tensors = {id(t): t for t in (*model.parameters(), *model.buffers())}
    return sum(t.numel() * t.element_size() for t in tensors.values())
