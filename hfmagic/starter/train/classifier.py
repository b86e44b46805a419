"""What both sentiment models share: batches, a training loop, the accuracy of a finished model. Knows no files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..recipe import Figure
from .snippets import Snippet, Snippets

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Parameter

_BATCH = 64  # rows
_TOKENS = 64
LABELS = {0: "NEGATIVE", 1: "POSITIVE"}

Batch = tuple["Tensor", "Tensor", "Tensor"]
"""Input (B, T) or (B, T, width) · attention mask (B, T) · labels (B,)."""


def batches(tokenizer: Any, snippets: Sequence[Snippet]) -> list[Batch]:
    """Token ids, 64 rows of nearly the same length at a time, the shortest first; cut after 64 tokens."""
    import torch

    ids = tokenizer([s.text for s in snippets], truncation=True, max_length=_TOKENS)["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    found = []
    for start in range(0, len(order), _BATCH):
        picked = order[start : start + _BATCH]
        padded = tokenizer.pad({"input_ids": [ids[i] for i in picked]}, return_tensors="pt")
        labels = torch.tensor([int(snippets[i].positive) for i in picked])
        found.append((padded["input_ids"], padded["attention_mask"], labels))
    return found


def short(tokenizer: Any, snippets: Sequence[Snippet], *, tokens: int, rows: int) -> list[Snippet]:
    """The first `rows` snippets of at most `tokens` tokens: long ones are rare (p95: 46) and slow."""
    lengths = map(len, tokenizer([s.text for s in snippets])["input_ids"])
    return [s for s, length in zip(snippets, lengths, strict=True) if length <= tokens][:rows]


def train(
    forward: Callable[[Tensor, Tensor], Tensor],
    parameters: Iterable[Parameter],
    data: Sequence[Batch],
    *,
    rounds: int,
    peak: float,
    advance: Callable[[float], None],
) -> None:
    """AdamW with a rising and falling rate; the order of the batches is drawn anew each round, from a fixed seed.

    Args:
        forward: (input, attention mask) → logits (B, 2).
        rounds: how often every batch is seen.
        peak: the highest learning rate.
        advance: told how far it is, from 0 to 1.
    """
    import torch

    weights = list(parameters)
    optimizer = torch.optim.AdamW(weights, lr=peak, weight_decay=0.01)
    steps = rounds * len(data)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, pct_start=0.1)
    draw = random.Random(0)  # noqa: S311 - a reproducible order, no secret
    order = [i for _ in range(rounds) for i in draw.sample(range(len(data)), len(data))]
    for step, i in enumerate(order):
        inputs, mask, labels = data[i]
        loss = torch.nn.functional.cross_entropy(forward(inputs, mask), labels)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        advance((step + 1) / steps)


def figures(model: Any, tokenizer: Any, snippets: Snippets) -> tuple[Figure, ...]:
    """Accuracy on rows that were not trained on, through the model's ordinary forward pass."""
    measured = (
        ("held-out snippets (film reviews, tweets, editorials)", "held-out", snippets.held_out),
        ("Amazon review sentences (none trained on)", "amazon", snippets.amazon),
    )
    return tuple(
        Figure("accuracy", round(_accuracy(model, batches(tokenizer, rows)), 4), name, split, len(rows))
        for name, split, rows in measured
    )


def _accuracy(model: Any, data: Sequence[Batch]) -> float:
    import torch

    model.eval()
    with torch.inference_mode():
        right = sum(
            int((model(input_ids=ids, attention_mask=mask).logits.argmax(-1) == labels).sum())
            for ids, mask, labels in data
        )
    return right / sum(len(labels) for _, _, labels in data)
