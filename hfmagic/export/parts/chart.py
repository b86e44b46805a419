"""Charts of a frame: the same rows counted as in the cell, in matplotlib's own style."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

MOODS = {"negative": "#D55E00", "neutral": "#8C8C8C", "positive": "#0072B2"}
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5B3DF2", "#A63E29"]


def bar_chart(
    frame: pd.DataFrame,
    x: str,
    y: str = "",
    color: str = "",
    how: str = "count",
    other: str = "other",
    rows: str = "rows",
) -> Figure:
    """A bar for each x, split by color."""
    values, how = tally(frame, x, y, color, how, other)
    figure, axes = plt.subplots(layout="constrained")
    stacked = how in ("count", "sum") and not (values < 0).any(axis=None)
    paint = colors_of(values.columns, other) if color else PALETTE[:1]
    lying = values.index.astype(str).str.len().max() * len(values) > 62  # long names stand beside their bars
    values.plot(kind="barh" if lying else "bar", stacked=stacked, ax=axes, width=0.72, color=paint, legend=bool(color))
    if lying:
        axes.invert_yaxis()
    return finished(figure, axes, x, value_name(y, how, rows), color, lying=lying)


def line_chart(
    frame: pd.DataFrame,
    x: str,
    y: str = "",
    color: str = "",
    how: str = "count",
    other: str = "other",
    rows: str = "rows",
) -> Figure:
    """A line for each color through the value of each x, in the order of x."""
    values, how = tally(frame, x, y, color, how, other)
    figure, axes = plt.subplots(layout="constrained")
    paint = colors_of(values.columns, other) if color else PALETTE[:1]
    for name, hue in zip(values.columns, paint, strict=True):
        line = values[name].dropna()
        axes.plot(line.index, line, color=hue, linewidth=2, marker="o" if len(values) <= 40 else "", label=name)
    if color:
        axes.legend()
    if how == "count":
        axes.set_ylim(bottom=0)
    return finished(figure, axes, x, value_name(y, how, rows), color)


def scatter_chart(frame: pd.DataFrame, x: str, y: str, color: str = "", other: str = "other") -> Figure:
    """A point for each row; many points are drawn fainter, and at most 20,000 of them."""
    found = frame.dropna(subset=[name for name in (x, y, color) if name])
    if len(found) > 20_000:
        found = found.iloc[np.linspace(0, len(found) - 1, 20_000).astype(int)]
    figure, axes = plt.subplots(layout="constrained")
    groups = groups_of(found, color, other)
    paint = colors_of(list(groups), other) if color else PALETTE[:1]
    faint = float(np.clip(30 / len(found) ** 0.5, 0.15, 0.8))
    for (name, rows), hue in zip(groups.items(), paint, strict=True):
        axes.scatter(found[x][rows], found[y][rows], s=22, color=hue, alpha=faint, linewidths=0, label=name)
    if color:
        axes.legend()
    return finished(figure, axes, x, y, color)


def histogram(frame: pd.DataFrame, x: str, color: str = "", other: str = "other", rows: str = "rows") -> Figure:
    """How many rows fall into each of up to 40 equal parts of x; colors are stacked."""
    found = frame.dropna(subset=[name for name in (x, color) if name])
    values = found[x].to_numpy().astype(float)
    low, high = values.min(), values.max()
    if (values == np.round(values)).all() and high - low < 40:
        edges = np.arange(low - 0.5, high + 1)  # whole numbers in the middle of their bars
    else:
        edges = np.histogram_bin_edges(values, "auto")
        edges = edges if len(edges) <= 41 else np.linspace(low, high, 41)
    groups = groups_of(found, color, other)
    paint = colors_of(list(groups), other) if color else PALETTE[:1]
    figure, axes = plt.subplots(layout="constrained")
    parts = [values[members] for members in groups.values()]
    axes.hist(parts, bins=edges.tolist(), stacked=True, color=paint, rwidth=0.94, label=list(groups))
    if color:
        axes.legend()
    return finished(figure, axes, x, rows, color)


def heatmap(
    frame: pd.DataFrame,
    x: str,
    y: str = "",
    color: str = "",
    how: str = "count",
    other: str = "other",
    rows: str = "rows",
) -> Figure:
    """A tile for each x and color, with its value written in."""
    values, how = tally(frame, x, y, color, how, other, most_colors=12)
    grid = values.to_numpy().T  # (colors, names)
    figure, axes = plt.subplots(layout="constrained")
    image = axes.imshow(grid, cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(values.index)), values.index.astype(str), rotation=35, ha="right")
    axes.set_yticks(range(len(values.columns)), values.columns)
    for (up, across), value in np.ndenumerate(grid):
        axes.text(across, up, "" if np.isnan(value) else f"{value:,.10g}", ha="center", va="center")
    figure.colorbar(image, label=value_name(y, how, rows))
    axes.set(xlabel=x, ylabel=color)
    return figure


def tally(
    frame: pd.DataFrame, x: str, y: str, color: str, how: str, other: str, most_colors: int = 6
) -> tuple[pd.DataFrame, str]:
    """One value for each x (rows) and color (columns), and how it was made: at most 12 names and 6 colors."""
    found = frame.dropna(subset=[name for name in (x, color, y) if name])
    rows = pd.DataFrame({"x": category(found[x]), "color": found[color].astype(str) if color else ""})
    numbers = y and pd.api.types.is_numeric_dtype(found[y])
    rows["y"] = found[y].astype(float) if numbers else 0.0
    once = not rows.duplicated(["x", "color"]).any()
    if how == "count" and numbers and once:
        how = "none"  # every count would be 1
    text = not (pd.api.types.is_numeric_dtype(rows["x"]) or pd.api.types.is_datetime64_any_dtype(rows["x"]))
    by_name = not text or all(re.match(r"\s*\d", name) for name in rows["x"])
    if not by_name:
        rows = fewer(rows, "x", 12, how, other)
    rows = fewer(rows, "color", most_colors, how, other)
    cells = rows.groupby(["x", "color"])["y"]
    values = (cells.size() if how == "count" else cells.mean() if how == "mean" else cells.sum()).unstack()
    size = "mean" if how == "mean" else "sum"
    names = in_order(values.agg(size, axis=1), by_name, other)
    colors = in_order(values.agg(size, axis=0), all(re.match(r"\s*\d", name) for name in values.columns), other)
    return values.loc[names, colors], how


def category(values: pd.Series) -> pd.Series:
    """Numbers and dates as they are, all else as text."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype(str).str.lower()
    plain = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    return values if plain else values.astype(str)


