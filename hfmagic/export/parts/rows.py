"""Rows of a frame: their different texts, and results put back where the texts were."""

from __future__ import annotations

from collections.abc import Iterable
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
