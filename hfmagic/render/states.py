"""Where one step stands, as a value, as a table cell and as plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..limits import size_words
from ..results import StepResult
from .html import Child, Markup, join, muted, tag, text, unbroken
from .words import error_line, rows_words, seconds_words

Phase = Literal["pending", "downloading", "loading", "running", "done", "failed", "stopped", "skipped"]
WAITING = frozenset({"pending", "downloading", "loading", "running"})


@dataclass(frozen=True, slots=True)
class StepState:
    """Where a step stands. `since` and `now` are the monotonic clock in seconds; `line` is a reason."""

    phase: Phase = "pending"
    done: int = 0
    total: int = 0
    since: float = 0.0
    now: float = 0.0
    line: str = ""
    result: StepResult | None = None
    error: BaseException | None = None

    @property
    def rows_per_second(self) -> float | None:
        """Of the rows done so far, once it rests on half a second of work."""
        spent = self.now - self.since
        return self.done / spent if self.phase == "running" and self.done and spent >= 0.5 else None

    @property
    def seconds_left(self) -> float | None:
        """A guess from the rows done so far, once it rests on two seconds of work."""
        spent = self.now - self.since
        if self.phase != "running" or not self.done or spent < 2:
            return None
        return spent / self.done * (self.total - self.done)


def state_cell(state: StepState) -> Markup:
    """The state as the content of a table cell."""
    match state.phase:
        case "running" | "downloading":
            bar = tag("progress", f"{state.done}/{state.total}", value=state.done, max=max(state.total, 1))
            words = _running(state) if state.phase == "running" else state_plain(state)
            return join([bar, tag("div", muted(words), class_="hfm-sub")])
        case "done":
            return join([tag("span", "✓ done", class_="hfm-good"), tag("div", _done(state), class_="hfm-sub")])
        case "failed":
            line = text(error_line(state.error)) if state.error else None
            return join([tag("span", "✗ failed", class_="hfm-bad"), tag("div", line, class_="hfm-sub hfm-bad")])
        case _:
            return muted(state_plain(state))


def _done(state: StepState) -> Markup:
    children: list[Child] = []
    for part in _done_parts(state):
        shown = tag("span", part, class_="hfm-warn") if "rejected" in part else muted(part)
        children += [" · " if children else "", unbroken(shown)]
    return join(children)


def _done_parts(state: StepState) -> list[str]:
    result = state.result
    if result is None:
        return []
    rows = [rows_words(result.rows)] if result.rows > 1 or result.frame else []
    cached = [_cached(result)] if result.cached else []
    rejected = [f"{len(result.rejected):,} rejected"] if result.rejected else []
    return [*rows, *cached, *rejected, seconds_words(result.seconds)]


def _cached(result: StepResult) -> str:
    """How many of its different rows had a result already."""
    return f"{result.cached:,} from the cache" if result.cached < result.unique else "all from the cache"


def _running(state: StepState) -> str:
    left, speed = state.seconds_left, state.rows_per_second
    parts = [f"{state.done:,} of {state.total:,}", f"{speed:,.3g} rows/s" if speed else ""]
    return " · ".join(filter(None, (*parts, f"~{seconds_words(left)} left" if left is not None else "")))


def state_plain(state: StepState) -> str:
    """The state in words."""
    match state.phase:
        case "pending":
            return "○ pending"
        case "downloading":
            said = f", {state.line}" if state.line else ""
            return f"⇣ downloading {size_words(state.done)} of {size_words(state.total)}{said}"
        case "loading":
            return "◌ loading the model"
        case "running":
            return f"running {_running(state)}"
        case "done":
            return "✓ done " + ", ".join(_done_parts(state))
        case "failed":
            return f"✗ failed: {error_line(state.error)}" if state.error else "✗ failed"
        case "stopped":
            return "■ interrupted" + (f" at {state.done:,} of {state.total:,}" if state.done else "")
        case "skipped":
            return f"– not run, {state.line}"
