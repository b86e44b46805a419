"""Computations and values that the tests of the cache share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hfmagic.cache import Computation, ResultCache, StepCache
from hfmagic.kinds import Kind, Label

SALT = "a salt"


def computation(**changes: Any) -> Computation:
    parts = {
        "task": "text-classification",
        "model_id": "a/b",
        "revision": "0" * 40,
        "dtype": "float32",
        "parameters": {"top_k": 2},
        "seed": 0,
        "code": "1",
    }
    return Computation(**parts | changes)


def step(folder: Path, kind: Kind = Kind.LABELS, **changes: Any) -> StepCache:
    """A step of a kernel that has just started."""
    return ResultCache(folder, salt=SALT).of(computation(**changes), kind)


def texts(count: int, start: int = 0) -> list[str]:
    return [f"text {i}" for i in range(start, start + count)]


def result(text: str) -> tuple[Label, ...]:
    """What a model would say: other for every text, the same each time."""
    score = int(text.split()[1]) / 1_000_003
    return (Label("POSITIVE", score), Label("NEGATIVE", 1 - score))


def keep(cache: StepCache, values: Sequence[str], *, flush: bool = True) -> None:
    cache.add(cache.keys(values), [result(v) for v in values])
    if flush:
        cache.flush()


def found(cache: StepCache, values: Sequence[str]) -> dict[int, Any]:
    return cache.find(cache.keys(values))


def right(cache: StepCache, values: Sequence[str]) -> int:
    """How many of the values are found; each must be as it was computed."""
    there = found(cache, values)
    assert there == {i: result(values[i]) for i in there}
    return len(there)


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.arrow"))


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.part"))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
