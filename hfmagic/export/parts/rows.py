"""Rows of a frame: their different texts, and results put back where the texts were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def for_elements(rows: Iterable[Any], found: Any) -> list[list[Any] | None]:
    """What was found for the elements of each row's list; None for a row that is no list, or lacks one."""
    lists = [list(row) if np.ndim(row) == 1 else None for row in rows]
    return [[found[e] for e in row] if row is not None and all(e in found for e in row) else None for row in lists]


def as_text(values: pd.Series) -> pd.Series:
    """Numbers as text, whole ones without a point."""
    return values.map(lambda n: str(int(n) if isinstance(n, float) and n.is_integer() else n), na_action="ignore")


@dataclass(frozen=True)
class Same:
    """What is the same in every row, such as one question for many texts."""

    value: Any


def for_rows(
    run: Callable[[list[Any]], list[Any]],
    *columns: Any,
    opened_by: Sequence[Callable[[Any], Any] | None] = (),
    lists: bool = False,
    size: int = 16,
) -> list[Any]:
    """What `run` gives for each row, so many at once, each different value once; None where something is missing.

    Of several columns it gets tuples. `opened_by` has a function for each that opens a file or None; `lists`: the first
    column holds lists, and their elements are what is run.
    """
    count = len(next(c for c in columns if not isinstance(c, Same)))
    rows = list(zip(*(repeat(c.value, count) if isinstance(c, Same) else c for c in columns), strict=True))
    each = [[(v, *rest) for v in values] if np.ndim(values) == 1 else None for values, *rest in rows] if lists else rows
    wanted = [one for row in each for one in row or ()] if lists else rows
    varying = [i for i, c in enumerate(columns) if not isinstance(c, Same)]
    different = list({key_of(one): one for one in wanted if all(is_there(one[i]) for i in varying)}.values())
    found: dict[Any, Any] = {}
    for start in range(0, len(different), size):
        ready = {}
        for one in different[start : start + size]:
            values = tuple(f(v) if f else v for v, f in zip_longest(one, opened_by))
            if all(values[i] is not None for i in varying):
                ready[key_of(one)] = values[0] if len(values) == 1 else values
        found.update(zip(ready, tried(run, list(ready.values())), strict=True))
    if not lists:
        return [found.get(key_of(one)) for one in rows]
    got = [None if row is None else [found.get(key_of(one)) for one in row] for row in each]
    return [None if row is None or any(v is None for v in row) else row for row in got]


def tried(run: Callable[[list[Any]], list[Any]], values: list[Any]) -> list[Any]:
    """What `run` gives for the values; where it fails, one by one, so that a bad one costs only itself."""
    try:
        return run(values) if values else []
    except (ValueError, RuntimeError, IndexError, TypeError, KeyError) as error:
        if len(values) > 1:
            return [found for value in values for found in tried(run, [value])]
        print(f"a row is left out: {error}")
        return [None]


def is_there(value: Any) -> bool:
    """False for a missing value and a blank text."""
    if isinstance(value, str):
        return bool(value.strip())
    return np.ndim(value) > 0 or not (value is None or value is pd.NA or value != value)


def key_of(values: Iterable[Any]) -> tuple[Any, ...]:
    """Equal texts and paths are one; of other things, the same object is."""
    return tuple(v if isinstance(v, str | Path) else id(v) for v in values)


def best(found: list[Any], what: str, *, lists: bool = False) -> list[Any]:
    """The best label of each row, or its score; of each element, where rows hold lists."""
    if lists:
        return [row and [getattr(one[0], what) for one in row] for row in found]
    return [getattr(one[0], what) if one else None for one in found]
