"""Texts as tokens, made once and ahead of the model, and batches padded from them. Knows no task.

`encode` and `padded` give together what a tokenizer's call gives: another thread may encode while the model runs, as
padding asks nothing of the tokenizer that changes it.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..models import Loaded
from .runner import Encode, Run

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

TEXTS = 8192  # encoded at once and sorted: 3 MB, and half a second of tokenizing
READ = frozenset({"input_ids", "attention_mask", "token_type_ids"})
AT_ONCE = 8192  # tokens of a forward pass on an accelerator, where a value is several rows
NEAR_BYTES, LEAST = 1 << 22, 256
"""Of the widest layer's values in a forward pass on a CPU: what is larger leaves its caches. And tokens at least.

Tokens a second (2 cores, torch 2.13) were most, or within 5 % of it, at 3 to 6 MB for every model from 2 × 128 to
12 × 768, in float32 and in bfloat16; by 2048 tokens 12 × 768 ran 0.82 × as fast as by 512.
"""
_one_at_a_time = threading.Lock()


class Encoded(NamedTuple):
    """A text or a pair of texts as tokens.

    `ids` are int32 of shape (tokens,), without padding, and so are `types` where they are not all 0. `cost` is in
    tokens; of what was cut it is more than the model reads. `value` is what `encode` left as it was: its tokenizer
    gives more than tokens. `beside` is what its task has for all texts.
    """

    ids: np.ndarray
    cost: int
    types: np.ndarray | None = None
    value: Any = None
    beside: Any = None


def cost_of(item: Any) -> int:
    """What an encoded value costs, in tokens."""
    return int(item.cost)


def encode(
    loaded: Loaded, texts: Sequence[Any], longest: int, *, special: bool = True, around: int = 0
) -> list[Encoded]:
    """Each text, or pair of texts, as the tokens that the tokenizer's call gives.

    Args:
        longest: in tokens, to which it is cut, of a pair the longer one; 0: nothing is cut.
        special: with the special tokens of a text.
        around: tokens that stand around the text, of which the costs do not tell.
    """
    if not texts:
        return []
    way = _by_library if is_plain(loaded.tokenizer) else _by_call
    return way(loaded, texts, longest, special, around)


def padded(loaded: Loaded, items: Sequence[Encoded], side: str = "") -> dict[str, Tensor]:
    """Ids, mask and types of shape (rows, longest) that the model takes, on its device; `side` as the tokenizer's."""
    import numpy as np

    tokenizer, known = loaded.tokenizer, takes(loaded.model)
    lengths = np.fromiter((len(item.ids) for item in items), np.int64, len(items))
    places = np.arange(lengths.max(initial=0))
    left = (side or tokenizer.padding_side) == "left"
    real = places >= len(places) - lengths[:, None] if left else places < lengths[:, None]  # (rows, longest)
    batch = {
        "input_ids": np.full(real.shape, tokenizer.pad_token_id, np.int64),
        "attention_mask": real.astype(np.int64),
    }
    batch["input_ids"][real] = np.concatenate([item.ids for item in items])
    if "token_type_ids" in known:
        types = batch["token_type_ids"] = np.where(real, 0, tokenizer.pad_token_type_id)
        if any(item.types is not None for item in items):
            none = np.zeros(len(places), np.int32)
            types[real] = np.concatenate([none[: len(i.ids)] if i.types is None else i.types for i in items])
    given = known.intersection(tokenizer.model_input_names)
    return {name: on_device(loaded, array) for name, array in batch.items() if name in given}


def on_device(loaded: Loaded, array: np.ndarray) -> Tensor:
    """An array as a tensor where the model is; it goes to a GPU while that still computes."""
    import torch

    tensor = torch.from_numpy(array)
    if loaded.device.startswith("cuda"):
        return tensor.pin_memory().to(loaded.device, non_blocking=True)
    return tensor.to(loaded.device)


