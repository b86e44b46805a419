"""Rows counted, added or averaged for a chart: at most twelve categories, the rest as "other". Draws nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed, UnknownColumn, clip, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MOST_NAMES = 12
MOST_COLORS = 6
WORDS = {
    "en": {
        "other": "other",
        "count": "rows",
        "mean": "mean of {}",
        "sum": "sum of {}",
        "none": "{}",
        "merged": "other: {} more of {}",
        "cut": "the largest {} of {}",
        "null": "without {1}: {0} left out",
        "sample": "{} of {} points drawn",
    },
    "zh": {
        "other": "其他",
        "count": "行数",
        "mean": "{} 的平均值",
        "sum": "{} 的总和",
        "none": "{}",
        "merged": "其他：另外 {} 个 {}",
        "cut": "最大的 {} 个（共 {} 个）",
        "null": "缺少 {1}：未计入 {0} 行",
        "sample": "画出 {} 个点（共 {} 个）",
    },
}
_MOODS = ("negative", "neutral", "positive")
_NUMBERED = re.compile(r"\s*\d")


@dataclass(frozen=True)
class Tally:
    """One value for each name and color.

    Args:
        names: along the x axis, in order: text, numbers or dates.
        colors: what splits the marks, in order; one empty text without a split.
        values: shape (names, colors); NaN where there are no rows.
        aggregate: how they were made.
        ordered: whether the names have an order of their own (numbers, dates, "1 star", "2 stars").
        notes: what was merged or left out.
    """

    names: tuple[Any, ...]
    colors: tuple[str, ...]
    values: np.ndarray
    aggregate: str
    ordered: bool
    notes: tuple[str, ...]


MOST_NUMBER = 1e150  # a larger one makes sums and matplotlib's ticks overflow


def column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column as text, number, date or time; NaN and what is too large to draw become null.

    Raises: UnknownColumn; StepFailed for lists and the like.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if name not in table.column_names:
        raise UnknownColumn(
            f"the chart reads a column {name!r} that is not there.", hint=did_you_mean(name, table.column_names)
        )
    if table.column_names.count(name) > 1:
        raise StepFailed(f"the column {name!r} occurs twice.", hint="rename one")
    values = table.column(name)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_decimal(values.type):
        values = values.cast(pa.float64())
    kind = values.type
    if pa.types.is_floating(kind):
        values = values.cast(pa.float64())
        drawable = pc.less(pc.abs(values), MOST_NUMBER)  # false for infinity and NaN
        return pc.if_else(drawable, values, pa.scalar(None, pa.float64()))
    if pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return values
    if pa.types.is_boolean(kind) or pa.types.is_null(kind) or "string" in str(kind):
        return values.cast(pa.string())
    raise StepFailed(f"the column {name!r} holds {kind}, a chart wants text, numbers or dates.")


def is_number(values: pa.ChunkedArray) -> bool:
    """Whether a column holds numbers."""
    import pyarrow as pa

    return bool(pa.types.is_integer(values.type) or pa.types.is_floating(values.type))


def is_text(values: pa.ChunkedArray) -> bool:
    """Whether a column holds text."""
    import pyarrow as pa

    return bool(pa.types.is_string(values.type))


def present(table: pa.Table, names: Sequence[str], language: str) -> tuple[pa.Table, tuple[str, ...]]:
    """The columns, by name, without rows that lack one of them; and notes that say how many rows that were.

    Raises: StepFailed: nothing is left.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pa.table({name: column(table, name) for name in dict.fromkeys(names) if name})
    notes: list[str] = []
    for name in found.column_names:
        lacking = found.column(name).null_count
        if lacking:
            notes.append(WORDS[language]["null"].format(f"{lacking:,}", clip(name, 40)))
            found = found.filter(pc.is_valid(found.column(name)))
    if found.num_rows == 0:
        raise StepFailed(f"no row has {' and '.join(map(repr, found.column_names))}, so there is nothing to draw.")
    return found, tuple(notes)


def tally(
    table: pa.Table, *, x: str, y: str, color: str, aggregate: str, language: str, colors: int = MOST_COLORS
) -> Tally:
    """The rows of each x and color as one value.

    Args:
        y: column of the values; empty: rows are counted.
        aggregate: "count", "mean", "sum", or "none": every x occurs once. A y that is to be counted though every x
            occurs once is taken as it is: its count would be 1 everywhere.
        colors: most colors; the rest is "other".
    """
    import pyarrow as pa

    found, notes = present(table, (x, color, y), language)
    split = found.column(color).cast(pa.string()) if color else pa.array([""] * len(found), pa.string())
    rows = pa.table({"x": found.column(x), "color": split})
    if y:
        rows = rows.append_column("y", _numbers(found.column(y), y, aggregate))
    once = rows.group_by(["x", "color"]).aggregate([]).num_rows == rows.num_rows
    if aggregate == "count" and y and once and is_number(found.column(y)):
        aggregate = "none"
    if aggregate == "none" and not once:
        raise StepFailed(f"{x!r} occurs more than once, so its rows need an aggregate.", hint="aggregate mean or sum")
    if aggregate != "count" and not y:
        raise StepFailed(f"the chart has no values for {aggregate!r}.", hint="set y, or aggregate count")
    ordered = not is_text(rows.column("x")) or all(_NUMBERED.match(v) for v in rows.column("x").unique().to_pylist())
    if not ordered:
        rows, more = _fewer(rows, "x", MOST_NAMES, x, aggregate, language)
        notes += more
    rows, more = _fewer(rows, "color", colors, color, aggregate, language)
    return _pivoted(rows, aggregate, ordered, WORDS[language]["other"], notes + more)


