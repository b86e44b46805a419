"""What a file is, told by its name or by its first bytes, on disk or in memory. Opens nothing."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .kinds import Kind

SUFFIXES: dict[str, Kind] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"), Kind.IMAGE),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"), Kind.AUDIO),
    **dict.fromkeys((".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v"), Kind.VIDEO),
}
_MAGIC = (  # offset, bytes, kind
    (0, b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
    (0, b"\xff\xd8\xff", Kind.IMAGE),
    (0, b"GIF8", Kind.IMAGE),
    (0, b"BM", Kind.IMAGE),
    (0, b"II*\0", Kind.IMAGE),
    (0, b"MM\0*", Kind.IMAGE),
    (8, b"WEBP", Kind.IMAGE),
    (8, b"WAVE", Kind.AUDIO),
    (0, b"fLaC", Kind.AUDIO),
    (0, b"OggS", Kind.AUDIO),
    (0, b"ID3", Kind.AUDIO),
    (8, b"AIFF", Kind.AUDIO),
    (4, b"ftyp", Kind.VIDEO),
    (0, b"\x1aE\xdf\xa3", Kind.VIDEO),
    (8, b"AVI ", Kind.VIDEO),
)


@dataclass(frozen=True)
class Held:
    """A file in memory, opened as a path is."""

    content: bytes = field(repr=False)
    name: str = "a file in memory"

    @property
    def suffix(self) -> str:
        """Its ending, in small letters; that of an animation where its first bytes are those of one."""
        animated = {b"GIF8": ".gif", b"RIFF": ".webp" if self.content[8:12] == b"WEBP" else ""}
        return animated.get(self.content[:4]) or Path(self.name).suffix.lower()

    def open(self, mode: str = "rb") -> BinaryIO:  # noqa: ARG002  as Path.open
        """Its bytes, from the start."""
        return io.BytesIO(self.content)


def kind_of_file(path: Path) -> Kind | None:
    """The kind that a file's ending stands for."""
    return SUFFIXES.get(path.suffix.lower())


def kind_of_bytes(content: bytes | bytearray) -> Kind | None:
    """What a file's first bytes, 24 of them at least, say that it is; a WebP that moves is a video."""
    if content[8:16] == b"WEBPVP8X" and len(content) > 20 and content[20] & 2:
        return Kind.VIDEO
    found = next((kind for at, magic, kind in _MAGIC if content[at : at + len(magic)] == magic), None)
    return found or (Kind.AUDIO if _is_mpeg_frame(content[:2]) else None)


def _is_mpeg_frame(head: bytes | bytearray) -> bool:
    """True for the eleven ones that begin a frame of MP3 or MP2, whatever its version."""
    return len(head) == 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and (head[1] >> 1) & 3 in (1, 2)
