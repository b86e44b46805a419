"""Values in batches by cost, made ready ahead of the model; results by position. Knows no plan, model or frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from ..devices import give_back
from ..errors import (
    HFMagicError,
    InvalidPlan,
    NotAvailable,
    StepFailed,
    is_out_of_memory,
    reason_of,
)
from .ahead import ahead, side_by_side
from .budget import Tuner
from .memory import TOO_LARGE, Action, Ladder, make_room

RunBatch = Callable[[list[Any]], list[Any]]
Finished = Callable[[Sequence[int]], None]
BIG = 64  # values: from here on a model is tried on a few before it is let loose on all
TRIED = 3
FIRST_WINDOW = 512  # values: while they run, the next and larger window is encoded, where that is done ahead
AHEAD = 2  # batches or windows that are made ready before the model wants them
OF_THE_STEP = (InvalidPlan, NotAvailable)  # what a function says of its parameters or this machine, whatever the row


@dataclass
class Outcome:
    """Results of unique values by their position, and reasons of those without one.

    `cut` holds those of which a part was not read, with what was read of them. `largest` is what the largest batch that
    was run cost: its rows × the longest of them.
    """

    results: dict[int, Any] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    cut: dict[int, int] = field(default_factory=dict)
    largest: int = 0

    @property
    def done(self) -> int:
        """How many have either."""
        return len(self.results) + len(self.reasons)


@dataclass(frozen=True)
class Function:
    """A function of a batch, and how batches are formed for it: rows × the longest row stay within `budget`.

    Args:
        run: a batch → its results; of what `encode` gave where that is there.
        cost: each value's share of `budget`.
        encode: makes values ready on the CPU; called on a thread of its own, ahead of `run`, unless `ahead` is 0.
        ahead: batches or windows that are made ready before the model wants them.
        hands: threads on which values are opened and encoded at once, each its part of a batch.
        size: what an encoded value costs; asked in place of `cost` where `window` values are encoded at once and
            sorted by it.
        most_budget: up to which the budget is tuned while batches run; 0: it stays as it is.
        most: values in a batch.
        longest: what `run` reads of a value, in the unit of its cost; 0: all of it.
        prepare: opens a value just before it is encoded, so that a folder of pictures is never open at once.
        order: of values that cost the same, those with like numbers come together.
        more_room: what can be done for a single row that does not fit into memory, the cheapest first.
    """

    run: RunBatch
    cost: Callable[[Sequence[Any]], list[int]] = lambda values: [1] * len(values)
    encode: RunBatch | None = None
    ahead: int = AHEAD
    hands: int = 1
    size: Callable[[Any], int] = len
    window: int = 0
    budget: int = 2048
    most_budget: int = 0
    most: int = 256
    longest: int = 0
    prepare: Callable[[Any], Any] | None = None
    order: Callable[[Sequence[Any]], list[float]] | None = None
    more_room: Mapping[Action, Callable[[], bool]] = field(default_factory=dict)

    def share(self, cost: int) -> int:
        """What a value takes of the budget: no more than what is read of it."""
        return min(cost, self.longest) if self.longest else cost


@dataclass(frozen=True)
class _Ready:
    """Values by position as `run` takes them, what they cost, and why others cannot be run."""

    items: dict[int, Any]
    costs: Mapping[int, int]
    reasons: dict[int, str]


def unique(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The different values, and for each value the position of its like: equal texts and paths, the same object."""
    firsts: dict[Hashable, int] = {}
    keys = values if all(type(value) is str for value in values) else [_key(value) for value in values]
    positions = [firsts.setdefault(key, len(firsts)) for key in keys]
    kept: list[Any] = [None] * len(firsts)
    for value, position in zip(reversed(values), reversed(positions), strict=True):
        kept[position] = value
    return kept, positions


def _key(value: Any) -> Hashable:
    if type(value) is tuple:  # what several slots hold
        return tuple(_key(v) for v in value)
    return value if isinstance(value, str) or hasattr(value, "parts") else id(value)


