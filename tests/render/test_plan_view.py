"""The plan's table: its words, its states, and the output that follows a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hfmagic.errors import StepFailed
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput, Variable
from hfmagic.render import LivePlan, PlanView
from hfmagic.render import plan_view as module
from hfmagic.render.plan_view import Waits
from hfmagic.render.words import condition, does, reads, seconds_words, settings
from hfmagic.results import Done, Event, Failed, Loading, Progress, Started

from .build import plan_of, reviews, table_input


def html_of(view: PlanView) -> str:
    shown: str = view._repr_mimebundle_()[0]["text/html"]
    return shown.split("</style>")[1]


def test_the_line_above_names_planner_hash_and_inputs():
    view = PlanView(reviews().plan)

    assert f"Plan by rules · hash {view.plan.hash} · using reviews: frame, 6 rows × 2" in repr(view)


def test_a_step_shows_words_condition_model_reason_and_output():
    shown = html_of(PlanView(reviews().plan))

    assert "Label the sentiment of each text" in shown
    assert "where <em>review_sentiment is NEGATIVE</em>" in shown
    assert "@1a2b3c4</span>" in shown
    assert "the only one" in shown
    assert "no model needed" in shown
    assert "review_<wbr>theme" in shown


def test_a_model_that_was_asked_for_but_not_found_is_named():
    step = Step(
        id="a", task="summarization", inputs={"text": Column(column="t", of="df")}, output="t_summary", wanted="BART"
    )
    assert "wanted: BART" in html_of(PlanView(plan_of(step, inputs=(table_input("df", 1, t=Kind.TEXT),))))


def test_notes_are_listed_below():
    plan = reviews().plan.model_copy(update={"notes": ("took the only text column",)})
    assert "<li>took the only text column</li>" in html_of(PlanView(plan))
    assert "note: took the only text column" in repr(PlanView(plan))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "○ pending"),
        ([Loading("feel", "org/model")], "◌ loading the model"),
        ([Started("feel", 240)], "running 0 of 240"),
        ([Started("feel", 240), Progress("feel", 60, 240)], "running 60 of 240 · 6 rows/s · ~30 s left"),
        ([Failed("feel", StepFailed("no rows.", hint="check"))], "✗ failed: HF501 no rows. → check"),
        ([Started("feel", 9), Progress("feel", 4, 9), Failed("feel", KeyboardInterrupt())], "■ interrupted at 4 of 9"),
    ],
)
def test_a_step_says_where_it_stands(events: list[Event], words: str):
    view = PlanView(reviews().plan)
    for second, event in enumerate(events):
        view = view.on(event, at=100.0 + 10 * second)

    assert words in repr(view)


def test_a_finished_step_shows_rows_rejected_and_seconds():
    results = reviews()
    view = PlanView(results.plan).on(Done("feel", results["feel"]))

    assert "✓ done 6 rows, 1 rejected, 0.20 s" in repr(view)


def test_progress_is_a_progress_element():
    view = PlanView(reviews().plan).on(Started("feel", 6)).on(Progress("feel", 3, 6))
    assert '<progress value="3" max="6">3/6</progress>' in html_of(view)


def test_steps_behind_a_failed_one_are_said_not_to_run():
    view = PlanView(reviews().plan).on(Failed("embed", StepFailed("x")))

    assert view.state("theme").phase == "skipped"
    assert view.state("feel").phase == "pending"
    assert "not run, needs step 2" in repr(view)


def test_after_an_interrupt_nothing_waits():
    view = PlanView(reviews().plan).on(Failed("feel", KeyboardInterrupt()))
    assert view.finished


def test_on_leaves_the_old_view_as_it_was():
    old = PlanView(reviews().plan)
    old.on(Started("feel", 6))

    assert old.state("feel").phase == "pending"


def test_conditions_settings_and_charts_are_in_words():
    plan = reviews().plan
    where = (
        Predicate(of=Column(column="stars", of="reviews"), op="<=", value=2),
        Predicate(of=Column(column="product", of="reviews"), op="in", value=("a", "b")),
    )
    chart = Step(
        id="c",
        task="chart",
        inputs={"table": Frame(frame="reviews")},
        parameters={"x": "product", "color": "theme"},
        output="c",
    )
    labels = Step(
        id="z",
        task="zero-shot-classification",
        inputs={"text": Column(column="review", of="reviews")},
        parameters={"candidate_labels": ["price", "quality"]},
        output="z",
    )

    assert condition(plan, where) == "stars ≤ 2 and product is one of a, b"
    assert does(chart) == "Draw bars of the count of rows by product, split by theme"
    assert settings(labels) == {"candidate_labels": "price, quality"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.004, "< 0.01 s"), (0.25, "0.25 s"), (1.24, "1.2 s"), (48.3, "48 s"), (200, "3 min 20 s"), (4000, "1 h 6 min")],
)
def test_durations_are_readable(seconds: float, words: str):
    assert seconds_words(seconds) == words


class Screen:
    """A notebook's display: what was shown, and how often it was updated."""

    def __init__(self, *, kernel: bool = True) -> None:
        self.shown: list[Any] = []
        if kernel:
            self.kernel = object()

    def display(self, view: object, *, display_id: bool) -> Screen:
        assert display_id
        self.shown.append(view)
        return self

    def update(self, view: object) -> None:
        self.shown.append(view)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    import IPython.display

    screen = Screen()
    monkeypatch.setattr(module, "shell", lambda: screen)
    monkeypatch.setattr(IPython.display, "display", screen.display)
    return screen


