"""What a variable is, and what may be opened."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from hfmagic.errors import MissingFile, UnknownKind
from hfmagic.kinds import Audio, Kind
from hfmagic.media import open_media
from hfmagic.recognise import Input, Reader, column_values, is_input, recognise

TEXTS = [f"This is a rather long sentence, number {i}." for i in range(30)]
FRAME = {"product": ["a", "b", "c"] * 10, "review": TEXTS, "stars": list(range(30))}


def see(value: object, tmp_path: Path) -> Input:
    return recognise("x", value, reader=Reader((tmp_path.resolve(),)))


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_of_any_library_has_the_same_schema(library: object, tmp_path: Path):
    schema = see(library(FRAME), tmp_path).schema  # type: ignore[operator]

    assert (schema.kind, schema.rows) == (Kind.TABLE, 30)
    assert [(c.name, c.kind) for c in schema.columns] == [
        ("product", Kind.LABELS),
        ("review", Kind.TEXT),
        ("stars", Kind.NUMBER),
    ]
    assert schema.column("review").language == "en"  # type: ignore[union-attr]


def test_missing_values_of_every_sort_are_none(tmp_path: Path):
    frame = pd.DataFrame({"text": pd.Series(["one two three four", None, float("nan"), pd.NA], dtype=object)})

    assert column_values(see(frame, tmp_path).frame, "text") == ["one two three four", None, None, None]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("just words", Kind.TEXT),
        (Image.new("L", (4, 4)), Kind.IMAGE),
        (np.zeros((4, 4, 3), dtype=np.uint8), Kind.IMAGE),
        ((np.zeros(8, dtype=np.float32), 16_000), Kind.AUDIO),
        ((16_000, np.zeros((8, 2), dtype=np.int16)), Kind.AUDIO),
        ({"array": [0.0, 0.1], "sampling_rate": 8_000}, Kind.AUDIO),
        (["one text", "another text"], Kind.TABLE),
        (pd.Series(["one text", "another text"], name="note"), Kind.TABLE),
        (pl.Series("note", ["one text", "another text"]), Kind.TABLE),
    ],
)
def test_values_are_recognised(value: object, kind: Kind, tmp_path: Path):
    assert see(value, tmp_path).schema.kind is kind


@pytest.mark.parametrize("value", [object(), {"a": 1}, [], [1, "a"], lambda: None, np.zeros(3)])
def test_other_values_are_refused_in_one_line(value: object, tmp_path: Path):
    with pytest.raises(UnknownKind) as caught:
        see(value, tmp_path)

    assert len(caught.value.line) <= 200


def test_the_only_string_column_is_text_however_short(tmp_path: Path):
    assert see(["good", "bad"], tmp_path).schema.columns[0].kind is Kind.TEXT


def test_two_columns_of_one_name_are_refused(tmp_path: Path):
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])

    with pytest.raises(UnknownKind, match="two columns called 'a'"):
        see(frame, tmp_path)


def test_stereo_becomes_mono_and_integers_are_scaled(tmp_path: Path):
    stereo = np.array([[32767, -32767], [16384, 16384], [0, 0]], dtype=np.int16)

    sound = see((stereo, 8000), tmp_path).value

    assert isinstance(sound, Audio)
    np.testing.assert_allclose(sound.samples, [0.0, 0.5, 0.0], atol=1e-3)


def test_a_folder_of_pictures_is_a_frame_of_files(tmp_path: Path):
    for name in ("b.png", "a.png"):
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")

    found = see(tmp_path, tmp_path)

    assert [(c.name, c.kind) for c in found.schema.columns] == [("file", Kind.LABELS), ("image", Kind.IMAGE)]
    assert column_values(found.frame, "file") == ["a.png", "b.png"]


def test_a_path_outside_hidden_special_or_absent_is_not_opened(tmp_path: Path):
    inside = tmp_path / "in"
    (inside / ".secret").mkdir(parents=True)
    for path in (tmp_path / "out.png", inside / ".secret" / "x.png", inside / "here.png"):
        Image.new("RGB", (2, 2)).save(path)
    (inside / "link.png").symlink_to(tmp_path / "out.png")
    os.mkfifo(inside / "pipe.png")
    names = ["../out.png", ".secret/x.png", "link.png", "pipe.png", "here.pgn.png", "/etc/passwd.png"]

    for name in names:
        with pytest.raises(MissingFile) as caught:
            see(str(inside / name), inside)
        assert len(caught.value.line) <= 200
    assert see(str(inside / "here.png"), inside).schema.kind is Kind.IMAGE


def test_a_misspelt_file_names_the_nearest(tmp_path: Path):
    Image.new("RGB", (2, 2)).save(tmp_path / "kitten.png")

    with pytest.raises(MissingFile, match=r"did you mean 'kitten.png'"):
        see(str(tmp_path / "kiten.png"), tmp_path)


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.AUDIO])
def test_a_damaged_file_is_one_line(kind: Kind, tmp_path: Path):
    path = tmp_path / "x.bin"
    path.write_bytes(b"RIFF\x00\x00\x00\x00WAVEno sound, no picture")

    with pytest.raises(UnknownKind, match=r"x\.bin is not"):
        open_media(path, kind)


def test_urls_are_text_and_never_opened(tmp_path: Path):
    assert see("http://127.0.0.1/cat.png", tmp_path).schema.kind is Kind.TEXT


ODD = {
    "seven channels": np.zeros((5, 5, 7), np.uint8),
    "no picture": np.zeros((0, 0, 3), np.uint8),
    "no sound": {"array": "x", "sampling_rate": 3},
    "a cube of sound": (np.zeros((2, 2, 2)), 5),
    "texts as sound": (np.array(["a"]), 5),
    "groups": pd.DataFrame({"a": [1]}).groupby("a"),
    "an index": pd.Index(["a", "b"]),
    "a lazy frame": pl.LazyFrame({"a": [1]}),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_variable_breaks_no_cell_and_is_refused_in_one_line(name: str, tmp_path: Path):
    assert is_input(ODD[name]) in (True, False)
    with pytest.raises(UnknownKind) as error:
        see(ODD[name], tmp_path)

    assert len(error.value.line) <= 200


def test_columns_of_several_levels_are_named_by_all_of_them(tmp_path: Path):
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))

    assert [c.name for c in see(frame, tmp_path).schema.columns] == ["('a', 'b')", "('a', 'c')"]


def test_a_dtype_in_a_schema_lists_no_cells(tmp_path: Path):
    frame = pl.DataFrame(
        {"day": [[1]], "size": ["small"]}, schema={"day": pl.List(pl.Int8), "size": pl.Enum(["small"])}
    )

    schema = see(frame, tmp_path).schema

    assert "small" not in schema.model_dump_json()
    assert all("(" not in column.dtype for column in schema.columns)
