"""The paper of a chart: axes, fonts, text, legend and caption, readable on white and on dark. Knows no data.

The background is transparent and text mid-grey: 4.3:1 on white and on #111, the most that one grey can have on both;
marks have at least 3:1 on both. The palette begins with Okabe and Ito's (https://jfly.uni-koeln.de/color/); its last
two were searched for the largest difference to those before, also in protanope and deuteranope sight (Machado 2009):
the nearest two of the six are 18 apart in CIELAB.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import clip
from .glyphs import drawable, families, missing_glyphs, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#797979"
OTHER = "#8C8C8C"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5B3DF2", "#A63E29")
MOODS: Mapping[str, str] = MappingProxyType({"negative": "#D55E00", "neutral": OTHER, "positive": "#0072B2"})

WIDE, LEGEND = 6.4, 1.4  # inches
_LINE = 26  # columns of a category's name before it is wrapped
_WORD = 10  # columns that a word takes
_LONGEST = 60


@dataclass(frozen=True)
class Canvas:
    """A figure with one pair of axes, `wide` inches without the legend, and the fonts that draw its texts."""

    figure: Figure
    axes: Axes
    fonts: tuple[str, ...]
    wide: float

    def text(self, value: object, columns: int = _LINE, *, lines: int = 3) -> str:
        """A value as matplotlib may draw it: one safe text, wrapped."""
        return wrapped(drawable(clip(shown(value), _LONGEST), self.fonts), columns, lines)

    def name_ticks_below(self, names: Sequence[object], *, ordered: bool) -> None:
        """Write the names at 0, 1, 2… below: wrapped, else aslant; of many numbers and dates only some."""
        room = self._columns // len(names)
        longest = max(width(shown(name)) for name in names)
        every = -(-len(names) * (longest + 1) // self._columns) if ordered else 1
        aslant = not ordered and room < min(longest, _WORD)
        if aslant:
            self._name_ticks("x", [clip(shown(name), 2 * _WORD) for name in names], 1, _LINE)
            self.axes.tick_params(axis="x", labelrotation=35)
            for label in self.axes.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
            self.figure.set_figheight(self.figure.get_figheight() + 0.8)
        else:
            self._name_ticks("x", names, every, _LINE if ordered else max(room, _WORD))

    def name_ticks_beside(self, names: Sequence[object]) -> None:
        """Write the names at 0, 1, 2… to the left."""
        self._name_ticks("y", names, 1, _LINE)

    @property
    def _columns(self) -> int:
        """Columns of text below the axes."""
        return int(10.5 * (self.wide - 0.5))

    def _name_ticks(self, axis: str, names: Sequence[object], every: int, columns: int) -> None:
        places = range(0, len(names), every)
        set_ticks = self.axes.set_xticks if axis == "x" else self.axes.set_yticks
        set_ticks(
            places, [self.text(names[i], columns, lines=3 if axis == "x" else 2) for i in places], family=self.fonts
        )
        self.axes.tick_params(axis=axis, length=0)  # type: ignore[arg-type]

    def finished(
        self,
        axes: tuple[str, str],
        title: str,
        notes: Iterable[str],
        *,
        split: str = "",
        entries: Iterable[tuple[Any, str]] = (),
    ) -> Figure:
        """The figure, with the names of both axes, a title above, notes in small print below and a legend beside."""
        pen: dict[str, Any] = {"color": INK, "family": self.fonts}
        self.axes.set_xlabel(self.text(axes[0], 60), labelpad=6, **pen)
        self.axes.set_ylabel(self.text(axes[1], 36), labelpad=6, **pen)
        if split:
            self._legend(split, list(entries), pen)
        if title:
            text = wrapped(drawable(clip(title, 160), self.fonts), 62, 3)
            self.figure.suptitle(text, x=0.02, ha="left", size=12, **pen)
        if small := "; ".join(notes):
            text = wrapped(drawable(small, self.fonts), 90, 3)
            self.figure.supxlabel(text, x=0.02, ha="left", size=8, **pen)
        return self.figure

    def _legend(self, title: str, entries: Sequence[tuple[Any, str]], pen: dict[str, Any]) -> None:
        # Written afterwards: matplotlib leaves out a label that begins with an underscore.
        legend = self.figure.legend(
            [handle for handle, _ in entries],
            ["."] * len(entries),
            loc="outside right upper",
            frameon=False,
            title=self.text(title, 24),
            alignment="left",
            handlelength=1,
            handleheight=1,
            borderaxespad=0.2,
        )
        for text, (_, name) in zip(legend.get_texts(), entries, strict=True):
            text.set(text=self.text(name, 28), **pen)
        legend.get_title().set(**pen)


def make_canvas(texts: Iterable[object], *, wide: float = WIDE, high: float = 3.6, legend: bool = False) -> Canvas:
    """An empty canvas, `wide` × `high` inches and more for a legend, with fonts for the texts.

    The figure's label says which font to install for characters that no font has.
    """
    from matplotlib.figure import Figure

    said = [shown(text) for text in texts]
    figure = Figure(figsize=(wide + LEGEND * legend, high), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # type: ignore[union-attr,call-arg]  # inches
    figure.patch.set_alpha(0)
    figure.set_label(missing_glyphs(said))
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set(visible=side == "bottom", color=INK, linewidth=0.8, alpha=0.6)
    fonts = tuple(families(said))
    axes.tick_params(colors=INK, labelsize=9.5, length=3, width=0.6, labelfontfamily=fonts)
    return Canvas(figure, axes, fonts, wide)


def value_axis(axes: Axes, axis: str, *, whole: bool) -> None:
    """A light grid and plain numbers along the axis of the values; whole numbers for counts."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    scale = axes.xaxis if axis == "x" else axes.yaxis
    scale.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=whole, min_n_ticks=1))
    scale.set_major_formatter(FuncFormatter(lambda value, _: format(value, ",.10g")))
    axes.grid(axis=axis, color=INK, alpha=0.25, linewidth=0.6)  # type: ignore[arg-type]
    axes.tick_params(axis=axis, length=0)  # type: ignore[arg-type]


