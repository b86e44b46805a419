"""Spans marked in their text, a colour a label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ...kinds import Span
from ..html import Child, Markup, clean, muted, tag, text
from ..plain import fit
from ..view import View, stack
from .output import Output, showing
from .palette import colors_of, legend, scores_words

MAX_TEXT = 2_000
MAX_EXAMPLES = 3


def spans_view(output: Output) -> View:
    """The text with its spans marked, and how many of each label there are."""
    subject = str(output.subject or "")
    spans = _inside(subject, output.value)
    colors = colors_of(s.label for s in spans)
    key = _legend([(subject, s) for s in spans], colors) if spans else View(muted("nothing found"), "nothing found")
    return stack(_text_view(subject, spans, colors), key)


def spans_column(output: Output) -> View:
    """The first rows that have a span, under how many of each label there are in all rows."""
    rows = [(str(output.subject_of(row) or ""), value) for row, value in output.given]
    found = [(subject, spans) for subject, value in rows if (spans := _inside(subject, value))]
    every = [(subject, span) for subject, spans in found for span in spans]
    if not every:
        return View(muted("nothing found"), "nothing found")
    colors = colors_of(span.label for _, span in every)
    shown = [_text_view(subject, spans, colors) for subject, spans in found[: output.rows]]
    blocks = tag("div", [tag("div", one.html, class_="hfm-sub") for one in shown])
    more = showing(len(shown), len(found), "row with a find")
    foot = tag("div", muted(more), class_="hfm-sub") if more else None
    return stack(_legend(every, colors), View(tag("div", blocks, foot), "\n".join(one.plain for one in shown)))


def _inside(subject: str, spans: Sequence[Span]) -> list[Span]:
    """Spans that lie within their text, in its order; the longer of two that begin together is the first."""
    within = [s for s in spans if 0 <= s.start < s.end <= len(subject)]
    return sorted(within, key=lambda s: (s.start, -s.end))


def _text_view(subject: str, spans: Sequence[Span], colors: Mapping[str, str]) -> View:
    body = tag("div", list(_marked(subject, spans, colors)), class_="hfm-block hfm-spans", dir="auto")
    return View(body, _plain(subject, spans))


def _marked(subject: str, spans: Sequence[Span], colors: Mapping[str, str]) -> Iterator[Child]:
    """The text cut at every beginning and end: a piece within several spans carries the marks of all of them."""
    end = min(len(subject), MAX_TEXT)
    shown = [s for s in spans if s.end <= end]
    cuts = sorted({0, end, *(s.start for s in shown), *(s.end for s in shown)})
    for start, stop in pairwise(cuts):
        around = [s for s in shown if s.start <= start and stop <= s.end]
        piece: Child = text(subject[start:stop])
        for span in reversed(around):  # the outermost is the last to be put around
            piece = _mark(piece, span, colors[span.label], last=span.end == stop)
        yield piece
    if len(subject) > end:
        yield text(f"… [+{len(subject) - end:,} more]")


def _mark(piece: Child, span: Span, shade: str, *, last: bool) -> Markup:
    chip = tag("small", text(span.label, 60), style=f"background:{shade}") if last else None
    title = " ".join(filter(None, (clean(span.label, 60), scores_words([span.score]))))
    return tag("mark", piece, chip, title=title, style=f"background:{shade}30;border-color:{shade}")


def _legend(found: Sequence[tuple[str, Span]], colors: Mapping[str, str]) -> View:
    texts: dict[str, list[str]] = {label: [] for label in colors}
    for subject, span in found:
        texts[span.label].append(fit(subject[span.start : span.end], 30))
    rows = [(colors[label], label, [f"× {len(all_):,}", _examples(all_)]) for label, all_ in texts.items()]
    return legend(rows)


def _examples(texts: Sequence[str]) -> str:
    different = list(dict.fromkeys(texts))
    return ", ".join(different[:MAX_EXAMPLES]) + (" …" if len(different) > MAX_EXAMPLES else "")


def _plain(subject: str, spans: Sequence[Span]) -> str:
    """The text with its spans in brackets; one that overlaps another is named below."""
    parts, over, end = [], [], 0
    for span in spans:
        if span.start < end:
            over.append(f"[{subject[span.start : span.end]} {span.label}]")
            continue
        parts.append(f"{subject[end : span.start]}[{subject[span.start : span.end]} {span.label}]")
        end = span.end
    whole = clean("".join(parts) + subject[end:], MAX_TEXT)
    return "\n".join(filter(None, (whole, f"overlapping: {', '.join(over)}" if over else "")))