def fewer(rows: pd.DataFrame, key: str, most: int, how: str, other: str) -> pd.DataFrame:
    """At most `most` different keys: the largest, and "other" for the rest."""
    groups = rows.groupby(key)["y"]
    sizes = groups.sum() if how in ("sum", "none") else groups.size()
    if len(sizes) <= most:
        return rows
    ranked = sorted(sizes.index, key=lambda name: (-abs(sizes[name]), name))
    if how == "none":
        return rows[rows[key].isin(ranked[:most])]
    return rows.assign(**{key: rows[key].where(rows[key].isin(ranked[: most - 1]), other)})


def in_order(sizes: pd.Series, by_name: bool, other: str) -> list[Any]:
    """Names in their own order, or moods from bad to good, or the largest first; "other" last."""
    moods = all(str(name).casefold() in MOODS for name in sizes.index)

    def key(name: Any) -> Any:
        if by_name and isinstance(name, str):  # "2 stars" before "10 stars"
            parts = [part for part in re.split(r"(\d+)", name) if part]
            return name == other, [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts]
        if by_name:
            return name
        return list(MOODS).index(name.casefold()) if moods else (name == other, -sizes[name], name)

    return sorted(sizes.index, key=key)


def groups_of(frame: pd.DataFrame, color: str, other: str) -> dict[str, np.ndarray]:
    """Which rows have each color: the largest six, or the four quarters of many numbers."""
    if not color:
        return {"": np.ones(len(frame), dtype=bool)}
    values = frame[color]
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > 6:
        edges = np.unique(np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
        quarter = np.searchsorted(edges[1:-1], values, side="left")
        return {f"{edges[i]:,.4g} … {edges[i + 1]:,.4g}": quarter == i for i in range(len(edges) - 1)}
    names = values.astype(str)
    sizes = names.value_counts()
    if len(sizes) > 6:
        kept = sorted(sizes.index, key=lambda name: (-sizes[name], name))[:5]
        names = names.where(names.isin(kept), other)
        return {name: (names == name).to_numpy() for name in [*kept, other]}
    return {name: (names == name).to_numpy() for name in sorted(sizes.index)}


def colors_of(names: Any, other: str) -> list[str]:
    """A color for each name: moods have theirs, "other" is grey."""
    if all(str(name).casefold() in MOODS for name in names):
        return [MOODS[str(name).casefold()] for name in names]
    return [MOODS["neutral"] if name == other else PALETTE[i % 6] for i, name in enumerate(names)]


def value_name(y: str, how: str, rows: str) -> str:
    """What the value axis shows."""
    return rows if not y or how == "count" else y if how == "none" else f"{how} of {y}"


def finished(figure: Figure, axes: Any, x: str, value: str, color: str, *, lying: bool = False) -> Figure:
    """The figure with the names of its axes and of its colors."""
    axes.set(xlabel=value if lying else x, ylabel=x if lying else value)
    if color:
        axes.get_legend().set_title(color)
    return figure
