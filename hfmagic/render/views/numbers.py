"""Numbers in a line; those of a column with a small histogram."""

from __future__ import annotations

from collections.abc import Sequence

from ..html import Markup, muted, tag, text
from ..view import View
from .output import Output

BINS = 16
ENOUGH = 8  # numbers, from which on a histogram tells more than they do
BLOCKS = " ▁▂▃▄▅▆▇█"


def number_view(output: Output) -> View:
    """One number under its name."""
    words = f"{output.name}: {output.value:,.4g}" if output.value is not None else f"{output.name}: missing"
    return View(tag("div", text(words, 200)), words)


def number_column(output: Output) -> View:
    """Smallest, middle and largest of a column, and how the others lie between them."""
    values = sorted(value for _, value in output.given if value == value and abs(value) != float("inf"))
    if not values:
        return View()
    words = f"{output.name}: {values[0]:,.3g} … {values[-1]:,.3g}, median {values[len(values) // 2]:,.3g}"
    counts = histogram(values) if len(values) >= ENOUGH and values[-1] > values[0] else []
    line = tag("div", muted(text(words, 200)))
    if not counts:
        return View(line, words)
    return View(tag("div", _bars(counts, values), line), f"{words}  {_blocks(counts)}")


def histogram(values: Sequence[float]) -> list[int]:
    """How many of sorted values lie in each of equal steps from the smallest to the largest."""
    low, high = values[0], values[-1]
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int((value - low) / (high - low) * BINS))] += 1
    return counts


def _bars(counts: Sequence[int], values: Sequence[float]) -> Markup:
    low, step, most = values[0], (values[-1] - values[0]) / BINS, max(counts)
    bars = [
        tag(
            "span",
            class_="hfm-column",
            style=f"height:{100 * count / most:.0f}%",
            title=f"{count:,} from {low + i * step:,.3g} to {low + (i + 1) * step:,.3g}",
        )
        for i, count in enumerate(counts)
    ]
    return tag("div", bars, class_="hfm-histogram")


def _blocks(counts: Sequence[int]) -> str:
    most = max(counts)
    return "".join(BLOCKS[-(-8 * count // most)] for count in counts)
