"""draw_chart: what each mark shows, what is merged or refused, and that drawing never warns."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from hfmagic.errors import HFMagicError, StepFailed, UnknownColumn
from hfmagic.operations import glyphs
from hfmagic.operations.canvas import INK, MOODS, OTHER, PALETTE
from hfmagic.operations.chart import draw_chart, missing_glyphs

MARKS = ["bar", "line", "scatter", "histogram", "heatmap"]
REVIEWS = pa.table(
    {
        "product": ["phone"] * 3 + ["camera"] * 5 + [None],
        "label": ["negative", "positive", "negative"] + ["positive"] * 5 + ["negative"],
        "stars": [1, 4, 2, 5, 5, 4, 3, 5, 1],
        "price": [1.5, 2.5, 3.5, 4.0, float("nan"), 6.5, 7.0, 8.0, 9.0],
        "day": [dt.date(2026, 1, d) for d in range(1, 10)],
    }
)


def png(figure: Figure) -> bytes:
    """Draw it: most of matplotlib's warnings come only then."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    return buffer.getvalue()


def draw(table: pa.Table = REVIEWS, mark: str = "bar", x: str = "product", **options: Any) -> Figure:
    figure = draw_chart(table, mark=mark, x=x, **options)
    assert png(figure).startswith(b"\x89PNG")
    return figure


def axes(figure: Figure) -> Axes:
    return figure.axes[0]


def names(figure: Figure, axis: str = "x") -> list[str]:
    scale = axes(figure).xaxis if axis == "x" else axes(figure).yaxis
    return [label.get_text() for label in scale.get_ticklabels()]


def heights(figure: Figure) -> list[float]:
    return [patch.get_height() for patch in axes(figure).patches]  # type: ignore[attr-defined]


def said(figure: Figure) -> str:
    return figure.get_supxlabel()


def test_bars_count_rows_the_largest_first_without_the_missing() -> None:
    figure = draw()

    assert names(figure) == ["camera", "phone"]
    assert heights(figure) == [5, 3]
    assert axes(figure).get_ylabel() == "rows"
    assert said(figure) == "without product: 1 left out"


def test_bars_of_colors_are_stacked_moods_from_bad_to_good() -> None:
    figure = draw(color="label")

    assert [to_hex(p.get_facecolor()).upper() for p in axes(figure).patches[::2]] == [  # type: ignore[attr-defined]
        MOODS["negative"],
        MOODS["positive"],
    ]
    assert heights(figure) == [0, 2, 5, 1]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["negative", "positive"]


def test_means_stand_side_by_side() -> None:
    figure = draw(y="stars", color="label", aggregate="mean")

    assert len({p.get_x() for p in axes(figure).patches}) == 4  # type: ignore[attr-defined]
    assert axes(figure).get_ylabel() == "mean of stars"


def test_sums_and_given_values_are_drawn_as_they_are() -> None:
    counted = pa.table({"product": ["a", "b"], "n": [2, 7]})

    assert heights(draw(y="stars", aggregate="sum")) == [22, 7]
    assert heights(draw(counted, y="n", aggregate="none")) == [7, 2]
    assert heights(draw(counted, y="n")) == [7, 2]  # a count would be 1 everywhere


def test_long_names_lie() -> None:
    long = pa.table({"theme": ["customer service · phone · busy"] * 3 + ["remote control · buttons · flimsy"] * 2})

    figure = draw(long, x="theme")

    assert names(figure, "y") == ["customer service · phone ·\nbusy", "remote control · buttons ·\nflimsy"]
    assert [p.get_width() for p in axes(figure).patches] == [3, 2]  # type: ignore[attr-defined]


def test_more_than_twelve_categories_become_other_and_that_is_said() -> None:
    table = pa.table({"product": [f"p{i}" for i in range(20) for _ in range(i + 1)]})

    figure = draw(table)

    assert names(figure)[0] == "p19"
    assert names(figure)[-1] == "other"
    assert len(names(figure)) == 12
    assert sum(heights(figure)) == table.num_rows
    assert said(figure) == "other: 9 more of product"
    assert to_hex(axes(figure).patches[-1].get_facecolor()).upper() == OTHER


def test_numbers_dates_and_numbered_names_keep_their_order() -> None:
    stars = pa.table({"label": ["10 stars", "2 stars", "1 star", "2 stars"]})

    assert names(draw(x="stars")) == ["1", "2", "3", "4", "5"]
    assert names(draw(stars, x="label")) == ["1 star", "2 stars", "10 stars"]
    assert names(draw(x="day"))[0] == "2026-01-01"


def test_too_many_numbers_for_bars_become_a_histogram_and_dates_a_line() -> None:
    table = pa.table({"n": np.linspace(0, 1, 100), "day": [dt.date(2026, 1, 1) + dt.timedelta(i) for i in range(100)]})

    assert len(axes(draw(table, x="n")).patches) < 40
    assert len(axes(draw(table, x="day")).lines) == 1


