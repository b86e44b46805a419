"""Text as a quiet block; and what has no view of its own."""

from __future__ import annotations

from ..html import clean, tag, text
from ..view import View
from .output import Output

MAX_TEXT = 5_000


def text_view(output: Output) -> View:
    """A text, or a list of texts, with its lines kept."""
    texts = output.value if isinstance(output.value, list | tuple) else [output.value]
    blocks = [tag("div", text(one, MAX_TEXT), class_="hfm-block", dir="auto") for one in texts[: output.rows]]
    return View(tag("div", blocks), "\n".join(clean(one, MAX_TEXT) for one in texts[: output.rows]))


def other_view(output: Output) -> View:
    """A value that is only named."""
    words = f"{type(output.value).__name__} {output.name}".strip()
    return View(tag("div", text(words, 200)), words)
