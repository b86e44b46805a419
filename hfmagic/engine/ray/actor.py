"""What runs in a process of Ray's: it makes a worker and gives it blocks of values. Knows no plan and no driver."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ...errors import HFMagicError, StepFailed, reason_of
from ..batching import BIG, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

DIED = "its worker died"
HOPELESS = StepFailed("the workers die before any row is done.", hint="--engine local, or a smaller model")


class Worker(Protocol):
    """What a block is run by: `hfmagic.engine.worker.Worker`."""

    def run(self, values: Sequence[Any]) -> Outcome:
        """Results or reasons by position."""
        ...


@dataclass(frozen=True)
class Found:
    """What came of a block, by position in it. With an `error`: the step fails.

    `all_failed` says that no row of it has a result: the step fails where it is so everywhere.
    """

    outcome: Outcome
    error: tuple[type[HFMagicError], str, str] | None = None
    all_failed: bool = False

    def exception(self) -> HFMagicError | None:
        """The error as it was raised in the worker."""
        return self.error[0](self.error[1], hint=self.error[2]) if self.error else None


class BlockActor:
    """One model in a process of its own, as a callable class of Ray Data: blocks in, what came of them out.

    Args:
        make: makes the worker, when the first block comes.
        ledger: the handle of a `Ledger`.
        threads: of the model's library.
    """

    def __init__(self, make: Callable[[], Worker], ledger: Any, threads: int) -> None:
        with suppress(ValueError):  # not in the main thread
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the driver's: it ends the actors
        # before the libraries are imported, which read them then
        os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS=str(threads), RAYON_NUM_THREADS=str(threads))
        self._make, self._ledger, self._threads = make, ledger, threads
        self._worker: Worker | None = None

    def __call__(self, blocks: pa.Table) -> dict[str, list[Any]]:
        """Each row of the table is a block: its number, and its values in bytes."""
        numbers = blocks["block"].to_pylist()
        found = [self._found(n, values) for n, values in zip(numbers, blocks["values"].to_pylist(), strict=True)]
        return {"block": numbers, "found": [pickle.dumps(f) for f in found]}

    def _found(self, block: int, packed: bytes) -> Found:
        try:
            # the driver's own bytes, handed over by Ray
            return self._isolated(block, pickle.loads(packed))  # noqa: S301
        except HFMagicError as error:
            return _failed(error)
        except Exception as error:  # noqa: BLE001  Ray would run the block again, for ever; the step fails with it
            return _failed(StepFailed(f"a worker failed: {reason_of(error)}."))

    def _isolated(self, block: int, values: Sequence[Any]) -> Found:
        """The whole block at once; after a death the parts of it that the ledger gives out."""
        import ray

        ledger = self._ledger
        part = ray.get(ledger.enter.remote(block, len(values)))
        if part == (0, len(values)):
            found = self._run(values)
            ledger.finish.remote(block)
            return found
        while part is not None:
            found = self._run(values[slice(*part)])
            if found.error and not found.all_failed:
                return found
            part = ray.get(ledger.leave.remote(block, pickle.dumps(found.outcome)))
        if ray.get(ledger.hopeless.remote()):
            return _failed(HOPELESS)
        parts, rejected = ray.get(ledger.parts.remote(block))
        return Found(_together(parts, rejected))

    def _run(self, values: Sequence[Any]) -> Found:
        if self._worker is None:
            self._worker = self._make()
            if "torch" in sys.modules:
                sys.modules["torch"].set_num_threads(self._threads)
        try:
            return Found(self._worker.run(values))
        except StepFailed as error:  # three rows that were tried first failed: no reason to give up those of all blocks
            return _piece_by_piece(self._worker, values, error)


def _piece_by_piece(worker: Worker, values: Sequence[Any], error: StepFailed) -> Found:
    """So few values at once that none is tried first."""
    outcome = Outcome()
    for start in range(0, len(values), BIG - 1):
        add(outcome, worker.run(values[start : start + BIG - 1]), range(start, len(values)))
    return Found(outcome) if outcome.results else _failed(error, outcome)


def add(outcome: Outcome, part: Outcome, places: Sequence[int]) -> None:
    """Put what came of a part into the whole; `places` are the part's positions in it."""
    outcome.results.update((places[i], result) for i, result in part.results.items())
    outcome.reasons.update((places[i], reason) for i, reason in part.reasons.items())
    outcome.cut.update((places[i], longest) for i, longest in part.cut.items())
    outcome.largest = max(outcome.largest, part.largest)


def _together(parts: Sequence[tuple[int, bytes]], rejected: Sequence[int]) -> Outcome:
    outcome = Outcome(reasons=dict.fromkeys(rejected, DIED))
    for start, found in parts:
        part = pickle.loads(found)  # noqa: S301  this run's workers wrote it, and it never left Ray's memory
        add(outcome, part, range(start, sys.maxsize))
    return outcome


def _failed(error: HFMagicError, outcome: Outcome | None = None) -> Found:
    return Found(outcome or Outcome(), (type(error), error.message, error.hint), all_failed=outcome is not None)
