"""When something was said: the segments of a transcript with their times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...kinds import Segment, Transcript
from ..html import Markup, muted, table, tag, text
from ..plain import fit
from ..view import View
from .output import showing

MAX_OPEN, MAX_ALL = 12, 200  # segments


def segments_of(value: Any) -> Sequence[Segment]:
    """The segments of a transcript; none of another text."""
    return value.segments if isinstance(value, Transcript) else ()


def segments_view(segments: Sequence[Segment]) -> View:
    """A table of times and words; the first are seen, the others open with a click."""
    if not segments:
        return View()
    first, others = segments[:MAX_OPEN], segments[MAX_OPEN:MAX_ALL]
    rest = tag("details", tag("summary", muted(f"{len(others):,} more")), _table(others)) if others else None
    cut = showing(MAX_ALL, len(segments), "segment") if len(segments) > MAX_ALL else ""
    foot = tag("div", muted(cut), class_="hfm-sub") if cut else None
    lines = [f"[{times(s)}] {fit(s.text, 90)}" for s in segments[: 2 * MAX_OPEN]]
    if len(segments) > 2 * MAX_OPEN:
        lines.append(f"and {len(segments) - 2 * MAX_OPEN:,} more segments")
    return View(tag("div", _table(first), rest, foot), "\n".join(lines))


def _table(segments: Sequence[Segment]) -> Markup:
    rows = [[tag("span", muted(times(s)), class_="hfm-time"), text(s.text.strip(), 400)] for s in segments]
    return table((), rows, class_="hfm-segments")


def times(segment: Segment) -> str:
    """ "0:01.2–0:03.4"; open where the recording stops first."""
    return f"{clock(segment.start)}–{clock(segment.end) if segment.end is not None else ''}"


def clock(seconds: float) -> str:
    """Seconds as "0:01.2" or "1:02:03.4"."""
    tenths = round(max(seconds, 0.0) * 10)
    minutes, rest = divmod(tenths, 600)
    shown = f"{minutes % 60:02d}" if minutes >= 60 else f"{minutes}"
    hours = f"{minutes // 60}:" if minutes >= 60 else ""
    return f"{hours}{shown}:{rest // 10:02d}.{rest % 10}"
