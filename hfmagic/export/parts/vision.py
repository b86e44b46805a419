"""Pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import PIL.Image
import torch
from PIL import ImageOps
from PIL.Image import Image

from ...media import as_rgb


def read_image(image: Any) -> Image | None:
    """A picture as upright RGB, from a file, an array or PIL; None if it cannot be read."""
    if isinstance(image, str | Path):
        try:
            # A file's content, not its ending, decides its decoder: of others, EPS would start Ghostscript.
            with PIL.Image.open(image, formats=["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]) as opened:
                return as_rgb(ImageOps.exif_transpose(opened))
        except (OSError, SyntaxError, ValueError):
            return None
    return as_rgb(image if isinstance(image, Image) else PIL.Image.fromarray(image))


def classify_images(processor: Any, model: Any, images: list[Image]) -> list[list[tuple[str, float]]]:
    """What each picture shows: the model's five best labels with their scores."""
    batch = processor(images=images, return_tensors="pt")
    pixels = batch["pixel_values"].to(model.device, model.dtype)  # (pictures, channels, height, width)
    with torch.inference_mode():
        scores = model(pixel_values=pixels).logits.float().softmax(-1)  # (pictures, labels)
    best = scores.topk(min(5, scores.shape[-1]), dim=-1)
    names = model.config.id2label
    rows = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [[(str(names[i]), score) for i, score in zip(ids, values, strict=True)] for ids, values in rows]
