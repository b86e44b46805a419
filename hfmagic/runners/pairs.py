"""Two texts that a model reads at once: a text and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..models import Loaded
from .runner import token_counts
from .text import max_tokens

LEAST = 16  # tokens of a text that are read at least, however long the question is


def pair_counts(loaded: Loaded, values: Sequence[Any]) -> list[int]:
    """Tokens of each pair together."""
    first = token_counts(loaded, [a for a, _ in values])
    second = token_counts(loaded, [b for _, b in values])
    return [a + b for a, b in zip(first, second, strict=True)]


def longest_pair(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a pair."""
    return max_tokens(loaded)


def window_counts(loaded: Loaded, values: Sequence[Any]) -> list[int]:
    """Tokens of each pair, as many as go through the model at once: what is longer is read in windows."""
    return [min(count, max_tokens(loaded)) for count in pair_counts(loaded, values)]
