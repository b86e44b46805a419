"""Hardware by its name: what people and drivers call it, and what is not in the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic import hardware
from hfmagic.errors import BadOption
from hfmagic.hardware import GIB, find_all, find_hardware, hardware_of


@pytest.mark.parametrize(
    ("name", "found", "kind", "gib"),
    [
        ("T4", "T4", "cuda", 16),
        ("a T4", "T4", "cuda", 16),
        ("Tesla T4", "T4", "cuda", 16),
        ("一张T4", "T4", "cuda", 16),
        ("NVIDIA_A100", "A100 40 GB", "cuda", 40),
        ("A100-80GB", "A100 80 GB", "cuda", 80),
        ("NVIDIA A100-SXM4-80GB", "A100 80 GB", "cuda", 80),
        ("NVIDIA H100 80GB HBM3", "H100", "cuda", 80),
        ("NVIDIA A10G", "A10G", "cuda", 24),
        ("rtx4090", "RTX 4090", "cuda", 24),
        ("NVIDIA GeForce RTX 3090", "RTX 3090", "cuda", 24),
        ("3080ti", "RTX 3080 Ti", "cuda", 12),
        ("AMD Instinct MI300X", "MI300X", "cuda", 192),
        ("Apple M1 Pro", "M1 Pro 16 GB", "mps", 16),
        ("MacBook Air M2 24 GB", "M2 24 GB", "mps", 24),
        ("8 GB of RAM", "a CPU with 8 GB", "cpu", 8),
        ("16GB 内存", "a CPU with 16 GB", "cpu", 16),
        ("laptop with 8 GB RAM", "a CPU with 8 GB", "cpu", 8),
        ("4 cores, 16 GB RAM", "4 cores", "cpu", 16),
        ("24GB 显存", "a GPU with 24 GB", "cuda", 24),
    ],
)
def test_hardware_is_found_by_what_it_is_called(name: str, found: str, kind: str, gib: int):
    device = find_hardware(name)

    assert (device.name, device.kind, device.total_bytes) == (found, kind, gib * GIB)
    assert device.free_bytes <= device.total_bytes


@pytest.mark.parametrize(
    ("name", "count"), [("2x A100 80GB", 2), ("2 T4", 2), ("T4 x4", 4), ("两张 A100", 2), ("8× H100", 8), ("T4", 1)]
)
def test_several_gpus_are_as_many_devices(name: str, count: int):
    found = find_all(name)

    assert [d.index for d in found] == list(range(count))
    assert find_hardware(name) == found[0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("T5", "T4"),
        ("H1000", "H100"),
        ("RTX 3080 Laptop GPU", "RTX 3080"),
        ("A100 30GB", "40 GB or 80 GB"),
        ("cpu", "16 GB RAM"),
        ("", "16 GB RAM"),
        ("<b>x</b>" * 50, "16 GB RAM"),
    ],
)
def test_what_is_not_in_the_table_is_refused_with_the_nearest(name: str, said: str):
    with pytest.raises(BadOption, match=said) as error:
        find_hardware(name)

    assert len(error.value.line) <= 200


@given(st.text(max_size=120))
def test_any_name_is_found_or_refused(name: str):
    try:
        found = find_all(name)
    except BadOption:
        return
    assert 1 <= len(found) <= hardware.MOST_DEVICES


@pytest.mark.parametrize("gpu", hardware._GPUS, ids=lambda gpu: gpu.name)
def test_every_row_is_found_by_its_name_in_each_size(gpu: hardware.Hardware):
    assert hardware_of(gpu.name) is gpu
    assert [find_hardware(f"{gpu.name} {size} GB").total_bytes for size in gpu.sizes] == [s * GIB for s in gpu.sizes]
    assert gpu.half >= gpu.single > 0
    assert gpu.bandwidth > 0


def test_cards_before_ampere_do_not_compute_in_bfloat16():
    assert find_hardware("T4").dtypes == ("float16", "float32")
    assert find_hardware("A100").dtypes == ("bfloat16", "float32")


def test_a_device_of_which_nothing_is_known_is_none():
    assert hardware_of("2 cores") is None
    assert hardware_of("Apple GPU") is None
