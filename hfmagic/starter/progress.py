"""What a person sees while the starter set is made: a line a stage, a percentage in place on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

Report = Callable[[str], object]


class Progress:
    """Finished lines through `report`; a percentage that overwrites itself where standard error is a terminal.

    Args:
        report: called with one finished line at a time.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._shown = ""

    def line(self, text: str) -> None:
        """One finished line."""
        self.clear()
        self._report(text)

    def percent(self, text: str, share: float) -> None:
        """How far a stage is; `share` from 0 to 1."""
        self._show(f"{text} {100 * min(max(share, 0.0), 1.0):3.0f}%")

    def clear(self) -> None:
        """Take the percentage off the terminal."""
        self._show("")

    def _show(self, text: str) -> None:
        if text != self._shown and sys.stderr.isatty():
            sys.stderr.write(f"\r{text:<{len(self._shown)}}" + ("" if text else "\r"))
            sys.stderr.flush()
            self._shown = text


def megabytes(size: int) -> str:
    """Bytes as a person reads them: `84 MB`."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
