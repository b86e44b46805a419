"""A job's worker, made in the process of an actor. Knows no Ray."""

from __future__ import annotations

from ...devices import current_device
from ...models import Pool
from ..worker import Job, Worker


def made(job: Job, device: str = "auto") -> Worker:
    """The model, loaded into a pool of its own onto the best device that Ray has given to this process.

    Raises: NoTrainedHead, DamagedModel, OutOfMemory.
    """
    return job.worker(Pool(), current_device(device))
