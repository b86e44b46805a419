"""A chart step as pandas' own plot of a table, made for its mark and columns. Counts as operations/tally does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..kinds import ColumnSchema, Kind
from ..plan import Step
from .draft import Draft
from .frames import frame_of
from .layout import Call, laid_out, literal

# The first one that is installed draws everything: all but the last have Chinese, Japanese and Korean.
FONTS = ("Noto Sans CJK SC", "WenQuanYi Zen Hei", "PingFang SC", "SimHei", "DejaVu Sans")
MOODS: Mapping[str, str] = MappingProxyType({"negative": "#D55E00", "neutral": "#8C8C8C", "positive": "#0072B2"})
MOST_NAMES, MOST_COLORS = 12, 6


@dataclass
class Drawing:
    """The function that draws one chart, in the making: its columns, and its lines so far."""

    draft: Draft
    frame: str
    x: ColumnSchema
    y: ColumnSchema | None
    color: ColumnSchema | None
    how: str
    lines: list[str] = field(default_factory=list)

    def write(self, code: str | Call, before: str = "") -> None:
        """One more line."""
        self.lines.append(laid_out(code, indent=4, before=before))

    def series(self, column: ColumnSchema) -> str:
        """A column of the table."""
        return f"table[{literal(column.name)}]"

    @property
    def names(self) -> list[str]:
        """The columns that are drawn."""
        return [c.name for c in (self.x, self.color, self.y) if c]

    def key(self, column: ColumnSchema) -> str:
        """A column as what the rows are grouped by: numbers that are names as text."""
        if column.dtype.startswith("bool"):
            return f"{self.series(column)}.astype(str).str.lower()"
        plain = column is self.x or column.kind in (Kind.TEXT, Kind.LABELS)
        return self.series(column) if plain else f"{self.series(column)}.astype(str)"

    def merged(self, most_colors: int) -> Iterator[tuple[ColumnSchema, int]]:
        """The columns that can have too many names, and how many they may have."""
        if not _is_number(self.x) and not _moods(self, self.x):
            yield self.x, MOST_NAMES
        if self.color and not _moods(self, self.color):
            yield self.color, most_colors

    @property
    def value(self) -> str:
        """What the value axis shows."""
        if self.y is None or self.how == "count":
            return "rows"
        return self.y.name if self.how == "none" else f"{self.how} of {self.y.name}"


def write_chart(draft: Draft, step: Step) -> None:
    """A chart of the mark that fits the column."""
    reference, given = frame_of(step), step.parameters
    mark, how = given.get("mark") or "bar", given.get("aggregate") or "count"
    x = draft.scope.column(given["x"], reference.frame, reference.plus)
    columns = {c.name: c for c in draft.scope.columns(reference.frame, reference.plus)}
    y, color = (columns.get(given.get(name, "")) for name in ("y", "color"))
    if mark == "histogram" and x.kind is not Kind.NUMBER:
        mark, y, how = "bar", None, "count"
    if mark == "heatmap":
        y, color = (y, color) if color else (None, y)
    drawing = Drawing(draft, reference.frame, x, y, color, how if y else "count")
    name = draft.names.new("draw_chart")
    MARKS[mark](drawing)
    head = f'def {name}(table: pd.DataFrame) -> plt.Figure:\n    """{HELP[mark]}"""'
    draft.written.append("\n".join((head, *drawing.lines, "    return axes.figure")))
    fonts = f'plt.rcParams["font.sans-serif"] = {literal(FONTS)}'
    draft.settings[fonts] = None
    draft.add_import("import matplotlib.pyplot as plt", "import pandas as pd")
    draft.give(step, f"{name}({draft.variable(reference.frame)}{'[rows]' if step.where else ''})")


def _tally(drawing: Drawing, most_colors: int = MOST_COLORS, *, zeros: bool = False) -> None:
    """`values`: one for each x, and for each color where there is one."""
    x, y, color = drawing.x, drawing.y, drawing.color
    if y:
        drawing.write(f"table.dropna(subset={literal(list(dict.fromkeys(drawing.names)))})", "table = ")
    if drawing.how == "mean":
        for column, most in drawing.merged(most_colors):
            drawing.draft.use("most_frequent")
            drawing.write(f"most_frequent({drawing.key(column)}, {most})", f"{drawing.series(column)} = ")
    if zeros and color and not y:
        drawing.write(Call("pd.crosstab(", (drawing.key(x), drawing.key(color))), "values = ")
    else:
        keys = f"[{', '.join(map(drawing.key, (x, color)))}]" if color else drawing.key(x)
        groups = f"table.groupby({keys})"
        size = f"{groups}.size()" if not y else _aggregated(drawing, f"{groups}[{literal(y.name)}]")
        drawing.write(f"{size}.{'unstack()' if color else f'to_frame({literal(drawing.value)})'}", "values = ")
    function = "largest" if drawing.how == "none" else "fewer"
    code = "values"
    for column, most in drawing.merged(most_colors):
        turned = "" if column is x else ".T"
        limit = literal(most) if drawing.how != "mean" else "len(values)" if column is x else "len(values.columns)"
        drawing.draft.use(function)
        code = f"{function}({code}{turned}, {limit}){turned}"
    if code != "values":
        drawing.write(code, "values = ")


def _aggregated(drawing: Drawing, groups: str) -> str:
    """One value of each group."""
    if drawing.how != "count":
        return f"{groups}.{'mean' if drawing.how == 'mean' else 'sum'}()"
    if drawing.y and drawing.y.kind not in (Kind.NUMBER, None):
        return f"{groups}.size()"
    drawing.write(groups, "groups = ")
    return "(groups.sum() if groups.size().max() == 1 else groups.size())"  # every count would be 1


def _labels(drawing: Drawing, column: ColumnSchema) -> tuple[str, ...]:
    """The names that a column can hold, where they are known."""
    draft, frames = drawing.draft, _frames(drawing)
    for step in draft.plan.steps:
        here = step.output == column.name and draft.scope.rows_of(step) in frames
        if here and step.model and not column.labels:
            return draft.facts(step.model).labels
    return column.labels


def _frames(drawing: Drawing) -> list[str]:
    """The frame that is drawn, and those that it was made from: another can have a column of the same name."""
    found, steps = [drawing.frame], drawing.draft.scope.steps
    while found[-1] in steps:
        found.append(frame_of(steps[found[-1]]).frame)
    return found


def _is_number(column: ColumnSchema) -> bool:
    return column.dtype.startswith("date") or (column.kind is Kind.NUMBER and not column.dtype.startswith("bool"))


def _moods(drawing: Drawing, column: ColumnSchema) -> dict[str, str]:
    """The colors of a column's names, where these are moods; by name they go from bad to good."""
    labels = _labels(drawing, column)
    moody = all(name.casefold() in MOODS for name in labels)
    return {name: MOODS[name.casefold()] for name in sorted(labels)} if moody else {}


