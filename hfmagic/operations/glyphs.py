"""Fonts for the text of a chart: every character drawn has a glyph, so matplotlib has nothing to warn of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from ..errors import clip, one_line

BASE = "DejaVu Sans"  # ships with matplotlib
MISSING = "\N{WHITE SQUARE}"
# Chinese fonts as Windows, macOS, Linux distributions and Noto name them, then any font that has the characters.
PREFERRED = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
_NO_TEXT = ("Last Resort", "STIX", "cm")  # matplotlib's own: boxes for every character, and mathematics
_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


def families(texts: Iterable[str]) -> list[str]:
    """The names of installed fonts that together draw the texts as far as they can; the first is DejaVu Sans."""
    chosen = [BASE]
    missing = _characters(texts) - _has(BASE)
    for name in _installed() if missing else ():
        if missing & _has(name):
            chosen.append(name)
            missing -= _has(name)
        if not missing:
            break
    return chosen


def missing_glyphs(texts: Iterable[str]) -> str:
    """One line that says which font to install, or nothing when every character of the texts can be drawn."""
    texts = list(texts)
    missing = _characters(texts).difference(*map(_has, families(texts)))
    if not missing:
        return ""
    asian = any(unicodedata.name(c, "").startswith(_ASIAN) for c in missing)
    font = "apt install fonts-noto-cjk" if asian else "install a font that has them"
    shown = clip("".join(sorted(missing)), 20)
    return f"no installed font draws {shown} in charts → {font}, then restart the kernel"


def drawable(text: str, fonts: Iterable[str]) -> str:
    """The text in one line, with a square for each character that no font has, and no mathematics.

    matplotlib reads a pair of `$` as TeX; `\\$` is a plain one.
    """
    known = frozenset().union(*map(_has, fonts))
    return "".join(c if c in known or c == " " else MISSING for c in one_line(text)).replace("$", r"\$")


def width(text: str) -> int:
    """How many columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _characters(texts: Iterable[str]) -> set[str]:
    return {c for text in texts for c in one_line(text)} - {" "}


@cache
def _installed() -> tuple[str, ...]:
    """Families to fall back on, Chinese ones first."""
    names = sorted(name for name in _paths() if name != BASE and not name.startswith(_NO_TEXT))
    return tuple(dict.fromkeys([*(name for name in PREFERRED if name in names), *names]))


@cache
def _paths() -> dict[str, str]:
    """The file of each family that has a regular face; for others matplotlib would log that it takes another weight."""
    from matplotlib.font_manager import fontManager

    return {
        f.name: f.fname for f in fontManager.ttflist if f.style == "normal" and f.weight in (400, "normal", "regular")
    }


@cache
def _has(family: str) -> frozenset[str]:
    """The characters of a font."""
    from matplotlib.font_manager import get_font

    try:
        return frozenset(map(chr, get_font(_paths()[family]).get_charmap()))
    except (KeyError, OSError, RuntimeError):  # listed, but gone or broken
        return frozenset()
