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
from hfmagic.export import to_python
from hfmagic.export.conditions import condition
from hfmagic.kinds import Kind
from hfmagic.operations.chart import draw_chart
from hfmagic.operations.select import row_mask
from hfmagic.plan import Column, Frame, Plan, Predicate, Step
from hfmagic.recognise import column_values
from tests.conftest import DATA
from tests.planners.inputs import table

from .runs import bars, sizes

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
    code = condition(predicate, 'frame["c"]', labels=(), dtype=told)

    found = eval(code, {"frame": frame, "pd": pd})  # noqa: S307  our own code is what is tested

    assert [bool(x) for x in found] == expected


def test_known_labels_are_named_as_the_model_names_them():
    predicate = Predicate(of=Column(column="c", of="f"), value="negative")

    assert condition(predicate, "c", labels=("NEG", "POS"), dtype="") == 'c == "NEG"'
    assert condition(predicate, "c", labels=("POS",), dtype="") == "c.isin([])"


NAMES = st.sampled_from([f"name {i:02}" for i in range(15)] + ["2 stars", "10 stars"]) | st.none()
ROWS = st.tuples(NAMES, st.sampled_from([*"abcdefgh", None]), st.integers(-5, 9) | st.none())
FRAME = table("frame", x=Kind.LABELS, color=Kind.LABELS, y=Kind.NUMBER, z=Kind.NUMBER)


def drawn(frame: pd.DataFrame, **parameters: str) -> Any:
    """The figure of a chart step's code."""
    import matplotlib

    matplotlib.use("agg")
    step = Step(id="c", task="chart", inputs={"table": Frame(frame="frame")}, parameters=parameters, output="c")
    there: dict[str, Any] = {"frame": frame}
    exec(to_python(Plan(inputs=(FRAME,), steps=(step,)), {}, form="cell"), there)  # noqa: S102  what is tested
    return there["result"]


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=60), st.sampled_from(["count", "mean", "sum"]), st.booleans())
def test_a_chart_has_the_bars_of_the_engine(rows: list[Any], how: str, split: bool):
    import matplotlib.pyplot as plt

    frame = pd.DataFrame(rows, columns=["x", "color", "y"]).astype({"y": "float64"}).assign(z=0.0)
    color, y = ("color" if split else ""), ("y" if how != "count" else "")
    given = {"mark": "bar", "x": "x", "y": y, "color": color, "aggregate": how}
    try:
        ours = draw_chart(pa.Table.from_pandas(frame, preserve_index=False), **given)
    except HFMagicError:
        assume(False)

    theirs = drawn(frame, **given)

    assert bars(sizes(theirs)) == pytest.approx(bars(sizes(ours)), abs=1e-5)
    plt.close("all")


@pytest.mark.parametrize(
    "parameters",
    [
        {"mark": "bar", "x": "x", "y": "y", "color": "color", "aggregate": "mean"},
        {"mark": "line", "x": "y"},
        {"mark": "line", "x": "x", "y": "y", "color": "color", "aggregate": "mean"},
        {"mark": "line", "x": "x", "y": "y", "aggregate": "none"},
        {"mark": "scatter", "x": "y", "y": "z", "color": "x"},
        {"mark": "scatter", "x": "y", "y": "z", "color": "z"},
        {"mark": "scatter", "x": "y", "y": "z"},
        {"mark": "histogram", "x": "z", "color": "color"},
        {"mark": "histogram", "x": "z", "color": "y"},
        {"mark": "histogram", "x": "y"},
        {"mark": "histogram", "x": "x"},
        {"mark": "heatmap", "x": "x", "color": "color"},
        {"mark": "heatmap", "x": "x", "y": "color"},
    ],
    ids=lambda given: " ".join(given.values()),
)
def test_every_mark_is_drawn(parameters: dict[str, str]):
    import matplotlib.pyplot as plt

    frame = pd.DataFrame(
        {"x": [f"a long name of {i % 9}" for i in range(60)], "color": list("ab") * 30, "y": range(60)}
    ).assign(z=np.linspace(0, 1, 60))

    figure = drawn(frame, **parameters)

    figure.canvas.draw()
    assert figure.axes[0].get_xlabel() or figure.axes[0].get_ylabel()
    plt.close("all")


