"""Ctrl-C twice, the second one while the first is dealt with: rows are kept, nothing runs on, the next run is right."""

from __future__ import annotations

import gc
import threading
from functools import partial
from itertools import cycle
from pathlib import Path

import pandas as pd
import pytest

import hfmagic
from hfmagic.session import Options, Session
from tests.faults.test_session_machine import REQUEST, TEXTS, Interrupted, session_over
from tests.interrupted import interrupted_twice

HERE = str(Path(hfmagic.__file__).parent)
AGAIN = (1, 2, 3, 5, 8, 13, 21, 34)  # lines after the first
POINTS = range(5_000, 50_000, 4_100)  # from the plan to the end of the run


def run(session: Session) -> pd.DataFrame | None:
    """The frame with its results, where there are any."""
    names = {"reviews": pd.DataFrame({"review": list(TEXTS)})}
    proposal = session.propose(REQUEST, names, ("reviews",), Options(output="found"))
    session.run(proposal, names)
    return names.get("found")


def free(session: Session) -> bool:
    """Whether another thread gets the turn: this one would, also where an interrupt left it taken."""
    seen: list[bool] = []
    asking = threading.Thread(target=lambda: seen.append(session.turn.busy), daemon=True)
    asking.start()
    asking.join()
    return seen == [False]


@pytest.mark.fault(51)
@pytest.mark.usefixtures("starter_hub")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a generator that is closed
def test_two_interrupts_at_any_lines_of_a_run_leave_a_kernel_that_works(tmp_path: Path):
    passes = Interrupted()  # of five rows each; the interrupts come from here
    first = session_over(tmp_path / "first")
    expected = run(first)
    threads, sent = set(threading.enumerate()), []
    try:
        for at, again in zip(POINTS, cycle(AGAIN), strict=False):
            hurt = session_over(tmp_path / str(at))
            hurt.pool = first.pool
            sent.append(interrupted_twice(partial(run, hurt), at, again, below=HERE))

            assert free(hurt)
            pd.testing.assert_frame_equal(run(hurt), expected)
            assert [p.name for p in (tmp_path / str(at)).rglob("*.tmp")] == []
    finally:
        passes.undo()
        gc.collect()  # what was just opened is closed here, and not in another test

    assert sent.count(2) > len(sent) / 4
    assert {t for t in set(threading.enumerate()) - threads if not t.daemon} == set()
