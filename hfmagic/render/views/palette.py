"""Colours that tell things apart, and what each of them stands for. Knows no kind."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Sequence

from ..html import Child, Markup, muted, table, tag, text
from ..plain import fit, grid
from ..view import View

# White words are read on each, each is seen on a light and on a dark page.
COLORS = ("#2b7cd3", "#d9480f", "#2f8f46", "#a8690f", "#8e5bd0", "#128787", "#cf3f83", "#6c757d")
OTHER = "#8a8a8a"
MAX_LEGEND = 12


def color(number: int) -> str:
    """The colour of a thing by its number: those of the table, then hues as far apart as may be."""
    if number < len(COLORS):
        return COLORS[number]
    red, green, blue = colorsys.hls_to_rgb(number * 0.618034 % 1, 0.42, 0.6)  # the golden angle
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def colors_of(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, in the order in which they come."""
    return {name: color(number) for number, name in enumerate(dict.fromkeys(names))}


def rgb(shade: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers."""
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)


def swatch(shade: str, words: str = "") -> Markup:
    """A spot of a colour, with a number in it where there is one."""
    return tag("span", words or Markup("&nbsp;"), class_="hfm-swatch", style=f"background:{shade}")


def legend(rows: Sequence[tuple[str, str, Sequence[str]]], *, noun: str = "label", numbered: bool = False) -> View:
    """What each colour stands for.

    Args:
        rows: colour, name, then what is said of it, in columns.
        numbered: the spots carry their number.
    """
    shown = rows[:MAX_LEGEND]
    cells: list[list[Child]] = [
        [
            swatch(shade, str(number) if numbered else ""),
            text(name, 80),
            *(muted(text(one, 80)) for one in said),
        ]
        for number, (shade, name, said) in enumerate(shown, 1)
    ]
    more = len(rows) - len(shown)
    foot = tag("div", muted(f"and {more:,} more {noun}s")) if more > 0 else None
    head = [""] * (1 + max((len(said) for _, _, said in shown), default=0))
    named = [(f"{n} {name}".strip() if numbered else fit(name)) for n, (_, name, _) in enumerate(shown, 1)]
    plain = grid(head, [[one, *said] for one, (_, _, said) in zip(named, shown, strict=True)]).lstrip("\n")
    return View(tag("div", table((), cells, class_="hfm-bars hfm-legend"), foot), plain if rows else "")


def scores_words(scores: Sequence[float]) -> str:
    """Scores as shares, the best first: all of them, or the ends; nothing where there are none."""
    known = sorted((s for s in scores if s == s), reverse=True)
    if not known:
        return ""
    if len(known) <= 3:
        return " ".join(f"{s:.0%}" for s in known)
    return f"{known[0]:.0%} … {known[-1]:.0%}"
