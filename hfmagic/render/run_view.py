"""The outputs of one cell: its plan, which follows the run, and what the run gave. Later runs land in them, too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..plan import Plan
from .plan_view import LivePlan, PlanView
from .view import View, shell


class RunView:
    """A cell's outputs. What a page runs later replaces what stands in them; a terminal has no pages."""

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        watch: Callable[[PlanView], None] = lambda _: None,
        buttons: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.live = LivePlan(plan, watch=watch, buttons=buttons, clock=clock)
        self._results: Any = None

    def show_results(self, view: View, *, in_cell: bool) -> None:
        """Show what a run gave: below the plan in the running cell, else where the cell has shown its results.

        Args:
            in_cell: false on a page's own thread, where a new output would land in whatever cell ran last.
        """
        if shell() is None:
            return
        if self._results is not None:
            self._results.update(view)
        elif in_cell:
            from IPython.display import display

            self._results = display(view, display_id=True)
        else:
            self.live.add(view)
