"""Which models a text task may take, and which it takes first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hfmagic.devices import Device
from hfmagic.hub.facts import ModelFacts
from hfmagic.limits import Limits
from hfmagic.runners.registry import find_runner
from hfmagic.selection.candidates import rank
from hfmagic.selection.rules import PREFERRED, reject, suits
from hfmagic.tasks import CATALOGUE

CPU = Device("cpu", "2 cores", 8 * 10**9, 4 * 10**9)
ZERO_SHOT = CATALOGUE["zero-shot-classification"]
EMBEDDER = ModelFacts(
    "org/embed",
    Path("embed"),
    task="sentence-similarity",
    architectures=("BertModel",),
    parameters=20_000_000,
    downloads=10**6,
    revision="1" * 40,
    pooled=True,
)
CLASSIFIER = replace(
    EMBEDDER,
    model_id="org/nli",
    task="zero-shot-classification",
    architectures=("DebertaV2ForSequenceClassification",),
    parameters=180_000_000,
    downloads=1000,
    pooled=False,
)


def test_a_model_of_inference_comes_before_embedders_where_there_is_one():
    rule = partial(reject, ZERO_SHOT, limits=Limits(), device=CPU)
    settings = {"preferred": PREFERRED[ZERO_SHOT.name], "weights": {"quality": 0.7, "speed": 0.3}}

    both = rank([EMBEDDER, CLASSIFIER], rule, **settings)
    alone = rank([EMBEDDER], rule, **settings)
    plain = rank([EMBEDDER], rule, weights=settings["weights"])

    assert [c.facts.model_id for c in both] == ["org/nli", "org/embed"]
    assert alone == plain


def test_the_note_on_closeness_is_for_embedders_only():
    by_closeness, by_inference = (find_runner(ZERO_SHOT.name, m.architectures) for m in (EMBEDDER, CLASSIFIER))

    assert "closeness" in by_closeness.note
    assert not by_inference.note
    assert by_inference.auto == "AutoModelForSequenceClassification"


@pytest.mark.parametrize(
    ("task", "facts", "fits"),
    [
        ("zero-shot-classification", {"task": "text-classification"}, True),  # its id has nli
        ("zero-shot-classification", {"task": "text-classification", "model_id": "org/mood"}, False),
        (
            "zero-shot-classification",
            {"task": "text-classification", "model_id": "o/m", "labels": ("entailment",)},
            True,
        ),
        ("text-ranking", {"task": "text-classification", "model_id": "org/mood"}, False),
        ("text-ranking", {"task": "text-ranking", "model_id": "org/mood"}, True),
        ("feature-extraction", {"task": "feature-extraction", "architectures": ("Qwen3ForCausalLM",)}, False),
        (
            "feature-extraction",
            {"task": "feature-extraction", "architectures": ("Qwen3ForCausalLM",), "pooled": True},
            True,
        ),
    ],
)
def test_a_classifier_is_taken_for_what_it_was_trained(task, facts, fits):
    assert suits(CATALOGUE[task], replace(CLASSIFIER, **facts)) is fits


@pytest.mark.parametrize(
    ("model_id", "languages", "architecture", "fits"),
    [
        ("Helsinki-NLP/opus-mt-en-de", ("en", "de"), "MarianMTModel", True),
        ("Helsinki-NLP/opus-mt-de-en", ("en", "de"), "MarianMTModel", False),
        ("Helsinki-NLP/opus-mt-en-fr", (), "MarianMTModel", False),
        ("facebook/nllb", ("eng", "deu", "fra"), "M2M100ForConditionalGeneration", True),
        ("org/french-only", ("en", "fr"), "T5ForConditionalGeneration", False),
        ("org/many", ("multilingual",), "T5ForConditionalGeneration", True),
        ("org/says-nothing", (), "T5ForConditionalGeneration", True),
    ],
)
def test_a_translation_model_has_the_target_language(model_id, languages, architecture, fits):
    facts = replace(
        CLASSIFIER, model_id=model_id, languages=languages, architectures=(architecture,), task="translation"
    )

    why = reject(CATALOGUE["translation"], facts, limits=Limits(), device=CPU, into="German")

    assert why == ("" if fits else "does not translate into German")
    assert not reject(CATALOGUE["translation"], facts, limits=Limits(), device=CPU, into="German", named=model_id)
