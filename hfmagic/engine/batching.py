"""Unique values, in batches by cost, results back in order. Knows no plan, no model and no frame."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import HFMagicError, OutOfMemory, is_out_of_memory, reason_of

RunBatch = Callable[[list[Any]], list[Any]]


@dataclass
class Outcome:
    """Results of unique values by their position, and reasons of those without one."""

    results: dict[int, Any] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

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
        key: Hashable = value if isinstance(value, str) or hasattr(value, "parts") else id(value)
        if key not in firsts:
            firsts[key] = len(kept)
            kept.append(value)
        positions.append(firsts[key])
    return kept, positions


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
    """
    for batch in batches(costs, budget=budget, most=most):
        waiting = [batch]
        while waiting:
            part = waiting.pop(0)
            if len(part) > most:
                waiting[:0] = [part[:most], part[most:]]
                continue
            failure = _try(values, part, run, outcome, prepare)
            if failure is None:
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