def test_ticks_of_counts_are_whole() -> None:
    ticks = axes(draw(REVIEWS.slice(0, 1))).get_yticks()

    assert all(tick == round(tick) for tick in ticks)


def test_a_line_runs_in_the_order_of_x() -> None:
    (line,) = axes(draw(REVIEWS.take([3, 1, 2]), "line", "day", y="stars", aggregate="mean")).lines

    assert list(line.get_ydata()) == [4, 2, 5]


def test_a_scatter_has_a_point_for_each_row_with_both() -> None:
    figure = draw(mark="scatter", x="stars", y="price", color="label")

    assert sum(len(c.get_offsets()) for c in axes(figure).collections) == 8
    assert said(figure) == "without price: 1 left out"


def test_a_scatter_of_very_many_rows_shows_some_and_says_so() -> None:
    many = pa.table({"n": np.arange(30_000), "m": np.arange(30_000) % 97})
    figure = draw(many, "scatter", "n", y="m")

    assert sum(len(c.get_offsets()) for c in axes(figure).collections) == 20_000
    assert said(figure) == "20,000 of 30,000 points drawn"


def test_a_scatter_of_one_day_has_one_tick_and_days_have_their_own_axis() -> None:
    day = pa.table({"day": [dt.date(2026, 1, 5)] * 3, "other": [dt.date(2026, 1, d) for d in (1, 2, 9)]})
    figure = draw(day, "scatter", "day", y="other")

    assert names(figure) == ["2026-01-05"]
    assert len(names(figure, "y")) > 1


def test_many_colors_are_the_largest_and_other_and_many_numbers_are_four_quarters() -> None:
    table = pa.table({"n": range(100), "who": [f"name {i % 9}" for i in range(100)], "m": [i / 7 for i in range(100)]})
    by_name = draw(table, "scatter", "n", y="m", color="who")
    by_number = draw(table, "scatter", "n", y="m", color="m")

    (legend,) = by_name.legends
    assert [t.get_text() for t in legend.get_texts()][-1] == "other"
    assert len(legend.get_texts()) == 6
    (legend,) = by_number.legends
    assert [t.get_text() for t in legend.get_texts()] == ["0 … 3.54", "3.54 … 7.07", "7.07 … 10.61", "10.61 … 14.14"]


def test_a_histogram_counts_each_whole_number_and_stacks_colors() -> None:
    assert heights(draw(mark="histogram", x="stars")) == [2, 1, 1, 2, 3]
    assert sum(heights(draw(mark="histogram", x="price", color="label"))) == 8


def test_a_histogram_of_text_is_bars() -> None:
    assert heights(draw(mark="histogram", x="label")) == [3, 6]


def test_a_heatmap_writes_the_count_into_each_tile() -> None:
    figure = draw(mark="heatmap", x="product", color="label")

    assert [t.get_text() for t in axes(figure).texts] == ["", "2", "5", "1"]
    assert names(figure, "y") == ["negative", "positive"]


