"""Whatever happens to a kernel or a disk during a download: no process and no part stays, and the next is whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
import pytest

import hfmagic.errors
from hfmagic import processes
from hfmagic.errors import MAX_LINE, DamagedModel, DownloadFailed, NoSpace
from hfmagic.hub import download
from tests.hub.bench import MODEL, Bench
from tests.hubserver import TestHub
from tests.interrupted import unmeasured

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")
HERE = (download.__file__, processes.__file__)
Place = tuple[str, int]


def hashes(hub: TestHub) -> dict[str, str]:
    """sha256 of each file of the model."""
    return {name: hashlib.sha256(blob.content).hexdigest() for name, blob in hub.repos[MODEL].main.files.items()}


def whole(folder: Path, wanted: dict[str, str]) -> bool:
    """Whether the files that are there are the Hub's, the weights among them."""
    there = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()}
    return "model.safetensors" in there and there.items() <= wanted.items()


def traced(work: Any, at: Place | None) -> list[Place]:
    """The places of the download's code that come by, in their order; `at` one of them it is interrupted."""
    seen: dict[Place, None] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in HERE:
            return None
        if event == "line":
            place = (frame.f_code.co_name, frame.f_lineno)
            seen[place] = None
            if place == at:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        assert at is not None
    else:
        assert at is None, f"{at} was not come to"
    finally:
        sys.settrace(before)
    return list(seen)


@pytest.mark.fault(51)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a file just opened
def test_an_interrupt_at_any_line_of_a_download_leaves_no_process_and_no_part(bench: Bench, tiny_hub: TestHub):
    facts = bench.session.hub.find(MODEL)

    def fetch() -> Path | None:
        return bench.session.hub.fetch(facts, lambda _: None).folder

    places = traced(fetch, None)
    heard = max(i for i, (function, _) in enumerate(places) if function == "_follow")
    for number, place in enumerate(places):
        shutil.rmtree(bench.folder / "models", ignore_errors=True)
        traced(fetch, place)

        left = psutil.Process().children()
        assert left == [] or number > heard, place  # after its last word a process ends by itself
        assert psutil.wait_procs(left, timeout=60)[1] == []
        assert bench.parts == [], place
    folder = fetch()

    assert len(places) > 40, "the trace sees the lines"
    assert folder is not None
    assert whole(folder, hashes(tiny_hub))


FORKED = '''
"""Download again and again, each time in a process of its own, on a disk that fails at the nth call."""
import builtins, hashlib, io, json, os, shutil, sys
from pathlib import Path
import huggingface_hub, tqdm
from huggingface_hub import snapshot_download
from hfmagic.hub import child
from hfmagic.hub.blobs import sweep

job, number, stays = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "stays"
CALLS = ("open", "replace", "rename", "symlink", "mkdir", "link", "unlink", "truncate")

class Disk:
    def __init__(self, at):
        self.calls, self.at = 0, at
        for name in CALLS:
            setattr(os, name, self.failing(getattr(os, name)))
        opened = builtins.open
        disk = self

        class Raw(io.FileIO):
            def write(self, content):
                disk.count()
                return super().write(content)

        def open_(path, mode="r", *args, **named):
            if mode not in ("wb", "ab", "w", "a") or not isinstance(path, (str, os.PathLike)):
                return opened(path, mode, *args, **named)
            disk.count()
            raw = io.BufferedWriter(Raw(path, mode.replace("b", "") + "b"))
            return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")

        builtins.open = io.open = open_

    def count(self):
        self.calls += 1
        if self.calls == self.at or (stays and self.calls > self.at > 0):
            raise OSError(number, os.strerror(number))

    def failing(self, real):
        def call(*args, **named):
            self.count()
            return real(*args, **named)
        return call

def download(at):
    """The answer of a download, and how often it came to the disk."""
    (asked, tell), (heard, answer), (counted, count) = os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        for given, own in ((asked, 0), (answer, 1)):
            os.dup2(given, own)
        os.close(tell)
        sys.stdin = os.fdopen(0)
        disk = Disk(at)
        child.main()
        os.write(count, str(disk.calls).encode())
        os._exit(0)
    for fd in (asked, answer, count):
        os.close(fd)
    os.write(tell, json.dumps(job).encode() + b"\\n")
    with os.fdopen(heard) as lines, os.fdopen(counted) as number_of:
        said, calls = [json.loads(line) for line in lines], number_of.read()
    os.close(tell)
    os.waitpid(pid, 0)
    sweep(Path(job["cache"]), job["model_id"])
    return (said or [{}])[-1], int(calls or 0)

def files(told):
    """sha256 of what is in the folder of an answer."""
    found = Path(told["folder"]).iterdir() if "folder" in told else ()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

cache, checked, at, calls = Path(job["cache"]), Path(job["checked"]), 0, 0
while calls >= at:
    at += 3 if stays else 1
    for folder in (cache, checked):
        shutil.rmtree(folder, ignore_errors=True)
    cache.mkdir(parents=True)
    told, calls = download(at)
    parts = [path.name for path in cache.rglob("*.incomplete")]
    after = files(told) or files(download(0)[0])
    print(json.dumps([at, told, parts, after]), flush=True)
'''


@pytest.mark.fault(20)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize(
    ("number", "how", "kind"), [(errno.ENOSPC, "stays", NoSpace), (errno.EIO, "once", DownloadFailed)]
)
def test_a_disk_that_fails_at_any_call_of_a_download_is_one_line_and_the_next_is_whole(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch, number: int, how: str, kind: type
):
    jobs: list[Any] = []
    monkeypatch.setattr("hfmagic.hub.sources.download", lambda job, *_, **__: jobs.append(job))
    with pytest.raises(DamagedModel, match="lacks files"):
        bench.session.hub.fetch(bench.session.hub.find(MODEL), lambda _: None)

    line = [sys.executable, "-c", FORKED, json.dumps(asdict(jobs[0])), str(number), how]
    env = unmeasured(**download.ENVIRONMENT, HF_ENDPOINT=tiny_hub.url)
    run = subprocess.run(line, capture_output=True, text=True, check=False, env=env, cwd=Path(__file__).parents[2])

    wanted, errors = hashes(tiny_hub), []
    for row in run.stdout.splitlines():
        at, told, parts, files = json.loads(row)
        assert parts == [], at
        assert "model.safetensors" in files, (at, told)
        assert files.items() <= wanted.items(), (at, told)
        if "folder" not in told:
            errors.append(getattr(hfmagic.errors, told["error"])(told["message"], hint=told["hint"]))
    assert at > 50, run.stderr[-2000:]
    assert len(errors) > 10, "the disk fails where it counts"
    assert {type(error) for error in errors} == {kind}
    assert all(os.strerror(number) in error.line and len(error.line) <= MAX_LINE for error in errors)
