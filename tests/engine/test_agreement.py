"""Half precision is used only where it gives what float32 gives; no more is said than the rows that were tried show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine.agreement import MOST, SMALL, WANTED, Agreement, agree, agreement, rows_to_try
from hfmagic.kinds import Box, Kind, Label, Mask, Span

YES = (Label("yes", 0.9), Label("no", 0.1))
CAT, MOVED = Box("cat", 0.9, 0, 0, 100, 100), Box("cat", 0.9, 0, 0, 99, 99)
DOG = Box("dog", 0.9, 50, 50, 100, 100)
LEFT = np.array([[True, False], [True, False]])


@pytest.mark.parametrize(
    ("kind", "whole", "half", "same"),
    [
        (Kind.LABELS, YES, (Label("yes", 0.7), Label("no", 0.3)), True),
        (Kind.LABELS, YES, YES[::-1], False),
        (Kind.LABELS, (), (), True),
        (Kind.TEXT, "Two men.", "Two men.", True),
        (Kind.TEXT, "Two men.", "Two men", False),
        (Kind.SPANS, (Span("PER", 0.9, 0, 3),), (Span("PER", 0.8, 0, 3, "Ann"),), True),
        (Kind.SPANS, (Span("PER", 0.9, 0, 3),), (Span("PER", 0.9, 0, 4),), False),
        (Kind.BOXES, (CAT, DOG), (DOG, MOVED), True),
        (Kind.BOXES, (CAT,), (CAT, DOG), False),
        (Kind.BOXES, (CAT,), (Box("cat", 0.9, 0, 0, 80, 80),), False),
        (Kind.MASK, (Mask("", 0.9, LEFT),), (Mask("", 0.8, LEFT.copy()),), True),
        (Kind.MASK, (Mask("", 0.9, LEFT),), (Mask("", 0.9, ~LEFT),), False),
        (Kind.MASK, (Mask("", 0.9, LEFT),), (), False),
        (Kind.EMBEDDING, np.array([1.0, 0.0]), np.array([0.9, 0.01]), True),
        (Kind.EMBEDDING, np.array([1.0, 0.0]), np.array([1.0, 0.1]), False),
        (Kind.NUMBER, 100.0, 100.9, True),
        (Kind.NUMBER, 100.0, 102.0, False),
        (Kind.NUMBER, float("nan"), float("nan"), True),
        (Kind.NUMBER, 1.0, None, False),
        (Kind.TEXT, None, None, True),
        (Kind.IMAGE, "a picture", "a picture", False),
    ],
)
def test_what_counts_as_the_same(kind: Kind, whole: Any, half: Any, same: bool):
    assert agree(kind, [whole], [half]) == Agreement(1, int(same))


@pytest.mark.parametrize(
    ("same", "rows", "used"), [(199, 200, True), (198, 200, False), (100, 100, True), (0, 0, False)]
)
def test_half_precision_is_used_from_the_wanted_share(same: int, rows: int, used: bool):
    assert Agreement(rows, same).agrees is used


def test_no_more_is_vouched_for_than_the_rows_show():
    assert Agreement(200, 200).words == (
        "same as float32 on 200 of 200 rows tried (at least 98.5 % of all, with 95 % certainty)"
    )
    assert Agreement(600, 600).vouched >= WANTED
    assert Agreement(500, 500).vouched < WANTED
    assert Agreement(MOST, MOST - 4).vouched >= WANTED > Agreement(MOST, MOST - 5).vouched


@given(st.integers(1, 3000), st.data())
def test_what_is_vouched_for_is_less_than_what_was_seen(rows: int, data: st.DataObject):
    seen = Agreement(rows, data.draw(st.integers(0, rows)))

    assert 0 <= seen.vouched <= seen.same / seen.rows


@given(st.integers(0, 10**7))
def test_a_larger_column_has_more_rows_tried_but_few_of_it(count: int):
    tried = rows_to_try(count)

    assert rows_to_try(count + 1) >= tried
    assert tried <= max(count / 5, 0) if count >= SMALL else tried == 0


def test_rows_are_tried_from_the_whole_column():
    seen: list[int] = []

    def half(values: Any) -> Any:
        seen.extend(values)
        return values

    found = agreement(Kind.NUMBER, lambda values: values, half, range(10_000))

    assert found == Agreement(200, 200)
    assert seen == list(range(0, 10_000, 50))


def test_a_small_column_is_not_tried_and_stays_in_float32():
    assert not agreement(Kind.NUMBER, list, list, range(SMALL - 1)).agrees
