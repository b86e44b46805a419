"""Unique values in batches; a bad row costs only itself."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine.batching import AHEAD, BIG, Function, Outcome, batches, run_batches, unique
from hfmagic.engine.memory import Action
from hfmagic.errors import HFMagicError, InvalidPlan, NotAvailable, StepFailed, UnknownKind

COSTS = st.lists(st.integers(1, 50), max_size=60)


@given(COSTS, st.integers(1, 100), st.integers(1, 10))
def test_every_position_is_in_one_batch_within_budget(costs: list[int], budget: int, most: int):
    found = list(batches(costs, budget=budget, most=most))

    assert sorted(i for batch in found for i in batch) == list(range(len(costs)))
    for batch in found:
        assert len(batch) <= most
        assert len(batch) == 1 or len(batch) * max(costs[i] for i in batch) <= budget


@given(st.lists(st.text(max_size=3)))
def test_unique_keeps_the_way_back(values: list[str]):
    kept, positions = unique(values)

    assert [kept[p] for p in positions] == values
    assert len(set(kept)) == len(kept)


def run(values: list[int], function, *, most: int = 8) -> Outcome:
    outcome = Outcome()
    run_batches(values, Function(function, budget=1000, most=most), outcome)
    return outcome


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9))
def test_a_bad_row_gets_a_reason_and_the_others_their_result(good: list[bool], most: int):
    def function(batch: list[int]) -> list[int]:
        if not all(good[i] for i in batch):
            raise ValueError("a bad row")
        return [i * 10 for i in batch]

    outcome = run(list(range(len(good))), function, most=most)

    assert outcome.results == {i: i * 10 for i, ok in enumerate(good) if ok}
    assert outcome.reasons == {i: "ValueError: a bad row" for i, ok in enumerate(good) if not ok}


def test_a_batch_out_of_memory_is_halved_and_stays_small():
    sizes = []

    def function(batch: list[int]) -> list[int]:
        sizes.append(len(batch))
        if len(batch) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate")
        return batch

    outcome = run(list(range(32)), function, most=16)

    assert sorted(outcome.results) == list(range(32))
    assert [s for s in sizes if s > 3] == [16, 8, 4]


def test_a_row_that_does_not_fit_alone_is_rejected_and_the_others_are_not():
    def function(batch: list[int]) -> list[int]:
        if 2 in batch:
            raise MemoryError
        return batch

    outcome = run([1, 2, 3], function)

    assert outcome.results == {0: 1, 2: 3}
    assert outcome.reasons == {1: "does not fit into memory"}


def test_more_room_is_made_for_a_row_that_does_not_fit_before_it_is_rejected():
    done: list[Action] = []

    def function(batch: list[int]) -> list[int]:
        if not done:
            raise MemoryError
        return batch

    def let_others_go() -> bool:
        done.append(Action.MAKE_WAY)
        return True

    outcome = Outcome()
    run_batches([1, 2], Function(function, more_room={Action.MAKE_WAY: let_others_go}), outcome)

    assert outcome.results == {0: 1, 1: 2}
    assert done == [Action.MAKE_WAY]


def test_an_interrupt_keeps_what_is_finished():
    outcome = Outcome()

    def function(batch: list[int]) -> list[int]:
        if 5 in batch:
            raise KeyboardInterrupt
        return batch

    with pytest.raises(KeyboardInterrupt):
        run_batches(list(range(8)), Function(function, budget=1000, most=2), outcome)

    assert outcome.results == {0: 0, 1: 1, 2: 2, 3: 3}


def test_a_model_that_can_do_nothing_is_not_tried_on_every_row():
    tried = []

    def function(batch: list[int]) -> list[int]:
        tried.extend(batch)
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(StepFailed, match="each of 3 rows"):
        run(list(range(10_000)), function)
    assert len(set(tried)) == 3, "at once, then one by one"
    assert len(tried) == 6


@given(st.lists(st.integers(1, 50), min_size=BIG, max_size=BIG + 20), st.integers(1, 4), st.integers(1, 200))
def test_those_that_are_tried_first_are_no_larger_a_batch_than_any(costs: list[int], most: int, budget: int):
    ran: list[list[int]] = []  # what fails inside a batch would only have it halved

    def function(batch: list[int]) -> list[int]:
        ran.append(batch)
        return batch

    outcome = Outcome()
    run_batches(costs, Function(function, list, budget=budget, most=most), outcome)

    assert outcome.results == dict(enumerate(costs))
    assert [b for b in ran if len(b) > most or (len(b) > 1 and len(b) * max(b) > budget)] == []


@given(st.sets(st.integers(0, BIG - 1), max_size=BIG - 1))
def test_a_big_run_gives_every_row_its_result_or_reason(bad: set[int]):
    def function(batch: list[int]) -> list[int]:
        if bad & set(batch):
            raise UnknownKind("a bad row")  # of ours: it says nothing of the model
        return [i * 10 for i in batch]

    outcome = run(list(range(BIG)), function)

    assert outcome.results == {i: i * 10 for i in range(BIG) if i not in bad}
    assert set(outcome.reasons) == bad


@pytest.mark.parametrize("error", [InvalidPlan, NotAvailable])
@pytest.mark.parametrize("count", [2, BIG * 2])
def test_what_is_wrong_with_the_step_ends_it_at_once_in_its_own_words(error: type[HFMagicError], count: int):
    opened, outcome = [], Outcome()

    def prepare(value: int) -> int:
        opened.append(value)
        return value

    def function(batch: list[int]) -> list[int]:
        raise error("it hears English only, not French.", hint="leave `language` out")

    with pytest.raises(error, match=r"hears English only, not French\. → leave `language` out"):
        run_batches(range(count), Function(function, budget=1000, most=1, prepare=prepare), outcome)
    assert len(opened) <= 3 + AHEAD  # those that are tried first, and what was opened meanwhile
    assert outcome == Outcome()


def _lengths(values: list[str]) -> list[int]:
    return [len(v) for v in values]


TEXTS = st.lists(st.text("ab ", max_size=12), max_size=80)
WAYS = st.fixed_dictionaries({"ahead": st.integers(0, 2), "hands": st.integers(1, 4)})
SECONDS = 20.0  # after which a wait in here has failed


@given(TEXTS, st.integers(1, 30), st.integers(1, 9), st.integers(0, 6), st.integers(0, 8), WAYS)
def test_encoded_values_give_what_the_function_gives(
    texts: list[str], budget: int, most: int, window: int, longest: int, way: dict[str, int]
):
    def encode(values: list[str]) -> list[list[str]]:
        return [list(v) for v in values]

    def forward(batch: list[list[str]]) -> list[str]:
        sizes.append(len(batch))
        return ["".join(letters[: longest or None]) for letters in batch]

    outcome, sizes = Outcome(), list[int]()
    limits = {"budget": budget, "most": most, "longest": longest}
    function = Function(forward, _lengths, encode, window=window, **limits, **way)
    run_batches(texts, function, outcome)

    assert max(sizes, default=0) <= most
    assert outcome.results == {i: text[: longest or None] for i, text in enumerate(texts)}
    assert outcome.cut == {i: longest for i, text in enumerate(texts) if longest and len(text) > longest}
    assert not outcome.reasons


def test_the_values_of_a_batch_are_made_ready_by_several_hands_at_once():
    together, outcome = threading.Barrier(3, timeout=SECONDS), Outcome()

    def encode(values: list[int]) -> list[int]:
        together.wait()
        return values

    run_batches(range(30), Function(lambda batch: batch, encode=encode, budget=30, ahead=0, hands=3), outcome)

    assert outcome.results == {i: i for i in range(30)}
    assert not outcome.reasons


def test_a_whole_window_comes_first_where_nothing_is_made_ahead():
    encoded: list[int] = []

    def encode(values: list[int]) -> list[list[int]]:
        encoded.append(len(values))
        return [[v] for v in values]

    run_batches(range(5000), Function(list, encode=encode, window=2000, ahead=0), Outcome())

    assert encoded == [3, 2000, 2000, 997]


@given(st.sets(st.integers(0, 99), max_size=30), st.integers(0, 20), WAYS)
def test_a_value_that_cannot_be_encoded_costs_only_itself(bad: set[int], window: int, way: dict[str, int]):
    def encode(values: list[int]) -> list[list[int]]:
        if bad & set(values):
            raise ValueError("no such character")
        return [[v] for v in values]

    outcome = Outcome()
    function = Function(lambda batch: [v for (v,) in batch], encode=encode, window=window, most=7, **way)
    run_batches(range(100), function, outcome)

    assert outcome.results == {i: i for i in range(100) if i not in bad}
    assert outcome.reasons == dict.fromkeys(bad, "ValueError: no such character")


def test_what_has_a_result_is_not_run_again():
    seen: list[int] = []

    def function(batch: list[int]) -> list[int]:
        seen.extend(batch)
        return batch

    outcome = Outcome(results={3: "old"}, reasons={5: "bad"})
    run_batches(range(200), Function(function), outcome)

    assert sorted(seen) == [i for i in range(200) if i not in (3, 5)]
    assert outcome.results[3] == "old"


@given(st.integers(0, 300), st.integers(1, 50))
def test_each_position_is_told_once_when_it_is_finished(count: int, most: int):
    def function(batch: list[int]) -> list[int]:
        if any(i % 7 == 3 for i in batch):
            raise UnknownKind("a bad row")
        return batch

    told: list[int] = []
    run_batches(range(count), Function(function, most=most), Outcome(), finished=told.extend)

    assert sorted(told) == list(range(count))
