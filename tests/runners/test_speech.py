"""Speech to text: what is said, and when; long recordings, odd ones, and what a model cannot do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hfmagic.errors import InvalidPlan, UnknownKind
from hfmagic.kinds import Audio, Transcript
from hfmagic.media import open_audio
from hfmagic.models import Loaded
from hfmagic.runners import ctc, whisper
from hfmagic.runners.audio import heard, like_length, quiet_cuts, windows
from hfmagic.runners.registry import find_runner
from tests.conformance import tiny_audio
from tests.conformance.harness import tone
from tests.conformance.tiny_audio import loaded
from tests.conftest import DATA

HEAR = "automatic-speech-recognition"


@pytest.fixture(scope="module")
def english(starter_hub: Path) -> Loaded:
    return loaded(starter_hub / "starter" / "whisper-tiny.en")


@pytest.fixture(scope="module")
def clip() -> Audio:
    return open_audio(DATA / "speech" / "dashwood-character.flac")


@pytest.fixture(scope="module")
def speller(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """An untrained wav2vec 2.0; one label is the likeliest of nearly every frame unless its head is made to swing."""
    import torch

    folder = tmp_path_factory.mktemp("speller")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        tiny_audio.ctc("Wav2Vec2")(folder)
    model = loaded(folder)
    with torch.no_grad():
        model.model.lm_head.weight.normal_(std=3.0, generator=torch.Generator().manual_seed(1))
    return model


def hear(model: Loaded, sound: Audio, timestamps: str = "none", language: str = "") -> Any:
    runner = find_runner(HEAR, model.facts.architectures)
    return runner.run(model, [sound], {"timestamps": timestamps, "language": language})[0]


def in_order(text: Transcript, seconds: float) -> bool:
    """True where no segment ends before it starts, or starts before the one before it does, or is outside."""
    starts = [s.start for s in text.segments]
    return starts == sorted(starts) and all(0 <= s.start <= s.end <= seconds for s in text.segments)


@pytest.mark.parametrize("timestamps", ["segment", "word"])
def test_whisper_tells_when_the_same_words_are_said(english: Loaded, clip: Audio, timestamps: str):
    plain = hear(english, clip)
    told = hear(english, clip, timestamps)

    assert plain.startswith("He was not an ill-disposed young man")
    assert told == plain
    assert " ".join(s.text for s in told.segments) == plain
    assert in_order(told, clip.seconds)
    assert told.segments[-1].end > 7
    if timestamps == "word":
        words = {s.text: s for s in told.segments}
        assert 1.9 < words["young"].start < words["man."].start < 3.0 < words["Unless"].end < 4.2
    else:
        assert [s.text.split()[0] for s in told.segments] == ["He", "Unless"]
        assert 2.8 < told.segments[1].start < 3.8


def test_whisper_hears_more_than_a_minute(english: Loaded):
    clips = [open_audio(p) for p in sorted((DATA / "speech").glob("*.flac"))]
    one = np.concatenate([c.samples for c in clips])
    long = Audio(np.tile(one, 3), clips[0].sampling_rate)

    told = hear(english, long, "word")

    assert long.seconds > 60
    assert told.count("young man") == 3
    assert in_order(told, long.seconds)
    starts = [s.start for s in told.segments if s.text == "young"]
    assert np.allclose(np.diff(starts), len(one) / long.sampling_rate, atol=1.0)


def test_a_sound_at_another_rate_is_heard_the_same(english: Loaded, clip: Audio):
    from hfmagic.media import resample

    assert hear(english, resample(clip, 44_100)) == hear(english, clip)


def test_nothing_is_said_in_silence(english: Loaded, speller: Loaded):
    silence = Audio(np.zeros(16_000, np.float32), 16_000)

    assert hear(english, silence) == ""
    assert hear(english, silence, "word").segments == ()
    assert hear(speller, silence) == ""


@pytest.mark.parametrize("samples", [0, 1, 300])
def test_a_sound_too_short_to_hear_is_rejected_with_the_reason(english: Loaded, speller: Loaded, samples: int):
    blip = Audio(np.ones(samples, np.float32), 16_000)

    for model in (english, speller):
        with pytest.raises(UnknownKind, match="too short, wanted 30 ms"):
            hear(model, blip)


def test_a_clipped_sound_is_heard(english: Loaded, clip: Audio):
    loud = Audio(np.clip(clip.samples * 8, -1, 1), clip.sampling_rate)

    assert "young man" in hear(english, loud)


def test_an_english_model_says_so_when_another_language_is_asked(english: Loaded, clip: Audio):
    with pytest.raises(InvalidPlan, match="hears English only, not German"):
        hear(english, clip, language="German")
    assert hear(english, clip, language="English") == hear(english, clip)


@pytest.mark.parametrize("name", ["whisper", "ctc"])
def test_the_language_is_looked_at_before_a_sound_is(
    name: str, english: Loaded, speller: Loaded, clip: Audio, monkeypatch: pytest.MonkeyPatch
):
    module, model = {"whisper": (whisper, english), "ctc": (ctc, speller)}[name]
    monkeypatch.setattr(module, "heard", lambda *_: pytest.fail("a sound was resampled"))
    facts = replace(model.facts, languages=("en",))

    with pytest.raises(InvalidPlan, match="hears"):
        hear(replace(model, facts=facts), clip, language="French")


def test_a_whisper_of_many_languages_is_told_task_and_language(tmp_path: Path):
    tiny_audio.whisper(tmp_path)
    model = loaded(tmp_path)

    assert whisper.languages(model, "") == {"task": "transcribe"}
    assert whisper.languages(model, "German") == whisper.languages(model, "de-AT") == whisper.languages(model, "德语")
    assert whisper.languages(model, "de") == {"task": "transcribe", "language": "de"}
    with pytest.raises(InvalidPlan, match="does not know the language 'Welsh'"):
        whisper.languages(model, "Welsh")


@pytest.mark.parametrize("seconds", [2.0, 30.0, 41.7, 73.0])
def test_ctc_windows_give_what_transformers_gives(speller: Loaded, seconds: float):
    from transformers import pipeline

    noise = np.random.default_rng(5).normal(0, 0.3, int(seconds * 16_000)).astype(np.float32)
    recogniser = pipeline(
        HEAR,
        model=speller.model,
        tokenizer=speller.processor.tokenizer,
        feature_extractor=speller.processor.feature_extractor,
    )
    expected = recogniser(noise.copy(), chunk_length_s=30, return_timestamps="word")

    told = hear(speller, Audio(noise, 16_000), "word")

    assert len(told) > 20
    assert told == expected["text"].strip()
    assert [s.text for s in told.segments] == [c["text"] for c in expected["chunks"]]
    assert np.allclose([s.start for s in told.segments], [c["timestamp"][0] for c in expected["chunks"]], atol=0.006)
    assert in_order(told, seconds)


def test_ctc_keeps_a_window_in_memory_at_most(speller: Loaded, monkeypatch: pytest.MonkeyPatch):
    heard_at_once = []
    features = ctc.features

    def watched(model: Loaded, pieces: Any) -> Any:
        heard_at_once.append(sum(map(len, pieces)))
        return features(model, pieces)

    monkeypatch.setattr(ctc, "features", watched)
    hear(speller, tone(440, 200))

    assert len(heard_at_once) == 10
    assert max(heard_at_once) <= 30 * 16_000


def test_a_pause_ends_a_segment():
    from hfmagic.kinds import Segment

    words = [Segment("one", 0.1, 0.4), Segment("two", 0.5, 0.9), Segment("three", 1.6, 2.0)]

    assert list(ctc._segments(words)) == [Segment("one two", 0.1, 0.9), Segment("three", 1.6, 2.0)]


def test_words_made_of_pieces_are_put_together(tmp_path: Path):
    tiny_audio.parakeet(tmp_path)
    model = loaded(tmp_path)
    ids = model.tokenizer.convert_tokens_to_ids(["▁a", "▁a", "<pad>", "b", "<pad>", "<pad>", "▁c"])

    assert list(ctc._words(model, ids)) == [("ab", 0, 4), ("c", 6, 7)]


def test_a_model_that_tells_no_word_times_says_what_it_can(tmp_path: Path):
    tiny_audio.moonshine(tmp_path)

    with pytest.raises(InvalidPlan, match="use timestamps=segment"):
        hear(loaded(tmp_path), tone(440), "word")


def test_a_card_that_names_other_languages_is_believed(tmp_path: Path):
    tiny_audio.ctc("Wav2Vec2")(tmp_path)
    (tmp_path / "README.md").write_text("---\nlanguage: [fr, it]\n---\n")

    with pytest.raises(InvalidPlan, match="hears fr, it, not German"):
        hear(loaded(tmp_path), tone(440), language="German")


def test_a_long_sound_is_cut_where_it_is_quiet_and_nothing_is_lost():
    rate = 1000
    samples = np.ones(100 * rate, np.float32)
    samples[25 * rate : 26 * rate] = 0

    cuts = quiet_cuts(samples, rate, most=30.0)

    assert cuts[0][0] == 0
    assert cuts[-1][1] == len(samples)
    assert all(end == start for (_, end), (start, _) in pairwise(cuts))
    assert 25 * rate <= cuts[0][1] <= 26 * rate
    assert max(end - start for start, end in cuts) <= 30 * rate


@pytest.mark.parametrize("length", [5, 10, 11, 25, 30])
def test_windows_cover_the_whole_sound(length: int):
    found = windows(np.arange(length), 10)

    assert set(np.concatenate(found)) == set(range(length))
    assert {len(w) for w in found} == {min(length, 10)}


def test_only_pieces_of_one_length_go_together():
    pieces = [np.zeros(n) for n in (3, 4, 3, 3)]

    assert list(like_length(pieces, 2)) == [[0, 2], [3], [1]]


def test_a_sound_comes_at_the_rate_of_the_model(speller: Loaded):
    assert len(heard(speller, tone(440, 1.0, rate=48_000))) == 16_000
