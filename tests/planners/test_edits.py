"""Follow-ups that change one thing of the last plan."""

from __future__ import annotations

import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import Kind
from hfmagic.plan import Column

from .inputs import MAILS, REVIEWS, SCORED, chart, plan, query, table, tasks
from .test_amounts import SHOP


@pytest.mark.parametrize(
    ("first", "then", "parameter", "value"),
    [
        ("translate each review into French", "in German instead", "target", "de"),
        ("translate each review into French", "now into Spanish", "target", "es"),
        ("把每条评论翻译成英文", "改成日语", "target", "ja"),
        ("group the reviews into themes", "with five themes instead", "groups", 5),
        ("把评论聚成主题", "改成三个主题", "groups", 3),
        ("summarize each review in at most 30 words", "in 10 words instead", "max_new_tokens", 15),
        (
            "classify each review as price or quality",
            "as staff, price and other instead",
            "candidate_labels",
            ["staff", "price", "other"],
        ),
    ],
)
def test_a_fragment_changes_a_setting_of_the_last_plan(first: str, then: str, parameter: str, value: object) -> None:
    last = plan(first, REVIEWS)
    made = plan(then, REVIEWS, previous=last)

    assert made.step_ids == last.step_ids
    assert made.steps[-1].parameters == {**last.steps[-1].parameters, parameter: value}
    assert made.request == then


@pytest.mark.parametrize("then", ["now per store", "by store instead", "按门店", "and per store"])
def test_groups_are_made_anew(then: str) -> None:
    last = plan("how many complaints per month", SHOP)
    made = plan(then, SHOP, previous=last)

    assert made.steps[:-1] == last.steps[:-1]
    assert query(made).startswith('SELECT "store", count(*) AS "n" FROM "filter" GROUP BY "store" ORDER BY "n" DESC')
    assert "strftime" in query(plan("now per month", SHOP, previous=made))


def test_a_chart_is_drawn_by_another_column_or_in_another_way() -> None:
    last = plan(
        "chart the average score per department",
        MAILS.model_copy(update={"columns": (*MAILS.columns, SHOP.columns[0])}),
    )
    inputs = last.inputs[0]

    assert chart(plan("per store instead", inputs, previous=last))["x"] == "store"
    assert chart(plan("as a line chart", inputs, previous=last)) == {**chart(last), "mark": "line"}
    assert chart(plan("换成折线图", inputs, previous=last)) == {**chart(last), "mark": "line"}


def test_other_rows_are_looked_at() -> None:
    last = plan("label the sentiment and summarize the negative ones", REVIEWS)
    made = plan("the positive ones instead", REVIEWS, previous=last)

    assert made.step("summary").where[0].value == "positive"
    assert made.step("sentiment") == last.step("sentiment")


def test_what_the_last_run_put_into_columns_is_read_from_them() -> None:
    last = plan("label the sentiment and summarize the negative ones", REVIEWS)
    made = plan("the positive ones instead", SCORED, previous=last)

    assert tasks(made) == "summarization"
    assert made.steps[0].where[0].of == Column(column="review_sentiment", of="scored")


def test_a_result_that_is_there_keeps_its_name() -> None:
    last = plan("group the reviews into themes", REVIEWS)
    made = plan("with four themes instead", SCORED, previous=last)

    assert made.step("theme").output == "review_theme_2"
    assert made.step("embedding").inputs == {"text": Column(column="review", of="scored")}


def test_a_result_without_the_rows_says_which_frame_to_name() -> None:
    last = plan("how many reviews per product", REVIEWS)
    counts = table("counts", product=Kind.LABELS, n=Kind.NUMBER)

    with pytest.raises(NoTaskFits, match=r"was over reviews\. → %%hf reviews"):
        plan("now per id", counts, previous=last)


@pytest.mark.parametrize("then", ["only the negative ones", "chart it", "summarize in German"])
def test_a_request_with_a_verb_is_a_plan_of_its_own(then: str) -> None:
    last = plan("translate each review into French", SCORED)

    assert plan(then, SCORED, previous=last).steps[-1] != last.steps[-1].model_copy(
        update={"parameters": {"target": "de"}}
    )
