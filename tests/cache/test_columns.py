"""Results of every kind in Arrow and back: bit for bit, or not kept at all."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from hfmagic.cache.columns import KINDS, fits, pack, unpack
from hfmagic.cache.shard import packed, unpacked
from hfmagic.kinds import Audio, Box, Kind, Label, Mask, Segment, Span, Transcript, Video

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
bits = st.integers(0, 2**64 - 1).map(lambda b: struct.unpack("<d", struct.pack("<Q", b))[0])  # every double, NaNs too
number = bits | st.floats(width=32)
whole = st.integers(-(2**63), 2**63 - 1)
segment = st.builds(Segment, text, number, st.none() | number)
pixels = arrays.arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 4), st.just(3)))


def many(item: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, max_size=4).map(tuple)


def shaped(most: int, dtype: Any) -> st.SearchStrategy[Any]:
    return arrays.arrays(dtype, arrays.array_shapes(min_dims=1, max_dims=most, min_side=0, max_side=5))


VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.LABELS: many(st.builds(Label, text, number)),
    Kind.SPANS: many(st.builds(Span, text, number, whole, whole, text)),
    Kind.BOXES: many(st.builds(Box, text, *[number] * 5)),
    Kind.MASK: many(st.builds(Mask, text, number, arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2)))),
    Kind.TEXT: text | st.builds(Transcript, text, many(segment)),
    Kind.NUMBER: number | whole,
    Kind.EMBEDDING: shaped(2, np.float32) | shaped(1, np.float16) | shaped(1, np.int64),
    Kind.IMAGE: pixels.map(Image.fromarray)
    | shaped(1, np.float32).filter(len).map(lambda a: Image.fromarray(a[None]))
    | pixels.map(lambda p: Image.fromarray(p).convert("RGBA"))
    | pixels.map(lambda p: Image.fromarray(p).convert("1")),
    Kind.AUDIO: st.builds(Audio, shaped(1, np.float32), st.integers(1, 192_000)),
    Kind.VIDEO: st.builds(
        Video, arrays.arrays(np.uint8, st.tuples(st.integers(0, 3), st.just(2), st.just(3), st.just(3))), number
    ),
}


def exactly(value: Any) -> Any:
    """A value in which every bit and type counts."""
    if isinstance(value, float):
        return struct.pack("<d", value)
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Image.Image):
        return type(value), value.mode, value.size, value.tobytes(), value.info
    if isinstance(value, Transcript):
        return "Transcript", str(value), exactly(value.segments)
    if isinstance(value, tuple):
        return [exactly(v) for v in value]
    names = getattr(value, "__dataclass_fields__", None)
    return (type(value), [exactly(getattr(value, n)) for n in names]) if names else (type(value), value)


def test_every_kind_that_is_kept_is_tested():
    assert set(VALUES) == KINDS
    assert set(Kind) - {Kind.TABLE, Kind.DOCUMENT} == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60)
@given(data=st.data())
def test_values_come_back_bit_for_bit(kind: Kind, data: st.DataObject):
    values = data.draw(st.lists(VALUES[kind], min_size=1, max_size=6))
    assert all(fits(v, kind) for v in values)

    assert [exactly(v) for v in unpack(pack(values, kind), kind)] == [exactly(v) for v in values]
    assert [exactly(v) for v in unpacked(packed(values, kind), kind)] == [exactly(v) for v in values]


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=20)
@given(data=st.data())
def test_some_rows_come_back_without_the_others(kind: Kind, data: st.DataObject):
    values = data.draw(st.lists(VALUES[kind], min_size=1, max_size=6))
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, unique=True).map(sorted))

    found = unpacked(packed(values, kind), kind, np.array(rows))

    assert [exactly(v) for v in found] == [exactly(values[i]) for i in rows]


PICTURE = Image.new("RGB", (2, 2))
WITH_INFO = PICTURE.copy()
WITH_INFO.info["exif"] = b"turned"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.LABELS, [Label("a", 0.5)]),
        (Kind.LABELS, (Label("a", 1),)),
        (Kind.LABELS, (Label("a", np.float64(0.5)),)),
        (Kind.LABELS, (Label("a", np.float32(0.5)),)),
        (Kind.LABELS, (Label("\ud800", 0.5),)),
        (Kind.LABELS, (Span("a", 0.5, 0, 1),)),
        (Kind.LABELS, "a"),
        (Kind.SPANS, (Span("a", 0.5, 2**63, 1),)),
        (Kind.SPANS, (Span("a", 0.5, 0, 1, None),)),
        (Kind.BOXES, (Box("a", 0.5, 0, 0, 0, 0),)),
        (Kind.MASK, (Mask("a", 0.5, np.zeros((2, 2), np.uint8)),)),
        (Kind.MASK, (Mask("a", 0.5, np.zeros((2, 2, 2), bool)),)),
        (Kind.TEXT, "\ud800"),
        (Kind.TEXT, ["a"]),
        (Kind.TEXT, np.str_("a")),
        (Kind.TEXT, Transcript("a", [Segment("a", 0.0, 1.0)])),
        (Kind.TEXT, Transcript("a", (Segment("a", 0, 1.0),))),
        (Kind.NUMBER, True),
        (Kind.NUMBER, 2**63),
        (Kind.NUMBER, np.float32(1)),
        (Kind.NUMBER, None),
        (Kind.EMBEDDING, [0.5]),
        (Kind.EMBEDDING, np.array(["a"])),
        (Kind.EMBEDDING, np.array([1.0], ">f4")),
        (Kind.EMBEDDING, np.ma.masked_array([1.0], [True])),
        (Kind.IMAGE, WITH_INFO),
        (Kind.IMAGE, PICTURE.convert("P")),
        (Kind.IMAGE, "a.png"),
        (Kind.AUDIO, Audio([0.5], 8_000)),
        (Kind.AUDIO, Audio(np.zeros(2, np.float32), 8_000.0)),
        (Kind.VIDEO, Video(np.zeros((1, 2, 2, 3), np.uint8), 10)),
    ],
)
def test_what_would_come_back_as_something_else_does_not_fit(kind: Kind, value: Any):
    assert not fits(value, kind)


def test_texts_that_are_the_same_are_one_object():
    found = unpack(pack([(Label("POSITIVE", math.nan),)] * 3, Kind.LABELS), Kind.LABELS)

    assert len({id(labels[0].label) for labels in found}) == 1


def test_an_array_that_comes_back_can_be_written_to():
    (found,) = unpack(pack([np.zeros(3, np.float32)], Kind.EMBEDDING), Kind.EMBEDDING)
    found[0] = 1.0

    assert found.tolist() == [1.0, 0.0, 0.0]