def at_once(loaded: Loaded) -> int:
    """Tokens that suit a forward pass of an encoder on its device: as many as stay within a CPU's caches."""
    if loaded.device != "cpu":
        return AT_ONCE
    config = loaded.model.config.get_text_config()
    widest = getattr(config, "intermediate_size", None) or 4 * (getattr(config, "hidden_size", None) or 0)
    return max(NEAR_BYTES // (widest * loaded.model.dtype.itemsize), LEAST) if widest else AT_ONCE


def in_parts(costs: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions by cost, as many at once as stay within `budget`: rows × the longest of them."""
    part: list[int] = []
    for i in sorted(range(len(costs)), key=costs.__getitem__):
        if part and (len(part) + 1) * costs[i] > budget:
            yield part
            part = []
        part.append(i)
    if part:
        yield part


def fast(run: Run, encode: Encode, forward: Run, window: int = TEXTS) -> dict[str, Any]:
    """What a Runner is given beside `run`, so that values are encoded ahead of the model, `window` at once."""
    return {
        "encode": partial(_alone, encode),
        "forward": partial(_or_run, run, forward),
        "size": cost_of,
        "window": window,
    }


def _alone(encode: Encode, loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Any]:
    """`encode`, by one thread at a time: how a tokenizer cuts is a state of it, set just before it reads."""
    with _one_at_a_time:
        return encode(loaded, values, parameters)


def _or_run(run: Run, forward: Run, loaded: Loaded, encoded: Sequence[Any], parameters: Mapping[str, Any]) -> list[Any]:
    """`forward`, or for values that were left as they are `run`."""
    left = [item.value for item in encoded if item.value is not None]
    return run(loaded, left, parameters) if left else forward(loaded, encoded, parameters)


def as_they_are(values: Sequence[Any], costs: Sequence[int]) -> list[Encoded]:
    """Values that the runner's own function has to read."""
    import numpy as np

    return [Encoded(np.empty(0, np.int32), cost, None, value) for value, cost in zip(values, costs, strict=True)]


def takes(model: Any) -> frozenset[str]:
    """Names of what a model's `forward` takes."""
    return _takes(model.__class__)


@lru_cache(maxsize=64)
def _takes(model: Hashable) -> frozenset[str]:
    return frozenset(inspect.signature(model.forward).parameters)  # type: ignore[attr-defined]


def is_plain(tokenizer: Any) -> bool:
    """True for a tokenizer that the library of tokenizers does all the work for: nothing stands before or after it."""
    from transformers import PreTrainedTokenizerFast as Fast

    own = ("__call__", "_encode_plus", "set_truncation_and_padding", "_convert_encoding")
    kind = type(tokenizer)
    return issubclass(kind, Fast) and all(getattr(kind, name) is getattr(Fast, name) for name in own)


def by_library(tokenizer: Any, most: int, stride: int = 0) -> Any:
    """The library's own tokenizer, set to what a call with these settings sets; 0: nothing is cut."""
    from transformers.tokenization_utils_base import TruncationStrategy
    from transformers.utils import PaddingStrategy

    tokenizer.set_truncation_and_padding(
        padding_strategy=PaddingStrategy.DO_NOT_PAD,
        truncation_strategy=TruncationStrategy.LONGEST_FIRST if most else TruncationStrategy.DO_NOT_TRUNCATE,
        max_length=most,
        stride=stride,
        pad_to_multiple_of=None,
        padding_side=None,
    )
    found = tokenizer.backend_tokenizer
    if found.encode_special_tokens != tokenizer.split_special_tokens:
        found.encode_special_tokens = tokenizer.split_special_tokens
    return found


def _by_library(loaded: Loaded, texts: Sequence[Any], most: int, special: bool, around: int) -> list[Encoded]:
    import numpy as np

    tokenizer = loaded.tokenizer
    typed = "token_type_ids" in tokenizer.model_input_names and "token_type_ids" in takes(loaded.model)
    # without offsets: a fifth less time
    found = by_library(tokenizer, most).encode_batch_fast(list(texts), add_special_tokens=special)
    items = []
    for one in found:
        types = one.type_ids if typed else ()
        own = np.array(types, np.int32) if any(types) else None
        cost = len(one) - around + (1 if most and one.overflowing else 0)
        items.append(Encoded(np.array(one.ids, np.int32), cost, own))
    return items


def _by_call(loaded: Loaded, texts: Sequence[Any], most: int, special: bool, around: int) -> list[Encoded]:
    """By the tokenizer's own call; one that gives more than tokens has to give it to the model itself."""
    import numpy as np

    options: dict[str, Any] = {"truncation": True, "max_length": most} if most else {"verbose": False}
    found = loaded.tokenizer(list(texts), add_special_tokens=special, **options)
    if set(found) - READ & takes(loaded.model):
        counts = [len(ids) for ids in found["input_ids"]]
        return as_they_are(texts, counts)
    types = found.get("token_type_ids") or [()] * len(texts)
    full = [i for i, ids in enumerate(found["input_ids"]) if most and len(ids) >= most]
    whole = loaded.tokenizer([texts[i] for i in full], add_special_tokens=special, verbose=False) if full else {}
    longer = {i for i, ids in zip(full, whole.get("input_ids", ()), strict=True) if len(ids) > most}
    return [
        Encoded(
            np.array(ids, np.int32), len(ids) - around + (i in longer), np.array(own, np.int32) if any(own) else None
        )
        for i, (ids, own) in enumerate(zip(found["input_ids"], types, strict=True))
    ]
