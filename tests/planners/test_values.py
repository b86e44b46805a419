"""Values of several words, lists of them, and rows that are dropped together."""

from __future__ import annotations

import pytest

from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Column, Predicate

from .inputs import MAILS, REVIEWS, plan, query, tasks

NAMES = ("Nokia 6610", "Canon G3", "Apex AD2600")
KNOWN = InputSchema(
    name="known",
    kind=Kind.TABLE,
    columns=(ColumnSchema(name="product", kind=Kind.LABELS, labels=NAMES), ColumnSchema(name="review", kind=Kind.TEXT)),
)


def product(value: object, of: str = "reviews", op: str = "==") -> Predicate:
    return Predicate(of=Column(column="product", of=of), op=op, value=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_",
    [
        "where product is Nokia 6610",
        "only rows where the product is Nokia 6610",
        "keep reviews whose product is Nokia 6610",
        "产品是 Nokia 6610 的",
        "只看产品是 Nokia 6610 的评论",
        "保留产品为 Nokia 6610 的行",
    ],
)
def test_a_value_goes_on_to_the_end_of_its_words(request_: str) -> None:
    made = plan(request_, REVIEWS)

    assert (tasks(made), made.steps[0].where) == ("filter", (product("Nokia 6610"),))


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        ("summarize the reviews where product is Nokia 6610 in 20 words", "Nokia 6610"),
        ("translate reviews where product is Canon G3 into French", "Canon G3"),
        ("label the sentiment of the reviews where product is Canon G3 and chart it", "Canon G3"),
        ("summarize reviews where product is blue kettle", "blue kettle"),
        ("summarize reviews where product is kettle reviews", "kettle"),
        ("总结产品是 Canon G3 的评论", "Canon G3"),
        ("总结产品是电水壶的评论", "电水壶"),
    ],
)
def test_what_follows_a_value_is_no_part_of_it(request_: str, value: str) -> None:
    assert plan(request_, REVIEWS).steps[0].where == (product(value),)


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        ("only Nokia 6610", "Nokia 6610"),
        ("summarize the Nokia 6610 reviews", "Nokia 6610"),
        ("summarize rows where product is nokia 6610 today", "Nokia 6610"),
        ("总结 Nokia 6610 的评论", "Nokia 6610"),
    ],
)
def test_a_label_that_a_column_is_known_to_hold_needs_no_column(request_: str, value: str) -> None:
    assert plan(request_, KNOWN).steps[0].where == (product(value, of="known"),)


@pytest.mark.parametrize(
    "request_",
    [
        "only rows where product is Nokia 6610 or Canon G3",
        "products Nokia 6610 and Canon G3 only",
        "where product is 'Nokia 6610' or 'Canon G3'",
        "只看产品是 Nokia 6610 或 Canon G3 的评论",
    ],
)
def test_any_of_several_values_will_do(request_: str) -> None:
    wanted = (product(("Nokia 6610", "Canon G3"), of="known", op="in"),)

    assert plan(request_, KNOWN).steps[0].where == wanted


def test_the_name_of_another_column_ends_a_list() -> None:
    made = plan("only rows where department is Sales or Support and score > 3", MAILS)

    score = Predicate(of=Column(column="score", of="mails"), op=">", value=3)
    assert made.steps[0].where[1] == score
    assert made.steps[0].where[0].value == ("Sales", "Support")


def test_none_of_several_values_are_two_conditions() -> None:
    made = plan("drop rows where department is Sales or Support", MAILS)

    assert [(p.op, p.value) for p in made.steps[0].where] == [("!=", "Sales"), ("!=", "Support")]


def test_rows_for_which_two_conditions_hold_are_dropped_together() -> None:
    made = plan("drop rows where score < 2 and department is Berlin", MAILS)

    assert query(made).endswith('WHERE ("score" < 2 AND lower("department") = \'berlin\') IS NOT TRUE')


@pytest.mark.parametrize("request_", ["reviews that are not about 'battery'", "reviews not about 'battery'"])
def test_not_about_is_lacking(request_: str) -> None:
    assert query(plan(request_, REVIEWS)).endswith("WHERE NOT contains(lower(\"review\"), 'battery')")


def test_one_text_may_be_there_and_another_not() -> None:
    made = plan("reviews that mention 'price' but not 'quality'", REVIEWS)

    assert query(made).endswith("contains(lower(\"review\"), 'price') AND NOT contains(lower(\"review\"), 'quality')")


@pytest.mark.parametrize("request_", ["drop the empty reviews", "reviews that are not empty", "去掉空的评论"])
def test_empty_rows_are_left_out(request_: str) -> None:
    made = plan(request_, REVIEWS)

    assert made.steps[0].where == (Predicate(of=Column(column="review", of="reviews"), op="not-null"),)


def test_the_rest_are_the_rows_that_the_step_before_left_out() -> None:
    request = "label the sentiment; translate the negative ones into English and summarize the rest"
    chinese = "标注情感，翻译负面的成英文，总结其余的"
    made = plan(request, REVIEWS)

    assert [(p.op, p.value) for p in made.step("summary").where] == [("!=", "negative")]
    assert made.step("summary").inputs == {"text": Column(column="review", of="reviews")}
    assert plan(chinese, REVIEWS).hash == made.hash
