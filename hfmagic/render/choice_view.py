"""Choices as a table: candidates for a step, models, ratings. Takes plain rows, so it needs to know none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .html import Child, Markup, clean, code, join, muted, number_cell, table, tag, text
from .plain import grid
from .view import View

_IDS = frozenset({"model", "model_id", "step", "revision", "output", "task"})
_BAD = frozenset({"rejected", "rejected_reason", "problem"})


def table_view(title: str, rows: Sequence[Mapping[str, object]], *, columns: Sequence[str]) -> View:
    """A table of `columns` out of `rows`; what a row lacks stays empty, numbers stand on the right."""
    head = tag("div", tag("b", text(title, 300)), class_="hfm-head")
    if not rows:
        return View(join([head, muted("nothing to show")]), f"{clean(title, 300)}\nnothing to show")
    numeric = {name for name in columns if all(_is_number(v) for r in rows if (v := r.get(name)) not in (None, ""))}
    body = table(
        [number_cell(_title(name), "th") if name in numeric else _title(name) for name in columns],
        [[_cell(name, row.get(name), name in numeric) for name in columns] for row in rows],
    )
    plain = grid([_title(name) for name in columns], [[_shown(row.get(name)) for name in columns] for row in rows])
    return View(join([head, body]), f"{clean(title, 300)}\n{plain}")


def _title(name: str) -> str:
    return name.replace("_", " ")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(name: str, value: object, numeric: bool) -> Child:
    if isinstance(value, Markup):
        return value
    if numeric:
        return number_cell(_shown(value))
    shown = _shown(value)
    if name in _IDS:
        return code(shown)
    bad = shown.startswith("✗") or (name in _BAD and shown)
    return tag("span", text(shown, 400), class_="hfm-bad") if bad else text(shown, 400)


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
