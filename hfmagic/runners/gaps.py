"""The likeliest words for a gap in a text, by masked language models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UnknownKind
from ..kinds import Label, Labels
from ..models import Loaded
from .encoded import Encoded, encode, fast, padded
from .runner import Runner
from .text import max_tokens, ready, tokenize

if TYPE_CHECKING:
    from torch import Tensor

GAP = re.compile(r"\[MASK\]|<mask>|_{3,}")


def fill_gap(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The `top_k` likeliest words for the gap in each text, best first, with their probability.

    The gap is [MASK], <mask>, the model's own mask token, or three underscores or more. A word is one token.

    Raises: UnknownKind for a text with no gap, or with several.
    """
    return _likeliest(loaded, tokenize(loaded, [_near_gap(loaded, text) for text in texts]), int(parameters["top_k"]))


def _likeliest(loaded: Loaded, batch: Mapping[str, Tensor], top_k: int) -> list[Labels]:
    """The words for the gap in each row of a batch of tokens."""
    import torch

    mask_id = loaded.tokenizer.mask_token_id
    with torch.inference_mode():
        logits = loaded.model(**batch).logits  # (rows, tokens, vocabulary)
    places = (batch["input_ids"] == mask_id).int().argmax(1)  # (rows,)
    at_gap = logits[torch.arange(len(places), device=logits.device), places].float().softmax(-1)
    top = at_gap.topk(min(top_k, at_gap.shape[1]))
    return [
        tuple(Label(loaded.tokenizer.decode([i]).strip(), float(p)) for p, i in zip(scores, ids, strict=True))
        for scores, ids in zip(top.values.tolist(), top.indices.tolist(), strict=True)
    ]


def _near_gap(loaded: Loaded, text: str) -> str:
    """The text with the model's mask in its gap; of a text that is too long, what stands around the gap."""
    parts = _around(loaded, text)
    sides = [loaded.tokenizer(p, add_special_tokens=False, verbose=False)["input_ids"] for p in parts]
    return _shortened(loaded, parts, sides)


def _around(loaded: Loaded, text: str) -> list[str]:
    """What stands before the gap, and after it."""
    parts = GAP.split(text.replace(loaded.tokenizer.mask_token, "[MASK]"))
    if len(parts) == 1:
        raise UnknownKind("it has no gap: write [MASK] or ___")
    if len(parts) > 2:
        raise UnknownKind(f"it has {len(parts) - 1} gaps; one can be filled at a time")
    return parts


def _shortened(loaded: Loaded, parts: Sequence[str], sides: Sequence[Sequence[int]]) -> str:
    """Both parts with the mask between them, cut to what the model reads; `sides` are their tokens."""
    room = max_tokens(loaded) - 1 - loaded.tokenizer.num_special_tokens_to_add()
    (before, after), (left, right) = parts, sides
    if len(left) + len(right) > room:
        half = max(room // 2, room - len(right))  # what one side does not need is the other's
        kept = left[-min(half, len(left)) :] if left else []
        before = loaded.tokenizer.decode(kept)
        after = loaded.tokenizer.decode(right[: room - len(kept)])
    return f"{before}{loaded.tokenizer.mask_token}{after}"


def _ready(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    parts = [_around(loaded, text) for text in texts]
    sides = [item.ids.tolist() for item in encode(loaded, [p for both in parts for p in both], 0, special=False)]
    near = [_shortened(loaded, both, sides[2 * i : 2 * i + 2]) for i, both in enumerate(parts)]
    return ready(loaded, near, parameters)


def _fill_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[Labels]:
    return _likeliest(loaded, padded(loaded, encoded), int(parameters["top_k"]))


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "fill-mask": (
        Runner(
            fill_gap,
            "AutoModelForMaskedLM",
            most=32,
            **fast(fill_gap, _ready, _fill_encoded, 2048),
        ),
    ),
}
