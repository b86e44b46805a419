"""Questions about pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Label, Labels
from ..models import Loaded, quiet
from .dialogue import ask, on_device, prompts_of, seers, write
from .runner import Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image

BEST = 5


def choose(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[Labels]:
    """The best five of the answers that the model knows, by sigmoid: several may be right (ViLT)."""
    import torch

    images, questions = [image for image, _ in values], [question for _, question in values]
    with quiet():
        batch = loaded.processor(
            images=images, text=questions, padding=True, truncation=True, max_length=_most(loaded), return_tensors="pt"
        )
    with torch.inference_mode():
        scores = loaded.model(**on_device(loaded, batch)).logits.float().sigmoid()  # (pictures, answers)
    best = scores.topk(min(BEST, scores.shape[-1]), dim=-1)
    names = loaded.model.config.id2label
    return [
        tuple(Label(str(names[i]), float(s)) for s, i in zip(row, ids, strict=True))
        for row, ids in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    ]


def write_answer(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[Labels]:
    """The answer that a BLIP made for questions writes; it has no score."""
    images, questions = [image for image, _ in values], [question for _, question in values]
    with quiet():
        batch = loaded.processor(images=images, text=questions, padding=True, return_tensors="pt")
    return [unscored(text) for text in write(loaded, batch, int(parameters["max_new_tokens"]))]


def ask_each(loaded: Loaded, values: Sequence[tuple[Image, str]], parameters: Mapping[str, Any]) -> list[Labels]:
    """The short answer that a model which sees and writes gives to each question; it has no score."""
    question = prompts_of(loaded).question
    texts = [question.replace("{}", text) for _, text in values]
    written = ask(loaded, [[image] for image, _ in values], texts, int(parameters["max_new_tokens"]))
    return [unscored(text) for text in written]


def unscored(text: str) -> Labels:
    """A written answer."""
    return (Label(text, math.nan),)


def _most(loaded: Loaded) -> int:
    return int(min(loaded.tokenizer.model_max_length, loaded.facts.max_tokens or 512, 512))


_SEES: dict[str, Any] = {"processor": "AutoProcessor", "cost": one_each, "budget": 8, "most": 8}
_TRAINED = "AutoModelForVisualQuestionAnswering"

RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "visual-question-answering": (
        Runner(choose, _TRAINED, of=("ViltForQuestionAnswering",), **_SEES),
        Runner(write_answer, _TRAINED, of=("BlipForQuestionAnswering",), **_SEES),
        *seers(ask_each),
    ),
}
