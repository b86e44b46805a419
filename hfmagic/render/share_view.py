"""Example rows that an LLM elsewhere would be sent: as tables to read, and byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .choice_view import table_view
from .html import muted, tag, text
from .view import View, stack

MOST = 100_000  # characters of the block; more than it ever has


def share_view(rows: Mapping[str, Sequence[Mapping[str, object]]], block: str, said: Sequence[str]) -> View:
    """The rows by input, what else there is to say, and the very block below.

    Args:
        said: lines such as what was replaced, and how to agree.
    """
    tables = [
        table_view(f"{name} · {len(given)} example rows, redacted", given, columns=tuple(given[0]))
        for name, given in rows.items()
    ]
    lines = [View(tag("div", text(line, 400)), line) for line in said]
    exact = View(tag("div", text(block, MOST), class_="hfm-block"), block)
    title = View(tag("div", muted("exactly this would be sent:")), "exactly this would be sent:")
    return stack(*tables, title, exact, *lines)