def batches(costs: Sequence[int], *, budget: int, most: int) -> Iterator[list[int]]:
    """Positions in batches, cheapest first: rows × the longest row stays within `budget`; at most `most` rows."""
    batch: list[int] = []
    for position in sorted(range(len(costs)), key=costs.__getitem__):
        if batch and (len(batch) >= most or (len(batch) + 1) * costs[position] > budget):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def run_batches(
    values: Sequence[Any],
    function: Function,
    outcome: Outcome,
    *,
    finished: Finished = lambda _: None,
) -> None:
    """Run every value that `outcome` does not hold yet; it fills as batches finish: an interrupt loses one at most.

    A batch that runs out of memory is halved, and those after it (engine/memory.py). One that fails otherwise is run in
    halves until the rows that fail stand alone; each becomes a reason. `finished` is told the positions of a batch once
    they have results or reasons.
    Raises: StepFailed when many values are to be run and the model does none of three; OF_THE_STEP as `run` does.
    """
    waiting = [i for i in range(len(values)) if i not in outcome.results and i not in outcome.reasons]
    costs = {} if function.window else dict(zip(waiting, function.cost([values[i] for i in waiting]), strict=True))
    if function.order:
        place = dict(zip(waiting, function.order([values[i] for i in waiting]), strict=True))
        waiting.sort(key=place.__getitem__)
    tried = _first(waiting, costs) if len(waiting) >= BIG else []
    rest = [i for i in waiting if i not in tried] if tried else waiting
    portions = [*([tried] if tried else []), *_portions(rest, costs, function)]
    run = _Run(function, outcome, finished, left=len(waiting))
    jobs = (partial(_made_ready, values, portion, costs, function) for portion in portions)
    apart = len(portions) > 1 and (function.encode or function.prepare)
    for ready in ahead(jobs, most=function.ahead if apart else 0):
        if tried:
            run.try_first(ready)
            tried = []
        run.portion(ready)


