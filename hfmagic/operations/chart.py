"""A table as a chart, by matplotlib without pyplot. Knows nothing of frames or display."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import StepFailed
from .glyphs import missing_glyphs
from .marks import draw_bars, draw_heatmap, draw_histogram, draw_lines, draw_points
from .tally import column, is_number, is_text

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

__all__ = ["draw_chart", "missing_glyphs"]

MOST_BARS = 60  # of numbers or dates, which are not merged into "other"


def draw_chart(
    table: pa.Table,
    *,
    mark: str,
    x: str,
    y: str = "",
    color: str = "",
    aggregate: str = "count",
    title: str = "",
    language: str = "en",
) -> Figure:
    """The chart, ready to be saved; its label (`get_label`) says which font is missing, if one is.

    Args:
        mark: "bar", "line", "scatter", "histogram" or "heatmap". Text in a histogram becomes bars; more numbers or
            dates than 60 bars become a histogram or a line.
        x: column along the x axis. y: column of the values; empty: rows are counted. color: column that splits them.
            A heatmap has a row for each `color`, or for each y where there is no color.
        aggregate: how rows become one mark: "count", "mean", "sum", or "none" where every x occurs once.
        language: of the words that hfmagic adds, "en" or "zh".
    Raises: StepFailed: there is nothing to draw, or not in this way. UnknownColumn.
    """
    if table.num_rows == 0:
        raise StepFailed("the table has no rows, so there is nothing to draw.")
    language = language if language == "zh" else "en"
    drawn = {"x": x, "y": y, "color": color, "title": title, "language": language}
    along = column(table, x)
    match mark:
        case "bar" if not is_text(along) and len(along.unique()) > MOST_BARS:
            return (
                draw_histogram(table, **drawn)
                if is_number(along) and not y
                else draw_lines(table, aggregate=aggregate, **drawn)
            )
        case "bar":
            return draw_bars(table, aggregate=aggregate, **drawn)
        case "line":
            return draw_lines(table, aggregate=aggregate, **drawn)
        case "scatter":
            return draw_points(table, **drawn)
        case "histogram" if is_text(along):
            return draw_bars(table, aggregate="count", **(drawn | {"y": ""}))
        case "histogram":
            return draw_histogram(table, **drawn)
        case "heatmap":
            return draw_heatmap(table, aggregate=aggregate, **drawn)
    raise StepFailed(f"there is no mark {mark!r}.", hint="bar, line, scatter, histogram or heatmap")
