"""Pictures, always encoded anew: what reaches the page are pixels, never a file's own bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from ...errors import UnknownKind
from ...media import as_rgb, open_image
from ..html import Markup, data_uri, muted, tag, text
from ..view import View
from .depth import colored, is_depth, scale_bar
from .output import Output, Room

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL = 320  # pixels of the longer side: sharp at 160 on a fine screen
LARGE = 960
QUALITY = 78  # of JPEG; 82 takes a tenth more and looks the same
SMALLEST = 160  # what is smaller tells nothing; it is left out instead


def as_picture(value: Any) -> Image | None:
    """A PIL picture, array or path that the run has opened before; None when it cannot be shown."""
    from PIL import Image

    if isinstance(value, Image.Image):
        return colored(value)[0] if is_depth(value) else as_rgb(value)
    if hasattr(value, "suffix"):
        try:
            return open_image(value)
        except UnknownKind:
            return None
    if type(value).__name__ == "ndarray" and value.dtype == "uint8" and value.ndim in (2, 3):
        return as_rgb(Image.fromarray(value))
    return None


def encoded(picture: Image, longest: int, most_bytes: int | None = None) -> tuple[str, int, int]:
    """A data URI of at most `longest` pixels a side, and its width and height: PNG for flat drawings, else JPEG.

    Smaller, down to a stamp, where it would take more than `most_bytes`.
    """
    small = picture.copy()
    small.thumbnail((longest, longest))
    kind, content = _compressed(small)
    if most_bytes is not None and len(content) > most_bytes and longest > SMALLEST:
        return encoded(picture, max(SMALLEST, longest * 2 // 3), most_bytes)
    return data_uri(kind, content), small.width, small.height


def _compressed(picture: Image) -> tuple[Literal["image/png", "image/jpeg"], bytes]:
    png, jpeg = io.BytesIO(), io.BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    if picture.getcolors(256) is not None:  # a drawing, which JPEG would blur; or a grey photo, which it makes smaller
        picture.save(png, "PNG", optimize=True)
        if len(png.getvalue()) <= 1.5 * len(jpeg.getvalue()):
            return "image/png", png.getvalue()
    return "image/jpeg", jpeg.getvalue()


def photo(
    picture: Image, *, alt: str, longest: int = THUMBNAIL, shown: int = THUMBNAIL // 2, room: Room | None = None
) -> Markup:
    """A picture at `shown` pixels of its longer side."""
    scale = min(1.0, shown / max(picture.size))
    source, _, _ = encoded(picture, longest, room.raw if room else None)
    size = {"width": max(1, round(picture.width * scale)), "height": max(1, round(picture.height * scale))}
    return tag("img", src=source, alt=alt, **size, class_="hfm-photo")


def image_view(output: Output) -> View:
    """One picture or chart, large; beside the one that it was made from."""
    if hasattr(output.value, "savefig"):
        from .chart import chart_view

        return chart_view(output)
    picture = as_picture(output.value)
    if picture is None:
        return View(muted("a picture that cannot be shown"), "a picture that cannot be shown")
    given = as_picture(output.subject)
    words = f"{output.name}: picture, {picture.width} × {picture.height}"
    size = LARGE * 5 // 8 if output.small or given else LARGE
    room = output.room.part(2 if given else 1)
    shown = photo(picture, alt=words, longest=size, shown=size // 2, room=room)
    depth = is_depth(output.value)
    if given:
        before = photo(given, alt="the picture it was made from", longest=size, shown=size // 2, room=room)
        shown = tag("div", before, shown, class_="hfm-pair")
    elif isinstance(output.subject, str) and output.subject:
        shown = tag("div", shown, _prompt(output.subject))
    if not depth:
        return View(shown, words)
    bar = scale_bar(*colored(output.value)[1:])
    return View(tag("div", shown, bar.html), f"{output.name}: depth, {picture.width} × {picture.height}, {bar.plain}")


def _prompt(words: str) -> Markup:
    return tag("div", text(words, 400), class_="hfm-caption", dir="auto")
