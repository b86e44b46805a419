"""Out of memory: how far batches are halved, what is tried for a row alone, and what is never tried again."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine.memory import GOOD, ON_CPU, ON_GPU, TRIES, Action, Ladder, Shape, make_room
from hfmagic.errors import is_out_of_memory


@dataclass
class Device:
    """A model of memory: a batch fits while what it costs is within the limit."""

    limit: int
    cost: Callable[[int, int], int] = lambda rows, longest: rows * longest
    tried: list[tuple[Shape, bool]] = field(default_factory=list)
    done: Counter[int] = field(default_factory=Counter)

    def run(self, batch: Sequence[tuple[int, int]]) -> None:
        """Run rows (position, length). Raises: torch.OutOfMemoryError."""
        shape = len(batch), max(length for _, length in batch)
        fits = self.cost(*shape) <= self.limit
        self.tried.append((shape, fits))
        if not fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        self.done.update(position for position, _ in batch)


def drive(
    lengths: Sequence[int], device: Device, ladder: Ladder, does: Mapping[Action, Callable[[], bool]] | None = None
) -> tuple[Ladder, list[int]]:
    """Every row once, as the engine does it: shortest first. Gives the last ladder and the rows that did not fit."""
    rejected: list[int] = []
    waiting = sorted(enumerate(lengths), key=lambda row: row[1])
    while waiting:
        count = 1
        while count < len(waiting) and count < ladder.rows(waiting[count][1]):
            count += 1
        batch, longest = waiting[:count], waiting[count - 1][1]
        if count == 1 and ladder.is_hopeless(longest):
            rejected.append(batch[0][0])
            waiting = waiting[1:]
            continue
        try:
            device.run(batch)
        except RuntimeError as error:
            out_of_memory = is_out_of_memory(error)
        else:
            out_of_memory = False
        if out_of_memory:
            ladder, action = make_room(*ladder.after_failure(count, longest), longest, does or {})
            if action is Action.REJECT:
                rejected.append(batch[0][0])
                waiting = waiting[1:]
        else:
            ladder, waiting = ladder.after_good(), waiting[count:]
    return ladder, rejected


LENGTHS = st.lists(st.integers(1, 600), min_size=1, max_size=150)
COSTS = st.sampled_from(
    [lambda rows, longest: rows * longest, lambda rows, longest: rows * (longest + longest**2 // 64)]
)


@pytest.mark.fault(52)
@given(LENGTHS, st.integers(1, 5000), st.integers(1, 5000), COSTS)
def test_every_row_is_done_once_or_does_not_fit_alone(
    lengths: list[int], limit: int, budget: int, cost: Callable[[int, int], int]
):
    device = Device(limit, cost)

    _, rejected = drive(lengths, device, Ladder(budget, most=64))

    assert {i: 1 for i, length in enumerate(lengths) if cost(1, length) <= limit} == device.done
    assert sorted(rejected) == [i for i, length in enumerate(lengths) if cost(1, length) > limit]


@pytest.mark.fault(52)
@given(st.integers(1, 600), st.integers(1, 300), st.integers(0, 5000))
def test_a_shape_is_halved_until_it_fits_and_no_oftener(length: int, rows: int, limit: int):
    device = Device(limit)

    drive([length] * rows, device, Ladder(10**6, most=rows))
    before = [fits for _, fits in device.tried].index(True) if device.done else len(device.tried)

    assert before <= math.ceil(math.log2(rows)) + 1 + len(ON_CPU) + TRIES - 1
    assert not any(not fits for _, fits in device.tried[before:]) or rows > GOOD


@given(LENGTHS, st.integers(1, 5000), COSTS)
def test_no_shape_fails_more_often_than_it_may_be_tried(
    lengths: list[int], limit: int, cost: Callable[[int, int], int]
):
    device = Device(limit, cost)

    drive(lengths * 5, device, Ladder(10**5, most=256, left=()))

    failed = Counter(shape for shape, fits in device.tried if not fits)
    assert max(failed.values(), default=0) <= TRIES


def test_after_fifty_good_batches_it_grows_again():
    device = Device(limit=40)
    ladder, _ = drive([10] * 64, device, Ladder(640, most=64))
    device.limit = 10**6

    ladder, _ = drive([10] * (4 + 8 + 16 + 32) * GOOD, device, ladder)

    assert ladder.rows(10) == 64
    assert all(fits for _, fits in device.tried[-4 * GOOD :])


def test_growing_in_vain_is_tried_ever_more_seldom():
    device = Device(limit=40)

    drive([10] * 10_000, device, Ladder(640, most=64))

    failed = [place for place, (_, fits) in enumerate(device.tried) if not fits]
    later = [after - before for before, after in itertools.pairwise(failed) if after - before > 1]
    assert len(failed) < 12
    assert later == sorted(later)


def test_a_budget_that_was_never_too_large_never_grows():
    ladder, _ = drive([10] * 1000, Device(limit=10**6), Ladder(100, most=64))

    assert ladder == Ladder(100, most=64)


def test_short_rows_run_in_large_batches_after_a_long_one_failed():
    ladder, _ = Ladder(8192, most=256).after_failure(16, 512)

    assert (ladder.rows(512), ladder.rows(16)) == (8, 256)


@pytest.mark.parametrize(
    ("left", "done"), [(ON_CPU, [Action.MAKE_WAY]), (ON_GPU, [Action.MAKE_WAY, Action.OFFLOAD]), ((), [])]
)
def test_before_a_row_goes_room_is_made_once_in_a_run(left: tuple[Action, ...], done: list[Action]):
    made: list[Action] = []
    does = {a: lambda a=a: not made.append(a) for a in left}

    _, rejected = drive([50, 60, 70], Device(limit=10), Ladder(100, most=2, left=left), does)

    assert made == done
    assert rejected == [0, 1, 2]


def test_a_row_that_fits_after_room_was_made_has_its_result():
    device = Device(limit=100)

    def more() -> bool:
        device.limit = 1000
        return True

    _, rejected = drive([50, 500, 600], device, Ladder(2000, most=8), {Action.MAKE_WAY: more})

    assert rejected == []
    assert sorted(device.done) == [0, 1, 2]


def test_where_no_room_can_be_made_the_row_is_not_run_again():
    device = Device(limit=10)

    drive([50], device, Ladder(100, most=2, left=ON_GPU), {a: lambda: False for a in ON_GPU})

    assert device.tried == [((1, 50), False)]


def test_longer_rows_than_one_that_failed_twice_are_not_run():
    device = Device(limit=10)

    _, rejected = drive([50, 51, 52, *[99] * 20], device, Ladder(10**4, most=1, left=()))

    assert len(rejected) == 23
    assert len(device.tried) <= 3
