"""fill_template: `{value}` and doubled braces, nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.operations.template import fill_template


def test_each_value_stands_where_value_is_written() -> None:
    assert fill_template(["a", "b"], "<{value}> {value}!") == ["<a> a!", "<b> b!"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{value}}", "{value}"),
        ("{{{value}}}", "{X}"),
        ("{", "{"),
        ("{}", "{}"),
        ("{0} {name}", "{0} {name}"),
        ("{value.__class__}", "{value.__class__}"),
        ("{value!r:>9}", "{value!r:>9}"),
        ("%s $value", "%s $value"),
    ],
)
def test_nothing_else_is_replaced(template: str, expected: str) -> None:
    assert fill_template(["X"], template) == [expected]


def test_a_value_is_not_filled_again() -> None:
    assert fill_template(["{value} {{"], "{value}") == ["{value} {{"]


@given(st.lists(st.text()), st.text())
def test_a_value_between_any_texts_is_kept_whole(values: list[str], around: str) -> None:
    template = around.replace("{", "{{").replace("}", "}}")

    assert fill_template(values, f"{template}{{value}}{template}") == [around + value + around for value in values]
