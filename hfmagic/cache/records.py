"""Tuples of small frozen objects, such as labels, as Arrow lists of structs and back. Knows no kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def is_text(value: Any) -> bool:
    """Whether Arrow holds it exactly as a text."""
    if type(value) is not str:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def is_whole(value: Any) -> bool:
    """Whether Arrow holds it exactly as an integer."""
    return type(value) is int and -(2**63) <= value < 2**63


def is_number(value: Any) -> bool:
    """Whether Arrow holds it exactly as a decimal number."""
    return type(value) is float


@dataclass(frozen=True)
class Record:
    """Structs of one type: each field's Arrow type, how it is read from an object, which values fit, what makes one."""

    type: type
    fields: Mapping[str, tuple[str, Callable[[Any], Any], Callable[[Any], bool]]]
    make: Callable[..., Any]

    def with_gaps(self, name: str) -> Record:
        """The same, but that a field may be None."""
        alias, get, test = self.fields[name]
        return replace(self, fields={**self.fields, name: (alias, get, lambda value: value is None or test(value))})

    def fit(self, items: Any) -> bool:
        """Whether they are a tuple of such objects."""
        tests = [(get, test) for _, get, test in self.fields.values()]
        return type(items) is tuple and all(
            type(one) is self.type and all(test(get(one)) for get, test in tests) for one in items
        )

    def arrow(self) -> pa.DataType:
        """The list of structs."""
        import pyarrow as pa

        return pa.list_(pa.struct([(name, pa.type_for_alias(alias)) for name, (alias, _, _) in self.fields.items()]))

    def pack(self, rows: Sequence[Sequence[Any] | None]) -> pa.Array:
        """One list a row; null for None."""
        import numpy as np
        import pyarrow as pa

        items = list(chain.from_iterable(row for row in rows if row is not None))
        offsets = np.cumsum([0, *(len(row or ()) for row in rows)], dtype=np.int32)
        columns = [pa.array(map(get, items), pa.type_for_alias(alias)) for alias, get, _ in self.fields.values()]
        mask = pa.array([row is None for row in rows])
        return pa.ListArray.from_arrays(
            offsets, pa.StructArray.from_arrays(columns, list(self.fields)), type=self.arrow(), mask=mask
        )

    def unpack(self, lists: pa.Array) -> list[tuple[Any, ...]]:
        """The objects of each row, none for a null."""
        import numpy as np
        import pyarrow.compute as pc

        items = list(map(self.make, *map(objects, lists.flatten().flatten())))
        ends = np.cumsum(pc.fill_null(pc.list_value_length(lists), 0).to_numpy()).tolist()
        return [tuple(items[start:end]) for start, end in pairwise([0, *ends])]


def objects(column: pa.Array) -> list[Any]:
    """The values of a column; the same text is one object, however often it stands there."""
    import pyarrow as pa

    if pa.types.is_string(column.type):
        coded = column.dictionary_encode()
        texts = coded.dictionary.to_pylist()
        return [texts[i] for i in coded.indices.to_numpy().tolist()]
    if column.null_count or pa.types.is_binary(column.type):
        found: list[Any] = column.to_pylist()
        return found
    numbers: list[Any] = column.to_numpy().tolist()
    return numbers


def record_of(of: type, aliases: Mapping[str, str]) -> Record:
    """A record whose fields are the attributes of a type, by their Arrow types."""
    tests = {"string": is_text, "double": is_number, "int64": is_whole}
    return Record(of, {n: (alias, attrgetter(n), tests[alias]) for n, alias in aliases.items()}, of)
