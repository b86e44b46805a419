"""How well a text answers a query, by cross-encoders: models that read both at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..models import Loaded
from .encoded import Encoded, fast, padded
from .pairs import longest_pair, pair_counts
from .runner import Runner
from .text import ready, tokenize

if TYPE_CHECKING:
    from torch import Tensor


def relevance(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[float]:
    """The probability, 0…1, that a text answers its query; `values` are (text, query).

    Of a head with one logit by sigmoid, in float64 so that near ones keep their order; of a head with two by softmax,
    the second is "relevant".
    """
    import torch

    batch = tokenize(loaded, [(query, text) for text, query in values])
    with torch.inference_mode():
        logits = loaded.model(**batch).logits.double()  # (rows, 1 or 2)
    return _scores(logits)


def _scores(logits: Tensor) -> list[float]:
    """Of logits of shape (rows, 1 or 2)."""
    scores = logits[:, 0].sigmoid() if logits.shape[1] == 1 else logits.softmax(-1)[:, 1]
    return [float(score) for score in scores.tolist()]


def _ready(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Encoded]:
    found = ready(loaded, [(query, text) for text, query in values], parameters)
    return [item if item.value is None else item._replace(value=item.value[::-1]) for item in found]


def _relevance_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[float]:
    import torch

    with torch.inference_mode():
        return _scores(loaded.model(**padded(loaded, encoded)).logits.double())


def problem(config: Mapping[str, Any]) -> str:
    """Why a config is of no ranker, or an empty string: it has one label, or two."""
    names = config.get("id2label")
    count = len(names) if isinstance(names, dict) else int(config.get("num_labels") or 2)
    return "" if count <= 2 else f"has {count} labels; a ranker has one or two"


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "text-ranking": (
        Runner(
            relevance,
            "AutoModelForSequenceClassification",
            cost=pair_counts,
            longest=longest_pair,
            problem=problem,
            **fast(relevance, _ready, _relevance_encoded),
        ),
    ),
}
