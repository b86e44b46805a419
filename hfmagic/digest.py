"""What tells two columns apart, and about how far they are apart, without holding a value of either.

A text or number is compared by a hash. How many values differ, and by how much, is estimated from random sums (AMS
sketch: Alon, Matias, Szegedy, "The space complexity of approximating the frequency moments", 1996): of n values there
are at most n / 8 sums of texts, n / 4 of numbers, so that no value can be solved for.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .kinds import Audio, Schema

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    import numpy as np

MOST_SUMS = 32  # an estimate is then right within a quarter, two times of three
TEXTS_PER_SUM = 8
NUMBERS_PER_SUM = 4
LEAST_NUMBERS = 8  # of fewer there would be one sum, in which differences may cancel each other
CLOSE = 1e-3  # of numbers, relative to their size: the rounding of another batch, device or library
CLOSE_ROWS = 0.01  # of texts and labels: share of the rows that may differ
_CHUNK = 1 << 14  # rows that are in memory as numbers at once


class Digest(Schema):
    """A column, of which no value is held.

    `whole` is a hash of every value in order. `near` are hashes of fewer than LEAST_NUMBERS numbers, rounded in
    ways of which one stays the same when they change less than CLOSE. `sums` are random sums
    of the values, `size` is the root of the numbers' mean square.
    """

    rows: int
    missing: int = 0
    numeric: bool = False
    whole: str = ""
    near: tuple[str, ...] = ()
    sums: tuple[float, ...] = ()
    size: float = 0.0


class Distance(Schema):
    """How far two columns are apart; `words` say it where it can be told."""

    verdict: Literal["same", "close", "differs"]
    words: str = ""


def digest(values: Sequence[Any], *, texts: bool = True) -> Digest:
    """The digest of a column.

    Args:
        values: texts, numbers, vectors of numbers, pictures, sounds, paths of files, which count by their contents;
            None where missing. Anything else counts by its text.
        texts: whether a distance is to be told of texts, too, and not only whether they are the same.
    Raises: OSError for a file that cannot be read.
    """
    import numpy as np

    missing = np.array([_missing(v) for v in values], dtype=bool)
    whole = hashlib.sha256(missing.tobytes())
    numbers = _numbers(values, missing, whole)
    hashes = None if numbers is not None else _hashes(values, missing, whole)
    gone = int(missing.sum())
    found = Digest(rows=len(values), missing=gone, numeric=numbers is not None, whole=whole.hexdigest()[:32])
    return (
        found.model_copy(update=_told(numbers, hashes, missing, len(values) - gone))
        if texts or found.numeric
        else found
    )


def _told(
    numbers: np.ndarray | None, hashes: np.ndarray | None, missing: np.ndarray, present: int
) -> dict[str, object]:
    """What of a digest tells a distance."""
    import numpy as np

    if hashes is not None:
        return {"sums": _rounded(_sums(hashes, 1.0 - missing, min(MOST_SUMS, present // TEXTS_PER_SUM)))}
    if numbers is None or present < LEAST_NUMBERS:
        return {} if numbers is None else {"near": _near(numbers)}
    count, places = min(MOST_SUMS, present // NUMBERS_PER_SUM), np.zeros(len(numbers), np.uint64)
    size = math.sqrt(float(np.square(numbers).sum()) / present)
    return {"sums": _rounded(_sums(places, numbers, count) / math.sqrt(present)), "size": float(f"{size:.3g}")}


def distance(old: Digest, new: Digest) -> Distance:
    """`same`, `close` (numbers within CLOSE of their size, at most CLOSE_ROWS of the texts), or `differs`."""
    if old.rows != new.rows:
        return Distance(verdict="differs", words=f"{new.rows:,} rows, were {old.rows:,}")
    if old.whole == new.whole:
        return Distance(verdict="same")
    if old.missing != new.missing:
        return Distance(verdict="differs", words=f"{new.missing:,} rows without a value, were {old.missing:,}")
    if old.numeric != new.numeric:
        return Distance(verdict="differs", words="numbers in one, none in the other")
    return _apart(old, new)


def _apart(old: Digest, new: Digest) -> Distance:
    if not old.sums or len(old.sums) != len(new.sums):
        close = not set(old.near).isdisjoint(new.near)
        return Distance(verdict="close", words="") if close else Distance(verdict="differs")
    squares = [(one - other) ** 2 for one, other in zip(old.sums, new.sums, strict=True)]
    mean = sum(squares) / len(squares)
    if old.numeric:
        apart = math.sqrt(mean) / max(old.size, 1e-300)
        return Distance(verdict="close" if apart <= CLOSE else "differs", words=f"by about {apart:.1g} of their size")
    rows = min(old.rows, max(1, round(mean / 2)))  # a row that differs adds 0 or ±2, so 2 on average of its square
    near = rows <= CLOSE_ROWS * old.rows
    return Distance(verdict="close" if near else "differs", words=f"about {rows:,} of {old.rows:,} rows")


def _missing(value: Any) -> bool:
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")
    )


def _numbers(values: Sequence[Any], missing: np.ndarray, whole: Hash) -> np.ndarray | None:
    """The values as float64 of shape (n,), 0 where missing, a vector by its sum with fixed signs; `whole` is told all.

    Returns: None, and `whole` is told nothing, when they are no numbers.
    """
    import numpy as np

    first = next((v for v, gone in zip(values, missing, strict=True) if not gone), None)
    if isinstance(first, bool | int | float | np.number | np.bool_):
        blank: Any = 0.0
    elif isinstance(first, list | tuple | np.ndarray) and len(first) and np.ndim(first) == 1:
        blank = np.zeros(len(first))
    else:
        return None
    told, found = whole.copy(), [np.empty(0)]
    for part in _parts(len(values)):
        row = zip(values[part], missing[part], strict=True)
        try:
            numbers = np.array([blank if gone else v for v, gone in row], dtype="<f8") + 0.0  # -0.0 is 0.0
        except (TypeError, ValueError):  # texts among them, or vectors of several lengths
            return None
        told.update(numbers.tobytes())
        signs = None if numbers.ndim == 1 else _signs(np.zeros(numbers.shape[1], np.uint64), 0, 1)[:, 0]
        found.append(numbers if signs is None else numbers @ signs)
    whole.update(told.digest())
    return np.concatenate(found)


def _hashes(values: Sequence[Any], missing: np.ndarray, whole: Hash) -> np.ndarray:
    """64 bits a value, of which `whole` is told."""
    import numpy as np
    import pandas as pd

    found = [np.empty(0, np.uint64)]
    for part in _parts(len(values)):
        texts = ["" if gone else _text(v) for v, gone in zip(values[part], missing[part], strict=True)]
        found.append(pd.util.hash_array(np.array(texts, dtype=object), categorize=True))
        whole.update(found[-1].astype("<u8").tobytes())
    return np.concatenate(found)


def _parts(rows: int) -> Iterator[slice]:
    """Rows that are in memory at once."""
    return (slice(start, start + _CHUNK) for start in range(0, rows, _CHUNK))


def _text(value: Any) -> str:
    """A value as text; a file, a picture, a sound as the hash of what it holds."""
    if isinstance(value, Path):
        return hashlib.sha256(value.read_bytes()).hexdigest()
    if isinstance(value, Audio):
        return hashlib.sha256(value.samples.tobytes()).hexdigest() + str(value.sampling_rate)
    if hasattr(value, "tobytes"):  # a picture or an array
        shape = getattr(value, "size", None)
        return hashlib.sha256(value.tobytes()).hexdigest() + repr(shape)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, default=_text, sort_keys=True)
    return str(value).encode("utf-8", "replace").decode()


def _sums(hashes: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """`count` sums of the weights, with signs that depend on each row's hash and place."""
    import numpy as np

    total = np.zeros(count)
    for part in _parts(len(hashes) if count else 0):
        total += weights[part] @ _signs(hashes[part], part.start, count)
    return total


