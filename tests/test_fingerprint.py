"""A change of what a plan reads is noticed, in place or not; what it does not read does not count."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hfmagic.fingerprint import fingerprint
from hfmagic.kinds import Kind
from hfmagic.plan import Column, Frame, Plan, Step, Variable
from hfmagic.recognise import Input, Reader, recognise

READER = Reader((Path("/"),))
LABEL = Step(id="a", task="text-classification", inputs={"text": Column(column="t", of="df")}, output="t_label")


def _found(value: object, name: str = "df") -> dict[str, Input]:
    return {name: recognise(name, value, reader=READER)}


def _plan(step: Step, found: dict[str, Input]) -> Plan:
    return Plan(inputs=tuple(i.schema for i in found.values()), steps=(step,))


def _of(value: object, step: Step = LABEL) -> str:
    found = _found(value)
    return fingerprint(_plan(step, found), found)


CELLS = st.lists(
    st.text(max_size=5) | st.none() | st.integers(-3, 3) | st.floats(allow_nan=True), min_size=1, max_size=6
)


@given(CELLS, CELLS)
def test_equal_columns_are_equal_and_others_are_not(one: list[object], other: list[object]):
    def shown(values: list[object]) -> list[str]:
        return [repr(None if v is None or v != v else v) for v in values]

    frames = [pd.DataFrame({"t": pd.Series(values, dtype=object)}) for values in (one, list(one), other)]
    first, same, third = (_of(f) for f in frames)

    assert first == same
    if shown(one) != shown(other) and [type(v) for v in one] == [type(v) for v in other]:
        assert first != third


@pytest.mark.parametrize(
    ("before", "after"),
    [(-1, -2), ("a", "b"), (["x"], ["y"]), (("a", ["x"]), ("a", ["y"])), (np.zeros(3), np.ones(3)), (1.0, None)],
)
def test_a_cell_that_is_changed_in_place_is_noticed(before: object, after: object):
    frame = pd.DataFrame({"t": pd.Series([before, before], dtype=object)})
    found = {"df": Input(recognise("df", pd.DataFrame({"t": ["x", "y"]}), reader=READER).schema, frame=_narwhal(frame))}
    plan = _plan(LABEL, found)
    first = fingerprint(plan, found)
    assert first == fingerprint(plan, found)

    frame.at[1, "t"] = after

    assert first != fingerprint(plan, found)


def _narwhal(frame: pd.DataFrame):
    import narwhals as nw

    return nw.from_native(frame, eager_only=True)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_only_what_the_plan_reads_counts(make: type):
    data = {"t": ["good", "bad"], "n": [[1], [2]]}
    changed = {**data, "n": [[1], [3]]}
    whole = Step(id="c", task="filter", inputs={"table": Frame(frame="df")}, output="kept")

    assert _of(make(data)) == _of(make(changed))
    assert _of(make(data), whole) == _of(make(dict(data)), whole)
    assert _of(make(data), whole) != _of(make(changed), whole)
    assert _of(make(data)) != _of(make({"t": ["good", "bad", "ugly"], "n": [[1], [2], [3]]}))


def test_a_picture_that_is_painted_over_is_noticed():
    picture = Image.new("RGB", (4, 4))
    step = Step(id="i", task="image-classification", inputs={"image": Variable(variable="p")}, output="p_label")
    found = _found(picture, "p")
    plan = _plan(step, found)
    first = fingerprint(plan, found)
    assert first == fingerprint(plan, found)

    found["p"].value.putpixel((0, 0), (255, 0, 0))

    assert first != fingerprint(plan, found)


def test_a_file_that_is_written_over_is_noticed(tmp_path: Path):
    path = tmp_path / "p.png"
    Image.new("RGB", (4, 4)).save(path)
    step = Step(id="i", task="image-classification", inputs={"image": Variable(variable="p")}, output="p_label")
    found = _found(path, "p")
    assert found["p"].schema.kind is Kind.IMAGE
    first = fingerprint(_plan(step, found), found)

    os.utime(path, ns=(1, 1))

    assert first != fingerprint(_plan(step, found), found)


def test_what_cannot_be_digested_counts_as_changed():
    class Odd:
        def __reduce__(self) -> str:
            raise ValueError("no")

    frame = pd.DataFrame({"t": pd.Series([Odd()], dtype=object)})
    found = {"df": Input(recognise("df", pd.DataFrame({"t": ["x"]}), reader=READER).schema, frame=_narwhal(frame))}
    plan = _plan(LABEL, found)
    assert fingerprint(plan, found) != fingerprint(plan, found)


def test_files_of_rows_count_by_when_they_were_written_and_their_size_and_are_not_read(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"t": ["some good words here"], "n": [1]}).to_parquet(path)
    found = _found(str(path))
    plan = _plan(LABEL, found)
    first = fingerprint(plan, found)
    content = path.read_bytes()
    os.utime(path, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
    assert first == fingerprint(plan, found) == fingerprint(plan, _found(str(path)))

    path.write_bytes(content + b" ")
    os.utime(path, ns=(1, 1))

    assert first != fingerprint(plan, found)


def test_a_query_counts_as_changed_every_time():
    found = _found(pl.LazyFrame({"t": ["some good words here"]}))
    plan = _plan(LABEL, found)

    assert fingerprint(plan, found) != fingerprint(plan, found)
