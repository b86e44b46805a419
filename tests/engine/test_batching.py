"""Unique values in batches; a bad row costs only itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine.batching import BIG, Outcome, batches, run_batches, unique
from hfmagic.errors import HFMagicError, InvalidPlan, NotAvailable, OutOfMemory, StepFailed, UnknownKind

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
    run_batches(values, [1] * len(values), function, budget=1000, most=most, progress=lambda _: None, outcome=outcome)
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


def test_one_row_out_of_memory_ends_the_step_in_one_line():
    def function(batch: list[int]) -> list[int]:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="a single row"):
        run([1, 2], function)


def test_an_interrupt_keeps_what_is_finished():
    outcome = Outcome()

    def function(batch: list[int]) -> list[int]:
        if 5 in batch:
            raise KeyboardInterrupt
        return batch

    with pytest.raises(KeyboardInterrupt):
        run_batches(list(range(8)), [1] * 8, function, budget=1000, most=2, progress=lambda _: None, outcome=outcome)

    assert outcome.results == {0: 0, 1: 1, 2: 2, 3: 3}


def test_a_model_that_can_do_nothing_is_not_tried_on_every_row():
    tried = []

    def function(batch: list[int]) -> list[int]:
        tried.extend(batch)
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(StepFailed, match="each of 3 rows"):
        run(list(range(10_000)), function)
    assert len(tried) == 3


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
        run_batches(
            range(count),
            [1] * count,
            function,
            budget=1000,
            most=1,
            progress=lambda _: None,
            outcome=outcome,
            prepare=prepare,
        )
    assert len(opened) == 1
    assert outcome == Outcome()
