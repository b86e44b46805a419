"""What the engine gives, the exported script gives, alone and in a fresh process."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.kinds import Kind
from hfmagic.plan import Column, Constant, Frame, Predicate, Step, StepOutput, Variable
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.conftest import DATA

from .runs import Case, assert_same, case, plain, run_scripts

REVIEW = Column(column="review", of="reviews")
SENTIMENT = Step(id="sentiment", task="text-classification", inputs={"text": REVIEW}, output="review_sentiment")
REVISION = "0123456789" * 4
NEGATIVE = Predicate(of=StepOutput(step="sentiment"), value="negative")


def reviews() -> pd.DataFrame:
    """Reviews with every odd row: missing, blank, twice, far too long."""
    frame = pd.read_csv(DATA / "reviews.csv").head(16)
    frame["stars"] = [1.0, 2.5, None, 4.0] * 4
    frame["day"] = pd.date_range("2024-01-01", periods=16).astype(str)
    odd = frame.head(4).assign(review=[None, "   ", frame["review"][5], "a good word " * 700])
    return pd.concat([frame, odd], ignore_index=True)


def text_steps() -> tuple[Step, ...]:
    few = (Predicate(of=Column(column="stars", of="reviews"), op=">=", value=4), NEGATIVE)
    return (
        SENTIMENT,
        Step(
            id="kind",
            task="zero-shot-classification",
            inputs={"text": REVIEW},
            parameters={"candidate_labels": ["the battery", "the price", 'the "screen"']},
            output="kind",
        ),
        Step(
            id="near",
            task="sentence-similarity",
            inputs={"text": REVIEW},
            parameters={"sentence": "It's broken."},
            output="near",
        ),
        Step(id="vector", task="feature-extraction", inputs={"text": REVIEW}, where=(NEGATIVE,), output="vector"),
        Step(
            id="theme",
            task="cluster",
            inputs={
                "embedding": StepOutput(step="vector"),
                "text": REVIEW,
                "across": Column(column="product", of="reviews"),
            },
            output="theme",
        ),
        Step(
            id="title",
            task="summarization",
            inputs={"text": REVIEW},
            parameters={"style": "title", "max_new_tokens": 12},
            where=few,
            output="title",
        ),
        Step(
            id="reply",
            task="text-generation",
            inputs={"text": REVIEW},
            parameters={"instruction": "Answer in one sentence.", "max_new_tokens": 8},
            where=few,
            output="reply",
        ),
        Step(id="tongue", task="detect-language", inputs={"text": REVIEW}, output="tongue"),
        Step(
            id="said",
            task="template",
            inputs={"value": Column(column="stars", of="reviews")},
            parameters={"template": '{{{value}}} stars, "so"'},
            output="said",
        ),
        Step(
            id="chart",
            task="chart",
            inputs={"table": Frame(frame="reviews", plus=("sentiment", "theme"))},
            parameters={"mark": "bar", "x": "product", "color": "review_sentiment"},
            output="picture",
        ),
    )


def table_steps() -> tuple[Step, ...]:
    chosen = (
        Predicate(of=Column(column="product", of="reviews"), op="!=", value="nokia 6610"),
        Predicate(of=Column(column="day", of="reviews"), op="<", value="2024-01-20"),
        Predicate(of=Column(column="stars", of="reviews"), op="not-null"),
        Predicate(of=Column(column="review", of="reviews"), op="contains", value="THE"),
    )
    return (
        SENTIMENT,
        Step(
            id="chosen",
            task="filter",
            inputs={"table": Frame(frame="reviews", plus=("sentiment",))},
            where=chosen,
            output="chosen",
        ),
        Step(
            id="language",
            task="detect-language",
            inputs={"text": Column(column="review", of="chosen")},
            output="language",
        ),
        Step(
            id="counts",
            task="sql",
            inputs={"table": Frame(frame="chosen", plus=("language",))},
            parameters={
                "query": "SELECT product, review_sentiment, count(*) AS n, sum(stars) AS stars, max(language) AS l "
                "FROM chosen GROUP BY ALL ORDER BY ALL",
                "columns": ["product", "review_sentiment", "n", "stars", "l"],
            },
            output="counts",
        ),
    )


def single_steps() -> tuple[Step, ...]:
    return (
        Step(
            id="heard", task="automatic-speech-recognition", inputs={"audio": Variable(variable="clip")}, output="heard"
        ),
        Step(id="title", task="summarization", inputs={"text": StepOutput(step="heard")}, output="title"),
        Step(id="mood", task="text-classification", inputs={"text": Variable(variable="note")}, output="mood"),
        Step(
            id="near",
            task="sentence-similarity",
            inputs={"text": Constant(constant="all is well")},
            parameters={"sentence": "Fine."},
            output="near",
        ),
        Step(
            id="said",
            task="template",
            inputs={"value": StepOutput(step="mood")},
            parameters={"template": "It is {value}: {value}."},
            output="said",
        ),
        Step(id="shown", task="image-classification", inputs={"image": Variable(variable="photo")}, output="shown"),
    )


def cached_model(cache: Path, source: Path) -> None:
    """A model in Hugging Face's cache, as a download leaves it."""
    home = cache / "models--some--model"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(REVISION)
    shutil.copytree(source, home / "snapshots" / REVISION)


