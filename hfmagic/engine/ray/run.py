"""Values through a pool of Ray's actors, one model each: blocks out, results in as they end. Knows no plan."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from ...errors import HFMagicError, reason_of
from ..batching import Outcome
from .actor import BlockActor, Found, Worker, add
from .ledger import Ledger
from .local import connected, quiet

BLOCK_BYTES = 64 * 2**20  # of values in a block, pickled
BLOCKS_EACH = 4  # blocks an actor gets at least, where there are so many rows: they finish together
FEWEST_ROWS = 32  # in a block
IN_FLIGHT = 2  # blocks of an actor: one that it runs, one that is on the way
DEATHS = 4  # before any row is done, and one more an actor: then the step fails


@dataclass(frozen=True)
class RaySettings:
    """Where and how `--engine ray` runs.

    `address` of a cluster (`host:port`, `ray://host:port`); "": a Ray on this machine. `actors` 0: one per GPU, else
    the CPUs // `threads_per_actor`. `gpus_per_actor` counts where there are GPUs. A block has at most `block_rows`
    rows: so many are run again when an actor dies.
    """

    address: str = ""
    actors: int = 0
    gpus_per_actor: float = 1.0
    block_rows: int = 512
    threads_per_actor: int = 1


@dataclass(frozen=True)
class _Pool:
    actors: int
    cpus: float
    gpus: float
    threads: int


def run_on_ray(
    values: Sequence[Any],
    make: Callable[[], Worker],
    *,
    outcome: Outcome,
    progress: Callable[[Outcome], None],
    settings: RaySettings,
) -> None:
    """Run every value that `outcome` does not hold yet; it fills as blocks end: an interrupt keeps what came.

    Args:
        values: pickled by the value; one that cannot be gets a reason.
        make: makes a worker in each actor; sent by cloudpickle, so it should be a function of a module.
        progress: told what is new, by position in `values`.
    Raises: NotAvailable without Ray; StepFailed where the workers only die, or the model fails on every row of the
        first blocks; what `make` and the worker raise.
    """
    waiting = [i for i in range(len(values)) if i not in outcome.results and i not in outcome.reasons]
    if not waiting:
        return
    ray = connected(settings.address)
    pool = _pool(settings, ray.cluster_resources())
    rows = max(1, min(settings.block_rows, max(FEWEST_ROWS, ceil(len(waiting) / (pool.actors * BLOCKS_EACH)))))
    unsent = Outcome()
    blocks = [b for i in range(0, len(waiting), rows) for b in _packed(values, waiting[i : i + rows], unsent)]
    if unsent.reasons:
        add(outcome, unsent, range(len(values)))
        progress(unsent)
    failed: HFMagicError | None = None
    all_failed = 0
    for number, found in _through(ray, [packed for _, packed in blocks], make, pool):
        error = found.exception()
        all_failed += found.all_failed
        if error and (not found.all_failed or (all_failed > pool.actors and not outcome.results)):
            raise error
        failed = failed or error
        new = Outcome()
        add(new, found.outcome, blocks[number][0])
        add(outcome, new, range(len(values)))
        progress(new)
    if failed and not outcome.results:
        raise failed


def _through(ray: Any, packed: Sequence[bytes], make: Callable[[], Worker], pool: _Pool) -> Iterator[tuple[int, Found]]:
    """What came of each block, in the order in which they end."""
    actors = min(pool.actors, len(packed))
    if not actors:
        return
    ledger = ray.remote(num_cpus=0)(Ledger).remote(DEATHS + actors)
    try:
        with quiet(ray):
            rows = [{"block": i, "values": block} for i, block in enumerate(packed)]
            through = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
                BlockActor,
                batch_size=None,
                batch_format="pyarrow",
                fn_constructor_args=(make, ledger, pool.threads),
                compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=IN_FLIGHT),
                num_cpus=pool.cpus,
                num_gpus=pool.gpus,
            )
            for batch in through.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                for number, found in zip(batch["block"].to_pylist(), batch["found"].to_pylist(), strict=True):
                    yield number, pickle.loads(found)  # noqa: S301  this run's actors wrote it; a cluster is trusted
    finally:
        ray.kill(ledger)


def _pool(settings: RaySettings, resources: dict[str, float]) -> _Pool:
    cpus, gpus = resources.get("CPU", 1.0), resources.get("GPU", 0.0)
    threads = max(1, settings.threads_per_actor)
    by_gpu = settings.gpus_per_actor > 0 and gpus >= settings.gpus_per_actor
    actors = settings.actors or int(gpus // settings.gpus_per_actor if by_gpu else cpus // threads) or 1
    share = min(threads, cpus / actors)
    cpus_each = int(share) if share >= 1 else int(share * 100) / 100  # Ray takes whole processors, or a part of one
    gpus_each = min(settings.gpus_per_actor, gpus / actors) if by_gpu else 0
    return _Pool(actors, cpus_each, gpus_each, threads)


def _packed(values: Sequence[Any], positions: Sequence[int], unsent: Outcome) -> list[tuple[Sequence[int], bytes]]:
    """Positions with their values in bytes, in halves where they are many bytes; what cannot be sent has a reason."""
    from ray import cloudpickle

    dumps: Callable[..., bytes] = cloudpickle.dumps
    try:
        packed = dumps([values[i] for i in positions], protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  pickling runs the methods of whatever object
        if len(positions) == 1:
            unsent.reasons[positions[0]] = f"cannot be sent to a worker: {reason_of(error)}"
            return []
        packed = b""
    if packed and (len(packed) <= BLOCK_BYTES or len(positions) == 1):
        return [(positions, packed)]
    half = len(positions) // 2
    return _packed(values, positions[:half], unsent) + _packed(values, positions[half:], unsent)
