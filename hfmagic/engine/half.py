"""Whether a step computes in half precision: where it was asked for, the processor is good at it, and results agree."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..devices import choose_dtype
from ..errors import NotAvailable
from ..kinds import Kind
from .agreement import SMALL, agreement
from .machine import Machine
from .worker import Job


@dataclass(frozen=True)
class Half:
    """The dtype of a step, and in words what it rests on; none where there was nothing to settle."""

    dtype: str
    words: str = ""


def settled(job: Job, kind: Kind, values: Sequence[Any], machine: Machine) -> Half:
    """In which dtype a job computes.

    "fast" on a CPU means half precision if it gives what float32 gives on some of the first values that the model was
    run over on this machine (engine/agreement.py); what was found then holds for later runs, so that their results go
    together.
    """
    device = machine.device
    half = choose_dtype(device, wanted=machine.dtype, saved=job.facts.dtype)
    if machine.dtype != "fast" or device.kind != "cpu" or half == "float32":
        return Half(half)
    name = f"half {job.task} {job.revision} {device.name}"
    known = ""
    with contextlib.suppress(NotAvailable):
        known = machine.store.choice(name)
    if known:
        return Half(*known.split("|", 1))
    if len(values) < SMALL:
        return Half("float32")
    found = agreement(kind, _run(job, "float32", machine), _run(job, half, machine), values)
    settled = Half(half if found.agrees else "float32", f"{half}: {found.words}")
    with contextlib.suppress(NotAvailable):  # a store that is locked: it is found out once more
        machine.store.choose(name, f"{settled.dtype}|{settled.words}")
    return settled


def _run(job: Job, dtype: str, machine: Machine) -> Any:
    """The job in a dtype, as values → a result each, None where there is none."""

    def run(values: Sequence[Any]) -> list[Any]:
        worker = replace(job, dtype=dtype).worker(machine.pool, machine.device)
        found = worker.run(values).results
        return [found.get(i) for i in range(len(values))]

    return run
