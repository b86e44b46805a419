"""What programs call: functions of values that show nothing, in loops and in functions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pandas as pd
import polars
import pytest

import hfmagic
from hfmagic import api
from hfmagic.errors import AmbiguousColumn, BadOption, EmptyRequest, InvalidPlan, NoModelFits, UnknownVariable
from hfmagic.plan import Plan
from hfmagic.session import Session
from tests.conftest import DATA

REVIEWS = pd.read_csv(DATA / "reviews.csv").head(12)
SENTIMENT = "Label the sentiment of each review."


@pytest.fixture(autouse=True)
def _own_session(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session of a process that has no IPython shell with the extension."""
    monkeypatch.setattr(api, "_own", [session])


def test_the_three_steps_give_what_hf_gives(capsys: pytest.CaptureFixture[str]):
    plan = hfmagic.choose_models(hfmagic.make_plan(SENTIMENT, data=REVIEWS))
    results = hfmagic.run_plan(plan, data=REVIEWS)

    pd.testing.assert_frame_equal(results.value, hfmagic.hf(SENTIMENT, REVIEWS))
    assert results["sentiment"].rows == 12
    assert all(s.model and len(s.model.revision) == 40 for s in plan.steps)
    assert capsys.readouterr().out == ""


def test_it_works_in_a_loop_and_gives_the_library_of_the_input():
    found = [hfmagic.hf(SENTIMENT, polars.from_pandas(part)) for _, part in REVIEWS.groupby("product")]

    assert all(isinstance(frame, polars.DataFrame) for frame in found)
    assert sum(len(frame) for frame in found) == 12
    assert len(hfmagic.hf.pool.loaded()) == 1


def test_inputs_have_names_and_single_values_are_values():
    found = hfmagic.hf("Which language is the note in?", note="Il pleut sur la ville, encore et encore.")

    assert found[0].label == "fr"


def test_the_inputs_stay_as_they_are():
    before = REVIEWS.copy()
    hfmagic.hf(SENTIMENT, REVIEWS)

    pd.testing.assert_frame_equal(REVIEWS, before)


def test_a_plan_can_be_kept_and_run_on_other_rows():
    plan = Plan.from_json(hfmagic.choose_models(hfmagic.make_plan(SENTIMENT, data=REVIEWS)).to_json())

    assert len(hfmagic.run_plan(plan, data=REVIEWS.tail(3)).value) == 3
    assert len(hfmagic.run_plan(plan, data=REVIEWS, rows=2).value) == 2


def test_models_and_limits_can_be_said():
    plan = hfmagic.make_plan(SENTIMENT, data=REVIEWS)
    named = hfmagic.choose_models(plan, models={"sentiment": "starter/bert-tiny-sentiment"})

    assert named.step("sentiment").model.model_id == "starter/bert-tiny-sentiment"
    for one in (plan, named):  # also where it has its models
        with pytest.raises(NoModelFits):
            hfmagic.choose_models(one, limit="max_size=1kB")


def test_a_plan_becomes_code():
    plan = hfmagic.choose_models(hfmagic.make_plan(SENTIMENT, data=REVIEWS))

    code = hfmagic.to_python(plan)

    assert "pipeline(" in code
    assert "def label_" in hfmagic.to_python(plan, function=True)
    assert "import hfmagic" not in code


def test_errors_say_what_to_do():
    plan = hfmagic.make_plan(SENTIMENT, data=REVIEWS)

    with pytest.raises(EmptyRequest):
        hfmagic.make_plan(" ", data=REVIEWS)
    with pytest.raises(AmbiguousColumn):
        hfmagic.make_plan(SENTIMENT, data=pd.DataFrame({"one": REVIEWS["review"], "two": REVIEWS["review"]}))
    with pytest.raises(UnknownVariable):
        hfmagic.run_plan(hfmagic.choose_models(plan), other=REVIEWS)
    with pytest.raises(InvalidPlan):
        hfmagic.to_python(plan)
    with pytest.raises(InvalidPlan, match="no model"):
        hfmagic.to_app(plan)
    with pytest.raises(BadOption, match="rows_frame"):
        hfmagic.make_plan(SENTIMENT, rows=REVIEWS)


def test_type_checkers_see_its_types():
    assert (Path(hfmagic.__file__).parent / "py.typed").exists()


def test_a_model_is_tuned_and_run(session: Session):
    session.config.tune_epochs = 1
    rows = pd.read_csv(DATA / "reviews.csv")
    rows["length"] = ["long" if len(text) > 90 else "short" for text in rows["review"]]
    plan, small = hfmagic.make_plan(SENTIMENT, data=rows), {"sentiment": "starter/bert-tiny-sentiment"}
    found = hfmagic.tune_model(hfmagic.choose_models(plan, models=small), "sentiment", "length", data=rows)
    plan = hfmagic.choose_models(plan, models={"sentiment": found.model_id})

    assert found.trial is not None
    assert found.trial.rows == found.rows[2]
    assert plan.steps[0].model
    assert plan.steps[0].model.revision == found.revision
    assert set(hfmagic.run_plan(plan, data=rows.head(9)).value["review_sentiment"]) <= {"long", "short"}


@pytest.mark.parametrize(
    "call",
    [hfmagic.make_plan, hfmagic.choose_models, hfmagic.run_plan, hfmagic.to_python, hfmagic.to_app, hfmagic.tune_model],
)
def test_each_function_says_what_it_takes_and_raises(call: Callable[..., object]):
    hints = get_type_hints(call, vars(api) | {"Plan": Plan, "Form": str, "Results": object, "Tuned": object})

    assert "return" in hints
    assert "Raises" in (call.__doc__ or "")


def test_importing_it_is_light():
    code = "import sys, hfmagic; print(sorted({'torch', 'pandas', 'transformers', 'pydantic'} & set(sys.modules)))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
