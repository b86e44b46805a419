"""Scores of labels as the labels of a value, or of a batch of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Label, Labels

if TYPE_CHECKING:
    from torch import Tensor


def ranked(names: Mapping[Any, str], scores: Sequence[float]) -> Labels:
    """Labels with their scores, best first; one without a name is LABEL_0, LABEL_1, …"""
    labels = (Label(str(names.get(i, f"LABEL_{i}")), float(s)) for i, s in enumerate(scores))
    return tuple(sorted(labels, key=lambda label: -label.score))


def ranked_rows(names: Mapping[Any, str], scores: Tensor, most: int = 0) -> list[Labels]:
    """The same for scores of shape (rows, labels), sorted at once: half a microsecond a label, most of it the Label.

    Args:
        most: labels of a row that are given, the best ones; 0: all.
    """
    import numpy as np

    found, count = scores.sort(dim=-1, descending=True, stable=True), scores.shape[-1]
    known = np.array([str(names.get(i, f"LABEL_{i}")) for i in range(count)], object)
    kept = min(most or count, count)
    order = known[found.indices[:, :kept].cpu().numpy()].ravel().tolist()
    labels = map(Label, order, found.values[:, :kept].ravel().tolist())
    return list(zip(*[labels] * kept, strict=True))  # so many labels after another are a row
