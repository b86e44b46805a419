"""Notices that a model which is chosen again and again has become worse, so that somebody looks at it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .errors import MAX_LINE, one_line
from .experience import WEIGHTS
from .intervals import share_interval
from .store import Evidence, Selection, Store

IN_A_ROW = 3  # choices of the same model
FALL = 0.10  # of its quality before
LATEST = (3, 6)  # rated results that count as now: few show a collapse soon, more a smaller fall
LONGEST = 16  # step id that is named in a line
LEAST_BEFORE = 3  # rated results to compare with
_Row = TypeVar("_Row", Selection, Evidence)
_REVIEWED = frozenset({"rating", "trial", "revert"})  # what a user does about a notice


@dataclass(frozen=True)
class Alert:
    """A model whose quality fell from `before` to `now`, both 0…1, the latter over its last `results`.

    `step` is the id that the model's step had in the last plan; `at` in seconds since 1970.
    """

    at: float
    task: str
    model_id: str
    revision: str
    step: str
    before: float
    now: float
    results: int

    @property
    def line(self) -> str:
        """What happened and what to do, on one line of at most 200 characters."""
        step = self.step if 0 < len(self.step) <= LONGEST and self.step.isprintable() else "STEP"
        todo = f" → %hf trial {step}, %hf use {step} OTHER, or %hf rate {step} good"
        fell = f" fell from {self.before:.0%} to {self.now:.0%} over {self.results:,} results"
        name, room = one_line(f"{self.model_id} at {self.task}"), MAX_LINE - len(fell + todo)
        return (name if len(name) <= room else f"{name[: room - 1]}…") + fell + todo


def alerts(store: Store) -> tuple[Alert, ...]:
    """The notices that wait for a review, oldest first.

    One is settled by a rating or a trial of the model, or by taking another one after its run.
    """
    chosen, learnt = store.selections(), store.evidence()
    return tuple(
        alert
        for raised in learnt
        if raised.source == "alert" and not _is_reviewed(raised, learnt)
        for alert in [decline(_of(chosen, raised.task, raised.at), _of(learnt, raised.task, raised.at))]
        if alert is not None
    )


def raise_alerts(store: Store, task: str = "") -> tuple[Alert, ...]:
    """The notices that are new, at a task or at any: to be shown now, once. Each lowers its model's weight.

    Worth a call after whatever is learnt of a model, and after a choice.
    """
    chosen, learnt = store.selections(task), store.evidence(task)
    found = [decline(_of(chosen, name), _of(learnt, name)) for name in sorted({e.task for e in learnt})]
    new = tuple(alert for alert in found if alert is not None)
    for alert in new:
        like = [e for e in learnt if (e.task, e.model_id) == (alert.task, alert.model_id)]
        raised = Evidence(
            alert.task,
            alert.model_id,
            alert.revision,
            like[-1].profile,
            "alert",
            0.0,
            WEIGHTS["alert"],
            quality=alert.now,
            rows=alert.results,
            at=alert.at,
        )
        store.add_evidence(raised)
    return new


def decline(chosen: Sequence[Selection], learnt: Sequence[Evidence]) -> Alert | None:
    """The notice that the choices and the evidence of one task call for; None where there is none, or it was raised.

    The last IN_A_ROW choices took the same model, and over its LATEST results its quality is more than FALL lower than
    before, with all of the 95 % interval, so that chance alone raises few: of 300 simulated users whose ratings stayed
    at 0.9, 8 % saw one in 60 ratings; a fall from 0.9 to 0.4 was seen after 6 ratings in the median, within 20 by 92 %.
    Only results since the last notice count as now; measures are never mixed.

    Args:
        chosen, learnt: of one task, oldest first.
    """
    last = chosen[-IN_A_ROW:]
    if len(last) < IN_A_ROW or len({s.model_id for s in last}) > 1:
        return None
    mine = [e for e in learnt if e.model_id == last[-1].model_id]
    raised = max((i for i, e in enumerate(mine) if e.source == "alert"), default=-1)
    for measure in sorted({e.measure for e in mine if e.source != "alert"}):
        own = [(i > raised, e) for i, e in enumerate(mine) if e.source != "alert" and e.measure == measure]
        for most in LATEST:
            cut = _cut([_results(e) for _, e in own], most)
            new, before = own[cut:], [e for _, e in own[:cut]]
            now = [e for is_new, e in new if is_new]
            if len(now) == len(new) and _has_fallen(before, now):
                at = max(last[-1].at, learnt[-1].at)
                shown = (_quality(before), _quality(now), round(sum(map(_results, now))))
                return Alert(at, now[-1].task, now[-1].model_id, now[-1].revision, last[-1].step, *shown)
    return None


def _has_fallen(before: Sequence[Evidence], now: Sequence[Evidence]) -> bool:
    count, total = sum(map(_results, now)), sum(map(_results, before))
    if total < LEAST_BEFORE or count < LATEST[0]:
        return False
    quality = _quality(before)
    careful = min(quality, (quality * total + 1) / (total + 2))  # Laplace: three good results do not promise 1
    border = careful * (1 - FALL)
    own = _quality(now)
    return own < border and share_interval(own * round(count), round(count))[1] < border


def _cut(results: Sequence[float], most: int) -> int:
    """Where the shortest tail begins that has `most` results; 0 where all together have fewer."""
    total = 0.0
    for place in range(len(results) - 1, -1, -1):
        total += results[place]
        if total >= most:
            return place
    return 0


def _quality(found: Iterable[Evidence]) -> float:
    """The mean, of 0…1, over all results."""
    pairs = [(e.value if e.quality is None else e.quality, _results(e)) for e in found]
    total = sum(n for _, n in pairs)
    return sum(q * n for q, n in pairs) / total if total else 0.0


def _results(one: Evidence) -> float:
    """How many results stand behind it: the rows of what was measured, else its weight."""
    return one.weight if one.quality is None else one.rows


def _is_reviewed(raised: Evidence, learnt: Sequence[Evidence]) -> bool:
    whose = (raised.task, raised.model_id)
    return any(e.at > raised.at and e.source in _REVIEWED and (e.task, e.model_id) == whose for e in learnt)


def _of(rows: Sequence[_Row], task: str, until: float = math.inf) -> list[_Row]:
    """Rows of a task that there were at a moment, but for the notice that was raised then."""
    return [r for r in rows if r.task == task and r.at <= until and not _is_notice(r, until)]


def _is_notice(row: Selection | Evidence, at: float) -> bool:
    return isinstance(row, Evidence) and row.source == "alert" and row.at == at
