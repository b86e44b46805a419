"""A plan run for real: order, index, rejected rows, failure and interrupt, over frames of every library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.engine.executor import run_plan
from hfmagic.errors import StepFailed
from hfmagic.plan import Column, Frame, Plan, Predicate, Step, StepOutput
from hfmagic.recognise import recognise
from hfmagic.results import Event, Failed, Results
from hfmagic.runners import registry
from hfmagic.runners.registry import RUNNERS
from hfmagic.scope import validate
from hfmagic.session import Options, Session

TEXTS = [
    "I love it, it works great.",
    "It broke after two days. Useless.",
    "A lovely little camera, I am happy with it.",
]
REVIEW = Column(column="review", of="x")
SENTIMENT = Step(id="sentiment", task="text-classification", inputs={"text": REVIEW}, output="review_sentiment")


def go(session: Session, frame: Any, *steps: Step, seen: Callable[[Event], None] = lambda _: None) -> Results:
    given_input = recognise("x", frame, reader=session.reader)
    plan = validate(Plan(inputs=(given_input.schema,), steps=steps))
    proposal = session.choose_models(plan, {"x": given_input}, Options())
    return run_plan(proposal.plan, {"x": given_input}, session._machine(Options()), seen)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_comes_back_in_its_own_library_with_new_columns(session: Session, library: Any):
    frame = library({"review": TEXTS, "n": [1, 2, 3]})

    found = go(session, frame, SENTIMENT).value

    assert type(found) is type(frame)
    labels = found["review_sentiment"].to_pylist() if library is pa.table else list(found["review_sentiment"])
    assert labels == ["POSITIVE", "NEGATIVE", "POSITIVE"]


@pytest.mark.fault(46)
def test_rows_are_placed_by_position_whatever_the_index(session: Session):
    frame = pd.DataFrame({"review": TEXTS}, index=[7, 7, 3])

    found = go(session, frame, SENTIMENT).value

    assert list(found.index) == [7, 7, 3]
    assert list(found["review_sentiment"]) == ["POSITIVE", "NEGATIVE", "POSITIVE"]


@pytest.mark.fault(41, 42)
def test_missing_and_empty_rows_are_null_with_a_reason(session: Session):
    frame = pd.DataFrame({"review": [TEXTS[0], None, "  ", TEXTS[1]]})

    result = go(session, frame, SENTIMENT)["sentiment"]

    assert [(r.row, r.reason) for r in result.rejected] == [(1, "missing"), (2, "empty")]
    assert [v and v[0].label for v in result.value] == ["POSITIVE", None, None, "NEGATIVE"]


def test_a_step_whose_rows_are_all_rejected_has_failed_and_the_next_is_not_run(session: Session):
    frame = pd.DataFrame({"review": ["", " ", ""]})
    chart = Step(
        id="chart",
        task="chart",
        inputs={"table": Frame(frame="x", plus=("sentiment",))},
        parameters={"x": "review_sentiment"},
        output="chart",
    )
    events: list[Event] = []

    results = go(session, frame, SENTIMENT, chart, seen=events.append)

    assert isinstance(results.failed["sentiment"], StepFailed)
    assert "empty" in results.failed["sentiment"].line
    assert dict(results) == {}
    assert [type(e) for e in events if isinstance(e, Failed)] == [Failed]


@pytest.mark.fault(42)
def test_an_empty_frame_gives_an_empty_frame_with_the_columns(session: Session):
    found = go(session, pd.DataFrame({"review": pd.Series([], dtype=object)}), SENTIMENT).value

    assert list(found.columns) == ["review", "review_sentiment", "review_sentiment_score"]
    assert len(found) == 0


def test_each_different_text_is_seen_once(session: Session):
    result = go(session, pd.DataFrame({"review": TEXTS * 20}), SENTIMENT)["sentiment"]

    assert (result.rows, result.unique) == (60, 3)
    assert [v[0].label for v in result.value] == ["POSITIVE", "NEGATIVE", "POSITIVE"] * 20


def test_where_leaves_the_other_rows_null_and_their_descendants_too(session: Session):
    embedding = Step(
        id="embedding",
        task="feature-extraction",
        inputs={"text": REVIEW},
        where=(Predicate(of=StepOutput(step="sentiment"), value="negative"),),
        output="e",
    )
    theme = Step(
        id="theme", task="cluster", inputs={"embedding": StepOutput(step="embedding"), "text": REVIEW}, output="theme"
    )

    results = go(session, pd.DataFrame({"review": TEXTS}), SENTIMENT, embedding, theme)

    assert [v is None for v in results["embedding"].value] == [True, False, True]
    assert [v is None for v in results["theme"].value] == [True, False, True]
    assert results["embedding"].rejected == ()
    assert "e" not in results.value.columns


def test_map_runs_each_element_of_a_list(session: Session):
    lists = pa.table({"review": [TEXTS[:2], [], TEXTS[2:]]})
    step = SENTIMENT.model_copy(update={"map": True})

    result = go(session, lists, step)["sentiment"]

    assert [[labels[0].label for labels in row] for row in result.value] == [["POSITIVE", "NEGATIVE"], [], ["POSITIVE"]]


@pytest.mark.fault(51)
def test_an_interrupt_keeps_the_finished_rows(session: Session, monkeypatch: pytest.MonkeyPatch):
    (runner,), calls = RUNNERS["text-classification"], []

    def stopped(loaded: Any, texts: Any, parameters: Any) -> Any:
        calls.append(len(texts))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return runner.run(loaded, texts, parameters)

    monkeypatch.setattr(
        registry, "RUNNERS", {**RUNNERS, "text-classification": (replace(runner, run=stopped, encode=None, most=1),)}
    )

    results = go(session, pd.DataFrame({"review": TEXTS}), SENTIMENT)

    assert results.interrupted
    assert [v is not None for v in results["sentiment"].value].count(True) == 2
    assert [r.reason for r in results["sentiment"].rejected] == ["interrupted"]
    assert len(results.value) == 3


@pytest.mark.fault(44)
def test_a_row_that_breaks_the_model_costs_only_itself(session: Session, monkeypatch: pytest.MonkeyPatch):
    (runner,) = RUNNERS["text-classification"]

    def picky(loaded: Any, texts: Any, parameters: Any) -> Any:
        if any("broke" in t for t in texts):
            raise IndexError("index out of range in self")
        return runner.run(loaded, texts, parameters)

    monkeypatch.setattr(
        registry, "RUNNERS", {**RUNNERS, "text-classification": (replace(runner, run=picky, encode=None),)}
    )

    result = go(session, pd.DataFrame({"review": TEXTS * 3}), SENTIMENT)["sentiment"]

    assert [r.reason for r in result.rejected] == ["IndexError: index out of range in self"] * 3
    assert sum(v is not None for v in result.value) == 6


WORDS = st.text(alphabet="abcdef ghij.,!?😀\n\t", max_size=60) | st.none() | st.sampled_from(TEXTS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, min_size=1, max_size=12), st.randoms())
def test_a_rows_result_does_not_depend_on_its_neighbours(session: Session, texts: list[str | None], random: Any):
    texts = [*texts, TEXTS[0]]
    order = list(range(len(texts)))
    random.shuffle(order)
    frame = pd.DataFrame({"review": pd.Series(texts, dtype=object)})

    straight = go(session, frame, SENTIMENT).value
    mixed = go(session, frame.iloc[order], SENTIMENT).value

    assert list(straight.index) == list(frame.index)
    pd.testing.assert_frame_equal(straight.iloc[order], mixed, atol=1e-5, check_dtype=False)
