"""Loops by hand, as quick as could be written, which bench/engine.py holds hfmagic against. They use none of it.

Each takes all texts and gives one result a text, in their order. They share: every different text once, tokens made
once by the tokenizers library, sorted by length, batches of rows × longest row within a budget of tokens, padded by
numpy, `inference_mode`. What they lack is what a loop lacks: no overlap, no cache, no bad rows, no interrupt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

BUDGETS = (512, 1024, 2048, 4096, 8192)


def classes(texts: Sequence[str], model: Any, tokenizer: Any, budget: int) -> list[tuple[str, float]]:
    """The best label of each text with its score."""
    import torch

    kept, places = unique(texts)
    names, found = model.config.id2label, [("", 0.0)] * len(kept)
    rows = tokens(kept, tokenizer)
    with torch.inference_mode():
        for batch in batches(rows, budget):
            scores, ids = model(**padded([rows[i] for i in batch], tokenizer)).logits.float().softmax(-1).max(-1)
            for i, score, label in zip(batch, scores.tolist(), ids.tolist(), strict=True):
                found[i] = (names[label], score)
    return [found[place] for place in places]


def embeddings(texts: Sequence[str], model: Any, tokenizer: Any, budget: int) -> Any:
    """The mean over each text's tokens, of length 1: float32 of shape (texts, dimensions)."""
    import torch

    kept, places = unique(texts)
    found = np.empty((len(kept), model.config.hidden_size), np.float32)
    rows = tokens(kept, tokenizer)
    with torch.inference_mode():
        for batch in batches(rows, budget):
            given = padded([rows[i] for i in batch], tokenizer)
            real = given["attention_mask"].unsqueeze(-1)
            hidden = (model(**given).last_hidden_state * real).sum(1) / real.sum(1)
            found[batch] = torch.nn.functional.normalize(hidden, dim=-1).numpy()
    return found[places]


def entities(texts: Sequence[str], model: Any, tokenizer: Any, budget: int) -> list[list[tuple[str, float, int, int]]]:
    """(label, score, start, end) of each token that is not O."""
    import torch

    kept, places = unique(texts)
    library = tokenizer.backend_tokenizer
    library.no_padding()
    library.enable_truncation(512)
    made = library.encode_batch(kept)
    rows, names = [one.ids for one in made], model.config.id2label
    found: list[list[tuple[str, float, int, int]]] = [[]] * len(kept)
    with torch.inference_mode():
        for batch in batches(rows, budget):
            scores, ids = model(**padded([rows[i] for i in batch], tokenizer)).logits.float().softmax(-1).max(-1)
            for i, own_scores, own_ids in zip(batch, scores.tolist(), ids.tolist(), strict=True):
                where = made[i].offsets
                found[i] = [
                    (names[own_ids[k]], own_scores[k], *where[k])
                    for k in range(1, len(where) - 1)
                    if names[own_ids[k]] != "O"
                ]
    return [found[place] for place in places]


def written(prompts: Sequence[str], model: Any, tokenizer: Any, rows: int, most: int, **options: Any) -> list[str]:
    """What the model writes, greedily, at most so many tokens, `rows` at once, shortest first; decoders pad left."""
    import torch

    kept, places = unique(prompts)
    found, alone = [""] * len(kept), model.config.is_encoder_decoder
    ids = tokens(kept, tokenizer, **options)
    order = sorted(range(len(kept)), key=lambda i: len(ids[i]))
    for first in range(0, len(order), rows):
        part = order[first : first + rows]
        given = padded([ids[i] for i in part], tokenizer, left=not alone)
        given.pop("token_type_ids", None)
        with torch.inference_mode():
            out = model.generate(**given, max_new_tokens=most, do_sample=False, pad_token_id=tokenizer.pad_token_id)
        skip = 0 if alone else given["input_ids"].shape[1]
        for i, text in zip(part, tokenizer.batch_decode(out[:, skip:], skip_special_tokens=True), strict=True):
            found[i] = text.strip()
    return [found[place] for place in places]


def best(run: Callable[[Sequence[str], int], Any], texts: Sequence[str], tried: Sequence[int] = BUDGETS) -> int:
    """Which of the budgets, or batch sizes, is quickest for these texts; the first pass warms up."""
    run(texts[: len(texts) // 2], tried[0])
    return min(tried, key=lambda one: seconds(lambda: run(texts, one)))


def seconds(run: Callable[[], Any]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def unique(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """The different texts, and where each text stands among them."""
    firsts: dict[str, int] = {}
    places = [firsts.setdefault(text, len(firsts)) for text in texts]
    return list(firsts), places


def tokens(texts: Sequence[str], tokenizer: Any, *, special: bool = True, longest: int = 512) -> list[list[int]]:
    """Ids of each text."""
    library = tokenizer.backend_tokenizer
    library.no_padding()
    library.enable_truncation(longest)
    return [one.ids for one in library.encode_batch_fast(list(texts), add_special_tokens=special)]


def batches(rows: Sequence[Sequence[int]], budget: int) -> Iterator[list[int]]:
    """Positions, shortest first."""
    batch: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: len(rows[i])):
        if batch and (len(batch) + 1) * len(rows[i]) > budget:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def padded(rows: Sequence[Sequence[int]], tokenizer: Any, *, left: bool = False) -> dict[str, Any]:
    """Ids and mask of shape (rows, longest)."""
    import torch

    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), tokenizer.pad_token_id)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        place = slice(longest - len(row), longest) if left else slice(len(row))
        ids[i, place], mask[i, place] = row, 1
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