def _plot(drawing: Drawing, method: str, *options: str, lying: bool = False) -> None:
    """`axes`, with what they show."""
    x, value = literal(drawing.x.name), literal(drawing.value)
    args = [*options, f"xlabel={value if lying else x}", f"ylabel={x if lying else value}"]
    if drawing.color is None:
        args.append("legend=False")
    elif moods := _moods(drawing, drawing.color):
        args.append(f"color={{{', '.join(f'{literal(name)}: {literal(color)}' for name, color in moods.items())}}}")
    drawing.write(Call(f"values.plot.{method}(", tuple(args)), "axes = ")


def _legend_beside(drawing: Drawing) -> None:
    if drawing.color:
        drawing.write(f"axes.legend(title={literal(drawing.color.name)}, bbox_to_anchor=(1, 1))")


def _bars(drawing: Drawing) -> None:
    _tally(drawing, zeros=True)
    stacked = () if not drawing.color else ("stacked=True",) if drawing.how == "count" else ()
    if drawing.color and drawing.how in ("sum", "none"):
        stacked = ("stacked=bool((values.fillna(0) >= 0).all(axis=None))",)
    lying = not _is_number(drawing.x)  # long names stand beside their bars
    _plot(drawing, "barh" if lying else "bar", *stacked, lying=lying)
    if lying:
        drawing.write("axes.invert_yaxis()")
    _legend_beside(drawing)


