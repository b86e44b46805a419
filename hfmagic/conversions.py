"""Which kind may stand in for which, and how a value becomes it. Knows no step."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import UnknownKind
from .kinds import Box, ColumnSchema, Kind, Mask, Span

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 50, 20, 200  # of a table that is to be text, and of a cell of it


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a value of a kind becomes another one: the function of one value, and what it keeps, in words."""

    run: Callable[[Any], Any]
    keeps: str


_TEXT = ColumnSchema(name="label", kind=Kind.LABELS, dtype="string")
_PLACES = ("xmin", "ymin", "xmax", "ymax")


def _numbers(*names: str) -> tuple[ColumnSchema, ...]:
    return tuple(ColumnSchema(name=name, kind=Kind.NUMBER, dtype="float64") for name in names)


TABLE_COLUMNS: Mapping[Kind, tuple[ColumnSchema, ...]] = MappingProxyType(
    {
        Kind.SPANS: (
            ColumnSchema(name="text", kind=Kind.LABELS, dtype="string"),
            _TEXT,
            *_numbers("start", "end", "score"),
        ),
        Kind.BOXES: (_TEXT, *_numbers("score", *_PLACES)),
        Kind.MASK: (_TEXT, *_numbers("score", "area", *_PLACES)),
    }
)
"""What the table of a value of each kind has; `area` is the share of the picture, places are in pixels."""


def as_table(values: Sequence[Any], kind: Kind, *, numbered: bool = False) -> pd.DataFrame:
    """The things found in several rows, a row each.

    Args:
        numbered: add the column `row`, the position (from 0) of the row in which it was found.
    """
    import pandas as pd

    names = [c.name for c in TABLE_COLUMNS[kind]]
    found = [(i, _record(one)) for i, value in enumerate(values) for one in value or ()]
    table = pd.DataFrame([[record[n] for n in names] for _, record in found], columns=names)
    for column in TABLE_COLUMNS[kind]:
        table[column.name] = table[column.name].astype("float64" if column.kind is Kind.NUMBER else "str")
    if numbered:
        table.insert(0, "row", [i for i, _ in found])
    return table


def _record(one: Any) -> dict[str, Any]:
    if isinstance(one, Span):
        return {n: getattr(one, n) for n in ("text", "label", "start", "end", "score")}
    if isinstance(one, Mask):
        box = mask_box(one)
        area = float(one.mask.mean()) if one.mask.size else 0.0
        return {"label": one.label, "score": one.score, "area": area, **{n: getattr(box, n) for n in _PLACES}}
    return {n: getattr(one, n) for n in ("label", "score", *_PLACES)}


def mask_box(mask: Mask) -> Box:
    """The least box around a mask; one without area where the mask is empty."""
    import numpy as np

    down, across = np.flatnonzero(mask.mask.any(axis=1)), np.flatnonzero(mask.mask.any(axis=0))
    if not len(down):
        return Box(mask.label, mask.score, 0.0, 0.0, 0.0, 0.0)
    edges = (across[0], down[0], across[-1] + 1, down[-1] + 1)
    return Box(mask.label, mask.score, *(float(edge) for edge in edges))


def with_texts(found: Sequence[Any], texts: Sequence[Any]) -> list[Any]:
    """Spans that know what stands there, from the texts in which they were found."""
    return [
        tuple(replace(s, text=s.text or text[s.start : s.end]) for s in spans)
        for spans, text in zip(found, texts, strict=True)
    ]


