"""The five marks of a chart, one function each. They draw what `tally` counted on what `canvas` prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import StepFailed
from .canvas import (
    INK,
    OTHER,
    PALETTE,
    WIDE,
    Canvas,
    color_of,
    is_moody,
    make_canvas,
    number,
    numbers,
    shown,
    value_axis,
)
from .glyphs import width
from .tally import MOST_COLORS, MOST_NAMES, WORDS, Tally, is_number, is_text, present, tally, value_name

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from matplotlib.figure import Figure

MOST_POINTS = 20_000
MOST_BINS = 40
FITS = 62  # columns of names that stand side by side below the bars
MOST_WRITTEN = 200  # tiles with their value in them
TILES = ("#DCE9F3", "#6BA6CF", PALETTE[0], "#004B7C")


def draw_bars(table: pa.Table, *, x: str, y: str, color: str, aggregate: str, title: str, language: str) -> Figure:
    """A bar for each x, the largest first, lying where names are long; colors are stacked, means stand side by side."""
    import numpy as np

    bars = tally(table, x=x, y=y, color=color, aggregate=aggregate, language=language)
    values, count = np.nan_to_num(bars.values), len(bars.colors)  # (names, colors)
    value = value_name(y, bars.aggregate, language)
    stacked = count == 1 or _adds_up(bars)
    lying = not bars.ordered and max(width(shown(n)) for n in bars.names) > FITS // len(bars.names)
    rows = len(bars.names) * (0.36 if stacked else 0.12 + 0.2 * count)
    canvas = make_canvas(
        (x, value, color, title, *bars.names, *bars.colors, *bars.notes),
        wide=WIDE if lying else min(WIDE, 2.0 + len(bars.names)),
        legend=bool(color),
        high=max(1.0 + rows + (0.4 if title else 0), 2.2) if lying else 3.8,
    )
    thick = 0.72 if stacked else 0.8 / count
    place = np.arange(len(bars.names))
    draw: Any = canvas.axes.barh if lying else canvas.axes.bar
    drawn = []
    for i, fill in enumerate(_fills(bars, color, language)):
        start = values[:, :i].sum(axis=1) if stacked else 0
        offset = 0 if stacked else (i - (count - 1) / 2) * thick
        drawn.append(draw(place + offset, values[:, i], thick * (1 if stacked else 0.92), start, color=fill))
        if not stacked:
            _label(canvas, drawn[i], bars.values[:, i])
    if stacked:
        _label(canvas, drawn[-1], values.sum(axis=1))
    value_axis(canvas.axes, "x" if lying else "y", whole=_whole(values))
    room, edge = 0.18 if np.any(values < 0) else 0.12, 1.0 if len(place) == 1 else 0.6
    if lying:
        canvas.name_ticks_beside(bars.names)
        canvas.axes.margins(x=room)
        canvas.axes.set_ylim(len(place) - 1 + edge, -edge)
        canvas.axes.spines["bottom"].set_visible(False)
    else:
        canvas.name_ticks_below(bars.names, ordered=bars.ordered)
        canvas.axes.margins(y=room)
        canvas.axes.set_xlim(-edge, len(place) - 1 + edge)
    names = (value, x) if lying else (x, value)
    return canvas.finished(names, title, bars.notes, split=color, entries=zip(drawn, bars.colors, strict=True))


def draw_lines(table: pa.Table, *, x: str, y: str, color: str, aggregate: str, title: str, language: str) -> Figure:
    """A line for each color through the value of each x, in the order of x."""
    import numpy as np

    lines = tally(table, x=x, y=y, color=color, aggregate=aggregate, language=language)
    value = value_name(y, lines.aggregate, language)
    canvas = make_canvas(
        (x, value, color, title, *(n for n in lines.names if isinstance(n, str)), *lines.colors, *lines.notes),
        legend=bool(color),
    )
    named = isinstance(lines.names[0], str)
    along: Any = np.arange(len(lines.names)) if named else np.array(lines.names)
    paint = color_of(lines.colors, WORDS[language]["other"]) if color else [PALETTE[0]]
    few = len(lines.names) <= 40
    drawn = []
    for i, hue in enumerate(paint):
        there = ~np.isnan(lines.values[:, i])
        drawn += canvas.axes.plot(
            along[there], lines.values[there, i], color=hue, linewidth=2, marker="o" if few else "", markersize=4
        )
    if named:
        canvas.name_ticks_below(lines.names, ordered=lines.ordered)
    else:
        _scale_axis(canvas, "x", along)
    value_axis(canvas.axes, "y", whole=_whole(lines.values))
    if lines.aggregate == "count":
        canvas.axes.set_ylim(bottom=0)
    return canvas.finished((x, value), title, lines.notes, split=color, entries=zip(drawn, lines.colors, strict=True))


def draw_points(table: pa.Table, *, x: str, y: str, color: str, title: str, language: str) -> Figure:
    """A point for each row; many points are drawn fainter, and at most 20,000 of them."""
    import numpy as np

    if not y:
        raise StepFailed("a scatter chart needs a column for each axis.", hint="set y")
    rows, notes = present(table, (x, y, color), language)
    for name in (x, y):
        if is_text(rows.column(name)):
            raise StepFailed(f"{name!r} holds text; a scatter chart wants numbers or dates.", hint="bar or heatmap")
    if len(rows) > MOST_POINTS:
        notes += (WORDS[language]["sample"].format(f"{MOST_POINTS:,}", f"{len(rows):,}"),)
        rows = rows.take(np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int))
    groups = _groups(rows, color, language)
    canvas = make_canvas((x, y, color, title, *groups, *notes), legend=bool(color), high=4.2)
    across, up = (np.array(rows.column(name).to_pylist()) for name in (x, y))
    paint = color_of(list(groups), WORDS[language]["other"]) if color else [PALETTE[0]]
    faint = float(np.clip(30 / len(rows) ** 0.5, 0.15, 0.8))
    drawn = []
    for hue, members in zip(paint, groups.values(), strict=True):
        layer = 1 if hue == OTHER else 2
        canvas.axes.scatter(across[members], up[members], s=22, color=hue, alpha=faint, linewidths=0, zorder=layer)
        drawn.append(canvas.axes.scatter([], [], s=40, color=hue))  # for the legend, not faint
    _scale_axis(canvas, "x", across)
    _scale_axis(canvas, "y", up)
    return canvas.finished((x, y), title, notes, split=color, entries=zip(drawn, groups, strict=True))


def draw_histogram(table: pa.Table, *, x: str, y: str, color: str, title: str, language: str) -> Figure:
    """How many rows fall into each of up to 40 equal parts of x; colors are stacked."""

    del y
    rows, notes = present(table, (x, color), language)
    if not is_number(rows.column(x)):
        raise StepFailed(f"{x!r} holds no numbers, which a histogram wants.", hint="line")
    values = rows.column(x).to_numpy().astype(float)
    groups = _groups(rows, color, language)
    counted = WORDS[language]["count"]
    canvas = make_canvas((x, counted, color, title, *groups, *notes), legend=bool(color))
    _, _, drawn = canvas.axes.hist(
        [values[members] for members in groups.values()],
        bins=_edges(values).tolist(),
        stacked=True,
        color=color_of(list(groups), WORDS[language]["other"]) if color else [PALETTE[0]],
        rwidth=0.94,
    )
    each: Any = drawn if len(groups) > 1 else [drawn]
    _scale_axis(canvas, "x", values)
    canvas.axes.grid(visible=False, axis="x")
    canvas.axes.margins(y=0.08)
    value_axis(canvas.axes, "y", whole=True)
    return canvas.finished((x, counted), title, notes, split=color, entries=zip(each, groups, strict=True))


def draw_heatmap(table: pa.Table, *, x: str, y: str, color: str, aggregate: str, title: str, language: str) -> Figure:
    """A tile for each x and color, with its value written in; where there is no color, for each x and y."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    if not (color or y):
        raise StepFailed("a heatmap needs a column for its rows.", hint="set color")
    rows, values = (color, y) if color else (y, "")
    how = aggregate if values else "count"
    tiles = tally(table, x=x, y=values, color=rows, aggregate=how, language=language, colors=MOST_NAMES)
    value = value_name(values, tiles.aggregate, language)
    canvas = make_canvas(
        (x, rows, value, title, *tiles.names, *tiles.colors, *tiles.notes),
        legend=True,
        high=1.5 + 0.36 * len(tiles.colors) + (0.4 if title else 0),
    )
    grid = tiles.values.T  # (colors, names)
    image = canvas.axes.imshow(grid, cmap=LinearSegmentedColormap.from_list("hfmagic", TILES), aspect="auto")
    if grid.size <= MOST_WRITTEN:
        shade = np.nan_to_num(np.asarray(image.norm(grid), dtype=float))
        texts = numbers(grid.ravel().tolist())
        for (up, across), text in zip(np.ndindex(grid.shape), texts, strict=True):
            ink = "white" if shade[up, across] > 0.45 else "#222222"
            canvas.axes.text(across, up, text, ha="center", va="center", size=9, color=ink)
    canvas.name_ticks_below(tiles.names, ordered=tiles.ordered)
    canvas.name_ticks_beside(tiles.colors)
    canvas.axes.spines["bottom"].set_visible(False)
    bar = canvas.figure.colorbar(image, ax=canvas.axes, shrink=0.8, aspect=14, pad=0.02)
    bar.outline.set_visible(False)
    value_axis(bar.ax, "y", whole=_whole(grid))
    bar.ax.tick_params(colors=INK, labelsize=8.5)
    bar.ax.set_ylabel(canvas.text(value, 30), size=9, color=INK, family=canvas.fonts)
    return canvas.finished((x, rows), title, tiles.notes)


