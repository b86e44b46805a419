"""Rows become one file, whole or not at all, and nothing of anybody else is written over."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic import sink as module
from hfmagic.errors import BadOption, NoSpace
from hfmagic.kinds import Audio, Box, Kind, Label, Span
from hfmagic.sink import Sink, array_of, checked_output, conformed, output_path, type_of, without_columns

SCHEMA = pa.schema({"n": pa.int64(), "label": pa.string()})


def write(path: Path, *parts: dict[str, list[Any]], schema: pa.Schema = SCHEMA) -> Path:
    with Sink(path, schema) as sink:
        for part in parts:
            sink.write(pa.table(part))
        return sink.close()


@given(st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=6), st.integers(1, 9))
def test_the_file_holds_the_parts_in_order(tmp_path_factory: Any, parts: list[list[int]], group: int):
    path = tmp_path_factory.mktemp("out") / "rows.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GROUP_ROWS", group)
        write(path, *({"n": pa.array(p, pa.int64()), "label": pa.array(map(str, p), pa.string())} for p in parts))

    found = pq.read_table(path)

    assert found["n"].to_pylist() == [n for p in parts for n in p]
    assert found.schema.types == SCHEMA.types


def test_a_column_without_a_value_in_the_first_part_keeps_its_type(tmp_path: Path):
    path = write(tmp_path / "x.parquet", {"n": [1], "label": [None]}, {"n": [2]}, {"n": [3], "label": ["good"]})

    assert pq.read_table(path)["label"].to_pylist() == [None, None, "good"]


def test_a_file_and_its_folder_are_open_to_their_owner_alone(tmp_path: Path):
    path = write(tmp_path / "outputs" / "x.parquet", {"n": [1]})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_not_closed_leaves_nothing_and_what_was_there_stays(tmp_path: Path):
    path = write(tmp_path / "x.parquet", {"n": [1]})

    def stopped() -> None:
        with Sink(path, SCHEMA) as sink:
            sink.write(pa.table({"n": [2]}))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert [p.name for p in tmp_path.iterdir()] == ["x.parquet"]
    assert pq.read_table(path)["n"].to_pylist() == [1]


def test_a_run_writes_over_its_own_file_and_no_other(tmp_path: Path):
    own = write(tmp_path / "own.parquet", {"n": [1]})
    write(own, {"n": [2]})
    assert pq.read_table(own)["n"].to_pylist() == [2]

    foreign = tmp_path / "foreign.parquet"
    pq.write_table(pa.table({"n": [1]}), foreign)
    (tmp_path / "text.parquet").write_text("mine")
    (tmp_path / "link.parquet").symlink_to(foreign)
    for name in ("foreign.parquet", "text.parquet", "link.parquet"):
        with pytest.raises(BadOption) as error:
            Sink(tmp_path / name, SCHEMA)
        assert len(error.value.line) <= 200
    with pytest.raises(BadOption, match="what is read"):
        checked_output(own, [own])


def test_what_a_killed_run_left_is_swept_and_what_a_running_one_writes_is_not(tmp_path: Path):
    dead = 2**22 + 1  # no process has such a number: Linux counts to 2²²
    for pid in (dead, os.getppid()):
        (tmp_path / f".x.parquet.{pid}.tmp").touch()

    write(tmp_path / "x.parquet", {"n": [1]})

    assert sorted(p.name for p in tmp_path.iterdir()) == [f".x.parquet.{os.getppid()}.tmp", "x.parquet"]


@pytest.mark.parametrize("where", ["fsync", "replace", "mkdir"])
def test_a_full_disk_is_one_line_and_leaves_nothing(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if where == "fsync" else (Path, where)), full)

    with pytest.raises(NoSpace) as error:
        write(tmp_path / "x.parquet", {"n": [1]})

    assert len(error.value.line) <= 200
    assert list(tmp_path.iterdir()) == []


def test_columns_can_be_left_out_afterwards(tmp_path: Path):
    path = write(tmp_path / "x.parquet", {"n": [1, 2], "label": ["a", "b"]})

    without_columns(path, ["label"])

    assert pq.read_table(path).to_pydict() == {"n": [1, 2]}
    write(path, {"n": [3]})  # still its own


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "words"),
        (Kind.NUMBER, 2),
        (Kind.EMBEDDING, [0.5, 1.0]),
        (Kind.SPANS, (Span("PER", 0.9, 0, 3, "Ann"),)),
        (Kind.BOXES, (Box("cat", 0.9, 0, 0, 1, 1),)),
        (None, "anything"),
    ],
)
def test_every_kind_has_one_type_with_values_or_without(kind: Kind | None, value: Any, tmp_path: Path):
    for lists in (False, True):
        wanted = type_of(kind, lists=lists)
        cell = [value] if lists else value

        assert array_of([None, cell], kind, wanted).type == array_of([None], kind, wanted).type == wanted
        write(tmp_path / "x.parquet", {"n": [1]}, schema=SCHEMA.append(pa.field("new", wanted)))


def test_a_sound_is_kept_as_a_file_in_its_cell():
    import numpy as np

    kept = array_of([Audio(np.zeros(8, np.float32), 8000)], Kind.AUDIO, type_of(Kind.AUDIO))

    assert kept[0].as_py()["bytes"][:4] == b"RIFF"


def test_half_a_character_does_not_break_a_text():
    assert array_of(["a\ud800"], Kind.TEXT, pa.string()).to_pylist() == ["a?"]


def test_conformed_columns_are_those_of_the_schema():
    found = conformed(pa.table({"label": ["x"], "more": [1]}), SCHEMA)

    assert found.to_pydict() == {"n": [None], "label": ["x"]}


def test_one_place_for_one_run():
    here = Path("out")

    assert output_path(here, "_hf", "plan") == output_path(here, "_hf", "plan") != output_path(here, "_hf", "other")
    assert output_path(here, "../x y", "plan").parent == here


def test_labels_are_told_as_text():
    assert array_of([(Label("a", 1.0),)[0].label], Kind.TEXT, type_of(Kind.TEXT)).to_pylist() == ["a"]
