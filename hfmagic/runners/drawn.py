"""Pictures that models give, as numbers and as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed

if TYPE_CHECKING:
    from PIL.Image import Image


def to_picture(pixels: Any) -> Image:
    """A picture from an array of shape (height, width, 3) with numbers of 0…1. Raises StepFailed where one is none."""
    import numpy as np
    from PIL import Image

    if not np.isfinite(pixels).all():
        raise StepFailed("the model gave no picture but NaN.", hint="%config HFMagic.dtype = 'float32'")
    return Image.fromarray((np.clip(pixels, 0.0, 1.0) * 255).round().astype("uint8"))


def by_size(images: Sequence[Image]) -> Mapping[tuple[int, int], list[int]]:
    """(width, height) → the places of the pictures that have it."""
    found: dict[tuple[int, int], list[int]] = {}
    for place, image in enumerate(images):
        found.setdefault(image.size, []).append(place)
    return found
