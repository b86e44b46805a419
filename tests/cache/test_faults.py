"""Whatever happens to a kernel, a disk or a file: what is found is right, and a cell never fails for its cache."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hfmagic.cache
from hfmagic.cache import SHARD_ROWS, ResultCache, Verified
from hfmagic.cache.shard import Damaged, check
from hfmagic.kinds import Kind
from tests.cache.things import SALT, computation, found, keep, parts, result, right, shards, step, texts
from tests.interrupted import interrupted, unmeasured

HERE = str(Path(hfmagic.cache.__file__).parent)


# An interrupt between a file's opening and its `with` leaves it to the garbage collector, which says so.
UNCLOSED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.fault(51)
@UNCLOSED
def test_an_interrupt_at_any_line_of_a_write_leaves_right_results_or_none(tmp_path: Path):
    line, fired = 0, True
    while fired:
        folder = tmp_path / str(line // 25)  # so that there are never many shards to look at
        line += 1
        cache, values = step(folder), texts(3, 3 * line)
        keep(cache, values, flush=False)
        fired = interrupted(cache.flush, line, below=HERE)

        assert parts(folder) == []
        assert right(step(folder), values) in (0, 3)
        assert right(cache, values) == 3, "what was not written waits"
        if line % 5 == 0:
            interrupted(cache.flush, line // 2, below=HERE)  # a second interrupt, while the first one's flush runs
        cache.flush()

    assert line > 100, "the trace sees the lines of a write"
    assert sum(right(step(folder), texts(3 * line + 3)) for folder in tmp_path.iterdir()) == 3 * line
    for folder in tmp_path.iterdir():
        assert ResultCache(folder, salt=SALT).verify().damaged == 0
        assert parts(folder) == []


@UNCLOSED
def test_an_interrupt_at_many_lines_of_a_merge_loses_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    line, fired = 0, True
    while fired:
        folder = tmp_path / str(line)
        before = step(folder)
        for start in (0, 2, 4):
            keep(before, texts(2, start))
        cache = ResultCache(folder, salt=SALT)
        line += 7
        with monkeypatch.context() as patch:
            patch.setattr("hfmagic.cache.shelf.MERGE_AT", 3)
            fired = interrupted(lambda cache=cache: cache.of(computation(), Kind.LABELS), line, below=HERE)
        merged = len(shards(folder))

        assert right(step(folder), texts(6)) == 6
        assert list(folder.glob("*/*.damaged")) == []
        assert parts(folder) == []
    assert line > 100
    assert merged == 1


CALLS = ("open", "write", "fsync", "replace", "close", "mkdir", "listdir", "unlink")


class Disk:
    """A disk that fails at the nth call of the system, once or from then on."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, number: int, *, stays: bool) -> None:
        self.calls, self.at, self.number, self.stays = 0, at, number, stays
        for name in CALLS:
            patch.setattr(os, name, self._failing(name, getattr(os, name)))

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls == self.at or (self.stays and self.calls > self.at):
                if name == "close":
                    real(*args, **named)
                raise OSError(self.number, os.strerror(self.number))
            return real(*args, **named)

        return call


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_fails_at_any_call_fails_no_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, stays: bool
):
    at, reached = 0, True
    while reached:
        at += 1
        folder = tmp_path / str(at)
        cache = ResultCache(folder, salt=SALT)
        with monkeypatch.context() as patch:
            disk = Disk(patch, at, number, stays=stays)
            one = cache.of(computation(), Kind.LABELS)
            keep(one, texts(5))
            keep(one, texts(5, 5))
            reached = disk.calls >= at

        there = right(step(folder), texts(10))
        assert there in (0, 5, 10)
        assert there == 10 or cache.notes, "it says why nothing was kept"
        assert parts(folder) == [] or stays
        assert ResultCache(folder, salt=SALT).verify().damaged == 0
    assert at > 12


def test_a_disk_that_is_full_is_noted_once_and_asked_again_by_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache = ResultCache(tmp_path, salt=SALT)
    with monkeypatch.context() as patch:
        disk = Disk(patch, 1, errno.ENOSPC, stays=True)
        one = cache.of(computation(), Kind.LABELS)
        keep(one, texts(5))
        calls = disk.calls
        keep(one, texts(5, 5))
        assert disk.calls == calls
    keep(cache.of(computation(), Kind.LABELS), texts(5))

    assert len([n for n in cache.notes if "No space left" in n]) == 1
    assert right(step(tmp_path), texts(10)) == 5


def test_a_shard_that_cannot_be_read_now_is_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keep(step(tmp_path), texts(5))
    cache = ResultCache(tmp_path, salt=SALT)
    one = cache.of(computation(), Kind.LABELS)

    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", broken)
        assert found(one, texts(5)) == {}
        assert found(ResultCache(tmp_path, salt=SALT).of(computation(), Kind.LABELS), texts(5)) == {}
    assert "Input/output error" in cache.notes[0]
    assert right(step(tmp_path), texts(5)) == 5


