"""Embeddings of texts."""

from __future__ import annotations

from typing import Any

import torch


@torch.inference_mode()
def embed(texts: list[str], tokenizer: Any, model: Any, batch_size: int = 32) -> torch.Tensor:
    """The mean of the last hidden states over real tokens, scaled to length 1: (texts, dimensions)."""
    found = [torch.empty(0, model.config.hidden_size)]
    for start in range(0, len(texts), batch_size):
        batch = tokenizer(texts[start : start + batch_size], padding=True, truncation=True, return_tensors="pt")
        hidden = model(**batch.to(model.device)).last_hidden_state  # (texts, tokens, dimensions)
        mask = batch["attention_mask"].unsqueeze(-1)
        found.append(((hidden * mask).sum(1) / mask.sum(1)).cpu())
    return torch.nn.functional.normalize(torch.cat(found), dim=-1)
