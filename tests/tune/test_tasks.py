"""Each task that is tuned, with a tiny model of its architecture and labels that it can learn in seconds."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.errors import BadOption
from hfmagic.plan import Column, Plan, Step
from hfmagic.proposal import Options
from hfmagic.recognise import recognise
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from hfmagic.tune import Tuned
from tests.hubserver import tiny

WORDS = ["the", "a", "was", "is", "and", "not", "it", "i", "we", "you"]
THINGS = {"parcel": "THING", "order": "THING", "refund": "MONEY", "price": "MONEY"}
ROWS = 120


def tagger(folder: Path) -> None:
    from transformers import BertForTokenClassification

    names = {0: "O", 1: "B-X", 2: "I-X"}
    config = tiny.bert_config(id2label=names, label2id={v: k for k, v in names.items()})
    BertForTokenClassification(config).save_pretrained(folder)
    tiny.tokenizer(folder)
    tiny.readme(folder, "license: cc-by-nc-4.0\nlanguage: en\npipeline_tag: token-classification")


def frame() -> pd.DataFrame:
    """Texts with a thing in them, its span and kind, and pictures that are red or blue."""
    draw = random.Random(0)  # noqa: S311  the same rows in every run
    texts, spans, pictures = [], [], []
    for i in range(ROWS):
        thing = draw.choice(list(THINGS)[2 * (i % 2) : 2 * (i % 2) + 2])
        words = draw.choices(WORDS, k=6)
        words.insert(draw.randrange(6), thing)
        texts.append(f"{' '.join(words)} {draw.choice('abcdefghijk')} {draw.choice('abcdefghijk')}")
        start = texts[-1].index(thing)
        spans.append([{"label": THINGS[thing], "start": start, "end": start + len(thing)}])
        pictures.append(Image.new("RGB", (32, 32), (120 + i, 30, 30) if i % 2 else (30, 30, 120 + i)))
    sides = ["money" if i % 2 else "goods" for i in range(ROWS)]
    colors = ["red" if i % 2 else "blue" for i in range(ROWS)]
    return pd.DataFrame({"text": texts, "side": sides, "spans": spans, "picture": pictures, "color": colors})


def tuned(tmp_path: Path, task: str, column: str, labels: str, make: Callable[[Path], Any]) -> Tuned:
    import torch

    folder = tmp_path / "hub" / "tiny" / "model"
    folder.mkdir(parents=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        make(folder)
    hubs = {"hub_dirs": [str(tmp_path / "hub")], "hub_cache": str(tmp_path / "downloads")}
    session = Session(HFMagic(cache_dir=str(tmp_path / "cache"), tune_epochs=40, **hubs))
    inputs = {"rows": recognise("rows", frame()[[column, labels]], reader=session.reader)}
    step = Step(id="it", task=task, inputs={CATALOGUE[task].subject: Column(column=column, of="rows")}, output="found")
    plan = Plan(request="tune it", inputs=(inputs["rows"].schema,), steps=(step,))
    return session.tune_for(session.choose_models(plan, inputs, Options()), "it", labels)


def figures(found: Tuned) -> dict[str, float]:
    assert found.trial is not None
    return {m.model_id: m.value or 0.0 for m in found.trial.ranked}


def test_spans_are_learnt_and_compared_as_trials_compare_them(tmp_path: Path):
    found = tuned(tmp_path, "token-classification", "text", "spans", tagger)

    assert dict(found.classes) == {"MONEY": 60, "THING": 60}
    assert found.measure == "span F1"
    assert found.is_better
    assert figures(found)[found.model_id] > 0.9
    card = (tmp_path / "cache" / "tuned" / found.model_id / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-nc-4.0\n" in card  # of the base: what it allows holds for what is made from it


def test_pictures_get_the_users_labels(tmp_path: Path):
    found = tuned(tmp_path, "image-classification", "picture", "color", tiny.photos)

    assert figures(found)[found.model_id] > 0.9
    config = (tmp_path / "cache" / "tuned" / found.model_id / "config.json").read_text(encoding="utf-8")
    assert '"red"' in config
    assert '"cat"' not in config


def test_embeddings_of_a_label_come_to_lie_close_together(tmp_path: Path):
    found = tuned(tmp_path, "feature-extraction", "text", "side", tiny.embed)

    assert figures(found)[found.model_id] > figures(found)["tiny/model"]
    assert (tmp_path / "cache" / "tuned" / found.model_id / "1_Pooling" / "config.json").is_file()


def test_a_task_that_is_not_tuned_says_which_are(tmp_path: Path):
    with pytest.raises(BadOption, match="models for summarization are not tuned"):
        tuned(tmp_path, "summarization", "text", "side", tiny.summary)
