"""How much memory a block of code takes at most, beyond what was taken before it. Knows no model."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

PAUSE = 0.02  # s between two looks: 30 µs each are 0.15 % of a core
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): sets the peak resident set size to the current one


class Gauge(Protocol):
    """Something that has a level: `start` looks at it, `rise` says how much higher it stood since then (bytes)."""

    def start(self) -> None:
        """Begin to watch, once more where that was done before."""

    def rise(self) -> int:
        """Bytes over the level at the start, at the highest."""

    def stop(self) -> None:
        """Watch no longer."""


class Peak:
    """What a block took at most beyond what was taken at its start: `bytes`, 0 until the block has ended."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self.bytes = 0

    def end(self) -> None:
        """Read the gauge for the last time."""
        self.bytes = max(self._gauge.rise(), 0)


@contextlib.contextmanager
def measured_peak(device: str) -> Iterator[Peak]:
    """The memory that a block takes on a device (torch's name) at most, beyond what was taken at its start.

    On a GPU by torch's own count of what tensors take. On a CPU by the kernel's high-water mark of the process, less
    the pages of files that were read in meanwhile (weights that are mapped from their file are no appetite of the
    block); where the kernel does not let it be reset, and on Apple's GPU, by looks every PAUSE seconds.
    """
    gauge = _gauge(device)
    peak = Peak(gauge)
    gauge.start()
    try:
        yield peak
    finally:
        gauge.stop()
        peak.end()


def _gauge(device: str) -> Gauge:
    kind = device.partition(":")[0]
    if kind in ("cuda", "xpu"):
        return Counted(kind, device)
    if kind == "mps":
        return Watched(_mps_bytes)
    return HighWater() if HighWater.works() else Watched(_process_bytes)


class Counted:
    """torch's count of the bytes of tensors on a GPU: exact, and free (torch.cuda.max_memory_allocated)."""

    def __init__(self, kind: str, device: str) -> None:
        import torch

        self._torch: Any = getattr(torch, kind)
        self._device = device
        self._before = 0

    def start(self) -> None:
        """Set torch's mark back to what is allocated now."""
        self._torch.reset_peak_memory_stats(self._device)
        self._before = self._torch.memory_allocated(self._device)

    def rise(self) -> int:
        """Bytes that tensors took beyond those at the start."""
        return int(self._torch.max_memory_allocated(self._device) - self._before)

    def stop(self) -> None:
        """Nothing runs."""


class HighWater:
    """The kernel's own mark of the most bytes of this process in memory (Linux): exact, and two reads of a file."""

    def __init__(self) -> None:
        self._before: dict[str, int] = {}

    @staticmethod
    def works() -> bool:
        """True where this process may set its mark back."""
        try:
            _CLEAR.write_text(_RESET_PEAK)
            return {"VmHWM", "VmRSS", "RssFile"} <= set(status_bytes(_STATUS.read_text()))
        except (OSError, ValueError):
            return False

    def start(self) -> None:
        """Set the mark back to what is in memory now."""
        _CLEAR.write_text(_RESET_PEAK)
        self._before = status_bytes(_STATUS.read_text())

    def rise(self) -> int:
        """Bytes beyond those at the start, without pages of files."""
        now, before = status_bytes(_STATUS.read_text()), self._before
        return now["VmHWM"] - before["VmRSS"] - max(now["RssFile"] - before["RssFile"], 0)

    def stop(self) -> None:
        """Nothing runs."""


class Watched:
    """A level that somebody must look at: a daemon thread, every PAUSE seconds; a shorter block is read at its end."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._before = self._most = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look now, and from now on."""
        self._before = self._most = self._read()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="hfmagic-peak", daemon=True)
            self._thread.start()

    def rise(self) -> int:
        """Bytes over the level at the start, of the looks that were taken."""
        self._most = max(self._most, self._read())
        return self._most - self._before

    def stop(self) -> None:
        """Let the thread end."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(PAUSE):
            self._most = max(self._most, self._read())


def status_bytes(text: str) -> dict[str, int]:
    """The sizes of /proc/self/status (lines such as `VmRSS:	  123 kB`), in bytes."""
    parts = (line.split() for line in text.splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in parts if len(words) == 3 and words[2] == "kB"}


def _process_bytes() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def _mps_bytes() -> int:
    import torch

    return int(torch.mps.current_allocated_memory())
