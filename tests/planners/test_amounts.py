"""Conditions on dates, ratings and lengths, run on a small table."""

from __future__ import annotations

import datetime as dt

import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.operations.query import run_query
from hfmagic.operations.select import row_mask
from hfmagic.plan import Column, Plan, Predicate

from .inputs import CALLS, REVIEWS, plan, query, tasks

SHOP = InputSchema(
    name="posts",
    kind=Kind.TABLE,
    rows=6,
    columns=(
        ColumnSchema(name="store", kind=Kind.LABELS, dtype="string"),
        ColumnSchema(name="review", kind=Kind.TEXT, dtype="string"),
        ColumnSchema(name="rating", kind=Kind.NUMBER, dtype="int64"),
        ColumnSchema(name="date", dtype="datetime(time_unit='us', time_zone=none)"),
    ),
)
ROWS = {
    "store": ["a", "a", "b", "b", "b", "a"],
    "review": ["one two three", "one", "four words are here", "x", "two words", "very " * 30],
    "rating": [1, 2, 3, 4, 5, 5],
    "date": [dt.datetime(2023, 12, 31), *(dt.datetime(2024, m, 5, 10) for m in (1, 3, 4, 5)), dt.datetime(2025, 3, 1)],
}


def kept(made: Plan) -> list[int]:
    """The rows that a plan of one filter or query keeps."""
    import pyarrow as pa

    (step,) = made.steps
    if step.task == "filter":
        values = [ROWS[p.of.column] for p in step.where if isinstance(p.of, Column)]
        return [i for i, holds in enumerate(row_mask(values, step.where, 6)) if holds]
    table = pa.table({**ROWS, "row": list(range(6))})
    found = run_query({"posts": table}, query(made), max_rows=100, timeout_seconds=20)
    return [int(i) for i in found["row"].to_pylist()]


@pytest.mark.parametrize(
    ("requests", "rows"),
    [
        (("reviews since March 2024", "2024年3月以后的评论", "reviews from March 2024 on"), [2, 3, 4, 5]),
        (("reviews in 2024", "reviews written in 2024", "2024年的评论"), [1, 2, 3, 4]),
        (("reviews in March 2024", "2024年3月的评论", "reviews from March 2024"), [2]),
        (("reviews before 2024", "reviews before 2024-01-01", "2024年之前的评论"), [0]),
        (("reviews after 2024-04-04", "reviews later than 4 April 2024"), [3, 4, 5]),
        (("reviews between March and May 2024", "reviews from 2024-03-01 to 2024-05-31"), [2, 3, 4]),
        (("reviews until May 2024", "reviews through May 2024"), [0, 1, 2, 3, 4]),
        (("reviews in March", "3月的评论"), [2, 5]),
    ],
)
def test_dates_say_which_rows(requests: tuple[str, ...], rows: list[int]) -> None:
    assert {r: kept(plan(r, SHOP)) for r in requests} == dict.fromkeys(requests, rows)


@pytest.mark.parametrize(
    ("requests", "rows"),
    [
        (
            ("5-star reviews", "reviews with 5 stars", "reviews with a rating of 5", "五星的评论", "评分为5的评论"),
            [4, 5],
        ),
        (("reviews with rating 1 or 2", "rating is 1 or 2"), [0, 1]),
        (
            ("reviews with 4 stars or more", "reviews rated 4 or higher", "四星及以上的评论", "at least 4 stars only"),
            [3, 4, 5],
        ),
        (("reviews rated below 3", "评分低于3的评论"), [0, 1]),
        (("reviews longer than 3 words", "only reviews with more than 3 words"), [2, 5]),
        (("reviews shorter than 5 characters", "少于5字的评论"), [1, 3]),
        (("only reviews longer than 100 characters", "超过100字的评论"), [5]),
        (("5-star reviews in 2024",), [4]),
    ],
)
def test_amounts_say_which_rows(requests: tuple[str, ...], rows: list[int]) -> None:
    assert {r: kept(plan(r, SHOP)) for r in requests} == dict.fromkeys(requests, rows)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("reviews since March", "of which year"),
        ("summarize the reviews of last week", "does not know what day it is"),
        ("只看上个月的评论", "does not know what day it is"),
        ("reviews after 2024-13-45", "is no date"),
    ],
)
def test_a_date_that_nobody_can_tell_is_asked_for(request_: str, words: str) -> None:
    with pytest.raises(NoTaskFits, match=words):
        plan(request_, SHOP)


def test_dates_kept_as_words_are_compared_too() -> None:
    made = plan("transcribe the calls after 2024-05-01", CALLS)

    assert made.steps[0].where == (Predicate(of=Column(column="date", of="calls"), op=">", value="2024-05-01"),)


def test_a_length_in_a_condition_is_no_length_of_the_answer() -> None:
    made = plan("summarize the reviews longer than 200 words in at most 30 words", REVIEWS)

    assert tasks(made) == "sql summarization"
    assert made.steps[-1].parameters["max_new_tokens"] == 45


def test_a_length_of_the_answer_is_no_condition() -> None:
    for words in ("summarize each review in under 20 words", "用不超过20个词总结每条评论", "summarize in 3 sentences"):
        assert tasks(plan(words, REVIEWS)) == "summarization"
    assert plan("summarize each review in 3 sentences", REVIEWS).steps[0].parameters["max_new_tokens"] == 120


def test_how_long_a_recording_is_stands_in_no_column() -> None:
    with pytest.raises(NoTaskFits, match="no column says how long"):
        plan("transcribe calls longer than 60 seconds", CALLS)


@pytest.mark.parametrize("request_", ["how many reviews have a rating of 1?", "评分为1的评论有多少条"])
def test_what_is_counted_is_selected_first(request_: str) -> None:
    made = plan(request_, SHOP)

    assert tasks(made) == "filter sql"
    assert made.steps[0].where == (Predicate(of=Column(column="rating", of="posts"), value=1),)