def _fills(bars: Tally, color: str, language: str) -> list[Any]:
    """A color for each color of the bars, or for each bar where nothing splits them."""
    other = WORDS[language]["other"]
    if color:
        return list(color_of(bars.colors, other))
    names = [shown(n) for n in bars.names]
    moods = color_of(names, other)
    return [moods if is_moody(names) else [OTHER if n == other else PALETTE[0] for n in names]]


def _label(canvas: Canvas, drawn: Any, values: np.ndarray) -> None:
    """The value at the end of each bar, as long as there is room."""
    if len(values) <= 2 * MOST_NAMES:
        canvas.axes.bar_label(drawn, numbers(values.tolist()), padding=3, size=8.5, color=INK)


def _adds_up(bars: Tally) -> bool:
    """Whether the colors of a bar are parts of a whole."""
    import numpy as np

    return (bars.aggregate in ("count", "sum") and not np.any(bars.values < 0)) or _whole(bars.values)


def _whole(values: np.ndarray) -> bool:
    """Whether all values are counts: whole and not negative."""
    import numpy as np

    there = values[~np.isnan(values)]
    return bool(np.all((there >= 0) & (there == np.round(there))))


def _scale_axis(canvas: Canvas, axis: str, along: np.ndarray) -> None:
    """Numbers or dates along an axis."""
    from matplotlib import dates

    if not hasattr(along[0], "isoformat"):
        value_axis(canvas.axes, axis, whole=False)
        return
    scale = canvas.axes.xaxis if axis == "x" else canvas.axes.yaxis
    if min(along) == max(along):
        scale.set_ticks([along[0]], [shown(along[0])])
        return
    locator = dates.AutoDateLocator()  # type: ignore[no-untyped-call]
    scale.set_major_locator(locator)
    scale.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    scale.get_offset_text().set(color=INK, size=9)