@pytest.mark.parametrize("mark", MARKS)
def test_an_empty_table_is_one_line(mark: str) -> None:
    with pytest.raises(StepFailed, match="no rows"):
        draw(REVIEWS.slice(0, 0), mark)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"x": "prodct"}, "did you mean 'product'"),
        ({"color": "colour"}, "not there"),
        ({"y": "label", "aggregate": "mean"}, "'label' holds no numbers"),
        ({"aggregate": "mean"}, "set y"),
        ({"y": "stars", "aggregate": "none"}, "occurs more than once"),
        ({"mark": "scatter"}, "set y"),
        ({"mark": "scatter", "y": "stars"}, "'product' holds text"),
        ({"mark": "histogram", "x": "day"}, "'day' holds no numbers, which a histogram wants"),
        ({"mark": "heatmap"}, "needs a column for its rows"),
        ({"mark": "pie"}, "no mark 'pie'"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(options: dict[str, Any], error: str) -> None:
    with pytest.raises((StepFailed, UnknownColumn), match=error):
        draw(**options)


def test_a_column_of_lists_or_without_values_is_one_line() -> None:
    with pytest.raises(StepFailed, match="holds list"):
        draw(pa.table({"product": [[1]]}))
    with pytest.raises(StepFailed, match="no row has 'product'"):
        draw(pa.table({"product": pa.array([None, None], pa.string())}))


def test_strange_names_are_drawn_as_text() -> None:
    table = pa.table({"label": ["$a$ _{b}", "_under", "<b>", "a\nb\x1b", "x" * 300, "\\frac{", "#", "%s"]})

    for mark in ("bar", "heatmap"):
        figure = draw(table, mark, "label", color="label", title="$\\oops$ {x}")
        assert figure.get_suptitle() == "\\$\\oops\\$ {x}"


CHINESE = pa.table({"产品": ["手机", "相机", None], "评分": [1, 5, 3]})


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose only fonts are matplotlib's own."""
    monkeypatch.setattr(glyphs, "_installed", lambda: ())


def drawn_text(figure: Figure) -> str:
    return "".join(text.get_text() for text in figure.findobj(Text))


@pytest.fixture
def chinese_font() -> str:
    """The font of this machine for Chinese."""
    _, *found = glyphs.families(["手机相机评分"])
    if not found:
        pytest.skip("no font here draws Chinese")
    return found[0]


def test_words_that_hfmagic_adds_are_chinese_in_a_chinese_chart(chinese_font: str) -> None:
    assert axes(draw(CHINESE, x="产品", language="zh")).get_ylabel() == "行数"


@pytest.mark.parametrize("mark", ["bar", "line", "heatmap"])
def test_chinese_text_is_drawn_with_an_installed_font_and_in_this_figure_alone(mark: str, chinese_font: str) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figure = draw(CHINESE, mark, "产品", color="评分", title="产品")

    with_han = [t for t in figure.findobj(Text) if glyphs.width(t.get_text()) > len(t.get_text())]
    assert len(with_han) >= 4
    assert all(chinese_font in text.get_fontfamily() for text in with_han)
    assert figure.get_label() == ""
    assert dict(mpl.rcParams) == before


def test_latin_text_looks_for_no_other_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_installed", lambda: pytest.fail("fonts are searched"))

    assert draw(title="Products, très chers").get_label() == ""


@pytest.mark.parametrize(("language", "said"), [("en", "no installed font"), ("zh", "本机没有字体")])
def test_without_a_font_the_chart_says_which_to_install(bare: None, language: str, said: str) -> None:
    figure = draw(CHINESE, x="产品", language=language)

    assert figure.get_label().startswith(said)
    assert "fonts-noto-cjk" in figure.get_label()
    assert "Noto Sans CJK" in figure.get_label()
    caption = figure.get_supxlabel().replace("\n", " ")
    assert "1 left out" in caption  # what it said before stays
    assert "apt install fonts-noto-cjk" in caption
    assert glyphs.missing_glyphs([drawn_text(figure)]) == ""


def test_words_that_hfmagic_adds_are_english_where_no_font_draws_chinese(bare: None) -> None:
    assert axes(draw(CHINESE, x="产品", language="zh")).get_ylabel() == "rows"


def test_no_character_is_without_glyph(bare: None) -> None:
    figure = draw(pa.table({"产品": ["手机", "相机", "😀"]}), x="产品", title="产品")

    assert names(figure) == ["□□", "□□", "😀"]
    assert missing_glyphs(["phone", "хорошо"]) == ""


def contrast(color: str, page: str) -> float:
    """As WCAG 2 counts it, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def light(c: str) -> float:
        parts = [int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(color), light(page)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_text_and_marks_can_be_read_on_white_and_on_dark(page: str) -> None:
    assert contrast(INK, page) > 4.3
    assert min(contrast(color, page) for color in (*PALETTE, OTHER, *MOODS.values())) >= 3


def test_the_background_is_transparent_and_the_legend_outside() -> None:
    figure = draw(color="label")

    assert figure.patch.get_alpha() == axes(figure).patch.get_alpha() == 0
    box, inside = figure.legends[0].get_window_extent(), axes(figure).get_window_extent()
    assert box.x0 >= inside.x1


COLUMNS = st.one_of(
    st.lists(st.one_of(st.none(), st.text(max_size=30)), min_size=4, max_size=4),
    st.lists(st.one_of(st.none(), st.floats(), st.integers(-(2**40), 2**40).map(float)), min_size=4, max_size=4),
    st.lists(st.one_of(st.none(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)


@settings(max_examples=60, deadline=None)
@example("bar", "count", ["", None, None, None], [5.3e307, None, None, None], [None] * 4, "y", "")
@given(
    st.sampled_from(MARKS),
    st.sampled_from(["count", "mean", "sum", "none"]),
    *[COLUMNS] * 3,
    st.sampled_from(["", "y"]),
    st.sampled_from(["", "c"]),
)
def test_any_table_gives_a_picture_or_one_line(
    mark: str, aggregate: str, x: list[Any], y: list[Any], c: list[Any], value: str, color: str
) -> None:
    table = pa.table({"x": x, "y": y, "c": c})

    line, picture = "", b""
    try:
        picture = png(draw_chart(table, mark=mark, x="x", y=value, color=color, aggregate=aggregate))
    except HFMagicError as error:
        line = error.line

    assert len(line) <= 200
    assert line or picture
