"""A model folder without weights: config and safetensors headers, to see what a model lacks before it is fetched."""

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
def skeleton(config: bytes, headers: Mapping[str, bytes], sizes: Mapping[str, int]) -> Iterator[Path]:
    """A temporary folder with `config.json` and, for each name in `headers`, a file that ends where the numbers begin.

    Args:
        headers: file name → its bytes up to the numbers, or some more.
        sizes: file name → its bytes on the Hub.
    Raises: ValueError, LookupError, TypeError for a header that is none, or not of a file of that size.
    """
    with tempfile.TemporaryDirectory(prefix="hfmagic-") as name:
        folder = Path(name)
        (folder / "config.json").write_bytes(config)
        for file, start in headers.items():
            stop = header_bytes(start)
            tensors = json.loads(start[8:stop])
            end = max((t["data_offsets"][1] for n, t in tensors.items() if n != "__metadata__"), default=0)
            if stop + end != sizes[file]:
                raise ValueError("another file length")
            (folder / Path(file).name).write_bytes(start[:stop])
        yield folder


def tensor_shapes(folder: Path) -> dict[str, list[int]]:
    """Tensor name → shape, from the headers of a folder's safetensors files.

    Raises: OSError, ValueError, LookupError, TypeError for a header that is none.
    """
    shapes: dict[str, list[int]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            start = file.read(8)
            tensors = json.loads(file.read(header_bytes(start) - 8))
        shapes |= {name: [int(n) for n in t["shape"]] for name, t in tensors.items() if name != "__metadata__"}
    return shapes
