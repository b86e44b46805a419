"""Where the last plan of a session stands, as a value, and those who watch it. Runs nothing, shows nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .changes import Change
from .render.plan_view import PlanView, Waits
from .results import Results
from .trial import Trial


@dataclass(frozen=True)
class Standing:
    """The last plan and what came of it.

    `waits` is why it has not run; `kept` are the steps whose results were taken over from the run before, `changes`
    what differs from it; `queued` is what will run when the running cell has ended; `rated` are the user's thumbs.
    """

    view: PlanView | None = None
    running: bool = False
    waits: Waits | None = None
    results: Results | None = None
    answer: str = ""
    stored: str = ""
    error: str = ""
    queued: str = ""
    kept: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    trial: Trial | None = None
    rated: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


class Stage:
    """Holds what stands now and tells it to the watchers, on the thread where it changed."""

    def __init__(self) -> None:
        self.now = Standing()
        self._watchers: list[Callable[[Standing], None]] = []
        self._lock = threading.RLock()

    def set(self, **changed: Any) -> None:
        """Some fields have changed."""
        with self._lock:  # while they are told, too: of two changes the later one is told last
            self.now = replace(self.now, **changed)
            for tell in self._watchers:
                tell(self.now)

    def show(self, view: PlanView) -> None:
        """The plan's view has changed; for a LivePlan."""
        self.set(view=view, waits=view.waits)

    @property
    def watched(self) -> bool:
        """True while a page is open."""
        return bool(self._watchers)

    def watch(self, tell: Callable[[Standing], None]) -> Callable[[], None]:
        """Tell a watcher of every change from now on; gives a function that ends it."""
        with self._lock:
            self._watchers.append(tell)

        def leave() -> None:
            with self._lock:
                if tell in self._watchers:
                    self._watchers.remove(tell)

        return leave
