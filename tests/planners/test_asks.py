"""A question is answered first, and then how the answer was found."""

from __future__ import annotations

import pytest

from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Frame, Plan, Step
from hfmagic.planners.asks import answer_first, is_question, told_first
from hfmagic.planners.follow_ups.edit import edit
from hfmagic.planners.rules import plan_by_rules

NOTES = InputSchema(
    name="notes",
    kind=Kind.TABLE,
    rows=40,
    columns=(
        ColumnSchema(name="note", kind=Kind.TEXT, dtype="str"),
        ColumnSchema(name="shop", kind=Kind.LABELS, dtype="str"),
        ColumnSchema(name="stars", kind=Kind.NUMBER, dtype="int64"),
    ),
)


def planned(request: str, previous: Plan | None = None) -> Plan:
    return plan_by_rules(request, (NOTES,), previous=previous)


@pytest.mark.parametrize(
    "request_",
    [
        "which shop has the most complaints?",
        "how many notes are negative",
        "Is the mood good",
        "please tell me what the average stars are",
        "哪个店的差评最多",
        "有多少条是负面的",
        "评论是正面的吗",
    ],
)
def test_a_question_is_known_in_both_languages(request_: str):
    assert is_question(request_)


@pytest.mark.parametrize("request_", ["label the sentiment", "show only the negative ones", "给每条评论标注情感", ""])
def test_an_order_is_no_question(request_: str):
    assert not is_question(request_)


@pytest.mark.parametrize("request_", ["which shop has the most negative notes?", "notes 里哪个 shop 的差评最多？"])
def test_the_last_step_is_spoken_of_first(request_: str):
    plan = planned(request_)

    assert len(plan.steps) > 1
    assert plan.answer == (plan.steps[-1].id,)


def test_what_is_asked_in_any_other_way_is_told_in_the_order_of_its_steps():
    assert planned("label the sentiment of each note, then keep the negative ones").answer == ()


@pytest.mark.parametrize(
    ("task", "parameters"),
    [("sql", {"query": 'SELECT * FROM "notes" ORDER BY "stars"'}), ("chart", {"x": "shop"}), ("filter", {})],
)
def test_a_table_in_another_order_or_a_chart_is_not_told_first(task: str, parameters: dict[str, object]):
    label = planned("what is the sentiment of each note?").steps[0]
    shows = Step(id="shows", task=task, inputs={"table": Frame(frame="notes")}, parameters=parameters, output="x")

    assert told_first((label, shows)) == ()
    assert told_first((shows, label)) == (label.id,)


def test_an_order_that_a_plan_has_is_kept():
    plan = planned("which shop has the most negative notes?")
    other = plan.model_copy(update={"answer": (plan.steps[0].id,)})

    assert answer_first(other) == other


def test_a_follow_up_speaks_of_the_steps_that_it_has():
    plan = planned("which shop has the most negative notes?")
    later = edit("use a bigger model", plan, plan.inputs)

    assert later is not None
    assert later.answer == plan.answer == (later.steps[-1].id,)
