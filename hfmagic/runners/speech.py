"""Which function transcribes with which architecture; and those that hear a piece and write what was said in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import InvalidPlan
from ..kinds import Audio, Segment, Transcript
from ..models import Loaded, quiet
from ..processors import EARS
from . import ctc, whisper
from .audio import Heard, check_language, features, heard, is_silent, like_length, quiet_cuts, rate_of, seconds_of
from .runner import Runner

if TYPE_CHECKING:
    import numpy as np

PIECE = 30.0  # s that are heard at once; longer sounds are cut where it is quiet
TOGETHER = 4  # pieces in a forward pass
TOKENS = 12.0  # a second at most: fast speech has 7 syllables, and a model that goes round in circles must end
SPARE = 24


def transcribe(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[str]:
    """What is said in each sound, by an encoder and a decoder; long ones piece by piece, cut where it is quiet.

    With `timestamps` "segment" a Transcript with a segment for each piece.
    Raises: InvalidPlan for a word's time, which such a model does not know, or another language than the model's.
    """
    return transcribe_heard(loaded, hear(loaded, sounds, parameters), parameters)


def hear(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Heard]:
    """Each sound at the model's rate. Raises: InvalidPlan as transcribe does."""
    check_language(loaded, parameters["language"])
    if parameters["timestamps"] == "word":
        raise InvalidPlan(f"{loaded.facts.model_id} does not tell when a word is said: use timestamps=segment.")
    return [Heard(heard(loaded, sound), sound.seconds) for sound in sounds]


def transcribe_heard(loaded: Loaded, sounds: Sequence[Heard], parameters: Mapping[str, Any]) -> list[str]:
    """The same of sounds at the model's rate."""
    rate, arrays = rate_of(loaded), [sound.samples for sound in sounds]
    cuts = [[] if is_silent(a) else quiet_cuts(a, rate, most=PIECE) for a in arrays]
    pieces = [a[start:end] for a, places in zip(arrays, cuts, strict=True) for start, end in places]
    texts = iter(_written(loaded, pieces))
    found = []
    for places in cuts:
        segments = [Segment(next(texts), round(start / rate, 2), round(end / rate, 2)) for start, end in places]
        segments = [s for s in segments if s.text]
        found.append(Transcript(" ".join(s.text for s in segments), tuple(segments)))
    return [str(text) for text in found] if parameters["timestamps"] == "none" else list(found)


def _written(loaded: Loaded, pieces: Sequence[np.ndarray]) -> list[str]:
    """The text of each piece."""
    import torch

    texts = [""] * len(pieces)
    for places in like_length(pieces, TOGETHER):
        part = [pieces[i] for i in places]
        most = math.ceil(len(part[0]) / rate_of(loaded) * TOKENS) + SPARE
        with quiet(), torch.inference_mode():
            ids = loaded.model.generate(**_heard_by(loaded, part), **_length(loaded, most))
        ids = getattr(ids, "sequences", ids)
        for i, row in zip(places, ids.tolist(), strict=True):
            texts[i] = str(_decode(loaded)(row, skip_special_tokens=True)).strip()
    return texts


def _heard_by(loaded: Loaded, pieces: Sequence[np.ndarray]) -> dict[str, Any]:
    batch = features(loaded, pieces)
    main = loaded.model.main_input_name
    if main == "inputs":  # of an encoder and a decoder of any kind
        batch = {("inputs" if name in ("input_values", "input_features") else name): x for name, x in batch.items()}
    return batch


def _length(loaded: Loaded, most: int) -> dict[str, Any]:
    """How much may be written; a transducer ends with the sound."""
    if type(loaded.model).__name__.endswith(("TDT", "RNNT")):
        return {}
    config = getattr(loaded.model.config, "decoder", loaded.model.config)
    names = ("max_target_positions", "max_position_embeddings", "n_positions", "max_text_positions")
    room = next((v for name in names if isinstance(v := getattr(config, name, None), int)), 10**9)
    return {"max_new_tokens": max(1, min(most, room - 2))}


def _decode(loaded: Loaded) -> Any:
    """A transducer writes a token as often as it is said, so that like ones must not be taken together."""
    if type(loaded.model).__name__.endswith(("TDT", "RNNT")):
        return partial(loaded.tokenizer.decode, group_tokens=False)
    return loaded.tokenizer.decode


_LONG: Mapping[str, Any] = {"processor": EARS, "cost": seconds_of, "budget": 120, "most": 8}
_CTC = {**_LONG, "encode": ctc.hear, "forward": ctc.transcribe_heard}
_PIECES = {**_LONG, "encode": hear, "forward": transcribe_heard}
_WHISPER = {**_LONG, "processor": "AutoProcessor", "encode": whisper.ready, "forward": whisper.transcribe_ready}
_BOTH = "AutoModelForSpeechSeq2Seq"

RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "automatic-speech-recognition": (
        Runner(whisper.transcribe, _BOTH, of=("WhisperForConditionalGeneration",), **_WHISPER),
        Runner(ctc.transcribe, "AutoModelForCTC", of=("ForCTC",), **_CTC),
        Runner(transcribe, "AutoModelForTDT", of=("ForTDT",), **_PIECES),
        Runner(transcribe, "AutoModelForRNNT", of=("ForRNNT",), **_PIECES),
        Runner(transcribe, _BOTH, **_PIECES),
    ),
}
