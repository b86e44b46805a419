"""What a run rests on beside its plan and inputs, as one value. Runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..cache import NO_CACHE, ResultCache
from ..devices import Device
from ..hub.sources import Sources
from ..models import Pool, Quantize
from ..recognise import Reader
from ..store import Store


@dataclass(frozen=True)
class Machine:
    """What a run rests on.

    `most_fetched` bytes may be downloaded for a model, any number where it is None. `batch_tokens` is rows × longest
    row of a forward pass; `batch_size` 0 leaves it to that. A trial's runs are not `logged` as those of a choice.
    `cache` holds the results of earlier runs by row. `on_error` says whether a bad row is skipped or stops its step.
    """

    hub: Sources
    pool: Pool
    device: Device
    reader: Reader
    store: Store
    most_fetched: int | None = None
    dtype: str = "auto"
    quantize: Quantize = ""
    batch_tokens: int = 2048
    batch_size: int = 0
    sql_rows: int = 100_000
    sql_seconds: float = 30.0
    seed: int = 0
    logged: bool = True
    cache: ResultCache = NO_CACHE
    on_error: Literal["skip", "stop"] = "skip"
    engine: Literal["local", "ray"] = "local"
    ray_address: str = ""
    ray_actors: int = 0
