"""Which rows of a data set on the Hub are meant: `hf://datasets/owner/name#config/train[:200]`. Asks nobody.

The part in brackets is that of the `datasets` library: rows or shares of the split, counted from its end where they are
negative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .errors import BadOption

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX = "hf://datasets/"
_FORM = "hf://datasets/OWNER/NAME#SPLIT[:200]"
_NAME = r"[A-Za-z0-9][\w.-]*"
_PATTERN = re.compile(
    rf"{PREFIX}(?P<id>{_NAME}/{_NAME})(?:@(?P<revision>[\w./-]+))?"
    rf"(?:\#(?:(?P<config>[^/\[\]#]+)/)?(?P<split>\w[\w.-]*)(?:\[(?P<range>[^\[\]]*)\])?)?"
)
_RANGE = re.compile(r"\s*(?P<start>-?\d+%?)?\s*:\s*(?P<stop>-?\d+%?)?\s*")


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a slice begins or ends: a row, or a share of the split in percent; negative ones count from the end."""

    value: int
    percent: bool = False

    def row(self, rows: int) -> int:
        """The row (from 0) in a split of so many, rounded to the closest as `datasets` does."""
        found = round(self.value * rows / 100) if self.percent else self.value
        return min(max(rows + found if found < 0 else found, 0), rows)

    def __str__(self) -> str:
        return f"{self.value}{'%' * self.percent}"


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a split; an empty `config` or `split` is the only one, an empty `revision` the newest."""

    dataset_id: str
    revision: str = ""
    config: str = ""
    split: str = ""
    start: Bound | None = None
    stop: Bound | None = None

    @property
    def name(self) -> str:
        """What to call it: the name of the data set as one of Python's."""
        return re.sub(r"\W+", "_", self.dataset_id.partition("/")[2]).strip("_") or "rows"

    @property
    def most_rows(self) -> int | None:
        """So many rows from the first one suffice; None: that depends on how many there are."""
        if self.stop is None or self.stop.percent or self.stop.value < 0:
            return None
        from_end = self.start is not None and (self.start.percent or self.start.value < 0)
        return None if from_end else self.stop.value

    def rows(self, count: int) -> range:
        """The rows (from 0) that are meant, of `count`."""
        return range(self.start.row(count) if self.start else 0, self.stop.row(count) if self.stop else count)

    def at(self, revision: str) -> Slice:
        """The same of a revision."""
        return replace(self, revision=revision)

    def __str__(self) -> str:
        where = f"{PREFIX}{self.dataset_id}" + (f"@{self.revision}" if self.revision else "")
        if not self.split:
            return where
        bounds = f"[{self.start or ''}:{self.stop or ''}]" if self.start or self.stop else ""
        return f"{where}#{f'{self.config}/' if self.config else ''}{self.split}{bounds}"


def is_slice(text: str) -> bool:
    """True for a text that names a data set of the Hub."""
    return text.startswith(PREFIX) and "\n" not in text


def parse_slice(text: str) -> Slice:
    """What such a text means. Raises: BadOption shows the form.

    >>> parse_slice("hf://datasets/rajpurkar/squad#train[:10%]").rows(1000)
    range(0, 100)
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise BadOption(f"{text} names no rows of a data set.", hint=_FORM)
    start, stop = None, None
    if (inside := found["range"]) is not None:
        bounds = _RANGE.fullmatch(inside)
        if bounds is None:
            raise BadOption(f"[{inside}] of {text} is no slice.", hint="such as [:200], [10:20], [:10%] or [-50:]")
        start, stop = _bound(bounds["start"]), _bound(bounds["stop"])
    return Slice(found["id"], found["revision"] or "", found["config"] or "", found["split"] or "", start, stop)


def _bound(text: str | None) -> Bound | None:
    if not text:
        return None
    return Bound(int(text.rstrip("%")), text.endswith("%"))


def with_class_names(table: pa.Table, names: Mapping[str, Sequence[str]]) -> pa.Table:
    """A table whose columns of class numbers hold the classes' names; a number without a name, such as -1, is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column, classes in names.items():
        place = table.schema.get_field_index(column)
        if place < 0 or not pa.types.is_integer(table.schema.field(place).type):
            continue
        numbers = table.column(place).cast(pa.int64())
        known = pc.and_(pc.greater_equal(numbers, 0), pc.less(numbers, len(classes)))
        numbers = pc.if_else(known, numbers, None)
        table = table.set_column(place, column, pa.array(list(classes), pa.string()).take(numbers))
    return table
