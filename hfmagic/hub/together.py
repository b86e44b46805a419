"""Ask several questions at once, few at a time; an interrupt ends the waiting, and no further question is begun."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from typing import TypeVar

from ..errors import HFMagicError

MOST_THREADS = 4
_T = TypeVar("_T")


def together(questions: Sequence[Callable[[], _T]], *, most: int = MOST_THREADS) -> list[_T | HFMagicError]:
    """What each question gives, or the error of ours that it raises, in order; any other error is raised.

    A thread that waits for a Hub cannot be interrupted; this one, which waits for threads, can.
    """
    answers: list[Future[_T]] = [Future() for _ in questions]
    left, stop = iter(zip(questions, answers, strict=True)), threading.Event()
    taking = threading.Lock()

    def work() -> None:
        while not stop.is_set():
            with taking:
                question, answer = next(left, (None, None))
            if question is None or answer is None:
                return
            try:
                answer.set_result(question())
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                answer.set_exception(error)

    for _ in range(min(most, len(questions))):
        threading.Thread(target=work, daemon=True).start()
    try:
        while wait(answers, timeout=0.05).not_done:
            pass
    finally:
        stop.set()
    found: list[_T | HFMagicError] = []
    for answer in answers:
        try:
            found.append(answer.result())
        except HFMagicError as error:
            found.append(error)
    return found