def number(value: float) -> str:
    """A number for people: 1,234 or 0.25 or 3.4e+09."""
    return numbers([value])[0]


def numbers(values: Sequence[float]) -> list[str]:
    """Numbers with as many digits as all of them need; an empty text for NaN."""
    there = [abs(v) for v in values if v == v]
    largest = max(there, default=0)
    if largest >= 1e9 or 0 < largest < 0.005:
        form = ".2e" if largest >= 1e9 else ".1e"
    else:
        form = ",.0f" if largest >= 1000 or all(v == int(v) for v in there) else ",.1f" if largest >= 100 else ",.2f"
    return [format(v, form) if v == v else "" for v in values]


def shown(value: object) -> str:
    """A category as text: numbers short, midnight as its date."""
    if isinstance(value, float):
        return number(value)
    text = str(value)
    return text.removesuffix(" 00:00:00") if hasattr(value, "isoformat") else text


def color_of(names: Sequence[str], other: str) -> list[str]:
    """A color for each name: moods have theirs, "other" is grey."""
    if is_moody(names):
        return [MOODS[name.casefold()] for name in names]
    return [OTHER if name == other else PALETTE[i % len(PALETTE)] for i, name in enumerate(names)]


def is_moody(names: Sequence[str]) -> bool:
    """Whether all names are moods."""
    return all(name.casefold() in MOODS for name in names)


def wrapped(text: str, columns: int, lines: int) -> str:
    """The text in lines of at most `columns`, a Chinese character counting twice; what does not fit ends in "…"."""
    if width(text) <= columns:
        return text
    per_line = max(columns * len(text) // width(text), 1)
    return "\n".join(textwrap.wrap(text, per_line, max_lines=lines, placeholder="…"))
