"""Models and parameters that are changed while a plan runs: steps that have not begun take them at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from .plan import Step


class Swaps:
    """What the steps of the running plan are by now. Asked by the run, told by the page, on two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: set[str] | None = None
        self._changed: dict[str, Step] = {}

    def begin(self, kept: Iterable[str]) -> None:
        """A run begins; the `kept` steps have their results."""
        with self._lock:
            self._begun, self._changed = set(kept), {}

    def end(self) -> None:
        """The run is over."""
        with self._lock:
            self._begun = None

    def latest(self, step: Step) -> Step:
        """A step as it is by now; from here on it has begun and changes no more in this run."""
        with self._lock:
            if self._begun is not None:
                self._begun.add(step.id)
            return self._changed.get(step.id, step)

    def take(self, steps: Iterable[Step]) -> None:
        """The steps of a changed plan; those that have begun keep what they have."""
        with self._lock:
            if self._begun is not None:
                self._changed.update((s.id, s) for s in steps if s.id not in self._begun)
