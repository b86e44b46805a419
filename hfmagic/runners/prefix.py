"""What all prompts of a batch begin with, such as a system prompt and the instruction, is read by the model once.

Servers know it as prefix caching (https://arxiv.org/abs/2312.07104). The keys and values of the beginning are those of
every row; a row's padding stands between them and its own tokens, and its positions go on counting after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..models import Loaded
from .encoded import Encoded, on_device, padded, takes

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 16
"""Tokens of a beginning that is worth a forward pass of its own."""


def common(items: Sequence[Encoded]) -> int:
    """Tokens that all begin with; each keeps one of its own at least."""
    import numpy as np

    most = min(len(item.ids) for item in items) - 1
    rows = np.stack([item.ids[: max(most, 0)] for item in items])  # (rows, most)
    same = (rows == rows[0]).all(axis=0)
    return int(same.argmin()) if not same.all() else len(same)


def after_prefix(loaded: Loaded, items: Sequence[Encoded], written: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """A batch of prompts for `generate`, and what it is given beside it: where it pays, what was read of all at once.

    Args:
        written: tokens that the model writes at most.
    Returns: ids and mask of shape (rows, longest), on the model's device, padded on the left; `past_key_values`.
    """
    import torch

    count = common(items) if len(items) > 1 else 0
    longest = max(len(item.ids) for item in items) + written
    cache = _cache(loaded, longest) if count >= LEAST else None
    if cache is None:
        return padded(loaded, items, "left"), {}
    first = on_device(loaded, items[0].ids[None, :count].astype("int64"))  # (1, count)
    with torch.inference_mode():
        loaded.model.base_model(input_ids=first, past_key_values=cache, use_cache=True)  # no head: nothing is written
    cache.batch_repeat_interleave(len(items))
    rest = padded(loaded, [item._replace(ids=item.ids[count:]) for item in items], "left")
    before = {"input_ids": first, "attention_mask": torch.ones_like(first)}
    batch = {name: torch.cat([before[name].expand(len(items), -1), rest[name]], dim=1) for name in before}
    return batch, {"past_key_values": cache}


def _cache(loaded: Loaded, longest: int) -> Any:
    """An empty cache; None for models that keep something else than the keys and values of `longest` tokens."""
    from transformers.cache_utils import DynamicCache

    if "position_ids" not in takes(loaded.model):
        return None
    cache: Any = DynamicCache(config=loaded.model.config)
    return cache if cache.layers and all(_room(layer, longest) >= longest for layer in cache.layers) else None


def _room(layer: Any, longest: int) -> int:
    """Tokens that a layer of a cache keeps; 0 for one that keeps something else."""
    from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

    if type(layer) is DynamicSlidingWindowLayer:
        return int(layer.sliding_window)
    return longest if type(layer) is DynamicLayer else 0
