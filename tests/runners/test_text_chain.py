"""Cut, do with each part, put away: chains of the text operations, with models of the starter set."""

from __future__ import annotations

import pandas as pd
import pytest

from hfmagic.errors import InvalidPlan, StepFailed
from hfmagic.plan import Column, Constant, Plan, Step, StepOutput, Variable
from hfmagic.recognise import recognise
from hfmagic.results import Results
from hfmagic.scope import validate
from hfmagic.session import Options, Session

TITLER = "starter/flan-t5-small-titler"


def run(session: Session, value: object, *steps: Step, **models: str) -> Results:
    """Run steps over the input `data`."""
    data = recognise("data", value, reader=session.reader)
    plan = validate(Plan(request="test", planner="rules", inputs=(data.schema,), steps=steps))
    proposal = session.choose_models(plan, {"data": data}, Options(models=models))
    return session.compute(proposal)[0]


def step(task: str, of: object = None, **more: object) -> Step:
    """A step that reads the column `text`, or what another step gave."""
    name = task.partition("-")[0]
    slots = more.pop("inputs", {})
    text = Column(column="text", of="data") if of is None else of
    return Step(id=name, task=task, inputs={"text": text, **slots}, output=f"text_{name}", **more)


def test_each_sentence_is_translated_for_itself(session: Session):
    texts = pd.DataFrame({"text": ["The house is wonderful. The house is wonderful.", None, "Thank you."]})
    cut = step("split")
    translate = step("translation", StepOutput(step="split"), map=True, parameters={"target": "German"})

    results = run(session, texts, cut, translate, translation=TITLER)
    frame = results.value

    assert not results.failed, [e.line for e in results.failed.values()]
    assert frame["text_split"].tolist()[0] == ["The house is wonderful.", "The house is wonderful."]
    german = frame["text_translation"].tolist()
    assert german[0] == ["Das Haus ist wunderbar."] * 2
    assert german[1] is None
    assert len(german[2]) == 1


def test_a_step_that_reads_parts_as_one_text_is_refused(session: Session):
    translate = step("translation", StepOutput(step="split"), parameters={"target": "German"})

    with pytest.raises(InvalidPlan, match="map"):
        run(session, pd.DataFrame({"text": ["One. Two."]}), step("split"), translate)


def test_one_text_is_split_and_redacted(session: Session):
    text = "Write to ada@acme.org. Or call +1 650-253-0000."
    cut = step("split", Variable(variable="data"))
    clean = step("redact", StepOutput(step="split"), map=True)

    results = run(session, text, cut, clean)

    assert results["redact"].value == ["Write to [EMAIL].", "Or call [PHONE]."]


def test_a_column_of_texts_is_redacted_in_place(session: Session):
    results = run(session, pd.DataFrame({"text": ["a@b.org", None, "no"]}), step("redact"))

    assert results["redact"].value == ["[EMAIL]", None, "no"]


def test_questions_are_answered_by_a_model_that_writes(session: Session):
    text = "Paris is the capital of France. Berlin is the capital of Germany."
    asked = {"question": Constant(constant="What is the capital of France?")}
    ask = step("question-answering", Variable(variable="data"), inputs=asked)

    results = run(session, text, ask, question=TITLER)

    (answer,) = results["question"].value
    assert answer.label.strip(".") == "Paris"
    assert answer.score != answer.score


def test_a_name_that_is_no_language_is_said_once(session: Session):
    translate = step("translation", parameters={"target": "Blorbish"})

    results = run(session, pd.DataFrame({"text": ["One.", "Two."]}), translate, translation=TITLER)

    assert isinstance(results.failed["translation"], StepFailed)
    assert "'Blorbish' is no language" in results.failed["translation"].line


def test_texts_are_sorted_by_closeness_of_embeddings_and_it_is_said(session: Session):
    texts = pd.DataFrame({"text": ["My parcel never arrived.", "I was charged twice this month."]})
    labels = {"candidate_labels": ["delivery and shipping", "billing and payment"]}

    result = run(session, texts, step("zero-shot-classification", parameters=labels))["zero"]

    assert [found[0].label for found in result.value] == labels["candidate_labels"]
    assert any("closeness of embeddings" in note for note in result.notes)


def test_a_summary_is_shorter_and_about_the_same(session: Session):
    text = (
        "The new phone has a great camera, but the battery of the phone lasts only half a day."
        " I have to charge the battery at noon, at work, and again at night."
    )

    results = run(session, text, step("summarization", Variable(variable="data")))
    summary = results["summarization"].value

    assert 0 < len(summary) < len(text)
    assert "battery" in summary.lower()
