"""The memory of a tree of processes, and an end for a tree that takes too much. Linux; standard library only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVERY = 0.1  # seconds between two samples


@dataclass(frozen=True, slots=True)
class Usage:
    """How a command ended; the highest sample of its tree and of what ran beside it, in bytes."""

    peak_bytes: int
    seconds: float
    exit_code: int
    was_stopped: bool  # it went over the limit


def run(command: Sequence[str], *, limit_bytes: int | None = None, beside: Iterable[int] = (), **popen: Any) -> Usage:
    """Run a command to its end, or end its tree when a sample is over the limit.

    Args:
        beside: processes whose trees count too, and are left alone.
        popen: as for `subprocess.Popen`.
    """
    start, peak = time.monotonic(), 0
    process = subprocess.Popen(command, **popen)  # noqa: S603 - the caller's own command
    try:
        while process.poll() is None:
            peak = max(peak, used_bytes(process.pid, *beside))
            if limit_bytes is not None and peak > limit_bytes:
                stop(process)
                return Usage(peak, time.monotonic() - start, process.returncode, was_stopped=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(EVERY)
    finally:
        stop(process)
    return Usage(peak, time.monotonic() - start, process.returncode, was_stopped=False)


def used_bytes(*roots: int) -> int:
    """What these processes and all below them use now, a page that several share counted once (PSS).

    Pages of mapped files (libraries, weights) are in it, which a container could drop: the figure is on the high side.
    """
    return sum(map(_pss_bytes, tree(*roots)))


def tree(*roots: int) -> set[int]:
    """The processes and all that they started, directly or not. One whose parent has ended is not found."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            # pid (name) state parent …, and a name can hold spaces and parentheses
            children[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children[pid]
    return found


def stop(process: subprocess.Popen[Any]) -> None:
    """End a process and its tree at once; one that has ended is left alone."""
    if process.poll() is None:
        for pid in tree(process.pid):  # kernels are in sessions of their own: no signal to a group reaches them
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Pss:", "SwapPss:")))
