"""Which kind may stand in for which, and how a value becomes it. Knows no step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .kinds import Kind

CONVERSIONS: Mapping[tuple[Kind, Kind], Callable[[Any], Any]] = MappingProxyType(
    {
        (Kind.LABELS, Kind.TEXT): lambda labels: labels[0].label if labels and isinstance(labels, tuple) else labels,
        (Kind.TEXT, Kind.LABELS): lambda text: text,
        (Kind.NUMBER, Kind.TEXT): lambda n: str(int(n) if isinstance(n, float) and n.is_integer() else n),
    }
)
"""(from, to) → function of one value. A category column of the user's holds plain strings, a step's holds Labels."""


def may_become(kind: Kind | None, wanted: Kind) -> bool:
    """True when a value of `kind` can be used where `wanted` is asked for; an unknown kind is tried."""
    return kind is None or kind == wanted or (kind, wanted) in CONVERSIONS


def convert(value: Any, kind: Kind | None, wanted: Kind) -> Any:
    """The value as `wanted`; unchanged where it already is."""
    if kind is None or kind == wanted or value is None:
        return value
    return CONVERSIONS[kind, wanted](value)
