"""A model folder without weights: config and safetensors headers, and a hole where the numbers would be.

transformers loads it onto the meta device as it loads any folder, so that what it finds missing is what it would find
missing after the download; a file system keeps the hole for nothing.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from .facts import MAX_HEADER_BYTES

FIRST_BYTES = 200_000  # holds the header of nearly every single-file model


def header_bytes(start: bytes) -> int:
    """Bytes of a safetensors file before its numbers, from its first eight; ValueError when they are no length."""
    length = int.from_bytes(start[:8], "little")
    if len(start) < 8 or not 2 <= length <= MAX_HEADER_BYTES:
        raise ValueError("no safetensors header")
    return 8 + length


@contextlib.contextmanager
def skeleton(
    config: bytes, headers: Mapping[str, bytes], sizes: Mapping[str, int], index: bytes = b""
) -> Iterator[Path]:
    """A temporary folder with `config.json` and, for each name in `headers`, a file of the right size without numbers.

    Args:
        headers: file name → its bytes up to the numbers.
        sizes: file name → its bytes on the Hub.
        index: `model.safetensors.index.json` of a model in shards.
    Raises: ValueError, LookupError, TypeError for a header that is none, or not of a file of that size.
    """
    with tempfile.TemporaryDirectory(prefix="hfmagic-") as name:
        folder = Path(name)
        (folder / "config.json").write_bytes(config)
        if index:
            (folder / "model.safetensors.index.json").write_bytes(index)
        for file, start in headers.items():
            stop = header_bytes(start)
            tensors = json.loads(start[8:stop])
            end = max((t["data_offsets"][1] for n, t in tensors.items() if n != "__metadata__"), default=0)
            if stop + end != sizes[file]:
                raise ValueError("another file length")
            with (folder / Path(file).name).open("wb") as out:
                out.write(start[:stop])
                out.truncate(stop + end)
        yield folder
