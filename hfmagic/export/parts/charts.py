"""Which names a chart shows, and in which order: by size, the rest as "other"."""

from __future__ import annotations

import re

import pandas as pd


def fewer(values: pd.DataFrame, most: int) -> pd.DataFrame:
    """Rows by size, those after `most` in one, "other"; numbers, dates and "2 stars" in their own order."""
    if all(re.match(r"\s*-?\d", str(name)) for name in values.index):
        return values.sort_index(key=lambda n: n.astype(str).str.extract(r"(\d+)")[0].astype(int), kind="stable")
    values = values.loc[values.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    rest = values[most - 1 :].sum().to_frame("other").T
    return values if len(values) <= most else pd.concat([values[: most - 1], rest])


def largest(values: pd.DataFrame, most: int) -> pd.DataFrame:
    """Rows by size, at most so many; numbers, dates and "2 stars" in their own order, and all of them."""
    numbered = all(re.match(r"\s*-?\d", str(name)) for name in values.index)
    return fewer(values, len(values))[: None if numbered else most]


def most_frequent(names: pd.Series, most: int) -> pd.Series:
    """The names, those after `most` as "other"; not those such as "2 stars"."""
    counts = names.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    numbered = all(re.match(r"\s*-?\d", str(name)) for name in counts.index)
    return names if numbered or len(counts) <= most else names.where(names.isin(counts.index[: most - 1]), "other")
