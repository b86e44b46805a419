"""Rows of a frame: each different value once, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.batching import batches


def for_each(
    values: Iterable[Any],
    run: Callable[[list[Any]], list[Any]],
    cost: Callable[[list[Any]], list[int]],
    budget: int = 2048,
    most: int = 256,
    read: Callable[[Any], Any] = lambda value: value,
) -> list[Any]:
    """What `run` gives for each value: equal ones are run once, the shortest first; None where there is no value.

    `cost` says how long values are: a batch's rows × its longest stay within `budget`, and memory with it.
    """
    values = list(values)
    keys = [value if isinstance(value, str | Path) else id(value) for value in values]
    different = {key: value for key, value in zip(keys, values, strict=True) if has_value(value)}
    waiting = list(different)
    found: dict[Any, Any] = {}
    costs = cost(list(different.values())) if different else []
    for batch in batches(costs, budget=budget, most=most):
        ready = {waiting[i]: read(different[waiting[i]]) for i in batch}
        ready = {key: value for key, value in ready.items() if value is not None}  # without unreadable files
        if ready:
            found.update(zip(ready, run(list(ready.values())), strict=True))
    return [found.get(key) for key in keys]


def for_each_element(rows: Iterable[Any], run_each: Callable[[list[Any]], list[Any]]) -> list[list[Any] | None]:
    """What `run_each` gives for the elements of each row's list; None for a row that is no list, or lacks one."""
    lists = [list(row) if np.ndim(row) == 1 else None for row in rows]
    found = iter(run_each([element for row in lists if row is not None for element in row]))
    results = [None if row is None else [next(found) for _ in row] for row in lists]
    return [None if row is None or any(one is None for one in row) else row for row in results]


def has_value(value: Any) -> bool:
    """False for what is missing, a number where a text should be, and blank text."""
    return bool(value.strip()) if isinstance(value, str) else not pd.api.types.is_scalar(value)


def folded(values: pd.Series) -> pd.Series:
    """Texts as they are compared: without regard to case and to space around them."""
    return values.astype("string").str.strip().str.casefold()


def as_text(values: pd.Series) -> pd.Series:
    """Numbers as text, whole ones without a point."""
    return values.map(lambda n: str(int(n) if isinstance(n, float) and n.is_integer() else n), na_action="ignore")
