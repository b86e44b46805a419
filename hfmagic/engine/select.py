"""Which rows a step runs over: its `where`, evaluated on columns and on what other steps gave."""

from __future__ import annotations

from ..operations.select import row_mask
from ..plan import Column, Predicate, Step
from .tables import Tables


def selected_rows(step: Step, tables: Tables, count: int) -> list[int]:
    """Positions of the rows for which every condition holds; all of them without conditions."""
    if not step.where:
        return list(range(count))
    mask = row_mask([_values(p, tables) for p in step.where], step.where, count)
    return [i for i, holds in enumerate(mask) if holds]


def _values(predicate: Predicate, tables: Tables) -> list[object]:
    if isinstance(predicate.of, Column):
        return tables.rows(predicate.of.of, predicate.of.column)
    value: list[object] = tables.results[predicate.of.step].value
    return value
