"""The columns and single values that an LLM is told of: of a wide frame those that the request names, and the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from ...kinds import ColumnSchema, InputSchema, Kind
from ..mentions import Words, concept

MOST_COLUMNS = 40  # of a frame; a wider one shows those that the request names, and the first
_MOST_WRITTEN = 540  # characters of the columns of a frame as they are told, about 300 tokens
_BESIDE = 10  # characters beside a name: quotes, the kind


@dataclass(frozen=True)
class Column:
    """A column or a single value, under the name that the LLM sees."""

    name: str
    kind: Kind | None
    frame: str = ""


def columns_of(inputs: Iterable[InputSchema], words: Words, *, many: bool) -> list[Column]:
    """The columns and single values of inputs; `many`: the names of frames stand before those of columns."""
    found: list[Column] = []
    for schema in inputs:
        if schema.kind is not Kind.TABLE:
            found.append(Column(schema.name, schema.kind))
            continue
        found += [Column(f"{schema.name}.{n}" if many else n, k, schema.name) for n, k in _kept(schema, words)]
    return found


def _kept(schema: InputSchema, words: Words) -> list[tuple[str, Kind | None]]:
    """The columns that are shown: all of a usual frame."""
    columns = list(schema.columns)
    if len(columns) > MOST_COLUMNS or sum(map(_written, columns)) > _MOST_WRITTEN:
        said = [c for c in columns if words.score(_Noun(c.name, concept(c.name))) >= 1]
        first = [*said, *(c for c in columns if c not in said)]
        ends = accumulate(map(_written, first))
        fits = [c for c, end in zip(first, ends, strict=True) if end <= _MOST_WRITTEN][:MOST_COLUMNS]
        columns = sorted(fits or first[:1], key=columns.index)
    return [(c.name, c.kind) for c in columns]


def _written(column: ColumnSchema) -> int:
    """How many characters a column takes in the prompt, about."""
    return len(column.name) + _BESIDE


@dataclass(frozen=True)
class _Noun:
    name: str
    concept: str
