"""What every text runner needs of a tokenizer, and the classification of texts."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Labels
from ..models import Loaded
from .encoded import Encoded, encode, fast, padded
from .labels import ranked, ranked_rows
from .runner import Runner

if TYPE_CHECKING:
    from torch import Tensor

# Their position embeddings begin after the padding id: of 514 rows 512 can be used (transformers, create_position_ids).
_FIRST_POSITION_2 = frozenset(
    {
        "roberta",
        "xlm-roberta",
        "xlm-roberta-xl",
        "camembert",
        "mpnet",
        "longformer",
        "roberta-prelayernorm",
        "data2vec-text",
    }
)


def max_tokens(loaded: Loaded) -> int:
    """The longest input in tokens, from tokenizer and config (a tokenizer without a limit says 1e30)."""
    own = loaded.facts.max_tokens or 10**9
    if loaded.model.config.model_type in _FIRST_POSITION_2:
        own -= 2
    return int(min(loaded.tokenizer.model_max_length, own, 8192))


def longest(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a text."""
    return max_tokens(loaded)


def shorten(loaded: Loaded, texts: Sequence[str], tokens: int) -> list[str]:
    """The texts, cut to so many tokens each: what stands after a text in a prompt must not be cut off with its end."""
    found = loaded.tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=tokens)["input_ids"]
    cut = [len(ids) == tokens for ids in found]
    return [loaded.tokenizer.decode(ids) if long else text for text, ids, long in zip(texts, found, cut, strict=True)]


def tokenize(loaded: Loaded, texts: Sequence[Any], longest: int = 0) -> dict[str, Tensor]:
    """Token ids and mask of shape (rows, longest), truncated to the model's length, on its device.

    Args:
        texts: or pairs of texts; of a pair the longer one is cut.
        longest: in tokens; 0: as the model reads.
    """
    can_pad(loaded)
    batch = loaded.tokenizer(
        list(texts), padding=True, truncation=True, max_length=longest or max_tokens(loaded), return_tensors="pt"
    )
    return on_device(loaded, batch)


def can_pad(loaded: Loaded) -> None:
    """Give a tokenizer without a padding token one; a decoder with a head finds a text's last token by it."""
    tokenizer = loaded.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token or tokenizer.convert_ids_to_tokens(0)
    config = loaded.model.config.get_text_config()
    if getattr(config, "pad_token_id", None) is None:
        config.pad_token_id = loaded.model.config.pad_token_id = tokenizer.pad_token_id


def on_device(loaded: Loaded, batch: Mapping[str, Any]) -> dict[str, Any]:
    """What of a tokenizer's batch the model reads, on its device: some give token types that it knows not."""
    known = inspect.signature(loaded.model.forward).parameters
    return {name: value.to(loaded.device) for name, value in batch.items() if name in known}


def classify(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The model's own labels for each text, best first; scores by softmax, or sigmoid for a multi-label head.

    A head that was trained for a number (`problem_type` "regression") gives it as the score, in the model's own scale.
    """
    import torch

    with torch.inference_mode():
        logits = loaded.model(**tokenize(loaded, texts)).logits.float()  # (rows, labels)
    scores = scored(logits, loaded.model.config.problem_type)
    return [ranked(loaded.model.config.id2label, row) for row in scores.tolist()]


def ready(loaded: Loaded, texts: Sequence[Any], parameters: Mapping[str, Any]) -> list[Encoded]:
    """The tokens that `tokenize` gives for each text, or pair of texts."""
    can_pad(loaded)
    return encode(loaded, texts, max_tokens(loaded))


def classify_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[Labels]:
    """As `classify`."""
    import torch

    with torch.inference_mode():
        logits = loaded.model(**padded(loaded, encoded)).logits.float()  # (rows, labels)
        scores = scored(logits, loaded.model.config.problem_type)
    return ranked_rows(loaded.model.config.id2label, scores)


def scored(logits: Tensor, kind: str | None) -> Tensor:
    """The scores of a head's logits, both of shape (rows, labels), by its `problem_type`."""
    if kind == "regression":
        return logits
    many = kind == "multi_label_classification" or logits.shape[-1] == 1
    return logits.sigmoid() if many else logits.softmax(-1)


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "text-classification": (
        Runner(
            classify,
            "AutoModelForSequenceClassification",
            longest=longest,
            **fast(classify, ready, classify_encoded),
        ),
    ),
}
