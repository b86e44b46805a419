"""Rows that are alike in meaning, in named groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...operations.cluster import cluster_rows


def group_rows(
    embeddings: Iterable[Any],
    texts: Iterable[Any] | None = None,
    across: Iterable[Any] | None = None,
    groups: int = 0,
    seed: int = 0,
) -> list[str | None]:
    """The name of each row's group; None for a row without an embedding.

    `texts` give the names. Groups cut across the values in `across`; 0 groups: as many as the silhouette says.
    """
    points = [point if np.ndim(point) == 1 else None for point in embeddings]
    # Equal texts share one embedding, which counts once: its first row.
    first = {id(point): i for i, point in reversed(list(enumerate(points))) if point is not None}
    rows = sorted(first.values())
    if not rows:
        return [None for _ in points]
    names = cluster_rows(
        np.stack([np.asarray(points[i], dtype=np.float32) for i in rows]),
        beside(texts, rows) if texts is not None else None,
        groups=groups,
        seed=seed,
        across=beside(across, rows) if across is not None else None,
    )
    name_of = dict(zip(rows, names, strict=True))
    return [None if point is None else name_of[first[id(point)]] for point in points]


def beside(values: Iterable[Any], rows: list[int]) -> list[str]:
    """What stands in these rows of another column; missing ones as empty text."""
    there = list(values)
    return [there[i] if isinstance(there[i], str) else "" for i in rows]
