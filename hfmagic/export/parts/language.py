"""The language of texts."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier


def detect_language(texts: list[str]) -> list[list[tuple[str, float]] | None]:
    """The likeliest language of each text with its probability; None where it cannot be told (digits, a name)."""
    guesses = [identifier().classify(t[:2000]) if any(map(str.isalpha, t)) else ("", 0.0) for t in texts]
    return [[(language, round(score, 4))] if score >= 0.2 else None for language, score in guesses]


@cache
def identifier() -> LanguageIdentifier:
    """A naive Bayes over byte n-grams, of the languages with a code of two letters."""
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([code for code in found.labels if len(code) == 2])
    return found
