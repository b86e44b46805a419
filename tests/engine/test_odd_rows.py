"""Rows that no model can read cost only themselves; what a model reads of a row is said."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from PIL import Image

from hfmagic.cells import as_cell, from_cell
from hfmagic.conversions import with_texts
from hfmagic.engine.batching import AHEAD
from hfmagic.engine.tables import Tables
from hfmagic.errors import DamagedModel, HFMagicError, OutOfMemory, StepFailed, UnknownKind
from hfmagic.kinds import Audio, Box, Kind, Mask, Segment, Span, Transcript, Video
from hfmagic.media import as_audio, as_rgb
from hfmagic.plan import Column, Frame, Plan, Predicate, Step, StepOutput
from hfmagic.recognise import Reader, open_single, recognise
from hfmagic.results import StepResult
from hfmagic.runners.registry import RUNNERS
from hfmagic.scope import Scope
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.engine.test_run import SENTIMENT, TEXTS, go

CLIP = "notebooks/data/speech/dashwood-character.flac"
PICTURES = Step(
    id="label", task="image-classification", inputs={"image": Column(column="image", of="x")}, output="label"
)
COUNT = Step(
    id="q",
    task="sql",
    inputs={"table": Frame(frame="x")},
    parameters={"query": "select count(*) as n from x", "columns": ["n"]},
    output="q",
)


def objects(*values: Any) -> pd.DataFrame:
    return pd.DataFrame({"review": pd.Series(list(values), dtype=object)})


@pytest.mark.fault(44)
def test_values_that_are_no_text_are_rejected_each_with_its_type(session: Session):
    result = go(session, objects(*TEXTS, 5, b"x", [1], "half \ud800 of it"), SENTIMENT)["sentiment"]

    assert sum(v is not None for v in result.value) == 3
    assert [r.reason for r in result.rejected] == [
        "int, not text",
        "bytes, not text",
        "list, not text",
        "holds half a character (a lone surrogate)",
    ]


@pytest.mark.fault(44)
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"review": pd.to_datetime(["2020-01-01"] * 2)}),
        pl.DataFrame({"review": [b"a", b"b"]}),
        pa.table({"review": pa.array([datetime.date(2020, 1, 1)])}),
    ],
    ids=["datetime", "bytes", "date"],
)
def test_a_column_of_another_type_fails_in_one_line(session: Session, frame: Any):
    failed = go(session, frame, SENTIMENT).failed["sentiment"]

    assert isinstance(failed, StepFailed)
    assert "not text" in failed.line


@pytest.mark.parametrize("dtype", ["category", "string", object])
def test_texts_of_every_dtype_are_read(session: Session, dtype: Any):
    found = go(session, pd.DataFrame({"review": pd.Series(TEXTS, dtype=dtype)}), SENTIMENT).value

    assert list(found["review_sentiment"]) == ["POSITIVE", "NEGATIVE", "POSITIVE"]


def test_a_number_is_read_with_all_its_digits(session: Session):
    step = Step(
        id="t",
        task="template",
        inputs={"value": Column(column="n", of="x")},
        parameters={"template": "{value}!"},
        output="t",
    )

    result = go(session, pd.DataFrame({"n": [12345678.0, 0.5, 3.0]}), step)["t"]

    assert result.value == ["12345678!", "0.5!", "3!"]


@pytest.mark.fault(43)
def test_truncated_rows_are_counted_and_said(session: Session):
    long = "a good word " * 2000

    result = go(session, objects(TEXTS[0], long, long, "and " + long), SENTIMENT)["sentiment"]

    limit = session.hub.find("minilm-l6-sentiment").max_tokens
    assert f"3 rows were longer than {limit} tokens; the rest of each was not read" in result.notes
    assert all(v is not None for v in result.value)


def test_short_rows_say_nothing_of_truncation(session: Session):
    assert go(session, objects(*TEXTS), SENTIMENT)["sentiment"].notes == ()


def test_a_column_named_like_a_score_holds_labels(session: Session):
    found = go(session, objects(*TEXTS), SENTIMENT.model_copy(update={"output": "my_score"})).value

    assert list(found["my_score"]) == ["POSITIVE", "NEGATIVE", "POSITIVE"]
    assert found["my_score_score"].between(0.5, 1).all()


@pytest.mark.parametrize(
    "values",
    [["\ud800", "b"], [1j, 2j], [10**30, 1], [object(), 1], [None, "x", 2]],
    ids=["surrogate", "complex", "huge", "object", "mixed"],
)
def test_sql_takes_columns_that_arrow_does_not(session: Session, values: list[Any]):
    results = go(session, pd.DataFrame({"a": pd.Series(values, dtype=object)}), COUNT)

    assert results.failed == {}
    assert results.value["n"].tolist() == [len(values)]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_embeddings_of_the_users_are_clustered_beside_their_texts(session: Session, library: Any):
    rng = np.random.default_rng(0)
    points = [[float(x) for x in rng.normal(size=4) + (5 if i % 2 else -5)] for i in range(20)]
    texts = ["battery battery dead" if i % 2 else "screen screen broken" for i in range(20)]
    step = Step(
        id="c",
        task="cluster",
        inputs={"embedding": Column(column="e", of="x"), "text": Column(column="t", of="x")},
        parameters={"groups": 2},
        output="theme",
    )

    result = go(session, library({"e": points, "t": texts}), step)["c"]

    names = [v[0].label for v in result.value]
    assert names == [names[0], names[1]] * 10
    assert "battery" in names[1]
    assert "screen" in names[0]


def test_clusters_are_of_all_rows_or_the_step_fails(session: Session):
    step = Step(id="c", task="cluster", inputs={"embedding": Column(column="e", of="x")}, output="theme")

    results = go(session, pd.DataFrame({"e": [[1.0, 2.0], [1.0, 2.0, 3.0], [0.0, 1.0]]}), step)

    assert isinstance(results.failed["c"], StepFailed)


@pytest.mark.fault(49)
def test_damaged_pictures_in_a_folder_are_rejected_and_the_others_seen(session: Session, tmp_path: Path):
    folder = tmp_path / "photos"
    folder.mkdir()
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8))
    picture.save(folder / "a.png")
    picture.convert("CMYK").save(folder / "b.jpg")
    Image.fromarray(np.full((9, 9), 30000, dtype=np.uint16)).save(folder / "c.png")
    (folder / "d.png").write_bytes((folder / "a.png").read_bytes()[:200])
    (folder / "e.png").write_bytes(b"")
    (folder / "f.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    (folder / "g.png").symlink_to("/etc/passwd")

    result = go(session, folder, PICTURES)["label"]

    assert [v is not None for v in result.value] == [True, True, True, False, False, False, False]
    assert [r.row for r in result.rejected] == [3, 4, 5, 6]
    assert "outside the allowed folders" in result.rejected[3].reason

    for name in ("a.png", "b.jpg", "c.png", "d.png", "e.png", "g.png"):
        (folder / name).unlink()
    line = go(session, folder, PICTURES).failed["label"].line
    assert line.startswith("step 'label': every row was rejected: f.png is not a readable picture (")
    assert line.endswith("). → check the input")
    assert len(line) <= 200


def test_pictures_are_opened_a_few_batches_ahead_of_the_model(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from hfmagic import recognise

    for i in range(100):
        Image.new("RGB", (8, 8), (i, 0, 0)).save(tmp_path / f"{i:02}.png")
    opened, most = [0], [0]
    real, (runner,) = recognise.open_media, RUNNERS["image-classification"]

    def counted(path: Path, kind: Any) -> Any:
        opened[0] += 1
        most[0] = max(most[0], opened[0])
        return real(path, kind)

    def forward(loaded: Any, encoded: Any, parameters: Any) -> Any:
        opened[0] -= len(encoded)
        return runner.forward(loaded, encoded, parameters)

    monkeypatch.setattr(recognise, "open_media", counted)
    monkeypatch.setattr(
        "hfmagic.runners.registry.RUNNERS", {"image-classification": (replace(runner, forward=forward, budget=8),)}
    )

    result = go(session, tmp_path, PICTURES)["label"]

    assert len(result.value) == 100
    assert most[0] <= 8 * (AHEAD + 2), "those that wait, those that are being opened, those that are run"


@pytest.mark.fault(49)
def test_sixteen_bits_a_pixel_are_not_all_white():
    grey = as_rgb(Image.fromarray(np.linspace(0, 65535, 100).astype(np.uint16).reshape(10, 10)))

    assert 100 < np.asarray(grey).mean() < 155


@pytest.mark.fault(50)
def test_sound_without_a_sample_is_rejected_and_stereo_of_any_rate_is_heard(session: Session, tmp_path: Path):
    clip, rate = soundfile.read(Path(__file__).parents[2] / CLIP, dtype="float32")
    soundfile.write(tmp_path / "a.wav", np.stack([clip, clip], axis=1), rate)
    soundfile.write(tmp_path / "b.wav", np.zeros(0, dtype=np.float32), 8000)
    (tmp_path / "c.wav").write_bytes(b"RIFF")
    step = Step(
        id="heard",
        task="automatic-speech-recognition",
        inputs={"audio": Column(column="audio", of="x")},
        output="heard",
    )

    result = go(session, tmp_path, step)["heard"]

    assert result.value[0]
    assert result.value[1:] == [None, None]
    assert [r.row for r in result.rejected] == [1, 2]


def test_unsigned_bytes_of_sound_are_silent_in_the_middle():
    assert np.abs(as_audio(np.full(10, 128, dtype=np.uint8), 8000).samples).max() == 0


@pytest.mark.fault(52)
@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (MemoryError(), OutOfMemory),
        (RuntimeError("CUDA out of memory"), OutOfMemory),
        (ImportError("needs sentencepiece"), StepFailed),
        (RecursionError(), StepFailed),
    ],
)
def test_whatever_a_library_raises_is_one_of_ours(
    session: Session, monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[HFMagicError]
):
    def broken(*_: Any, **__: Any) -> Any:
        raise raised

    monkeypatch.setattr(session.pool, "get", broken)

    failed = go(session, objects(*TEXTS), SENTIMENT).failed["sentiment"]

    assert type(failed) is expected
    assert len(failed.line) <= 200


def test_a_model_that_changed_after_the_plan_is_not_run(session: Session, tmp_path: Path, starter_hub: Path):
    import shutil

    from hfmagic.engine.executor import run_plan
    from hfmagic.plan import Plan
    from hfmagic.session import Options

    folder = tmp_path / "mine" / "org" / "mine"
    shutil.copytree(starter_hub / "starter" / "bert-tiny-sentiment", folder)
    session.config.hub_dirs = [str(tmp_path / "mine")]
    found = recognise("x", objects(*TEXTS), reader=session.reader)
    proposal = session.choose_models(
        Plan(inputs=(found.schema,), steps=(SENTIMENT,)), {"x": found}, Options(models={"sentiment": "org/mine"})
    )
    (folder / "vocab.txt").write_text("moved")

    results = run_plan(proposal.plan, {"x": found}, session._machine(Options()), lambda _: None)

    assert isinstance(results.failed["sentiment"], DamagedModel)
    assert "has changed" in results.failed["sentiment"].line


def test_a_step_over_labels_reads_the_best_one(session: Session):
    said = Step(
        id="said",
        task="template",
        inputs={"value": StepOutput(step="sentiment")},
        parameters={"template": "it is {value}"},
        output="said",
    )

    results = go(session, objects(TEXTS[0], None, TEXTS[1]), SENTIMENT, said)

    assert results["said"].value == ["it is POSITIVE", None, "it is NEGATIVE"]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("task", ["sql", "filter"])
def test_a_condition_that_no_row_meets_gives_an_empty_table(session: Session, library: Any, task: str):
    none = (Predicate(of=Column(column="n", of="x"), op=">", value=9),)
    step = COUNT.model_copy(update={"where": none})
    if task == "filter":
        step = Step(id="q", task="filter", inputs={"table": Frame(frame="x")}, where=none, output="q")

    results = go(session, library({"n": [1, 2], "a": ["x", "y"]}), step)

    assert results.failed == {}
    assert len(results.value) == (0 if task == "filter" else 1)


PART = np.zeros((4, 6), dtype=bool)
PART[1:3, 2:5] = True
SAID = Transcript("it is said in many words", (Segment("it", 0.0, 1.0),))
FOUND: dict[str, tuple[str, list[Any]]] = {
    "spans": ("token-classification", [(Span("PER", 0.9, 0, 3, "Ada"),), (), None]),
    "boxes": ("object-detection", [(Box("dog", 0.9, 0.0, 1.0, 2.5, 3.0),), (), None]),
    "mask": ("image-segmentation", [(Mask("sky", 0.5, PART), Mask("", 0.25, ~PART)), (), None]),
    "image": ("depth-estimation", [Image.fromarray(np.linspace(0, 9, 24, dtype=np.float32).reshape(4, 6)), None, None]),
    "audio": ("text-to-speech", [Audio(np.linspace(-0.5, 0.5, 100, dtype=np.float32), 8000), None, None]),
    "text": (
        "automatic-speech-recognition",
        [Transcript("it is said in many words", (Segment("it", 0.0, 1.0),)), None, None],
    ),
    "embedding": ("feature-extraction", [np.array([0.5, 1.5], np.float32), None, None]),
    "pieces": ("crop", [[Image.new("RGB", (2, 3), "red")], [], None]),
}


def with_column(library: Any, name: str, values: list[Any] | None = None) -> Any:
    """A frame of three rows with what a step gave for each."""
    task, found = FOUND[name]
    one = recognise("x", library({"a": ["x", "y", "z"]}), reader=Reader(()))
    takes, a = CATALOGUE[task].takes, Column(column="a", of="x")
    step = Step(id="s", task=task, inputs=dict.fromkeys(takes, a), output="s")
    result = StepResult(step, CATALOGUE[task].gives, found if values is None else values, frame="x")
    plan = Plan(inputs=(one.schema,), steps=(step,))
    return Tables(Scope(plan), {"x": one}, {"s": result}).final(plan)["x"]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("name", FOUND)
def test_what_a_step_gives_is_plain_data_that_is_read_again(name: str, library: Any):
    frame = with_column(library, name)

    again = recognise("x", frame, reader=Reader(()))
    kind = again.schema.column("s").kind  # type: ignore[union-attr]
    cells = Tables(Scope(Plan(inputs=(again.schema,), steps=(COUNT,))), {"x": again}, {}).rows("x", "s")
    rows = [from_cell(cell, kind) for cell in cells]

    assert type(frame) is type(library({"a": []}))
    assert rows[2] is None
    expected, first = FOUND[name][1][0], rows[0]
    if name in ("spans", "boxes"):
        assert (kind, first, rows[1]) == (CATALOGUE[FOUND[name][0]].gives, expected, ())
    elif name == "mask":
        assert kind is Kind.MASK
        assert [(m.label, m.score) for m in first] == [("sky", 0.5), ("", 0.25)]
        np.testing.assert_array_equal([m.mask for m in first], [PART, ~PART])
    elif name == "image":
        assert kind is Kind.IMAGE
        assert open_single(first, kind, Reader(())).size == (6, 4)
    elif name == "audio":
        assert kind is Kind.AUDIO
        np.testing.assert_array_equal(open_single(first, kind, Reader(())).samples, expected.samples)
    elif name == "text":
        assert (kind, first) == (Kind.TEXT, "it is said in many words")
        assert type(first) is str
    elif name == "embedding":
        assert (kind, list(first)) == (Kind.EMBEDDING, [0.5, 1.5])
    else:
        (piece,) = first
        assert open_single(piece, Kind.IMAGE, Reader(())).getpixel((0, 0)) == (255, 0, 0)
        assert list(rows[1]) == []


@pytest.mark.parametrize("library", [pl.DataFrame, pa.table])
@pytest.mark.parametrize("name", FOUND)
def test_what_a_step_gives_can_be_saved_and_read(name: str, library: Any, tmp_path: Path):
    frame = with_column(library, name)
    if library is pa.table:
        pq.write_table(frame, tmp_path / "x.parquet")
    else:
        frame.write_parquet(tmp_path / "x.parquet")

    saved = pd.read_parquet(tmp_path / "x.parquet")

    again, kept = recognise("x", saved, reader=Reader(())), recognise("x", frame, reader=Reader(()))
    assert len(saved) == 3
    assert again.schema.column("s").kind is kept.schema.column("s").kind  # type: ignore[union-attr]


@pytest.mark.parametrize("library", [pl.DataFrame, pa.table])
@pytest.mark.parametrize("name", FOUND)
def test_a_column_in_which_nothing_came_out_has_its_type(name: str, library: Any):
    nothing = with_column(library, name, [None, None, None])

    if name not in ("embedding", "pieces"):
        assert column_type(nothing) == column_type(with_column(library, name))


def column_type(frame: Any) -> str:
    return str(frame.schema.field("s").type if isinstance(frame, pa.Table) else frame.schema["s"])


def test_a_video_is_kept_in_every_library():
    video = Video(np.zeros((3, 4, 6, 3), np.uint8) + np.arange(3, dtype=np.uint8)[:, None, None, None] * 90, 10.0)

    stored = as_cell(video, Kind.VIDEO, objects=False)

    assert as_cell(video, Kind.VIDEO, objects=True) is video
    again = open_single({**stored, "path": "x.webp"}, Kind.VIDEO, Reader(()))
    np.testing.assert_array_equal(again.frames, video.frames)


def test_pieces_of_pictures_go_through_the_next_step(session: Session):
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30] = 255
    boxes = [[{"label": "a", "score": 0.9, "xmin": 0, "ymin": 0, "xmax": 30, "ymax": 20}] * 2, [], None]
    frame = pd.DataFrame({"image": pd.Series([Image.fromarray(picture)] * 3, dtype=object), "boxes": boxes})
    cut = Step(
        id="cut",
        task="crop",
        inputs={"image": Column(column="image", of="x"), "boxes": Column(column="boxes", of="x")},
        output="pieces",
    )
    seen = PICTURES.model_copy(update={"inputs": {"image": StepOutput(step="cut")}, "map": True, "id": "seen"})

    results = go(session, frame, cut, seen)

    assert [p and [i.size for i in p] for p in results["cut"].value] == [[(30, 20)] * 2, [], None]
    assert [v and len(v) for v in results["seen"].value] == [2, [], None]
    assert results["cut"].value[0][0].getextrema() == ((255, 255),) * 3
    assert "missing" in results["cut"].rejected[0].reason


DOG = {"label": "dog", "score": 0.9, "xmin": 0, "ymin": 0, "xmax": 4, "ymax": 3}
DAMAGED: dict[str, tuple[Any, str]] = {
    "no number": ([{**DOG, "xmin": None}], "one of boxes is damaged"),
    "no place": ([{"label": "dog"}], "one of boxes lacks 'xmin'"),
    "no dict": ([DOG, 5], "a int among boxes"),
    "text": ("dog", "a str, wanted a list of boxes"),
}


@pytest.mark.fault(49)
@pytest.mark.parametrize(("cell", "why"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_cell_costs_only_its_row(session: Session, cell: Any, why: str):
    boxes = pd.Series([[DOG], *[[DOG, DOG]] * 2000, cell], dtype=object)  # the kind is told by the first rows
    step = Step(
        id="t",
        task="template",
        inputs={"value": Column(column="boxes", of="x")},
        parameters={"template": "{value}!"},
        output="t",
    )

    result = go(session, pd.DataFrame({"boxes": boxes}), step)["t"]

    assert [(r.row, why in r.reason) for r in result.rejected] == [(2001, True)]
    assert (result.value[0], result.value[1], result.value[-1]) == ("1 dog!", "2 dogs!", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"counts": [10**11, 5]},
        {"counts": [10**30, 5]},
        {"counts": [20, -4]},
        {"counts": [15]},
        {"counts": None},
        {"height": -4, "width": -4},
        {"height": 10**6, "width": 10**6, "counts": [10**12]},
    ],
    ids=str,
)
def test_counts_of_a_mask_that_are_not_its_pixels_are_refused(changed: dict[str, Any]):
    whole = {"label": "sky", "score": 0.5, "height": 4, "width": 4, "counts": [3, 13]}
    assert from_cell([whole], Kind.MASK)[0].mask.sum() == 13

    with pytest.raises(UnknownKind, match=r"damaged|more than 1,000,000,000 pixels"):
        from_cell([{**whole, **changed}], Kind.MASK)


def test_frames_of_a_video_are_pictures(session: Session):
    video = np.zeros((6, 20, 30, 3), np.uint8) + np.arange(6, dtype=np.uint8)[:, None, None, None] * 40
    frame = pd.DataFrame({"clip": pd.Series([video], dtype=object)})
    step = Step(
        id="f", task="frames", inputs={"video": Column(column="clip", of="x")}, parameters={"most": 3}, output="f"
    )

    (pictures,) = go(session, frame, step)["f"].value

    assert [p.getpixel((0, 0))[0] for p in pictures] == [0, 80, 200]


def test_a_table_is_text_for_a_step_that_reads_text(session: Session):
    frame = pd.DataFrame({"name": ["Ada", "Bob"], "age": [36, 41]})
    step = Step(
        id="t",
        task="template",
        inputs={"value": Frame(frame="x")},
        parameters={"template": "Read this:\n{value}"},
        output="t",
    )

    value = go(session, frame, step)["t"].value

    assert value == "Read this:\n| name | age |\n| --- | --- |\n| Ada | 36 |\n| Bob | 41 |"


def test_what_was_found_can_be_queried_as_a_table(session: Session):
    frame = pd.DataFrame({"t": ["Ada met Bob", "nobody", "Ada again"]})
    spans = [[{"label": "PER", "start": 0, "end": 3, "text": "Ada", "score": 0.5}], [], None]
    one = recognise("x", frame, reader=Reader(()))
    find = Step(id="who", task="token-classification", inputs={"text": Column(column="t", of="x")}, output="who")
    found = StepResult(find, Kind.SPANS, [from_cell(s, Kind.SPANS) for s in spans], frame="x")
    tables = Tables(Scope(Plan(inputs=(one.schema,), steps=(find,))), {"x": one}, {"who": found})

    assert tables.arrow(Frame(frame="who")).to_pylist() == [
        {"row": 0, "text": "Ada", "label": "PER", "start": 0.0, "end": 3.0, "score": 0.5}
    ]
    assert tables.whole(StepOutput(step="who"))["text"].tolist() == ["Ada"]


def test_spans_know_what_they_name(session: Session, monkeypatch: pytest.MonkeyPatch):
    found = with_texts([(Span("PER", 0.9, 4, 7),), ()], ["and Ada", "nobody"])

    assert [[s.text for s in spans] for spans in found] == [["Ada"], []]
