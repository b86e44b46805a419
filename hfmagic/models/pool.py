"""The models of a kernel: kept while they fit beside all else, then the least recently used goes. Reads no file."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, overload

from ..devices import Device, choose_dtype, free_bytes, give_back
from ..hub.facts import ModelFacts
from .load import Quantize, Wish, load
from .loaded import Loaded
from .spread import offload

Key = tuple[str, str, str, str]
ROOM = 1.2  # × a model's bytes must be free before it is loaded: its buffers, and what its first batch takes
_ALONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class InMemory:
    """What is shown of a model in memory. `used` is in seconds since 1970; `runs`: a step works with it now."""

    model_id: str
    revision: str
    devices: tuple[str, ...]
    dtype: str
    bytes: int
    used: float
    runs: bool


class Pool:
    """The models of this kernel.

    Args:
        loads: reads a model; hfmagic.models.load.load.
        measures: a device's name → the bytes that are free on it now. It is asked at each load: the user's own tensors,
            and other programs, take their part.
    """

    def __init__(self, loads: Callable[[Wish], Loaded] = load, measures: Callable[[str], int] = free_bytes) -> None:
        self._loads, self._measures = loads, measures
        self._loaded: OrderedDict[Key, Loaded] = OrderedDict()
        self._leases: Counter[int] = Counter()  # id of a model → how many steps run it
        self._loading = threading.Lock()
        self._lock = threading.RLock()  # a page unloads on a thread of its own

    @overload
    def get(
        self,
        facts: ModelFacts,
        revision: str,
        *,
        auto: str,
        processor: str,
        device: Device,
        dtype: str = "auto",
        quantize: Quantize = "",
        memory: Mapping[str, int] = _ALONE,
        spare: Literal[False] = False,
    ) -> Loaded: ...

    @overload
    def get(
        self,
        facts: ModelFacts,
        revision: str,
        *,
        auto: str,
        processor: str,
        device: Device,
        dtype: str = "auto",
        quantize: Quantize = "",
        memory: Mapping[str, int] = _ALONE,
        spare: Literal[True],
    ) -> Loaded | None: ...

    def get(
        self,
        facts: ModelFacts,
        revision: str,
        *,
        auto: str,
        processor: str,
        device: Device,
        dtype: str = "auto",
        quantize: Quantize = "",
        memory: Mapping[str, int] = _ALONE,
        spare: bool = False,
    ) -> Loaded | None:
        """A loaded model; loaded now when it is not there, after making room.

        Args:
            auto: transformers' class for the head, such as AutoModelForSequenceClassification.
            processor: transformers' class for its inputs, such as AutoTokenizer.
            device: where it goes whole.
            dtype: a dtype, or what devices.choose_dtype knows.
            quantize: only what the user has allowed.
            memory: of a model larger than `device`: the devices that share its layers (fit.placement.shares).
            spare: load it only where it fits beside what is loaded, and let nothing go; else None.
        Raises: NoTrainedHead, DamagedModel, NotAvailable, OutOfMemory.
        """
        found = choose_dtype(device, wanted=dtype, saved=facts.dtype)
        places = memory if len(memory) > 1 else {device.torch_name: 0}
        wish = Wish(facts, revision, auto, processor, found, places, quantize)
        key = (revision, f"{auto} {processor}", "+".join(places), f"{quantize} {found}")
        with self._loading:  # two threads that want a model load it once
            with self._lock:
                loaded = self._loaded.get(key)
            if loaded is None:
                if not self._made_room(wish, spare=spare):
                    return None
                loaded = self._loads(wish)
            with self._lock:
                self._loaded[key] = replace(loaded, used=time.time())
                self._loaded.move_to_end(key)
                return self._loaded[key]

    @contextlib.contextmanager
    def lease(self, loaded: Loaded) -> Iterator[Loaded]:
        """A model that runs: it stays until the block ends, whatever else wants its place."""
        with self._lock:
            self._leases[id(loaded.model)] += 1
        try:
            yield loaded
        finally:
            with self._lock:
                self._leases[id(loaded.model)] -= 1
                self._leases += Counter()  # without those that are at zero: an id may come back

    def holds(self, revision: str) -> bool:
        """True when a model of that revision is loaded."""
        with self._lock:
            return any(key[0] == revision for key in self._loaded)

    def loaded(self) -> tuple[Loaded, ...]:
        """What is loaded, least recently used first."""
        with self._lock:
            return tuple(self._loaded.values())

    def in_memory(self) -> tuple[InMemory, ...]:
        """What is loaded as plain data, most recently used first."""
        with self._lock:
            return tuple(
                InMemory(m.facts.model_id, m.revision, _devices(k), m.dtype, m.bytes, m.used, self._runs(m))
                for k, m in reversed(self._loaded.items())
            )

    def movable(self, device: str) -> int:
        """Bytes on a device (torch's name) that would come free if every model that does not run were let go."""
        with self._lock:
            return sum(m.bytes for k, m in self._loaded.items() if _devices(k) == (device,) and not self._runs(m))

    def unload(self, model_id: str = "") -> tuple[str, ...]:
        """Let a model go, or every one; gives the ids of those that went. One that runs goes once it has run."""
        with self._lock:
            keys = [k for k, m in self._loaded.items() if model_id in ("", m.facts.model_id)]
            gone = tuple(dict.fromkeys(self._loaded.pop(k).facts.model_id for k in keys))
        if gone:
            give_back()
        return gone

    def clear(self) -> None:
        """Let every model go."""
        self.unload()
        give_back()

    def make_way(self, loaded: Loaded) -> bool:
        """Let every other model on a model's device go that does not run; True where there was one."""
        gone = False
        while self._let_go({loaded.device}, keep=loaded):
            gone = True
        return gone

    def offload(self, loaded: Loaded) -> bool:
        """Bring a model's layers to its GPU one by one from now on; False where it is on none, or no plain model.

        The pool keeps it no longer: whoever asks next gets it whole again, where it fits.
        """
        import torch

        if loaded.device == "cpu" or not isinstance(loaded.model, torch.nn.Module) or _has_hooks(loaded):
            return False
        offload(loaded.model, loaded.device)
        with self._lock:
            for key in [k for k, m in self._loaded.items() if m.model is loaded.model]:
                del self._loaded[key]
        give_back()
        return True

    def _made_room(self, wish: Wish, *, spare: bool) -> bool:
        """Let models go until one fits, the least recently used first; without any of it if it is to be spare.

        What is free is measured anew each time: what goes may give back less than it took. Where nothing is left that
        may go, the model is tried all the same, for its size is a guess; not if it is to be spare.
        """
        names = [name for name in wish.memory if name != "disk"]
        while short := {n for n in names if self._measures(n) < ROOM * (wish.memory[n] or wish.bytes)}:
            if spare or not self._let_go(short):
                return not spare
        return True

    def _let_go(self, devices: set[str], keep: Loaded | None = None) -> bool:
        """Let the least recently used model on one of the devices go that does not run; False where there is none."""
        with self._lock:
            idle = (
                k for k, m in self._loaded.items() if not self._runs(m) and (keep is None or m.model is not keep.model)
            )
            key = next((k for k in idle if devices & {*_devices(k)}), None)
            if key is None:
                return False
            del self._loaded[key]
        give_back()
        return True

    def _runs(self, loaded: Loaded) -> bool:
        return self._leases[id(loaded.model)] > 0


def _devices(key: Key) -> tuple[str, ...]:
    return tuple(key[2].split("+"))


def _has_hooks(loaded: Loaded) -> bool:
    """True where accelerate moves its layers already."""
    return hasattr(loaded.model, "_hf_hook")
