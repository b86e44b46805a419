"""Pictures, always encoded anew: what reaches the page are pixels, never a file's own bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from ...errors import UnknownKind
from ...media import as_rgb, open_image
from ..html import Markup, data_uri, muted, table, tag, text
from ..plain import fit
from ..view import View
from .output import Output, showing

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL = 320  # pixels of the longer side: sharp at 160 on a fine screen
LARGE = 960
MAX_PICTURES = 12
A_ROW = 4


def as_picture(value: Any) -> Image | None:
    """A PIL picture, array or path that the run has opened before; None when it cannot be shown."""
    from PIL import Image

    if isinstance(value, Image.Image):
        return as_rgb(value)
    if hasattr(value, "suffix"):
        try:
            return open_image(value)
        except UnknownKind:
            return None
    if type(value).__name__ == "ndarray" and value.dtype == "uint8" and value.ndim in (2, 3):
        return as_rgb(Image.fromarray(value))
    return None


def encoded(picture: Image, longest: int) -> tuple[str, int, int]:
    """A data URI of at most `longest` pixels a side, and its width and height: PNG for flat drawings, else JPEG."""
    small = picture.copy()
    small.thumbnail((longest, longest))
    flat = small.getcolors(256) is not None
    kind: Literal["image/png", "image/jpeg"] = "image/png" if flat else "image/jpeg"
    buffer = io.BytesIO()
    if flat:
        small.save(buffer, "PNG", optimize=True)
    else:
        small.save(buffer, "JPEG", quality=82)
    return data_uri(kind, buffer.getvalue()), small.width, small.height


def photo(picture: Image, *, alt: str, longest: int = THUMBNAIL, shown: int = THUMBNAIL // 2) -> Markup:
    """A picture at `shown` pixels of its longer side."""
    source, width, height = encoded(picture, longest)
    scale = min(1.0, shown / max(width, height))
    return tag("img", src=source, alt=alt, width=round(width * scale), height=round(height * scale), class_="hfm-photo")


def image_view(output: Output) -> View:
    """One picture or chart, large."""
    if hasattr(output.value, "savefig"):
        from .chart import chart_view

        return chart_view(output)
    picture = as_picture(output.value)
    if picture is None:
        return View(muted("a picture that cannot be shown"), "a picture that cannot be shown")
    words = f"{output.name}: picture, {picture.width} × {picture.height}"
    size = LARGE * 5 // 8 if output.small else LARGE
    return View(photo(picture, alt=words, longest=size, shown=size // 2), words)


def gallery_view(output: Output) -> View:
    """Pictures with their captions. A table, so that it is a gallery without styles too."""
    pictures = output.subject if output.subject is not None else output.value
    there = [(row, value) for row, value in enumerate(pictures) if value is not None and output.value[row] is not None]
    cells = [_captioned(value, row, output.caption(row)) for row, value in there[:MAX_PICTURES]]
    if not cells:
        return View()
    rows = [cells[i : i + A_ROW] for i in range(0, len(cells), A_ROW)]
    more = muted(showing(len(cells), len(there), "picture"))
    lines = [f"{fit(_name(value, row))}: {fit(output.caption(row))}" for row, value in there[:MAX_PICTURES]]
    return View(tag("div", table((), rows, class_="hfm-gallery"), more), "\n".join(lines))


def _captioned(value: Any, row: int, caption: str) -> Markup:
    picture = as_picture(value)
    name = _name(value, row)
    shown = photo(picture, alt=name, shown=180) if picture else muted("cannot be shown")
    said = tag("div", tag("b", text(caption, 120))) if caption else None
    return tag("div", tag("div", shown), said, muted(text(name, 60)))


def _name(value: Any, row: int) -> str:
    return value.name if hasattr(value, "suffix") else f"row {row}"
