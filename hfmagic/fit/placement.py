"""A need against devices: which one, how roomy. Devices are data."""

from __future__ import annotations

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
SPARE = (
    1.25  # × the largest layer, kept free on each of several GPUs (accelerate, utils/modeling.py get_balanced_memory)
)
_ORDER: tuple[Verdict, ...] = ("green", "amber", "red")


@dataclass(frozen=True)
class Placement:
    """Where a model goes: one device, or several that share its layers; for "red" the one that lacks least.

    `needed` and `free` are bytes on each of them.
    """

    verdict: Verdict
    devices: tuple[Device, ...]
    needed: int
    free: int

    @property
    def name(self) -> str:
        """The device in words: `T4`, `2 × T4`."""
        names = [d.name for d in self.devices]
        return f"{len(names)} × {names[0]}" if len(names) > 1 else names[0] if names else ""

    @property
    def words(self) -> str:
        """`fits T4: needs 3.4 GB of 15.6 GB free`."""
        if self.verdict == "unknown":
            return "its size is not known"
        verb = {"green": "fits", "amber": "just fits", "red": "does not fit"}[self.verdict]
        each = " each" if len(self.devices) > 1 else ""
        return f"{verb} {self.name}: needs {size_words(self.needed)} of {size_words(self.free)} free{each}"


def room(device: Device) -> int:
    """Bytes of a device that a model may take."""
    return int(device.free_bytes * SHARE.get(device.kind, 1.0))


def fits(need: Need, devices: Sequence[Device], *, split: bool = True) -> Placement:
    """The best place for a need: the first device with room to spare, several GPUs of a kind, or one that just does.

    Args:
        devices: the best first (devices.find_devices).
        split: whether layers may be shared out among several GPUs.
    """
    if not need.weights_bytes:
        return Placement("unknown", tuple(devices[:1]), 0, room(devices[0]) if devices else 0)
    places = [_placed(need.total, (device,)) for device in devices]
    gpus = tuple(d for d in devices if d.kind == "cuda")
    if split and len(gpus) > 1:
        places.insert(len(gpus), _placed(_each(need, len(gpus)), gpus))
    return min(
        places, key=lambda p: (_ORDER.index(p.verdict), p.needed / p.free if p.verdict == "red" and p.free else 0)
    )


def _placed(needed: int, devices: tuple[Device, ...]) -> Placement:
    free = min(room(d) for d in devices)
    verdict: Verdict = "green" if needed <= ROOMY * free else "amber" if needed <= free else "red"
    return Placement(verdict, devices, needed, free)


def _each(need: Need, count: int) -> int:
    """Bytes on each of several GPUs that share a model's layers: its part, one layer more, a batch's tensors."""
    shared = (need.weights_bytes + need.kv_bytes) // count
    return int(shared + SPARE * need.largest_bytes + need.activation_bytes + need.overhead_bytes)
