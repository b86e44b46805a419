"""A tiny BERT trained from nothing on a few thousand snippets: the weaker choice, so that choosing means something."""

from __future__ import annotations

from ..recipe import Advance, Figure, Job
from .classifier import LABELS, batches, figures, train
from .snippets import read_snippets

_ROWS = 8_000
_VOCABULARY = 4_000


def make(job: Job, advance: Advance) -> tuple[Figure, ...]:
    """Learn a vocabulary, train, measure, and write an ordinary sequence classification folder."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(0)
    snippets = read_snippets(job.source / "snippets.tar.gz")
    rows = snippets.train[:_ROWS]
    words = BertWordPieceTokenizer(lowercase=True)
    words.train_from_iterator([s.text for s in rows], vocab_size=_VOCABULARY, min_frequency=2, show_progress=False)
    tokenizer = BertTokenizer(vocab=words.get_vocab(), model_max_length=128)
    config = BertConfig(
        vocab_size=_VOCABULARY,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=512,
        max_position_embeddings=128,
        hidden_dropout_prob=0.2,
        id2label=LABELS,
        label2id={v: k for k, v in LABELS.items()},
    )
    model = BertForSequenceClassification(config)
    model.train()
    train(
        lambda ids, mask: model(input_ids=ids, attention_mask=mask).logits,
        model.parameters(),
        batches(tokenizer, rows),
        rounds=4,
        peak=1e-3,
        advance=lambda share: advance("training", share),
    )
    advance("measuring", 0.0)
    measured = figures(model, tokenizer, snippets)
    model.save_pretrained(job.out)
    tokenizer.save_pretrained(job.out)
    return measured
