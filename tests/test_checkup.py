"""%hf doctor MODEL: what a model takes and gives, what it costs, whether it runs; no weight is fetched for it."""

from __future__ import annotations

from typing import Any

import pytest

from hfmagic.checkup import check_up
from hfmagic.errors import UnknownModel
from hfmagic.hub.format import Format, read_format
from hfmagic.session import Session
from tests.hub.bench import Bench, whole_gets
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]


def told(session: Session, model_id: str) -> dict[str, str]:
    return {str(row["what"]): f"{row['found']} {row['do']}".strip() for row in check_up(session, model_id)}


def test_a_model_of_the_hub_is_told_before_a_weight_is_fetched(bench: Bench, tiny_hub: TestHub):
    rows = told(bench.session, "acme/tiny-emotions")

    assert rows["architecture"] == "BertForSequenceClassification"
    assert rows["text-classification"] == "text → labels"
    assert "zero-shot-classification" not in rows
    assert rows["labels"] == "anger · joy · sadness · neutral"
    assert rows["languages"] == "en, de"
    assert rows["longest text"].startswith("64 tokens")
    assert rows["license"] == "cc-by-nc-4.0 (non-commercial)"
    assert rows["to download"].endswith("kB")
    assert rows["runs"] == "yes"
    assert bench.snapshots == []
    assert whole_gets(tiny_hub, "safetensors") == []


@pytest.mark.parametrize(
    ("model_id", "words"),
    [
        ("shady/tiny-headless", "lacks score.weight"),
        ("shady/tiny-own-code", "needs its own code"),
        ("shady/tiny-unknown-type", "newer than transformers"),
        ("shady/tiny-pickled", "no safetensors"),
    ],
)
def test_what_cannot_run_says_why(bench: Bench, model_id: str, words: str):
    assert words in told(bench.session, model_id)["runs"]


def test_several_slots_are_named(bench: Bench):
    assert told(bench.session, "acme/tiny-answers")["question-answering"] == "text + text (question) → labels"


def test_labels_without_names_are_said_to_have_none():
    read = {"config.json": {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}}

    assert not read_format(lambda name: read.get(name, {})).named
    assert read_format(lambda name: {"id2label": {"0": "cat"}} if name == "config.json" else {}).named


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"processor_config.json": {"feature_extractor": {"sampling_rate": 16000}}}, Format(sampling_rate=16000)),
        ({"config.json": {"sampling_rate": 24000}}, Format(sampling_rate=24000)),
        ({"preprocessor_config.json": {"size": {"shortest_edge": 224}}}, Format(image_size=(224, 224))),
        ({"preprocessor_config.json": {"size": {"height": 384, "width": 512}}}, Format(image_size=(384, 512))),
        ({"config.json": {"num_frames": 16, "image_size": 224}}, Format(image_size=(224, 224), frames=16)),
        (
            {"tokenizer_config.json": {"model_max_length": 1e30}, "config.json": {"n_positions": 99}},
            Format(max_tokens=99),
        ),
        ({"tokenizer_config.json": {"chat_template": "{{ messages }}"}}, Format(chat=True)),
        (
            {"config.json": {"id2label": ["odd"], "image_size": "big"}, "preprocessor_config.json": {"size": []}},
            Format(),
        ),
    ],
)
def test_the_format_is_read_from_the_small_files(files: dict[str, Any], expected: Format):
    assert read_format(lambda name: files.get(name, {})) == expected


def test_a_starter_model_is_here_and_fits(session: Session):
    rows = told(session, "starter/whisper-tiny.en")

    assert rows["automatic-speech-recognition"] == "audio → text"
    assert rows["sound"].startswith("16,000 Hz")
    assert rows["to download"] == "nothing, it is here"
    assert "is free on" in rows["memory"]
    assert rows["runs"] == "yes"


def test_an_unknown_model_is_an_error(session: Session):
    with pytest.raises(UnknownModel, match="minilm-l6-sentimnt"):
        check_up(session, "starter/minilm-l6-sentimnt")