def test_a_histogram_has_the_bars_of_the_engine():
    values = np.random.default_rng(0).normal(size=300)
    for numbers in (values, values.round() * 3, np.append(values, [50, 60, 70])):
        frame = pd.DataFrame({"x": "a", "color": ["a", "b", "c"] * (len(numbers) // 3), "y": numbers, "z": 0.0})
        for color in ("", "color"):
            chosen = {"mark": "histogram", "x": "y", "color": color}
            ours = draw_chart(pa.Table.from_pandas(frame, preserve_index=False), **chosen)

            assert bars(sizes(drawn(frame, **chosen))) == pytest.approx(bars(sizes(ours)), abs=1e-5)


def test_groups_and_their_names_are_the_engines(starter_hub: Path):
    from hfmagic.operations.cluster import cluster_rows

    frame = pd.read_csv(DATA / "reviews.csv").drop_duplicates("review").head(90)
    frame["review"] = ["电池两天就没电了，屏幕坏了"] * 9 + frame["review"].tolist()[9:]
    rng = np.random.default_rng(0)
    frame["vector"] = [v.tolist() for v in rng.normal(size=(90, 8)).astype("float32")]
    schema = table("frame", review=Kind.TEXT, product=Kind.LABELS, vector=Kind.EMBEDDING)
    vector, text, across = (Column(column=c, of="frame") for c in ("vector", "review", "product"))
    for slots, groups in (
        ({"text": text, "across": across}, 0),
        ({"text": text}, 0),
        ({"text": text}, 3),
        ({}, 0),
    ):
        step = Step(
            id="g", task="cluster", inputs={"embedding": vector, **slots}, parameters={"groups": groups}, output="g"
        )
        there: dict[str, Any] = {"frame": frame}
        exec(to_python(Plan(inputs=(schema,), steps=(step,)), {}, form="cell"), there)  # noqa: S102  what is tested

        assert there["result"]["g"].tolist() == cluster_rows(
            np.array(frame["vector"].tolist(), dtype="float32"),
            frame["review"].tolist() if "text" in slots else None,
            groups=groups,
            across=frame["product"].tolist() if "across" in slots else None,
        )


def test_a_query_reads_nothing_but_its_frame(tmp_path: Path):
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    query = {"query": f"FROM read_csv('{tmp_path / 'secret.csv'}')", "columns": ["a"]}
    step = Step(id="q", task="sql", inputs={"table": Frame(frame="frame")}, parameters=query, output="q")

    with pytest.raises(duckdb.Error, match="disabled by configuration"):
        exec(to_python(Plan(inputs=(FRAME,), steps=(step,)), {}, form="cell"), {"frame": pd.DataFrame({"x": [1]})})  # noqa: S102


def test_sound_is_read_from_arrays_of_any_kind():
    from hfmagic.export.parts.audio import mono, seconds

    stereo = np.full((8000, 2), 2**14, dtype=np.int16)
    for sound in ({"array": stereo, "sampling_rate": 8000}, (stereo, 8000), (8000, stereo.T)):
        found = mono(sound, 8000)
        assert found is not None
        np.testing.assert_allclose(found, np.full(8000, 0.5), atol=1e-4)
    assert seconds((stereo, 8000)) == 1
    assert mono("no/such.wav", 8000) is None
    assert mono(None, 8000) is None


def test_sounds_are_put_into_the_batches_of_the_engine():
    from hfmagic.engine import batching
    from hfmagic.export.parts.audio import batches

    lengths = np.random.default_rng(0).integers(1, 130, 60).tolist()

    assert batches(lengths) == list(batching.batches(lengths, budget=120, most=8))


def test_a_list_with_a_missing_element_gives_nothing():
    from hfmagic.export.parts.rows import for_elements

    found = for_elements([["a", "bb"], None, [], ["a", " "]], {"a": "A", "bb": "BB"})

    assert found == [["A", "BB"], None, [], None]


def test_no_two_functions_or_imports_of_the_parts_have_one_name():
    linked = linker.link(linker.parts())
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

    from hfmagic.export.parts.vision import as_rgb, open_image
    from hfmagic.media import open_image as engines

    noise = np.random.default_rng(0).integers(0, 255, (9, 8, 4), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "clear.png")
    Image.fromarray(np.full((9, 9), 30000, dtype=np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    for name in ("clear.png", "deep.png"):
        np.testing.assert_array_equal(open_image(tmp_path / name), engines(tmp_path / name))

    assert open_image(tmp_path / "broken.png") is None
    assert as_rgb(noise[..., :3]).size == (8, 9)
    assert as_rgb(None) is None


def test_languages_are_told_as_the_engine_tells_them():
    from hfmagic.export.parts.language import detect_language
    from hfmagic.language import detect_languages

    texts = ["This camera takes lovely pictures.", "Der Akku ist nach zwei Tagen leer.", "12 34", "电池两天就没电了"]
    expected = [labels[0].label if labels else None for labels in detect_languages(texts)]

    assert [detect_language(text)["label"] for text in texts] == expected


@pytest.mark.parametrize("template", [False, True])
def test_a_text_that_is_too_long_is_cut_where_the_engine_cuts_it(starter_hub: Path, template: bool):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from hfmagic.export.parts.generation import answer
    from hfmagic.runners import generation as engines

    folder = starter_hub / "starter" / "smollm2-135m-instruct"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = tokenizer.chat_template if template else None
    tokenizer.model_max_length = 100
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    loaded: Any = SimpleNamespace(
        tokenizer=tokenizer, model=model, device="cpu", facts=SimpleNamespace(max_tokens=None)
    )
    texts, asked = ["word " * 500, "a text"], {"instruction": "Say why.", "max_new_tokens": 8}

    assert answer(texts, tokenizer, model, **asked) == engines.generate(loaded, texts, asked)


@pytest.mark.fault(43)
def test_what_is_written_ends_where_the_positions_do_as_in_the_engine():
    import torch
    from transformers import BartConfig, BartForConditionalGeneration, GPT2Config, GPT2LMHeadModel

    from hfmagic.export.parts.generation import answer, summarize
    from hfmagic.runners import generation as engines

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": 300, "bos_token_id": 0, "eos_token_id": None, "pad_token_id": 0}
    decoder = GPT2LMHeadModel(GPT2Config(n_positions=48, n_embd=8, n_layer=1, n_head=1, **sizes)).eval()
    layers = {"encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 1, "decoder_attention_heads": 1}
    bart = BartConfig(
        max_position_embeddings=48, d_model=8, encoder_ffn_dim=8, decoder_ffn_dim=8, **layers, **sizes,
        decoder_start_token_id=0, forced_eos_token_id=None,
    )  # fmt: skip
    encoder = BartForConditionalGeneration(bart).eval()
    tokenizer = byte_tokenizer(longest=48)
    texts = ["a long text " * 20, "a text"]
    for model, exported, engine, asked in (
        (decoder, answer, engines.generate, {"instruction": "Say why."}),
        (encoder, summarize, engines.summarize, {}),
    ):
        facts = SimpleNamespace(max_tokens=48)
        loaded: Any = SimpleNamespace(tokenizer=tokenizer, model=model, device="cpu", facts=facts)
        told = {"max_new_tokens": 200, **asked}
        given = told if asked else {**told, "prefix": ""}

        assert exported(texts, tokenizer, model, **given) == engine(loaded, texts, {**told, "style": "summary"})  # type: ignore[operator]


def byte_tokenizer(longest: int) -> Any:
    """A tokenizer whose tokens are bytes, with one that pads."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    own = Tokenizer(models.BPE({"<pad>": 0, **{c: i for i, c in enumerate(alphabet, 1)}}, []))
    own.pre_tokenizer, own.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=own, pad_token="<pad>", model_max_length=longest)  # noqa: S106
