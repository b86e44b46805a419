"""What a model is tuned on: the labels of a column in whatever form, and what the step reads, also of one before."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hfmagic.errors import BadOption, InvalidPlan, StepFailed, UnknownColumn
from hfmagic.kinds import Span
from hfmagic.plan import Column, Constant, Plan, Step, StepOutput
from hfmagic.recognise import recognise
from hfmagic.session import Options, Session
from hfmagic.tune.collect import collect
from hfmagic.tune.spans import spans_of, tags_of

TEXT = "Ada met Bob Lee."


@pytest.mark.parametrize(
    "truth",
    [
        [Span("PER", 0.2, 0, 3, "Ada"), Span("PER", 0.2, 8, 15, "Bob Lee")],
        [{"label": "B-PER", "start": 0, "end": 3}, {"entity_group": "PER", "word": "Bob Lee"}],
        [("PER", 0, 3), ("I-PER", 8, 15)],
        (["Bob Lee", "PER"], ["Ada", "PER"]),
        [("PER", 0, 3), ("PER", 8, 15), ("PER", 8, 11), ("PER", 12, 15)],  # the outer one of several
        [("PER", 0, 3), ("PER", 8, 15), ("PER", 3, 3), ("", 4, 7), ("PER", 0, 99), ["Eve", "PER"]],  # and no span
    ],
    ids=["spans", "records", "triples", "pairs", "nested", "wrong"],
)
def test_spans_are_read_in_every_form_of_a_trial(truth: Any):
    assert [(s.label, s.start, s.end, s.text) for s in spans_of(truth, TEXT)] == [
        ("PER", 0, 3, "Ada"),
        ("PER", 8, 15, "Bob Lee"),
    ]


def test_a_text_is_no_list_of_spans_and_pieces_that_hold_a_space_are_tagged_by_their_word():
    with pytest.raises(TypeError, match="no list of spans"):
        spans_of("Ada", TEXT)

    spans = spans_of([("PER", 0, 3), ("PER", 8, 15)], TEXT)
    pieces = [(0, 0), (0, 2), (2, 3), (3, 7), (7, 8), (7, 11), (11, 15), (15, 16)]
    assert tags_of(TEXT, pieces, spans) == [None, "B-PER", None, "O", None, "B-PER", "I-PER", "O"]


def planned(session: Session, texts: list[str | None], over: dict[str, Any]) -> tuple[Plan, Any]:
    frame = pd.DataFrame({"text": texts, "mood": ["good", "bad", None][: len(texts)]})
    given = recognise("x", frame, reader=session.reader)
    clean = Step(id="clean", task="redact", inputs={"text": Column(column="text", of="x")}, output="cleaned")
    mood = Step(id="mood", task="text-classification", inputs=over, output="found")
    proposal = session.choose_models(Plan(inputs=(given.schema,), steps=(clean, mood)), {"x": given}, Options())
    return proposal.plan, {"x": given}


def test_what_a_step_before_gives_is_what_the_model_is_tuned_on(session: Session):
    texts: list[str | None] = ["write to ada@example.org", "fine", "nobody knows"]
    plan, inputs = planned(session, texts, {"text": StepOutput(step="clean")})
    machine = session._machine(Options())

    found = collect(plan, "mood", inputs, "mood", machine, lambda _: None)

    assert [(e.target, e.row) for e in found] == [("good", 0), ("bad", 1)]
    assert "ada@example.org" not in found[0].value
    with pytest.raises(UnknownColumn, match="did you mean 'mood'"):
        collect(plan, "mood", inputs, "mod", machine, lambda _: None)
    with pytest.raises(InvalidPlan, match="did you mean 'mood'"):
        collect(plan, "moot", inputs, "mood", machine, lambda _: None)
    with pytest.raises(BadOption, match=r"step 'clean' has no model\. → such as %hf tune mood"):
        collect(plan, "clean", inputs, "mood", machine, lambda _: None)


def test_where_a_step_before_fails_or_no_frame_is_read_nothing_is_tuned(session: Session):
    machine = session._machine(Options())
    plan, inputs = planned(session, [None, None], {"text": StepOutput(step="clean")})
    with pytest.raises(StepFailed, match="every row was rejected"):
        collect(plan, "mood", inputs, "mood", machine, lambda _: None)

    plan, inputs = planned(session, ["one", "two"], {"text": Constant(constant="a text")})
    with pytest.raises(BadOption, match="does not run over the rows of a frame"):
        collect(plan, "mood", inputs, "mood", machine, lambda _: None)
