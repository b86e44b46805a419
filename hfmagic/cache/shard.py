"""A shard: one file of results with their keys, written whole or not at all, believed only where its checksums agree.

An Arrow IPC stream of values, zstd inside, that any reader of Arrow opens; behind it what only this cache reads:

    schema │ block │ block │ … │ end of stream │ keys │ head (JSON) │ lengths │ checksum │ magic

A block is a record batch with a checksum of its own, so that a few rows are read without the others, and shards are
merged by copying their blocks. Keys stand together, so that a million of them are read without a value.
Parquet took 10 × as long to read back in blocks of 1,000 rows (0.4 ms), and 0.8 × the bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..kinds import Kind
from .columns import pack, schema, unpack
from .keys import KEY_BYTES

SUFFIX, PART, DAMAGED = ".arrow", ".part", ".damaged"
_MAGIC = b"HFMAGIC1"
_TAIL = struct.Struct("<QQ16s8s")  # bytes of the keys and of the head, checksum, magic
_END = b"\xff\xff\xff\xff\0\0\0\0"  # of an Arrow IPC stream
_FIRST = 1 << 16  # bytes that are read from the end at first: keys and head of 1,000 rows are 17 KB
_HERE = hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()
_writing: set[Path] = set()
"""Parts that this process is writing now."""


class Damaged(ValueError):
    """A file that is no shard, or not as it was written."""


@dataclass(frozen=True)
class Note:
    """Whose results these are. No parameter and no row."""

    task: str
    model_id: str
    kind: Kind


@dataclass(frozen=True)
class Block:
    """A record batch as it stands in the file: an Arrow IPC message."""

    rows: int
    content: bytes


@dataclass(frozen=True)
class Place:
    """Where a block stands in its file."""

    rows: int
    start: int
    size: int
    checksum: str


@dataclass(frozen=True, eq=False)
class Shard:
    """What is known of a file without its values. `keys` are those of its rows, one after another."""

    path: Path
    note: Note
    size: int
    keys: bytes
    places: tuple[Place, ...]
    opening: tuple[int, str]

    @property
    def rows(self) -> int:
        """How many results are in it."""
        return len(self.keys) // KEY_BYTES


def packed(values: Sequence[Any], kind: Kind) -> Block:
    """Values that fit as a block."""
    import pyarrow as pa

    # Arrow's threads cost more than they bring for blocks as small as these.
    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema(kind), options=options) as writer:
        writer.write_batch(pack(values, kind))
    return Block(len(values), sink.getvalue().to_pybytes()[len(_opening(kind)) : -len(_END)])


def unpacked(block: Block, kind: Kind, rows: Any = None) -> list[Any]:
    """The values of a block, or of some of its rows (an array of their numbers). Raises: Damaged."""
    import pyarrow as pa

    content = pa.py_buffer(_opening(kind) + block.content)
    try:
        batch = pa.ipc.open_stream(content, options=pa.ipc.IpcReadOptions(use_threads=False)).read_next_batch()
        return unpack(batch if rows is None or len(rows) == batch.num_rows else batch.take(pa.array(rows)), kind)
    except (pa.ArrowException, ValueError, LookupError) as error:  # of a later hfmagic
        raise Damaged(f"values that are none of {kind}: {error}") from None


def write(folder: Path, note: Note, keys: Sequence[bytes], blocks: Sequence[Block]) -> Shard:
    """A new shard in a folder, which is made where it is not there. Raises: OSError; then no such file is there."""
    opening = _opening(note.kind)
    starts = accumulate((len(b.content) for b in blocks), initial=len(opening))
    places = tuple(
        Place(b.rows, start, len(b.content), _checksum(b.content)) for b, start in zip(blocks, starts, strict=False)
    )
    held = b"".join(keys)
    opened = (len(opening), _checksum(opening))
    head = {"note": asdict(note), "opening": opened, "places": [astuple(place) for place in places]}
    text = json.dumps(head).encode()
    sizes = _TAIL.pack(len(held), len(text), b"", b"")[:16]
    tail = _TAIL.pack(len(held), len(text), bytes.fromhex(_checksum(held + text + sizes)), _MAGIC)
    content = [opening, *(b.content for b in blocks), _END, held, text, tail]
    path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
    try:
        _save(path, content)
    except FileNotFoundError:  # another kernel removed the folder, or swept the part after its clock leapt ahead
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _save(path, content)
    return Shard(path, note, sum(map(len, content)), held, places, opened)


def read(path: Path) -> Shard:
    """Keys and head of a file. Raises: Damaged, OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        end = _last(file, size, min(size, _FIRST))
        if len(end) < _TAIL.size:
            raise Damaged(f"{path.name} is cut")
        key_bytes, head_bytes, checksum, magic = _TAIL.unpack(end[-_TAIL.size :])
        wanted = key_bytes + head_bytes + _TAIL.size
        if magic != _MAGIC or wanted > size:
            raise Damaged(f"{path.name} has no end")
        end = end if wanted <= len(end) else _last(file, size, wanted)
    told = end[-wanted : -_TAIL.size]
    if bytes.fromhex(_checksum(told + end[-_TAIL.size :][:16])) != checksum:
        raise Damaged(f"{path.name} has other keys than were written")
    try:
        head = json.loads(told[key_bytes:])
        note = Note(**head["note"] | {"kind": Kind(head["note"]["kind"])})
        places = tuple(Place(*place) for place in head["places"])
        opening = (int(head["opening"][0]), str(head["opening"][1]))
    except (ValueError, LookupError, TypeError) as error:  # of a later hfmagic
        raise Damaged(f"{path.name} has an unknown head: {error}") from None
    blocks = sum(p.size for p in places)
    if sum(p.rows for p in places) * KEY_BYTES != key_bytes or opening[0] + blocks + len(_END) + wanted != size:
        raise Damaged(f"{path.name} has {size} bytes, other than were written")
    return Shard(path, note, size, told[:key_bytes], places, opening)


