"""Unique values, in batches by cost, results back in order. Knows no plan, no model and no frame."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import (
    HFMagicError,
    InvalidPlan,
    NotAvailable,
    OutOfMemory,
    StepFailed,
    is_out_of_memory,
    reason_of,
)

RunBatch = Callable[[list[Any]], list[Any]]
BIG = 64  # values: from here on a model is tried on a few before it is let loose on all
TRIED = 3
OF_THE_STEP = (InvalidPlan, NotAvailable)  # what a function says of its parameters or this machine, whatever the row


@dataclass
class Outcome:
    """Results of unique values by their position, and reasons of those without one.

    `largest` is what the largest batch that was run cost: its rows × the longest of them.
    """

    results: dict[int, Any] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    largest: int = 0

    @property
    def done(self) -> int:
        """How many have either."""
        return len(self.results) + len(self.reasons)


def unique(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The different values, and for each value the position of its like: equal texts and paths, the same object."""
    firsts: dict[Hashable, int] = {}
    kept: list[Any] = []
    positions = []
    for value in values:
        key = _key(value)
        if key not in firsts:
            firsts[key] = len(kept)
            kept.append(value)
        positions.append(firsts[key])
    return kept, positions


def _key(value: Any) -> Hashable:
    if isinstance(value, tuple) and type(value) is tuple:  # what several slots hold
        return tuple(_key(v) for v in value)
    return value if isinstance(value, str) or hasattr(value, "parts") else id(value)


def batches(costs: Sequence[int], *, budget: int, most: int) -> Iterator[list[int]]:
    """Positions in batches, cheapest first: rows × the longest row stays within `budget`; at most `most` rows."""
    batch: list[int] = []
    for position in sorted(range(len(costs)), key=lambda i: costs[i]):
        if batch and (len(batch) >= most or (len(batch) + 1) * costs[position] > budget):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def run_batches(
    values: Sequence[Any],
    costs: Sequence[int],
    run: RunBatch,
    *,
    budget: int,
    most: int,
    progress: Callable[[Outcome], None],
    outcome: Outcome,
    prepare: Callable[[Any], Any] = lambda value: value,
) -> None:
    """Run every value; `outcome` fills as batches finish, so that an interrupt loses one batch at most.

    `prepare` opens a value when its batch comes, so that a folder of pictures is never open at once; where it raises an
    HFMagicError, that is the reason. A batch that runs out of memory is halved, for the rest of the run too. A batch
    that fails is run in halves until the rows that fail stand alone; each becomes a reason.
    Raises: StepFailed when many values are to be run and the model does none of three; OF_THE_STEP as `run` does.
    """
    if len(values) >= BIG:
        _try_first(values, costs, run, outcome, prepare)
        progress(outcome)
    for batch in batches(costs, budget=budget, most=most):
        waiting = [[i for i in batch if i not in outcome.results and i not in outcome.reasons]]
        while waiting:
            part = waiting.pop(0)
            if len(part) > most:
                waiting[:0] = [part[:most], part[most:]]
                continue
            failure = _try(values, part, run, outcome, prepare)
            if failure is None:
                outcome.largest = max(outcome.largest, len(part) * max((costs[i] for i in part), default=0))
                progress(outcome)
            elif len(part) > 1:
                half = len(part) // 2
                if is_out_of_memory(failure):
                    most = half
                    _free_memory()
                waiting[:0] = [part[:half], part[half:]]
            elif is_out_of_memory(failure):
                raise OutOfMemory("a single row does not fit into memory.", hint="--device cpu, or a smaller model")
            else:
                outcome.reasons[part[0]] = reason_of(failure)
                progress(outcome)


def _try_first(
    values: Sequence[Any], costs: Sequence[int], run: RunBatch, outcome: Outcome, prepare: Callable[[Any], Any]
) -> None:
    """Three values of middling cost, one by one: a model that can do nothing is not tried on a million rows.

    What fails with another error of ours than OF_THE_STEP fails for the sake of its row, and says nothing of the model.
    """
    failed: list[Exception] = []
    by_cost = sorted(range(len(values)), key=lambda i: costs[i])
    for position in (by_cost[len(values) * part // (TRIED + 1)] for part in range(1, TRIED + 1)):
        failure = _try(values, [position], run, outcome, prepare)
        if failure is None or isinstance(failure, HFMagicError) or is_out_of_memory(failure):
            return
        failed.append(failure)
    what = f"the model fails on each of {TRIED} rows that were tried first: {reason_of(failed[0])}"
    raise StepFailed(what, hint="%hf use STEP MODEL, or %hf doctor MODEL")


def _try(
    values: Sequence[Any], part: list[int], run: RunBatch, outcome: Outcome, prepare: Callable[[Any], Any]
) -> Exception | None:
    """Run one batch. The error is handed back, so that its frames (and the tensors in them) are gone before a retry."""
    ready: dict[int, Any] = {}
    for i in part:
        try:
            ready[i] = prepare(values[i])
        except HFMagicError as error:
            outcome.reasons[i] = reason_of(error)
    try:
        if ready:
            outcome.results.update(zip(ready, run(list(ready.values())), strict=True))
    except OF_THE_STEP:
        raise
    except Exception as error:  # noqa: BLE001  a model may raise anything on a bad row; the row gets the reason
        return error.with_traceback(None)
    return None


def _free_memory() -> None:
    import gc
    import sys

    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
