"""Conditions in words."""

from __future__ import annotations

import pytest

from hfmagic.kinds import ColumnSchema, Kind
from hfmagic.plan import Column, Predicate

from .inputs import MAILS, REVIEWS, SCORED, TICKETS, plan, tasks

LABEL = ColumnSchema(name="subject_label", kind=Kind.LABELS, labels=("billing", "late delivery"))
LABELLED = TICKETS.model_copy(update={"columns": (*TICKETS.columns, LABEL)})


@pytest.mark.parametrize(
    ("request_", "column", "op", "value"),
    [
        ("only rows where score > 0.9", "score", ">", 0.9),
        ("keep the mails with a score of at least 0.5", "score", ">=", 0.5),
        ("mails where the score is below 3", "score", "<", 3),
        ("score above 80%", "score", ">", 0.8),
        ("只看分数不低于0.5的邮件", "score", ">=", 0.5),
        ("drop rows where score < 0.2", "score", ">=", 0.2),
        ("only rows where department is 'Sales'", "department", "==", "Sales"),
        ("where department == Sales", "department", "==", "Sales"),
        ("drop rows where department is 'Sales'", "department", "!=", "Sales"),
        ("部门是“销售”的邮件", "department", "==", "销售"),
        ("only mails whose `body` mentions 'refund'", "body", "contains", "refund"),
        ("drop rows where department is missing", "department", "not-null", None),
        ("去掉部门为空的行", "department", "not-null", None),
    ],
)
def test_a_condition_on_a_column_is_a_predicate(request_: str, column: str, op: str, value: object) -> None:
    made = plan(request_, MAILS)

    assert tasks(made) == "filter"
    assert made.steps[0].where == (Predicate(of=Column(column=column, of="mails"), op=op, value=value),)


@pytest.mark.parametrize(
    ("request_", "op", "value"),
    [
        ("just the positive reviews", "==", "positive"),
        ("show the complaints", "==", "negative"),
        ("which reviews are not negative", "!=", "negative"),
        ("去掉差评", "!=", "negative"),
        ("只保留好评", "==", "positive"),
    ],
)
def test_words_of_praise_and_blame_look_at_the_sentiment_that_is_there(request_: str, op: str, value: str) -> None:
    where = Predicate(of=Column(column="review_sentiment", of="scored"), op=op, value=value)

    assert plan(request_, SCORED).steps[-1].where == (where,)


def test_labels_that_a_column_holds_are_conditions() -> None:
    made = plan("only the late delivery ones", LABELLED)

    assert made.steps[0].where == (Predicate(of=Column(column="subject_label", of="tickets"), value="late delivery"),)


def test_a_score_beside_a_label_can_be_named() -> None:
    made = plan("reviews where the sentiment score is below 0.6", SCORED)

    assert made.steps[0].where[0].of == Column(column="review_sentiment_score", of="scored")


def test_the_score_of_a_label_made_in_the_same_request_is_asked_for_in_sql() -> None:
    made = plan("label the sentiment of each review, then keep rows with a sentiment score above 0.8", REVIEWS)

    assert tasks(made) == "text-classification sql"
    assert 'WHERE "review_sentiment_score" > 0.8' in made.steps[-1].parameters["query"]


def test_a_question_between_two_poles_is_no_condition() -> None:
    made = plan("are the reviews positive or negative?", REVIEWS)

    assert made.steps[0].where == ()


def test_rows_of_a_language_are_found_first() -> None:
    made = plan("summarize the French reviews", REVIEWS)

    assert tasks(made) == "detect-language summarization"
    assert made.step("summary").where[0].value == "fr"
