"""Which names a step of an LLM reads, and how it counts its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...tasks import CATALOGUE
from .fields import Fields, number_in

_SLOTS = frozenset({"x", "color", "column", *(slot for spec in CATALOGUE.values() for slot in spec.takes)})


def read_by(step: Fields) -> set[str]:
    """The names that a step reads; what is no text is for `add` to refuse."""
    found: list[Any] = [v for k, v in step.values.items() if k in _SLOTS]
    by, where, value = (step.values.get(name) for name in ("by", "where", "value"))
    found += value.split()[-1:] if isinstance(value, str) else []
    found += by if isinstance(by, list) else [by]
    found += [c.get("column") for c in where if isinstance(c, Mapping)] if isinstance(where, list) else []
    return {name for name in found if isinstance(name, str) and name}


def first_number(steps: Sequence[Fields]) -> int:
    """The number that an LLM gives to the first step: 0 where it names such a step, or nodes and never the last one."""
    named = [(n, number, step.number) for step in steps for n in read_by(step) if (number := number_in(n)) is not None]
    nodes = named and all("node" in n.lower() and number < place - 1 for n, number, place in named)
    return 0 if nodes or any(number == 0 for _, number, _ in named) else 1
