"""Text as a quiet block, beside what it was made from; and what has no view of its own."""

from __future__ import annotations

from ..html import clean, muted, table, tag, text
from ..plain import fit
from ..view import View, stack
from .labels import question_view
from .output import Output, showing
from .transcript import segments_of, segments_view

MAX_TEXT = 5_000
MAX_SIDE = 1_500
MAX_PAIRS = 5


def text_view(output: Output) -> View:
    """A text, or a list of texts, with its lines kept; a transcript with its times."""
    texts = output.value if isinstance(output.value, list | tuple) else [output.value]
    segments = segments_of(output.value)
    if segments:
        return segments_view(segments)
    if isinstance(output.subject, str) and output.subject and len(texts) == 1:
        return stack(question_view(output.asked), _pairs([(output.subject, str(texts[0]))]))
    blocks = [tag("div", text(one, MAX_TEXT), class_="hfm-block", dir="auto") for one in texts[: output.rows]]
    more = showing(min(len(texts), output.rows), len(texts), "part")
    foot = tag("div", muted(more), class_="hfm-sub") if more else None
    lines = "\n".join(clean(one, MAX_TEXT) for one in texts[: output.rows])
    return stack(question_view(output.asked), View(tag("div", blocks, foot), "\n".join(filter(None, (lines, more)))))


def texts_column(output: Output) -> View:
    """The first texts of a column, each beside the one that it was made from."""
    pairs = [(output.subject_of(row), value) for row, value in output.given]
    there = [(source, str(value)) for source, value in pairs if isinstance(source, str)]
    shown = there[: min(MAX_PAIRS, output.rows)]
    more = showing(len(shown), len(there), "row")
    return stack(_pairs(shown), View(tag("div", muted(more), class_="hfm-sub"), more) if more else View())


def _pairs(pairs: list[tuple[str, str]]) -> View:
    if not pairs:
        return View()
    cells = [[tag("div", text(one, MAX_SIDE), dir="auto", class_="hfm-side") for one in pair] for pair in pairs]
    return View(table((), cells, class_="hfm-sides"), "\n".join(f"{fit(a, 52)} → {fit(b, 52)}" for a, b in pairs))


def other_view(output: Output) -> View:
    """A value that is only named."""
    words = f"{type(output.value).__name__} {output.name}".strip()
    return View(tag("div", text(words, 200)), words)
