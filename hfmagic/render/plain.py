"""Plain text for a terminal: columns that line up, also with Chinese; bars out of block characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..errors import one_line
from .html import clean

MAX_WIDTH = 110
MAX_CELL, MIN_CELL = 48, 22


def cells(text: str) -> int:
    """How many terminal cells a text takes: wide characters two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(value: object, width: int = MAX_CELL) -> str:
    """A foreign value on one line of at most `width` cells."""
    text = one_line(clean(value, 4 * width))
    if cells(text) <= width:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) >= width:
            break
        kept += character
    return kept.rstrip() + "…"


def grid(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table within a terminal's width: the widest columns are clipped, then the last ones left out and counted."""
    lines = [[fit(value) for value in line] for line in ([*head], *rows)]
    widths = [max(cells(line[i]) for line in lines) for i in range(len(head))]
    while sum(widths) + 2 * len(widths) > MAX_WIDTH and max(widths) > MIN_CELL:
        widths[widths.index(max(widths))] -= 1
    kept = next((i for i in range(len(head)) if sum(widths[: i + 1]) + 2 * i > MAX_WIDTH), len(head)) or 1
    pairs = [list(zip(line, widths, strict=True))[:kept] for line in lines]
    shown = ["  ".join(_pad(fit(value, width), width) for value, width in line).rstrip() for line in pairs]
    if kept < len(head):
        shown[0] += f"  (+{len(head) - kept} columns)"
    return "\n".join(shown)


def bar(share: float, width: int = 20) -> str:
    """A share in 0…1 as a bar."""
    return "█" * max(round(share * width), 1 if share > 0 else 0)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
