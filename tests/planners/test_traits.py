"""What a clause takes for granted: traits that no column tells, texts that are there by nobody's request."""

from __future__ import annotations

import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import Kind
from hfmagic.plan import Predicate, StepOutput

from .inputs import CALLS, CLIP, PHOTOS, REVIEWS, SCORED, TICKETS, plan, query, table, tasks


@pytest.mark.parametrize(
    ("request_", "labels"),
    [
        ("which tickets are urgent?", ["urgent", "something else"]),
        ("find urgent tickets", ["urgent", "something else"]),
        ("找出紧急的工单", ["紧急", "其他"]),
        ("哪些工单是紧急的？", ["紧急", "其他"]),
    ],
)
def test_a_trait_that_no_column_tells_is_looked_for_in_the_texts(request_: str, labels: list[str]) -> None:
    made = plan(request_, TICKETS)

    assert tasks(made) == "zero-shot-classification filter"
    assert made.steps[0].parameters == {"candidate_labels": labels}
    assert made.steps[1].where == (Predicate(of=StepOutput(step="label"), value=labels[0]),)
    assert labels[0] in made.notes[0]


@pytest.mark.parametrize(
    "request_", ["only some of them", "show the other reviews", "last 5 reviews", "只看其他的评论"]
)
def test_a_word_for_any_rows_is_no_trait(request_: str) -> None:
    with pytest.raises(NoTaskFits):
        plan(request_, REVIEWS)


@pytest.mark.parametrize("request_", ["read the summary of each review aloud", "朗读每条评论的摘要"])
def test_a_summary_that_is_read_aloud_is_written_first(request_: str) -> None:
    made = plan(request_, REVIEWS)

    assert tasks(made) == "summarization text-to-speech"
    assert made.steps[1].inputs == {"text": StepOutput(step="summary")}


@pytest.mark.parametrize(
    ("request_", "op"),
    [
        ("compare tickets with 'printer is broken' and keep those above 0.5", ">"),
        ("keep tickets whose similarity to 'printer is broken' is at least 0.5", ">="),
        ("与“printer is broken”相似度高于0.5的工单", ">"),
    ],
)
def test_rows_are_kept_by_their_similarity(request_: str, op: str) -> None:
    made = plan(request_, TICKETS)

    assert tasks(made) == "sentence-similarity filter"
    assert made.steps[1].where == (Predicate(of=StepOutput(step="similarity"), op=op, value=0.5),)  # type: ignore[arg-type]


@pytest.mark.parametrize("request_", ["what do customers complain about most?", "用户都在抱怨什么"])
def test_what_people_complain_about_are_the_themes_of_their_complaints(request_: str) -> None:
    made = plan(request_, REVIEWS)

    assert tasks(made) == "text-classification feature-extraction cluster"
    assert made.step("embedding").where[0].value == "negative"


@pytest.mark.parametrize(
    "request_",
    [
        "cluster tickets, count tickets per cluster and show the 3 largest clusters",
        "聚类工单，统计每类数量并显示最大的3类",
    ],
)
def test_the_largest_groups_are_those_that_were_counted(request_: str) -> None:
    made = plan(request_, TICKETS)

    assert tasks(made) == "feature-extraction cluster sql"
    assert query(made).endswith('ORDER BY "n" DESC, "subject_theme" LIMIT 3')


def test_a_share_of_an_amount_is_of_its_sum() -> None:
    sales = table("sales", region=Kind.LABELS, amount=Kind.NUMBER)

    assert 'sum("amount") * 1.0 / sum(sum("amount")) OVER ()' in query(plan("share of amount by region", sales))
    assert 'stddev("amount") AS "std_amount"' in query(plan("standard deviation of the amount", sales))


def test_a_share_is_computed_before_it_is_drawn() -> None:
    for request in ("negative share per theme as a chart", "画出每个主题的差评比例"):
        made = plan(request, SCORED)
        assert tasks(made) == "sql chart"
        assert made.steps[1].parameters["y"] == "share"


def test_a_name_after_its_category_says_which_rows() -> None:
    made = plan("summarize all tickets of customer Acme", TICKETS)

    assert [(p.op, p.value) for p in made.steps[0].where] == [("==", "Acme")]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("translate the reviews to German using Helsinki-NLP", "Helsinki-NLP"),
        ("用 Google 的模型把评论翻译成德语", "Google"),
        ("translate the reviews to German with a Google model", "Google"),
    ],
)
def test_an_owner_of_models_is_heard_in_either_language(request_: str, wanted: str) -> None:
    assert plan(request_, REVIEWS).steps[0].wanted == wanted


def test_pieces_of_pictures_are_not_asked_for_their_labels() -> None:
    made = plan("detect faces, crop them and describe each face", PHOTOS)

    assert made.steps[0].parameters == {"candidate_labels": ["face"]}
    assert made.steps[2].where == ()
    assert tasks(plan("What objects are in each photo? Crop them out.", PHOTOS)) == "object-detection crop"


def test_a_table_without_texts_does_not_borrow_those_of_another() -> None:
    sums = table("sums", region=Kind.LABELS, city=Kind.LABELS, n=Kind.NUMBER)
    with pytest.raises(NoTaskFits, match="needs text in sums"):
        plan("how many complaints per region in the sums", sums, CLIP)
    assert tasks(plan("which agent has the most negative calls?", CALLS)).startswith("automatic-speech-recognition")


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        (
            "Draw a line chart of how many calls there are per date",
            "画一张折线图，看每个日期有多少通话",
            "chart",
        ),
        (
            "What do people complain about? Cluster the complaints into four themes",
            "用户都在抱怨什么？把差评聚成四个主题",
            "text-classification feature-extraction cluster",
        ),
        (
            "For reviews where product is Kettle, decide whether it is price, quality or service",
            "对产品是 Kettle 的评论，判断属于价格、质量还是服务",
            "zero-shot-classification",
        ),
    ],
)
def test_pieces_that_ask_for_one_thing_are_planned_together(english: str, chinese: str, expected: str) -> None:
    schema = CALLS if "calls" in english else REVIEWS

    assert tasks(plan(english, schema)) == tasks(plan(chinese, schema)) == expected


def test_what_was_found_in_pictures_is_counted_by_its_label() -> None:
    for request in (
        "Detect the objects in the photos. How often does each occur?",
        "检测照片里的物体，统计每种物体出现多少次",
    ):
        made = plan(request, PHOTOS)
        assert tasks(made) == "object-detection sql"
        assert query(made).startswith('SELECT "label", count(*) AS "n" FROM "objects" GROUP BY "label"')


@pytest.mark.parametrize("request_", ["the 3 calls with the most minutes", "minutes 最大的3通电话"])
def test_the_most_of_a_number_is_an_order(request_: str) -> None:
    calls = table("calls", agent=Kind.LABELS, minutes=Kind.NUMBER, recording=Kind.AUDIO)

    assert query(plan(request_, calls)) == 'SELECT * FROM "calls" ORDER BY "minutes" DESC NULLS LAST LIMIT 3'


@pytest.mark.parametrize("request_", ["transcribe the calls longer than 10 minutes", "转写超过10分钟的通话"])
def test_a_unit_names_its_column(request_: str) -> None:
    calls = table("calls", agent=Kind.LABELS, minutes=Kind.NUMBER, recording=Kind.AUDIO)

    assert [(p.op, p.value) for p in plan(request_, calls).steps[0].where] == [(">", 10)]