def test_progress_is_shown_at_most_ten_times_a_second(screen: Screen):
    now = [0.0]
    live = LivePlan(reviews().plan, clock=lambda: now[0])
    live.show()
    live.on(Started("feel", 1_000))
    for done in range(1_000):
        now[0] += 0.001
        live.on(Progress("feel", done, 1_000))

    assert len(screen.shown) <= 2 + 10


def test_each_change_of_state_is_shown_at_once(screen: Screen):
    live = LivePlan(reviews().plan, clock=lambda: 0.0)
    live.show()
    for event in (Loading("feel", "m"), Started("feel", 6), Done("feel", reviews()["feel"])):
        live.on(event)

    assert [v.state("feel").phase for v in screen.shown] == ["pending", "loading", "running", "done"]


def test_models_that_come_later_land_in_the_same_output(screen: Screen):
    plan = reviews().plan
    live = LivePlan(plan)
    live.show()
    live.rebind(plan.with_model("feel", ModelChoice(model_id="a/b", revision="0" * 40)))

    assert "a/b" in repr(screen.shown[-1])


def test_a_terminal_gets_the_plan_at_the_start_and_at_the_end(screen: Screen):
    del screen.kernel
    results = reviews()
    live = LivePlan(results.plan)
    live.show()
    for step_id, result in results.items():
        live.on(Started(step_id, 6))
        live.on(Done(step_id, result))

    assert len(screen.shown) == 2


def test_without_a_shell_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(module, "shell", lambda: None)
    live = LivePlan(reviews().plan)
    live.show()
    live.on(Started("feel", 6))
    live.flush()

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("waits", "words", "button"),
    [
        (Waits("shown"), "this plan was not run: %hf go runs it", "Run"),
        (
            Waits("download", 438_000_000, "org/large"),
            "this plan waits: it downloads 438 MB, most of it org/large; %hf go --yes runs it",
            "Download and run",
        ),
    ],
)
def test_a_plan_that_waits_says_why_and_has_buttons_only_where_a_page_takes_their_clicks(
    waits: Waits, words: str, button: str
):
    view = PlanView(reviews().plan, waits=waits)
    assert words in repr(view)
    assert "<button" not in html_of(view)

    shown = html_of(replace(view, buttons=True))

    assert f'<button class="hfm-button hfm-approve" value="{view.plan.hash}">{button}</button>' in shown
    assert "hfm-dismiss" in shown


def test_a_run_can_be_cancelled_by_a_button_until_it_has_ended():
    view = PlanView(reviews().plan, buttons=True).on(Started("feel", 240), at=1.0)
    assert "hfm-interrupt" in html_of(view)
    assert "hfm-interrupt" not in html_of(view.on(Failed("feel", KeyboardInterrupt()), at=2.0))


def test_a_conversion_is_shown_where_it_is_more_than_reading():
    plan = Plan(
        inputs=(InputSchema(name="photo", kind=Kind.IMAGE), InputSchema(name="note", kind=Kind.LABELS)),
        steps=(
            Step(id="things", task="object-detection", inputs={"image": Variable(variable="photo")}, output="things"),
            Step(id="said", task="translation", inputs={"text": StepOutput(step="things")}, output="said"),
            Step(id="told", task="translation", inputs={"text": Variable(variable="note")}, output="told"),
        ),
    )

    assert reads(plan, plan.steps[1]) == ("things (boxes → text: how many of what)",)
    assert reads(plan, plan.steps[2]) == ("note",)
