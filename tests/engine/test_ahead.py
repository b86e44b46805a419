"""Results made a little ahead: in order, few at once, an error in its place, and nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import inspect
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.engine import ahead as room
from hfmagic.engine.ahead import ahead, side_by_side

SECONDS = 20.0  # after which a wait in here has failed


class Thing:
    """A result that tells when it is gone."""

    def __init__(self, name: int = 0) -> None:
        self.name = name


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    for thread in makers():
        thread.join(SECONDS)
    assert makers() == []


def makers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name in ("hfmagic-ahead", "hfmagic-beside")]


def given_back(value: Any) -> Callable[[], Any]:
    return lambda: value


def fails(error: BaseException) -> Any:
    raise error


@given(values=st.lists(st.one_of(st.none(), st.booleans(), st.integers()), max_size=30), most=st.integers(0, 5))
def test_results_come_in_the_order_of_their_jobs_whatever_they_are(values: list[Any], most: int):
    assert list(ahead(map(given_back, values), most=most)) == values


@given(before=st.integers(0, 6), after=st.integers(0, 6), most=st.integers(0, 3))
def test_an_error_comes_out_where_its_result_would_and_is_the_last(before: int, after: int, most: int):
    begun: list[int] = []
    jobs = [
        *[given_back(n) for n in range(before)],
        partial(fails, KeyError("bad")),
        *[lambda: begun.append(1)] * after,
    ]
    found: list[int] = []

    with pytest.raises(KeyError, match="bad"):
        found.extend(ahead(jobs, most=most))

    assert found == [*range(before)]
    assert begun == []


@pytest.mark.parametrize("most", [0, 2])
def test_an_error_while_the_jobs_are_listed_comes_out(most: int):
    def jobs() -> Iterator[Callable[[], int]]:
        yield given_back(1)
        raise OSError("the list broke off")

    made = ahead(jobs(), most=most)

    assert next(made) == 1
    with pytest.raises(OSError, match="the list broke off"):
        next(made)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, MemoryError])
def test_an_error_of_no_ordinary_kind_comes_out_too(kind: type[BaseException]):
    with pytest.raises(kind):
        list(ahead([partial(fails, kind())]))


def test_an_error_that_was_caught_holds_nothing():
    thing = Thing()
    gone = weakref.ref(thing)

    def job(_: Thing) -> None:
        raise KeyError("bad")

    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(KeyError):
            list(ahead([partial(job, thing)]))
        for thread in makers():
            thread.join(SECONDS)
        del thing
        assert gone() is None
    finally:
        gc.enable()


def test_with_most_0_each_is_made_on_the_callers_thread_when_it_is_wanted():
    made_on: list[threading.Thread] = []
    jobs = ahead([lambda: made_on.append(threading.current_thread())] * 2, most=0)

    next(jobs)

    assert made_on == [threading.current_thread()]
    jobs.close()  # type: ignore[attr-defined]


def test_they_are_made_on_one_thread_and_not_the_callers():
    on = set(ahead([threading.get_ident] * 50, most=3))

    assert len(on) == 1
    assert on != {threading.get_ident()}


def test_nothing_is_made_before_the_first_is_wanted():
    begun: list[int] = []

    ahead([lambda: begun.append(1)])

    assert begun == []
    assert makers() == []


@pytest.mark.parametrize("most", [1, 2, 5])
def test_at_most_so_many_are_made_before_they_are_wanted(most: int):
    things: weakref.WeakSet[Thing] = weakref.WeakSet()
    begun = threading.Semaphore(0)
    alive: list[int] = []

    def job(name: int) -> Thing:
        thing = Thing(name)
        things.add(thing)
        alive.append(len(things))
        begun.release()
        return thing

    count = 12
    for place, thing in enumerate(ahead((partial(job, n) for n in range(count)), most=most)):
        assert thing.name == place
        for _ in range(min(most, count - 1 - place) + 1 if place == 0 else int(place + most < count)):
            assert begun.acquire(timeout=SECONDS)  # it goes on while this one is used
        assert not begun.acquire(blocking=False)  # but no further

    assert max(alive) <= most + 1


def test_a_result_is_gone_when_its_user_lets_it_go_and_waits_for_the_next():
    went = threading.Event()
    made = ahead([Thing, lambda: went.wait(SECONDS)])

    reference = weakref.ref(next(made), lambda _: went.set())

    assert next(made) is True
    assert reference() is None


@pytest.mark.parametrize("way", ["close", "drop", "raise"])
def test_no_job_begins_once_the_iterator_was_left(way: str):
    begun: list[int] = []
    going, stop = threading.Event(), threading.Event()

    def job() -> None:
        begun.append(1)
        if len(begun) == 2:
            going.set()
            stop.wait(SECONDS)

    def leave() -> None:
        made = ahead([job] * 9, most=5)
        for _ in made:
            assert going.wait(SECONDS)
            if way == "close":
                made.close()  # type: ignore[attr-defined]
            elif way == "raise":
                raise LookupError
            return

    with contextlib.suppress(LookupError):
        leave()
    stop.set()
    for thread in makers():
        thread.join(SECONDS)

    assert len(begun) == 2


def test_nobody_waits_for_a_job_that_has_begun():
    begun, stop = threading.Event(), threading.Event()
    made = ahead([given_back(1), lambda: (begun.set(), stop.wait(SECONDS))])

    next(made)
    assert begun.wait(SECONDS)
    made.close()  # type: ignore[attr-defined]

    assert [t.is_alive() for t in makers()] == [True]
    stop.set()


def test_an_interrupt_comes_while_a_result_is_waited_for():
    stop = threading.Event()

    def job() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        stop.wait(SECONDS)

    with pytest.raises(KeyboardInterrupt):
        next(ahead([job]))

    assert [t.is_alive() for t in makers()] == [True]  # the job was not waited for
    stop.set()


def interrupted_at(line: int) -> tuple[list[int], bool]:
    """What came of six jobs, the caller's thread interrupted before the n-th line that it runs in ahead.py.

    Not in its `finally`: there the iterator is left already. Says also whether there was such a line.
    """
    found: list[int] = []
    left = line
    first_of_the_end = inspect.getsource(room).splitlines().index("        left.set()") + 1

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != room.__file__:
            return None
        if event == "line" and not first_of_the_end <= frame.f_lineno <= first_of_the_end + 1:
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for value in ahead([partial(int, n) for n in range(6)]):
            found.append(value)  # noqa: PERF402  what came before the interrupt counts
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return found, left <= 0


def test_an_interrupt_before_any_line_leaves_no_thread_and_what_came_is_in_order():
    line, there = 0, True
    while there:
        line += 1
        found, there = interrupted_at(line)
        for thread in makers():
            thread.join(SECONDS)

        assert makers() == []
        assert found == [*range(len(found))]
        assert len(found) == 6 or there
    assert line > 30


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers()), max_size=6))
def test_jobs_side_by_side_give_their_results_in_order(values: list[Any]):
    assert side_by_side([given_back(value) for value in values]) == values


def test_jobs_side_by_side_run_at_once():
    together = threading.Barrier(3, timeout=SECONDS)

    assert sorted(side_by_side([together.wait] * 3)) == [0, 1, 2]


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_the_error_of_a_job_side_by_side_comes_out(bad: int):
    jobs: list[Callable[[], Any]] = [given_back(n) for n in range(3)]
    jobs[bad] = partial(fails, KeyError("bad"))

    with pytest.raises(KeyError, match="bad"):
        side_by_side(jobs)
