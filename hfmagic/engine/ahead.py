"""Work done on a thread a little before its results are wanted, or on several at once. Knows not what the work is.

What the threads share are SimpleQueues, which an interrupt cannot leave half taken: one inside a Condition, which is
Python's own code, can leave its lock held, or release it twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

Made = TypeVar("Made")
LOOK = 0.05  # s between two looks for an interrupt, while there is nothing to take


@dataclass(frozen=True)
class _End:
    """What comes after the last result: the error of the job that had none."""

    error: BaseException | None = None


def ahead(jobs: Iterable[Callable[[], Made]], *, most: int = 2) -> Iterator[Made]:
    """The results of jobs in order, of which at most `most` are made before they are wanted.

    They are made on a daemon thread of their own, which ends when the iterator is left: no job begins after that, and
    nobody waits for one that has begun. With `most` 0 they are made on the caller's, each when it is wanted. An error
    comes out in the place of its result, and is the last.
    """
    if most < 1:
        for job in jobs:
            yield job()
        return
    made: SimpleQueue[Made | _End] = SimpleQueue()
    wanted: SimpleQueue[None] = SimpleQueue()  # one for each result that may be made by now
    left = threading.Event()
    for _ in range(most):
        wanted.put(None)
    maker = threading.Thread(target=_make, args=(jobs, made, wanted, left), name="hfmagic-ahead", daemon=True)
    try:
        maker.start()
        while not isinstance(taken := _take(made), _End):
            wanted.put(None)
            yield taken
            del taken  # it need not outlive the caller's hold on it, while the next is waited for
    finally:
        left.set()
        wanted.put(None)


def side_by_side(jobs: Sequence[Callable[[], Made]]) -> list[Made]:
    """The results of jobs in order, which run at once: the first here, each other on a daemon thread of its own.

    Raises: what a job raised; nobody waits for those after it.
    """
    made: list[SimpleQueue[Made | _End]] = []
    for job in jobs[1:]:
        made.append(SimpleQueue())
        threading.Thread(target=_put, args=(job, made[-1]), name="hfmagic-beside", daemon=True).start()
    first = [job() for job in jobs[:1]]
    return first + [_taken(one) for one in made]


def _put(job: Callable[[], Made], made: SimpleQueue[Made | _End]) -> None:
    try:
        made.put(job())
    except BaseException as error:  # noqa: BLE001  it is raised where its result would be
        made.put(_End(error))


def _taken(made: SimpleQueue[Made | _End]) -> Made:
    found = _take(made)
    assert not isinstance(found, _End)  # noqa: S101  one with an error was raised, and no other is put
    return found


def _take(made: SimpleQueue[Made | _End]) -> Made | _End:
    """The next result, or the end. Raises: what the job raised."""
    while True:
        try:
            taken = made.get(timeout=LOOK)
        except Empty:
            continue
        try:
            if isinstance(taken, _End) and taken.error is not None:
                raise taken.error
            return taken
        finally:
            del taken  # an error would hold this frame, and the frame the error


def _make(
    jobs: Iterable[Callable[[], Made]],
    made: SimpleQueue[Made | _End],
    wanted: SimpleQueue[None],
    left: threading.Event,
) -> None:
    try:
        for job in jobs:
            wanted.get()
            if left.is_set():
                return
            made.put(job())
            del job  # it may hold what it made its result of
    except BaseException as error:  # noqa: BLE001  it is raised where its result would be
        made.put(_End(error))
    else:
        made.put(_End())
