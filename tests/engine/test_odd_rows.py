"""Rows that no model can read cost only themselves; what a model reads of a row is said."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import soundfile
from PIL import Image

from hfmagic.errors import DamagedModel, HFMagicError, OutOfMemory, StepFailed
from hfmagic.media import as_audio, as_rgb
from hfmagic.plan import Column, Frame, Predicate, Step, StepOutput
from hfmagic.recognise import recognise
from hfmagic.runners.registry import RUNNERS
from hfmagic.session import Session
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


def test_values_that_are_no_text_are_rejected_each_with_its_type(session: Session):
    result = go(session, objects(*TEXTS, 5, b"x", [1], "half \ud800 of it"), SENTIMENT)["sentiment"]

    assert sum(v is not None for v in result.value) == 3
    assert [r.reason for r in result.rejected] == [
        "int, not text",
        "bytes, not text",
        "list, not text",
        "holds half a character (a lone surrogate)",
    ]


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


def test_pictures_are_opened_a_batch_at_a_time(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from hfmagic import recognise

    for i in range(40):
        Image.new("RGB", (8, 8), (i, 0, 0)).save(tmp_path / f"{i:02}.png")
    opened, most = [0], [0]
    real, runner = recognise.open_media, RUNNERS["image-classification"]

    def counted(path: Path, kind: Any) -> Any:
        opened[0] += 1
        most[0] = max(most[0], opened[0])
        return real(path, kind)

    def run(loaded: Any, images: Any, parameters: Any) -> Any:
        opened[0] = 0
        return runner.run(loaded, images, parameters)

    monkeypatch.setattr(recognise, "open_media", counted)
    monkeypatch.setattr(
        "hfmagic.engine.model_step.RUNNERS",
        {"image-classification": type(runner)(run, runner.auto, runner.processor, runner.cost, 16, None)},
    )

    result = go(session, tmp_path, PICTURES)["label"]

    assert len(result.value) == 40
    assert most[0] <= 16


def test_sixteen_bits_a_pixel_are_not_all_white():
    grey = as_rgb(Image.fromarray(np.linspace(0, 65535, 100).astype(np.uint16).reshape(10, 10)))

    assert 100 < np.asarray(grey).mean() < 155


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
