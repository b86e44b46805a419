"""What hardware there is, as plain data, so that placement is a pure function."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import NotAvailable


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
    cpu = replace(find_cpu(), dtypes=_cpu_dtypes())
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


_BF16 = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")
"""Instructions that multiply bfloat16; without them oneDNN takes the detour over float32, and gains nothing."""


def _cpu_dtypes() -> tuple[str, ...]:
    """What this processor is good at, best first (torch.cpu.get_capabilities: torch's own look at cpuid)."""
    import torch

    ask = getattr(torch.cpu, "get_capabilities", None)
    able = ask() if ask else {"avx512_bf16": torch.cpu._is_avx512_bf16_supported()}
    return ("bfloat16", "float32") if any(able.get(name) for name in _BF16) else ("float32",)


def current_device(wanted: str) -> Device:
    """The device to use now, measured now. Raises NotAvailable when the wanted kind is not here."""
    device = choose_device(find_devices(), wanted=wanted)
    if wanted not in ("auto", device.kind):
        raise NotAvailable(f"this machine has no {wanted}.", hint="--device auto")
    return device


def free_bytes(name: str) -> int:
    """Bytes that are free now on a device (torch's name); of a GPU with what torch keeps there and does not use."""
    kind = name.partition(":")[0]
    if kind not in ("cuda", "xpu"):
        return find_cpu().free_bytes  # Apple's GPU shares it
    import torch

    gpu = getattr(torch, kind)
    free, _ = gpu.mem_get_info(name)
    return int(free + gpu.memory_reserved(name) - gpu.memory_allocated(name))


def give_back() -> None:
    """Collect what nobody holds any more, and let the devices have the memory of it."""
    import gc

    gc.collect()
    torch = sys.modules.get("torch")
    for kind in ("cuda", "xpu", "mps"):
        accelerator = getattr(torch, kind, None)
        if accelerator is not None and accelerator.is_available():
            accelerator.empty_cache()


def choose_device(devices: Sequence[Device], *, wanted: str = "auto") -> Device:
    """The wanted kind of device, or the first; the CPU where it is not there."""
    return next((d for d in devices if wanted in ("auto", d.kind)), devices[-1])


def choose_dtype(device: Device, *, wanted: str = "auto", saved: str = "float32") -> str:
    """The dtype to reckon in.

    Args:
        wanted: a dtype, which is taken; "auto": float32 on a CPU, on a GPU what it is best at; "fast": that on a CPU,
            too, where half precision must first show that its results are those of float32 (engine/agreement).
        saved: that of the weights in the files; float64 is never cut to half of a half.
    """
    if wanted not in ("auto", "fast"):
        return wanted
    plain = saved == "float64" or (device.kind == "cpu" and wanted == "auto")
    return "float32" if plain else device.dtypes[0]


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
