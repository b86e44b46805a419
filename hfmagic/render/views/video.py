"""Videos as strips of stills, and as a small moving picture where that fits."""

from __future__ import annotations

import io
from typing import Any

from ...errors import NotAvailable, UnknownKind
from ...kinds import Kind, Video
from ...media import open_media
from ..html import Markup, data_uri, muted, tag, text
from ..plain import fit
from ..view import View
from .gallery import Card, name_of, pages
from .image import photo
from .output import Output, Room
from .transcript import clock

STILLS = 6
STILL = 128  # pixels of the longer side, as shown
MOVING = 240
MOVING_FRAMES, MOVING_RATE = 40, 10.0  # at most; frames a second
MOVING_BYTES = 250_000


def as_video(value: Any) -> Video | None:
    """A video, or a path that the run has opened before; None when it cannot be shown."""
    if isinstance(value, Video):
        return value if len(value.frames) else None
    if hasattr(value, "suffix"):
        try:
            opened = open_media(value, Kind.VIDEO)
        except (UnknownKind, NotAvailable):
            return None
        return opened if isinstance(opened, Video) and len(opened.frames) else None
    return None


def video_view(output: Output) -> View:
    """A strip of stills with their times, the length, and the moving picture, which begins with a click."""
    video = as_video(output.value)
    name = output.name or "video"
    if video is None:
        return View(muted(text(name, 80), " cannot be shown"), f"{name} cannot be shown")
    strip = strip_of(video, name, output.room.part(2), STILLS)
    words = f"{name}: {video_words(video)}"
    said = tag("div", muted(text(words, 200)), class_="hfm-sub")
    moving = _moving(video, name, output.room.after(len(strip.html)))
    played = tag("details", tag("summary", muted("play")), moving) if moving else None
    return View(tag("div", strip, said, played), words)


def videos_view(output: Output) -> View:
    """A strip for each video of a column, with its caption."""
    cards = [_card(value, output, row) for row, value in output.given]
    return pages(cards, output.room, noun="video", a_row=1, a_page=4)


def _card(value: Any, output: Output, row: int) -> Card:
    name, caption = name_of(value, row), output.caption(row)

    def draw(room: Room) -> Markup:
        video = as_video(value)
        if video is None:
            return tag("div", muted(text(name, 60), " cannot be shown"))
        said = tag("b", text(caption, 120)) if caption else None
        words = muted(text(name, 60), " · ", video_words(video))
        return tag("div", strip_of(video, name, room, STILLS), tag("div", said, " " if said else None, words))

    return Card(draw, f"{fit(name)}: {fit(caption)}")


def video_words(video: Video) -> str:
    """Length, size and rate: "3.2 s, 320 × 240, 80 frames, 25 a second"; sampled frames have a lower rate."""
    count, height, width = video.frames.shape[:3]
    rate = video.frames_per_second
    length = f"{video.seconds:.1f} s, " if rate else ""
    return f"{length}{width} × {height}, {count:,} frames" + (f", {rate:.3g} a second" if rate else "")


def strip_of(video: Video, name: str, room: Room, stills: int, shown: int = STILL) -> Markup:
    """Stills from even steps of the video: the first frame, the last, and between."""
    import numpy as np
    from PIL import Image

    count = len(video.frames)
    places = np.unique(np.linspace(0, count - 1, min(stills, count)).round().astype(int))
    part = room.part(len(places))
    cells = []
    for place in places:
        at = clock(place / video.frames_per_second) if video.frames_per_second else f"frame {place}"
        frame = Image.fromarray(video.frames[place])
        still = photo(frame, alt=f"{name} at {at}", longest=2 * shown, shown=shown, room=part)
        cells.append(tag("div", still, muted(at), class_="hfm-still"))
    return tag("div", cells, class_="hfm-strip")


def _moving(video: Video, name: str, room: Room) -> Markup | None:
    """An animated WebP at its own speed, of fewer frames where there are many; None where it does not fit."""
    import numpy as np
    from PIL import Image

    if len(video.frames) < 2 or not video.frames_per_second:
        return None
    wanted = max(2, min(MOVING_FRAMES, len(video.frames), round(video.seconds * MOVING_RATE)))
    places = np.linspace(0, len(video.frames) - 1, wanted).round().astype(int)
    frames = [Image.fromarray(video.frames[place]) for place in places]
    for frame in frames:
        frame.thumbnail((MOVING, MOVING))
    buffer = io.BytesIO()
    each = round(1000 * video.seconds / wanted)  # milliseconds
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=each, loop=0, quality=45)
    if len(buffer.getvalue()) > min(MOVING_BYTES, room.raw):
        return None
    source = data_uri("image/webp", buffer.getvalue())
    width, height = frames[0].size
    return tag("img", src=source, alt=f"{name}, moving", width=width, height=height, class_="hfm-photo")
