"""The memory that there is, also in a container that may not use all of the machine's; the dtype to reckon in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hfmagic import devices
from hfmagic.devices import (
    Device,
    choose_dtype,
    container_memory,
    current_device,
    find_cpu,
    find_devices,
    free_bytes,
)
from hfmagic.errors import NotAvailable

GB = 10**9
VERSION_2 = {"memory.max": 2 * GB, "memory.current": 1.5 * GB, "memory.stat": "anon 9\ninactive_file 500000000\n"}
VERSION_1 = {
    "memory/memory.limit_in_bytes": 2 * GB,
    "memory/memory.usage_in_bytes": 1.5 * GB,
    "memory/memory.stat": "inactive_file 1\ntotal_inactive_file 500000000\n",
}


def cgroup(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{content:.0f}\n" if isinstance(content, int | float) else str(content))
    return folder


@pytest.mark.parametrize("files", [VERSION_2, VERSION_1], ids=["2", "1"])
def test_a_container_has_what_its_group_may_use(files: dict[str, object], tmp_path: Path):
    assert container_memory(cgroup(tmp_path, files)) == (2 * GB, GB)


@pytest.mark.parametrize(
    "files", [{}, {**VERSION_2, "memory.max": "max\n"}, {"memory.max": GB}, {**VERSION_2, "memory.stat": "odd"}]
)
def test_what_cannot_be_read_is_no_limit(files: dict[str, object], tmp_path: Path):
    assert container_memory(cgroup(tmp_path, files)) == (sys.maxsize, sys.maxsize)


def test_a_group_that_is_over_its_limit_has_nothing_left(tmp_path: Path):
    assert container_memory(cgroup(tmp_path, {**VERSION_2, "memory.current": 3 * GB})) == (2 * GB, 0)


def test_the_processor_has_no_more_than_its_container(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(devices, "container_memory", lambda: (1000, 10))

    assert (find_cpu().total_bytes, find_cpu().free_bytes) == (1000, 10)


@pytest.mark.parametrize(
    ("able", "dtypes"),
    [
        ({"avx512_bf16": True, "avx512_f": True}, ("bfloat16", "float32")),
        ({"amx_bf16": True}, ("bfloat16", "float32")),
        ({"avx512_f": True, "avx512_bf16": False}, ("float32",)),
        ({"neon": True, "bf16": True}, ("bfloat16", "float32")),
    ],
)
def test_a_processor_is_good_at_bfloat16_where_it_multiplies_it(
    able: dict[str, bool], dtypes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: able, raising=False)

    assert find_devices()[-1].dtypes == dtypes


BF16, PLAIN = Device("cpu", "x", 1, 1, ("bfloat16", "float32")), Device("cpu", "x", 1, 1)
T4 = Device("cuda", "T4", 1, 1, ("float16", "float32"))


@pytest.mark.parametrize(
    ("device", "wanted", "saved", "dtype"),
    [
        (BF16, "auto", "float32", "float32"),
        (BF16, "fast", "float32", "bfloat16"),
        (PLAIN, "fast", "float32", "float32"),
        (T4, "auto", "float32", "float16"),
        (T4, "fast", "float32", "float16"),
        (T4, "fast", "float64", "float32"),
        (PLAIN, "bfloat16", "float32", "bfloat16"),
    ],
)
def test_half_precision_is_where_it_is_asked_for_and_quick(device: Device, wanted: str, saved: str, dtype: str):
    assert choose_dtype(device, wanted=wanted, saved=saved) == dtype


def test_what_is_free_is_measured_now(monkeypatch: pytest.MonkeyPatch):
    left = iter([(GB, 10), (GB, 5)])
    monkeypatch.setattr(devices, "container_memory", lambda: next(left))

    assert [free_bytes("cpu"), free_bytes("cpu")] == [10, 5]


def test_of_a_gpu_what_torch_keeps_unused_is_free_too(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("mem_get_info", (100, 1000)), ("memory_reserved", 80), ("memory_allocated", 50)):
        monkeypatch.setattr(f"torch.cuda.{name}", lambda _, value=value: value)

    assert free_bytes("cuda:0") == 130


def test_a_device_that_is_not_here_is_said_in_one_line():
    with pytest.raises(NotAvailable, match="this machine has no xpu"):
        current_device("xpu")