def test_a_folder_that_is_read_only_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keep(step(tmp_path), texts(10))
    connect, opened = sqlite3.connect, os.open

    def read_only(path: Any, *args: Any, **named: Any) -> Any:
        if path != ":memory:":
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return connect(path, *args, **named)

    def no_new(path: Any, flags: int, *args: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *args, **named)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    monkeypatch.setattr(os, "open", no_new)
    cache = ResultCache(tmp_path, salt=SALT)
    one = cache.of(computation(), Kind.LABELS)
    assert right(one, texts(10)) == 10
    keep(one, texts(10, 10))

    assert [n for n in cache.notes if "Read-only file system" in n] == list(cache.notes) != []
    assert right(cache.of(computation(), Kind.LABELS), texts(20)) == 10
    assert [e.rows for e in cache.list()] == [10]


KILLED = """
import sys
from pathlib import Path
from tests.cache.things import found, keep, result, step, texts
cache, values = step(Path(sys.argv[1])), texts(20_000)
there = found(cache, values)
print("begun", flush=True)
for start in range(0, 20_000, 250):
    part = [values[i] for i in range(start, start + 250) if i not in there]
    keep(cache, part, flush=False)
    print(start + 250, flush=True)
"""


@pytest.mark.fault(53)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_redoes_at_most_one_shard(tmp_path: Path):
    added = 0
    for lines in (1, 3, 9, 14, 30, 80):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=unmeasured()
        )
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        added = max(added, *(int(line) for line in told if line.strip().isdecimal()), 0)

        there = right(step(tmp_path), texts(20_000))
        assert there >= added - SHARD_ROWS
        assert ResultCache(tmp_path, salt=SALT).verify().damaged == 0
    assert added >= 19_000


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    keep(step(tmp_path), texts(5))
    (path,) = shards(tmp_path)
    return path


def damages(content: bytes) -> Iterator[bytes]:
    yield b""
    yield content[:-1]
    yield content[: len(content) // 2]
    yield content + b"\0"
    yield b"\0" * len(content)
    yield b"garbage" * 100
    for share in (1, 30, 500):
        yield content[:-share] + b"\0" * share
    for at in range(0, len(content), 41):
        yield content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


@pytest.mark.fault(54)
def test_a_damaged_shard_is_never_believed_and_computed_again(shard: Path, tmp_path: Path):
    content = shard.read_bytes()
    for damage in damages(content):
        shard.write_bytes(damage)
        cache = ResultCache(tmp_path, salt=SALT)
        one = cache.of(computation(), Kind.LABELS)
        there = found(one, texts(5))

        assert there in ({}, {i: result(f"text {i}") for i in range(5)})
        if not there:
            assert len(cache.notes) == 1
            assert [p.suffix for p in shard.parent.iterdir() if p.stem == shard.stem] == [".damaged"]
            keep(one, texts(5))
            assert right(step(tmp_path), texts(5)) == 5
        for path in shard.parent.iterdir():
            path.unlink()


def test_every_byte_of_a_shard_is_checked(shard: Path):
    content = shard.read_bytes()
    assert check(shard).rows == 5
    for at in range(len(content)):
        shard.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(Damaged):
            check(shard)


def test_verifying_finds_what_is_damaged(tmp_path: Path):
    for i in range(3):
        keep(step(tmp_path), texts(5, 5 * i))
    one = shards(tmp_path)[0]
    content = one.read_bytes()
    one.write_bytes(content[:300] + b"\0" * 20 + content[320:])
    cache = ResultCache(tmp_path, salt=SALT)

    assert cache.verify() == Verified(2, 10, 1)
    assert cache.verify() == Verified(2, 10, 0)
    assert len(cache.notes) == 1
    assert [e.rows for e in cache.list()] == [10]


def test_a_shard_under_another_name_or_of_another_kind_gives_no_other_values(tmp_path: Path):
    keep(step(tmp_path), texts(5))
    keep(step(tmp_path, revision="1" * 40), texts(5, 5))
    one, other = shards(tmp_path)
    one.write_bytes(other.read_bytes())

    assert right(step(tmp_path), texts(10)) in (0, 5)
    assert right(step(tmp_path, revision="1" * 40), texts(10)) in (0, 5)


def left(folder: Path, name: str, age: float) -> Path:
    path = folder / name
    path.write_bytes(b"half a sha")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_what_dead_kernels_left_is_swept(shard: Path, tmp_path: Path):
    from hfmagic.cache.shard import _HERE

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    swept = [
        left(shard.parent, f"a.{_HERE}.{gone.pid}.part", 1),
        left(shard.parent, "b.elsewhere.1.part", 4000),
        left(shard.parent, "c.part", 4000),
        left(shard.parent, "d.damaged", 8 * 86_400),
    ]
    kept = [
        left(shard.parent, f"e.{_HERE}.{os.getppid()}.part", 1),
        left(shard.parent, "f.elsewhere.1.part", 1),
        left(shard.parent, "g.damaged", 86_400),
        left(shard.parent, "h.elsewhere.1.part", -86_400),  # the clock went backwards
    ]
    step(tmp_path)

    assert [p.name for p in swept if p.exists()] == []
    assert [p.name for p in kept if not p.exists()] == []
    assert right(step(tmp_path), texts(5)) == 5


def test_a_part_that_is_swept_while_it_is_written_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real, swept = os.fsync, []

    def sweeping(number: int) -> None:
        real(number)
        if not swept:
            swept.extend(parts(tmp_path))
            for path in swept:
                path.unlink()

    keep(step(tmp_path), texts(1))
    monkeypatch.setattr(os, "fsync", sweeping)
    keep(step(tmp_path), texts(5))

    assert len(swept) == 1
    assert right(step(tmp_path), texts(5)) == 5
