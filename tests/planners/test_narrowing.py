"""Conditions that no predicate can say, and names that no schema knows."""

from __future__ import annotations

import pytest

from hfmagic.errors import AmbiguousColumn, NoTaskFits
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Column, Predicate

from .inputs import CALLS, COUNTED, MAILS, REVIEWS, SCORED, chart, plan, query, table, tasks

CARS = table("cars", Name=Kind.LABELS, Horsepower=Kind.NUMBER, Weight_in_lbs=Kind.NUMBER, Origin=Kind.LABELS)
CASES = InputSchema(
    name="cases",
    kind=Kind.TABLE,
    rows=12,
    columns=(
        ColumnSchema(name="body", kind=Kind.TEXT),
        ColumnSchema(name="channel", kind=Kind.LABELS),
        ColumnSchema(name="priority", kind=Kind.LABELS),
        ColumnSchema(name="created", dtype="datetime(time_unit='ns', time_zone=none)"),
        ColumnSchema(name="minutes", kind=Kind.NUMBER),
    ),
)
SENTIMENT = (
    ColumnSchema(name="review_sentiment", kind=Kind.LABELS, labels=COUNTED),
    ColumnSchema(name="review_sentiment_score", kind=Kind.NUMBER),
)
ID = ColumnSchema(name="id", kind=Kind.LABELS)
LABELLED = REVIEWS.model_copy(update={"columns": (ID, *REVIEWS.columns[1:], *SENTIMENT)})
BELOW = '"review_sentiment_score" < 0.6'
LACKS = "NOT contains(lower(\"review\"), 'battery')"
EITHER = "(contains(lower(\"review\"), 'screen') OR contains(lower(\"review\"), 'phone'))"


@pytest.mark.parametrize(
    ("request_", "expected", "where"),
    [
        (
            "find the sentiment and summarize those with score below 0.6",
            "text-classification sql summarization",
            BELOW,
        ),
        ("标注情感，然后给得分低于0.6的评论起标题", "text-classification sql summarization", BELOW),
        (
            "label the sentiment, then group reviews with a sentiment score below 0.6 into themes",
            "text-classification sql feature-extraction cluster",
            BELOW,
        ),
        (
            "label the sentiment, then chart the reviews with a sentiment score below 0.6 per product",
            "text-classification sql chart",
            BELOW,
        ),
        ("summarize the reviews that do not mention battery", "sql summarization", LACKS),
        ("summarize the reviews without 'battery'", "sql summarization", LACKS),
        ("标注不包含“battery”的评论的情感", "sql text-classification", LACKS),
        ("给没有“battery”的评论起标题", "sql summarization", LACKS),
        ("reviews that mention 'screen' or 'phone'", "sql", EITHER),
        ("找出提到“screen”或“phone”的评论", "sql", EITHER),
        ("reviews not containing 'screen' or 'phone'", "sql", f"NOT {EITHER}"),
    ],
)
def test_the_next_step_reads_the_rows_that_a_query_selects(request_: str, expected: str, where: str) -> None:
    made = plan(request_, REVIEWS)
    sql = next(s for s in made.steps if s.task == "sql")

    assert tasks(made) == expected
    assert sql.parameters["query"].endswith(f"WHERE {where}")
    after = made.steps[made.steps.index(sql) + 1 :]
    assert all(sql.id in step.parents for step in after[:1])


@pytest.mark.parametrize(
    ("request_", "note"),
    [
        (
            "summarize the reviews without 'battery'",
            "only the rows that 'summarize the reviews without battery' asks for are in the result",
        ),
        ("总结不包含“battery”的评论", "结果中只有“总结不包含battery的评论”所指的行"),
    ],
)
def test_the_result_that_has_fewer_rows_is_noted(request_: str, note: str) -> None:
    assert note in plan(request_, REVIEWS).notes


@pytest.mark.parametrize("request_", ["对情感得分低于0.6的评论起标题", "title reviews with a score below 0.6"])
def test_a_score_that_is_a_column_by_now_is_a_predicate(request_: str) -> None:
    score = Column(column="review_sentiment_score", of="scored")

    assert plan(request_, SCORED).steps[0].where == (Predicate(of=score, op="<", value=0.6),)


