"""The ledger: what everything took, by step and model, summed: times, rows, seconds, bytes and tokens."""

from __future__ import annotations

from collections.abc import Sequence

from ..limits import size_words
from ..store import Cost
from .choice_view import table_view
from .log_view import Row
from .view import View
from .words import seconds_words

LEDGER = (
    *("what", "task", "model", "host", "times", "rows", "seconds"),
    *("bytes fetched", "bytes sent", "tokens read", "tokens written"),
)
_SUMS = {
    "rows": "rows",
    "seconds": "seconds",
    "bytes fetched": "fetched",
    "bytes sent": "sent",
    "tokens read": "read",
    "tokens written": "written",
}
"""Column → what of a cost is summed in it."""


def ledger_rows(costs: Sequence[Cost]) -> list[Row]:
    """A row for each step's task and model, download and LLM, with the keys of LEDGER: the most seconds first.

    `seconds` to the millisecond; bytes and tokens are counts, 0 where there were none or nobody said.
    """
    groups: dict[tuple[str, str, str, str], list[Cost]] = {}
    for cost in costs:
        groups.setdefault((cost.what, cost.task, cost.model_id, cost.host), []).append(cost)
    rows = [dict(zip(LEDGER[:4], key, strict=True)) | _summed(found) for key, found in groups.items()]
    return sorted(rows, key=lambda row: -float(str(row["seconds"])))


def _summed(costs: Sequence[Cost]) -> Row:
    found = {name: sum(getattr(cost, field) for cost in costs) for name, field in _SUMS.items()}
    return {"times": len(costs)} | found | {"seconds": round(found["seconds"], 3)}


def ledger_view(rows: Sequence[Row], whose: str) -> View:
    """The table with its totals. Energy and money are not in it: nobody measured them."""
    total: Row = {"what": "total", **{name: sum(row[name] for row in rows) for name in ("times", *_SUMS)}}  # type: ignore[misc]
    shown = [_shown(row) for row in (*rows, *([total] if rows else []))]
    names = ["time" if name == "seconds" else name for name in LEDGER]
    used = [name for name in names if any(row.get(name) not in (None, "") for row in shown)]
    return table_view(f"What was used, {whose}", shown, columns=used)


def _shown(row: Row) -> Row:
    """A row with its sizes and its time in words, and nothing where there was nothing."""
    words = {name: size_words(int(str(row[name]))) if row[name] else "" for name in ("bytes fetched", "bytes sent")}
    words["time"] = seconds_words(float(str(row["seconds"])))
    return {name: value or "" for name, value in (row | words).items()}