def _signs(hashes: np.ndarray, start: int, count: int) -> np.ndarray:
    """±1 of shape (n, count) from 64 bits a row, its place mixed in."""
    import numpy as np

    places = np.arange(start + 1, start + len(hashes) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = _mixed(hashes ^ places)[:, None] >> np.arange(count, dtype=np.uint64)
    return (bits & np.uint64(1)).astype(np.float64) * 2 - 1


def _mixed(bits: np.ndarray) -> np.ndarray:
    """splitmix64's last step: every bit depends on all (Steele, Lea, Flood, 2014)."""
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = bits ^ (bits >> np.uint64(31))
    return mixed


def _near(column: np.ndarray) -> tuple[str, ...]:
    """Hashes of the numbers on two grids, half a step apart: a small change crosses a border of one of them at most.

    The step follows the octave of the largest number; near the border of two octaves it is that of each.
    """
    import numpy as np

    size = float(np.abs(column).max(initial=0.0))
    octaves = {math.frexp(size * (1 + margin))[1] for margin in (-CLOSE, CLOSE)}
    found = []
    for octave in sorted(octaves):
        steps = column / math.ldexp(2 * CLOSE, octave)
        grids = (np.floor(steps + shift).astype("<i8").tobytes() for shift in (0.0, 0.5))
        found += [hashlib.sha256(bytes([shift]) + grid).hexdigest()[:16] for shift, grid in enumerate(grids)]
    return tuple(found)


def _rounded(sums: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.9g}") for value in sums)
