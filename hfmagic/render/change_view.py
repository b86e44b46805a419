"""What another model or parameter changed in a step: how many rows, and the first of them before and after."""

from __future__ import annotations

from ..changes import Change
from ..errors import one_line
from .html import code, join, muted, table, tag, text
from .view import View


def change_view(change: Change) -> View:
    """A line, and below it the examples, folded."""
    line = tag("b", text(change.line.removesuffix(change.output)), code(change.output))
    if not change.examples:
        return View(tag("div", line, class_="hfm-sub"), change.line)
    rows = [
        (muted(x.row), text(one_line(x.subject), 160), text(one_line(x.before), 120), text(one_line(x.after), 120))
        for x in change.examples
    ]
    shown = table(("row", "input", "before", "after"), rows)
    more = change.changed > len(change.examples)
    head = tag("summary", line, muted(f" · the first {len(change.examples)}") if more else None)
    plain = "\n".join(f"  {x.row}: {one_line(x.before)} → {one_line(x.after)}" for x in change.examples)
    return View(tag("details", head, join([shown])), f"{change.line}\n{plain}")
