"""The rows of a run that gave no result: how many and why, in a line that opens to the first of them."""

from __future__ import annotations

from collections import Counter

from ..errors import clip, one_line
from ..results import INTERRUPTED, Results, rejected_columns, rejections
from .html import Child, code, join, muted, number_cell, table, tag, text
from .view import NOTHING, View
from .words import rows_words

MAX_REJECTED = 20
MAX_REASONS = 5
FRAME = "hf.last.rejected"
"""Where a program finds them all."""


def rejected_view(results: Results) -> View:
    """How many rows have no result and why, with the first of them; a row that several steps rejected is one."""
    reasons = _counted(results)
    count = reasons.total()
    if not count:
        return NOTHING
    were, held = "was" if count == 1 else "were", sum(1 for _ in rejections(results))
    line = f"{count:,} of {rows_words(_every(results))} {were} rejected: {_words(reasons)}"
    where = f"the first {held:,}: " if held < count else ""  # of a frame in a file, the others are counted alone
    summary = tag("summary", tag("span", text(line, 500), class_="hfm-warn"), muted(f" · {where}", code(FRAME)))
    return View(tag("details", summary, _first(results, held)), f"{line} · {where}{FRAME}")


def _counted(results: Results) -> Counter[str]:
    """Reason → rows; of a row that several steps rejected, the first step's."""
    counts: Counter[str] = Counter()
    seen: dict[str | None, set[int]] = {}
    files: dict[str | None, Counter[str]] = {}  # rows are counted alone: the step that rejected most tells of them
    for step_id, result in results.items():
        if step_id in results.streamed:
            bad = Counter(results.bad(step_id))
            files[result.frame] = max(files.get(result.frame, bad), bad, key=Counter.total)
            continue
        rejected = [row for row in result.rejected if row.reason != INTERRUPTED]
        known = seen.setdefault(result.frame, set())
        counts.update(row.reason for row in rejected if row.row not in known)
        known.update(row.row for row in rejected)
    return sum(files.values(), counts)


def _every(results: Results) -> int:
    """Rows of the frames in which some were rejected, as many as their steps ran over."""
    rows: dict[str | None, int] = {}
    for step_id, result in results.items():
        if bad := sum(results.bad(step_id).values()):
            rows[result.frame] = max(rows.get(result.frame, 0), result.rows, bad)
    return sum(rows.values())


def _words(reasons: Counter[str]) -> str:
    """The most frequent reasons, with how often each came."""
    counts = reasons.most_common()
    words = [f"{count:,} {clip(one_line(reason), 60)}" for reason, count in counts[:MAX_REASONS]]
    more = sum(count for _, count in counts[MAX_REASONS:])
    return ", ".join([*words, f"{more:,} for other reasons"] if more else words)


def _first(results: Results, held: int) -> Child:
    """The first of them as a table, and how many more there are."""
    columns = rejected_columns(results, MAX_REJECTED)
    if all(label is None or label == row for label, row in zip(columns["index"], columns["row"], strict=True)):
        del columns["index"]
    head = [number_cell(name, "th") if name == "row" else name for name in columns]
    rows = [[_cell(*cell) for cell in zip(columns, line, strict=True)] for line in zip(*columns.values(), strict=True)]
    more = held - len(rows)
    foot = tag("div", muted(f"and {more:,} more in ", code(FRAME)), class_="hfm-sub") if more > 0 else None
    return join([table(head, rows), foot])


def _cell(name: str, value: object) -> Child:
    if name == "row":
        return number_cell(f"{value:,}")
    return code(value) if name in ("step", "column") and value else text("" if value is None else value, 200)
