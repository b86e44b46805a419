"""Zero-shot classification by models of natural language inference: does the text entail "this is about …"?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import StepFailed
from ..kinds import Labels
from ..language import column_language
from ..models import Loaded
from .embeddings import BY_SIMILARITY
from .encoded import Encoded, at_once, fast, in_parts, padded
from .labels import ranked, ranked_rows
from .runner import Runner, token_counts
from .text import max_tokens, ready, tokenize

HYPOTHESES = {"en": "This text is about {}.", "zh": "这段文字是关于{}的。"}
"""In the language of the labels: models are trained with whole sentences (Yin et al. 2019, arXiv:1909.00161)."""


def classify_by_entailment(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The given labels for each text; scores are a softmax over the labels of how strongly it entails each hypothesis.

    As transformers' zero-shot pipeline does with one label a text.
    """
    import torch

    labels = [str(label) for label in parameters["candidate_labels"]]
    hypotheses = [_hypothesis(labels).format(label) for label in labels]
    index = entailment(loaded.model.config.label2id)
    if index is None:
        raise StepFailed(f"{loaded.facts.model_id} has no label named entailment.")
    batch = tokenize(loaded, [(text, hypothesis) for text in texts for hypothesis in hypotheses])
    with torch.inference_mode():
        logits = loaded.model(**batch).logits[:, index].float()  # (rows · labels,)
    scores = logits.view(len(texts), len(labels)).softmax(-1)
    return [ranked(dict(enumerate(labels)), row) for row in scores.tolist()]


def entailment(label2id: Mapping[str, int] | None) -> int | None:
    """The place of the label "entailment" in a head of two or three labels; None where it has none."""
    return next((i for name, i in (label2id or {}).items() if name.lower().startswith("entail")), None)


def problem(config: Mapping[str, Any]) -> str:
    """Why a config is of no such model, or an empty string."""
    names = config.get("label2id") or {}
    return "" if isinstance(names, dict) and entailment(names) is not None else "none of its labels is named entailment"


def _hypothesis(labels: Sequence[str]) -> str:
    return HYPOTHESES["zh" if column_language([" ".join(labels)]) == "zh" else "en"]


def _room(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a text, beside the longest hypothesis."""
    labels = [str(label) for label in parameters["candidate_labels"]]
    hypotheses = [_hypothesis(labels).format(label) for label in labels]
    return max(max_tokens(loaded) - max(token_counts(loaded, hypotheses)), 8)


class Pairs(NamedTuple):
    """A text with each hypothesis, as tokens; `cost` is the text's."""

    items: Sequence[Encoded]
    cost: int

    @property
    def value(self) -> Any:
        """The text, where it was left as it is."""
        return self.items[0].value and self.items[0].value[0]


def _ready(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Pairs]:
    labels = [str(label) for label in parameters["candidate_labels"]]
    hypotheses = [_hypothesis(labels).format(label) for label in labels]
    found = ready(loaded, [(text, hypothesis) for text in texts for hypothesis in hypotheses], parameters)
    room, most = _room(loaded, parameters), max_tokens(loaded)
    pairs = []
    for i in range(len(texts)):
        items = found[i * len(labels) : (i + 1) * len(labels)]
        cost = max(item.cost for item in items)
        pairs.append(Pairs(items, room + 1 if cost > most else min(room, max(1, cost - most + room))))
    return pairs


def _classify_encoded(loaded: Loaded, encoded: Sequence[Pairs], parameters: Mapping[str, Any]) -> list[Labels]:
    import torch

    labels = [str(label) for label in parameters["candidate_labels"]]
    index = entailment(loaded.model.config.label2id)
    if index is None:
        raise StepFailed(f"{loaded.facts.model_id} has no label named entailment.")
    items = [item for pairs in encoded for item in pairs.items]
    found = torch.empty(len(items))  # (rows · labels,)
    with torch.inference_mode():
        for part in in_parts([item.cost for item in items], at_once(loaded)):
            logits = loaded.model(**padded(loaded, [items[i] for i in part])).logits
            found[part] = logits[:, index].float().cpu()
    return ranked_rows(dict(enumerate(labels)), found.view(len(encoded), len(labels)).softmax(-1))


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "zero-shot-classification": (
        Runner(
            classify_by_entailment,
            "AutoModelForSequenceClassification",
            of=("ForSequenceClassification",),
            longest=_room,
            most=32,
            problem=problem,
            **fast(classify_by_entailment, _ready, _classify_encoded, 512),
        ),
        BY_SIMILARITY,
    ),
}
