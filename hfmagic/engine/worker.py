"""A loaded model with the runner of a task: values in, results or reasons out. Knows no plan and no frame."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..devices import Device, find_devices
from ..errors import DamagedModel
from ..fit.need import estimate
from ..fit.placement import fits, shares
from ..hub.facts import ModelFacts
from ..kinds import MEDIA, Kind
from ..models import Loaded, Pool, Quantize
from ..recognise import Reader, open_single
from ..runners.encoded import at_once
from ..runners.registry import find_runner
from ..runners.runner import Runner
from .batching import AHEAD, Finished, Function, Outcome, run_batches
from .memory import Action

TUNED_TO = 1 << 18
"""Tokens of a batch on an accelerator at most; on a CPU they follow from the model's width (runners/encoded.py)."""
GPU_ROWS = 8  # × as many rows as on a CPU may be a batch; not measured on a GPU yet
HANDS = min(os.cpu_count() or 1, 8)  # threads that open and prepare pictures and sounds
READ = 512  # tokens of a row, for which there must be memory beside the weights


@dataclass(frozen=True)
class Job:
    """What a worker is made from: plain data, so that another process can make one, too.

    `takes` are the kinds of the task's slots. `batch_tokens` is rows × longest row of a forward pass; `batch_size` 0
    leaves it to that.
    """

    task: str
    facts: ModelFacts
    revision: str
    parameters: Mapping[str, Any]
    takes: tuple[Kind, ...]
    reader: Reader
    dtype: str = "auto"
    batch_tokens: int = 2048
    batch_size: int = 0
    quantize: Quantize = ""

    @cached_property
    def runner(self) -> Runner:
        """The function of the task for the model's architecture."""
        return find_runner(self.task, self.facts.architectures)

    def worker(self, pool: Pool, device: Device) -> Worker:
        """The model, loaded into a pool. Raises: NoTrainedHead, DamagedModel, OutOfMemory."""
        if self.facts.folder is None:
            raise DamagedModel(f"{self.facts.model_id} is not on this machine.", hint="run the cell again")
        runner = self.runner
        found = tuple(replace(d, free_bytes=d.free_bytes + pool.movable(d.torch_name)) for d in _gpus(device))
        loaded = pool.get(
            self.facts,
            self.revision,
            auto=runner.auto,
            processor=runner.processor,
            device=device,
            dtype=self.dtype,
            quantize=self.quantize,
            memory=spread(self, found),
        )
        return Worker(self, loaded, pool)


def spread(job: Job, devices: Sequence[Device]) -> dict[str, int]:
    """How the layers of a model that is larger than a GPU are shared: device → most bytes; empty where one holds it."""
    need = estimate(job.facts, dtype=job.dtype, batch=1, length=READ)
    place = fits(need, devices, offload=True)
    return shares(need, place) if len(place.devices) > 1 else {}


def _gpus(device: Device) -> tuple[Device, ...]:
    """What there is beside a GPU that layers could be put on; nothing beside another device."""
    return find_devices() if device.kind == "cuda" else (device,)


@dataclass(frozen=True)
class Worker:
    """A job whose model is loaded."""

    job: Job
    loaded: Loaded
    pool: Pool

    def run(self, values: Sequence[Any]) -> Outcome:
        """Results, or reasons, by position."""
        outcome = Outcome()
        self.fill(values, outcome)
        return outcome

    def fill(
        self,
        values: Sequence[Any],
        outcome: Outcome,
        finished: Finished = lambda _: None,
    ) -> None:
        """Run every value that the outcome does not hold yet. Raises: StepFailed, OutOfMemory."""
        run_batches(values, self.function, outcome, finished=finished)

    @cached_property
    def function(self) -> Function:
        """The runner with its model and parameters, as a function of a batch."""
        job, loaded, runner, parameters = self.job, self.loaded, self.job.runner, self.job.parameters
        fast = runner.encode is not None and runner.forward is not None
        cpu = loaded.device == "cpu"
        run, encode = (runner.forward, runner.encode) if fast else (runner.run, None)
        return Function(
            run=lambda values: run(loaded, values, parameters),  # type: ignore[misc]
            cost=lambda values: runner.cost(loaded, values),
            encode=(lambda values: encode(loaded, values, parameters)) if encode else None,
            size=runner.size,
            # Beside a model on the same cores both take longer: tokens ahead cost 5 %, pictures ahead gained nothing,
            # and by two hands, before the model, took 0.7 × the time. A tokenizer has hands of its own.
            ahead=0 if cpu else AHEAD,
            hands=1 if runner.window else HANDS,
            window=runner.window if fast else 0,
            budget=runner.budget or (self._near if cpu else job.batch_tokens),
            most_budget=0 if runner.budget or cpu else TUNED_TO,
            most=job.batch_size or runner.most * (1 if cpu else GPU_ROWS),
            longest=runner.longest(loaded, parameters) if runner.longest else 0,
            prepare=opener(job.takes, job.reader),
            order=runner.order,
            more_room={
                Action.MAKE_WAY: lambda: self.pool.make_way(loaded),
                Action.OFFLOAD: lambda: self.pool.offload(loaded),
            },
        )

    @property
    def _near(self) -> int:
        """Tokens of a batch on a CPU; a model that writes gains by more rows, for which it reads its weights once."""
        writes = getattr(self.loaded.model, "can_generate", bool)()
        return self.job.batch_tokens if writes else min(self.job.batch_tokens, at_once(self.loaded))


def opener(kinds: Sequence[Kind], reader: Reader) -> Callable[[Any], Any] | None:
    """What opens the pictures, sounds and videos of a value, slot by slot; None where there are none."""
    if not MEDIA.intersection(kinds):
        return None
    if len(kinds) == 1:
        return lambda value: opened(value, kinds[0], reader)
    return lambda value: tuple(opened(v, kind, reader) for v, kind in zip(value, kinds, strict=True))


def opened(value: Any, kind: Kind, reader: Reader) -> Any:
    """A picture, sound or video, from its path or from memory; anything else as it is.

    Raises: MissingFile, UnknownKind.
    """
    return open_single(value, kind, reader) if kind in MEDIA and value is not None else value