def voice(folder: Path) -> Path:
    """A folder Hub with an untrained voice that reads letters."""
    import torch
    from transformers import VitsConfig, VitsModel

    torch.manual_seed(0)  # some untrained voices speak for minutes
    home = folder / "voices" / "org" / "tiny-voice"
    letters = {c: i for i, c in enumerate("_ abcdefghijklmnopqrstuvwxyz'.,!?")}
    layers = {"num_hidden_layers": 1, "num_attention_heads": 2, "prior_encoder_num_flows": 1}
    layers |= {"posterior_encoder_num_wavenet_layers": 1, "duration_predictor_num_flows": 1}
    layers |= {"depth_separable_num_layers": 1, "hidden_size": 16, "ffn_dim": 16, "flow_size": 16}
    up = {"upsample_initial_channel": 16, "upsample_rates": [8, 4], "upsample_kernel_sizes": [16, 8]}
    blocks = {"resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3]]}
    VitsModel(
        VitsConfig(vocab_size=len(letters), spectrogram_bins=9, sampling_rate=8000, **layers, **up, **blocks)
    ).save_pretrained(home)
    (home / "vocab.json").write_text(json.dumps(letters))
    settings = {"tokenizer_class": "VitsTokenizer", "phonemize": False, "pad_token": "_", "unk_token": " "}
    (home / "tokenizer_config.json").write_text(json.dumps(settings))
    (home / "README.md").write_text("---\nlicense: mit\nlanguage: en\npipeline_tag: text-to-speech\n---\n")
    return folder / "voices"


@pytest.fixture(scope="module")
def made(starter_hub: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Case], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("export")
    cached_model(folder / "hub-cache", starter_hub / "starter" / "bert-tiny-sentiment")
    session = Session(
        HFMagic(
            cache_dir=str(folder / "cache"),
            hub_dirs=[str(starter_hub), str(voice(folder))],
            hub_cache=str(folder / "hub-cache"),
            allowed_dirs=[str(DATA), str(folder)],
        )
    )
    reviews().to_parquet(folder / "reviews.parquet")
    frame = pd.read_parquet(folder / "reviews.parquet")
    (folder / "note.txt").write_text("It broke after two days. Useless.", encoding="utf-8")
    photos = folder / "photos"
    photos.mkdir()
    for path in sorted((DATA / "photos").glob("*.jpg"))[:3]:
        (photos / path.name).write_bytes(path.read_bytes())
    noise = np.random.default_rng(0).integers(0, 255, (50, 40, 4), dtype=np.uint8)
    Image.fromarray(noise).save(photos / "clear.png")
    (photos / "zz.png").write_bytes(b"not a picture")
    clips = sorted((DATA / "speech").glob("*.flac"))
    photo = sorted(photos.iterdir())[1]
    given = {"reviews": (frame, "reviews.parquet")}
    cases = {
        "texts": case(session, given, *text_steps()),
        "tables": case(session, given, *table_steps()),
        "singles": case(
            session,
            {
                "clip": (clips[0], str(clips[0])),
                "note": ("It broke after two days. Useless.", "note.txt"),
                "photo": (photo, str(photo)),
            },
            *single_steps(),
        ),
        "photos": case(
            session,
            {"photos": (photos, str(photos))},
            Step(
                id="label",
                task="image-classification",
                inputs={"image": Column(column="image", of="photos")},
                output="label",
            ),
        ),
        "calls": case(
            session,
            {"speech": (DATA / "speech", str(DATA / "speech"))},
            Step(
                id="heard",
                task="automatic-speech-recognition",
                inputs={"audio": Column(column="audio", of="speech")},
                output="heard",
            ),
        ),
    }
    cases["voice"] = case(
        session,
        {"note": ("Good morning to you all.", "morning.txt")},
        Step(id="speech", task="text-to-speech", inputs={"text": Variable(variable="note")}, output="speech"),
    )
    (folder / "morning.txt").write_text("Good morning to you all.", encoding="utf-8")
    words = pd.DataFrame({"words": [["good", "bad"], [], ["great", " "], ["awful"]]})
    words.to_parquet(folder / "words.parquet")
    each = Step(
        id="mood",
        task="text-classification",
        inputs={"text": Column(column="words", of="words")},
        map=True,
        output="mood",
    )
    cases["hub"] = case(session, {"words": (words, "words.parquet")}, each, models={"mood": "some/model"})
    return cases, run_scripts(folder, cases)


@pytest.mark.parametrize("name", ["texts", "tables", "photos", "calls"])
def test_the_script_gives_the_same_table(made: Any, name: str):
    cases, found = made

    assert_same(cases[name].results.value, found[name]["result"])


def test_the_script_gives_the_same_single_values(made: Any):
    results, found = made[0]["singles"].results, made[1]["singles"]
    last = results.plan.ordered()[-1].id

    for name, result in results.items():
        value = result.value
        if result.kind is Kind.LABELS:
            value = [(label.label, label.score) for label in value]
        assert_same(plain(value), plain(found["result" if name == last else name]))


def test_the_script_speaks_the_same(made: Any):
    ours, theirs = made[0]["voice"].results.value, made[1]["voice"]["result"]

    assert theirs["sampling_rate"] == ours.sampling_rate
    np.testing.assert_allclose(theirs["array"], ours.samples, atol=1e-5)


def test_a_model_of_the_hub_is_loaded_at_its_revision(made: Any):
    code = made[0]["hub"].code

    assert '"some/model", revision="0123456789012345678901234567890123456789", trust_remote_code=False' in code
    assert_same(made[0]["hub"].results.value, made[1]["hub"]["result"])


def test_the_script_draws_the_same_bars(made: Any):
    case, found = made[0]["texts"], made[1]["texts"]
    ours = [p.get_height() * p.get_width() for a in case.results["chart"].value.axes for p in a.patches]

    assert sorted(x for a in found["picture"] for x in a) == pytest.approx(sorted(ours), abs=1e-6)


def test_no_script_imports_hfmagic(made: Any):
    for one in made[0].values():
        tree = ast.parse(one.code)
        names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
        names += [n.module or "." for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        assert [name for name in names if name.startswith(("hfmagic", "."))] == []


def test_every_runnable_task_is_compared(made: Any):
    assert {s.task for one in made[0].values() for s in one.plan.steps} == set(CATALOGUE)
