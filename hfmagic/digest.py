"""What tells two columns apart, and about how far they are apart, without holding a value of either.

Columns are compared by hashes: of all values as they are, and of numbers rounded. About how many texts of an output
differ is estimated from random sums (AMS sketch: Alon, Matias, Szegedy, "The space complexity of approximating the
frequency moments", 1996). A hash tells whoever can guess a whole column that the guess is right; nothing else.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .kinds import Audio, Schema

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    import numpy as np

CLOSE = 0.01  # of numbers, relative to their size: the rounding of another batch, device or library is far less
CLOSE_ROWS = 0.01  # of texts and labels: share of the rows that may differ
SHIFTS = 8  # ways to round; numbers that are close are the same in one of them, but for one case in millions
BLOCK = 4096  # rows that are rounded in one way
MOST_BLOCKS = 64
LEAST_TEXTS = 128  # of fewer, sums would tell which value stands where
TEXTS_PER_SUM = 16
MOST_SUMS = 16
_CHUNK = 1 << 14  # rows whose signs are in memory at once

Shape = Literal["texts", "whole", "decimal", "unread"]


class Digest(Schema):
    """A column, of which no value is held.

    `shape`: texts (or anything else that is no number), whole numbers, decimal numbers (a vector is one of them), or
    unread, when a value could not be read. `whole` is a hash of every value in order. `near` are, for each block of
    decimal numbers, hashes of them rounded in several ways. `sums` are random sums of texts.
    """

    rows: int
    missing: int = 0
    shape: Shape = "texts"
    whole: str = ""
    near: tuple[tuple[str, ...], ...] = ()
    sums: tuple[int, ...] = ()


class Distance(Schema):
    """How far two columns are apart; `words` say it where it can be told."""

    verdict: Literal["same", "close", "differs"]
    words: str = ""


def digest(values: Sequence[Any], *, estimate: bool = False) -> Digest:
    """The digest of a column.

    Args:
        values: texts, numbers, vectors of numbers, pictures, sounds, paths of files, which count by their contents;
            None where missing. Anything else counts by its text.
        estimate: whether about how many texts differ is to be told, of what a model gave; sums of a user's own column
            would tell too much of it.
    """
    import numpy as np

    missing = np.array([_missing(v) for v in values], dtype=bool)
    rows, gone = len(values), int(missing.sum())
    whole = hashlib.sha256(missing.tobytes())
    try:
        shape, numbers = _numbers(values, missing, whole)
        hashes = _hashes(values, missing, whole) if shape == "texts" else np.empty(0, np.uint64)
        near = tuple(_near(numbers))
    except Exception:  # noqa: BLE001  a value may refuse to be read in any way, and no run fails for that
        return Digest(rows=rows, missing=gone, shape="unread")
    count = min(MOST_SUMS, len(hashes) // TEXTS_PER_SUM) if estimate and len(hashes) >= LEAST_TEXTS else 0
    sums = _sums(hashes, 1 - missing.astype(np.int64), count)
    return Digest(rows=rows, missing=gone, shape=shape, whole=whole.hexdigest()[:32], near=near, sums=sums)


def distance(old: Digest, new: Digest) -> Distance:
    """`same`, `close` (numbers within CLOSE of their size, at most CLOSE_ROWS of the texts), or `differs`."""
    if old.rows != new.rows:
        return Distance(verdict="differs", words=f"{new.rows:,} rows, were {old.rows:,}")
    if "unread" in (old.shape, new.shape):
        return Distance(verdict="differs", words="cannot be compared: a value could not be read")
    if old.whole == new.whole and old.shape == new.shape:
        return Distance(verdict="same")
    if old.missing != new.missing:
        return Distance(verdict="differs", words=f"{new.missing:,} rows without a value, were {old.missing:,}")
    if old.near and new.near and "decimal" in (old.shape, new.shape):
        apart = [not set(one).isdisjoint(other) for one, other in zip(old.near, new.near, strict=False)].count(False)
        words = f"in {apart} of {len(old.near)} blocks of rows" if apart and len(old.near) > 1 else ""
        return Distance(verdict="differs" if apart else "close", words=words)
    if old.shape != new.shape:
        return Distance(verdict="differs", words="has values of another kind")
    if not old.sums or len(old.sums) != len(new.sums):
        return Distance(verdict="differs")
    squares = [(one - other) ** 2 for one, other in zip(old.sums, new.sums, strict=True)]
    # a row that differs adds -2, 0 or 2 to a sum, so 2 on average to the square
    rows = min(old.rows, max(1, round(sum(squares) / len(squares) / 2)))
    near = rows <= CLOSE_ROWS * old.rows
    return Distance(verdict="close" if near else "differs", words=f"about {rows:,} of {old.rows:,} rows")


def _missing(value: Any) -> bool:
    absent = value is None or type(value).__name__ in ("NAType", "NaTType")
    return absent or (isinstance(value, float) and value != value)


def _numbers(values: Sequence[Any], missing: np.ndarray, whole: Hash) -> tuple[Shape, np.ndarray]:
    """What kind of column it is, and its numbers to be rounded, as float64 of shape (n,), 0 where missing.

    Of a vector it is the sum with fixed signs; integers are not rounded. `whole` is told all numbers as they are.
    """
    import numpy as np

    present = [v for v, gone in zip(values, missing, strict=True) if not gone]
    if present and all(isinstance(v, bool | int | np.integer | np.bool_) for v in present):
        whole.update(str([0 if gone else int(v) for v, gone in zip(values, missing, strict=True)]).encode())
        return "whole", np.empty(0)
    if present and all(isinstance(v, int | float | np.number) for v in present):
        column = np.array([0.0 if gone else float(v) for v, gone in zip(values, missing, strict=True)]) + 0.0
        if np.all(np.abs(column) < 2**53) and np.all(column == np.floor(column)):  # integers with a gap, in pandas
            whole.update(str(column.astype(np.int64).tolist()).encode())
            return "whole", column
        whole.update(column.astype("<f8").tobytes())
        return "decimal", column
    if not present or not all(_is_vector(v, present[0]) for v in present):
        return "texts", np.empty(0)
    found = np.zeros(len(values))
    for place in np.flatnonzero(~missing).tolist():
        vector = np.asarray(values[place], dtype="<f8") + 0.0
        whole.update(vector.tobytes())
        found[place] = vector @ _signs(np.zeros(len(vector), np.uint64), 0, 1)[:, 0]
    return "decimal", found


def _is_vector(value: Any, like: Any) -> bool:
    """True for numbers in a row, as many as another one has."""
    import numpy as np

    if not isinstance(value, list | tuple | np.ndarray) or not isinstance(like, list | tuple | np.ndarray):
        return False
    if not 0 < len(value) == len(like):
        return False
    if isinstance(value, np.ndarray):  # told without a look at each number
        return value.ndim == 1 and value.dtype.kind == "f"
    return all(isinstance(v, float | np.floating) for v in value)


def _hashes(values: Sequence[Any], missing: np.ndarray, whole: Hash) -> np.ndarray:
    """64 bits a value, of which `whole` is told."""
    import numpy as np
    import pandas as pd

    texts = ["" if gone else _text(v) for v, gone in zip(values, missing, strict=True)]
    found: np.ndarray = pd.util.hash_array(np.array(texts, dtype=object), categorize=True)
    whole.update(found.astype("<u8").tobytes())
    return found


def _text(value: Any) -> str:
    """A value as text; a file, a picture, a sound as the hash of what it holds. No two kinds give the same."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("latin-1") if not value.isascii() else value
    if isinstance(value, Path):
        return f"\0file {hashlib.sha256(value.read_bytes()).hexdigest()}"
    if isinstance(value, Audio):
        return f"\0sound {value.sampling_rate} {hashlib.sha256(value.samples.tobytes()).hexdigest()}"
    if isinstance(value, dict):
        return f"\0dict {[(_text(k), _text(v)) for k, v in value.items()]}"
    if isinstance(value, list | tuple):
        return f"\0list {[_text(v) for v in value]}"
    if hasattr(value, "tobytes"):  # a picture or an array
        size = getattr(value, "size", None)
        return f"\0{type(value).__name__} {size} {hashlib.sha256(value.tobytes()).hexdigest()}"
    return f"\0{type(value).__name__} {value}"


