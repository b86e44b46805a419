"""A need against devices: which one, how roomy. Devices are data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..devices import Device
from ..limits import size_words
from .need import Need

Verdict = Literal["green", "amber", "red", "unknown"]
ROOMY = 0.7  # of the free memory: above it another program's appetite decides
SHARE = {"mps": 0.7}
"""Kind → how much of its free memory a GPU may take: Apple's shares the RAM (torch.mps.recommended_max_memory)."""
SPARE = 1.25
"""× the largest layer, kept free on each of several GPUs: layers fill none of them to the brim (get_balanced_memory).

The first keeps one more, for what is offloaded (transformers 5.23, integrations/accelerate.py infer_auto_device_map).
"""
_ORDER: tuple[Verdict, ...] = ("green", "amber", "red")


@dataclass(frozen=True)
class Placement:
    """Where a model goes: one device, or several that share its layers; for "red" the one that lacks least.

    `needed` and `free` are bytes on each of them: of several on the one that is filled most; where the CPU holds what
    the GPUs do not, in all.
    """

    verdict: Verdict
    devices: tuple[Device, ...]
    needed: int
    free: int

    @property
    def name(self) -> str:
        """The device in words: `T4`, `2 × T4`, `A100 + T4`."""
        counts = Counter(d.name for d in self.devices)
        return " + ".join(f"{count} × {name}" if count > 1 else name for name, count in counts.items())

    @property
    def offloads(self) -> bool:
        """True where layers lie in the CPU's memory and come to a GPU to be run."""
        return len(self.devices) > 1 and self.devices[-1].kind == "cpu"

    @property
    def words(self) -> str:
        """`fits T4: needs 3.4 GB of 15.6 GB free`."""
        if self.verdict == "unknown":
            return "its size is not known"
        verb = {"green": "fits", "amber": "just fits", "red": "does not fit"}[self.verdict]
        each = " in all" if self.offloads else " each" if len(self.devices) > 1 else ""
        return f"{verb} {self.name}: needs {size_words(self.needed)} of {size_words(self.free)} free{each}"


def room(device: Device) -> int:
    """Bytes of a device that a model may take."""
    return int(device.free_bytes * SHARE.get(device.kind, 1.0))


def fits(need: Need, devices: Sequence[Device], *, split: bool = True, offload: bool = False) -> Placement:
    """The best place for a need: the first device with room to spare, the fewest GPUs together, or what just does.

    Args:
        devices: the best first (devices.find_devices).
        split: whether layers may be shared out among several GPUs.
        offload: whether, where nothing else does, layers may lie in the CPU's memory and come to a GPU to be run.
    """
    if not need.weights_bytes:
        return Placement("unknown", tuple(devices[:1]), 0, room(devices[0]) if devices else 0)
    places = [_placed(need.total, (device,)) for device in devices]
    gpus = [d for d in devices if d.kind == "cuda"]
    if split and len(gpus) > 1:
        places.insert(len(gpus), _shared(need, gpus))
    best = min(places, key=_rank)
    if best.verdict == "red" and offload and gpus:
        return min(best, _offloaded(need, gpus, [d for d in devices if d.kind == "cpu"]), key=_rank)
    return best


def shares(need: Need, place: Placement) -> dict[str, int]:
    """How a model's weights lie in a place: device (torch's name) → most bytes of them, the first to be filled first.

    It is what accelerate takes as `max_memory`. With a batch's tensors beside them no device holds more than it has
    room for; all together they hold the weights, wherever a layer ends.
    """
    if len(place.devices) < 2:
        return {d.torch_name: need.weights_bytes for d in place.devices}
    gpus = [d for d in place.devices if d.kind != "cpu"]
    part = ROOMY if place.verdict == "green" else 1.0
    capacities = _capacities(need, gpus, part, offloads=place.offloads)
    total = need.weights_bytes + need.kv_bytes
    filled = 1.0 if place.offloads else min(total / max(sum(capacities), 1), 1.0)
    of_weights = 1.0 if place.offloads else need.weights_bytes / total
    spare = int(SPARE * need.largest_bytes)
    found = {d.torch_name: int(filled * c * of_weights) + spare for d, c in zip(gpus, capacities, strict=True)}
    found[gpus[0].torch_name] += need.largest_bytes
    return found | {d.torch_name: room(d) for d in place.devices if d.kind == "cpu"}


def _rank(place: Placement) -> tuple[int, float]:
    """The verdict; of places that are too small the one that lacks least."""
    return _ORDER.index(place.verdict), place.needed / place.free if place.verdict == "red" and place.free else 0


def _placed(needed: int, devices: tuple[Device, ...]) -> Placement:
    free = min(room(d) for d in devices)
    verdict: Verdict = "green" if needed <= ROOMY * free else "amber" if needed <= free else "red"
    return Placement(verdict, devices, needed, free)


def _shared(need: Need, gpus: Sequence[Device]) -> Placement:
    """The fewest GPUs, the largest first, that share a model's layers with room to spare, or just so."""
    largest = _largest_first(gpus)
    total = need.weights_bytes + need.kv_bytes
    for part in (ROOMY, 1.0):
        for count in range(2, len(largest) + 1):
            some = tuple(largest[:count])
            capacities = _capacities(need, some, part)
            if sum(capacities) >= total:
                filled = total / sum(capacities)
                taken = [room(d) * part - c * (1 - filled) for d, c in zip(some, capacities, strict=True)]
                worst = max(range(count), key=lambda i: taken[i] / max(room(some[i]), 1))
                verdict: Verdict = "green" if part == ROOMY else "amber"
                return Placement(verdict, some, int(taken[worst]), room(some[worst]))
    beside = int(SPARE * need.largest_bytes) + need.activation_bytes + need.overhead_bytes
    needed = math.ceil(total / len(largest)) + beside
    return Placement("red", tuple(largest), needed, room(largest[-1]))


def _offloaded(need: Need, gpus: Sequence[Device], cpus: Sequence[Device]) -> Placement:
    """GPUs that hold what they can, and the CPU the rest; both keep a layer free for what comes and goes."""
    some = tuple(d for d in _largest_first(gpus) if _capacities(need, [d], 1.0, offloads=True))
    devices = (*some, *cpus[:1])
    free = sum(_capacities(need, some, 1.0, offloads=True)) + sum(room(d) for d in cpus[:1])
    needed = need.weights_bytes + need.largest_bytes
    return Placement("amber" if some and cpus and needed <= free else "red", devices or tuple(gpus), needed, free)


def _capacities(need: Need, gpus: Sequence[Device], part: float, *, offloads: bool = False) -> list[int]:
    """Bytes of weights and of their KV cache that each of several GPUs holds; none where the first has no room.

    A part of its room, less a batch's tensors and the layers that are kept free. Of an offloaded model's cache nobody
    knows where it will be: each GPU has room for all of it.
    """
    cached = 1 + need.kv_bytes / need.weights_bytes
    beside = need.activation_bytes + need.overhead_bytes + (need.kv_bytes if offloads else 0)
    layer = need.largest_bytes * (1 if offloads else cached)
    found = [part * room(d) - beside - (SPARE + (place == 0)) * layer for place, d in enumerate(gpus)]
    return [max(int(c), 0) for c in found] if found and found[0] >= 0 else []


def _largest_first(gpus: Sequence[Device]) -> list[Device]:
    return sorted(gpus, key=lambda d: (-room(d), d.index))
