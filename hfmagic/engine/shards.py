"""Which steps of a plan run over a frame shard by shard, and their results put together. Runs nothing itself."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ..kinds import MEDIA, Kind
from ..plan import Frame, Plan, Step
from ..results import INTERRUPTED, RejectedRow, StepResult
from ..scope import Scope

SHARD_ROWS = 16_384
SHARD_BYTES = 64_000_000  # of a frame's columns, or so
MEDIA_ROWS = 256  # where a step gives pictures, sounds or the like: all those of a shard are in memory
_WHOLE = frozenset({"filter", "sql", "chart", "cluster"})  # tasks that look at all rows at once
_CUT = re.compile(r"([\d,]+) rows? (?:was|were) (longer than .+; the rest of )(?:it|each) (.+)")


@dataclass(frozen=True)
class Group:
    """Steps that run together, shard by shard, over a `frame`; where that is empty, a single one over all it reads."""

    steps: tuple[Step, ...]
    frame: str = ""


def is_row_step(step: Step, scope: Scope, frame: str) -> bool:
    """True for a step that gives each row of the frame a value that rests on that row alone."""
    spec = scope.spec(step)
    whole = step.task in _WHOLE or spec.gives is Kind.TABLE or any(isinstance(r, Frame) for r in step.inputs.values())
    return not whole and scope.rows_of(step) == frame


def groups_of(plan: Plan, frames: Set[str]) -> list[Group]:
    """The steps in an order in which they can run, those over the rows of one of `frames` together.

    What reads no such frame comes first, so that a single value that every row needs is there.
    """
    scope, ids = Scope(plan), set(plan.step_ids)
    left, done, found = list(plan.ordered()), set[str](), list[Group]()

    def frame_of(step: Step) -> str:
        return next((frame for frame in sorted(frames) if is_row_step(step, scope, frame)), "")

    while left:
        ready = [step for step in left if step.parents & ids <= done]
        whole = next((step for step in ready if not frame_of(step)), None)
        frame, steps = ("", [whole]) if whole else (frame_of(ready[0]), [])
        for step in left if frame else ():
            if frame_of(step) == frame and step.parents & ids <= done | {s.id for s in steps}:
                steps.append(step)
        found.append(Group(tuple(steps), frame))
        done |= {step.id for step in steps}
        left = [step for step in left if step.id not in done]
    return found


def shard_rows(plan: Plan, steps: Sequence[Step], bytes_a_row: float) -> int:
    """Rows of a shard: enough that sorting by length pays, and no more than is held in memory with ease."""
    scope = Scope(plan)
    heavy = any(scope.spec(step).gives in MEDIA | {Kind.MASK} for step in steps)
    fits = int(SHARD_BYTES / max(bytes_a_row, 1.0))
    return max(64, min(MEDIA_ROWS if heavy else SHARD_ROWS, fits))


def joined(shards: Sequence[tuple[int, StepResult]]) -> StepResult:
    """The results of a step over the shards of a frame as one over the frame.

    Args:
        shards: the first row of each in the frame, and its result; at least one.
    Returns: values in order; rejected rows by their place in the frame; rows, seconds and the like added up.
    """
    results = [result for _, result in shards]
    first, last = results[0], results[-1]
    return replace(
        last,
        value=[value for result in results for value in result.value],
        rows=sum(r.rows for r in results),
        unique=sum(r.unique for r in results),
        cached=sum(r.cached for r in results),
        rejected=tuple(row for at, result in shards for row in moved(result, at)),
        seconds=sum(r.seconds for r in results),
        load_seconds=sum(r.load_seconds for r in results),
        first_row_seconds=first.first_row_seconds,
        notes=merged_notes([r.notes for r in results]),
        peak_bytes=max(r.peak_bytes for r in results),
    )


def moved(result: StepResult, by: int) -> tuple[RejectedRow, ...]:
    """The rejected rows of a shard by their place in the frame."""
    return tuple(RejectedRow(r.row + by, r.reason) for r in result.rejected) if by else result.rejected


def with_rest(result: StepResult, rows: int) -> StepResult:
    """The same over all `rows` of its frame: those that an interrupt left have no value, and say why."""
    have = len(result.value)
    left = tuple(RejectedRow(row, INTERRUPTED) for row in range(have, rows))
    return replace(
        result,
        value=[*result.value, *[None] * len(left)],
        rows=result.rows + len(left),
        rejected=(*result.rejected, *left),
    )


def part_of(result: StepResult, start: int, stop: int) -> StepResult:
    """What a step gave for some rows of its frame; a single value as it is."""
    if result.frame is None:
        return result
    rejected = tuple(RejectedRow(r.row - start, r.reason) for r in result.rejected if start <= r.row < stop)
    return replace(result, value=list(result.value[start:stop]), rejected=rejected)


def merged_notes(notes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What the reader of several shards is told: each thing once, rows that were cut added up."""
    counts: dict[tuple[str, str], int] = {}
    texts: list[str | tuple[str, str]] = []
    for note in (n for one in notes for n in one):
        cut = _CUT.fullmatch(note)
        key = (cut[2], cut[3]) if cut else note
        if cut and isinstance(key, tuple):
            counts[key] = counts.get(key, 0) + int(cut[1].replace(",", ""))
        if key not in texts:
            texts.append(key)
    return tuple(text if isinstance(text, str) else _cut_note(counts[text], *text) for text in texts)


def _cut_note(rows: int, longer: str, rest: str) -> str:
    return f"1 row was {longer}it {rest}" if rows == 1 else f"{rows:,} rows were {longer}each {rest}"


def bounds(rows: int, size: int) -> list[tuple[int, int]]:
    """The first row of each shard and the row after its last."""
    starts = [*range(0, rows, size), rows]
    return list(pairwise(starts))


def columns_read_later(plan: Plan, steps: Sequence[Step]) -> frozenset[str]:
    """Those of the steps that others read, or that nothing reads: what they give is worth a column."""
    ids = {step.id for step in steps}
    later: set[Any] = {name for step in plan.steps if step.id not in ids for name in step.parents}
    return frozenset(step.id for step in steps if step.id in later or step in plan.sinks)
