"""Pictures as upright RGB, from files and from whatever Pillow holds. Knows no path that may not be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UnknownKind
from .files import Held

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000
# A file's content, not its ending, decides its decoder: of others, EPS would start Ghostscript.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}


def open_image(path: Path | Held) -> Image:
    """A picture as upright RGB; transparent parts become white. Raises: UnknownKind."""
    import warnings

    import PIL.Image
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its size, which is checked here, and of odd metadata
            with path.open("rb") as file, PIL.Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    size = f"{image.width} × {image.height} pixels"
                    raise UnknownKind(f"{path.name}: {size} is more than {MAX_PIXELS:,}.", hint="make it smaller first")
                return as_rgb(ImageOps.exif_transpose(image))
    except UnknownKind:
        raise
    except PIL.Image.DecompressionBombError:
        why = f"{path.name}: more than {MAX_PIXELS:,} pixels."
        raise UnknownKind(why, hint="make it smaller first") from None
    except Exception as error:  # noqa: BLE001  damaged files raise whatever their decoder happens to trip over
        raise UnknownKind(f"{path.name} is not a readable picture ({type(error).__name__}).") from None


def as_rgb(image: Image) -> Image:
    """Any PIL picture as RGB, transparent parts on white. Raises: UnknownKind for one without a pixel, or odd colours.

    CMYK is read as Pillow does: a JPEG of Adobe's holds its inks inverted, and Pillow turns them when it opens one.
    """
    import PIL.Image

    if not image.width or not image.height:
        raise UnknownKind(f"a picture of {image.width} × {image.height} pixels.")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _as_grey(image).convert("RGB")
    image = image.convert(_PREMULTIPLIED.get(image.mode, image.mode))
    try:
        if image.mode in ("RGBA", "LA", "P", "PA") or "transparency" in image.info:
            layer = image.convert("RGBA")
            return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
        return image.convert("RGB")
    except ValueError:
        raise UnknownKind(f"a picture in {image.mode} colours; wanted RGB, grey or CMYK.") from None


def _as_grey(image: Image) -> Image:
    """16 bits a pixel (or more) as 8: PIL itself would make everything above 255 white."""
    import numpy as np
    import PIL.Image

    array = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = array.max(initial=0.0)
    full = 1.0 if image.mode == "F" and top <= 1 else 255.0 if top <= 255 and image.mode != "I;16" else 65535.0
    return PIL.Image.fromarray((np.clip(array / max(full, 1e-9), 0, 1) * 255).round().astype(np.uint8))
