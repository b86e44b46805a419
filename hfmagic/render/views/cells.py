"""Pictures, sounds and videos small enough for a cell of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...kinds import Audio, Kind, Video
from ...media import kind_of_file
from ..html import Markup, muted, tag
from .audio import as_sound, heard_seconds, player
from .image import as_picture, photo
from .output import Room
from .video import as_video, strip_of

SHOWN = 72  # pixels of the longer side
BYTES = 24_000  # of one cell


def media_kind(value: Any, opened: frozenset[str]) -> Kind | None:
    """The medium of a value; of a path only where the run has opened it."""
    if isinstance(value, Audio):
        return Kind.AUDIO
    if isinstance(value, Video):
        return Kind.VIDEO
    if hasattr(value, "getpixel"):
        return Kind.IMAGE
    if isinstance(value, str | Path) and str(value) in opened:
        return kind_of_file(Path(value))
    return None


def media_cell(value: Any, words: str, of: int, opened: frozenset[str] = frozenset()) -> Markup | None:
    """A thumbnail or a player over its words; None where it is none, or cannot be shown."""
    kind = media_kind(value, opened)
    if kind is None:
        return None
    small = Room(BYTES, of)
    shown = _SMALL[kind](Path(value) if isinstance(value, str) else value, words, small) if kind in _SMALL else None
    if shown is None:
        return None
    return tag("div", shown, tag("div", muted(words), class_="hfm-tiny"), class_="hfm-medium")


def _picture(value: Any, words: str, room: Room) -> Markup | None:
    found = as_picture(value)
    return photo(found, alt=words, longest=2 * SHOWN, shown=SHOWN, room=room) if found else None


def _sound(value: Any, words: str, room: Room) -> Markup | None:
    sound = as_sound(value)
    if sound is None or not len(sound.samples):
        return None
    seconds = heard_seconds(sound, room.raw)
    if not seconds:
        return None
    cut = f", the first {seconds:.0f} s" if seconds < sound.seconds else ""
    return player(sound, seconds, room.raw, words + cut)


def _video(value: Any, words: str, room: Room) -> Markup | None:
    video = as_video(value)
    return strip_of(video, words, room, 3, SHOWN) if video else None


_SMALL: Mapping[Kind, Callable[[Any, str, Room], Markup | None]] = MappingProxyType(
    {Kind.IMAGE: _picture, Kind.AUDIO: _sound, Kind.VIDEO: _video}
)
