"""The shards of one computation: found by key, written, merged. Several kernels do so at once.

The folder says what there is. A shard that is gone when it is read was merged or evicted by another kernel: the folder
is looked at again. One that is damaged is moved aside, and its rows are as if they had never been computed.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .columns import fits
from .keys import KEY_BYTES
from .shard import SUFFIX, Block, Damaged, Note, Shard, move_aside, packed, read, read_blocks, unpacked, write

if TYPE_CHECKING:
    import numpy as np

SHARD_ROWS = 1000  # of a block, too
MERGE_AT = 64  # small shards
MERGED_ROWS = 1 << 16
MERGED_BYTES = 1 << 26
LOOKS = 4  # at the folder, while other kernels change it


class Ledger(Protocol):
    """Who is told what happens to shards."""

    def added(self, shards: Sequence[Shard]) -> None:
        """They are new."""

    def used(self, shards: Sequence[Shard]) -> None:
        """They are about to be read."""

    def gone(self, paths: Sequence[Path]) -> None:
        """They are no more."""

    def damaged(self, error: Damaged) -> None:
        """One is not as it was written, and was moved aside."""


@dataclass(frozen=True)
class _Hits:
    """Rows of a shard that are wanted, block by block: the numbers of rows in the block, and where their keys stand."""

    shard: Shard
    blocks: Mapping[int, tuple[np.ndarray, np.ndarray]]


class Shelf:
    """A folder of shards of one computation."""

    def __init__(self, folder: Path, note: Note, ledger: Ledger) -> None:
        self.folder, self.note, self._ledger = folder, note, ledger
        self.shards: dict[str, Shard] = {}

    def look(self) -> None:
        """See which shards there are now; only the keys of new ones are read."""
        try:
            # The list at once: an interrupt would leave an iterator over the folder open.
            names = sorted(name for name in os.listdir(self.folder) if name.endswith(SUFFIX))  # noqa: PTH208
        except OSError:
            names = []
        found = {}
        for name in names:
            shard = self.shards.get(name) or self._opened(self.folder / name)
            if shard is not None and shard.note.kind is self.note.kind:
                found[name] = shard
        self.shards = found

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Any]:
        """The values of those keys that are here."""
        found: dict[bytes, Any] = {}
        with _uncollected():
            for _ in range(LOOKS):
                missing = [key for key in keys if key not in found]
                if not missing or self._read(missing, found):
                    break
                self.look()
        return found

    def write(self, values: Mapping[bytes, Any]) -> None:
        """A new shard of values by key; what does not fit its columns exactly is left out. Raises: OSError."""
        fitting = {key: value for key, value in values.items() if fits(value, self.note.kind)}
        blocks = _packed(list(fitting.values()), self.note)
        if blocks:
            self._add(write(self.folder, self.note, list(fitting), blocks))

    def merge(self) -> None:
        """Where there are many small shards, make few large ones of them; left to another kernel that does so now.

        Until the large one is there the small ones stay, and until they are gone both are right. Raises: OSError.
        """
        if len(self._small()) < MERGE_AT:
            return
        import filelock

        with contextlib.suppress(filelock.Timeout), filelock.FileLock(self.folder / "lock", timeout=0, mode=0o600):
            self.look()
            while len(small := self._small()) >= MERGE_AT:
                if not self._merge(small):
                    break

    def _small(self) -> list[Shard]:
        return [s for s in self.shards.values() if s.rows < MERGED_ROWS // 2 and s.size < MERGED_BYTES // 2]

    def _merge(self, small: Sequence[Shard]) -> bool:
        """One large shard of some small ones; False where fewer than two of them could be read."""
        keys: list[bytes] = []
        blocks: list[Block] = []
        done: list[Shard] = []
        seen = {part for s in self.shards.values() if s not in small for part in _parts(s)}
        for shard in small:
            if len(keys) + shard.rows > MERGED_ROWS or sum(len(b.content) for b in blocks) + shard.size > MERGED_BYTES:
                break
            if (held := self._held(shard)) is None:
                continue
            for part, block in zip(_parts(shard), held, strict=True):
                if part not in seen:  # else it is of two kernels that did the same, or of a merge that was killed
                    keys += _cut(part)
                    blocks.append(block)
                    seen.add(part)
            done.append(shard)
        if len(done) < 2:
            return False
        if blocks:
            keys, blocks = _repacked(keys, blocks, self.note)
            self._add(write(self.folder, self.note, keys, blocks))
        self._remove(done)
        return True

    def _held(self, shard: Shard) -> list[Block] | None:
        try:
            return list(read_blocks(shard, range(len(shard.places))))
        except FileNotFoundError:
            self._forget([shard.path])
        except Damaged as error:
            self._lose(shard.path, error)
        return None

    def _remove(self, shards: Sequence[Shard]) -> None:
        for shard in shards:
            with contextlib.suppress(OSError):
                shard.path.unlink(missing_ok=True)
        self._forget([s.path for s in shards])

    def _read(self, keys: Sequence[bytes], found: dict[bytes, Any]) -> bool:
        """Add what is here to `found`; False where a shard could not be read, so that another may have its rows."""
        hits = list(self._hits(keys))
        self._ledger.used([hit.shard for hit in hits])
        complete = True
        for hit in hits:
            try:
                for block, (rows, places) in zip(
                    read_blocks(hit.shard, list(hit.blocks)), hit.blocks.values(), strict=True
                ):
                    values = unpacked(block, self.note.kind, rows)
                    found.update(zip([keys[i] for i in places.tolist()], values, strict=True))
            except FileNotFoundError:
                self._forget([hit.shard.path])
                complete = False
            except Damaged as error:
                self._lose(hit.shard.path, error)
                complete = False
        return complete

    def _hits(self, keys: Sequence[bytes]) -> Iterator[_Hits]:
        """Where the keys stand, each once."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        shards = [s for s in self.shards.values() if s.rows]
        if not shards:
            return
        kind = pa.binary(KEY_BYTES)
        held = pa.chunked_array(
            [pa.FixedSizeBinaryArray.from_buffers(kind, s.rows, [None, pa.py_buffer(s.keys)]) for s in shards]
        )
        at = pc.fill_null(pc.index_in(held, value_set=pa.array(keys, kind)), -1).to_numpy()
        rows = np.flatnonzero(at >= 0)
        rows = np.sort(rows[np.unique(at[rows], return_index=True)[1]])
        start = 0
        for shard in shards:
            inside = rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + shard.rows)]
            blocks = {}
            if len(inside):
                first = start
                for number, place in enumerate(shard.places):
                    own = inside[np.searchsorted(inside, first) : np.searchsorted(inside, first + place.rows)]
                    if len(own):
                        blocks[number] = (own - first, at[own])
                    first += place.rows
                yield _Hits(shard, blocks)
            start += shard.rows

    def _add(self, shard: Shard) -> None:
        self.shards = {**self.shards, shard.path.name: shard}
        self._ledger.added([shard])

    def _forget(self, paths: Sequence[Path]) -> None:
        names = {path.name for path in paths}
        self.shards = {name: shard for name, shard in self.shards.items() if name not in names}
        self._ledger.gone(paths)

    def _opened(self, path: Path) -> Shard | None:
        try:
            return read(path)
        except Damaged as error:
            self._lose(path, error)
        except OSError:
            pass
        return None

    def _lose(self, path: Path, error: Damaged) -> None:
        move_aside(path)
        self._forget([path])
        self._ledger.damaged(error)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage while a million labels are made: it would look at all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _cut(keys: bytes) -> list[bytes]:
    return [keys[i : i + KEY_BYTES] for i in range(0, len(keys), KEY_BYTES)]


def _parts(shard: Shard) -> list[bytes]:
    """The keys of each block, one after another."""
    ends = list(accumulate((place.rows * KEY_BYTES for place in shard.places), initial=0))
    return [shard.keys[start:end] for start, end in pairwise(ends)]


def _repacked(keys: Sequence[bytes], blocks: Sequence[Block], note: Note) -> tuple[list[bytes], list[Block]]:
    """The same rows, those of blocks of a few together in new ones; larger blocks are taken as they are."""
    kept: list[bytes] = []
    whole: list[Block] = []
    few: dict[bytes, Any] = {}
    rest = iter(keys)
    for block in blocks:
        own = list(islice(rest, block.rows))
        if block.rows >= SHARD_ROWS // 2:
            kept += own
            whole.append(block)
        else:
            few.update(zip(own, unpacked(block, note.kind), strict=True))
    return [*kept, *few], [*whole, *_packed(list(few.values()), note)]


def _packed(values: Sequence[Any], note: Note) -> list[Block]:
    """Blocks of SHARD_ROWS or somewhat more, none of a few rows that were left over."""
    size = math.ceil(len(values) / max(1, len(values) // SHARD_ROWS)) if values else 1
    return [packed(values[i : i + size], note.kind) for i in range(0, len(values), size)]
