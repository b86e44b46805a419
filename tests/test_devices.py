"""The memory that there is, also in a container that may not use all of the machine's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hfmagic import devices
from hfmagic.devices import container_memory, find_cpu

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