@pytest.mark.parametrize("request_", ["sort by sentiment score, ascending", "按情感得分从低到高排序"])
def test_a_score_is_sorted_by_and_not_its_label(request_: str) -> None:
    assert 'ORDER BY "review_sentiment_score" NULLS LAST' in query(plan(request_, SCORED))


def test_a_number_of_negative_ones_is_a_condition() -> None:
    made = plan("统计每个产品的负面数量", SCORED)

    assert [p.value for p in made.steps[0].where] == ["negative"]


def test_a_likeness_in_chinese_compares() -> None:
    assert tasks(plan("哪条评论最像“很难用”", REVIEWS)) == "sentence-similarity sql"


@pytest.mark.parametrize("request_", ["average sentiment score per product", "平均每个产品的情感得分"])
def test_a_score_is_averaged_without_a_split_by_its_label(request_: str) -> None:
    assert query(plan(request_, SCORED)).startswith('SELECT "product", avg("review_sentiment_score")')


@pytest.mark.parametrize(
    ("request_", "op", "value"),
    [
        ("now only Nokia", "contains", "Nokia"),
        ("only reviews about the Nokia 6610", "contains", "Nokia 6610"),
        ("只看 Nokia 的", "contains", "Nokia"),
        ("只保留“诺基亚”的评论", "contains", "诺基亚"),
    ],
)
def test_a_name_is_looked_for_in_the_only_category(request_: str, op: str, value: str) -> None:
    made = plan(request_, LABELLED)

    assert made.steps[0].where == (Predicate(of=Column(column="product", of="reviews"), op=op, value=value),)
    assert any(value in note and "product" in note for note in made.notes)


def test_a_name_beside_another_condition_is_not_lost() -> None:
    assert [p.value for p in plan("only the negative Nokia reviews", LABELLED).steps[0].where] == ["negative", "Nokia"]
    assert "NOT contains(lower(\"product\"), 'nokia')" in query(plan("drop Nokia", LABELLED))


def test_a_name_that_several_categories_can_hold_gets_a_hint_that_works() -> None:
    with pytest.raises(AmbiguousColumn, match=r"'Japan' could be in Name, Origin\. → such as: only rows where Name is"):
        plan("only cars from Japan", CARS)
    assert plan("only rows where Origin is 'Japan'", CARS).steps[0].where[0].value == "Japan"


@pytest.mark.parametrize(
    ("request_", "schema", "where"),
    [
        ("only high priority cases", CASES, [("priority", "==", "high")]),
        ("how many high priority cases per channel?", CASES, [("priority", "==", "high")]),
        ("统计每个 channel 里 priority 为 high 的数量", CASES, [("priority", "==", "high")]),
        ("how many cases took more than 30 minutes?", CASES, [("minutes", ">", 30)]),
        ("cases without a channel", CASES, [("channel", "is-null", None)]),
        ("drop rows with missing minutes", CASES, [("minutes", "not-null", None)]),
        ("去掉缺失 minutes 的行", CASES, [("minutes", "not-null", None)]),
        (
            "cars with horsepower between 80 and 120",
            CARS,
            [("Horsepower", ">=", 80), ("Horsepower", "<=", 120)],
        ),
        (
            "只看 Horsepower 在 80 到 120 之间的车",
            CARS,
            [("Horsepower", ">=", 80), ("Horsepower", "<=", 120)],
        ),
    ],
)
def test_conditions_in_more_wordings(
    request_: str, schema: InputSchema, where: list[tuple[str, str, str | int | None]]
) -> None:
    step = plan(request_, schema).steps[0]

    assert step.task == "filter"
    assert [(p.of.column, p.op, p.value) for p in step.where if isinstance(p.of, Column)] == where


