"""A plan by an LLM, over a scripted endpoint and the real client: used, mended, or replaced by the rules' plan."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, InputError, NoTaskFits, PlanError, RequestError
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.llm import LLM, Endpoint
from hfmagic.plan import Plan
from hfmagic.planners.endpoint import plan_by_endpoint
from hfmagic.planners.endpoint.columns import MOST_COLUMNS
from hfmagic.planners.endpoint.offer import make_offer
from hfmagic.planners.endpoint.wire import wire_schema
from hfmagic.planners.pick import StepToPick, facts_in_words, pick_models
from hfmagic.planners.rules import plan_by_rules
from hfmagic.recognise import Reader, recognise
from hfmagic.scope import validate

from ..llmserver import Seen, TestLLM, html, no_schema, says, status, text
from .inputs import CALLS, CLIP, LINES, MAILS, NOTE, PHOTOS, REVIEWS, SCORED, TICKETS, table

README = "Label the sentiment of each review, group the complaints into themes, and chart them per product."
COMPLAINTS = {"column": "sentiment", "op": "==", "value": "negative"}
SENTIMENT = {"task": "text-classification", "text": "review", "about": "sentiment", "where": []}
THEMES = {"task": "cluster", "text": "review", "groups": 0, "where": [COMPLAINTS]}
CHART = {"task": "chart", "mark": "bar", "x": "product", "color": "theme", "value": "count", "where": []}


def llm(server: TestLLM, **settings: Any) -> LLM:
    given = {"seconds": 30, "max_bytes": 500_000, "wait": lambda _: None, **settings}
    return LLM(Endpoint("test", server.url, "m"), **given)


def planned(
    request: str, inputs: tuple[InputSchema, ...], *answers: object, previous: Plan | None = None
) -> tuple[Plan, list[Seen]]:
    with TestLLM(*(a if callable(a) or isinstance(a, str | Mapping) else steps(*a) for a in answers)) as server:
        return plan_by_endpoint(request, inputs, llm(server), previous=previous), server.log


def steps(*found: object) -> dict[str, object]:
    return {"steps": list(found)}


def fields(asked: Seen) -> Any:
    """What a question wants to know: its fields with their schemas."""
    return asked.json["response_format"]["json_schema"]["schema"]["properties"]


def where(column: str, op: str, value: object) -> list[dict[str, object]]:
    return [{"column": column, "op": op, "value": value}]


# Used

SAME = {
    "complaints": (README, REVIEWS, [SENTIMENT, THEMES, CHART]),
    "negative-per-product": (
        "only the negative ones; how many per product?",
        SCORED,
        [
            {"task": "filter", "where": where("review_sentiment", "==", "negative")},
            {"task": "aggregate", "by": ["product"], "compute": "count", "column": "", "limit": 0, "where": []},
        ],
    ),
    "clip-title": (
        "transcribe the clip and give it a title",
        CLIP,
        [
            {"task": "automatic-speech-recognition", "audio": "clip"},
            {"task": "summarization", "text": "transcript", "style": "title"},
        ],
    ),
    "most-complaints": (
        "which product has the most complaints?",
        SCORED,
        [{"task": "aggregate", "by": ["product"], "limit": 1, "where": where("review_sentiment", "==", "negative")}],
    ),
    "complaint-share": (
        "what share of the reviews is negative per product?",
        SCORED,
        [
            {
                "task": "aggregate",
                "by": ["product"],
                "compute": "share",
                "where": where("review_sentiment", "==", "negative"),
            }
        ],
    ),
    "mean-score": (
        "average score per department",
        MAILS,
        [{"task": "aggregate", "by": ["department"], "compute": "mean", "column": "score"}],
    ),
    "calls": (
        "transcribe the calls, find the sentiment of each and chart it per agent",
        CALLS,
        [
            {"task": "automatic-speech-recognition", "audio": "recording"},
            {"task": "text-classification", "text": "transcript", "about": "sentiment"},
            {"task": "chart", "x": "agent", "color": "sentiment", "value": "count"},
        ],
    ),
    "french": (
        "summarize the French reviews",
        REVIEWS,
        [
            {"task": "detect-language", "text": "review"},
            {"task": "summarization", "text": "review", "style": "summary", "where": where("language", "==", "French")},
        ],
    ),
    "high-scores": (
        "only rows where score > 0.9",
        MAILS,
        [{"task": "filter", "where": where("score", ">", 0.9)}],
    ),
    "best-first": (
        "sort the mails by score from highest to lowest",
        MAILS,
        [{"task": "sort", "by": "score", "order": "highest first", "limit": 0}],
    ),
    "photo-chart": (
        "label the photos, then chart how often each label occurs",
        PHOTOS,
        [{"task": "image-classification", "image": "image"}, {"task": "chart", "mark": "histogram", "x": "label"}],
    ),
    "photos": ("what is in each photo", PHOTOS, [{"task": "image-classification", "image": "image"}]),
    "speech": ("read the note aloud", NOTE, [{"task": "text-to-speech", "text": "note"}]),
    "embedding": ("embed the texts", LINES, [{"task": "feature-extraction", "text": "text"}]),
    "titles": (
        "give each ticket a short title",
        TICKETS,
        [{"task": "summarization", "text": "subject", "style": "title"}],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_a_right_answer_gives_the_plan_that_the_rules_give(name: str):
    request, schema, found = SAME[name]
    made, log = planned(request, (schema,), found)

    assert made.hash == plan_by_rules(request, (schema,)).hash
    assert made.planner == "test:m"
    assert len(log) == 1


def test_an_endpoint_without_schemas_plans_too():
    with TestLLM(script=lambda _: no_schema(steps(SENTIMENT), also="tools")) as server:
        model = llm(server)
        made = plan_by_endpoint("label the reviews", (REVIEWS,), model)

    assert [s.task for s in made.steps] == ["text-classification"]
    assert model.modes == {"m": "text"}


def test_a_follow_up_tells_the_last_steps_and_uses_their_columns():
    before = plan_by_rules(README, (REVIEWS,))
    made, log = planned(
        "now a title for the negative ones",
        (SCORED,),
        [{"task": "summarization", "text": "review", "style": "title", "where": where("sentiment", "==", "negative")}],
        previous=before,
    )

    assert '- text-classification("review"; about "sentiment") -> "review_sentiment"' in log[0].words
    assert made.steps[0].where[0].model_dump()["of"] == {"column": "review_sentiment", "of": "scored"}
    assert len(made.steps) == 1


def test_two_frames_are_told_apart():
    a, b = table("a", text=Kind.TEXT, n=Kind.NUMBER), table("b", text=Kind.TEXT)
    made, log = planned("summarize b", (a, b), [{"task": "summarization", "text": "b.text", "style": "summary"}])

    assert made.steps[0].inputs["text"].model_dump() == {"column": "text", "of": "b"}
    assert "a.text" in json.dumps(log[0].json["response_format"])


def test_a_model_of_the_request_is_pinned_and_no_other():
    request = "label the sentiment of each review with distilbert"
    made, log = planned(request, (REVIEWS,), [{**SENTIMENT, "model": "distilbert"}])
    other, asked = planned(request, (REVIEWS,), [{**SENTIMENT, "model": "evil/model"}], {"model": "evil/other"})

    assert made.steps[0].wanted == "distilbert"
    assert other.planner == "rules"
    assert fields(asked[1]) == {"model": {"type": "string", "enum": ["", "distilbert", "none"]}}
    assert '"enum":["","distilbert"]' in json.dumps(log[0].json, separators=(",", ":"))


def test_a_name_of_the_request_is_given_and_no_other():
    named, _ = planned("label the reviews as mood", (REVIEWS,), [{**SENTIMENT, "name": "mood"}])
    other, _ = planned("label the reviews as mood", (REVIEWS,), [{**SENTIMENT, "name": "review"}])

    assert named.steps[0].output == "mood"
    assert other.steps[0].output == "review_2"


# Mended

MENDED = {
    "a frame for its only text": (
        [{**SENTIMENT, "text": "reviews"}],
        "reviews gives text no text, so the column review is taken",
    ),
    "a text that is not given": ([{"task": "text-classification"}], "nothing gives text no text, so the column review"),
    "a category where a text is wanted": ([{**SENTIMENT, "text": "Review"}], "Review is read as review"),
    "a name nearly right": ([{**SENTIMENT, "text": "reviewz"}], "reviewz is read as review"),
    "a task nearly right": ([{**SENTIMENT, "task": "text-clasification"}], "is read as text-classification"),
    "the same step twice": ([SENTIMENT, SENTIMENT], "step 2 repeats another one and is left out"),
    "the order": ([THEMES, SENTIMENT], "step 2 is done before the steps that read it"),
    "a value in other words": (
        [SENTIMENT, {"task": "filter", "where": where("sentiment", "==", "complaints")}],
        "complaints is read as negative",
    ),
    "sentiments as labels": (
        [{"task": "zero-shot-classification", "text": "review", "candidate_labels": ["正面", "中立"]}],
        "正面, 中立 is read as sentiment",
    ),
    "a value of no cell that anybody named": (
        [{**SENTIMENT, "where": where("product", "==", "Some Product")}],
        "a condition on product is left out: the request says no Some Product",
    ),
    "a number that nobody said": (
        [{**SENTIMENT, "where": where("id", "<", 3)}],
        "a condition on id is left out: the request says no 3",
    ),
    "a result that nothing gives": (
        [{"task": "text-classification", "text": "review", "about": "emotion"}, {**CHART, "color": "theme"}],
        "theme is read as review_emotion",
    ),
    "what is taken for granted": ([THEMES], "sentiment is not there yet, so it is found first"),
}


STARS = {"task": "chart", "mark": "bar", "x": "店铺", "color": "星级", "value": "count", "where": []}


def test_a_chart_after_a_label_shows_the_label_and_no_column_that_nobody_named():
    comments = table("评论", 店铺=Kind.LABELS, 星级=Kind.NUMBER, 内容=Kind.TEXT)
    label = {**SENTIMENT, "text": "内容"}
    made, _ = planned("给每条评论标注情感，并按店铺画图", (comments,), [label, STARS])
    named, _ = planned("给每条评论标注情感，并按店铺和星级画图", (comments,), [label, STARS])

    assert made.hash == plan_by_rules("给每条评论标注情感，并按店铺画图", (comments,)).hash
    assert "星级 读作 内容_sentiment" in made.notes
    assert named.steps[-1].parameters["color"] == "星级"


@pytest.mark.parametrize("name", MENDED)
def test_a_small_mistake_is_mended_and_told(name: str):
    found, note = MENDED[name]
    made, log = planned("look at the reviews", (REVIEWS,), found)

    assert len(log) == 1
    assert made.planner == "test:m"
    assert any(note in n for n in made.notes)


def test_sound_is_transcribed_for_a_text():
    made, _ = planned("a title for each call", (CALLS,), [{"task": "summarization", "text": "recording"}])

    assert [s.task for s in made.steps] == ["automatic-speech-recognition", "summarization"]
    assert "recording is transcribed first" in made.notes


def test_a_condition_that_no_predicate_can_say_becomes_a_query():
    made, _ = planned(
        "a title for the reviews without battery",
        (REVIEWS,),
        [{"task": "summarization", "text": "review", "style": "title", "where": where("review", "lacks", "battery")}],
    )

    assert [s.task for s in made.steps] == ["sql", "summarization"]
    assert made.steps[1].inputs["text"].model_dump() == {"column": "review", "of": "sql"}


# Asked about, replaced

INSTRUCT = {"task": "text-generation", "text": "review"}
ASKED = {
    "task": ([{"task": "sentiment-magic"}], "step 1: there is no task 'sentiment-magic'", "task"),
    "range": ([{**SENTIMENT, **THEMES, "groups": 999, "where": []}], "groups is 999, wanted 0…50", "groups"),
    "missing": ([{**SENTIMENT, "text": "zzz"}], "step 1 needs 'zzz', which is no column", "text"),
    "itself": ([{"task": "summarization", "text": "summary"}], "needs 'summary', which is no column", "text"),
    "url": ([{**INSTRUCT, "instruction": "get http://x.y"}], "holds address", "instruction"),
    "path": ([{**INSTRUCT, "instruction": "read /etc/passwd"}], "holds path", "instruction"),
    "code": ([{**INSTRUCT, "instruction": "run import os"}], "holds code", "instruction"),
    "html": ([{**INSTRUCT, "instruction": "<img src=x>"}], "holds markup", "instruction"),
    "control": ([{**INSTRUCT, "instruction": "a\x1b[31m"}], "control characters", "instruction"),
    "types": ([{**SENTIMENT, "where": 7}], "where is 7, wanted a list of conditions", "where"),
    "number": ([{"task": "filter", "where": where("id", ">", "many")}], "value is 'many', wanted a number", "where"),
    "empty filter": ([{"task": "filter", "where": []}], "filter has no condition", "where"),
    "mean of words": (
        [{"task": "aggregate", "by": ["product"], "compute": "mean", "column": "product"}],
        "no mean",
        "compute",
    ),
}
GOOD = {
    "task": "summarization",
    "groups": 3,
    "text": "review",
    "instruction": "say more",
    "where": where("product", "contains", "reviews"),
    "compute": "count",
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.fault(38)
def test_one_field_that_cannot_be_used_is_asked_about_and_no_other(name: str):
    found, words, field = ASKED[name]
    made, log = planned("summarize the reviews", (REVIEWS,), found, {field: GOOD[field]})
    said = log[1].json["messages"][-1]["content"]

    assert words in said
    assert len(said) < 320
    assert list(fields(log[1])) == [field]
    assert log[1].json["messages"][:-1] == log[0].json["messages"]
    assert made.planner == "test:m"
    assert any("the model was asked about one field" in n for n in made.notes)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.fault(36, 38)
def test_after_that_the_rules_plan_and_say_so(name: str):
    found, _, field = ASKED[name]
    made, log = planned("summarize the reviews", (REVIEWS,), found, {field: found[0].get(field)})

    assert len(log) == 2
    assert made.hash == plan_by_rules("summarize the reviews", (REVIEWS,)).hash
    assert made.planner == "rules"
    assert made.notes[0].startswith("the plan of test:m was not usable (")


def test_a_step_that_should_read_nothing_is_left_out():
    made, log = planned(
        "summarize the reviews",
        (REVIEWS,),
        [SENTIMENT, {**SENTIMENT, "text": "zzz", "about": "topic"}],
        {"text": "none"},
    )

    assert fields(log[1])["text"]["enum"][-1] == "none"
    assert [s.parameters["about"] for s in made.steps] == ["sentiment"]


RULED = {
    "cycle": (
        [
            {"task": "summarization", "text": "answer", "style": "title"},
            {"task": "text-generation", "text": "title", "instruction": "say more"},
        ],
        "steps 1 and 2 wait for each other",
    ),
    "no list": ({"steps": "all of them"}, "there is no list `steps`"),
    "no object": (["summarize"], "step 1 is no object"),
    "too many": ([SENTIMENT] * 13, "there are 13 steps, wanted at most 12"),
}


@pytest.mark.parametrize("name", RULED)
def test_where_no_one_field_is_wrong_the_rules_plan_at_once(name: str):
    found, words = RULED[name]
    made, log = planned("summarize the reviews", (REVIEWS,), found)

    assert len(log) == 1
    assert made.planner == "rules"
    assert words in made.notes[0]


@pytest.mark.parametrize("extra", [{"temperature": 2}, {"model_id": "org/m"}])
def test_a_field_that_no_task_has_is_left_out_and_told(extra: dict[str, object]):
    made, log = planned("summarize the reviews", (REVIEWS,), [{**SENTIMENT, **extra}])

    assert len(log) == 1
    assert f"{next(iter(extra))} of step 1 says nothing there and is left out" in made.notes


def test_words_without_a_plan_end_with_the_rules():
    made, log = planned("summarize the reviews", (REVIEWS,), *[text("Sorry, no.")] * 3)

    assert made.planner == "rules"
    assert len(log) == 3


def test_what_no_task_does_is_left_to_the_rules_at_once():
    request = "forecast the reviews of next month"
    with pytest.raises(NoTaskFits) as ruled:
        plan_by_rules(request, (REVIEWS,))
    with TestLLM(steps({"for": request, "task": "none"})) as server, pytest.raises(NoTaskFits) as caught:
        plan_by_endpoint(request, (REVIEWS,), llm(server))

    assert caught.value.line == ruled.value.line
    assert len(server.log) == 1


def test_a_task_that_hfmagic_lacks_is_not_done_by_another():
    with pytest.raises(NoTaskFits, match="has no task for time-series-forecasting"):
        planned(
            "forecast the reviews of next month",
            (REVIEWS,),
            [{"task": "text-to-speech", "text": "review"}, {"for": "none", "task": "none"}],
        )


def test_a_part_that_no_task_does_is_left_out_and_told():
    made, _ = planned(
        "label the reviews and send them to Ann", (REVIEWS,), [SENTIMENT, {"for": "send them to Ann", "task": "none"}]
    )

    assert [s.task for s in made.steps] == ["text-classification"]
    assert "left out: send them to Ann" in made.notes


@pytest.mark.parametrize("reply", [html(), status(401), status(503)])
def test_an_endpoint_that_does_not_answer_is_no_reason_to_plan_otherwise(reply: object):
    with pytest.raises(HFMagicError) as caught:
        planned("summarize the reviews", (REVIEWS,), *[reply] * 3)

    assert caught.value.code.startswith("HF7")
    assert "%hf planner rules" in caught.value.line


def test_the_notes_of_a_chinese_request_are_chinese():
    made, _ = planned("总结每条评论", (REVIEWS,), ["?"])

    assert made.notes[0].startswith("test:m 的计划不可用")


# What leaves


def frame(words: str, seed: int) -> pd.DataFrame:
    texts = [f"{words} number {n} is what somebody wrote about it here" for n in range(40)]
    return pd.DataFrame(
        {
            "text": texts,
            "group": [f"{words[:4]}{n % 3}" for n in range(40)],
            "score": [n * seed % 17 / 2 for n in range(40)],
            "when": pd.to_datetime(["2024-01-01"] * 40) + pd.to_timedelta([n * seed for n in range(40)], "D"),
            "kind": pd.Categorical([f"{words[-4:]}{n % 2}" for n in range(40)]),
            "empty": pd.Categorical([None] * 40, categories=[words]),
        }
    )


@pytest.mark.rule(8)
def test_what_leaves_is_the_same_whatever_the_cells_hold():
    reader = Reader(())
    bodies = []
    for words, seed in (("the weather in the north", 3), ("the secret of the king", 5)):
        schema = recognise("data", frame(words, seed), reader=reader).schema
        _, log = planned("summarize each text", (schema,), [{"task": "summarization", "text": "text"}])
        bodies.append(log[0].body)

    assert bodies[0] == bodies[1]
    assert b"secret" not in bodies[1]


def test_categories_in_a_dtype_do_not_leave():
    import polars as pl

    data = pl.DataFrame({"text": ["some words to read here"], "c": pl.Series([None], dtype=pl.Enum(["classified"]))})
    schema = recognise("data", data, reader=Reader(())).schema
    _, log = planned("summarize each text", (schema,), [{"task": "summarization", "text": "text"}])

    assert b"classified" not in log[0].body


def test_a_wide_frame_is_told_in_part():
    wide = table("wide", **{f"c{n}": Kind.NUMBER for n in range(300)}, review=Kind.TEXT)
    offer = make_offer("summarize each review", (wide,))
    _, log = planned("summarize each review", (wide,), [{"task": "summarization", "text": "review"}])

    assert len(offer.columns) == MOST_COLUMNS
    assert f'"review" (text), and {301 - MOST_COLUMNS} more columns' in log[0].words


def test_only_tasks_that_fit_the_inputs_are_offered():
    tasks = make_offer("transcribe it", (CLIP,)).tasks

    assert "automatic-speech-recognition" in tasks
    assert "summarization" in tasks  # of the transcript
    assert not {"image-classification", "chart", "filter", "template", "feature-extraction"} & set(tasks)


def _objects(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    here = [schema] if isinstance(schema, dict) and schema.get("type") == "object" else []
    return [*here, *(o for part in inner for o in _objects(part))]


@pytest.mark.parametrize("schema", [REVIEWS, CLIP, PHOTOS, CALLS, SCORED, MAILS])
def test_every_object_of_the_schema_is_closed_and_every_field_required(schema: InputSchema):
    found = _objects(wire_schema(make_offer("label it as 'a b' in 30 words with bert", (schema,))))

    assert found
    assert all(o["additionalProperties"] is False and o["required"] == list(o["properties"]) for o in found)


# Any answer

NAMES = st.sampled_from(
    ["review", "product", "reviews", "sentiment", "theme", "id", "", "x", "reviews.review", "\ud800"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES | st.text(max_size=9)
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {"column": NAMES | SCALARS, "op": st.sampled_from(["==", "in", "<", "contains", "?"]) | SCALARS}
    )
    | st.fixed_dictionaries({"column": NAMES, "op": st.just("=="), "value": SCALARS | st.lists(SCALARS, max_size=3)}),
    max_size=3,
)
TASKS = st.sampled_from([*make_offer("'a' embed", (SCORED,)).tasks, "sql", "x"])
FIELDS = (
    "text by x color value column compute limit order style about groups mark candidate_labels sentence template "
    "instruction name model for"
)
STEPS = st.dictionaries(
    st.sampled_from(FIELDS.split()),
    SCALARS | st.lists(NAMES, max_size=3),
    max_size=5,
).flatmap(
    lambda d: st.fixed_dictionaries({"task": TASKS | SCALARS, "where": CONDITIONS | SCALARS}).map(lambda e: d | e)
)
ANYTHING = st.recursive(
    SCALARS, lambda s: st.lists(s, max_size=3) | st.dictionaries(NAMES, s, max_size=3), max_leaves=8
)
ANSWERS = ANYTHING | st.fixed_dictionaries({"steps": st.lists(STEPS | ANYTHING, max_size=5) | ANYTHING})


@pytest.fixture(scope="module")
def server():
    with TestLLM() as found:
        yield found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=ANSWERS, schema=st.sampled_from([REVIEWS, SCORED]))
@pytest.mark.rule(8)
@pytest.mark.fault(36, 37, 38, 39)
def test_any_answer_is_a_valid_plan_or_an_error_of_ours(server: TestLLM, answer: object, schema: InputSchema):
    server.log.clear()
    server.script = lambda _: says(answer)
    line = ""
    try:
        made = plan_by_endpoint("summarize the reviews as 'a b'", (schema,), llm(server))
    except HFMagicError as error:
        line = f"{error.code} {error.line}"
    else:
        assert validate(Plan.from_json(made.to_json())) == made
        assert "\n" not in "".join(made.notes)

    assert len(line) <= 200
    assert 1 <= len(server.log) <= 3


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.text(min_size=1, max_size=20).filter(lambda s: s.isprintable()),
    kinds=st.lists(st.none() | st.sampled_from(Kind), max_size=6),
    kind=st.sampled_from(Kind),
)
def test_any_schema_can_be_asked_about(server: TestLLM, name: str, kinds: list[Kind | None], kind: Kind):
    columns = tuple(ColumnSchema(name=f"{name}{n}", kind=k) for n, k in enumerate(kinds)) if kind is Kind.TABLE else ()
    server.script = lambda _: says(steps())
    schema = InputSchema(name="data", kind=kind, columns=columns)
    planner = "rules"
    with contextlib.suppress(RequestError, InputError, PlanError):
        planner = plan_by_endpoint(f"summarize {name}", (schema,), llm(server)).planner

    assert planner == "rules"


# Picking models

CANDIDATES = ({"model_id": "org/a", "downloads": 5, "score": 0.71234}, {"model_id": "org/b", "languages": ["zh"]})
STEP = StepToPick("sentiment", "text-classification", CANDIDATES)


def picked(answer: object, *found: StepToPick) -> tuple[dict[str, tuple[str, str]], TestLLM]:
    with TestLLM(answer) as server:
        return pick_models(llm(server), "label the reviews", found), server


def test_a_model_is_picked_with_a_reason():
    reason = "made for\x1b[31m Chinese " + "very " * 60
    found, server = picked({"sentiment": {"model_id": "org/b", "reason": reason}}, STEP)

    assert found["sentiment"][0] == "org/b"
    assert found["sentiment"][1].startswith("made for [31m Chinese very")
    assert len(found["sentiment"][1]) == 90
    assert "1. org/a: the best by code's score\n2. org/b: languages zh" in server.log[0].words


def test_numbers_are_ranked_and_what_all_share_is_left_out():
    shared = {"license": "permissive", "on_this_machine": True, "languages": ["en"], "labels": ["A", "B"], "score": 0.5}
    several = (
        {**shared, "parameters": 22_713_986, "metrics": {"accuracy": 0.8462, "wer": 0.2}, "tags": ["x" * 99]},
        {**shared, "parameters": 496_706, "metrics": {"accuracy": 0.7498, "wer": 0.1}, "tags": ["finance", "a; b\n"]},
        {**shared, "parameters": 3_000_000_000, "downloads": 1234, "metrics": {}},
    )

    assert facts_in_words(several) == [
        [
            "the best by code's score",
            "best accuracy of these (accuracy 0.846)",
            "worst wer of these (wer 0.2)",
            "22.7M parameters",
            f"tags {'x' * 39}…",
        ],
        [
            "worst accuracy of these (accuracy 0.75)",
            "best wer of these (wer 0.1)",
            "the smallest and fastest (497k parameters)",
            "tags finance, a; b",
        ],
        ["the largest and slowest (3B parameters)"],
    ]


def test_a_reason_is_a_fact_of_the_model_that_it_is_for():
    _, server = picked({}, STEP)
    schema = server.log[0].json["response_format"]["json_schema"]["schema"]["properties"]
    pairs = [{k: v["enum"] for k, v in p["properties"].items()} for p in schema["sentiment"]["anyOf"]]

    assert pairs == [
        {"model_id": ["org/a"], "reason": ["the best by code's score"]},
        {"model_id": ["org/b"], "reason": ["languages zh"]},
    ]


def test_steps_with_the_same_candidates_are_one_question():
    twin, other = StepToPick("mood", STEP.task, CANDIDATES), StepToPick("gist", "summarization", CANDIDATES)
    pick = {"model_id": "org/b", "reason": "languages zh"}
    found, server = picked({"sentiment": pick, "gist": {**pick, "model_id": "org/a"}}, STEP, twin, other)

    assert {step: model for step, (model, _) in found.items()} == {
        "sentiment": "org/b",
        "mood": "org/b",
        "gist": "org/a",
    }
    assert "Step mood" not in server.log[0].words


@pytest.mark.parametrize(
    "answer",
    [{}, {"sentiment": "org/a"}, {"sentiment": {"model_id": "evil/x"}}, {"sentiment": {"model_id": ["org/a"]}}],
)
def test_a_model_that_was_not_offered_is_not_picked(answer: object):
    assert picked(answer, STEP)[0] == {}


def test_where_there_is_no_choice_nobody_is_asked():
    found, server = picked({}, StepToPick("a", "summarization", CANDIDATES[:1]))

    assert (found, server.log) == ({}, [])
