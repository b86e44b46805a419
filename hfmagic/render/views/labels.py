"""Labels as bars: the scores of one value, or how often each label came in a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...kinds import Labels
from ..html import Markup, join, muted, number_cell, table, tag, text
from ..plain import bar, fit, grid
from ..view import View
from .output import Output

MAX_BARS = 8


def labels_view(output: Output) -> View:
    """The labels of one value, best first, with their scores."""
    labels: Labels = output.value or ()
    return bars([(one.label, one.score, f"{one.score:.1%}") for one in labels[:MAX_BARS]], len(labels) - MAX_BARS)


def labels_column(output: Output) -> View:
    """How often each label came first."""
    lists = [value for _, value in output.given]
    best = [one[0].label for value in lists for one in (value if _mapped(value) else [value]) if one]
    counts = Counter(best).most_common()
    every = max(len(best), 1)
    shown = [(label, count / every, f"{count:,} · {count / every:.0%}") for label, count in counts[:MAX_BARS]]
    return bars(shown, len(counts) - MAX_BARS)


def _mapped(value: Sequence[object]) -> bool:
    return isinstance(value, list)


def bars(rows: Sequence[tuple[str, float, str]], hidden: int = 0) -> View:
    """Rows of (label, share in 0…1, number in words) as horizontal bars; without styles the numbers remain."""
    if not rows:
        return View()
    cells = [(text(label, 80), _bar(share), number_cell(muted(words))) for label, share, words in rows]
    more = muted(f"and {hidden:,} more labels") if hidden > 0 else None
    plain = grid(["", "", ""], [(fit(label), bar(share), words) for label, share, words in rows]).lstrip("\n")
    return View(join([table((), cells, class_="hfm-bars"), more]), plain)


def _bar(share: float) -> Markup:
    width = f"width:{100 * min(max(share, 0.0), 1.0):.1f}%"
    return tag("div", tag("div", class_="hfm-bar", style=width), class_="hfm-track")
