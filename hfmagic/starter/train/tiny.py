"""A tiny BERT trained from nothing on a few thousand snippets: the weaker choice, so that choosing means something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..recipe import Advance, Figure, Job
from .classifier import LABELS, batches, figures, train
from .snippets import Snippet, read_snippets

_ROWS = 6_000
_VOCABULARY = 6_000


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Learn a vocabulary, train, measure, and write an ordinary sequence classification folder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(0)
    snippets = read_snippets(job.source / "snippets.tar.gz")
    rows = snippets.train[:_ROWS]
    tokenizer = BertTokenizer(vocab=_vocabulary(rows), model_max_length=128)
    config = BertConfig(
        vocab_size=_VOCABULARY,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=256,
        max_position_embeddings=128,
        hidden_dropout_prob=0.2,
        attention_probs_dropout_prob=0.0,
        id2label=LABELS,
        label2id={v: k for k, v in LABELS.items()},
    )
    model = BertForSequenceClassification(config)
    model.train()
    train(
        lambda ids, mask: model(input_ids=ids, attention_mask=mask).logits,
        model.parameters(),
        batches(tokenizer, rows),
        rounds=3,
        peak=2e-3,
        advance=lambda share: advance("training", share),
    )
    advance("measuring", 0.0)
    measured = figures(model, tokenizer, snippets)
    model.save_pretrained(job.out)
    tokenizer.save_pretrained(job.out)
    return measured


def _vocabulary(rows: Sequence[Snippet]) -> dict[str, int]:
    """The most frequent words and, for all others, their letters; the same rows always give the same vocabulary.

    tokenizers' own trainer breaks ties otherwise on every run.
    """
    counts = Counter(word for row in rows for word in re.findall(r"\w+|[^\w\s]", row.text.lower()))
    letters = sorted({letter for word in counts for letter in word})
    words = sorted((word for word in counts if len(word) > 1), key=lambda word: (-counts[word], word))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), *words]
    return {piece: i for i, piece in enumerate(pieces[:_VOCABULARY])}
