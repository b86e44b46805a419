"""A kernel that is used all day: memory, open files, threads and comms stay as they are after the first cells."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.shell import run

MOST_GROWTH = 25 * 1024**2  # bytes in 4 rounds; one of the models that is loaded in each takes more
ROUNDS = 4
CELLS = (
    "%%hf reviews --rows 12 -o found\nLabel the sentiment of each review.",
    "%%hf reviews --rows 12 --plan\nLabel the sentiment of each review.",
    "%hf go",
    "%hf use sentiment bert-tiny-sentiment",
    "%hf go",
    "%hf why sentiment",
    "%%hf reviews --rows 8 -o vectors\nEmbed each review.",
    "%%hf reviews --output 1\nbroken",
    "%%hf nothing\nLabel the sentiment of each review.",
    "%hf code",
    "%hf status",
    "%hf unload",
)


def used() -> tuple[dict[str, int], int]:
    """What is open in this process, by sort, and its memory in bytes."""
    import comm

    gc.collect()
    here = psutil.Process()
    files = [os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()]
    counts = {
        "files": len([f for f in files if Path(f).is_file()]),
        "descriptors": here.num_fds(),
        "threads": threading.active_count(),
        "children": len(here.children(recursive=True)),
        "comms": len(comm.get_comm_manager().comms),
    }
    return counts, here.memory_info().rss


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_mixed_cells_leave_nothing_open_and_take_no_more_memory(shell: InteractiveShell):
    def round_of_cells(number: int) -> list[Any]:
        shell.user_ns["reviews"] = shell.user_ns["reviews"].assign(round=number)
        return [run(shell, cell.replace("12", str(12 + number))).error for cell in CELLS]

    for number in range(3):
        errors = round_of_cells(number)
    before, bytes_before = used()

    for number in range(3, 3 + ROUNDS):
        errors = round_of_cells(number)
    after, bytes_after = used()

    assert [error is not None for error in errors] == [cell.endswith("broken") or "nothing" in cell for cell in CELLS]
    assert after == before
    assert bytes_after - bytes_before < MOST_GROWTH