def _groups(rows: pa.Table, color: str, language: str) -> dict[str, np.ndarray]:
    """The positions of the rows of each color: the largest six, or the four quarters of many numbers."""
    import numpy as np

    if not color:
        return {"": np.arange(len(rows))}
    values = rows.column(color)
    if is_number(values) and len(values.unique()) > MOST_COLORS:
        numbers = values.to_numpy().astype(float)
        edges = np.unique(np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1]))
        quarter = np.searchsorted(edges[1:-1], numbers, side="left")
        return {
            f"{number(edges[i])} … {number(edges[i + 1])}": np.flatnonzero(quarter == i) for i in range(len(edges) - 1)
        }
    names = np.array([shown(v) for v in values.to_pylist()], dtype=object)
    kinds, counts = np.unique(names, return_counts=True)
    other = WORDS[language]["other"]
    if len(kinds) > MOST_COLORS:
        kept = kinds[np.argsort(-counts, kind="stable")[: MOST_COLORS - 1]]
        names[~np.isin(names, kept)] = other
        kinds = np.array([*kept, other], dtype=object)
    return {str(kind): np.flatnonzero(names == kind) for kind in kinds}


def _edges(values: np.ndarray) -> np.ndarray:
    """Where the bars of a histogram begin and end: whole numbers in the middle of theirs, else numpy's rule."""
    import numpy as np

    low, high = values.min(), values.max()
    if np.all(values == np.round(values)) and high - low < MOST_BINS:
        return np.arange(low - 0.5, high + 1)
    edges = np.histogram_bin_edges(values, "auto")
    return edges if len(edges) <= MOST_BINS + 1 else np.linspace(low, high, MOST_BINS + 1)
