"""What a variable is, and what may be opened."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
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


@pytest.mark.fault(45)
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


@pytest.mark.rule(10)
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


@pytest.mark.rule(10)
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
    "a lazy frame that fails": pl.LazyFrame({"a": ["x"]}).select(pl.col("a").cast(pl.Int8)),
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


def _written(folder: Path) -> Path:
    path = folder / "reviews.parquet"
    pd.DataFrame(FRAME).to_parquet(path, index=False)
    return path


LAZY = {
    "a path": str,
    "a Path": Path,
    "its folder": lambda path: str(path.parent) + "/",
    "a pattern": lambda path: str(path.parent / "*.parquet"),
    "a dataset": lambda path: pyarrow.dataset.dataset(str(path)),
    "a lazy frame": pl.scan_parquet,
}


@pytest.mark.parametrize("given", LAZY)
def test_rows_that_are_read_in_parts_have_the_schema_of_a_frame_and_no_frame(given: str, tmp_path: Path):
    value = LAZY[given](_written(tmp_path))  # type: ignore[operator]

    found = see(value, tmp_path)

    assert is_input(value)
    assert found.frame is None
    assert found.lazy is not None
    assert found.schema == see(pd.DataFrame(FRAME), tmp_path).schema
    assert len(found.sample) == 30  # type: ignore[arg-type]


def test_some_rows_of_a_lazy_table_are_a_frame_in_memory(tmp_path: Path):
    found = see(pl.scan_parquet(_written(tmp_path)), tmp_path).head(4)

    assert found.lazy is None
    assert found.schema.rows == 4
    assert isinstance(found.frame.to_native(), pl.DataFrame)  # type: ignore[union-attr]


def test_the_kinds_of_a_lazy_table_come_from_its_first_rows_alone(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"note": [*TEXTS, *[None] * 5000]}).to_parquet(path, index=False)

    found = see(path, tmp_path)

    assert (found.schema.rows, found.schema.columns[0].kind) == (5030, Kind.TEXT)
    assert len(found.sample) == 2000  # type: ignore[arg-type]


def test_a_file_of_rows_may_be_larger_than_one_that_is_read_whole(tmp_path: Path):
    path = _written(tmp_path)

    assert recognise("x", path, reader=Reader((tmp_path.resolve(),), max_bytes=1)).schema.rows == 30


def test_files_of_rows_are_read_in_the_allowed_folders_alone(tmp_path: Path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside, inside / ".hidden"):
        folder.mkdir()
        _written(folder)
    (inside / "reviews.parquet").unlink()
    (inside / "link.parquet").symlink_to(outside / "reviews.parquet")

    for path in (outside / "reviews.parquet", inside / ".hidden" / "reviews.parquet", inside / "link.parquet", inside):
        with pytest.raises(MissingFile) as error:
            see(str(path) + ("/" if path.is_dir() else ""), inside)
        assert len(error.value.line) <= 200


def test_a_folder_of_pictures_with_a_list_of_them_is_a_gallery(tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text("file,label\na.png,cat\n")

    assert [c.name for c in see(tmp_path, tmp_path).schema.columns] == ["file", "image"]


def test_a_sentence_that_ends_in_a_file_name_is_text(tmp_path: Path):
    assert see("please read the rows in my rows.csv", tmp_path).schema.kind is Kind.TEXT


@pytest.mark.fault(45)
def test_two_columns_of_one_name_in_a_file_are_refused(tmp_path: Path):
    pyarrow.parquet.write_table(pa.table([[1], [2]], names=["a", "a"]), tmp_path / "rows.parquet")

    with pytest.raises(UnknownKind, match="duplicate"):
        see(tmp_path / "rows.parquet", tmp_path)
