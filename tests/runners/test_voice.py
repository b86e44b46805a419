"""Text as sound: the same each time, nothing left out, music as long as asked; voices that are not run say why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hfmagic.errors import InvalidPlan, NotAvailable, UnknownKind
from hfmagic.kinds import Audio
from hfmagic.models import Loaded
from hfmagic.runners.registry import find_runner, refusal
from hfmagic.runners.voice import pieces_of
from tests.conformance import tiny_audio
from tests.conformance.tiny_audio import loaded

SPEAK, COMPOSE = "text-to-speech", "text-to-audio"


def made(model: Loaded, task: str, text: str, **parameters: Any) -> Audio:
    runner = find_runner(task, model.facts.architectures)
    found: Audio = runner.run(model, [text], parameters)[0]
    return found


@pytest.fixture
def voice(tmp_path: Path) -> Loaded:
    tiny_audio.vits(tmp_path)
    return loaded(tmp_path, SPEAK)


def test_the_same_text_gives_the_same_speech_and_leaves_chance_alone(voice: Loaded):
    import torch

    torch.manual_seed(7)
    first = made(voice, SPEAK, "good morning")
    drawn = torch.rand(1)
    torch.manual_seed(7)

    assert np.array_equal(first.samples, made(voice, SPEAK, "good morning").samples)
    assert torch.rand(1) == drawn
    assert first.sampling_rate == 8000


def test_a_voice_does_not_leave_out_what_it_cannot_read(voice: Loaded):
    with pytest.raises(UnknownKind, match="cannot read 2 4"):
        made(voice, SPEAK, "at 42 please")


def test_a_voice_of_romanised_text_asks_for_uroman(voice: Loaded):
    voice.tokenizer.is_uroman = True

    with pytest.raises(NotAvailable, match="needs uroman"):
        made(voice, SPEAK, "доброе утро")
    assert made(voice, SPEAK, "dobroe utro").seconds > 0


@pytest.mark.parametrize("seconds", [0.1, 0.35])
def test_music_is_as_long_as_asked_and_the_same_each_time(tmp_path: Path, seconds: float):
    tiny_audio.musicgen(tmp_path)
    model = loaded(tmp_path, COMPOSE)

    first = made(model, COMPOSE, "good late great", seconds=seconds)

    assert first.sampling_rate == 3200
    assert first.seconds == pytest.approx(seconds, abs=0.011)
    assert np.array_equal(first.samples, made(model, COMPOSE, "good late great", seconds=seconds).samples)


def test_music_is_what_transformers_makes(tmp_path: Path):
    import torch
    from transformers import pipeline

    tiny_audio.musicgen(tmp_path)
    model = loaded(tmp_path, COMPOSE)
    ask = pipeline(COMPOSE, model=model.model, tokenizer=model.tokenizer)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        expected = ask("good late great", generate_kwargs={"max_new_tokens": 11})

    found = made(model, COMPOSE, "good late great", seconds=0.1)

    assert expected["sampling_rate"] == found.sampling_rate
    assert np.allclose(np.ravel(expected["audio"])[: len(found.samples)].clip(-1, 1), found.samples, atol=1e-5)


def test_music_longer_than_the_model_can_make_is_refused(tmp_path: Path):
    tiny_audio.musicgen(tmp_path)

    with pytest.raises(InvalidPlan, match="at most 3 s of sound, not 100 s"):
        made(loaded(tmp_path, COMPOSE), COMPOSE, "good", seconds=100.0)


@pytest.mark.parametrize(
    ("architecture", "why"),
    [
        ("SpeechT5ForTextToSpeech", "needs a vocoder and a speaker's embedding"),
        ("FastSpeech2ConformerModel", "makes a spectrogram only"),
        ("SeamlessM4TForTextToSpeech", "VITS, MMS and Bark are run"),
        ("FastSpeech2ConformerWithHifiGan", "pip install g2p_en"),
        ("VitsModel", ""),
    ],
)
def test_a_voice_that_is_not_run_says_why(architecture: str, why: str):
    assert why in refusal(SPEAK, [architecture])
    assert bool(why) is bool(refusal(SPEAK, [architecture]))


def test_a_long_text_is_spoken_in_pieces_without_loss():
    text = "The order came late. " * 12 + "x" * 500 + " " + "word " * 80

    pieces = pieces_of(text, 180)

    assert max(map(len, pieces)) <= 180
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert pieces_of("Short.", 180) == ["Short."]
