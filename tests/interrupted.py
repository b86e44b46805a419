"""Interrupts at a line of the code, and the environment of a process that a test interrupts."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def unmeasured(**names: str) -> dict[str, str]:
    """The environment without coverage: an interrupt inside its tracer leaves its lock taken, and the process hangs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")} | names


def interrupted(work: Callable[[], object], line: int, *, below: str) -> bool:
    """Run something, and interrupt it at the given line that it comes to of files whose path begins with `below`.

    Returns: False where it ends before.
    """
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(below):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def interrupted_twice(work: Callable[[], object], line: int, again: int, *, below: str) -> int:
    """As `interrupted`, and once more `again` lines later: while the first interrupt is dealt with.

    Returns: how many interrupts came before the end.
    """
    left, sent = line, 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left, sent
        if not frame.f_code.co_filename.startswith(below):
            return None
        if event == "line" and sent < 2:
            left -= 1
            if left == 0:
                left, sent = again, sent + 1
                raise KeyboardInterrupt  # which ends tracing
        return trace

    def trace_on(frame: FrameType | None, _: str, __: Any) -> None:
        if sent == 1 and sys.gettrace() is None:
            sys.settrace(trace)
            while frame is not None:
                frame.f_trace = trace if frame.f_code.co_filename.startswith(below) else frame.f_trace
                frame = frame.f_back

    before = sys.gettrace(), sys.getprofile()
    sys.setprofile(trace_on)
    sys.settrace(trace)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            work()
        finally:
            sys.setprofile(before[1])  # first: it would begin tracing anew
            sys.settrace(before[0])
    return sent
