"""Choices as a table, and plain columns that line up."""

from __future__ import annotations

from hfmagic.render import table_view
from hfmagic.render.plain import MAX_WIDTH, cells, fit, grid

ROWS = [
    {"model_id": "org/good", "size": 23, "score": 0.83, "reason": "best score"},
    {"model_id": "org/bad", "size": 1200, "score": None, "rejected_reason": "license"},
]


def test_rows_lack_nothing_that_is_not_there():
    view = table_view("Candidates", ROWS, columns=["model_id", "size", "score", "rejected_reason"])
    html = view._repr_mimebundle_()[0]["text/html"]

    assert '<code class="hfm-code">org/<wbr>good</code>' in html
    assert 'class="hfm-number">1,200<' in html
    assert '<span class="hfm-bad">license</span>' in html
    assert "best score" not in html


def test_an_empty_list_says_so():
    assert repr(table_view("Models", [], columns=["a"])) == "Models\nnothing to show"


def test_plain_columns_line_up_with_chinese_too():
    lines = grid(["名称", "n"], [["诺基亚", 1], ["ab", 22]]).split("\n")

    assert [cells(line[: line.rindex(" ")]) for line in lines] == [7, 7, 7]


def test_a_grid_stays_within_a_terminal():
    shown = grid([f"column {i}" for i in range(30)], [["word " * 20] * 30])

    assert all(cells(line) <= MAX_WIDTH + 20 for line in shown.split("\n"))
    assert "columns)" in shown


def test_a_cell_is_one_line_of_limited_width():
    assert fit("a\nb\x1b[31m c") == "a b c"
    assert cells(fit("很长的文字" * 20, 11)) <= 11
