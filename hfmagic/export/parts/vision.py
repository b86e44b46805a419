"""Pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps


def open_image(path: str | Path) -> Image.Image | None:
    """A picture as upright RGB; None for a file that cannot be read."""
    try:
        # A file's content, not its ending, decides its decoder: of others, EPS would start Ghostscript.
        with Image.open(path, formats=["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"]) as image:
            return as_rgb(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, TypeError, AttributeError):
        return None


def as_rgb(image: Any) -> Image.Image | None:
    """A picture in memory as RGB, transparent parts on white; None where there is none."""
    if not hasattr(image, "shape") and not isinstance(image, Image.Image):
        return None
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    if image.mode.startswith("I"):  # 16 bits
        image = Image.fromarray((np.asarray(image) / 257).round().astype("uint8"))
    if image.mode in ("RGBA", "LA", "P", "PA"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")  # type: ignore[no-any-return]
