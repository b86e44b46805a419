"""What the engine gives, the exported script gives, alone and in a fresh process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.plan import Column, Constant, Frame, Predicate, Step, StepOutput, Variable
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.conftest import DATA

from .runs import assert_functions, assert_same, bars, case, function_case, plain, run_scripts, sizes
from .test_linked import one_each

REVIEW = Column(column="review", of="reviews")
SENTIMENT = Step(id="sentiment", task="text-classification", inputs={"text": REVIEW}, output="review_sentiment")
REVISION = "0123456789" * 4
NOTE = "It broke after two days. Useless."
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


def session_in(folder: Path, starter_hub: Path) -> Session:
    """A session of the starter set, a voice, and a model that Hugging Face's cache has."""
    cached_model(folder / "hub-cache", starter_hub / "starter" / "bert-tiny-sentiment")
    return Session(
        HFMagic(
            cache_dir=str(folder / "cache"),
            hub_dirs=[str(starter_hub), str(voice(folder))],
            hub_cache=str(folder / "hub-cache"),
            allowed_dirs=[str(DATA), str(folder)],
        )
    )


# Two tests, each with a process of its own, so that two workers share the work and none does it twice.


def test_code_over_texts_gives_what_the_engine_gives(tmp_path: Path, starter_hub: Path):
    session = session_in(tmp_path, starter_hub)
    reviews().to_parquet(tmp_path / "reviews.parquet")
    frame = pd.read_parquet(tmp_path / "reviews.parquet")
    given = {"reviews": (frame, "reviews.parquet")}
    words = pd.DataFrame({"words": [["good", "bad"], [], ["great", " "], ["awful"]]})
    words.to_parquet(tmp_path / "words.parquet")
    each = Step(
        id="mood",
        task="text-classification",
        inputs={"text": Column(column="words", of="words")},
        map=True,
        output="mood",
    )
    cases = {
        "texts": case(session, given, *text_steps()),
        "tables": case(session, given, *table_steps()),
        "hub": case(session, {"words": (words, "words.parquet")}, each, models={"mood": "some/model"}),
    }
    other = frame.iloc[::-2].reset_index(drop=True)
    functions = {"themes": function_case(session, {"reviews": frame}, {"reviews": other}, steps=theme_steps())}

    found = run_scripts(tmp_path, cases, functions)

    for name in cases:
        assert_same(cases[name].results.value, found[name]["result"])
    assert bars(sizes(cases["texts"].results["chart"].value)) == bars(found["texts"]["picture"])
    assert '"some/model",' in cases["hub"].code
    assert f'revision="{REVISION}",' in cases["hub"].code
    assert_functions(functions, found)


def test_code_over_media_and_single_values_gives_what_the_engine_gives(tmp_path: Path, starter_hub: Path):
    session = session_in(tmp_path, starter_hub)
    photos, clips = some_photos(tmp_path / "photos"), sorted((DATA / "speech").glob("*.flac"))
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    photo = sorted(photos.iterdir())[1]
    label = Step(
        id="label", task="image-classification", inputs={"image": Column(column="image", of="photos")}, output="label"
    )
    heard = Step(
        id="heard",
        task="automatic-speech-recognition",
        inputs={"audio": Column(column="audio", of="speech")},
        output="heard",
    )
    speech = Step(id="speech", task="text-to-speech", inputs={"text": Variable(variable="note")}, output="speech")
    single = {"clip": (clips[0], str(clips[0])), "note": (NOTE, "note.txt"), "photo": (photo, str(photo))}
    cases = {
        "singles": case(session, single, *single_steps()),
        "photos": case(session, {"photos": (photos, str(photos))}, label),
        "calls": case(session, {"speech": (DATA / "speech", str(DATA / "speech"))}, heard),
        "voice": case(session, {"note": (NOTE, "note.txt")}, speech),
    }
    title = Step(id="title", task="summarization", inputs={"text": StepOutput(step="heard")}, output="title")
    one = heard.model_copy(update={"inputs": {"audio": Variable(variable="clip")}})
    functions = {"clip": function_case(session, {"clip": clips[0]}, {"clip": clips[1]}, steps=(one, title))}

    found = run_scripts(tmp_path, cases, functions)

    for name in ("photos", "calls"):
        assert_same(cases[name].results.value, found[name]["result"])
    results = cases["singles"].results
    last = results.plan.ordered()[-1].id
    for name, result in results.items():
        assert_same(plain(result.value), plain(found["singles"]["result" if name == last else name]))
    ours, theirs = cases["voice"].results.value, found["voice"]["result"]
    assert theirs["sampling_rate"] == ours.sampling_rate
    np.testing.assert_allclose(theirs["array"], ours.samples, atol=1e-5)
    assert_functions(functions, found)


def theme_steps() -> tuple[Step, ...]:
    """Sentiment, and themes of the complaints, charted."""
    return tuple(s for s in text_steps() if s.id in ("sentiment", "vector", "theme", "chart"))


def some_photos(folder: Path) -> Path:
    """Photos, one with transparent parts, and one that cannot be read."""
    folder.mkdir()
    for path in sorted((DATA / "photos").glob("*.jpg"))[:3]:
        (folder / path.name).write_bytes(path.read_bytes())
    noise = np.random.default_rng(0).integers(0, 255, (50, 40, 4), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "clear.png")
    (folder / "zz.png").write_bytes(b"not a picture")
    return folder


def test_every_runnable_task_is_compared():
    steps = (*text_steps(), *table_steps(), *single_steps())

    linked = {a.task for many in one_each().values() for a in many} | {"split", "redact", "crop", "frames"}
    assert {s.task for s in steps} | {"text-to-speech"} | linked == set(CATALOGUE)
