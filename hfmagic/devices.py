"""What hardware there is, as plain data, so that placement is a pure function."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Device:
    """A device: `kind` is torch's word (cpu, cuda, mps, xpu); memory in bytes; `dtypes` it is good at, best first."""

    kind: str
    name: str
    total_bytes: int
    free_bytes: int
    dtypes: tuple[str, ...] = ("float32",)
    index: int = 0

    @property
    def torch_name(self) -> str:
        """As torch wants it: `cpu`, `cuda:0`."""
        return f"{self.kind}:{self.index}" if self.kind in ("cuda", "xpu") else self.kind


def find_devices() -> tuple[Device, ...]:
    """Accelerators first, the CPU last."""
    with uninterrupted():
        import torch

    found = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        free, total = torch.cuda.mem_get_info(index)
        half = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        found.append(Device("cuda", torch.cuda.get_device_name(index), total, free, (half, "float32"), index))
    cpu = find_cpu()
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", cpu.total_bytes, cpu.free_bytes, ("float16", "float32")))
    return (*found, cpu)


_CGROUPS = (
    ("memory.max", "memory.current", "inactive_file"),  # version 2
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),  # version 1
)


def find_cpu() -> Device:
    """The processor, with the memory that is available now; needs no torch."""
    import os

    import psutil

    memory = psutil.virtual_memory()
    most, free = container_memory()
    total, available = min(memory.total, most), min(memory.available, free)
    return Device("cpu", f"{os.cpu_count() or 1} cores", total, available)


def container_memory(root: Path = Path("/sys/fs/cgroup")) -> tuple[int, int]:
    """The bytes that a container may use, and those that are left; sys.maxsize where there is no limit.

    Binder, Kubernetes and docker set one, of which the machine's own figures say nothing. Files that were read count as
    used, but give way: they are taken off.
    """
    for limit, used, cached in _CGROUPS:
        with contextlib.suppress(OSError, ValueError, LookupError):
            most = int((root / limit).read_text())  # "max": no limit
            stat = dict(line.split() for line in (root / limit).with_name("memory.stat").read_text().splitlines())
            taken = int((root / used).read_text()) - int(stat[cached])
            return most, max(most - taken, 0)
    return sys.maxsize, sys.maxsize


def choose_device(devices: Sequence[Device], *, wanted: str = "auto") -> Device:
    """The wanted kind of device, or the first; the CPU where it is not there."""
    return next((d for d in devices if wanted in ("auto", d.kind)), devices[-1])


def choose_dtype(device: Device, *, wanted: str = "auto", saved: str = "float32") -> str:
    """float32 on a CPU, where half precision is slow; what the device is best at, if the weights are no wider."""
    if wanted != "auto":
        return wanted
    return "float32" if device.kind == "cpu" else (device.dtypes[0] if saved != "float64" else "float32")


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """An interrupt waits for the end of this block: torch, half imported, stays broken until the kernel restarts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        raise KeyboardInterrupt
