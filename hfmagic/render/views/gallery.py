"""Pictures of a column in pages that open with a click, without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..html import Child, Markup, muted, table, tag, text
from ..plain import fit
from ..view import View
from .depth import colored, is_depth
from .image import THUMBNAIL, as_picture, photo
from .output import Output, Room, showing

MAX_PICTURES = 12  # on a page
MAX_PAGES = 4
A_ROW = 4
SHOWN = 180  # pixels of the longer side


@dataclass(frozen=True, slots=True)
class Card:
    """One entry of a gallery: how it is drawn within some room, and the same as a line of text."""

    draw: Callable[[Room], Markup]
    plain: str


def pages(
    cards: Sequence[Card],
    room: Room,
    *,
    noun: str = "picture",
    a_row: int = A_ROW,
    a_page: int = MAX_PICTURES,
    most_pages: int = MAX_PAGES,
) -> View:
    """Cards in a table, so that it is a gallery without styles too; the first page is open, the others are folded."""
    most = min(len(cards), a_page * most_pages)
    drawn, left, why = [], room, ""
    for place, card in enumerate(cards[:most]):
        one = card.draw(left.part(max(1, min(most - place, a_page))))
        if len(one.html) > left.bytes:
            why = room.words
            break
        drawn.append(one)
        left = left.after(len(one.html))
    if not cards:
        return View()
    first, *others = [_page(drawn[i : i + a_page], a_row) for i in range(0, len(drawn), a_page)] or [Markup("")]
    folded = [
        tag("details", tag("summary", muted(_range(number * a_page, len(drawn), a_page, noun))), page)
        for number, page in enumerate(others, 1)
    ]
    more = showing(len(drawn), len(cards), noun, why)
    foot = tag("div", muted(more), class_="hfm-sub") if more else None
    lines = [card.plain for card in cards[:a_page]]
    if len(cards) > a_page:
        lines.append(f"and {len(cards) - a_page:,} more {noun}s")
    return View(tag("div", first, folded, foot), "\n".join(lines))


def _page(cells: Sequence[Child], a_row: int) -> Markup:
    width = "" if a_row == A_ROW else " hfm-broad"
    return table((), [cells[i : i + a_row] for i in range(0, len(cells), a_row)], class_=f"hfm-gallery{width}")


def _range(first: int, every: int, a_page: int, noun: str) -> str:
    last = min(first + a_page, every)
    return f"{noun}s {first + 1}–{last} of {every}" if last > first + 1 else f"{noun} {last} of {every}"


def gallery_view(output: Output) -> View:
    """Pictures of a column with their captions; one that was made from another is shown beside it."""
    there = output.given
    if any(as_picture(output.subject_of(row)) for row, _ in there[:1]):
        cards = [_pair(value, output, row) for row, value in there]
        return pages(cards, output.room, a_row=1, a_page=4)
    return pages([_card(value, output, row) for row, value in there], output.room)


def _card(value: Any, output: Output, row: int) -> Card:
    name, said = name_of(value, row), output.caption(row) or _words(output.subject_of(row))
    return Card(lambda room: _captioned(value, name, said, room), f"{fit(name)}: {fit(said)}")


def _words(subject: Any) -> str:
    return subject if isinstance(subject, str) else ""


def _pair(value: Any, output: Output, row: int) -> Card:
    given, name = output.subject_of(row), name_of(output.subject_of(row), row)
    what = "depth" if is_depth(value) else "picture"
    said = " · depth {:,.3g} … {:,.3g}".format(*colored(value)[1:]) if is_depth(value) else ""

    def draw(room: Room) -> Markup:
        both = [(given, name), (value, f"{what} made from {name}")]
        shown = [picture(one, alt, 300, room.part(2)) for one, alt in both]
        return tag("div", tag("div", shown, class_="hfm-pair"), muted(text(name, 60), said))

    return Card(draw, f"{fit(name)}: {what}")


def _captioned(value: Any, name: str, caption: str, room: Room) -> Markup:
    said = tag("div", tag("b", text(caption, 120))) if caption else None
    return tag("div", tag("div", picture(value, name, SHOWN, room)), said, muted(text(name, 60)))


def picture(value: Any, alt: str, shown: int, room: Room) -> Markup:
    """A picture of a gallery, or the words that it cannot be shown."""
    found = as_picture(value)
    if found is None:
        return muted("cannot be shown")
    return photo(found, alt=alt, longest=max(THUMBNAIL, shown * 5 // 4), shown=shown, room=room)


def name_of(value: Any, row: int) -> str:
    """A file's name, else its row."""
    return str(value.name) if hasattr(value, "suffix") else f"row {row}"
