"""Where the last plan of a session stands, as a value, and those who watch it. Runs nothing, shows nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .changes import Change
from .proposal import Proposal
from .render.plan_view import PlanView, Waits
from .render.run_view import RunView
from .results import Results
from .trial import Trial

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """The last plan and what came of it.

    `cell` are the outputs in which it is shown. `proposal` is what a page may act on: None while a cell is being
    planned; it is ahead of `view` where it was changed while it ran. `waits` is why it has not run; `kept` are the
    steps whose results were taken over from the run before, `changes` what differs from it; `queued` is what will run
    when what runs has ended; `rated` are the user's thumbs.
    """

    cell: RunView | None = None
    proposal: Proposal | None = None
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

    @property
    def hash(self) -> str:
        """Of the plan that a page may act on; empty where there is none."""
        return self.proposal.plan.hash if self.proposal else ""


class Stage:
    """Holds what stands now and tells it to the watchers, on the thread where it changed."""

    def __init__(self) -> None:
        self.now = Standing()
        self._watchers: dict[Callable[[Standing], None], bool] = {}  # whether it takes the clicks of a cell's buttons
        self._lock = threading.RLock()

    def begin(self, cell: RunView) -> None:
        """A new cell: all that stood is gone, and what an older cell still does is not told any more."""
        with self._lock:
            self.now = Standing(cell=cell)
            self._tell()

    def set(self, cell: RunView | None, **changed: Any) -> None:
        """Some fields have changed, for the plan of a cell; of an older cell nothing is taken."""
        with self._lock:
            if cell is self.now.cell:
                self.now = replace(self.now, **changed)
                self._tell()

    @property
    def watched(self) -> bool:
        """True while a page is open that takes the clicks of a cell's buttons."""
        return any(tuple(self._watchers.values()))

    def watch(self, tell: Callable[[Standing], None], *, takes_clicks: bool = True) -> Callable[[], None]:
        """Tell a watcher of every change from now on; gives a function that ends it."""
        with self._lock:
            self._watchers[tell] = takes_clicks

        def leave() -> None:
            with self._lock:
                self._watchers.pop(tell, None)

        return leave

    def _tell(self) -> None:
        """In the lock: of two changes the later one is told last."""
        for tell in tuple(self._watchers):
            try:
                tell(self.now)
            except Exception:  # noqa: BLE001  a cell does not fail for a page
                _log.exception("hfmagic: a page could not be told")
