"""What is heard in a sound: the model's own labels, or labels that the request names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Audio, Label, Labels
from ..models import Loaded, quiet
from .audio import extracted, extractor_of, heard, rate_of, seconds_of, windows
from .runner import Runner
from .stacked import alike, parts, stacked, to_model

if TYPE_CHECKING:
    from torch import Tensor

Windows = tuple[Mapping[str, Any], ...]
BEST = 5
TOGETHER = 8  # windows in a forward pass
WHOLE = 30.0  # s of a sound that a model without a length of its own hears at once
TEMPLATE = "This is a sound of {}."


def window_seconds(loaded: Loaded) -> float:
    """What the model hears at once: of Whisper 30 s, of AST its frames of 10 ms, of CLAP 10 s; else WHOLE."""
    extractor = extractor_of(loaded)
    if length := getattr(extractor, "chunk_length", None) or getattr(extractor, "max_length_s", None):
        return float(length)
    if (frames := getattr(extractor, "max_length", None)) and hasattr(extractor, "num_mel_bins"):
        return float(frames) / 100
    return WHOLE


def longest(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Whole seconds that the model hears at once."""
    return max(1, int(window_seconds(loaded)))


def classify(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Labels]:
    """What is heard in each sound: the best five of the model's labels; a long one's scores are its windows' mean.

    Softmax, or sigmoid for a multi-label head, as transformers' AudioClassificationPipeline.
    """
    return classify_ready(loaded, ready(loaded, sounds, parameters), parameters)


def ready(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Windows]:
    """Each sound in windows that the model hears at once, each as the extractor's tensors of one row."""
    size = int(window_seconds(loaded) * rate_of(loaded))
    with quiet():
        return [tuple(extracted(loaded, [piece]) for piece in windows(heard(loaded, sound), size)) for sound in sounds]


def classify_ready(loaded: Loaded, sounds: Sequence[Windows], parameters: Mapping[str, Any]) -> list[Labels]:
    """The same of sounds that are ready."""

    def scores(batch: Mapping[str, Tensor]) -> Tensor:
        logits = loaded.model(**batch).logits.float()  # (pieces, labels)
        found: Tensor = logits.sigmoid() if many else logits.softmax(-1)
        return found

    many = loaded.model.config.problem_type == "multi_label_classification"
    names = loaded.model.config.id2label
    found = _mean_scores(loaded, sounds, scores)
    return [_best({i: str(names[i]) for i in range(len(row))}, row, BEST) for row in found]


def choose(loaded: Loaded, sounds: Sequence[Audio], parameters: Mapping[str, Any]) -> list[Labels]:
    """The given labels for each sound, by CLAP: a softmax over how near the sound is to "This is a sound of …"."""
    return choose_ready(loaded, ready(loaded, sounds, parameters), parameters)


def choose_ready(loaded: Loaded, sounds: Sequence[Windows], parameters: Mapping[str, Any]) -> list[Labels]:
    """The same of sounds that are ready.

    Each window was made ready by itself: of several the extractor says by chance which is longer (`is_longer`).
    """
    labels = [str(label) for label in parameters["candidate_labels"]]
    texts = loaded.tokenizer([TEMPLATE.format(label) for label in labels], return_tensors="pt", padding=True)
    texts = to_model(loaded, texts)

    def scores(batch: Mapping[str, Tensor]) -> Tensor:
        found: Tensor = loaded.model(**texts, **batch).logits_per_audio.float().softmax(-1)  # (pieces, labels)
        return found

    return [_best(dict(enumerate(labels)), row, len(labels)) for row in _mean_scores(loaded, sounds, scores)]


def _mean_scores(loaded: Loaded, sounds: Sequence[Windows], scores: Any) -> list[list[float]]:
    """Scores of each sound: the mean over its windows, which are heard a few at a time."""
    import torch

    pieces = [(i, window) for i, sound in enumerate(sounds) for window in sound]
    found: list[dict[int, Tensor]] = [{} for _ in sounds]
    with quiet(), torch.inference_mode():
        for places in alike([window for _, window in pieces]):
            for part in parts(places, TOGETHER):
                for place, row in zip(part, scores(stacked(loaded, [pieces[p][1] for p in part])), strict=True):
                    found[pieces[place][0]][place] = row
    return [torch.stack([rows[place] for place in sorted(rows)]).mean(0).tolist() for rows in found]


def _best(names: Mapping[int, str], scores: Sequence[float], most: int) -> Labels:
    labels = (Label(names[i], float(s)) for i, s in enumerate(scores))
    return tuple(sorted(labels, key=lambda label: -label.score))[:most]


_WINDOWS: Mapping[str, Any] = {
    "cost": seconds_of,
    "budget": 240,
    "most": 16,
    "longest": longest,
    "encode": ready,
    "unit": "s",
    "rest": "was heard in further windows, the scores are their mean",
}

RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "audio-classification": (
        Runner(classify, "AutoModelForAudioClassification", "AutoFeatureExtractor", forward=classify_ready, **_WINDOWS),
    ),
    "zero-shot-audio-classification": (Runner(choose, "AutoModel", "AutoProcessor", forward=choose_ready, **_WINDOWS),),
}
