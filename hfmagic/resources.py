"""What a session rests on: settings, models, store, planner, device. Knows no plan that runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from .cache import ResultCache
from .config import OFFICIAL_HUB, HFMagic
from .data_profile import Profile
from .devices import Device, choose_dtype
from .engine.machine import Machine
from .engine.preview import tokens_of
from .errors import BadOption, HFMagicError, clip
from .experience import past
from .fit import seconds
from .hub.answers import Answers
from .hub.blobs import Checked
from .hub.cached import CachedModels
from .hub.catalog import Catalog
from .hub.client import Asked, HubClient
from .hub.datasets import DataSets
from .hub.facts import ModelFacts
from .hub.folder import FolderHub
from .hub.sources import Sources
from .limits import Limits, limits_of, parse_limits, read_limits
from .models import Pool, Quantize, current_device
from .pack import Pack, bundled_packs, find_pack, read_pack
from .plan import Plan, Step
from .planners.follow_ups.edit import said_limits
from .planners.local import LocalModels
from .planners.planner import Planner
from .profiles import profiles_of
from .proposal import Options
from .recognise import Input, Reader
from .selection.candidates import Candidate, rank
from .selection.choose import Chooser
from .selection.look import Ground
from .selection.picker import llm_picker
from .selection.rules import NO_PACK, PREFERRED, SEARCHED_AS, reject
from .slices import Slice, is_slice, parse_slice
from .starter import OFFER, VOICE_LEFT_OUT
from .store import Cost, Store
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
        self._caches: dict[tuple[Path | None, int], ResultCache] = {}
        self._data_sets: dict[tuple[object, ...], DataSets] = {}
        self._first_pack, self._packs = self.config.pack, dict[str, Pack]()
        self._began_in = Path.cwd()  # a pack's path is meant from there, wherever a cell goes
        self._pinned: dict[str, str] = {}  # a data set's rows as they were asked for → with their commit
        if self._first_pack:  # read now, before a cell can write to it; what is wrong with it is said at every choice
            with contextlib.suppress(HFMagicError):
                self._packs[self._first_pack] = self.pack

    @property
    def reader(self) -> Reader:
        """What may be read without a further word."""
        return self.reading(Options())

    def reading(self, options: Options) -> Reader:
        """What may be read for one request: files, and the Hub's data sets, large ones after a yes."""
        allowed = (*self.config.allowed_paths, self.outputs.resolve())
        return Reader(allowed, self.config.file_bytes, lambda wanted: self._rows(wanted, options))

    @property
    def outputs(self) -> Path:
        """Where results lie that are larger than memory."""
        return self.config.cache_path / "outputs"

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
        home, cache, most = config.hub_home, config.cache_path, config.listing_models
        token = _token_for(home)  # asked anew: the user may have logged in since
        who = hashlib.sha256(f"{address}\0{home}\0{token}".encode()).digest()  # a session shows itself without keys
        key = (config.hub_paths, config.hub_cache_path, who, cache, config.stall_seconds, most)
        if key not in self._sources:
            client = HubClient(home, token=token, answers=Answers(cache / "hub-answers"), offline=not address)
            self._sources[key] = Sources(
                FolderHub(config.hub_paths),
                CachedModels(config.hub_cache_path, cache / "hub-notes"),
                client if address else None,
                Checked(cache / "checked"),
                config.stall_seconds,
                stored=client,
                listing=Catalog(cache / "hub-listing.sqlite3", most) if most else None,
                own=config.tuned_path,
                on_fetched=lambda model_id, host, count, seconds: self.store.add_cost(
                    Cost("download", model_id, host=host, seconds=seconds, fetched=count)
                ),
            )
        return self._sources[key]

    @cached_property
    def store(self) -> Store:
        """What is remembered between sessions."""
        return Store(self.config.cache_path / "store.sqlite3", kernel=self.kernel)

    @property
    def results_cache(self) -> ResultCache:
        """Results by row of earlier runs, as the settings are now; keeps nothing where they say so."""
        config = self.config
        key = (config.cache_path if config.cache_results else None, config.cache_bytes)
        if key not in self._caches:
            folder = key[0] / "results" if key[0] else None
            self._caches[key] = ResultCache(folder, salt=self.store.salt, most_bytes=config.cache_bytes)
        return self._caches[key]

    def asked(self) -> tuple[Asked, ...]:
        """Every question to a Hub in this kernel, in order."""
        clients = [s.client for s in tuple(self._sources.values()) if s.client]
        return tuple(sorted((a for c in clients for a in tuple(c.asked)), key=lambda a: a.at))

    @cached_property
    def planner(self) -> Planner:
        """Who plans."""
        return Planner(self.config, self.store, self.kernel, LocalModels(self.config, lambda: self.hub, self.pool))

    def device(self, options: Options | None = None) -> Device:
        """Where models run now."""
        return current_device((options.device if options else "") or self.config.device)

    def candidates(self, task: str, options: Options | None = None) -> tuple[Candidate, ...]:
        """Every model as a candidate for a task, best first."""
        options = options or Options()
        spec = runnable_task(task)
        if spec.is_operation:
            raise BadOption(f"{task} is an operation: it needs no model.", hint="%hf models lists what is here")
        limits, pack, today = self.limits(options), self.pack, date.today()
        language = pack.limits_with(limits).language_for(task) or ""
        found = self.sources(options).search(*SEARCHED_AS.get(task, (task,)), language=language)
        device = self.device(options)
        rule = partial(reject, spec, limits=limits, device=device, today=today, pack=pack, examined=False)
        return rank(
            found.models,
            rule,
            preferred=PREFERRED.get(task, ""),
            weights=self.config.weights,
            past=past(self.store, task, Profile()),
            today=today,
        )

    # What is allowed

    def limits(self, options: Options, plan: Plan | None = None) -> Limits:
        """The user's: of the settings, of the request's words, of the option; a later one counts more.

        Raises: BadOption.
        """
        config = self.config
        said = said_limits(plan) if plan else Limits()
        return parse_limits(config.limit).merged(said).merged(read_limits(options.limit, config.allowed_paths))

    @property
    def pack(self) -> Pack:
        """The team's pack: the one that was set when the kernel started, whatever is set since; else the one set now.

        Raises: BadOption for one that cannot be read: without its policy nothing is chosen.
        """
        now, first = self.config.pack, self._first_pack
        if first and now not in ("", first):
            name = clip(Path(first).name, 60)
            raise BadOption(f"the pack {name} holds in this kernel.", hint="%config HFMagic.pack = '' goes back to it")
        name = first or now
        if not name:
            return NO_PACK
        if name not in self._packs:
            named = name if name in bundled_packs() else ""
            self._packs[name] = find_pack(named, ()) if named else read_pack(self._began_in / Path(name).expanduser())
        return self._packs[name]

    def _chooser(self, plan: Plan, inputs: Mapping[str, Input], options: Options, *, aside: bool = False) -> Chooser:
        """What chooses models; `aside` of what the user asked for it asks no LLM and leaves no trace."""
        llm = self.planner.picker if self.config.picker == "llm" and not aside else None
        profiles = profiles_of(plan, inputs, self.store.salt)
        device = self.device(options)

        def row_seconds(step: Step, facts: ModelFacts) -> float | None:
            length = tokens_of(profiles.get(step.id), facts.max_tokens)
            return seconds(facts, device, rows=1, length=length, dtype=choose_dtype(device, saved=facts.dtype)).seconds

        ground = Ground(
            self.sources(options),
            self.limits(options, plan),
            device,
            self.config.weights,
            self.store,
            pack=self.pack,
            soft={step_id: limits_of(profile) for step_id, profile in profiles.items()},
            past={s.id: past(self.store, s.task, profiles[s.id]) for s in plan.steps},
            row_seconds=row_seconds,
        )
        return Chooser(
            ground,
            picker=llm_picker(llm) if llm else None,
            remember=not aside,
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
            quantize=cast("Quantize", config.quantize),
            batch_tokens=config.batch_tokens,
            batch_size=options.batch_size or config.batch_size,
            sql_rows=config.sql_rows,
            sql_seconds=config.sql_seconds,
            seed=config.seed,
            cache=self.results_cache,
            on_error=options.on_error or "skip",
            engine=options.engine or "local",
            ray_address=config.ray_address,
            ray_actors=config.ray_actors,
        )


def _token_for(address: str) -> str | None:
    """The user's token: for the official Hub, and for the one that HF_ENDPOINT names; no other is shown it."""
    from huggingface_hub import get_token

    own = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    return get_token() if address in (OFFICIAL_HUB, own) else None
