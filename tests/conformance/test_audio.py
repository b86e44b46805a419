"""Architectures of the tasks that hear or make sound."""

from __future__ import annotations

from pathlib import Path

from .harness import Architecture, check, rows
from .tiny_audio import (
    ast,
    bark,
    clap,
    ctc,
    labeller,
    moonshine,
    musicgen,
    musicgen_melody,
    parakeet,
    speech_encoder_decoder,
    vits,
    wav2vec2_bert,
    whisper,
    whisper_labeller,
)

HEAR, LABEL = "automatic-speech-recognition", "audio-classification"
WORDS = {"timestamps": "word"}
NAMED = {"candidate_labels": ["a dog", "the rain", "music"]}

ARCHITECTURES = (
    Architecture(HEAR, "WhisperForConditionalGeneration", whisper, {"timestamps": "segment"}),
    Architecture(HEAR, "Wav2Vec2ForCTC", ctc("Wav2Vec2"), WORDS),
    Architecture(HEAR, "HubertForCTC", ctc("Hubert"), WORDS),
    Architecture(HEAR, "WavLMForCTC", ctc("WavLM"), WORDS),
    Architecture(HEAR, "Data2VecAudioForCTC", ctc("Data2VecAudio"), WORDS),
    Architecture(HEAR, "UniSpeechForCTC", ctc("UniSpeech"), WORDS),
    Architecture(HEAR, "UniSpeechSatForCTC", ctc("UniSpeechSat"), WORDS),
    Architecture(HEAR, "SEWForCTC", ctc("SEW"), WORDS),
    Architecture(HEAR, "Wav2Vec2BertForCTC", wav2vec2_bert, WORDS),
    Architecture(HEAR, "ParakeetForCTC", parakeet, WORDS),
    Architecture(HEAR, "MoonshineForConditionalGeneration", moonshine, {"timestamps": "segment"}),
    Architecture(HEAR, "SpeechEncoderDecoderModel", speech_encoder_decoder),
    Architecture(LABEL, "Wav2Vec2ForSequenceClassification", labeller("Wav2Vec2")),
    Architecture(LABEL, "HubertForSequenceClassification", labeller("Hubert")),
    Architecture(LABEL, "WavLMForSequenceClassification", labeller("WavLM")),
    Architecture(LABEL, "ASTForAudioClassification", ast),
    Architecture(LABEL, "WhisperForAudioClassification", whisper_labeller),
    Architecture("zero-shot-audio-classification", "ClapModel", clap, NAMED),
    Architecture("text-to-speech", "VitsModel", vits),
    Architecture("text-to-speech", "BarkModel", bark),
    Architecture("text-to-audio", "MusicgenForConditionalGeneration", musicgen, {"seconds": 0.1}),
    Architecture("text-to-audio", "MusicgenMelodyForConditionalGeneration", musicgen_melody, {"seconds": 0.1}),
)


@rows(ARCHITECTURES)
def test_an_architecture_runs(architecture: Architecture, tmp_path: Path):
    check(architecture, tmp_path)
