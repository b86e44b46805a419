"""A trial in the cell: what follows from it, bars with their intervals, a table. Takes plain rows and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..operations.canvas import OTHER, PALETTE, make_canvas, value_axis
from .html import clean, code, join, muted, number_cell, table, tag, text
from .plain import grid
from .view import View, stack
from .views.chart import chart_view
from .views.output import CELL_BYTES, Output, Room

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 12
HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("model", "rows", "rows/s", "ms/row (median)", "load s", "peak MB", "verdict"),
        "zh": ("模型", "行数", "行/秒", "毫秒/行（中位数）", "加载秒数", "峰值 MB", "结论"),
    }
)


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A model of a trial: its figure with its 95 % interval in numbers and words, speed, memory, how it came out.

    `value` is None, and the words are empty, where nothing was measured; a speed or memory of 0 was not measured.
    """

    model_id: str
    value: float | None
    low: float
    high: float
    words: str
    rows: int
    rows_per_second: float
    row_ms: float
    load_seconds: float
    peak_bytes: int
    verdict: str
    also: Sequence[tuple[str, str]] = ()
    error: str = ""


def trial_view(
    title: str,
    lines: Sequence[str],
    rows: Sequence[TriedRow],
    *,
    measure: str,
    percent: bool = True,
    best: str = "",
    language: str = "en",
    room: int = CELL_BYTES,
) -> View:
    """The verdict in words, a bar a model, and a table of what was measured.

    Args:
        lines: what follows from the trial, the verdict first.
        measure: what the figures are; `percent`: they are shares.
        best: the model that is better for sure, where there is one.
        room: bytes that it may take.
    """
    verdict, *others = lines or ("",)
    head = tag("div", tag("b", text(title, 200)), class_="hfm-head")
    said = tag("p", text(verdict, 600), class_="hfm-answer", dir="auto")
    notes = (
        tag("ul", [tag("li", text(line, 400), dir="auto") for line in others], class_="hfm-notes") if others else None
    )
    words = View(join([head, said, notes]), "\n".join([clean(title, 200), *(clean(line, 600) for line in lines)]))
    measured = [r for r in rows if r.value is not None]
    chart = _chart(measured, measure, percent, best, room) if measured else View()
    return stack(words, chart, _table(rows, measure, best, language))


def trial_chart(rows: Sequence[TriedRow], *, measure: str, percent: bool = True, best: str = "") -> Figure:
    """A bar for each measured model, the best one above, with a line for its 95 % interval."""
    shown = [r for r in rows if r.value is not None][:MOST_BARS]
    scale = 100 if percent else 1
    names = [r.model_id for r in shown]
    canvas = make_canvas([*names, measure], high=0.9 + 0.42 * len(shown))
    axes, places = canvas.axes, range(len(shown))
    values = [scale * (r.value or 0.0) for r in shown]
    colors = [PALETTE[0] if r.model_id == best or not best else OTHER for r in shown]
    # Pale bars: the line of the interval has to be seen on them, on a light page and on a dark one.
    axes.barh(places, values, height=0.6, color=colors, alpha=0.3)
    for place, row, value, color in zip(places, shown, values, colors, strict=True):
        ends = [scale * row.low, scale * row.high]
        axes.plot(ends, [place, place], "-|", color=color, linewidth=2.4, markersize=9, markeredgewidth=1.8)
        axes.plot([value], [place], "o", color=color, markersize=6)
    canvas.name_ticks_beside(names)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, 100 if percent and max(scale * r.high for r in shown) <= 100 else None)
    value_axis(axes, "x", whole=False)
    return canvas.finished((f"{measure}, %" if percent else measure, ""), "", ())


def _chart(rows: Sequence[TriedRow], measure: str, percent: bool, best: str, room: int) -> View:
    figure = trial_chart(rows, measure=measure, percent=percent, best=best)
    html = chart_view(Output(figure, name=measure, room=Room(room, room))).html
    return View(html, clean(figure.get_label()))


def _table(rows: Sequence[TriedRow], measure: str, best: str, language: str) -> View:
    names = HEADS[language]
    head = (names[0], measure, *names[1:])
    numbers = [
        [r.words, f"{r.rows:,}", *map(_short, (r.rows_per_second, r.row_ms, r.load_seconds)), _mb(r)] for r in rows
    ]
    body = [
        [
            join([code(r.model_id), [muted(text(f" {name} {value}", 60)) for name, value in r.also]]),
            *(number_cell(text(n, 60)) for n in found),
            tag("span", text(r.error or r.verdict, 300), class_=_class(r, best)),
        ]
        for r, found in zip(rows, numbers, strict=True)
    ]
    shown = table([head[0], *(number_cell(text(name, 60), "th") for name in head[1:-1]), head[-1]], body)
    plain = grid(head, [[r.model_id, *found, r.error or r.verdict] for r, found in zip(rows, numbers, strict=True)])
    return View(shown, plain)


def _class(row: TriedRow, best: str) -> str | None:
    return "hfm-bad" if row.error else "hfm-good" if row.model_id == best else None


def _short(value: float) -> str:
    return f"{value:,.3g}" if 0.01 <= value < 1000 else f"{value:,.0f}" if value else ""


def _mb(row: TriedRow) -> str:
    return f"{row.peak_bytes / 1e6:,.0f}" if row.peak_bytes else ""
