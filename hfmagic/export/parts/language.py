"""The language of texts."""

from __future__ import annotations

from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier


def detect_language(text: str) -> dict[str, Any]:
    """The likeliest language of a text with its probability; None where it cannot be told (digits, a name)."""
    language, score = identifier().classify(text[:2000]) if any(map(str.isalpha, text)) else ("", 0.0)
    return {"label": language if score >= 0.2 else None, "score": round(score, 4)}


@cache
def identifier() -> LanguageIdentifier:
    """A naive Bayes over byte n-grams, of the languages with a code of two letters."""
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([code for code in found.labels if len(code) == 2])
    return found