def _near(numbers: np.ndarray) -> Iterator[tuple[str, ...]]:
    """For each block, hashes of its numbers on grids that are shifted against each other.

    A step is CLOSE of a number, or CLOSE of the block's median where that is more (asinh: linear about 0, then
    logarithmic). The median counts by its octave; near the border of two, both are used.
    """
    import numpy as np

    rows = max(BLOCK, math.ceil(len(numbers) / MOST_BLOCKS))
    numbers = np.nan_to_num(numbers, posinf=1e300, neginf=-1e300)
    for start in range(0, len(numbers), rows):
        block = numbers[start : start + rows]
        sizes = np.abs(block[block != 0])
        median = float(np.median(sizes)) if len(sizes) else 1.0
        found = []
        for octave in sorted({math.frexp(median * (1 + margin))[1] for margin in (-CLOSE, CLOSE)}):
            steps = np.arcsinh(block / math.ldexp(1.0, octave - 1)) / CLOSE
            for shift in range(SHIFTS):
                grid = np.floor(steps + shift / SHIFTS).astype("<i8").tobytes()
                found.append(hashlib.sha256(b"%d %d " % (octave, shift) + grid).hexdigest()[:12])
        yield tuple(found)


def _sums(hashes: np.ndarray, weights: np.ndarray, count: int) -> tuple[int, ...]:
    """`count` sums of the weights, with signs that depend on each row's hash and place."""
    import numpy as np

    total = np.zeros(count, np.int64)
    for start in range(0, len(hashes) if count else 0, _CHUNK):
        part = slice(start, start + _CHUNK)
        total += weights[part] @ _signs(hashes[part], start, count)
    return tuple(total.tolist())


def _signs(hashes: np.ndarray, start: int, count: int) -> np.ndarray:
    """±1 of shape (n, count) from 64 bits a row, its place mixed in."""
    import numpy as np

    places = np.arange(start + 1, start + len(hashes) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = _mixed(hashes ^ places)[:, None] >> np.arange(count, dtype=np.uint64)
    signs: np.ndarray = (bits & np.uint64(1)).astype(np.int64) * 2 - 1
    return signs


def _mixed(bits: np.ndarray) -> np.ndarray:
    """splitmix64's last step: every bit depends on all (Steele, Lea, Flood, 2014)."""
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = bits ^ (bits >> np.uint64(31))
    return mixed
