"""Learning from ratings, trials, corrections, failures and reverts: how fast, from what, and for which data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.learning import RULES, Found, simulate
from hfmagic.data_profile import Profile
from hfmagic.errors import DamagedModel, HubUnreachable, NotAvailable, OutOfMemory, UnknownColumn
from hfmagic.experience import (
    START,
    Past,
    estimate,
    learn_from_correction,
    learn_from_failure,
    learn_from_rating,
    learn_from_revert,
    learn_from_trial,
    past,
)
from hfmagic.hub.facts import ModelFacts
from hfmagic.selection.candidates import rank
from hfmagic.store import Evidence, Store

TASK = "text-classification"
EN, ZH = Profile("en", 128, ("a", "b")), Profile("zh", 128, ("c", "d"))
LAW = Profile("en", 5000, ("x", "y"))
A, B = (TASK, "org/a", "0" * 40), (TASK, "org/b", "1" * 40)
DAY = 86_400.0


@pytest.fixture
def store() -> Store:
    return Store(None, kernel="k")


@pytest.fixture(scope="module", params=[5, 10])
def found(request: pytest.FixtureRequest) -> dict[str, Found]:
    """What each rule comes to with 5 and with 10 models, over 1,000 simulated users."""
    return {name: simulate(rule, request.param, users=1_000, seed=7) for name, rule in RULES.items()}


def rated(store: Store, ups: int, downs: int, model: tuple[str, str, str] = A, profile: Profile = EN) -> Past:
    for number in range(ups + downs):
        learn_from_rating(store, *model, profile, run=f"{profile}{number}", liked=number < ups)
    return past(store, TASK, EN)[model[1]]


def test_after_50_ratings_the_regret_is_at_most_half_of_uniform_pickings(found: dict[str, Found]):
    assert found["optimistic mean"].early <= 0.5
    assert found["optimistic mean"].later <= 0.5


def test_after_500_ratings_the_best_is_found_by_95_percent(found: dict[str, Found]):
    assert found["optimistic mean"].most_picked >= 0.95
    assert found["optimistic mean"].estimated >= 0.95


def test_no_other_rule_that_finds_the_best_has_less_regret(found: dict[str, Found]):
    good = {name: f for name, f in found.items() if min(f.most_picked, f.estimated) >= 0.95}

    assert min(good, key=lambda name: good[name].early) == "optimistic mean"
    assert "no learning" not in good
    assert "decayed mean" not in good


@pytest.mark.parametrize("a_day", [1.0, 100.0])
def test_the_goals_are_met_at_any_pace(a_day: float):
    found = simulate(RULES["optimistic mean"], 10, users=1_000, seed=7, a_day=a_day)

    assert found.early <= 0.5
    assert min(found.most_picked, found.estimated) >= 0.95


def test_the_product_picks_what_the_simulation_picks(store: Store):
    """One simulated user of 60 ratings: with store and score, and with the sums of the simulation."""
    models, chance = [f"org/{i}" for i in range(4)], np.random.default_rng(3)
    facts = [ModelFacts(m, None, revision="0" * 40, downloads=1000, parameters=10**8) for m in models]
    liked = (0.5, 0.9, 0.7, 0.4)
    good, rounds = np.zeros(4), np.zeros(4)
    for number in range(60):
        known = past(store, TASK, EN)
        best = rank(facts, lambda _: "", weights={"quality": 0.7, "speed": 0.3}, past=known)[0]
        mine = models.index(best.facts.model_id)
        assert mine == int(estimate(good, rounds).argmax())
        value = float(chance.random() < liked[mine])
        store.add_evidence(Evidence(TASK, models[mine], "", EN, "rating", value, 1.0, at=1.0 + number * DAY / 10))
        good, rounds = good * 0.5 ** (1 / 1800), rounds * 0.5 ** (1 / 1800)
        good[mine] += value
        rounds[mine] += 1


def test_nothing_is_said_of_a_model_that_nothing_is_known_of(store: Store):
    assert past(store, TASK, EN) == {}
    assert (Past().value, Past().lean) == (0.5, 0.0)


def test_one_dislike_puts_a_model_behind_the_untried_and_one_like_before_them(store: Store):
    assert rated(store, 0, 1).lean < 0 < rated(store, 1, 0, B).lean


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_order_is_that_of_the_estimates(a: int, b: int, c: int, d: int):
    store = Store(None)
    for model, ups, downs in ((A, a, b), (B, c, d)):
        for value, weight in ((1.0, ups), (0.0, downs)):
            store.add_evidence(Evidence(*model, EN, "rating", value, weight, at=1.0))
    leans = [past(store, TASK, EN)[m[1]].lean for m in (A, B)]
    estimates = [estimate(a, a + b), estimate(c, c + d)]

    assert (leans[0] - leans[1]) * (estimates[0] - estimates[1]) >= -1e-12
    assert all((lean > 1e-12) == (e > START + 1e-12) for lean, e in zip(leans, estimates, strict=True))


@given(st.lists(st.tuples(st.sampled_from(["rating", "trial", "alert"]), st.booleans(), st.floats(0, 10)), max_size=8))
def test_values_are_shares_and_a_like_never_lowers_them(facts: list[tuple[str, bool, float]]):
    store = Store(None)
    for source, value, weight in facts:
        store.add_evidence(Evidence(*A, EN, source, float(value), weight, at=1.0))  # type: ignore[arg-type]
    before = past(store, TASK, EN).get("org/a", Past())
    store.add_evidence(Evidence(*A, EN, "rating", 1.0, 1.0, at=1.0))
    after = past(store, TASK, EN)["org/a"]

    assert 0.0 <= before.value <= 1.0
    assert before.evidence >= 0.0
    assert after.lean >= before.lean - 1e-12


def test_a_later_rating_of_the_same_run_replaces_the_earlier_one(store: Store):
    learn_from_rating(store, *A, EN, run="k:1", liked=True)
    learn_from_rating(store, *A, EN, run="k:1", liked=False)

    assert past(store, TASK, EN)["org/a"].words == "liked 0 of 1 time on like data"


def test_what_was_learnt_long_ago_counts_less_and_reading_late_changes_nothing(store: Store):
    store.add_evidence(Evidence(*A, EN, "rating", 0.0, 1.0, at=DAY))
    alone = past(store, TASK, EN)["org/a"]
    store.add_evidence(Evidence(*B, EN, "rating", 1.0, 1.0, at=361 * DAY))

    assert alone.evidence == 1.0
    assert past(store, TASK, EN)["org/a"].evidence == pytest.approx(0.25)


def test_evidence_of_other_data_counts_by_its_likeness(store: Store):
    own, far = rated(store, 0, 4), rated(store, 0, 4, B, LAW)

    assert 0 < far.evidence < own.evidence
    assert own.lean < far.lean < 0
    assert far.words == "liked 0 of 4 times on other data"


def test_what_was_learnt_of_one_language_says_nothing_of_another(store: Store):
    rated(store, 0, 4, A, ZH)

    assert past(store, TASK, EN)["org/a"] == Past()


def test_what_was_learnt_at_one_task_says_nothing_of_another(store: Store):
    rated(store, 4, 0)

    assert past(store, "summarization", EN) == {}


def test_a_failure_counts_for_any_data_and_only_when_it_is_the_models(store: Store):
    assert learn_from_failure(store, *A, ZH, error=OutOfMemory("too large"))
    assert learn_from_failure(store, *A, ZH, error=DamagedModel("cut"))
    others = (HubUnreachable("away"), NotAvailable("no GPU"), UnknownColumn("no such"))
    assert not any(learn_from_failure(store, *B, EN, error=e) for e in others)

    known = past(store, TASK, EN)
    assert known["org/a"].words == "failed twice"
    assert known["org/a"].lean < 0
    assert "org/b" not in known


def test_a_trial_counts_by_its_rows_and_an_open_one_decides_nothing(store: Store):
    tried = {"measure": "accuracy", "run": "k:t"}
    learn_from_trial(store, *A, EN, value=0.88, n=100, won=True, **tried)
    learn_from_trial(store, *B, EN, value=0.79, n=100, won=False, **tried)
    learn_from_trial(store, TASK, "org/c", "", EN, value=0.8, n=20, won=None, **tried)
    known = past(store, TASK, EN)

    assert known["org/b"].lean < known["org/c"].lean == 0 < known["org/a"].lean
    assert known["org/a"].evidence == pytest.approx(10.0)
    words = [known[m].words for m in ("org/a", "org/b", "org/c")]
    assert words == ["won a trial of 100 rows", "lost a trial of 100 rows", "neither won nor lost a trial of 20 rows"]


def test_a_trial_that_is_labelled_further_replaces_its_outcome(store: Store):
    for won in (None, True):
        learn_from_trial(store, *A, EN, measure="accuracy", value=0.9, n=20, won=won, run="k:t")

    assert past(store, TASK, EN)["org/a"].words == "won a trial of 20 rows"


def test_a_revert_counts_less_than_a_dislike(store: Store):
    learn_from_revert(store, *A, EN, run="k:1")
    learn_from_rating(store, *B, EN, run="k:1", liked=False)
    known = past(store, TASK, EN)

    assert known["org/b"].lean < known["org/a"].lean < 0
    assert known["org/a"].words == "swapped away once"


def test_corrections_say_how_many_rows_were_right(store: Store):
    for row in range(5):
        learn_from_correction(store, *A, EN, row=f"k:1:{row}", right=row > 0)
    learn_from_correction(store, *A, EN, row="k:1:0", right=True)

    assert past(store, TASK, EN)["org/a"].words == "5 of 5 checked rows right"


def test_words_say_all_that_is_known(store: Store):
    rated(store, 4, 1)
    for number in range(2):
        run = f"k:{number}"
        learn_from_trial(store, *A, EN, measure="accuracy", value=0.9, n=50, won=bool(number), run=run)
    learn_from_failure(store, *A, EN, error=OutOfMemory("too large"))

    said = "liked 4 of 5 times on like data; won 1 of 2 trials, 100 rows; failed once"
    assert past(store, TASK, EN)["org/a"].words == said


def test_evidence_that_is_read_again_gives_the_same(store: Store):
    rated(store, 3, 2)
    rated(store, 1, 1, B, LAW)

    assert past(store, TASK, EN) == past(store, TASK, replace(EN))
