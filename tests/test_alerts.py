"""A notice for a model that is chosen again and again and has become worse: when, what it does, how it goes away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.alerts import FALL, IN_A_ROW, Alert, alerts, decline, raise_alerts
from hfmagic.data_profile import Profile
from hfmagic.experience import learn_from_rating, learn_from_trial, past
from hfmagic.store import Evidence, Selection, Store

TASK, MODEL, OTHER = "text-classification", "org/a", "org/b"
EN = Profile("en", 128)


def chosen(count: int, model: str = MODEL) -> list[Selection]:
    return [Selection(float(i), TASK, model, "r", "", step="label") for i in range(count)]


def learnt(values: Sequence[float], rows: int = 0) -> list[Evidence]:
    """Ratings, or trials of so many rows."""
    known = {"source": "trial", "measure": "accuracy", "rows": rows} if rows else {"source": "rating"}
    return [
        Evidence(TASK, MODEL, "r", EN, value=v, weight=1.0, quality=v if rows else None, at=float(i), **known)
        for i, v in enumerate(values)
    ]


@pytest.fixture
def store() -> Store:
    return Store(None, kernel="k")


def live(store: Store, likes: Sequence[bool], start: int = 0) -> list[Alert]:
    """Choose the model and rate it, again and again; the notices that are raised."""
    raised: list[Alert] = []
    for number, liked in enumerate(likes, start):
        store.add_selection(TASK, MODEL, "r", "", step="label")
        learn_from_rating(store, TASK, MODEL, "r", EN, run=f"k:{number}", liked=liked)
        raised += raise_alerts(store, TASK)
    return raised


def test_three_choices_and_a_fall_raise_a_notice():
    alert = decline(chosen(3), learnt([1, 1, 1, 1, 1, 0, 0, 0]))

    assert alert is not None
    assert (alert.task, alert.model_id, alert.step, alert.before, alert.now) == (TASK, MODEL, "label", 1.0, 0.0)


def test_two_choices_raise_none():
    assert decline(chosen(2), learnt([1, 1, 1, 1, 1, 0, 0, 0])) is None


def test_another_model_in_between_raises_none():
    mixed = [*chosen(2), *chosen(1, OTHER), *chosen(2)]

    assert decline(mixed, learnt([1, 1, 1, 1, 1, 0, 0, 0])) is None


def test_another_models_dislikes_raise_none():
    assert decline(chosen(3, OTHER), learnt([1, 1, 1, 1, 1, 0, 0, 0])) is None


def test_a_figure_of_three_trials_that_fell_raises_a_notice():
    alert = decline(chosen(3), learnt([0.9, 0.88, 0.7], rows=200))

    assert alert is not None
    assert (round(alert.before, 2), alert.now, alert.results) == (0.89, 0.7, 200)


@pytest.mark.parametrize("now", [0.95, 0.9, 0.85, 0.81])
def test_a_fall_of_at_most_a_tenth_raises_none(now: float):
    assert decline(chosen(3), learnt([0.9, 0.9, now], rows=100_000)) is None


@pytest.mark.parametrize("now", [0.80, 0.7, 0.4])
def test_with_rows_enough_any_larger_fall_raises_a_notice(now: float):
    assert decline(chosen(3), learnt([0.9, 0.9, now], rows=100_000)) is not None


def test_a_fall_that_may_be_chance_raises_none():
    assert decline(chosen(3), learnt([0.9, 0.9, 0.8], rows=20)) is None
    assert decline(chosen(3), learnt([1, 1, 1, 1, 1, 1, 1, 0])) is None


def test_figures_of_two_measures_are_not_compared():
    high = learnt([0.9, 0.9], rows=1000)
    other = Evidence(TASK, MODEL, "r", EN, "trial", 1.0, 1.0, measure="f1", quality=0.5, rows=1000, at=9.0)

    assert decline(chosen(3), [*high, other]) is None


@given(st.lists(st.floats(0, 1), max_size=12), st.integers(1, 10_000), st.integers(0, 5))
def test_whatever_was_measured_a_notice_means_three_choices_and_more_than_a_tenth_less(
    values: list[float], rows: int, choices: int
):
    alert = decline(chosen(choices), learnt(values, rows))

    if alert is not None:
        assert choices >= IN_A_ROW
        assert alert.now < alert.before * (1 - FALL)


@given(st.floats(0, 1), st.integers(1, 1000), st.integers(0, 12))
def test_a_quality_that_stays_raises_none(value: float, rows: int, count: int):
    assert decline(chosen(3), learnt([value] * count, rows)) is None


def test_of_simulated_users_few_see_a_false_notice_and_most_see_a_true_one_soon():
    chance = np.random.default_rng(5)

    def share(first: float, then: float, rounds: int) -> float:
        """Of 100 users, how many see a notice in so many rounds after 20 rounds of the first quality."""
        seen = 0
        for _ in range(100):
            values = np.r_[chance.random(20) < first, chance.random(rounds) < then].astype(float).tolist()
            seen += any(decline(chosen(3), learnt(values[:end])) for end in range(21, 21 + rounds))
        return seen / 100

    assert share(0.9, 0.9, 20) <= 0.10
    assert share(0.9, 0.3, 20) >= 0.95


def test_a_notice_is_raised_once_and_waits_until_somebody_rates(store: Store):
    raised = live(store, [True] * 6 + [False] * 3)

    assert len(raised) == 1
    assert raise_alerts(store) == ()
    assert alerts(store) == tuple(raised)

    learn_from_rating(store, TASK, MODEL, "r", EN, run="k:8", liked=False)
    assert alerts(store) == ()


def test_a_trial_settles_a_notice(store: Store):
    live(store, [True] * 6 + [False] * 3)
    learn_from_trial(store, TASK, MODEL, "r", EN, measure="accuracy", value=0.9, n=20, won=True)

    assert alerts(store) == ()


def test_a_notice_lowers_the_models_weight(store: Store):
    live(store, [True] * 6 + [False] * 2)
    before = past(store, TASK, EN)[MODEL]
    store.add_selection(TASK, MODEL, "r", "")
    learn_from_rating(store, TASK, MODEL, "r", EN, run="k:last", liked=False)
    rated = past(store, TASK, EN)[MODEL]
    raise_alerts(store)
    after = past(store, TASK, EN)[MODEL]

    assert after.lean < rated.lean < before.lean
    assert after.words == "liked 6 of 9 times on like data; its quality fell once"


def test_it_is_raised_again_only_when_as_many_new_results_are_bad(store: Store):
    live(store, [True] * 30 + [False] * 3)

    assert live(store, [False] * 2, start=100) == []
    assert len(live(store, [False], start=200)) == 1


def test_nothing_was_learnt_nothing_is_raised(store: Store):
    assert raise_alerts(store) == ()
    assert alerts(store) == ()


@given(st.text(min_size=1, max_size=300), st.text(max_size=50))
def test_the_line_is_one_line_that_says_what_to_do(model: str, step: str):
    line = Alert(0.0, TASK, model, "r", step, 0.92, 0.4, 6).line

    assert len(line) <= 200
    assert "\n" not in line


def test_the_line_names_the_step():
    line = Alert(0.0, TASK, MODEL, "r", "label", 0.92, 0.4, 6).line

    todo = "%hf trial label, %hf use label OTHER, or %hf rate label good"
    assert line == f"org/a at text-classification fell from 92% to 40% over 6 results → {todo}"
