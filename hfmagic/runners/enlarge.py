"""Pictures enlarged by transformers' models of super-resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed
from ..models import Loaded, quiet
from .drawn import to_picture
from .runner import Runner, one_each

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

TILE = 256  # pixels: a picture of any size takes the memory of one tile
BORDER = 16  # pixels around a tile that the model sees as well, so that no seam shows


def enlarge(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Image]:
    """Each picture as many times as large as the model makes it (`upscale` of its config), tile by tile.

    Raises: StepFailed for a picture that comes with a text, which no such model reads.
    """
    if any(text for _, text in values):
        raise StepFailed(f"{loaded.facts.model_id} enlarges and reads no text.", hint="%hf models lists others")
    return [to_picture(_enlarged(loaded, image.convert("RGB"))) for image, _ in values]


def _enlarged(loaded: Loaded, image: Image) -> np.ndarray:
    """The larger picture, of shape (height, width, 3), numbers of 0…1."""
    import numpy as np

    times, (width, height) = int(loaded.model.config.upscale), image.size
    whole = np.zeros((height * times, width * times, 3), np.float32)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            right, bottom = min(left + TILE, width), min(top + TILE, height)
            x, y = max(left - BORDER, 0), max(top - BORDER, 0)
            seen = image.crop((x, y, min(right + BORDER, width), min(bottom + BORDER, height)))
            part = _forward(loaded, seen)[(top - y) * times :, (left - x) * times :]
            part = part[: (bottom - top) * times, : (right - left) * times]
            whole[top * times : bottom * times, left * times : right * times] = part
    return whole


def _forward(loaded: Loaded, image: Image) -> np.ndarray:
    """One pass of the model; it pads to its windows at the right and the bottom, which is cut off by the caller."""
    import torch

    with quiet():
        batch = loaded.processor(images=[image], return_tensors="pt")
    pixels = batch["pixel_values"].to(loaded.device, loaded.model.dtype)  # (1, 3, height, width)
    with torch.inference_mode():
        made = loaded.model(pixel_values=pixels).reconstruction[0].float()  # (3, larger height, larger width)
    found: np.ndarray = made.permute(1, 2, 0).cpu().numpy()
    return found


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "image-to-image": (
        Runner(
            enlarge,
            "AutoModelForImageToImage",
            "AutoImageProcessor",
            of=("ForImageSuperResolution",),
            cost=one_each,
            budget=4,
        ),
    ),
}
