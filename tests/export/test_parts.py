"""The functions that go into scripts, beside those of the engine."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError
from hfmagic.export import link as linker
from hfmagic.export.conditions import condition
from hfmagic.operations import tally as engines
from hfmagic.operations.select import row_mask
from hfmagic.plan import Column, Predicate
from hfmagic.recognise import column_values

TEXTS = [
    "Negative",
    " NEGATIVE ",
    "positive",
    "neg",
    "1 star",
    "",
    "  ",
    "stra\u00dfe",
    "STRASSE",
    None,
    "2024-01-02",
    "b",
]
NUMBERS = [0.0, 1.0, 2.5, -3.0, float("nan"), 1e9]
DATES = [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-02 10:30"), pd.NaT, pd.Timestamp("2023-12-31")]
COLUMNS = {
    "texts": (st.sampled_from(TEXTS), object, "string"),
    "numbers": (st.sampled_from(NUMBERS), "float64", "float64"),
    "dates": (st.sampled_from(DATES), "datetime64[ns]", "datetime"),
}
VALUES = st.sampled_from([*(t for t in TEXTS if t is not None), 0, 1, 2.5, True])


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(list(COLUMNS)))
def test_a_condition_holds_for_the_same_rows(data: Any, name: str):
    import narwhals as nw

    from hfmagic.export.parts.rows import folded

    values, dtype, told = COLUMNS[name]
    op = data.draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "contains", "is-null", "not-null"]))
    value = data.draw(st.lists(VALUES, max_size=3).map(tuple) if op == "in" else VALUES)
    assume(op != "in" or not any(isinstance(v, bool) for v in value))
    frame = pd.DataFrame({"c": pd.Series(data.draw(st.lists(values, min_size=1, max_size=6)), dtype=dtype)})
    predicate = Predicate(of=Column(column="c", of="frame"), op=op, value=value)
    rows = column_values(nw.from_native(frame), "c")
    try:
        expected = row_mask([rows], [predicate], len(rows))
    except HFMagicError:
        assume(False)
    code, _ = condition(predicate, 'frame["c"]', labels=(), dtype=told)

    found = eval(code, {"frame": frame, "pd": pd, "folded": folded})  # noqa: S307  our own code is what is tested

    assert [bool(x) for x in found] == expected


def test_known_labels_are_named_as_the_model_names_them():
    predicate = Predicate(of=Column(column="c", of="f"), value="negative")

    assert condition(predicate, "c", labels=("NEG", "POS"), dtype="") == ('c == "NEG"', frozenset())
    assert condition(predicate, "c", labels=("POS",), dtype="") == ("c.isin([])", frozenset())


NAMES = st.sampled_from([f"name {i}" for i in range(15)] + ["negative", "2 stars", "10 stars"]) | st.none()
ROWS = st.tuples(NAMES, st.sampled_from(["a", "b", "positive", "negative", None]), st.integers(-5, 9) | st.none())


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=40), st.sampled_from(["count", "mean", "sum"]), st.booleans())
def test_a_chart_counts_as_the_engine_does(rows: list[Any], how: str, split: bool):
    from hfmagic.export.parts.chart import tally

    frame = pd.DataFrame(rows, columns=["x", "color", "y"]).astype({"y": "float64"})
    color, y = ("color" if split else ""), ("y" if how != "count" else "")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    try:
        ours = engines.tally(table, x="x", y=y, color=color, aggregate=how, language="en")
    except HFMagicError:
        assume(False)

    found, made = tally(frame, "x", y, color, how, "other")

    assert made == ours.aggregate
    assert list(found.index) == list(ours.names)
    assert list(found.columns) == list(ours.colors)
    np.testing.assert_allclose(found.to_numpy(), ours.values, atol=1e-9)


@pytest.mark.parametrize(
    ("function", "options"),
    [
        ("bar_chart", {"x": "x", "color": "color"}),
        ("line_chart", {"x": "y"}),
        ("line_chart", {"x": "x", "y": "y", "color": "color", "how": "mean"}),
        ("scatter_chart", {"x": "y", "y": "z", "color": "x"}),
        ("scatter_chart", {"x": "y", "y": "z", "color": "z"}),
        ("histogram", {"x": "z", "color": "color"}),
        ("histogram", {"x": "y"}),
        ("heatmap", {"x": "x", "color": "color"}),
    ],
)
def test_every_mark_is_drawn(function: str, options: dict[str, str]):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    from hfmagic.export.parts import chart

    frame = pd.DataFrame(
        {"x": [f"a long name of {i % 9}" for i in range(60)], "color": list("ab") * 30, "y": range(60)}
    ).assign(z=np.linspace(0, 1, 60))

    figure = getattr(chart, function)(frame, **options)

    figure.canvas.draw()
    assert figure.axes[0].get_xlabel() or figure.axes[0].get_ylabel()
    plt.close(figure)


def test_a_query_reads_nothing_but_its_frame(tmp_path: Path):
    import duckdb

    from hfmagic.export.parts.tables import select

    (tmp_path / "secret.csv").write_text("a\n1\n")

    with pytest.raises(duckdb.Error):
        select(f"FROM read_csv('{tmp_path / 'secret.csv'}')", "x", pd.DataFrame({"a": [1]}))


def test_sound_is_read_from_arrays_of_any_kind():
    from hfmagic.export.parts.audio import read_sound, seconds

    stereo = np.full((8000, 2), 2**14, dtype=np.int16)
    for sound in ({"array": stereo, "sampling_rate": 8000}, (stereo, 8000), (8000, stereo.T)):
        found = read_sound(sound)
        assert found is not None
        assert found["sampling_rate"] == 8000
        np.testing.assert_allclose(found["array"], np.full(8000, 0.5), atol=1e-4)
    assert seconds([(stereo, 8000)]) == [1]
    assert read_sound("no/such.wav") is None


def test_a_list_with_a_missing_element_gives_nothing():
    from hfmagic.export.parts.rows import for_each, for_each_element

    found = for_each_element(
        [["a", "bb"], None, [], ["a", " "]],
        lambda texts: for_each(texts, lambda batch: [t.upper() for t in batch], lambda batch: [1] * len(batch)),
    )

    assert found == [["A", "BB"], None, [], None]


def test_no_two_functions_or_imports_of_the_parts_have_one_name():
    linked = linker.link([name for _, name in linker.parts()])
    tree = ast.parse("\n\n".join([*sorted(linked.imports), *linked.constants, *linked.functions]))
    names: list[str] = []
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name):
                names.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.append(name)
            case ast.Import(names=[alias]) if not alias.asname and "." in alias.name:
                pass
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names += [a.asname or a.name for a in aliases]

    assert sorted(names) == sorted(set(names))


def test_making_a_script_imports_nothing_heavy():
    heavy = "{'torch', 'transformers', 'pandas', 'matplotlib'}"
    code = f"import sys, hfmagic.export\nprint(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_pictures_are_opened_as_the_engine_opens_them(tmp_path: Path):
    from PIL import Image

    from hfmagic.export.parts.vision import read_image
    from hfmagic.media import open_image

    noise = np.random.default_rng(0).integers(0, 255, (9, 8, 4), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "clear.png")
    Image.fromarray(np.full((9, 9), 30000, dtype=np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    for name in ("clear.png", "deep.png"):
        np.testing.assert_array_equal(read_image(tmp_path / name), open_image(tmp_path / name))

    assert read_image(tmp_path / "broken.png") is None
    assert read_image(noise[..., :3]).size == (8, 9)


def test_languages_are_told_as_the_engine_tells_them():
    from hfmagic.export.parts.language import detect_language
    from hfmagic.language import detect_languages

    texts = ["This camera takes lovely pictures.", "Der Akku ist nach zwei Tagen leer.", "12 34", "电池两天就没电了"]
    expected = [labels and [(labels[0].label, labels[0].score)] for labels in detect_languages(texts)]

    assert detect_language(texts) == expected


def test_rows_without_an_embedding_have_no_group():
    from hfmagic.export.parts.groups import group_rows

    one, other = [1.0, 0.1, 0.0], [0.0, 0.1, 1.0]
    texts = ["battery dead", None, "screen broken", "battery dead"]

    assert group_rows([one, None, other, one], texts, groups=2)[1] is None
    assert group_rows([one, float("nan"), other, list(one)], groups=2) == ["group 1", None, "group 2", "group 1"]
    assert group_rows([None, None]) == [None, None]


@pytest.mark.parametrize("template", [False, True])
def test_a_text_that_is_too_long_is_cut_where_the_engine_cuts_it(starter_hub: Path, template: bool):
    from transformers import AutoTokenizer

    from hfmagic.export.parts.generation import prompt, room_for_text, shorten
    from hfmagic.runners import generation as engines

    tokenizer = AutoTokenizer.from_pretrained(starter_hub / "starter" / "smollm2-135m-instruct")
    tokenizer.chat_template = tokenizer.chat_template if template else None
    tokenizer.model_max_length = 100
    loaded: Any = SimpleNamespace(tokenizer=tokenizer, facts=SimpleNamespace(max_tokens=None))
    parameters = {"instruction": "Say why.", "max_new_tokens": 20}
    long = "word " * 500

    room = room_for_text(tokenizer, "Say why.", 100, 20)

    assert room == engines.room(loaded, parameters)
    assert shorten(tokenizer, [long, "a text"], room) == engines.shorten(loaded, [long, "a text"], room)
    assert prompt(tokenizer, "Say why.", long) == engines._prompt(loaded, long, parameters)


def test_texts_are_labelled_compared_and_embedded(starter_hub: Path):
    from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

    from hfmagic.export.parts.text import classify, classify_by_similarity, embeddings, similarity, token_counts

    folder = starter_hub / "starter" / "bert-tiny-sentiment"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    head, body = AutoModelForSequenceClassification.from_pretrained(folder), AutoModel.from_pretrained(folder)
    texts = ["I love it, it works great.", "It broke after two days. Useless."]

    assert [row[0][0] for row in classify(tokenizer, head, texts, 512)] != [None, None]
    assert similarity(tokenizer, body, texts, texts[0], 512)[0] == pytest.approx(1, abs=1e-5)
    assert classify_by_similarity(tokenizer, body, texts, list(texts), 512)[1][0][0] == texts[1]
    assert np.linalg.norm(embeddings(tokenizer, body, texts, 512)[0]) == pytest.approx(1, abs=1e-5)
    assert token_counts(tokenizer, texts, 4) == [4, 4]
