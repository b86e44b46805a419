"""Depth: how far away each point is, in the colours of viridis, and what they stand for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ..html import data_uri, muted, tag
from ..view import View

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

COLORS = "viridis"  # even steps to the eye, also to a colour-blind one; neither end vanishes on a light or dark page
ENDS = (2, 98)  # percentiles: one stray point does not take the colours of all others


def is_depth(value: Any) -> bool:
    """True for a picture whose points are numbers of any size."""
    return getattr(value, "mode", None) == "F"


def colored(picture: Image) -> tuple[Image, float, float]:
    """A depth map in colours, and the depths of the first and the last colour; what is no number gets the first."""
    import numpy as np

    depth = np.asarray(picture, dtype=np.float64)
    known = depth[np.isfinite(depth)]
    low, high = (float(end) for end in np.percentile(known, ENDS)) if known.size else (0.0, 0.0)
    filled = np.nan_to_num(depth, nan=low, posinf=high, neginf=low)
    return _in_colors((filled - low) / ((high - low) or 1.0)), low, high


def _in_colors(shares: np.ndarray) -> Image:
    """Shares in 0…1 of shape (height, width) as a picture."""
    import numpy as np
    from matplotlib import colormaps
    from PIL import Image

    shades = colormaps[COLORS](np.clip(shares, 0, 1), bytes=True)  # (height, width, 4)
    return Image.fromarray(np.ascontiguousarray(shades[..., :3]))


def scale_bar(low: float, high: float) -> View:
    """The colours in a row between the depths of their ends."""
    import numpy as np

    buffer = io.BytesIO()
    _in_colors(np.tile(np.linspace(0, 1, 128), (8, 1))).save(buffer, "PNG", optimize=True)
    alt = f"colour scale from {low:,.3g} to {high:,.3g}"
    bar = tag("img", src=data_uri("image/png", buffer.getvalue()), alt=alt, width=160, height=10, class_="hfm-scale")
    said = [muted(f"{low:,.3g} "), bar, muted(f" {high:,.3g} · in the model's own measure")]
    return View(tag("div", said, class_="hfm-sub"), f"{low:,.3g} … {high:,.3g} in the model's own measure")
