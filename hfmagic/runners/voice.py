"""Text as sound: a voice that reads it, or the music that it describes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..errors import InvalidPlan, NotAvailable, UnknownKind
from ..kinds import Audio
from ..models import Loaded, quiet
from .runner import Runner

BREATH = 0.2  # s of silence between the pieces of a long text
BARK_CHARACTERS = 180  # Bark speaks 13 to 14 s at a time, about 13 characters a second
BARK_TOKENS = 256  # that it reads, config of its processor
_SENTENCES = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；])")


def speak(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Audio]:
    """Each text read aloud, at the model's own rate."""
    return [_sound(loaded, partial(_wave, loaded, text), _rate(loaded)) for text in texts]


def speak_in_pieces(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Audio]:
    """Each text read aloud by Bark, which speaks 13 s at a time: longer texts a few sentences at a time."""
    rate = int(loaded.model.generation_config.sample_rate)
    return [_sound(loaded, partial(_bark, loaded, text, rate), rate) for text in texts]


def compose(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Audio]:
    """The music that each text describes, `seconds` long.

    Raises: InvalidPlan where the model cannot make so much.
    """
    codec = loaded.model.config.audio_encoder
    tokens = max(1, round(parameters["seconds"] * codec.frame_rate))
    most = loaded.model.config.decoder.max_position_embeddings - loaded.model.config.decoder.num_codebooks
    if tokens > most:
        what = f"{loaded.facts.model_id} makes at most {most / codec.frame_rate:.0f} s of sound"
        raise InvalidPlan(f"{what}, not {parameters['seconds']:g} s.")

    def made(text: str) -> Any:
        batch = loaded.tokenizer(text, return_tensors="pt").to(loaded.device)
        # the codebooks are delayed against each other, so that as many tokens more make the sound whole
        extra = loaded.model.config.decoder.num_codebooks
        out = loaded.model.generate(**batch, max_new_tokens=tokens + extra - 1)
        return out[0].mean(0)[: round(parameters["seconds"] * codec.sampling_rate)]  # (channels, samples), as one

    return [_sound(loaded, partial(made, text), int(codec.sampling_rate)) for text in texts]


def _sound(loaded: Loaded, make: Callable[[], Any], rate: int) -> Audio:
    """What a model makes, which draws at random: the same text gives the same sound."""
    import torch

    with quiet(), torch.inference_mode(), torch.random.fork_rng():
        torch.manual_seed(0)
        wave = make().float().cpu().numpy()
    if not wave.size:
        raise UnknownKind("the model made no sound of it")
    return Audio(wave.clip(-1.0, 1.0), rate)


def _wave(loaded: Loaded, text: str) -> Any:
    """Samples of shape (n,)."""
    _check_letters(loaded, text)
    batch = loaded.tokenizer(text, return_tensors="pt").to(loaded.device)
    known = ("input_ids", "attention_mask")
    return loaded.model(**{name: x for name, x in batch.items() if name in known}).waveform.reshape(-1)


def _check_letters(loaded: Loaded, text: str) -> None:
    """Raises NotAvailable or UnknownKind where VITS would leave out what it cannot read."""
    tokenizer = loaded.tokenizer
    if getattr(tokenizer, "phonemize", False):
        return
    if getattr(tokenizer, "is_uroman", False) and not text.isascii():
        from transformers.utils import is_uroman_available

        if not is_uroman_available():
            raise NotAvailable("this voice reads Latin letters: the text needs uroman.", hint="pip install uroman")
        return
    if (letters := getattr(tokenizer, "encoder", None)) and getattr(tokenizer, "normalize", False):
        read = tokenizer.normalize_text(text)
        if lost := sorted({c for c in read if c.isalnum() and c not in letters}):
            raise UnknownKind(f"the voice cannot read {' '.join(lost)[:40]}; write it in its letters")


def _rate(loaded: Loaded) -> int:
    config = loaded.model.config
    return int(getattr(config, "sampling_rate", 0) or config.vocoder_config.sampling_rate)


def _bark(loaded: Loaded, text: str, rate: int) -> Any:
    """Samples of shape (n,), of piece after piece."""
    import torch

    waves = []
    for piece in pieces_of(text, BARK_CHARACTERS):
        batch = loaded.tokenizer(
            piece,
            max_length=BARK_TOKENS,
            padding="max_length",
            truncation=True,
            add_special_tokens=False,
            return_token_type_ids=False,
            return_tensors="pt",
        ).to(loaded.device)
        waves += [loaded.model.generate(**batch)[0].float(), torch.zeros(int(BREATH * rate), device=loaded.device)]
    return torch.cat(waves[:-1])


def pieces_of(text: str, most: int) -> list[str]:
    """A text in pieces of at most so many characters: whole sentences, words of a longer one, else letters."""
    pieces = [""]
    for sentence in _SENTENCES.split(text.strip()):
        for part in [sentence] if len(sentence) <= most else _broken(sentence, most):
            if len(pieces[-1]) + len(part) < most:
                pieces[-1] = f"{pieces[-1]} {part}".strip()
            else:
                pieces.append(part)
    return [piece for piece in pieces if piece]


def _broken(sentence: str, most: int) -> list[str]:
    found = [""]
    for word in sentence.split():
        for part in (word[i : i + most] for i in range(0, len(word), most)):
            if len(found[-1]) + len(part) < most:
                found[-1] = f"{found[-1]} {part}".strip()
            else:
                found.append(part)
    return found


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "text-to-speech": (
        Runner(speak_in_pieces, "AutoModelForTextToWaveform", of=("BarkModel",), most=1),
        Runner(speak, "AutoModelForTextToWaveform", of=("FastSpeech2ConformerWithHifiGan",), most=1, needs=("g2p_en",)),
        Runner(speak, "AutoModelForTextToWaveform", most=1),
    ),
    "text-to-audio": (Runner(compose, "AutoModelForTextToWaveform", most=1),),
}

_OTHER = "is a voice that hfmagic does not run; VITS, MMS and Bark are run"
REFUSED: Mapping[str, Mapping[str, str]] = {
    "text-to-speech": {
        "SpeechT5ForTextToSpeech": "needs a vocoder and a speaker's embedding, which lie in other repositories",
        "FastSpeech2ConformerModel": "makes a spectrogram only; FastSpeech2ConformerWithHifiGan makes sound of it",
        "CsmForConditionalGeneration": _OTHER,
        "DiaForConditionalGeneration": _OTHER,
        "VibeVoiceForConditionalGeneration": _OTHER,
        "HiggsAudioV2ForConditionalGeneration": _OTHER,
        "ForTextToSpeech": _OTHER,
    }
}
"""Task → ending of an architecture → why it is not run, though it is for the task."""
