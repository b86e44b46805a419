"""The Plan: frozen, the same JSON, and validated at the door."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, InvalidPlan, UnknownColumn, UnknownTask
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput, Variable
from hfmagic.scope import Scope, validate

REVIEWS = InputSchema(
    name="reviews",
    kind=Kind.TABLE,
    rows=3,
    columns=(ColumnSchema(name="product", kind=Kind.LABELS), ColumnSchema(name="review", kind=Kind.TEXT)),
)
OTHER = InputSchema(
    name="other", kind=Kind.TABLE, columns=(ColumnSchema(name="n", kind=Kind.TEXT), ColumnSchema(name="z"))
)
CLIP = InputSchema(name="clip", kind=Kind.AUDIO)
REVIEW = Column(column="review", of="reviews")


def sentiment(**changes: object) -> Step:
    fields: dict[str, object] = {
        "id": "sentiment",
        "task": "text-classification",
        "inputs": {"text": REVIEW},
        "output": "review_sentiment",
    }
    return Step.model_validate({**fields, **changes})


def plan_of(*steps: Step, request: str = "label them") -> Plan:
    return Plan(request=request, inputs=(REVIEWS, CLIP), steps=steps)


def test_a_plan_survives_its_json():
    plan = plan_of(sentiment(where=(Predicate(of=Column(column="product", of="reviews"), value="a"),)))

    assert Plan.from_json(plan.to_json()) == plan
    assert Plan.from_json(plan.to_json()).to_json() == plan.to_json()


def test_the_words_of_the_request_do_not_change_the_hash():
    english, chinese = plan_of(sentiment()), plan_of(sentiment(), request="标注情感")

    assert english.hash == chinese.model_copy(update={"notes": ("a note",)}).hash


def test_the_model_changes_the_hash_and_its_reason_does_not():
    plan = plan_of(sentiment())
    one = plan.with_model("sentiment", ModelChoice(model_id="a/b", revision="0" * 40, reason="best"))
    same = plan.with_model("sentiment", ModelChoice(model_id="a/b", revision="0" * 40, reason="named"))

    assert one.hash != plan.hash
    assert one.hash == same.hash


def test_with_model_returns_a_new_plan():
    plan = plan_of(sentiment())
    plan.with_model("sentiment", ModelChoice(model_id="a/b", revision="0" * 40))

    assert plan.step("sentiment").model is None


def test_steps_are_ordered_after_what_they_read():
    chart = Step(
        id="chart",
        task="chart",
        inputs={"table": Frame(frame="reviews", plus=("sentiment",))},
        parameters={"x": "product", "color": "review_sentiment"},
        output="chart",
    )

    plan = validate(plan_of(chart, sentiment()))

    assert [s.id for s in plan.ordered()] == ["sentiment", "chart"]
    assert [s.id for s in plan.sinks] == ["chart"]
    assert plan.descendants("sentiment") == {"chart"}


@pytest.mark.fault(39)
def test_a_cycle_is_named():
    a = sentiment(id="a", inputs={"text": StepOutput(step="b")}, output="x")
    b = sentiment(id="b", inputs={"text": StepOutput(step="a")}, output="y")

    with pytest.raises(InvalidPlan, match=r"a → b → a|b → a → b"):
        validate(plan_of(a, b))


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (sentiment(task="text-clasification"), UnknownTask, "did you mean 'text-classification'"),
        (sentiment(inputs={"text": Column(column="reviw", of="reviews")}), UnknownColumn, "did you mean 'review'"),
        (sentiment(inputs={"text": StepOutput(step="sentimant")}), InvalidPlan, "did you mean 'sentiment'"),
        (sentiment(inputs={"text": Variable(variable="clip")}), InvalidPlan, "text is audio"),
        (sentiment(inputs={"txt": REVIEW}), InvalidPlan, "needs text"),
        (sentiment(parameters={"abut": "mood"}), InvalidPlan, "did you mean 'about'"),
        (sentiment(parameters={"about": 3}), InvalidPlan, "wanted str"),
        (sentiment(output="review"), InvalidPlan, "would overwrite"),
        (sentiment(id="reviews"), InvalidPlan, "two steps or inputs"),
        (sentiment(where=(Predicate(of=REVIEW, op="=="),)), InvalidPlan, "has no value"),
        (sentiment(where=(Predicate(of=REVIEW, op="==", value=("a", "b")),)), InvalidPlan, "only `in` takes a list"),
        (sentiment(inputs={"text": REVIEW, "image": REVIEW}), InvalidPlan, "takes no 'image'"),
        (sentiment(inputs={"text": Variable(variable="clp")}), InvalidPlan, "did you mean 'clip'"),
        (sentiment(task="zero-shot-classification"), InvalidPlan, "needs candidate_labels"),
        (sentiment(task="filter", inputs={"table": Frame(frame="clip")}), InvalidPlan, "audio, not a frame"),
        (
            sentiment(task="filter", inputs={"table": Column(column="z", of="other")}),
            InvalidPlan,
            "wants a whole table",
        ),
        (
            sentiment(task="cluster", inputs={"embedding": REVIEW, "text": Column(column="name", of="other")}),
            InvalidPlan,
            "embedding is text",
        ),
        (
            sentiment(task="question-answering", inputs={"text": REVIEW, "question": Column(column="n", of="other")}),
            InvalidPlan,
            "mixes rows of other and reviews",
        ),
        (
            sentiment(task="summarization", output="s", parameters={"max_new_tokens": 0}),
            InvalidPlan,
            "wanted 1…2048 tokens",
        ),
    ],
)
@pytest.mark.fault(38, 39)
def test_what_does_not_fit_is_named_with_the_nearest_right_name(step: Step, error: type[Exception], words: str):
    with pytest.raises(error) as caught:
        validate(Plan(inputs=(REVIEWS, CLIP, OTHER), steps=(step,)))

    assert words in str(caught.value)
    assert len(str(caught.value)) <= 200


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Frame(frame="sentiment"), "gives labels, not a table"),
        (Frame(frame="reviews", plus=("question",)), "does not run over the rows of 'reviews'"),
    ],
)
@pytest.mark.fault(39)
def test_a_table_of_what_is_none_is_refused(table: Frame, words: str):
    asked = {"text": Column(column="n", of="other"), "question": Column(column="n", of="other")}
    other = sentiment(id="question", task="question-answering", inputs=asked, output="found")
    kept = sentiment(id="kept", task="filter", inputs={"table": table}, output="few")
    read = sentiment(id="read", inputs={"text": Column(column="review", of="kept")}, output="mood")

    with pytest.raises(InvalidPlan, match=words):
        validate(Plan(inputs=(REVIEWS, OTHER), steps=(sentiment(), other, kept, read)))


def test_a_condition_over_other_rows_is_refused():
    other = InputSchema(name="other", kind=Kind.TABLE, columns=(ColumnSchema(name="n", kind=Kind.NUMBER),))
    step = sentiment(where=(Predicate(of=Column(column="n", of="other"), op=">", value=1),))

    with pytest.raises(InvalidPlan, match="rows of other"):
        validate(Plan(inputs=(REVIEWS, other), steps=(step,)))


def test_a_classified_column_adds_its_label_and_score():
    plan = plan_of(sentiment())

    names = [c.name for c in Scope(plan).columns("reviews", ("sentiment",))]

    assert names == ["product", "review", "review_sentiment", "review_sentiment_score"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(["steps", "inputs", "id", "task", "output", "where", "parameters", "request", "version"])


@pytest.mark.fault(54)
@given(JSON | st.dictionaries(KEYS, JSON, max_size=6))
@pytest.mark.fault(37, 38, 40)
def test_any_json_is_a_valid_plan_or_an_error_of_ours(value: object):
    try:
        validate(Plan.from_json(json.dumps(value)))
    except HFMagicError as error:
        assert len(error.line) <= 200  # noqa: PT017  both outcomes are right


@pytest.mark.fault(37)
def test_json_nested_too_deeply_is_an_error_of_ours():
    with pytest.raises(InvalidPlan):
        Plan.from_json("[" * 100_000)
