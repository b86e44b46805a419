"""Boxes and masks drawn into the picture that they were found in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...kinds import Box
from ..html import clean, join, muted, tag
from ..plain import grid
from ..view import View, stack
from .image import LARGE, as_picture, photo
from .output import Output, showing

COLORS = ("#e4572e", "#2b7cd3", "#3c9a47", "#b7791f", "#8e5bd0", "#1f9e9e", "#d04a8a", "#7a7a7a")


def boxes_view(output: Output) -> View:
    """The picture with its boxes; without the picture, the boxes as a list."""
    boxes: Sequence[Box] = output.value or ()
    plain = grid(["label", "score", "box"], [(b.label, f"{b.score:.0%}", _corners(b)) for b in boxes])
    picture = as_picture(output.subject)
    if picture is None:
        return View(tag("ul", [tag("li", clean(b.label, 80), f" {b.score:.0%} {_corners(b)}") for b in boxes]), plain)
    return View(photo(_drawn(picture, boxes), alt=f"{len(boxes)} boxes", longest=LARGE, shown=LARGE // 2), plain)


def boxes_column(output: Output) -> View:
    """The first pictures with their boxes."""
    found = [(row, value) for row, value in output.given if value]
    views = [boxes_view(Output(value, output.subject_of(row))) for row, value in found[:4]]
    return stack(*views, View(muted(showing(len(views), len(found), "picture"))))


def mask_view(output: Output) -> View:
    """The picture, tinted where the mask holds."""
    import numpy as np
    from PIL import Image

    mask = np.asarray(output.value) > 0
    picture = as_picture(output.subject) or Image.new("RGB", (mask.shape[1], mask.shape[0]), "#7f7f7f")
    ground = picture.resize((mask.shape[1], mask.shape[0]))
    tinted = Image.blend(ground, Image.new("RGB", ground.size, COLORS[0]), 0.5)
    words = f"mask over {mask.mean():.0%} of the picture"
    shown = Image.composite(tinted, ground, Image.fromarray(mask.astype("uint8") * 255))
    return View(join([photo(shown, alt=words, longest=LARGE, shown=LARGE // 2), muted(words)]), words)


def _corners(box: Box) -> str:
    return f"({box.xmin:.0f}, {box.ymin:.0f}) – ({box.xmax:.0f}, {box.ymax:.0f})"


def _drawn(picture: Any, boxes: Sequence[Box]) -> Any:
    from PIL import ImageDraw, ImageFont

    shown = picture.copy()
    draw = ImageDraw.Draw(shown)
    line = max(2, max(shown.size) // 240)
    font = ImageFont.load_default(max(12, max(shown.size) // 36))
    colors = {label: COLORS[i % len(COLORS)] for i, label in enumerate(dict.fromkeys(b.label for b in boxes))}
    for box in boxes:
        corners = (min(box.xmin, box.xmax), min(box.ymin, box.ymax), max(box.xmin, box.xmax), max(box.ymin, box.ymax))
        draw.rectangle(corners, outline=colors[box.label], width=line)
        words = f"{clean(box.label, 40)} {box.score:.0%}"
        # the label stays inside the picture
        across = max(line, min(corners[0] + line, shown.width - draw.textlength(words, font=font) - 2 * line))
        place = draw.textbbox((across, max(line, corners[1] + line)), words, font=font)
        draw.rectangle((place[0] - line, place[1] - line, place[2] + line, place[3] + line), fill=colors[box.label])
        draw.text((across, max(line, corners[1] + line)), words, fill="white", font=font)
    return shown
