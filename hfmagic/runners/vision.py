"""Pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Label, Labels
from ..models import Loaded, quiet

if TYPE_CHECKING:
    from PIL.Image import Image

BEST = 5


def one_each(loaded: Loaded, images: Sequence[Image]) -> list[int]:
    """Every picture is resized to the same size, so each has the same share of a batch."""
    return [1] * len(images)


def classify(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Labels]:
    """What each picture shows: the best five of the model's labels, by softmax."""
    import torch

    with quiet():
        batch = loaded.processor(images=list(images), return_tensors="pt")
    pixels = batch["pixel_values"].to(loaded.device, loaded.model.dtype)  # (pictures, channels, height, width)
    with torch.inference_mode():
        scores = loaded.model(pixel_values=pixels).logits.float().softmax(-1)  # (pictures, labels)
    best = scores.topk(min(BEST, scores.shape[-1]), dim=-1)
    names = loaded.model.config.id2label
    return [
        tuple(Label(str(names[i]), float(s)) for s, i in zip(row, ids, strict=True))
        for row, ids in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    ]
