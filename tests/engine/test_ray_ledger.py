"""The ledger: a row that kills its worker is found in few deaths, and what has ended is not run again."""

from __future__ import annotations

from math import ceil, log

from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine.ray.ledger import PARTS, Ledger

HOPEFUL = 10**9


def worked(ledger: Ledger, rows: int, killers: set[int], ran: list[int]) -> tuple[int, list[int], list[int]]:
    """A block by workers that die of some rows: how many died, the rows that ended, those rejected."""
    for deaths in range(1000):
        part = ledger.enter(0, rows)
        while part is not None and killers.isdisjoint(range(*part)):
            ran.extend(range(*part))
            part = ledger.leave(0, f"{part[0]}-{part[1]}".encode())
        if part is None:
            found, rejected = ledger.parts(0)
            ended = [row for _, text in found for row in range(*map(int, text.decode().split("-")))]
            return deaths, sorted(ended), rejected
    raise AssertionError("a row is tried for ever")


@given(st.integers(1, 700), st.sets(st.integers(0, 699), max_size=4))
def test_exactly_the_rows_that_kill_are_rejected_and_no_other_is_run_twice(rows: int, killers: set[int]) -> None:
    killers = {k for k in killers if k < rows}
    ran: list[int] = []
    deaths, ended, rejected = worked(Ledger(HOPEFUL), rows, killers, ran)
    assert sorted(rejected) == sorted(killers)
    assert ended == sorted(ran) == [row for row in range(rows) if row not in killers]
    assert deaths <= len(killers) * (2 + ceil(log(rows, PARTS)))


def test_a_row_that_dies_once_alone_for_another_reason_is_run_again() -> None:
    ledger = Ledger(HOPEFUL)
    ledger.enter(0, 1)
    assert ledger.enter(0, 1) == (0, 1)
    ledger.finish(0)
    assert ledger.deaths() == 1


def test_a_block_that_was_only_on_its_way_to_a_worker_that_died_is_run_whole() -> None:
    ledger = Ledger(HOPEFUL)
    ledger.enter(0, 100)
    assert ledger.enter(1, 100) == (0, 100)


def test_a_block_whose_worker_died_after_it_had_ended_is_run_whole() -> None:
    ledger = Ledger(HOPEFUL)
    ledger.enter(0, 100)
    ledger.finish(0)
    assert ledger.enter(0, 100) == (0, 100)


def test_nothing_is_given_out_any_more_where_workers_only_die() -> None:
    ledger = Ledger(3)
    taken = [ledger.enter(block, 100) for block in (0, 0, 0, 0, 1)]
    assert [part is not None for part in taken] == [True, True, True, False, False]
    assert ledger.hopeless()


def test_one_part_that_ended_is_reason_to_go_on() -> None:
    ledger = Ledger(1)
    ledger.enter(0, 100)
    ledger.finish(0)
    assert [ledger.enter(1, 100) for _ in range(3)][-1] is not None