def _lines(drawing: Drawing) -> None:
    _tally(drawing)
    _plot(drawing, "line", 'marker="o"', *(("ylim=(0, None)",) if drawing.how == "count" else ()))
    _legend_beside(drawing)


def _points(drawing: Drawing) -> None:
    color, at = drawing.color, f"{literal(drawing.x.name)}, {literal(drawing.y.name if drawing.y else '')}"
    if color is None:
        drawing.write(f"table.plot.scatter({at}, alpha=0.5)", "axes = ")
    elif _is_number(color):
        drawing.write(f'table.plot.scatter({at}, c={literal(color.name)}, colormap="viridis")', "axes = ")
    else:
        drawing.draft.use("most_frequent")
        drawing.write("plt.subplots()[1]", "axes = ")
        names = f"most_frequent({drawing.key(color)}, {MOST_COLORS})"
        drawing.write(f"for i, (name, rows) in enumerate(table.groupby({names})):")
        code = Call("rows.plot.scatter(", (at, "ax=axes", "label=name", 'color=f"C{i}"', "alpha=0.5"))
        drawing.lines.append(laid_out(code, indent=8))


def _histogram(drawing: Drawing) -> None:
    x, color = drawing.x, drawing.color
    drawing.draft.add_import("import numpy as np")
    drawing.write(f"table.dropna(subset={literal(list(dict.fromkeys(drawing.names)))})", "table = ")
    drawing.write(drawing.series(x), "values = ")
    drawing.write("values.min(), values.max()", "low, high = ")
    drawing.write('np.histogram_bin_edges(values, "auto")', "edges = ")
    drawing.write("if (values % 1 == 0).all() and high - low < 40:")
    drawing.lines.append("        edges = np.arange(low - 0.5, high + 1)  # whole numbers in the middle of their bars")
    drawing.write("elif len(edges) > 41:")
    drawing.lines.append("        edges = np.linspace(low, high, 41)")
    if color:
        drawing.draft.use("most_frequent")
        names = f"most_frequent({drawing.key(color)}, {MOST_COLORS})"
        if _is_number(color):
            series = drawing.series(color)
            quarters = f'pd.qcut({series}, 4, duplicates="drop")'
            drawing.write(f"{quarters} if {series}.nunique() > 6 else {series}", "names = ")
            names = "names.astype(str)"
        drawing.write(f"values.groupby({names}).apply(list)", "groups = ")
        drawing.write("pd.DataFrame({name: pd.Series(group) for name, group in groups.items()})", "values = ")
    options = ("bins=edges", "stacked=True" if color else "legend=False", f"xlabel={literal(x.name)}", 'ylabel="rows"')
    drawing.write(
        Call(f"values{'' if color else '.to_frame()'}.plot.hist(", options), "axes = "
    )  # a Series draws on what is there


def _tiles(drawing: Drawing) -> None:
    _tally(drawing, MOST_NAMES)
    drawing.write("plt.subplots()[1]", "axes = ")
    drawing.write('axes.imshow(values.T, cmap="Blues", aspect="auto")', "image = ")
    drawing.write('axes.set_xticks(range(len(values.index)), values.index, rotation=35, ha="right")')
    drawing.write("axes.set_yticks(range(len(values.columns)), values.columns)")
    drawing.write("for (across, up), value in np.ndenumerate(values.to_numpy()):")
    drawing.lines.append('        axes.text(across, up, "" if np.isnan(value) else f"{value:,.10g}", ha="center")')
    color = drawing.color.name if drawing.color else ""
    drawing.write(f"axes.set(xlabel={literal(drawing.x.name)}, ylabel={literal(color)})")
    drawing.write(f"axes.figure.colorbar(image, label={literal(drawing.value)})")
    drawing.draft.add_import("import numpy as np")


MARKS: Mapping[str, Callable[[Drawing], None]] = MappingProxyType(
    {"bar": _bars, "line": _lines, "scatter": _points, "histogram": _histogram, "heatmap": _tiles}
)
HELP: Mapping[str, str] = MappingProxyType(
    {
        "bar": "A bar for each x, split by color.",
        "line": "A line for each color through the value of each x.",
        "scatter": "A point for each row.",
        "histogram": "How many rows fall into each part of x.",
        "heatmap": "A tile for each x and color, with its value written in.",
    }
)
