"""Labels of sounds: as transformers' pipelines give them; long sounds; models of other tasks."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hfmagic.config import HFMagic
from hfmagic.errors import NoModelFits
from hfmagic.kinds import Audio
from hfmagic.models import Loaded
from hfmagic.plan import Column, Plan, Step
from hfmagic.proposal import Options
from hfmagic.recognise import recognise
from hfmagic.runners.registry import find_runner
from hfmagic.runners.sounds import longest
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.conformance import tiny_audio
from tests.conformance.harness import tone
from tests.conformance.tiny_audio import loaded
from tests.hubserver import TestHub
from tests.hubserver.tiny import classifier

LABEL, CHOOSE = "audio-classification", "zero-shot-audio-classification"
NAMED = ["a dog", "the rain", "music"]


def label(model: Loaded, task: str, sounds: list[Audio], **parameters: Any) -> list[dict[str, float]]:
    runner = find_runner(task, model.facts.architectures)
    return [{x.label: x.score for x in found} for found in runner.run(model, sounds, parameters)]


@pytest.mark.parametrize(
    "make",
    [tiny_audio.ast, tiny_audio.labeller("Wav2Vec2"), tiny_audio.whisper_labeller],
    ids=["spectrogram", "wav2vec2", "whisper"],
)
def test_labels_are_those_of_transformers(tmp_path: Path, make: Any):
    from transformers import pipeline

    make(tmp_path)
    model = loaded(tmp_path, task=LABEL)
    sounds = [tone(440, 0.5), tone(880, 0.75)]
    ask = pipeline(LABEL, model=model.model, feature_extractor=model.processor)
    expected = [{x["label"]: x["score"] for x in ask(s.samples, top_k=5)} for s in sounds]

    found = label(model, LABEL, sounds)

    assert all(len(row) == 5 for row in found)
    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-5)


def test_a_head_for_several_labels_at_once_gives_each_its_own_score(tmp_path: Path):
    tiny_audio.labeller("Hubert", problem_type="multi_label_classification")(tmp_path)

    found = label(loaded(tmp_path, task=LABEL), LABEL, [tone(440)])[0]

    assert abs(sum(found.values()) - 1) > 0.5
    assert all(0 < score < 1 for score in found.values())


@pytest.mark.parametrize("truncation", ["rand_trunc", "fusion"])
def test_named_labels_are_those_of_transformers(tmp_path: Path, truncation: str):
    from transformers import pipeline

    tiny_audio.clap(tmp_path, truncation)
    model = loaded(tmp_path, task=CHOOSE)
    sounds = [tone(440, 0.5, 48_000), tone(880, 0.75, 48_000)]
    ask = pipeline(
        CHOOSE, model=model.model, tokenizer=model.tokenizer, feature_extractor=model.processor.feature_extractor
    )
    expected = [{x["label"]: x["score"] for x in ask(s.samples, candidate_labels=NAMED)} for s in sounds]

    found = label(model, CHOOSE, sounds, candidate_labels=NAMED)

    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-5)


def test_the_scores_of_a_long_sound_are_the_mean_of_its_windows(tmp_path: Path):
    tiny_audio.ast(tmp_path)  # it hears 1.28 s
    model = loaded(tmp_path, task=LABEL)
    low, high = tone(220, 1.0), tone(3000, 1.0)
    both = Audio(np.concatenate([low.samples, high.samples]), 16_000)

    found = label(model, LABEL, [both])[0]
    first = label(model, LABEL, [Audio(both.samples[: int(1.28 * 16_000)], 16_000)])[0]
    last = label(model, LABEL, [Audio(both.samples[-int(1.28 * 16_000) :], 16_000)])[0]

    assert longest(model, {}) == 1
    for name in set(found) & set(first) & set(last):
        assert math.isclose(found[name], (first[name] + last[name]) / 2, abs_tol=1e-5)


def refused(tmp_path: Path, task: str, value: Any, make: Callable[[Path], None]) -> str:
    """What is said, before anything is downloaded, to a user who names that model for the task."""
    folder = tmp_path / "hub" / "org" / "named"
    folder.mkdir(parents=True)
    make(folder)
    with TestHub(tmp_path / "hub") as hub:
        places = {"cache_dir": str(tmp_path / "cache"), "hub_cache": str(tmp_path / "models"), "hub_dirs": []}
        session = Session(HFMagic(hub_endpoint=hub.url, offline=False, **places))
        given = recognise("data", [value, value], reader=session.reader)
        column = Column(column=given.schema.columns[0].name, of="data")
        step = Step(id="step", task=task, inputs={CATALOGUE[task].subject: column}, parameters={}, output="out")
        plan = Plan(request="test", planner="rules", inputs=(given.schema,), steps=(step,))
        with pytest.raises(NoModelFits) as caught:
            session.choose_models(plan, {"data": given}, Options(models={"step": "org/named"}))
    assert not list((tmp_path / "models").rglob("model.safetensors"))
    return caught.value.line


def test_a_model_of_texts_is_not_run_on_sound(tmp_path: Path):
    line = refused(tmp_path, LABEL, tone(440), lambda f: classifier(f, ["bad", "good"]))

    assert "org/named cannot do step 'step'" in line


def test_a_model_of_sounds_is_not_run_on_text(tmp_path: Path):
    line = refused(tmp_path, "text-classification", "late again", tiny_audio.labeller("Wav2Vec2"))

    assert "a Wav2Vec2 model cannot do this task" in line


def test_a_model_without_a_trained_head_is_refused(tmp_path: Path):
    def headless(folder: Path) -> None:
        import json

        from transformers import Wav2Vec2Config, Wav2Vec2Model

        Wav2Vec2Model(Wav2Vec2Config(**tiny_audio.WAVE)).save_pretrained(folder)
        settings = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(settings | {"architectures": ["Wav2Vec2ForCTC"]}))
        tiny_audio.waves(folder)
        tiny_audio.spelling(folder)

    line = refused(tmp_path, "automatic-speech-recognition", tone(440), headless)

    assert "no trained head" in line
    assert "lm_head" in line


def test_what_stands_for_masked_sound_in_training_may_be_missing(tmp_path: Path):
    from safetensors.torch import load_file, save_file

    tiny_audio.ctc("Wav2Vec2")(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["wav2vec2.masked_spec_embed"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})

    assert loaded(tmp_path).bytes > 0
