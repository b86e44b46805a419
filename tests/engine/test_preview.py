"""What a forecast is told of a step: its rows' length, its batch, and what was measured before."""

from __future__ import annotations

import pandas as pd
import pytest

from hfmagic.data_profile import Profile
from hfmagic.engine.executor import run_plan
from hfmagic.engine.preview import step_need, tokens_of
from hfmagic.fit import StepNeed, forecast
from hfmagic.plan import Column, Plan, Step
from hfmagic.recognise import recognise
from hfmagic.scope import Scope, validate
from hfmagic.session import Options, Session
from hfmagic.store import Run


@pytest.mark.parametrize(
    ("profile", "most", "tokens"),
    [
        (Profile("en", 400), 512, 102),
        (Profile("zh", 400), 512, 402),
        (Profile("en", 40_000), 512, 512),
        (Profile("en", 40_000), None, 512),
        (Profile(), 128, 128),
        (None, 8192, 512),
        (None, None, 512),
    ],
)
def test_the_tokens_of_a_column_are_those_of_its_characters(profile: Profile | None, most: int | None, tokens: int):
    assert tokens_of(profile, most) == tokens


def test_a_forecast_rests_on_what_was_measured_once_a_plan_has_run(session: Session):
    frame = pd.DataFrame({"review": [f"It is good, {i} times." for i in range(40)]})
    given = recognise("x", frame, reader=session.reader)
    reads = {"text": Column(column="review", of="x")}
    step = Step(id="sentiment", task="text-classification", inputs=reads, output="review_sentiment")
    plan = session.choose_models(validate(Plan(inputs=(given.schema,), steps=(step,))), {"x": given}, Options()).plan
    machine = session._machine(Options())

    def need() -> StepNeed:
        (pinned,) = plan.steps
        facts = machine.hub.find(pinned.model.model_id, pinned.model.revision)
        return step_need(pinned, facts, Scope(plan), machine, rows=40, profile=Profile("en", 22))

    before = forecast([need()], [machine.device])
    run_plan(plan, {"x": given}, machine, lambda _: None)
    after = forecast([need()], [machine.device])

    assert before.words.endswith("for 40 rows (estimated)")
    assert after.words.endswith("for 40 rows (measured here)")
    assert not before.parts[0].need.measured
    assert 0.3 < before.peak_bytes / after.peak_bytes < 3

    # A process that has room left from before does not grow by a run of 40 rows: what one that grew has told counts.
    model = plan.steps[0].model
    grown = 3 * after.parts[0].need.weights_bytes
    named = ("text-classification", model.model_id, model.revision, machine.device.torch_name, "float32")
    session.store.add_run(Run(*named, 40, 1.0, 0.0, peak_bytes=grown, longest=need().batch * need().length))

    assert forecast([need()], [machine.device]).parts[0].need.measured