def read_blocks(shard: Shard, numbers: Sequence[int]) -> Iterator[Block]:
    """Some of a shard's blocks. Raises: Damaged where one is not as it was written, OSError."""
    with shard.path.open("rb") as file:
        for number in numbers:
            place = shard.places[number]
            file.seek(place.start)
            content = file.read(place.size)
            if _checksum(content) != place.checksum:
                raise Damaged(f"{shard.path.name} has other values than were written")
            yield Block(place.rows, content)


def check(path: Path) -> Shard:
    """Read every byte of a file. Raises: Damaged, OSError."""
    shard = read(path)
    with path.open("rb") as file:
        opening = file.read(shard.opening[0])
        file.seek(shard.opening[0] + sum(p.size for p in shard.places))
        end = file.read(len(_END))
    if _checksum(opening) != shard.opening[1] or end != _END:
        raise Damaged(f"{path.name} has another schema than was written")
    for _ in read_blocks(shard, range(len(shard.places))):
        pass
    return shard


def move_aside(path: Path) -> None:
    """Keep a damaged file out of the way."""
    with contextlib.suppress(OSError):
        path.replace(path.with_suffix(DAMAGED))


def sweep(folder: Path, now: float) -> None:
    """Remove what kernels that died have left: parts that nobody writes any more, damaged files after a week.

    Args:
        now: seconds since 1970. A part of another machine, whose processes are not known here, counts as left after
            an hour.
    """
    for path in [*folder.glob(f"*{PART}"), *folder.glob(f"*{DAMAGED}")]:
        with contextlib.suppress(OSError):
            age = now - path.stat().st_mtime
            if age > 7 * 86_400 or (path.suffix == PART and path not in _writing and _is_left(path, age)):
                path.unlink()


def _is_left(part: Path, age: float) -> bool:
    import psutil

    _, host, process, _ = f"{part.name}....".split(".", 3)
    if host != _HERE or not process.isdecimal():
        return age > 3600
    return int(process) == os.getpid() or not psutil.pid_exists(int(process)) or age > 3600


def _save(path: Path, content: Sequence[bytes]) -> None:
    """Write a file under another name, have it on the disk, and only then give it its own."""
    part = path.with_name(f"{path.stem}.{_HERE}.{os.getpid()}{PART}")
    _writing.add(part)
    try:
        _fill(part, content)
        os.replace(part, path)  # noqa: PTH105  in one view with the other calls of the system
    except BaseException:  # an interrupt, too; what a second one leaves is swept later
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    finally:
        _writing.discard(part)
    _sync(path.parent)


def _fill(part: Path, content: Sequence[bytes]) -> None:
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        for piece in content:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(number, rest) :]
        os.fsync(number)
    finally:
        os.close(number)


def _sync(folder: Path) -> None:
    """Have the new name on the disk, too, where the system can."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _opening(kind: Kind) -> bytes:
    """The schema message, with which a stream begins."""
    found: bytes = schema(kind).serialize().to_pybytes()
    return found


def _last(file: Any, size: int, count: int) -> bytes:
    file.seek(size - count)
    found: bytes = file.read(count)
    return found


def _checksum(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
