"""Known spans of a text as tags of its words, and as trials measure them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..kinds import Span
from ..runners.entities import _inside as goes_on

OUTSIDE = "O"


def spans_of(truth: Any, text: str) -> tuple[Span, ...]:
    """Known spans in any of the forms that a trial reads: Span, dict, (label, start, end), (text, label).

    What only says what stands there is looked for in the text; what is not found in it is left out.
    Raises: ValueError, TypeError for anything else.
    """
    if isinstance(truth, str):
        raise TypeError("a text, no list of spans")
    found = [span for one in truth if (span := _span(one, text)) is not None]
    kept: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end)):  # of spans within each other the outer one
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def _span(one: Any, text: str) -> Span | None:
    label: Any
    start: Any
    end: Any
    if isinstance(one, Span):
        label, start, end, said = one.label, one.start, one.end, one.text
    elif isinstance(one, Mapping):
        label = one.get("label", one.get("entity_group"))
        start, end, said = one.get("start"), one.get("end"), str(one.get("text", one.get("word", "")) or "")
    elif len(one) == 3:
        (label, start, end), said = one, ""
    else:
        (said, label), start, end = one, None, None
    if start is None and said:
        start = text.find(said)
        end = start + len(said)
    if start is None or end is None or not label or not 0 <= int(start) < int(end) <= len(text):
        return None
    start, end = int(start), int(end)
    return Span(str(label).removeprefix("B-").removeprefix("I-"), 1.0, start, end, text[start:end])


def tag_names(labels: Sequence[str]) -> tuple[str, ...]:
    """The head's labels: O, and B- and I- of each (Ramshaw and Marcus 1995, https://aclanthology.org/W95-0107/)."""
    return (OUTSIDE, *(f"{at}-{label}" for label in labels for at in "BI"))


def tags_of(text: str, tokens: Iterable[tuple[int, int]], spans: Sequence[Span]) -> list[str | None]:
    """The tag of each token: of a word its first one's alone, as it is read again (runners/entities); None: none.

    Args:
        tokens: start and end in characters; (0, 0) for one that is not of the text.
    """
    tags: list[str | None] = []
    end_before, last = -1, None
    for first, end in tokens:
        start = first
        while start < end and text[start].isspace():
            start += 1
        if start >= end or (end_before >= start > 0 and goes_on(text, start)):
            tags.append(None)
            end_before = max(end_before, end)
            continue
        here = next((s for s in spans if s.start < end and start < s.end), None)
        tags.append(OUTSIDE if here is None else f"{'I' if here is last else 'B'}-{here.label}")
        end_before, last = end, here
    return tags
