"""row_mask: conditions on columns, as SQL holds them, with labels compared as people do."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import StepFailed
from hfmagic.kinds import Label
from hfmagic.operations.select import row_mask
from hfmagic.plan import Column, Predicate


def where(op: Any, value: Any = None) -> Predicate:
    return Predicate(of=Column(column="stars", of="reviews"), op=op, value=value)


def mask(values: list[object], op: str, value: Any = None) -> list[bool]:
    return row_mask([values], [where(op, value)], len(values))


def labels(*names: str) -> list[object]:
    return [(Label(name, 0.9), Label("other", 0.1)) for name in names]


@pytest.mark.parametrize(
    ("op", "expected"),
    [("==", [0, 1, 0]), ("!=", [1, 0, 1]), ("<", [1, 0, 0]), ("<=", [1, 1, 0]), (">", [0, 0, 1]), (">=", [0, 1, 1])],
)
def test_numbers_are_compared(op: str, expected: list[int]) -> None:
    assert mask([1, 2, 3], op, 2) == [bool(e) for e in expected]


def test_numbers_of_every_sort_compare_with_each_other() -> None:
    assert mask([np.int64(3), np.float32(3), Decimal(3), 3.0], "==", 3) == [True] * 4


def test_in_holds_for_one_of_several() -> None:
    assert mask(["a", "B", "c"], "in", ("b", "C")) == [False, True, True]


def test_text_is_compared_and_searched_without_regard_to_case() -> None:
    assert mask([" Phone", "phones"], "==", "PHONE") == [True, False]
    assert mask(["My Phone", "camera"], "contains", "pHo") == [True, False]


def test_labels_count_by_their_best() -> None:
    assert mask(labels("sports", "other"), "==", "SPORTS") == [True, False]
    assert mask([()], "not-null") == [False]


def test_negative_means_the_names_that_models_give_it() -> None:
    found = labels("NEGATIVE", "neg", "1 star", "2 stars", "3 stars", "POS", "LABEL_0")

    assert mask(found, "==", "negative") == [True, True, True, True, False, False, False]
    assert mask(found, "==", "positive") == [False] * 5 + [True, False]
    assert mask(found, "!=", "负面") == [False] * 4 + [True, True, True]


def test_one_star_is_not_two_stars() -> None:
    assert mask(labels("1 star", "2 stars"), "==", "1 star") == [True, False]


@pytest.mark.parametrize("op", ["==", "!=", "<", "in", "contains"])
def test_a_missing_value_meets_no_condition(op: str) -> None:
    value = ("a",) if op == "in" else "a"

    assert mask([None, math.nan, pd.NA, pd.NaT, np.float64("nan"), Decimal("sNaN")], op, value) == [False] * 6


def test_missing_values_are_found_by_is_null() -> None:
    assert mask([None, math.nan, pd.NA, 0, ""], "is-null") == [True, True, True, False, False]
    assert mask([None, 0], "not-null") == [False, True]


def test_dates_are_compared_with_a_written_date() -> None:
    days: list[object] = [dt.date(2026, 1, 30), dt.datetime(2026, 1, 31, 12), pd.Timestamp("2026-02-01", tz="UTC")]

    assert mask(days, ">=", "2026-01-31") == [False, True, True]
    assert mask(days, "==", "2026-01-30") == [True, False, False]


def test_every_condition_must_hold() -> None:
    assert row_mask([[1, 2, 3], ["a", "b", "b"]], [where(">", 1), where("==", "b")], 3) == [False, True, True]
    assert row_mask([], [], 2) == [True, True]


@pytest.mark.parametrize(
    ("values", "op", "value", "said"),
    [
        (["a"], ">", 3, "stars holds text, the condition > 3 wants numbers"),
        ([3], "==", "a", "stars holds numbers, the condition == 'a' wants text"),
        ([3], "contains", "a", "wants text"),
        ([True], "==", 1, "stars holds true or false"),
        ([3], "<", "a", "wants text"),
        ([[1]], "==", 1, "values of type list"),
        ([dt.date(2026, 1, 1)], "<", "tomorrow", "write the date as 2026-01-31"),
        ([1j], "<", 1, "values of type complex"),
    ],
)
def test_what_cannot_be_compared_is_one_line(values: list[object], op: str, value: Any, said: str) -> None:
    with pytest.raises(StepFailed, match=said) as error:
        mask(values, op, value)

    assert len(error.value.line) <= 200


TEXTS = st.sampled_from(["a", "A", "b", "ab", "negative", "neg", "2 stars", "LABEL_0"])
NUMBERS = st.one_of(st.integers(-3, 3), st.floats(allow_nan=True, width=16))
OPS = ["==", "!=", "<", "<=", ">", ">=", "is-null", "not-null"]


def oracle(value: Any, op: str, wanted: Any) -> bool:
    """One row, written as plainly as can be."""
    missing = value is None or value != value
    if op == "is-null":
        return missing
    if op == "not-null" or missing:
        return not missing and op == "not-null"
    if isinstance(wanted, str):
        value, wanted = value.lower(), wanted.lower()
        if op in ("==", "!=") and wanted in ("negative", "neg") and value in ("negative", "neg", "2 stars"):
            wanted = value
    return {
        "==": value == wanted,
        "!=": value != wanted,
        "<": value < wanted,
        "<=": value <= wanted,
        ">": value > wanted,
        ">=": value >= wanted,
    }[op]


@given(
    st.one_of(
        st.tuples(st.lists(st.one_of(st.none(), TEXTS)), st.sampled_from(OPS), TEXTS),
        st.tuples(st.lists(st.one_of(st.none(), NUMBERS)), st.sampled_from(OPS), st.integers(-3, 3)),
    )
)
def test_a_mask_is_what_each_row_says(case: tuple[list[Any], str, Any]) -> None:
    values, op, wanted = case

    assert mask(values, op, wanted) == [oracle(value, op, wanted) for value in values]


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.binary())


@given(st.lists(ANYTHING, max_size=4), st.sampled_from([*OPS, "contains"]), st.one_of(st.text(), st.floats()))
def test_any_values_give_a_mask_or_one_line(values: list[object], op: str, wanted: Any) -> None:
    line, found = "", []
    try:
        found = mask(values, op, wanted)
    except StepFailed as error:
        line = error.line

    assert len(line) <= 200
    assert line or len(found) == len(values)
