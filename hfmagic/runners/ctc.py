"""Speech to text by models that name a sound for every few milliseconds (CTC), such as wav2vec 2.0; read greedily."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..kinds import Audio, Segment, Transcript
from ..models import Loaded, quiet
from .audio import Heard, check_language, extractor_of, features, heard, is_silent, rate_of

if TYPE_CHECKING:
    import numpy as np

WINDOW = 30.0  # s heard at once; its first and last sixth are only there to be listened around, as in transformers
STRIDE = WINDOW / 6
PAUSE = 0.5  # s without a word end a segment
Word = tuple[str, int, int]  # and its first frame, and the frame after its last


def transcribe(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[str]:
    """What is said in each sound; with `timestamps` a Transcript of words, or of segments between pauses.

    Raises: InvalidPlan for a language that is not the model's.
    """
    return transcribe_heard(loaded, hear(loaded, sounds, parameters), parameters)


def hear(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Heard]:
    """Each sound at the model's rate. Raises: InvalidPlan for a language that is not the model's."""
    check_language(loaded, parameters["language"])
    return [Heard(heard(loaded, sound), sound.seconds) for sound in sounds]


def transcribe_heard(loaded: Loaded, sounds: Sequence[Heard], parameters: Mapping[str, Any]) -> list[str]:
    """The same of sounds at the model's rate."""
    return [_transcribe(loaded, sound, parameters["timestamps"]) for sound in sounds]


def _transcribe(loaded: Loaded, sound: Heard, when: str) -> str:
    samples = sound.samples
    if is_silent(samples):
        return Transcript("")
    ids, frame = _best_ids(loaded, samples)
    text: str = loaded.tokenizer.decode(ids, skip_special_tokens=False).strip()
    if when == "none":
        return text
    seconds = frame / rate_of(loaded)
    words = [
        Segment(word, round(min(first * seconds, sound.seconds), 2), round(min(end * seconds, sound.seconds), 2))
        for word, first, end in _words(loaded, ids)
    ]
    return Transcript(text, tuple(words if when == "word" else _segments(words)))


def _best_ids(loaded: Loaded, samples: np.ndarray) -> tuple[list[int], int]:
    """The likeliest token of each frame, and a frame's length in samples. Only a window's worth of memory is taken.

    A window's frames are kept from the middle of what it shares with its neighbours, as
    transformers' AutomaticSpeechRecognitionPipeline does with `chunk_length_s`.
    """
    import torch

    frame, rate = _frame(loaded), rate_of(loaded)
    size, stride = (round(seconds * rate / frame) * frame for seconds in (WINDOW, STRIDE))
    if len(samples) <= size:
        size = len(samples)
    ids: list[int] = []
    for start in range(0, len(samples), max(1, size - 2 * stride)):
        piece = samples[start : start + size]
        last = start + size >= len(samples)
        with quiet(), torch.inference_mode():
            best = loaded.model(**features(loaded, [piece])).logits[0].argmax(-1).tolist()  # one a frame
        ids += best[stride // frame if start else 0 : None if last else (len(piece) - stride) // frame]
        if last:
            break
    return ids, frame


def _frame(loaded: Loaded) -> int:
    """Samples a frame: the strides of the convolutions, or of the spectrogram and what shortens it."""
    config, extractor = loaded.model.config, extractor_of(loaded)
    encoder = getattr(config, "encoder_config", config)
    if shorter := getattr(encoder, "subsampling_factor", None):  # Parakeet
        return int(extractor.hop_length * shorter)
    frame = getattr(config, "inputs_to_logits_ratio", None)
    if frame is None:  # Wav2Vec2-BERT: two spectrogram frames of 10 ms make one
        frame = rate_of(loaded) // 100 * getattr(extractor, "stride", 1)
    elif not hasattr(config, "conv_stride") and hasattr(extractor, "hop_length"):
        frame *= extractor.hop_length
    if getattr(config, "add_adapter", False):
        frame *= config.adapter_stride**config.num_adapter_layers
    return int(frame)


def _words(loaded: Loaded, ids: Sequence[int]) -> Iterator[Word]:
    """The words that the frames spell, each with its first frame and the one after its last."""
    tokenizer = loaded.tokenizer
    if hasattr(tokenizer, "word_delimiter_token"):
        for found in tokenizer.decode(ids, output_word_offsets=True)["word_offsets"]:
            yield found["word"], int(found["start_offset"]), int(found["end_offset"])
        return
    word: list[tuple[int, int, int]] = []
    place = 0
    for token, run in groupby(ids):
        length = sum(1 for _ in run)
        if token != tokenizer.pad_token_id and token not in tokenizer.all_special_ids:
            if word and str(tokenizer.convert_ids_to_tokens(token)).startswith("▁"):
                yield _joined(tokenizer, word)
                word = []
            word.append((token, place, place + length))
        place += length
    if word:
        yield _joined(tokenizer, word)


def _joined(tokenizer: Any, word: Sequence[tuple[int, int, int]]) -> Word:
    pieces = tokenizer.convert_ids_to_tokens([token for token, _, _ in word])
    return "".join(pieces).replace("▁", " ").strip(), word[0][1], word[-1][2]


def _segments(words: Sequence[Segment]) -> Iterator[Segment]:
    """Words as one segment, until a pause."""
    part: list[Segment] = []
    for word in words:
        if part and word.start - (part[-1].end or 0.0) >= PAUSE:
            yield _together(part)
            part = []
        part.append(word)
    if part:
        yield _together(part)


def _together(words: Sequence[Segment]) -> Segment:
    return Segment(" ".join(word.text for word in words), words[0].start, words[-1].end)
