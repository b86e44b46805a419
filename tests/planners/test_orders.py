"""Rows in an order, groups by their own figure, and what no column holds, run on a small table."""

from __future__ import annotations

import pyarrow as pa
import pytest

from hfmagic.errors import AmbiguousColumn, NoTaskFits
from hfmagic.kinds import InputSchema, Kind
from hfmagic.operations.query import run_query

from .inputs import CALLS, CLIP, MAILS, PHOTOS, REVIEWS, plan, query, table, tasks
from .test_amounts import ROWS, SHOP

SCORED_PHOTOS = table("photos", image=Kind.IMAGE, score=Kind.NUMBER)


def rows(request: str, schema: InputSchema = SHOP) -> list[tuple[object, ...]]:
    """What the one query of a plan gives."""
    made = plan(request, schema)
    assert tasks(made) == "sql", request
    found = run_query({"posts": pa.table(ROWS)}, query(made), max_rows=100, timeout_seconds=20)
    assert found.column_names == made.steps[0].parameters["columns"]
    return [tuple(row.values()) for row in found.to_pylist()]


@pytest.mark.parametrize(
    ("requests", "ratings"),
    [
        (
            ("the two lowest ratings", "评分最低的两条评论", "two reviews with the lowest rating", "worst 2 by rating"),
            [1, 2],
        ),
        (("the two most recent reviews", "newest two reviews", "最新的2条评论"), [5, 5]),
        (("the oldest review", "the oldest 1"), [1]),
        (("three longest reviews", "the 3 longest reviews", "最长的3条评论", "list the three longest"), [5, 3, 1]),
        (("the shortest review", "which review is the shortest"), [4]),
        (("sort by rating descending", "按评分从高到低排序", "sort by rating, best first"), [5, 5, 4, 3, 2, 1]),
        (("sort by rating, then show the top 2", "按评分降序排列，取前2条"), None),
    ],
)
def test_rows_are_put_in_order(requests: tuple[str, ...], ratings: list[int] | None) -> None:
    for request in requests:
        found = [row[2] for row in rows(request)]
        assert found == ratings if ratings else len(found) == 2


def test_the_number_may_stand_before_what_is_looked_at() -> None:
    english, chinese = plan("the three photos with the lowest score", SCORED_PHOTOS), "评分最低的三张照片"

    assert query(english) == 'SELECT * FROM "photos" ORDER BY "score" NULLS LAST LIMIT 3'
    assert plan(chinese, SCORED_PHOTOS).hash == english.hash


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("the longest review per store", [("a", 5), ("b", 3)]),
        ("每个门店评分最高的评论", [("a", 5), ("b", 5)]),
    ],
)
def test_the_first_rows_of_each_group(request_: str, expected: list[tuple[str, int]]) -> None:
    assert sorted((row[0], row[2]) for row in rows(request_)) == expected


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (("highest rating per store", "每个门店的最高评分"), [("a", 5), ("b", 5)]),
        (("stores with more than 2 reviews", "评论超过2条的门店", "which stores have more than two"), None),
        (("stores with an average rating above 3", "平均评分高于3的门店"), [("b", 4.0)]),
        (("the store with the highest average rating", "the store with the lowest rating"), None),
        (("top 1 stores by number of reviews",), [("a", 3)]),
    ],
)
def test_groups_are_told_by_their_figure(requests: tuple[str, ...], expected: list[tuple[object, ...]] | None) -> None:
    for request in requests if expected else requests[:2]:
        found = rows(request)
        assert found == expected if expected else all(row[0] in "ab" and len(row) == 2 for row in found)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("average rating per year", [("2023", 1.0), ("2024", 3.5), ("2025", 5.0)]),
        ("每年的平均评分", [("2023", 1.0), ("2024", 3.5), ("2025", 5.0)]),
        ("how many reviews per month in total?", None),
        ("average length of the reviews per store", [("a", 55.33), ("b", 9.67)]),
        ("monthly number of reviews", None),
    ],
)
def test_months_and_lengths_are_computed(request_: str, expected: list[tuple[str, float]] | None) -> None:
    found = rows(request_)

    if expected is None:
        assert [row[0] for row in found] == ["2023-12", "2024-01", "2024-03", "2024-04", "2024-05", "2025-03"]
    else:
        assert [(row[0], round(float(str(row[1])), 2)) for row in found] == expected


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        (
            "plot the average rating over months",
            {"mark": "line", "x": "month", "y": "mean_rating", "aggregate": "none"},
        ),
        ("按月统计评论数量并画折线图", {"mark": "line", "x": "month", "y": "n", "aggregate": "none"}),
        ("histogram of review lengths", {"mark": "histogram", "x": "length"}),
        ("画出评论长度的直方图", {"mark": "histogram", "x": "length"}),
        (
            "scatter plot of rating against review length",
            {"mark": "scatter", "x": "rating", "y": "length", "aggregate": "none"},
        ),
    ],
)
def test_what_no_column_holds_is_computed_before_it_is_drawn(request_: str, shown: dict[str, str]) -> None:
    made = plan(request_, SHOP)

    assert (tasks(made), made.steps[-1].parameters) == ("sql chart", shown)


