"""Numbers and embeddings in a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..html import muted, tag, text
from ..view import View
from .output import Output

FIRST = 6


def number_view(output: Output) -> View:
    """One number under its name."""
    words = f"{output.name}: {output.value:,.4g}" if output.value is not None else f"{output.name}: missing"
    return View(tag("div", text(words, 200)), words)


def number_column(output: Output) -> View:
    """Smallest, middle and largest of a column."""
    values = sorted(value for _, value in output.given if value == value)
    if not values:
        return View()
    words = f"{output.name}: {values[0]:,.3g} … {values[-1]:,.3g}, median {values[len(values) // 2]:,.3g}"
    return View(tag("div", muted(text(words, 200))), words)


def embedding_view(output: Output) -> View:
    """Its length and first numbers."""
    words = _embedding(output.value)
    return View(tag("div", text(words, 200)), words)


def embedding_column(output: Output) -> View:
    """Shape of all of them, and the first numbers of the first."""
    given = [value for _, value in output.given]
    if not given:
        return View()
    words = f"{len(given):,} × {len(given[0]):,} numbers, first row {_embedding(given[0])}"
    return View(tag("div", text(words, 300)), words)


def _embedding(vector: Sequence[Any]) -> str:
    more = " …" if len(vector) > FIRST else ""
    return f"[{', '.join(f'{float(n):.3f}' for n in vector[:FIRST])}{more}] ({len(vector):,})"
