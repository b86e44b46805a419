"""The likeliest words for a gap in a text, by masked language models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import UnknownKind
from ..kinds import Label, Labels
from ..models import Loaded
from .runner import Runner
from .text import max_tokens, tokenize

GAP = re.compile(r"\[MASK\]|<mask>|_{3,}")


def fill_gap(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The `top_k` likeliest words for the gap in each text, best first, with their probability.

    The gap is [MASK], <mask>, the model's own mask token, or three underscores or more. A word is one token.

    Raises: UnknownKind for a text with no gap, or with several.
    """
    import torch

    mask_id = loaded.tokenizer.mask_token_id
    batch = tokenize(loaded, [_near_gap(loaded, text) for text in texts])
    with torch.inference_mode():
        logits = loaded.model(**batch).logits  # (rows, tokens, vocabulary)
    places = (batch["input_ids"] == mask_id).int().argmax(1)  # (rows,)
    at_gap = logits[torch.arange(len(texts), device=logits.device), places].float().softmax(-1)
    top = at_gap.topk(min(int(parameters["top_k"]), at_gap.shape[1]))
    return [
        tuple(Label(loaded.tokenizer.decode([i]).strip(), float(p)) for p, i in zip(scores, ids, strict=True))
        for scores, ids in zip(top.values.tolist(), top.indices.tolist(), strict=True)
    ]


def _near_gap(loaded: Loaded, text: str) -> str:
    """The text with the model's mask in its gap; of a text that is too long, what stands around the gap."""
    mask = loaded.tokenizer.mask_token
    parts = GAP.split(text.replace(mask, "[MASK]"))
    if len(parts) == 1:
        raise UnknownKind("it has no gap: write [MASK] or ___")
    if len(parts) > 2:
        raise UnknownKind(f"it has {len(parts) - 1} gaps; one can be filled at a time")
    room = max_tokens(loaded) - 1 - loaded.tokenizer.num_special_tokens_to_add()
    before, after = parts
    left, right = (loaded.tokenizer(p, add_special_tokens=False, verbose=False)["input_ids"] for p in parts)
    if len(left) + len(right) > room:
        half = max(room // 2, room - len(right))  # what one side does not need is the other's
        kept = left[-min(half, len(left)) :] if left else []
        before = loaded.tokenizer.decode(kept)
        after = loaded.tokenizer.decode(right[: room - len(kept)])
    return f"{before}{mask}{after}"


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "fill-mask": (Runner(fill_gap, "AutoModelForMaskedLM", most=32),),
}
