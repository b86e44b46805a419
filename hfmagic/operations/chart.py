"""A table as a chart, by matplotlib without pyplot. Knows nothing of frames or display."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import StepFailed
from .canvas import INK, wrapped
from .glyphs import families, missing_glyphs
from .marks import draw_bars, draw_heatmap, draw_histogram, draw_lines, draw_points
from .tally import column, is_number, is_text

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

__all__ = ["draw_chart", "missing_glyphs"]

MOST_BARS = 60  # of numbers or dates, which are not merged into "other"
NO_FONT = MappingProxyType(
    {
        "en": "no installed font draws the characters shown as □ → apt install fonts-noto-cjk (elsewhere: the font "
        "Noto Sans CJK), then restart the kernel",
        "zh": "本机没有字体能画出图中显示为 □ 的字 → apt install fonts-noto-cjk"
        "（其他系统安装 Noto Sans CJK 字体），然后重启内核",
    }
)


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
        language: of the words that hfmagic adds, "en" or "zh"; English where no font draws Chinese.
    Raises: StepFailed: there is nothing to draw, or not in this way. UnknownColumn.
    """
    if table.num_rows == 0:
        raise StepFailed("the table has no rows, so there is nothing to draw.")
    figure = _draw(table, mark, aggregate, {"x": x, "y": y, "color": color, "title": title, "language": _own(language)})
    if "fonts-noto-cjk" in str(figure.get_label()):
        _name_the_font(figure, language)
    return figure


def _own(language: str) -> str:
    """The language of the words that hfmagic adds: Chinese ones would be squares where no font draws them."""
    return "zh" if language == "zh" and not missing_glyphs([NO_FONT["zh"]]) else "en"


def _name_the_font(figure: Figure, language: str) -> None:
    """Say which font to install: in the picture, in words that can be drawn there, and in its label."""
    said = "\n".join(filter(None, (figure.get_supxlabel(), wrapped(NO_FONT["en"], 90, 3))))
    figure.supxlabel(said, x=0.02, ha="left", size=8, color=INK, family=families([said]))
    figure.set_label(NO_FONT["zh" if language == "zh" else "en"])


def _draw(table: pa.Table, mark: str, aggregate: str, drawn: dict[str, str]) -> Figure:
    x, y = drawn["x"], drawn["y"]
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