@pytest.mark.parametrize(
    ("request_", "schema", "sql"),
    [
        ("which car has the highest horsepower?", CARS, '"cars" ORDER BY "Horsepower" DESC NULLS LAST LIMIT 1'),
        ("Horsepower 最高的是哪辆车？", CARS, '"cars" ORDER BY "Horsepower" DESC NULLS LAST LIMIT 1'),
        ("哪辆车的 Horsepower 最低", CARS, '"cars" ORDER BY "Horsepower" NULLS LAST LIMIT 1'),
        ("what is the average weight?", CARS, 'SELECT avg("Weight_in_lbs") AS "mean_Weight_in_lbs" FROM "cars"'),
        ("sort by horsepower, then show the top 3", CARS, 'ORDER BY "Horsepower" NULLS LAST LIMIT 3'),
        ("only the first 5", REVIEWS, 'SELECT * FROM "reviews" LIMIT 5'),
        ("只要前5条", REVIEWS, 'SELECT * FROM "reviews" LIMIT 5'),
        (
            "only high priority cases, sorted by minutes, longest first",
            CASES,
            'SELECT * FROM "filter" ORDER BY "minutes" DESC NULLS LAST',
        ),
        (
            "how many high priority cases per channel?",
            CASES,
            'SELECT "channel", count(*) AS "n" FROM "filter" GROUP BY "channel" ORDER BY "n" DESC, "channel"',
        ),
    ],
)
def test_queries_in_more_wordings(request_: str, schema: InputSchema, sql: str) -> None:
    assert query(plan(request_, schema)).endswith(sql)


@pytest.mark.parametrize("request_", ["chart it per product", "再按产品画图"])
def test_a_follow_up_charts_what_the_last_plan_made(request_: str) -> None:
    last = plan("label the sentiment of each review", REVIEWS)

    assert chart(plan(request_, LABELLED, previous=last))["color"] == "review_sentiment"
    assert "color" not in chart(plan(request_, LABELLED))


def test_the_only_string_column_of_counted_groups_is_no_text() -> None:
    last = plan("how many reviews per product", REVIEWS)
    found = chart(plan("chart it", table("counts", product=Kind.TEXT, n=Kind.NUMBER), previous=last))

    assert found == {"mark": "bar", "x": "product", "y": "n", "aggregate": "none"}


def test_whole_rows_that_the_last_query_gave_are_no_groups() -> None:
    last = plan("sort by score", SCORED)
    made = plan("再按产品画图", SCORED, previous=last)
    best = plan("which car has the highest horsepower?", CARS)

    assert chart(made)["x"] == "product"
    assert 'ORDER BY "Horsepower"' in query(plan("Horsepower 最高的是哪辆车？", CARS, previous=best))


@pytest.mark.parametrize("request_", ["plot minutes over time", "画 minutes 随时间的趋势", "the trend of minutes"])
def test_a_line_runs_along_the_dates(request_: str) -> None:
    assert chart(plan(request_, CASES)) == {"mark": "line", "x": "created", "y": "minutes", "aggregate": "mean"}


@pytest.mark.parametrize("request_", ["plot minutes over time per channel", "画每个 channel 的 minutes 趋势"])
def test_a_line_is_split_by_the_group(request_: str) -> None:
    made = chart(plan(request_, CASES))

    assert (made["x"], made["color"]) == ("created", "channel")


def test_a_per_inside_a_name_is_no_group() -> None:
    cars = table("cars", Origin=Kind.LABELS, Name=Kind.LABELS, Miles_per_Gallon=Kind.NUMBER)
    made = chart(plan("bar chart of average miles per gallon by origin", cars))

    assert (made["x"], made["y"]) == ("Origin", "Miles_per_Gallon")
    assert "color" not in made


def test_themes_of_selected_rows_are_grouped_across_the_category_too() -> None:
    made = plan("group the reviews without 'phone' into themes and chart the themes per product", REVIEWS)

    assert made.step("theme").inputs["across"] == Column(column="product", of="sql")


def test_a_title_is_not_read_by_the_next_step_unless_it_is_said() -> None:
    made = plan("transcribe the calls, give each a title and label the sentiment", CALLS)

    assert made.step("sentiment").inputs == made.step("title").inputs
    assert "title" in plan("transcribe the calls, title them, then embed the titles", CALLS).step("embedding").parents


def test_a_score_is_no_number_of_groups() -> None:
    made = plan("group mails with a score above 0.9 into themes, by body", MAILS)

    assert made.step("theme").parameters == {}


def test_a_verb_spelt_nearly_right_is_offered() -> None:
    with pytest.raises(NoTaskFits, match=r"did you mean 'chart' by 'charrt'\?"):
        plan("charrt the minutes", CASES)
    with pytest.raises(NoTaskFits, match="with text: label"):
        plan("who is the speaker", CASES)
