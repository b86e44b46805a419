"""Boxes drawn into the picture that they were found in, a colour a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import one_line
from ...kinds import Box
from ..html import Markup, clean, muted, tag, text
from ..plain import fit, grid
from ..view import View, beside, stack
from .gallery import Card, name_of, pages, picture
from .image import LARGE, as_picture, photo
from .output import Output, Room
from .palette import colors_of, legend, scores_words

SMALL = 320  # in a column
FINE = 560  # pixels of the longer side: clear lines at 480, at half the bytes of 960


def boxes_view(output: Output) -> View:
    """The picture with its boxes, and what each colour stands for; without the picture, the boxes as a list."""
    boxes: Sequence[Box] = output.value or ()
    found = as_picture(output.subject)
    plain = grid(["label", "score", "box"], [(b.label, scores_words([b.score]), _corners(b)) for b in boxes])
    if found is None:
        said = [tag("li", clean(b.label, 80), f" {scores_words([b.score])} {_corners(b)}") for b in boxes[:50]]
        return View(tag("ul", said), plain)
    colors = colors_of(b.label for b in boxes)
    words = f"picture with {_counted(boxes) or 'nothing found'}"
    shown = photo(drawn(found, boxes, colors, LARGE // 2), alt=words, longest=FINE, shown=LARGE // 2, room=output.room)
    key = _legend(boxes, colors) if boxes else View(muted("nothing found"))
    return View(beside(View(shown), key).html, plain if boxes else "nothing found")


def boxes_column(output: Output) -> View:
    """The pictures with their boxes, in pages, under what was found in all of them."""
    rows = output.given
    every = [box for _, value in rows for box in value]
    colors = colors_of(name for name, _ in Counter(b.label for b in every).most_common())
    cards = [_card(value, output, row, colors) for row, value in rows]
    key = _legend(every, colors) if every else View(muted("nothing found"), "nothing found")
    return stack(key, pages(cards, output.room, a_row=2, a_page=6))


def _card(boxes: Sequence[Box], output: Output, row: int, colors: Mapping[str, str]) -> Card:
    subject = output.subject_of(row)
    name, said = name_of(subject, row), _counted(boxes) or "nothing found"

    def draw(room: Room) -> Markup:
        found = as_picture(subject)
        shown = picture(drawn(found, boxes, colors, SMALL) if found else None, f"{name} with {said}", SMALL, room)
        return tag("div", shown, tag("div", text(said, 120)), muted(text(name, 60)))

    return Card(draw, f"{fit(name)}: {fit(said, 80)}")


def _counted(boxes: Sequence[Box]) -> str:
    counts = Counter(clean(b.label, 40) for b in boxes).most_common()
    more = f" and {len(counts) - 4} more labels" if len(counts) > 4 else ""
    return ", ".join(f"{count} × {label}" if count > 1 else label for label, count in counts[:4]) + more


def _legend(boxes: Sequence[Box], colors: Mapping[str, str]) -> View:
    scores: dict[str, list[float]] = {label: [] for label in colors}
    for box in boxes:
        scores[box.label].append(box.score)
    rows = [(colors[label], label, [f"× {len(s):,}", scores_words(s)]) for label, s in scores.items()]
    return legend(rows)


def _corners(box: Box) -> str:
    return f"({box.xmin:.0f}, {box.ymin:.0f}) – ({box.xmax:.0f}, {box.ymax:.0f})"


def drawn(found: Any, boxes: Sequence[Box], colors: Mapping[str, str], across: int) -> Any:
    """A copy of the picture with the boxes, to be shown that many pixels wide; the surest is drawn last, seen whole."""
    from PIL import ImageDraw, ImageFont

    shown = found.copy()
    scale = LARGE / max(shown.size)  # fine lines and words on a small picture, too
    shown = shown.resize((max(1, round(shown.width * scale)), max(1, round(shown.height * scale))))
    draw = ImageDraw.Draw(shown)
    line = round(1.8 * LARGE / across)
    font = ImageFont.load_default(round(11.5 * LARGE / across))
    for box in sorted(boxes, key=lambda b: (b.score == b.score, b.score)):
        x, y = sorted((box.xmin * scale, box.xmax * scale)), sorted((box.ymin * scale, box.ymax * scale))
        draw.rectangle((x[0], y[0], x[1], y[1]), outline=colors[box.label], width=line)
        widest = max(x[1] - x[0], shown.width / len(boxes))  # names that would hide each other are left out
        words = next((w for w in _words(box) if w and draw.textlength(w, font=font) + 3 * line <= widest), "")
        if words:
            _name(draw, words, (x[0], y[0]), colors[box.label], font, line)
    return shown


def _words(box: Box) -> tuple[str, str]:
    """What may be written at a box, the best first. Its font has Latin letters only; the legend tells other labels."""
    label, score = one_line(clean(box.label, 40)), scores_words([box.score])
    return f"{label} {score}".rstrip() if label.isascii() else "", score


def _name(draw: Any, words: str, at: tuple[float, float], shade: str, font: Any, line: int) -> None:
    """Words on a ground of the box's colour, above its corner where there is room; they stay inside the picture."""
    size = draw.im.size
    left, top, right, bottom = draw.textbbox((0, 0), words, font=font)
    width, height = right - left + 3 * line, bottom - top + 3 * line
    x = min(max(0, at[0]), max(0, size[0] - width))
    y = at[1] - height if at[1] >= height else min(max(0, at[1]), size[1] - height)
    draw.rectangle((x, y, x + width, y + height), fill=shade)
    draw.text((x + 1.5 * line - left, y + 1.5 * line - top), words, fill="white", font=font)