def test_a_kind_of_chart_that_is_not_drawn_is_told() -> None:
    assert "no pie chart is drawn here: bars show the same" in plan("show the sentiment as a pie chart", REVIEWS).notes
    assert "这里不画饼图：用柱状图表示" in plan("画出情感的饼图", REVIEWS).notes


def test_a_share_is_of_its_group() -> None:
    made = plan("share of each sentiment per product", REVIEWS)

    assert 'sum(count(*)) OVER (PARTITION BY "product")' in query(made)


@pytest.mark.parametrize(
    ("request_", "end"),
    [
        ("average score by department, sorted ascending", 'ORDER BY "mean_score", "department"'),
        ("count per department, then the top 3", 'ORDER BY "n" DESC, "department" LIMIT 3'),
        ("每个部门的平均分，从低到高排序", 'ORDER BY "mean_score", "department"'),
    ],
)
def test_groups_are_put_in_another_order(request_: str, end: str) -> None:
    made = plan(request_, MAILS)

    assert tasks(made) == "sql"
    assert query(made).endswith(end)


def test_a_name_that_a_figure_is_asked_of_says_which_rows() -> None:
    made = plan(
        "what is the average score of Sales?", table("mails", body=Kind.TEXT, score=Kind.NUMBER, team=Kind.LABELS)
    )

    assert [(p.op, p.value) for p in made.steps[0].where] == [("contains", "Sales")]
    with pytest.raises(AmbiguousColumn, match="'Nokia' could be in product, store"):
        plan("the average rating of Nokia", table("t", product=Kind.LABELS, store=Kind.LABELS, rating=Kind.NUMBER))


@pytest.mark.parametrize(
    ("request_", "start"),
    [
        ("drop duplicate reviews", 'SELECT DISTINCT ON ("review") * FROM "posts"'),
        ("去掉重复的评论", 'SELECT DISTINCT ON ("review") * FROM "posts"'),
        ("find duplicates", 'SELECT * FROM "posts" QUALIFY count(*) OVER (PARTITION BY "review") > 1'),
    ],
)
def test_rows_that_say_the_same(request_: str, start: str) -> None:
    assert query(plan(request_, SHOP)) == start
    assert len(rows(request_)) in (0, 6)


def test_only_so_many_are_nearest() -> None:
    five = (
        "the five reviews most similar to 'too loud'",
        "five most similar to 'too loud'",
        "找出与“too loud”最相似的5条评论",
    )

    assert {query(plan(r, REVIEWS))[-7:] for r in five} == {"LIMIT 5"}
    assert query(plan("which review is closest to 'too loud'?", REVIEWS)).endswith("LIMIT 1")


def test_a_recording_that_is_compared_is_written_down_first() -> None:
    clips = table("clips", file=Kind.LABELS, audio=Kind.AUDIO)

    assert tasks(plan("which clip is closest to 'a barking dog'?", clips)).split()[:2] == [
        "automatic-speech-recognition",
        "sentence-similarity",
    ]


def test_a_text_in_a_variable_is_no_sentence_to_compare_with() -> None:
    note = InputSchema(name="note", kind=Kind.TEXT)
    made = plan("compare each review with {note}", REVIEWS, note)

    assert tasks(made) == "text-ranking"
    assert "how well each text fits note" in made.notes[0]


def test_pictures_that_show_a_thing_are_counted() -> None:
    assert tasks(plan("how many photos show a dog?", PHOTOS)) == "zero-shot-image-classification filter sql"


def test_addresses_are_taken_out_and_messages_are_dropped() -> None:
    mails = table("emails", sender=Kind.LABELS, body=Kind.TEXT)

    assert tasks(plan("remove emails from the reviews", REVIEWS)) == "redact"
    assert tasks(plan("remove the emails that mention 'refund'", mails)) == "sql"


@pytest.mark.parametrize("request_", ["turn each photo into a 3d mesh", "make a 3D model of each photo"])
def test_a_shape_is_not_planned_as_a_picture(request_: str) -> None:
    with pytest.raises(NoTaskFits, match=r"3d|3D"):
        plan(request_, PHOTOS)


@pytest.mark.parametrize(
    ("request_", "labels"),
    [
        ("give each ticket a priority of low, medium or high", ["low", "medium", "high"]),
        ("label the topic of each review: shipping, quality, price", ["shipping", "quality", "price"]),
        ("给每条评论打上优先级：低、中、高", ["低", "中", "高"]),
    ],
)
def test_what_is_listed_is_what_rows_are_sorted_into(request_: str, labels: list[str]) -> None:
    made = plan(request_, REVIEWS)

    assert tasks(made) == "zero-shot-classification"
    assert made.steps[0].parameters["candidate_labels"] == labels


def test_what_a_step_made_is_counted_for_each_label() -> None:
    made = plan("classify the reviews into 'bug' and 'wish'; how many of each per product?", REVIEWS)

    assert made.steps[-1].parameters["columns"] == ["product", "review_label", "n"]
    assert tasks(plan("transcribe the calls, summarize them and extract the names", CALLS)).endswith(
        "token-classification"
    )
    assert tasks(plan("transcribe {clip}", CLIP)) == "automatic-speech-recognition"
