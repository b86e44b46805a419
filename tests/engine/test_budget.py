"""The budget that is found while batches run: on machines that are made up, with a best budget and noise."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hfmagic.engine.budget import LEAST, MARGIN, MIN_BATCHES, MOST_SECONDS, Tuner

BUDGETS = tuple(LEAST << n for n in range(7))  # 256 … 16384
START = 2048
ROUND = 2 * 6 * len(BUDGETS)  # batches in which every budget can have been a rival
Curve = Mapping[int, float]


def curves(least: float = 1.0, most: float = 2.0) -> st.SearchStrategy[Curve]:
    """Cost a second by budget: it rises up to one of them and falls after it, by a factor within those at each."""
    factors = st.lists(st.floats(least, most), min_size=len(BUDGETS) - 1, max_size=len(BUDGETS) - 1)
    return st.builds(peaked, st.integers(0, len(BUDGETS) - 1), factors)


def peaked(peak: int, factors: list[float]) -> Curve:
    steps = [f if place < peak else 1 / f for place, f in enumerate(factors)]
    return dict(zip(BUDGETS, accumulate(steps, lambda a, b: a * b, initial=1e6), strict=True))


def noise(seed: int, share: float) -> Callable[[], float]:
    drawn = random.Random(seed)  # noqa: S311  no secret
    return lambda: drawn.uniform(1 - share, 1 + share)


def after(tuner: Tuner, curve: Curve, cost: int, factor: Callable[[], float] = lambda: 1.0) -> tuple[Tuner, float]:
    """The tuner after batches that cost so much together, and the seconds that they took."""
    seconds = 0.0
    while cost > 0:
        batch = min(tuner.budget, cost)
        took = batch / (curve[tuner.budget] * factor())
        tuner, cost, seconds = tuner.observe(batch, took), cost - batch, seconds + took
    return tuner, seconds


def neighbours(budget: int) -> list[int]:
    return [b for b in (budget // 2, budget * 2) if b in BUDGETS]


@given(curve=curves(), seed=st.integers(0, 99))
def test_it_comes_to_rest_where_no_neighbour_is_quicker(curve: Curve, seed: int):
    tuner, _ = after(Tuner.over(10**6, start=START), curve, ROUND * BUDGETS[-1], noise(seed, 0.005))

    assert tuner.rival == 0
    assert all(curve[b] < 1.02 * MARGIN * curve[tuner.best] for b in neighbours(tuner.best))


@given(curve=curves(least=1.06), seed=st.integers(0, 99))
def test_it_finds_the_best_budget_of_a_machine_on_which_that_counts(curve: Curve, seed: int):
    tuner, _ = after(Tuner.over(10**6, start=START), curve, ROUND * BUDGETS[-1], noise(seed, 0.01))

    assert tuner.best == max(curve, key=curve.__getitem__)


@given(curve=curves(), seed=st.integers(0, 99), share=st.floats(0, 0.5))
def test_it_comes_to_rest_however_the_machine_jumps(curve: Curve, seed: int, share: float):
    tuner, _ = after(Tuner.over(10**6, start=START), curve, ROUND * BUDGETS[-1], noise(seed, share))

    assert tuner.rival == 0
    assert tuner.best in BUDGETS


@example(curve=peaked(3, [2.0] * 6), batches=MIN_BATCHES)
@example(curve=peaked(0, [1.1] * 6), batches=MIN_BATCHES)
@given(curve=curves(), batches=st.integers(MIN_BATCHES, 4 * MIN_BATCHES))
def test_looking_for_it_costs_at_most_3_percent(curve: Curve, batches: int):
    _, tuned = after(Tuner.over(batches, start=START), curve, batches * START)
    _, fixed = after(Tuner(START), curve, batches * START)

    assert tuned <= 1.03 * fixed


@given(curve=curves(), batches=st.integers(0, MIN_BATCHES - 1))
def test_in_a_small_column_nothing_is_tried(curve: Curve, batches: int):
    start = Tuner.over(batches, start=START)

    assert after(start, curve, batches * START)[0] == start


@given(curve=curves(), seed=st.integers(0, 99))
def test_it_is_the_same_for_the_same_observations(curve: Curve, seed: int):
    first, again = (after(Tuner.over(500, start=START), curve, 500 * START, noise(seed, 0.2)) for _ in range(2))

    assert first == again


@given(limit=st.integers(300, 20000), curve=curves(), batches=st.integers(200, 400))
def test_no_batch_is_as_large_again_as_one_that_did_not_fit(limit: int, curve: Curve, batches: int):
    tuner, failed = Tuner.over(batches, start=START), []
    for _ in range(batches):
        budget = tuner.budget
        assert not failed or budget < min(failed)
        if budget > limit:
            failed.append(budget)
            tuner = tuner.without(budget)
        else:
            tuner = tuner.observe(budget, budget / curve[budget])

    assert tuner.best <= limit
    assert len(failed) <= len(BUDGETS)


def test_neighbouring_batches_are_of_both_budgets_and_neither_comes_first_each_time():
    tuner, budgets = Tuner.over(1000, start=START), []
    for _ in range(8):
        budgets.append(tuner.budget)
        tuner = tuner.observe(tuner.budget, tuner.budget / 1e6)

    assert budgets == [2048, 4096, 4096, 2048, 2048, 4096, 4096, 2048]


def test_whoever_won_upwards_does_not_look_down_again():
    curve, tuner, rivals = peaked(4, [1.3] * 6), Tuner.over(1000, start=START), []
    while tuner.rival:
        rivals.append(tuner.rival)
        tuner = tuner.observe(tuner.budget, tuner.budget / curve[tuner.budget])

    assert list(dict.fromkeys(rivals)) == [2 * START, 4 * START]
    assert tuner.best == 2 * START


def test_lengths_that_slow_every_batch_down_favour_no_budget():
    tuner, speed = Tuner.over(1000, start=START), 1e6
    while tuner.rival:
        speed *= 0.99
        tuner = tuner.observe(tuner.budget, tuner.budget / speed)

    assert tuner.best == START


def test_a_batch_that_is_not_full_says_nothing():
    tuner = Tuner.over(1000, start=START)
    odd = tuner.observe(START, 0.1)

    assert tuner.observe(START // 2, 0.001) == tuner
    assert odd.observe(100, 0.001) == tuner


@pytest.mark.parametrize("rival", [0, 2 * START])
def test_a_budget_of_which_batches_take_more_than_a_second_is_halved_but_not_for_one_hiccup(rival: int):
    tuner = replace(Tuner(START), rival=rival)
    slow = 1.5 * MOST_SECONDS

    assert tuner.observe(100, slow).observe(100, 0.1) == tuner
    after_two = tuner.observe(100, slow).observe(100, slow)

    assert (after_two.best, after_two.rival) == (START // 2, 0)
    assert after_two.most < START


def test_the_least_budget_is_kept_however_slow_it_is():
    tuner = Tuner(LEAST)
    for _ in range(5):
        tuner = tuner.observe(LEAST, 60.0)

    assert tuner.budget == LEAST


def test_it_begins_at_no_more_than_fits_and_looks_down_where_it_cannot_look_up():
    tuner = Tuner.over(1000, start=START, most=START)

    assert (tuner.best, tuner.rival) == (START, START // 2)
    assert Tuner.over(1000, start=START, most=100).rival == 0
