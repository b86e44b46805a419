"""The CTranslate2 model file: a list of named arrays. Read here, nothing of it is run.

The layout is that of `Model::load` in OpenNMT/CTranslate2, src/models/model.cc, binary version 6; little endian:

    u32 version · string specification · u32 revision · u32 arrays
    each array:  string name · u8 rank · rank × u32 length · u8 type · u32 bytes · the bytes
    u32 aliases; each: string alias · string name
    string: u16 length, with a closing zero byte
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import ndarray

_TYPES = ("float32", "int8", "int16", "int32", "float16")
_VERSION = 6


def read_arrays(path: Path) -> dict[str, ndarray[Any, Any]]:
    """Every array by its name (aliases too), in the type in which it is stored; a rank of 0 gives shape ().

    Raises:
        ValueError: another version of the format, or the file ends early.
    """
    import numpy as np

    data = memoryview(path.read_bytes())
    at = 0

    def number(form: str) -> int:
        nonlocal at
        size = struct.calcsize(form)
        if at + size > len(data):
            raise ValueError(f"{path.name} ends early, at byte {at:,}")
        (value,) = struct.unpack_from(f"<{form}", data, at)
        at += size
        return int(value)

    def content(size: int) -> memoryview:
        nonlocal at
        if at + size > len(data):
            raise ValueError(f"{path.name} ends early, at byte {at:,}")
        at += size
        return data[at - size : at]

    def text() -> str:
        return bytes(content(number("H"))).rstrip(b"\0").decode()

    if (version := number("I")) != _VERSION:
        raise ValueError(f"{path.name} has version {version} of the CTranslate2 format, wanted {_VERSION}")
    text(), number("I")  # specification and its revision
    arrays: dict[str, ndarray[Any, Any]] = {}
    for _ in range(number("I")):
        name = text()
        shape = tuple(number("I") for _ in range(number("B")))
        kind = _TYPES[number("B")]
        arrays[name] = np.frombuffer(content(number("I")), dtype=kind).reshape(shape)
    for _ in range(number("I")):
        alias, name = text(), text()
        arrays[alias] = arrays[name]
    return arrays