def value_name(y: str, aggregate: str, language: str) -> str:
    """What the value axis shows, in words."""
    return WORDS[language][aggregate if y else "count"].format(y)


def _numbers(values: pa.ChunkedArray, name: str, aggregate: str) -> pa.ChunkedArray:
    import pyarrow as pa

    if is_number(values):
        return values.cast(pa.float64())
    if aggregate == "count":
        return pa.chunked_array([pa.array([0.0] * len(values))])
    raise StepFailed(f"{name!r} holds no numbers to take the {aggregate} of.", hint="aggregate count")


def _fewer(
    rows: pa.Table, key: str, most: int, name: str, aggregate: str, language: str
) -> tuple[pa.Table, tuple[str, ...]]:
    """At most `most` different keys: the largest, and "other" for the rest; without an aggregate the rest is cut."""
    import pyarrow as pa
    import pyarrow.compute as pc

    by = ("y", "sum") if aggregate in ("sum", "none") else ([], "count_all")
    sizes = rows.group_by([key]).aggregate([by])
    if len(sizes) <= most:
        return rows, ()
    weight = next(c for c in sizes.column_names if c != key)
    ranked = sorted(zip(sizes.column(key).to_pylist(), sizes.column(weight).to_pylist(), strict=True),
                    key=lambda pair: (-abs(pair[1]), pair[0]))  # fmt: skip
    words = WORDS[language]
    if aggregate == "none":
        kept = pa.array([k for k, _ in ranked[:most]], pa.string())
        return rows.filter(pc.is_in(rows.column(key), kept)), (words["cut"].format(most, len(sizes)),)
    kept = pa.array([k for k, _ in ranked[: most - 1]], pa.string())
    merged = pc.if_else(pc.is_in(rows.column(key), kept), rows.column(key), words["other"])
    note = words["merged"].format(len(sizes) - most + 1, clip(name, 40))
    return rows.set_column(rows.column_names.index(key), key, merged), (note,)


def _pivoted(rows: pa.Table, aggregate: str, ordered: bool, other: str, notes: tuple[str, ...]) -> Tally:
    import numpy as np

    how = {"count": ([], "count_all"), "mean": ("y", "mean"), "sum": ("y", "sum"), "none": ("y", "sum")}[aggregate]
    cells = rows.group_by(["x", "color"]).aggregate([how])
    value = next(c for c in cells.column_names if c not in ("x", "color"))
    names, colors = cells.column("x").unique().to_pylist(), cells.column("color").unique().to_pylist()
    row, place = {n: i for i, n in enumerate(names)}, {c: i for i, c in enumerate(colors)}
    values = np.full((len(names), len(colors)), np.nan)
    for name, color, cell in zip(*(cells.column(c).to_pylist() for c in ("x", "color", value)), strict=True):
        values[row[name], place[color]] = cell
    whole = np.nanmean if aggregate == "mean" else np.nansum
    down = _order(names, whole(values, axis=1), ordered, other)
    across = _order(colors, whole(values, axis=0), all(map(_NUMBERED.match, colors)), other)
    return Tally(
        names=tuple(names[i] for i in down),
        colors=tuple(colors[i] for i in across),
        values=values[np.ix_(down, across)],
        aggregate=aggregate,
        ordered=ordered,
        notes=notes,
    )


def _order(names: Sequence[Any], sizes: np.ndarray, ordered: bool, other: str) -> list[int]:
    """Positions: by the names' own order, or moods from bad to good, or the largest first; "other" last."""

    def key(i: int) -> tuple[Any, ...]:
        name = names[i]
        if ordered:
            return (name == other, _natural(name) if isinstance(name, str) else name)
        if moods:
            return (_MOODS.index(name.casefold()),)
        return (name == other, -sizes[i], name)

    moods = all(isinstance(n, str) and n.casefold() in _MOODS for n in names)
    return sorted(range(len(names)), key=key)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Numbers inside a text by their size: "2 stars" before "10 stars"."""
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.split(r"(\d+)", name) if p]
