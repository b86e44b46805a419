"""One run at a time in a kernel, whoever starts it: a cell, or the page on a thread of its own. Knows no run."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator


class Turn:
    """A lock that can be asked to stop whoever holds it, as an interrupt would."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._asked_to_stop = threading.Event()
        self._holder: threading.Thread | None = None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and hold it; an interrupt ends the waiting."""
        while not self._lock.acquire(timeout=0.1):  # with a timeout: on Windows nothing else can be interrupted
            pass
        outer, self._holder = self._holder, threading.current_thread()
        if outer is None:
            self._asked_to_stop.clear()
        try:
            yield
        finally:
            self._holder = outer
            self._lock.release()

    @property
    def busy(self) -> bool:
        """True while someone else holds it."""
        return self._holder not in (None, threading.current_thread())

    def stop(self) -> bool:
        """Ask the holder to stop; False when there is none."""
        holder = self._holder
        if holder is None:
            return False
        if holder is threading.main_thread():
            if os.name == "posix":
                signal.pthread_kill(holder.ident or 0, signal.SIGINT)  # also wakes it where it waits
            else:
                import _thread

                _thread.interrupt_main()
        else:
            self._asked_to_stop.set()
        return True

    def check(self) -> None:
        """Raises KeyboardInterrupt, once, when the holder is to stop."""
        if self._asked_to_stop.is_set() and self._holder is threading.current_thread():
            self._asked_to_stop.clear()
            raise KeyboardInterrupt
