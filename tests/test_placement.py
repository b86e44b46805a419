"""Where a model goes among 0–8 GPUs of mixed sizes and a CPU: devices are data, so that no GPU is needed."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hfmagic.devices import Device
from hfmagic.fit.need import Need
from hfmagic.fit.placement import ROOMY, SPARE, Placement, fits, room, shares

GB = 10**9
ORDER = ("green", "amber", "red")
SIZES = st.integers(0, 80).map(lambda gb: gb * GB)


@st.composite
def machines(draw: st.DrawFn) -> tuple[Device, ...]:
    """0–8 GPUs with something free on each, and a CPU."""
    gpus = tuple(
        Device("cuda", f"GPU {free // GB} GB", 80 * GB, free, ("bfloat16", "float32"), index)
        for index, free in enumerate(draw(st.lists(SIZES, max_size=8)))
    )
    return (*gpus, Device("cpu", "8 cores", 256 * GB, draw(st.integers(0, 200)) * GB))


@st.composite
def needs(draw: st.DrawFn) -> Need:
    """A model of 2–80 layers with what a batch of it takes."""
    layers, layer = draw(st.integers(2, 80)), draw(st.integers(10**6, 3 * GB))
    kv, activations = draw(st.integers(0, 20 * GB)), draw(st.integers(0, 10 * GB))
    return Need(layers * layer, activations, kv, 8 * 2**20, largest_bytes=layer)


def packed(need: Need, place: Placement) -> dict[str, int]:
    """Layers put one after another where they fit, as accelerate does; the first GPU and the CPU keep one free."""
    most = shares(need, place)
    names = list(most)
    at, used = 0, dict.fromkeys(names, 0)
    for _ in range(need.weights_bytes // need.largest_bytes):
        while True:
            assert at < len(names), "a layer has no place"
            kept = need.largest_bytes if at == 0 or names[at] == "cpu" else 0
            if used[names[at]] + need.largest_bytes <= most[names[at]] - kept:
                break
            at += 1
        used[names[at]] += need.largest_bytes
    return used


@given(needs(), machines(), st.booleans())
def test_a_place_holds_the_whole_model_and_no_device_more_than_it_has(
    need: Need, devices: tuple[Device, ...], offload: bool
):
    place = fits(need, devices, offload=offload)
    if place.verdict == "red" or len(place.devices) == 1:
        assert place.verdict == "red" or need.total <= room(place.devices[0])
        return

    most, used = shares(need, place), packed(need, place)

    part = ROOMY if place.verdict == "green" else 1.0
    for device in place.devices:
        name = device.torch_name
        assert most[name] <= room(device)
        if device.kind != "cpu":
            cache = need.kv_bytes * used[name] // need.weights_bytes
            assert used[name] + cache + need.activation_bytes + need.overhead_bytes <= part * room(device) + 10
    assert sum(used.values()) == need.weights_bytes


@given(needs(), machines())
def test_the_layers_are_shared_in_proportion_to_what_is_free(need: Need, devices: tuple[Device, ...]):
    place = fits(need, devices)
    if len(place.devices) < 2 or place.verdict == "red":
        return

    most = shares(need, place)

    slack = int((SPARE + 1) * need.largest_bytes)
    assert need.weights_bytes <= sum(most.values()) <= need.weights_bytes + len(most) * (slack + 1)


@given(needs(), machines(), st.booleans(), st.booleans(), st.integers(0, 80))
def test_more_memory_never_makes_it_worse(
    need: Need, devices: tuple[Device, ...], offload: bool, another: bool, gigabytes: int
):
    if another:
        more = (Device("cuda", "more", 80 * GB, gigabytes * GB, index=8), *devices)
    else:
        more = tuple(replace(d, free_bytes=d.free_bytes + gigabytes * GB) for d in devices)

    before, after = fits(need, devices, offload=offload), fits(need, more, offload=offload)

    assert ORDER.index(after.verdict) <= ORDER.index(before.verdict)


@given(needs(), machines(), st.randoms(use_true_random=False))
def test_the_order_of_the_gpus_changes_no_verdict(need: Need, devices: tuple[Device, ...], chance: random.Random):
    *gpus, cpu = devices
    mixed = chance.sample(gpus, len(gpus))

    one, other = fits(need, devices), fits(need, (*mixed, cpu))

    assert one.verdict == other.verdict
    assert len(one.devices) == len(other.devices)
    if len(one.devices) > 1:
        assert one == other


@given(needs(), machines(), st.booleans())
def test_one_device_is_preferred_to_several_that_do_as_well(need: Need, devices: tuple[Device, ...], offload: bool):
    place = fits(need, devices, offload=offload)

    alone = [d for d in devices if need.total <= (ROOMY if place.verdict == "green" else 1.0) * room(d)]
    gpus_alone = [d for d in alone if d.kind == "cuda"]
    if gpus_alone:
        assert place.devices == (gpus_alone[0],)
    if place.offloads:
        assert alone == []


@given(needs(), machines())
def test_no_fewer_gpus_would_do(need: Need, devices: tuple[Device, ...]):
    place = fits(need, devices)
    if len(place.devices) < 3 or place.verdict == "red":
        return

    fewer = fits(need, [d for d in place.devices if d != place.devices[-1]])

    assert ORDER.index(fewer.verdict) > ORDER.index(place.verdict)


def test_nothing_is_offloaded_where_nobody_asked():
    need = Need(20 * GB, 0, 0, 0, largest_bytes=GB)
    devices = [Device("cuda", "T4", 16 * GB, 15 * GB), Device("cpu", "8 cores", 16 * GB, 14 * GB)]

    assert fits(need, devices).verdict == "red"
    place = fits(need, devices, offload=True)
    assert (place.verdict, place.name, place.offloads) == ("amber", "T4 + 8 cores", True)
    assert list(shares(need, place)) == ["cuda:0", "cpu"]
    assert place.words.startswith("just fits T4 + 8 cores: needs 21 GB of ")
    assert place.words.endswith(" free in all")


def test_gpus_of_different_sizes_are_named_and_the_largest_is_first():
    need = Need(80 * GB, GB, 0, 0, largest_bytes=GB)
    cards = [
        Device("cuda", "T4", 16 * GB, 15 * GB),
        *(Device("cuda", "A100", 80 * GB, 70 * GB, index=i) for i in (1, 2)),
    ]

    place = fits(need, cards)

    assert (place.name, place.verdict) == ("2 × A100", "green")
    assert list(shares(need, place)) == ["cuda:1", "cuda:2"]
    assert fits(replace(need, weights_bytes=100 * GB), cards).name == "2 × A100 + T4"


def test_without_any_device_there_is_no_room():
    assert fits(Need(0, 0, 0, 0), []).verdict == "unknown"
