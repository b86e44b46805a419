"""Tasks that hear or make sound."""

from __future__ import annotations

from ..kinds import Kind
from .parameters import CANDIDATES
from .spec import Parameter, TaskSpec

TEXT, AUDIO, LABELS = Kind.TEXT, Kind.AUDIO, Kind.LABELS

# The names in whole: text models have heads of the same endings.
LISTENERS = (
    "WhisperForConditionalGeneration",
    "ForCTC",
    "Speech2TextForConditionalGeneration",
    "MoonshineForConditionalGeneration",
    "SpeechEncoderDecoderModel",
    "SpeechT5ForSpeechToText",
    "ParakeetForTDT",
    "ParakeetForRNNT",
)
LABELLERS = (
    "ForAudioClassification",
    "Wav2Vec2ForSequenceClassification",
    "Wav2Vec2BertForSequenceClassification",
    "Wav2Vec2ConformerForSequenceClassification",
    "HubertForSequenceClassification",
    "WavLMForSequenceClassification",
    "Data2VecAudioForSequenceClassification",
    "UniSpeechForSequenceClassification",
    "UniSpeechSatForSequenceClassification",
    "SEWForSequenceClassification",
    "SEWDForSequenceClassification",
)

TASKS = (
    TaskSpec(
        "automatic-speech-recognition",
        {"audio": AUDIO},
        TEXT,
        "transcript",
        "what is said in each recording",
        (
            Parameter("timestamps", str, "none", "when it is said", choices=("none", "segment", "word")),
            Parameter("language", str, "", "what is spoken, by name or code; empty: as the model hears it"),
        ),
        heads=LISTENERS,
    ),
    TaskSpec(
        "audio-classification",
        {"audio": AUDIO},
        LABELS,
        "label",
        "label each sound with the model's own labels, such as who or what is heard",
        heads=LABELLERS,
    ),
    TaskSpec(
        "zero-shot-audio-classification",
        {"audio": AUDIO},
        LABELS,
        "label",
        "sort each sound into labels that the request names",
        (CANDIDATES,),
        heads=("ClapModel",),
    ),
    TaskSpec(
        "text-to-speech",
        {"text": TEXT},
        AUDIO,
        "speech",
        "read each text aloud",
        heads=("VitsModel", "BarkModel", "FastSpeech2ConformerWithHifiGan"),
    ),
    TaskSpec(
        "text-to-audio",
        {"text": TEXT},
        AUDIO,
        "sound",
        "make the music or sound that each text describes",
        (Parameter("seconds", float, 5.0, "how long it is to be", "s", 0.1, 120.0),),
        heads=("MusicgenForConditionalGeneration", "MusicgenMelodyForConditionalGeneration"),
    ),
)
