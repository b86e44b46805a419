"""Pictures out of pictures: what boxes surround, and frames of videos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..film import frames_of
from ..kinds import Box, Video

if TYPE_CHECKING:
    from PIL.Image import Image


def crop(image: Image, boxes: Sequence[Box], *, margin: float = 0.0, most: int = 100) -> list[Image]:
    """The pieces of a picture, in the order of the boxes; what lies outside the picture is left out.

    Args:
        margin: what is kept around a box, as a share of its sides.
        most: pieces; those of the boxes with the highest scores.
    """
    best = sorted(range(len(boxes)), key=lambda i: -boxes[i].score)[:most]
    pieces = []
    for box in (boxes[i] for i in sorted(best)):
        across, down = (box.xmax - box.xmin) * margin, (box.ymax - box.ymin) * margin
        left, top = max(0, math.floor(box.xmin - across)), max(0, math.floor(box.ymin - down))
        right, bottom = min(image.width, math.ceil(box.xmax + across)), min(image.height, math.ceil(box.ymax + down))
        if left < right and top < bottom:
            pieces.append(image.crop((left, top, right, bottom)))
    return pieces


def frames(video: Video, *, most: int = 8) -> list[Image]:
    """Pictures of a video, evenly over its length."""
    return frames_of(video, most)
