"""Spans marked in their text, with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...kinds import Span
from ..html import Markup, clean, tag, text
from ..view import View
from .output import Output, showing

MAX_TEXT = 2_000


def spans_view(output: Output) -> View:
    """The text with its spans marked."""
    subject = str(output.subject or "")
    body = tag("div", list(_marked(subject, output.value)), class_="hfm-block", dir="auto")
    return View(body, _plain(subject, output.value))


def spans_column(output: Output) -> View:
    """The first rows that have a span."""
    found = [(row, value) for row, value in output.given if value]
    views = [spans_view(Output(value, output.subject_of(row))) for row, value in found[: output.rows]]
    more = showing(len(views), len(found), "row")
    return View(tag("div", [v.html for v in views], more), "\n".join(v.plain for v in views))


def _apart(subject: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Spans in order that lie within the text that is shown; of two that overlap, the first."""
    end = 0
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if end <= span.start < span.end <= min(len(subject), MAX_TEXT):
            yield span
            end = span.end


def _marked(subject: str, spans: Sequence[Span]) -> Iterator[Markup]:
    end = 0
    for span in _apart(subject, spans):
        yield text(subject[end : span.start])
        words = text(subject[span.start : span.end]), " ", tag("small", text(span.label, 60))
        yield tag("mark", *words, title=f"{clean(span.label, 60)} {span.score:.0%}")
        end = span.end
    yield text(subject[end:], MAX_TEXT - end if end < MAX_TEXT else 0)


def _plain(subject: str, spans: Sequence[Span]) -> str:
    parts, end = [], 0
    for span in _apart(subject, spans):
        parts.append(f"{subject[end : span.start]}[{subject[span.start : span.end]} {span.label}]")
        end = span.end
    return clean("".join(parts) + subject[end:], MAX_TEXT)
