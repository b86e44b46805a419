"""The SQL and the filters of the planner, run on a small table."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Column, Predicate, StepOutput
from hfmagic.planners.tables.measures import quote

from .inputs import COUNTS, MAILS, REVIEWS, SCORED, plan, query, table, tasks

MAIL_ROWS = pd.DataFrame(
    {
        "subject": ["a", "b", "c", "d"],
        "body": ["refund please", "all good", "Refund!", "hello"],
        "score": [0.5, 0.9, 0.1, None],
        "department": ["Sales", "Help", "Sales", "Help"],
    }
)
SCORED_ROWS = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "product": ["Kettle", "Kettle", "Lamp", "Lamp"],
        "review": ["a", "b", "c", "d"],
        "review_sentiment": ["NEGATIVE", "NEGATIVE", "NEGATIVE", "POSITIVE"],
        "review_sentiment_score": [0.9, 0.8, 0.7, 0.6],
        "review_theme": ["heat", "noise", "noise", None],
    }
)


def run(request: str, schema: InputSchema, rows: pd.DataFrame) -> list[tuple[object, ...]]:
    made = plan(request, schema)
    assert tasks(made) == "sql"
    with duckdb.connect() as connection:
        connection.register(schema.name, rows)
        result = connection.sql(query(made))
        assert result.columns == made.steps[0].parameters["columns"]
        return result.fetchall()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("how many mails per department", [("Help", 2), ("Sales", 2)]),
        ("how many mails are there?", [(4,)]),
        ("how many departments are there?", [(2,)]),
        ("average score per department", [("Help", 0.9), ("Sales", 0.3)]),
        ("which department has the highest average score?", [("Help", 0.9)]),
        ("哪个部门平均分最高", [("Help", 0.9)]),
        ("max score", [(0.9,)]),
        ("total score by department", [("Help", 0.9), ("Sales", 0.6)]),
    ],
)
def test_mails_are_counted_and_averaged(request_: str, expected: list[tuple[object, ...]]) -> None:
    found = run(request_, MAILS, MAIL_ROWS)

    assert [tuple(pytest.approx(v) if isinstance(v, float) else v for v in row) for row in expected] == found


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("count by theme", [("noise", 2), ("heat", 1), (None, 1)]),
        ("what is the most common theme?", [("noise", 2)]),
        ("what share of the reviews is negative per product?", [("Kettle", 1.0), ("Lamp", 0.5)]),
        ("每个产品的差评比例", [("Kettle", 1.0), ("Lamp", 0.5)]),
        (
            "count the reviews by product and sentiment",
            [("Kettle", "NEGATIVE", 2), ("Lamp", "NEGATIVE", 1), ("Lamp", "POSITIVE", 1)],
        ),
    ],
)
def test_labelled_reviews_are_counted(request_: str, expected: list[tuple[object, ...]]) -> None:
    assert run(request_, SCORED, SCORED_ROWS) == expected


@pytest.mark.parametrize("name", ["date", "timestamp", "month", "year"])
def test_a_line_runs_along_the_column_of_times(name: str) -> None:
    made = plan("draw a line chart of the mean amount", table("sales", **{name: Kind.LABELS, "amount": Kind.NUMBER}))

    assert (made.steps[-1].parameters["mark"], made.steps[-1].parameters["x"]) == ("line", name)


def test_rows_are_sorted_and_cut() -> None:
    assert [r[0] for r in run("top 2 mails by score", MAILS, MAIL_ROWS)] == ["b", "a"]
    assert [r[0] for r in run("the two lowest scores", MAILS, MAIL_ROWS)] == ["c", "a"]
    assert [r[0] for r in run("按分数从高到低排序", MAILS, MAIL_ROWS)] == ["b", "a", "c", "d"]


def test_what_a_predicate_cannot_say_becomes_a_query() -> None:
    mails = table("mails", body=Kind.TEXT, score=Kind.NUMBER)
    kept = run("exclude mails that mention 'refund'", mails, MAIL_ROWS[["body", "score"]])

    assert [row[0] for row in kept] == ["all good", "hello"]


def test_a_question_after_a_filter_reads_the_kept_rows() -> None:
    made = plan("only the negative ones; how many per product?", SCORED)

    assert made.step("filter").where == (
        Predicate(of=Column(column="review_sentiment", of="scored"), value="negative"),
    )
    assert query(made) == (
        'SELECT "product", count(*) AS "n" FROM "filter" GROUP BY "product" ORDER BY "n" DESC, "product"'
    )


def test_a_group_leaves_out_rows_that_its_step_did_not_run_over() -> None:
    made = plan("group the complaints into themes and count them", REVIEWS)

    assert 'WHERE "review_theme" IS NOT NULL GROUP BY "review_theme"' in query(made)


def test_complaints_are_found_first_when_no_column_tells() -> None:
    made = plan("how many complaints per product?", REVIEWS)

    assert tasks(made) == "text-classification filter sql"
    assert made.step("filter").where == (Predicate(of=StepOutput(step="sentiment"), value="negative"),)


def test_the_first_of_a_table_of_counts_is_its_largest() -> None:
    assert (
        query(plan("which one has the most?", COUNTS)) == 'SELECT * FROM "counts" ORDER BY "n" DESC NULLS LAST LIMIT 1'
    )


def test_names_are_quoted_whatever_they_hold() -> None:
    hostile = table("t", **{'x"; DROP TABLE t; --': Kind.LABELS, "review": Kind.TEXT})
    made = plan('how many per `x"; DROP TABLE t; --`', hostile)

    assert quote('a"b') == '"a""b"'
    assert query(made).startswith('SELECT "x""; DROP TABLE t; --", count(*) AS "n" FROM "t" GROUP BY')


def test_a_filter_without_a_condition_says_what_is_missing() -> None:
    with pytest.raises(NoTaskFits, match=r"which rows to keep\?.*score > 0\.9"):
        plan("only some of them", REVIEWS)
