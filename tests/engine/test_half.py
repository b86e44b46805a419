"""`dtype = "fast"` on a CPU: half precision where it gives what float32 gives, which is found out once, on own rows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hfmagic.engine import half
from hfmagic.engine.executor import run_plan
from hfmagic.recognise import recognise
from hfmagic.results import StepResult
from hfmagic.scope import validate
from hfmagic.session import Options, Plan, Session

from .test_run import SENTIMENT, TEXTS

MOODS = ("I love", "I hate", "Nothing good about", "A lovely thing,", "Never again", "Fine is")
FRAME = pd.DataFrame({"review": [f"{MOODS[i % 6]} order number {i}, {TEXTS[i % 3]}" for i in range(1_200)]})
SMALLEST = {"sentiment": "starter/bert-tiny-sentiment"}


def labelled(session: Session, rows: int) -> StepResult:
    """The sentiment of some rows on a CPU that reckons in bfloat16, in the dtype that is found out."""
    given = recognise("x", FRAME.head(rows), reader=session.reader)
    plan = validate(Plan(inputs=(given.schema,), steps=(SENTIMENT,)))
    chosen = session.choose_models(plan, {"x": given}, Options(models=SMALLEST)).plan
    here = session._machine(Options())
    machine = replace(here, dtype="fast", device=replace(here.device, dtypes=("bfloat16", "float32")))
    return run_plan(chosen, {"x": given}, machine, lambda _: None)["sentiment"]


def test_half_precision_that_gives_the_same_labels_is_taken_and_holds_for_later_runs(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    few = labelled(session, 40)
    assert (few.dtype, few.notes) == ("float32", ())  # too few rows to load a second model for

    first = labelled(session, 1_200)
    monkeypatch.setattr(half, "agreement", None)  # would fail if it were asked once more
    again = labelled(session, 1_100)

    assert (first.dtype, again.dtype) == ("bfloat16", "bfloat16")
    assert first.notes == again.notes
    assert "bfloat16: same as float32 on " in first.notes[0]
    assert [v[0].label for v in again.value] == [v[0].label for v in first.value[:1_100]]


def test_half_precision_that_gives_other_labels_is_left(session: Session, monkeypatch: pytest.MonkeyPatch):
    found = half.agreement
    monkeypatch.setattr(
        half, "agreement", lambda kind, whole, _, values: found(kind, whole, lambda v: [()] * len(v), values)
    )

    result = labelled(session, 1_200)

    assert result.dtype == "float32"
    assert "bfloat16: " in result.notes[0]