def _first(waiting: Sequence[int], costs: Mapping[int, int]) -> list[int]:
    """Three values of middling cost: a model that can do nothing is not tried on a million rows."""
    by_cost = sorted(waiting, key=costs.__getitem__) if costs else waiting
    return [by_cost[len(waiting) * part // (TRIED + 1)] for part in range(1, TRIED + 1)]


def _portions(waiting: Sequence[int], costs: Mapping[int, int], function: Function) -> list[list[int]]:
    """What is made ready at once: a window, which is sorted once its costs are known, or a batch."""
    if function.window:
        return list(_windows(waiting, function.window, FIRST_WINDOW if function.ahead else function.window))
    shares = [function.share(costs[i]) for i in waiting]
    return [[waiting[i] for i in batch] for batch in batches(shares, budget=function.budget, most=function.most)]


def _windows(waiting: Sequence[int], size: int, first: int) -> Iterator[list[int]]:
    """So many values each; the first ones may be smaller, so that the model does not wait for a whole one."""
    start, now = 0, min(first, size)
    while start < len(waiting):
        yield list(waiting[start : start + now])
        start, now = start + now, min(2 * now, size)


def _made_ready(
    values: Sequence[Any], positions: Sequence[int], costs: Mapping[int, int], function: Function
) -> _Ready:
    """Values opened and encoded, by all hands."""
    hands = min(function.hands, len(positions)) if function.encode or function.prepare else 1
    if hands < 2:
        return _made_by_one(values, positions, costs, function)
    ends = [len(positions) * hand // hands for hand in range(hands + 1)]
    shares = [positions[start:end] for start, end in pairwise(ends)]
    made = side_by_side([partial(_made_by_one, values, share, costs, function) for share in shares])
    items = {i: item for one in made for i, item in one.items.items()}
    reasons = {i: reason for one in made for i, reason in one.reasons.items()}
    sizes = {i: cost for one in made for i, cost in one.costs.items()} if function.window else costs
    return _Ready(items, sizes, reasons)


def _made_by_one(
    values: Sequence[Any], positions: Sequence[int], costs: Mapping[int, int], function: Function
) -> _Ready:
    """Values opened and encoded; where that fails, in halves until what fails stands alone."""
    reasons: dict[int, str] = {}
    opened: dict[int, Any] = {}
    for i in positions:
        try:
            opened[i] = function.prepare(values[i]) if function.prepare else values[i]
        except HFMagicError as error:
            reasons[i] = reason_of(error)
    if function.encode is None:
        return _Ready(opened, costs, reasons)
    items: dict[int, Any] = {}
    parts = [list(opened)] if opened else []
    while parts:
        part = parts.pop()
        try:
            items.update(zip(part, function.encode([opened[i] for i in part]), strict=True))
        except OF_THE_STEP:
            raise
        except Exception as error:  # noqa: BLE001  a tokenizer or a decoder may raise anything; the row gets the reason
            if len(part) == 1:
                reasons[part[0]] = reason_of(error)
            else:
                parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    sizes = {i: function.size(item) for i, item in items.items()} if function.window else costs
    return _Ready(items, sizes, reasons)


class _Run:
    """Runs what is ready, in batches no larger than what fits into memory by now."""

    def __init__(self, function: Function, outcome: Outcome, finished: Finished, *, left: int) -> None:
        self.function, self.outcome, self.finished, self.left = function, outcome, finished, left
        most = max(function.budget, function.most_budget)
        self.ladder = Ladder(most, function.most, tuple(function.more_room))
        self.tuner: Tuner | None = None

    def portion(self, ready: _Ready) -> None:
        """Every value that is ready and has no result yet, cheapest first."""
        if ready.reasons:
            self._reject(ready.reasons)
        share = {i: self.function.share(ready.costs[i]) for i in ready.items if i not in self.outcome.results}
        order, start = sorted(share, key=share.__getitem__), 0
        if self.tuner is None and len(order) > TRIED:
            whole = sum(share.values()) * max(self.left // len(order), 1)
            tuner = Tuner.over(whole // self.function.budget, start=self.function.budget, most=self.ladder.budget)
            self.tuner = tuner if self.function.most_budget else Tuner(self.function.budget, self.function.budget)
        while start < len(order):
            end = self._end(order, share, start)
            self._run(order[start:end], share, ready)
            start = end

    def try_first(self, ready: _Ready) -> None:
        """As many values as may be a batch or, where that fails, one by one until one has a result.

        What fails with an error of ours fails for the sake of its row, and says nothing of the model.
        Raises: StepFailed when the model fails on each of them.
        """
        failed: list[Exception] = []
        share = {i: self.function.share(ready.costs[i]) for i in ready.items}
        order = sorted(share, key=share.__getitem__)
        end = self._end(order, share, 0) if order else 0
        if end > 1 and self._try(order[:end], ready) is None:
            return
        for position in order:
            failure = self._try([position], ready)
            if failure is None or isinstance(failure, HFMagicError) or is_out_of_memory(failure):
                return
            failed.append(failure)
        if failed and not ready.reasons:
            what = f"the model fails on each of {len(failed)} rows that were tried first: {reason_of(failed[0])}."
            raise StepFailed(what, hint="%hf use STEP MODEL, or %hf doctor MODEL")

    def _end(self, order: Sequence[int], share: Mapping[int, int], start: int) -> int:
        """Where a batch ends that begins at `start`: rows × the longest row stays within the budget of now."""
        tuned = self.tuner.budget if self.tuner else self.function.budget
        budget, most = min(tuned, self.ladder.budget), self.ladder.most
        end = start + 1
        while end < len(order) and end - start < most and (end - start + 1) * share[order[end]] <= budget:
            end += 1
        return end

    def _run(self, batch: list[int], share: Mapping[int, int], ready: _Ready) -> None:
        waiting = [batch]
        while waiting:
            part = waiting.pop(0)
            longest = max(share[i] for i in part)
            rows = self.ladder.rows(longest)
            if len(part) > rows:
                waiting[:0] = [part[:rows], part[rows:]]
                continue
            if self.ladder.is_hopeless(longest):
                self._reject(dict.fromkeys(part, TOO_LARGE))
                continue
            begun = time.perf_counter()
            failure = self._try(part, ready)
            if failure is None:
                self.ladder = self.ladder.after_good()
                if self.tuner:
                    self.tuner = self.tuner.observe(len(part) * longest, time.perf_counter() - begun)
            elif is_out_of_memory(failure):
                failure = None  # with it go the tensors that it held
                if self._made_room(len(part), longest):
                    waiting.insert(0, part)
                else:
                    self._reject(dict.fromkeys(part, TOO_LARGE))
            elif len(part) > 1:
                half = len(part) // 2
                waiting[:0] = [part[:half], part[half:]]
            else:
                self._reject({part[0]: reason_of(failure)})

    def _made_room(self, rows: int, longest: int) -> bool:
        """Do what the ladder says on a batch that did not fit; False where nothing is left to be done."""
        give_back()
        if self.tuner:
            self.tuner = self.tuner.without(rows * longest)
        ladder, action = self.ladder.after_failure(rows, longest)
        self.ladder, action = make_room(ladder, action, longest, self.function.more_room)
        return action is not Action.REJECT

    def _reject(self, reasons: Mapping[int, str]) -> None:
        self.outcome.reasons.update(reasons)
        self.finished(list(reasons))

    def _try(self, part: list[int], ready: _Ready) -> Exception | None:
        """Run one batch. The error is handed back, so that its frames (and the tensors in them) are gone by then."""
        outcome, longest = self.outcome, self.function.longest
        try:
            found = self.function.run([ready.items[i] for i in part])
            outcome.results.update(zip(part, found, strict=True))
        except OF_THE_STEP:
            raise
        except Exception as error:  # noqa: BLE001  a model may raise anything on a bad row; the row gets the reason
            return error.with_traceback(None)
        if longest:
            outcome.cut.update((i, longest) for i in part if ready.costs[i] > longest)
        largest = len(part) * max(self.function.share(ready.costs[i]) for i in part)
        outcome.largest = max(outcome.largest, largest)
        self.finished(part)
        return None
