"""What a person sees while the starter set is made: a line a stage, a percentage in place on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

Report = Callable[[str], object]


class Progress:
    """Lines through `report`; a percentage that overwrites itself where the lines go to a terminal.

    Args:
        report: called with one finished line at a time; `print` is the default of the callers.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        # Only what `print` writes to is known to be the terminal; any other callable gets whole lines alone.
        self._terminal = report is print and sys.stdout.isatty()
        self._width = 0

    def line(self, text: str) -> None:
        """One finished line."""
        self._clear()
        self._report(text)

    def percent(self, text: str, share: float) -> None:
        """How far a stage is; `share` from 0 to 1."""
        if self._terminal:
            shown = f"{text} {100 * min(max(share, 0.0), 1.0):3.0f}%"
            sys.stdout.write(f"\r{shown:<{self._width}}")
            sys.stdout.flush()
            self._width = len(shown)

    def _clear(self) -> None:
        if self._width:
            sys.stdout.write("\r" + " " * self._width + "\r")
            self._width = 0


def megabytes(size: int) -> str:
    """Bytes as a person reads them: `84 MB`."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
