"""What a session rests on: settings, models, store, planner, device. Knows no plan that runs."""

from __future__ import annotations

import os
from functools import cached_property, partial
from typing import TYPE_CHECKING
from uuid import uuid4

from .config import OFFICIAL_HUB, HFMagic
from .devices import Device
from .engine.step import Machine
from .errors import BadOption
from .hub.blobs import Checked
from .hub.cached import CachedModels
from .hub.client import Asked, HubClient
from .hub.datasets import DataSets
from .hub.folder import FolderHub
from .hub.sources import Sources
from .limits import Limits, parse_limits
from .models import Pool, current_device
from .planners.planner import Planner
from .proposal import Options
from .recognise import Reader
from .selection.candidates import PREFERRED, SEARCHED_AS, Candidate, rank, reject
from .selection.choose import Chooser
from .selection.look import Ground
from .selection.picker import llm_picker
from .slices import Slice, is_slice, parse_slice
from .starter import OFFER, VOICE_LEFT_OUT
from .store import Store
from .tags import runnable_task

if TYPE_CHECKING:
    import pyarrow as pa


class Resources:
    """What there is for every request of one kernel; made when it is first asked for."""

    def __init__(self, config: HFMagic | None = None) -> None:
        self.config = config or HFMagic()
        self.pool = Pool()
        self.kernel = uuid4().hex  # what is sent is kept under it
        self._sources: dict[tuple[object, ...], Sources] = {}
        self._data_sets: dict[tuple[object, ...], DataSets] = {}
        self._pinned: dict[str, str] = {}  # a data set's rows as they were asked for → with their commit

    @property
    def reader(self) -> Reader:
        """What may be read without a further word."""
        return self.reading(Options())

    def reading(self, options: Options) -> Reader:
        """What may be read for one request: files, and the Hub's data sets, large ones after a yes."""
        return Reader(self.config.allowed_paths, self.config.file_bytes, lambda wanted: self._rows(wanted, options))

    def _rows(self, wanted: Slice, options: Options) -> pa.Table:
        hub, config = self.sources(options), self.config
        key = (hub.client, config.hub_cache_path, config.cache_path)
        if key not in self._data_sets:
            notes, checked = config.cache_path / "hub-notes", Checked(config.cache_path / "checked")
            self._data_sets[key] = DataSets(hub.client, config.hub_cache_path, notes, checked, config.stall_seconds)
        most = None if options.yes else max(config.ask_download - 1, 0)
        exact, table = self._data_sets[key].rows(wanted, most=most)
        self._pinned[str(wanted)] = str(exact)
        return table

    def pinned(self, name: str) -> str:
        """The name of an input; of a data set's rows, with the commit that was read."""
        return self._pinned.get(str(parse_slice(name)), name) if is_slice(name) else name

    @property
    def hub(self) -> Sources:
        """Where models come from, as the settings are now."""
        return self.sources(Options())

    def sources(self, options: Options) -> Sources:
        """Where models come from, for one request."""
        config = self.config
        address = "" if options.offline else config.hub_address
        token = _token_for(address) if address else None  # asked anew: the user may have logged in since
        key = (config.hub_paths, config.hub_cache_path, address, token, config.cache_path, config.stall_seconds)
        if key not in self._sources:
            self._sources[key] = Sources(
                FolderHub(config.hub_paths),
                CachedModels(config.hub_cache_path, config.cache_path / "hub-notes"),
                HubClient(address, token=token) if address else None,
                Checked(config.cache_path / "checked"),
                config.stall_seconds,
            )
        return self._sources[key]

    @cached_property
    def store(self) -> Store:
        """What is remembered between sessions."""
        return Store(self.config.cache_path / "store.sqlite3")

    def asked(self) -> tuple[Asked, ...]:
        """Every question to a Hub in this kernel, in order."""
        clients = [s.client for s in tuple(self._sources.values()) if s.client]
        return tuple(sorted((a for c in clients for a in tuple(c.asked)), key=lambda a: a.at))

    @cached_property
    def planner(self) -> Planner:
        """Who plans."""
        return Planner(self.config, self.store, self.kernel)

    def device(self, options: Options | None = None) -> Device:
        """Where models run now."""
        return current_device((options.device if options else "") or self.config.device)

    def candidates(self, task: str, options: Options | None = None) -> tuple[Candidate, ...]:
        """Every model as a candidate for a task, best first."""
        options = options or Options()
        spec = runnable_task(task)
        if spec.is_operation:
            raise BadOption(f"{task} is an operation: it needs no model.", hint="%hf models lists what is here")
        limits = parse_limits(self.config.limit).merged(parse_limits(options.limit))
        found = self.sources(options).search(*SEARCHED_AS.get(task, (task,)), language=limits.language or "")
        rule = partial(reject, spec, limits=limits, device=self.device(options))
        preferred = PREFERRED.get(task, "")
        return rank(found.models, rule, preferred=preferred, weights=self.config.weights)

    def _chooser(self, limits: Limits, options: Options) -> Chooser:
        llm = self.planner.llm if self.config.picker == "llm" else None
        return Chooser(
            Ground(self.sources(options), limits, self.device(options), self.config.weights, self.store),
            picker=llm_picker(llm) if llm else None,
            no_models_hint=OFFER,
            left_out={"text-to-speech": VOICE_LEFT_OUT},
        )

    def _machine(self, options: Options, most_fetched: int | None = None) -> Machine:
        config = self.config
        return Machine(
            hub=self.sources(options),
            pool=self.pool,
            device=self.device(options),
            reader=self.reader,
            store=self.store,
            most_fetched=most_fetched,
            dtype=config.dtype,
            batch_tokens=config.batch_tokens,
            batch_size=options.batch_size or config.batch_size,
            sql_rows=config.sql_rows,
            sql_seconds=config.sql_seconds,
            seed=config.seed,
        )


def _token_for(address: str) -> str | None:
    """The user's token: for the official Hub, and for the one that HF_ENDPOINT names; no other is shown it."""
    from huggingface_hub import get_token

    own = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    return get_token() if address in (OFFICIAL_HUB, own) else None
