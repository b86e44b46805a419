"""Text tasks of encoder models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Label, Labels
from ..models import Loaded

if TYPE_CHECKING:
    from torch import Tensor

SHARPNESS = 20.0  # of the softmax over cosines; 20 is the scale sentence-transformers trains its losses with


def max_tokens(loaded: Loaded) -> int:
    """The longest input in tokens, from tokenizer and config (a tokenizer without a limit says 1e30)."""
    limits = (loaded.tokenizer.model_max_length, loaded.facts.max_tokens or 10**9)
    return int(min(*limits, 8192))


def longest(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a text."""
    return max_tokens(loaded)


def token_counts(loaded: Loaded, texts: Sequence[str]) -> list[int]:
    """Tokens of each text, before truncation."""
    found = loaded.tokenizer(list(texts), add_special_tokens=True, truncation=False, verbose=False)
    return [len(ids) for ids in found["input_ids"]]


def shorten(loaded: Loaded, texts: Sequence[str], tokens: int) -> list[str]:
    """The texts, cut to so many tokens each: what stands after a text in a prompt must not be cut off with its end."""
    found = loaded.tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=tokens)["input_ids"]
    cut = [len(ids) == tokens for ids in found]
    return [loaded.tokenizer.decode(ids) if long else text for text, ids, long in zip(texts, found, cut, strict=True)]


def tokenize(loaded: Loaded, texts: Sequence[str]) -> Any:
    """Token ids and mask of shape (rows, longest), truncated to the model's length, on its device."""
    batch = loaded.tokenizer(
        list(texts), padding=True, truncation=True, max_length=max_tokens(loaded), return_tensors="pt"
    )
    return batch.to(loaded.device)


def classify(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The model's own labels for each text, best first; scores by softmax, or sigmoid for a multi-label head."""
    import torch

    with torch.inference_mode():
        logits = loaded.model(**tokenize(loaded, texts)).logits.float()  # (rows, labels)
    many = loaded.model.config.problem_type == "multi_label_classification" or logits.shape[-1] == 1
    scores = logits.sigmoid() if many else logits.softmax(-1)
    return [_ranked(loaded.model.config.id2label, row) for row in scores.tolist()]


def classify_by_similarity(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The given labels for each text, by the cosine of embeddings; scores are a softmax of the cosines."""
    labels = [str(label) for label in parameters["candidate_labels"]]
    cosines = embed(loaded, texts) @ embed(loaded, labels).T  # (rows, labels)
    return [_ranked(dict(enumerate(labels)), row) for row in (cosines * SHARPNESS).softmax(-1).tolist()]


def compare(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[float]:
    """The cosine of each text's embedding with that of `sentence`, -1…1."""
    cosines = embed(loaded, texts) @ embed(loaded, [parameters["sentence"]]).T  # (rows, 1)
    return [float(c) for c in cosines[:, 0].tolist()]


def embed_each(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
    """The embedding of each text: float32 of shape (dimensions,) and length 1."""
    return list(embed(loaded, texts).cpu().numpy())


def embed(loaded: Loaded, texts: Sequence[str]) -> Tensor:
    """Mean of the last hidden states over real tokens, scaled to length 1; shape (rows, dimensions).

    As sentence-transformers pools all-MiniLM-L6-v2 (its 1_Pooling/config.json, and the Normalize module).
    """
    import torch

    batch = tokenize(loaded, texts)
    with torch.inference_mode():
        hidden = loaded.model(**batch).last_hidden_state.float()  # (rows, tokens, dimensions)
    mask = batch["attention_mask"].unsqueeze(-1)  # (rows, tokens, 1)
    mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
    return torch.nn.functional.normalize(mean, dim=-1)


def _ranked(names: Mapping[Any, str], scores: Sequence[float]) -> Labels:
    labels = (Label(str(names.get(i, f"LABEL_{i}")), float(s)) for i, s in enumerate(scores))
    return tuple(sorted(labels, key=lambda label: -label.score))
