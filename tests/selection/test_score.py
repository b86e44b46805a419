"""The score: what counts how much, that it can be read, and that more of what is good never lowers a rank."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.experience import Past
from hfmagic.hub.facts import Evaluation, ModelFacts
from hfmagic.selection.candidates import Candidate, rank
from hfmagic.selection.score import DEFAULT_WEIGHTS, WEIGHABLE

TODAY = date(2026, 11, 22)
HUB = ModelFacts("org/a", None, parameters=67_000_000, weight_bytes=268_000_000, downloads=100_000, revision="0" * 40)
OWN = replace(HUB, model_id="us/own", folder=Path("own"), downloads=0, revision="")


def ranked(*models: ModelFacts, **options: object) -> dict[str, Candidate]:
    found = rank(models, lambda _: "", **{"weights": DEFAULT_WEIGHTS, "today": TODAY, **options})  # type: ignore[arg-type]
    return {c.facts.model_id: c for c in found}


def ids(*models: ModelFacts, **options: object) -> list[str]:
    return list(ranked(*models, **options))


# What counts how much


@pytest.mark.parametrize("times", [1, 50, 10_000])
def test_a_tiny_model_that_nobody_knows_does_not_beat_one_that_many_use(times: int):
    tiny = replace(HUB, model_id="new/tiny", downloads=90, parameters=HUB.parameters // times)

    assert ids(tiny, HUB) == ["org/a", "new/tiny"]


def test_of_models_that_are_used_alike_the_smaller_one_is_taken():
    small = replace(HUB, model_id="org/small", parameters=HUB.parameters // 4)

    assert ids(HUB, small) == ["org/small", "org/a"]


def test_a_verified_figure_counts_more_than_a_cards_own_word():
    known = replace(HUB, model_id="org/known", metrics={"accuracy": 0.8})
    boast, verified = (
        replace(HUB, model_id=name, downloads=10, evaluations=(Evaluation("accuracy", 0.95, verified=sure),))
        for name, sure in (("new/boast", False), ("new/verified", True))
    )

    assert ids(boast, known, verified) == ["new/verified", "org/known", "new/boast"]


def test_a_leaderboard_counts_between_a_card_and_the_hub():
    said = {"card": ("model card", False), "board": ("a board", False), "hub": ("model card", True)}
    models = [
        replace(HUB, model_id=f"org/{name}", downloads=10, evaluations=(Evaluation("f1", 0.9, "", source, sure),))
        for name, (source, sure) in said.items()
    ]

    assert ids(*models) == ["org/hub", "org/board", "org/card"]


def test_what_the_hub_verified_stands_above_what_the_card_says_of_the_same_model():
    both = (Evaluation("accuracy", 0.99), Evaluation("accuracy", 0.8, verified=True))
    found = ranked(replace(HUB, evaluations=both), replace(HUB, model_id="org/b", metrics={"accuracy": 0.9}))

    assert "accuracy 0.800 verified by the Hub" in found["org/a"].basis
    assert list(found) == ["org/b", "org/a"]


def test_a_lower_error_rate_is_better():
    heard = [replace(HUB, model_id=f"org/{wer:g}", metrics={"wer": wer}) for wer in (12.5, 4.2, 0.08)]

    assert ids(*heard) == ["org/4.2", "org/0.08", "org/12.5"]


def test_figures_of_one_data_set_are_compared_with_each_other():
    easy = [replace(HUB, model_id=f"org/{v}", evaluations=(Evaluation("accuracy", v, "easy"),)) for v in (0.99, 0.98)]
    hard = [replace(HUB, model_id=f"org/{v}", evaluations=(Evaluation("accuracy", v, "hard"),)) for v in (0.80, 0.60)]
    found = ranked(*easy, *hard)

    assert found["org/0.8"].quality == found["org/0.99"].quality == 1.0
    assert found["org/0.6"].quality < 1


def test_several_figures_of_a_model_count_together_and_are_told_as_a_range():
    both = (Evaluation("accuracy", 0.9, "easy"), Evaluation("accuracy", 0.7, "hard"))
    best = (Evaluation("accuracy", 0.9, "easy"), Evaluation("accuracy", 0.8, "hard"))
    found = ranked(replace(HUB, evaluations=both), replace(HUB, model_id="org/b", evaluations=best))

    assert list(found) == ["org/b", "org/a"]
    assert found["org/a"].basis.startswith("accuracy 0.700 to 0.900 on its card")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_number_is_none(value: float):
    assert ranked(replace(HUB, metrics={"accuracy": value}))["org/a"].basis == "no measured quality, 100 k downloads"


def test_experience_moves_a_model_by_how_much_there_is_of_it():
    models = [replace(HUB, model_id=f"org/{name}") for name in ("bad", "little", "much", "none")]
    past = {"org/bad": Past(0.1, 30), "org/little": Past(0.9, 1), "org/much": Past(0.9, 30, "liked 27 of 30 times")}
    found = ranked(*models, past=past)

    assert list(found) == ["org/much", "org/little", "org/none", "org/bad"]
    assert found["org/much"].basis.endswith("liked 27 of 30 times")


def test_a_size_that_nobody_knows_is_neither_fast_nor_a_mark_for_others():
    found = ranked(replace(HUB, model_id="org/unknown", parameters=0), HUB)

    assert (found["org/a"].speed, found["org/unknown"].speed) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("term", "better"),
    [
        ("popularity", {"downloads": 10**6}),
        ("size", {"weight_bytes": 10**6}),
        ("freshness", {"modified": "2026-11-01"}),
        ("quality", {"metrics": {"accuracy": 0.9}}),
        ("speed", {"parameters": 10**6}),
    ],
)
def test_every_weight_is_the_users(term: str, better: dict[str, object]):
    plain = replace(HUB, modified="2020-01-01")
    other = replace(plain, model_id="org/z", **better)  # type: ignore[arg-type]

    assert ids(plain, other, weights={term: 1.0}) == ["org/z", "org/a"]


def test_a_weight_of_experience_alone_follows_experience():
    past = {"org/z": Past(0.9, 20, "won"), "org/a": Past(0.4, 20)}

    assert ids(HUB, replace(HUB, model_id="org/z"), weights={"experience": 2.0}, past=past) == ["org/z", "org/a"]


@pytest.mark.parametrize("weights", [{}, {"quality": 0.0, "speed": 0.0}, {"quality": -1.0}, {"magic": 3.0}])
def test_weights_that_say_nothing_are_the_default_ones(weights: dict[str, float]):
    small = replace(HUB, model_id="org/small", parameters=10**6, downloads=10)

    assert list(ranked(HUB, small, weights=weights).values()) == list(ranked(HUB, small).values())


def test_a_day_that_is_none_leaves_freshness_open():
    (found,) = ranked(replace(HUB, modified="soon"), weights={"freshness": 1.0}).values()

    assert found.breakdown.value("freshness") == 0.5


# What can be read of it


def test_anyone_can_read_the_breakdown():
    good = replace(OWN, metrics={"accuracy": 0.91})
    (best, other) = ranked(good, replace(OWN, model_id="us/small", parameters=22_000_000)).values()

    assert str(best.breakdown) == (
        "quality 1.00 × 0.7: accuracy 0.910 on its card; speed 0.69 × 0.3: 67 M parameters, the smallest has 22 M"
    )
    assert str(other.breakdown).startswith("quality 0.75 × 0.7: no measured quality; speed 1.00 × 0.3: 22 M parameters")


def test_a_model_of_the_hub_says_its_downloads_and_what_is_to_be_fetched():
    (found,) = ranked(replace(HUB, metrics={"f1": 91.0}, downloads=1_200_000)).values()

    assert found.basis == "f1 0.910 on its card (not verified), 1.2 M downloads"
    assert str(found.breakdown).endswith("to fetch 1.00 × -0.05: 268 MB")


def test_what_a_leaderboard_is_called_is_one_short_line():
    said = Evaluation("accuracy", 0.9, source="<b>board\n" + "x" * 99)
    (found,) = ranked(replace(HUB, evaluations=(said,))).values()

    assert "\n" not in found.basis
    assert len(found.basis) < 100


# Properties


def day(number: int) -> str:
    return date.fromordinal(number).isoformat()


EVALUATIONS = st.builds(
    Evaluation,
    st.sampled_from(["accuracy", "f1", "wer", "loss"]),
    st.floats(0, 1),
    st.sampled_from(["", "glue", "imdb"]),
    st.sampled_from(["model card", "a board"]),
    st.booleans(),
)
FACTS = st.builds(
    replace,
    st.just(HUB),
    folder=st.sampled_from([None, Path("here")]),
    revision=st.sampled_from(["0" * 40, ""]),
    parameters=st.integers(1, 10**11),
    weight_bytes=st.integers(0, 10**12),
    downloads=st.integers(0, 10**8),
    metrics=st.dictionaries(st.sampled_from(["accuracy", "f1"]), st.floats(0, 1), max_size=2),
    evaluations=st.lists(EVALUATIONS, max_size=3).map(tuple),
    modified=st.integers(700_000, TODAY.toordinal()).map(day),
    tags=st.sampled_from([(), ("sentiment",)]),
)
FIELDS = st.lists(FACTS, min_size=1, max_size=6).map(
    lambda found: [replace(m, model_id=f"org/m{n}") for n, m in enumerate(found)]
)
WEIGHTS = st.dictionaries(st.sampled_from(WEIGHABLE), st.floats(0, 2))
PASTS = st.dictionaries(
    st.sampled_from([f"org/m{n}" for n in range(6)]), st.builds(Past, st.floats(0, 1), st.floats(0, 99))
)
SPEEDS = st.lists(st.floats(0.01, 1e6), min_size=6, max_size=6)


def position(model_id: str, *models: ModelFacts, **options: object) -> int:
    return ids(*models, words=frozenset({"sentiment"}), **options).index(model_id)


@given(FIELDS, WEIGHTS, PASTS, st.randoms(use_true_random=False))
def test_the_order_of_the_listing_does_not_count(models, weights, past, random):
    shuffled = random.sample(models, len(models))

    assert ranked(*models, weights=weights, past=past) == ranked(*shuffled, weights=weights, past=past)
    assert ids(*models, weights=weights, past=past) == ids(*shuffled, weights=weights, past=past)


@given(FIELDS, WEIGHTS, PASTS)
def test_the_parts_add_up_to_a_score_between_0_and_1(models, weights, past):
    for found in ranked(*models, weights=weights, past=past, words=frozenset({"sentiment"})).values():
        assert found.score == pytest.approx(sum(p.value * p.weight for p in found.breakdown.parts), abs=1e-4)
        assert -0.05 <= found.score <= 1.0
        assert all(0 <= p.value <= 1 for p in found.breakdown.parts)


@given(FIELDS, WEIGHTS, PASTS, st.integers(0, 10**8))
def test_more_downloads_never_lower_a_rank(models, weights, past, more):
    first, *others = models
    used = replace(first, downloads=first.downloads + more)

    before, after = (position("org/m0", m, *others, weights=weights, past=past) for m in (first, used))
    assert after <= before


@given(FIELDS, WEIGHTS, EVALUATIONS.filter(lambda e: e.metric != "loss"), st.floats(0, 1))
def test_a_better_figure_never_lowers_a_rank(models, weights, said, other):
    worse, better = sorted((said.value, other), reverse=said.metric == "wer")
    before, after = (
        position("org/m0", replace(models[0], evaluations=(replace(said, value=v),)), *models[1:], weights=weights)
        for v in (worse, better)
    )
    assert after <= before


@given(FIELDS, WEIGHTS, SPEEDS, st.floats(1, 100))
def test_more_speed_never_lowers_a_rank(models, weights, speeds, times):
    measured = {m.model_id: s for m, s in zip(models, speeds, strict=False)}
    quicker = measured | {"org/m0": measured["org/m0"] * times}
    smaller = replace(models[0], parameters=max(int(models[0].parameters / times), 1))

    before, after = (position("org/m0", *models, weights=weights, rows_per_second=s) for s in (measured, quicker))
    assert after <= before
    assert position("org/m0", smaller, *models[1:], weights=weights) <= position("org/m0", *models, weights=weights)


@given(FIELDS, WEIGHTS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 99))
def test_a_better_experience_never_lowers_a_rank(models, weights, one, other, rounds):
    before, after = (
        position("org/m0", *models, weights=weights, past={"org/m0": Past(v, rounds)}) for v in sorted((one, other))
    )
    assert after <= before
