"""An LLM's plans with the tasks beside texts and tables: few are on offer, words fill slots, a second step is made."""

from __future__ import annotations

import pytest

from hfmagic.errors import InvalidPlan
from hfmagic.kinds import Kind
from hfmagic.plan import Column, Constant, Frame, Plan, Step, StepOutput
from hfmagic.planners.endpoint.offer import make_offer
from hfmagic.scope import validate

from .inputs import PHOTOS, REVIEWS
from .modality_requests import SALES, VIDEOS
from .test_endpoint import planned


def test_a_task_is_on_offer_only_where_the_words_and_kinds_allow_it() -> None:
    assert "translation" in make_offer("translate the reviews into French", (REVIEWS,)).tasks
    assert "fill-mask" not in make_offer("summarize the reviews", (REVIEWS,)).tasks
    assert "object-detection" not in make_offer("detect the objects", (REVIEWS,)).tasks
    assert "video-classification" in make_offer("is it fun?", (VIDEOS,)).tasks


def test_words_of_the_request_fill_a_slot_beside_the_subject() -> None:
    step = {"task": "visual-question-answering", "image": "image", "question": "What colour is it?", "where": []}
    made, _ = planned("what colour is the car in each photo?", (PHOTOS,), [step])

    assert made.steps[0].inputs == {
        "image": Column(column="image", of="photos"),
        "question": Constant(constant="What colour is it?"),
    }


def test_a_table_is_asked_as_a_whole() -> None:
    step = {"task": "table-question-answering", "question": "who sold most?", "table": "sales", "where": []}
    made, _ = planned("answer 'who sold most?' from the table", (SALES,), [step])

    assert made.steps[0].inputs["table"] == Frame(frame="sales")


def test_redacting_finds_who_is_named_first() -> None:
    made, _ = planned("redact the reviews", (REVIEWS,), [{"task": "redact", "text": "review", "where": []}])

    assert [s.task for s in made.steps] == ["token-classification", "redact"]
    assert made.steps[1].inputs["entities"] == StepOutput(step="entities")


def _plan(*steps: Step) -> Plan:
    return Plan(inputs=(REVIEWS, SALES), steps=steps)


REVIEW = Column(column="review", of="reviews")
PARTS = Step(id="parts", task="split", inputs={"text": REVIEW}, output="parts")


def test_what_reads_the_parts_of_a_text_runs_over_each() -> None:
    step = Step(id="short", task="summarization", inputs={"text": StepOutput(step="parts")}, output="short")

    with pytest.raises(InvalidPlan, match=r"gives a list for each row.*set map"):
        validate(_plan(PARTS, step))
    assert validate(_plan(PARTS, step.model_copy(update={"map": True})))


def test_lists_are_read_in_the_first_slot_only() -> None:
    inputs = {"text": REVIEW, "question": StepOutput(step="parts")}

    with pytest.raises(InvalidPlan, match="which question of question-answering cannot read"):
        validate(_plan(PARTS, Step(id="a", task="question-answering", inputs=inputs, output="a")))


def test_a_slot_for_a_table_takes_no_column() -> None:
    unknown = SALES.model_copy(update={"columns": (SALES.columns[0].model_copy(update={"kind": None}),)})
    inputs = {"question": Constant(constant="who?"), "table": Column(column="country", of="sales")}
    step = Step(id="a", task="table-question-answering", inputs=inputs, output="a")

    assert unknown.columns[0].kind is not Kind.TABLE
    with pytest.raises(InvalidPlan, match="wants a whole table"):
        validate(Plan(inputs=(unknown,), steps=(step,)))
