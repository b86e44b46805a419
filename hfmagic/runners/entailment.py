"""Zero-shot classification by models of natural language inference: does the text entail "this is about …"?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import StepFailed
from ..kinds import Labels
from ..language import column_language
from ..models import Loaded
from .embeddings import BY_SIMILARITY
from .labels import ranked
from .runner import Runner, token_counts
from .text import max_tokens, tokenize

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


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "zero-shot-classification": (
        Runner(
            classify_by_entailment,
            "AutoModelForSequenceClassification",
            of=("ForSequenceClassification",),
            longest=_room,
            most=32,
            problem=problem,
        ),
        BY_SIMILARITY,
    ),
}