def counted(labels: Iterable[str]) -> str:
    """Names with how often they come, the most frequent first: "3 persons, 1 dog"; "nothing" where there is none."""
    counts: dict[str, int] = {}
    for label in labels:
        counts[label or "part"] = counts.get(label or "part", 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(_plural(name, count) for name, count in ordered) or "nothing"


def _plural(name: str, count: int) -> str:
    """Plain English words get an ending; any other name, such as LABEL_0, does not."""
    if not re.fullmatch(r"[a-z][a-z ]*", name):
        return f"{count} × {name}"
    ending = "" if count == 1 else "es" if re.search(r"(s|x|z|ch|sh)$", name) else "s"
    return f"{count} {name}{ending}"


def markdown(table: Any) -> str:
    """A table of whatever frame library as Markdown: MOST_ROWS rows and MOST_COLUMNS columns of it, said where cut."""
    import narwhals as nw

    frame = nw.from_native(table, eager_only=True)
    names = frame.columns[:MOST_COLUMNS]
    rows = frame.select(names).head(MOST_ROWS).rows()
    lines = [names, ["---"] * len(names), *rows]
    text = "\n".join("| " + " | ".join(_cell(v) for v in line) + " |" for line in lines)
    left = [f"{len(frame) - MOST_ROWS:,} more rows"] if len(frame) > MOST_ROWS else []
    left += [f"{len(frame.columns) - len(names)} more columns"] if len(frame.columns) > len(names) else []
    return f"{text}\n\n({', '.join(left)})" if left else text


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = " ".join(f"{value:.6g}".split() if isinstance(value, float) else str(value).split()).replace("|", "\\|")
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _best(labels: Any) -> Any:
    """A category column of the user's holds plain strings, a step's holds Labels."""
    return labels[0].label if labels and isinstance(labels, tuple) else labels


CONVERSIONS: Mapping[tuple[Kind, Kind], Conversion] = MappingProxyType(
    {
        (Kind.LABELS, Kind.TEXT): Conversion(_best, "the best label"),
        (Kind.TEXT, Kind.LABELS): Conversion(lambda text: text, "the text as a label"),
        (Kind.NUMBER, Kind.TEXT): Conversion(
            lambda n: str(int(n) if isinstance(n, float) and n.is_integer() else n), "its digits"
        ),
        (Kind.SPANS, Kind.TEXT): Conversion(
            lambda spans: ", ".join(dict.fromkeys(s.text or s.label for s in spans)), "what is named, with commas"
        ),
        (Kind.BOXES, Kind.TEXT): Conversion(lambda boxes: counted(b.label for b in boxes), "how many of what"),
        (Kind.MASK, Kind.TEXT): Conversion(lambda masks: counted(m.label for m in masks), "how many of what"),
        (Kind.MASK, Kind.BOXES): Conversion(lambda masks: tuple(map(mask_box, masks)), "the least box around each"),
        (Kind.SPANS, Kind.TABLE): Conversion(lambda spans: as_table([spans], Kind.SPANS), "a row for each thing named"),
        (Kind.BOXES, Kind.TABLE): Conversion(lambda boxes: as_table([boxes], Kind.BOXES), "a row for each box"),
        (Kind.MASK, Kind.TABLE): Conversion(lambda masks: as_table([masks], Kind.MASK), "a row for each part"),
        (Kind.IMAGE, Kind.VIDEO): Conversion(lambda image: image, "the pictures of an animation"),
        (Kind.TABLE, Kind.TEXT): Conversion(markdown, f"a Markdown table of at most {MOST_ROWS} rows"),
    }
)
"""(from, to) → how. Whatever is not here takes a step of the plan: it costs a model, or gives several values."""

BY_STEP: Mapping[tuple[Kind, Kind], str] = MappingProxyType(
    {
        (Kind.AUDIO, Kind.TEXT): "automatic-speech-recognition",
        (Kind.AUDIO, Kind.LABELS): "audio-classification",
        (Kind.IMAGE, Kind.TEXT): "image-to-text",
        (Kind.IMAGE, Kind.LABELS): "image-classification",
        (Kind.IMAGE, Kind.BOXES): "object-detection",
        (Kind.IMAGE, Kind.MASK): "image-segmentation",
        (Kind.IMAGE, Kind.EMBEDDING): "image-feature-extraction",
        (Kind.VIDEO, Kind.IMAGE): "frames",
        (Kind.VIDEO, Kind.LABELS): "video-classification",
        (Kind.BOXES, Kind.IMAGE): "crop",
        (Kind.TEXT, Kind.SPANS): "token-classification",
        (Kind.TEXT, Kind.EMBEDDING): "feature-extraction",
        (Kind.TEXT, Kind.IMAGE): "text-to-image",
        (Kind.TEXT, Kind.AUDIO): "text-to-speech",
        (Kind.LABELS, Kind.EMBEDDING): "feature-extraction",
    }
)
"""(from, to) → the task of the step that does it."""


def may_become(kind: Kind | None, wanted: Kind) -> bool:
    """True when a value of `kind` can be used where `wanted` is asked for; an unknown kind is tried."""
    return kind is None or kind == wanted or (kind, wanted) in CONVERSIONS


def convert(value: Any, kind: Kind | None, wanted: Kind) -> Any:
    """The value as `wanted`; unchanged where it already is. Raises: UnknownKind names the step that would do it."""
    if kind is None or kind == wanted or value is None:
        return value
    if (kind, wanted) not in CONVERSIONS:
        raise UnknownKind(f"{kind} is no {wanted}.", hint=hint_of(kind, wanted))
    return CONVERSIONS[kind, wanted].run(value)


def hint_of(kind: Kind, wanted: Kind) -> str:
    """Which step would make one kind of another; "" where none does."""
    task = BY_STEP.get((kind, wanted))
    return f"add a step {task}" if task else ""
