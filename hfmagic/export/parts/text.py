"""Text tasks of encoder models."""

from __future__ import annotations

from typing import Any

import torch


def token_counts(tokenizer: Any, texts: list[str], longest: int) -> list[int]:
    """Tokens of each text, as far as the model reads it."""
    return [min(len(ids), longest) for ids in tokenizer(texts, verbose=False)["input_ids"]]


def tokenize(tokenizer: Any, model: Any, texts: list[str], longest: int) -> Any:
    """Token ids and mask of shape (rows, longest text), cut to what the model reads."""
    batch = tokenizer(texts, padding=True, truncation=True, max_length=longest, return_tensors="pt")
    return batch.to(model.device)


def classify(tokenizer: Any, model: Any, texts: list[str], longest: int) -> list[list[tuple[str, float]]]:
    """The model's labels for each text with their scores, best first."""
    with torch.inference_mode():
        logits = model(**tokenize(tokenizer, model, texts, longest)).logits.float()  # (rows, labels)
    several = model.config.problem_type == "multi_label_classification" or logits.shape[-1] == 1
    scores = logits.sigmoid() if several else logits.softmax(-1)
    names = [str(model.config.id2label[i]) for i in range(logits.shape[-1])]
    return [best_first(names, row) for row in scores.tolist()]


def classify_by_similarity(
    tokenizer: Any, model: Any, texts: list[str], labels: list[str], longest: int
) -> list[list[tuple[str, float]]]:
    """The given labels for each text, nearest first; the scores are a softmax over the cosines."""
    cosines = embed(tokenizer, model, texts, longest) @ embed(tokenizer, model, labels, longest).T  # (rows, labels)
    # 20 is the scale of the cosines in the losses of sentence-transformers.
    return [best_first(labels, row) for row in (cosines * 20).softmax(-1).tolist()]


def similarity(tokenizer: Any, model: Any, texts: list[str], sentence: str, longest: int) -> list[float]:
    """The cosine of each text with the sentence, -1…1."""
    cosines = embed(tokenizer, model, texts, longest) @ embed(tokenizer, model, [sentence], longest).T
    return [float(cosine) for cosine in cosines[:, 0].tolist()]


def embeddings(tokenizer: Any, model: Any, texts: list[str], longest: int) -> list[list[float]]:
    """The embedding of each text, of length 1."""
    return list(embed(tokenizer, model, texts, longest).tolist())


def embed(tokenizer: Any, model: Any, texts: list[str], longest: int) -> torch.Tensor:
    """The mean of the last hidden states over real tokens, scaled to length 1: (rows, dimensions)."""
    batch = tokenize(tokenizer, model, texts, longest)
    with torch.inference_mode():
        hidden = model(**batch).last_hidden_state.float()  # (rows, tokens, dimensions)
    mask = batch["attention_mask"].unsqueeze(-1)
    mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
    return torch.nn.functional.normalize(mean, dim=-1)


def best_first(names: list[str], scores: list[float]) -> list[tuple[str, float]]:
    """Names with their scores, the highest first."""
    return sorted(zip(names, scores, strict=True), key=lambda pair: -pair[1])
