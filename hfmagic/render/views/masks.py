"""Masks: what a picture was cut into, each part in a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...kinds import Mask
from ..html import Markup, clean, muted, tag, text
from ..plain import fit
from ..view import View, beside, stack
from .boxes import FINE, SMALL
from .gallery import Card, name_of, pages, picture
from .image import LARGE, as_picture, photo
from .output import Output, Room
from .palette import color, colors_of, legend, rgb, scores_words

if TYPE_CHECKING:
    import numpy as np

TINT = 0.55
NUMBERED = 30  # masks, up to which each one has its number in the picture


def mask_view(output: Output) -> View:
    """The picture with its parts tinted, and a legend: label, share of the picture, score."""
    masks: Sequence[Mask] = output.value or ()
    if not masks:
        return View(muted("nothing found"), "nothing found")
    key = _legend(masks)
    found = as_picture(output.subject)
    words = f"picture with {_counted(masks)}"
    shown = photo(
        drawn(found, masks, _shades(masks), LARGE // 2), alt=words, longest=FINE, shown=LARGE // 2, room=output.room
    )
    return View(beside(View(shown), key).html, key.plain)


def masks_column(output: Output) -> View:
    """The pictures with their parts, in pages; a label has one colour in all of them."""
    labels = colors_of(m.label for _, value in output.given for m in value if m.label)
    cards = [_card(value, output, row, labels) for row, value in output.given]
    key = legend([(shade, label, ()) for label, shade in labels.items()]) if labels else View()
    return stack(key, pages(cards, output.room, a_row=2, a_page=6))


def _card(masks: Sequence[Mask], output: Output, row: int, labels: Mapping[str, str]) -> Card:
    subject = output.subject_of(row)
    name, said = name_of(subject, row), _counted(masks) or "nothing found"

    def draw(room: Room) -> Markup:
        shades = [labels.get(m.label) or color(i) for i, m in enumerate(masks)]
        tinted = drawn(as_picture(subject), masks, shades, SMALL) if masks else subject
        shown = picture(tinted, f"{name} with {said}", SMALL, room)
        return tag("div", shown, tag("div", text(said, 120)), muted(text(name, 60)))

    return Card(draw, f"{fit(name)}: {fit(said, 80)}")


def _shades(masks: Sequence[Mask]) -> list[str]:
    """A colour a label; a colour a mask where they have no names."""
    labels = colors_of(m.label for m in masks if m.label)
    return [labels.get(m.label) or color(i) for i, m in enumerate(masks)]


def _share(mask: Mask) -> float:
    return float(mask.mask.mean()) if mask.mask.size else 0.0


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.0095 or not share else f"{share:.1%}"


def _counted(masks: Sequence[Mask]) -> str:
    named = [f"{clean(m.label, 40)} {_percent(_share(m))}" for m in masks if m.label]
    if not named:
        return f"{len(masks)} part{'s' if len(masks) != 1 else ''}" if masks else ""
    return ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")


def _legend(masks: Sequence[Mask]) -> View:
    rows = [
        (shade, m.label, [f"{_percent(_share(m))} of the picture", scores_words([m.score])])
        for m, shade in zip(masks, _shades(masks), strict=True)
    ]
    return legend(rows, noun="part", numbered=_numbered(masks))


def _numbered(masks: Sequence[Mask]) -> bool:
    """Numbers tell apart what has no name, and those that share one."""
    return len({m.label for m in masks if m.label}) < len(masks)


def drawn(found: Any, masks: Sequence[Mask], shades: Sequence[str], across: int) -> Any:
    """The picture with its masks, to be shown that many pixels wide, each in its colour with a full edge.

    The largest is drawn first, so that a small one on it is seen.
    Without the picture, on grey.
    """
    import numpy as np
    from PIL import Image

    height, width = masks[0].mask.shape
    ground = found if found is not None else Image.new("RGB", (width, height), "#7f7f7f")
    size = _size(ground)
    pixels = np.asarray(ground.resize(size), dtype=np.float32).copy()  # (height, width, 3)
    areas = [_resized(m.mask, size) for m in masks]
    order = sorted(range(len(masks)), key=lambda i: -int(areas[i].sum()))
    for i in order:
        pixels[areas[i]] = pixels[areas[i]] * (1 - TINT) + np.array(rgb(shades[i]), dtype=np.float32) * TINT
        pixels[_edge(areas[i])] = rgb(shades[i])
    shown = Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8))
    if _numbered(masks) and len(masks) <= NUMBERED:
        _number(shown, areas, round(13 * LARGE / across))
    return shown


def _resized(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A mask at another size, with smooth edges: (height, width), bool."""
    import numpy as np
    from PIL import Image

    grey = Image.fromarray(np.asarray(mask, dtype=bool).astype(np.uint8) * 255)
    resized: np.ndarray = np.asarray(grey.resize(size, Image.Resampling.BILINEAR))
    inside: np.ndarray = resized > 127
    return inside


def _size(ground: Any) -> tuple[int, int]:
    scale = LARGE / max(ground.size)
    return max(1, round(ground.width * scale)), max(1, round(ground.height * scale))


def _edge(area: np.ndarray) -> np.ndarray:
    """The points of an area that have one outside it within two steps: (height, width), bool; not the picture's rim."""
    inner = area
    for _ in range(2):
        outer, inner = inner, inner.copy()
        inner[1:] &= outer[:-1]
        inner[:-1] &= outer[1:]
        inner[:, 1:] &= outer[:, :-1]
        inner[:, :-1] &= outer[:, 1:]
    edge: np.ndarray = area & ~inner
    return edge


def _number(shown: Any, areas: Sequence[np.ndarray], size: int) -> None:
    """A number in each area, at the point of it that is nearest to its middle."""
    import numpy as np
    from PIL import ImageDraw, ImageFont

    draw, font = ImageDraw.Draw(shown), ImageFont.load_default(size)
    for number, area in enumerate(areas, 1):
        down, across = np.nonzero(area)
        if not len(down):
            continue
        nearest = np.argmin((down - down.mean()) ** 2 + (across - across.mean()) ** 2)
        place = (int(across[nearest]), int(down[nearest]))
        draw.text(
            place,
            str(number),
            fill="white",
            font=font,
            anchor="mm",
            stroke_width=max(2, size // 9),
            stroke_fill="black",
        )
