"""Scores of labels as the labels of a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..kinds import Label, Labels


def ranked(names: Mapping[Any, str], scores: Sequence[float]) -> Labels:
    """Labels with their scores, best first; one without a name is LABEL_0, LABEL_1, …"""
    labels = (Label(str(names.get(i, f"LABEL_{i}")), float(s)) for i, s in enumerate(scores))
    return tuple(sorted(labels, key=lambda label: -label.score))
