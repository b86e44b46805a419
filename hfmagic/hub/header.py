"""The head of a safetensors file: 8 bytes of length, little-endian, then JSON that names every tensor. No numbers.

The format: https://github.com/huggingface/safetensors/blob/v0.5.3/README.md#format
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_HEADER_BYTES = 100_000_000  # safetensors reads no more either
MOST_DIMENSIONS = 64  # torch has no more
DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64"}


@dataclass(frozen=True)
class Header:
    """What a head says: each tensor's shape, the parameters of each dtype, and how many bytes the whole file has.

    `text` is the head itself, up to where the numbers begin.
    """

    shapes: Mapping[str, tuple[int, ...]]
    counts: Mapping[str, int]
    file_bytes: int
    text: bytes = field(repr=False)


def header_bytes(start: bytes) -> int:
    """Bytes of a file before its numbers, from its first eight; ValueError when they are no length."""
    length = int.from_bytes(start[:8], "little")
    if len(start) < 8 or not 2 <= length <= MAX_HEADER_BYTES:
        raise ValueError("no safetensors header")
    return 8 + length


def parse_header(start: bytes) -> Header:
    """The head at the start of a file's bytes. Raises ValueError, whatever is wrong with it."""
    stop = header_bytes(start)
    try:
        tensors = json.loads(start[8:stop])
        tensors.pop("__metadata__", None)
        shapes = {name: _shape(tensor) for name, tensor in tensors.items()}
        counts: dict[str, int] = {}
        for name, tensor in tensors.items():
            dtype = DTYPES.get(tensor["dtype"], str(tensor["dtype"]).lower())
            counts[dtype] = counts.get(dtype, 0) + math.prod(shapes[name])
        end = max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
    except (LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError("no safetensors header") from None
    return Header(shapes, counts, stop + end, start[:stop])


def read_header(path: Path) -> Header:
    """The head of a file. Raises OSError, ValueError."""
    with path.open("rb") as file:
        start = file.read(8)
        return parse_header(start + file.read(header_bytes(start) - 8))


def total_counts(headers: Iterable[Header]) -> dict[str, int]:
    """The parameters of each dtype in several files."""
    total: Counter[str] = Counter()
    for header in headers:
        total.update(header.counts)
    return dict(total)


def _shape(tensor: Mapping[str, Any]) -> tuple[int, ...]:
    """A tensor's shape, if its numbers can be in the bytes that it claims: no dtype takes less than four bits."""
    shape, (begin, stop) = tuple(tensor["shape"]), tensor["data_offsets"]
    if len(shape) > MOST_DIMENSIONS or any(type(n) is not int or not 0 <= n < 2**63 for n in (*shape, begin, stop)):
        raise ValueError("no shape")
    if math.prod(shape) > 2 * (stop - begin):
        raise ValueError("more numbers than bytes")
    return shape
