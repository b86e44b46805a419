"""Several processes and one cache: one download for all of them, and nothing misleads who comes after a kill."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.hub.bench import MODEL, Bench, whole_gets
from tests.hubserver import TestHub, latency, stall
from tests.hubserver.faults import Armed
from tests.interrupted import unmeasured
from tests.test_kernel import Kernel

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")

WEIGHTS = "filename=model"
LONG = 120  # seconds until a latch is given up
FETCH = """
import sys
from pathlib import Path
from tests.hub.bench import MODEL, Bench
hub = Bench(sys.argv[1], Path(sys.argv[2])).session.hub
facts = hub.fetch(hub.find(MODEL), lambda moment: None)
print(facts.folder)
"""


class Fetching:
    """A Python of its own that downloads the model into the folder and prints where it is."""

    def __init__(self, hub: TestHub, folder: Path) -> None:
        command = [sys.executable, "-c", FETCH, hub.url, str(folder)]
        env = unmeasured(PYTHONPATH=str(Path(__file__).parents[2]))
        self.process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def end(self) -> tuple[int, str, str]:
        """Wait for it: exit code, what it printed, its complaints."""
        said, complaints = self.process.communicate(timeout=LONG)
        return self.process.returncode, said.strip(), complaints


@pytest.fixture
def fetching(tiny_hub: TestHub, tmp_path: Path) -> Iterator[list[Fetching]]:
    """Processes to be ended whatever happens."""
    started: list[Fetching] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate(timeout=LONG)


def start(started: list[Fetching], hub: TestHub, folder: Path) -> Fetching:
    started.append(Fetching(hub, folder))
    return started[-1]


def reach(armed: Armed, *waiting: Fetching) -> None:
    """Wait until the fault has met a request; a process that ended instead is said at once."""
    while not armed.reached.wait(0.1):
        for each in waiting:
            assert each.process.poll() is None, each.end()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.fault(22)
def test_22_kernels_that_want_one_model_download_it_once_and_an_interrupted_one_harms_nobody(
    tiny_hub: TestHub, tmp_path: Path, fetching: list[Fetching]
):
    for _ in range(2):
        tiny_hub.faults.add(r"model\.safetensors", latency(0), times=1, method="HEAD")
    all_asked = tiny_hub.faults.add(r"model\.safetensors", latency(0), times=1, method="HEAD")
    slow = tiny_hub.faults.add(WEIGHTS, stall(0.5), times=1)
    first = start(fetching, tiny_hub, tmp_path)
    reach(slow, first)
    second, third = start(fetching, tiny_hub, tmp_path), start(fetching, tiny_hub, tmp_path)  # they sweep meanwhile
    reach(all_asked, second, third)

    second.process.send_signal(signal.SIGINT)
    stopped = second.end()
    slow.release()

    (code, folder, complaints), other = first.end(), third.end()
    assert stopped[2].strip().endswith("KeyboardInterrupt")
    assert code == 0, complaints
    assert other[:2] == (0, folder), other[2]
    assert len(whole_gets(tiny_hub, WEIGHTS + ".safetensors")) == 1
    assert sha256(Path(folder) / "model.safetensors") == Path(folder, "model.safetensors").readlink().name
    assert Bench(tiny_hub, tmp_path).parts == []


@pytest.mark.fault(19)
def test_19_a_kernel_killed_in_a_download_misleads_nobody(tiny_hub: TestHub, tmp_path: Path, fetching: list[Fetching]):
    silent = tiny_hub.faults.add(WEIGHTS, stall(0.5))
    kernel = start(fetching, tiny_hub, tmp_path)
    reach(silent, kernel)
    children = psutil.Process(kernel.process.pid).children(recursive=True)

    kernel.process.send_signal(signal.SIGKILL)
    kernel.process.wait(LONG)

    assert children
    assert psutil.wait_procs(children, timeout=LONG)[1] == []  # the download ends with its kernel
    after = Bench(tiny_hub, tmp_path)
    assert after.parts  # what it was writing is left behind
    assert after.session.hub.models() == ()
    assert Bench(tiny_hub, tmp_path, offline=True).session.hub.models() == ()
    tiny_hub.faults.clear()
    code, folder, complaints = start(fetching, tiny_hub, tmp_path).end()
    assert code == 0, complaints
    assert after.parts == []
    assert sha256(Path(folder) / "model.safetensors") == Path(folder, "model.safetensors").readlink().name
    assert [m.model_id for m in after.session.hub.models()] == [MODEL]


@pytest.mark.fault(51)
def test_a_cell_is_interrupted_in_a_silent_download_and_runs_the_next_time(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = {"OFFLINE": "0", "HUB_ENDPOINT": tiny_hub.url, "HUB_CACHE": str(tmp_path / "models")}
    for name, value in settings.items():
        monkeypatch.setenv(f"HFMAGIC_{name}", value)
    tiny_hub.faults.add(WEIGHTS, latency(0), times=1)  # the look at the header
    silent = tiny_hub.faults.add(WEIGHTS, stall(0.5))
    kernel = Kernel(tmp_path / "cache", tmp_path / "none")
    pid = kernel.manager.provisioner.pid
    ended = threading.Event()
    stopper = threading.Thread(
        target=lambda: silent.reached.wait(LONG) and not ended.is_set() and os.kill(pid, signal.SIGINT)
    )
    try:
        kernel.run("%load_ext hfmagic")
        kernel.run("reviews = ['good phone, I like it', 'it broke at once']")
        stopper.start()
        stopped = kernel.run("%%hf reviews\nLabel the sentiment of each review")
        parts = Bench(tiny_hub, tmp_path).parts
        tiny_hub.faults.clear()
        again = kernel.run("%%hf reviews\nLabel the sentiment of each review")
    finally:
        ended.set()
        silent.reached.set()
        tiny_hub.faults.clear()
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)
        if stopper.ident:
            stopper.join()

    assert "interrupted" in stopped.text.lower()
    assert stopped.error in ("", "KeyboardInterrupt")
    assert parts == []
    assert again.error == ""
    assert "2 of 2" in again.text
