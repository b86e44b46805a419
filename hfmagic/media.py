"""Open pictures, sound and videos from files. Nothing but a regular file under an allowed folder is ever opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from .errors import MissingFile, did_you_mean
from .files import SUFFIXES, Held, kind_of_file
from .film import open_video
from .foreign import length_of
from .kinds import Kind
from .pictures import as_rgb, open_image
from .sounds import as_audio, open_audio, resample

__all__ = [
    "as_audio",
    "as_rgb",
    "checked_path",
    "files_in",
    "files_like",
    "gallery",
    "is_glob",
    "kind_of_file",
    "length_of",
    "open_audio",
    "open_image",
    "open_media",
    "resample",
]
MOST_FILES = 1_000_000  # of one gallery
_OPENERS: Mapping[Kind, Callable[[Any], Any]] = {Kind.IMAGE: open_image, Kind.AUDIO: open_audio, Kind.VIDEO: open_video}


def checked_path(path: Path, *, allowed: tuple[Path, ...], max_bytes: int) -> Path:
    """The real path of a file or folder that may be read.

    Raises: MissingFile when it is not there, hidden, leaves the allowed folders, is neither a regular file nor a
    folder, or is too large.
    """
    if re.match(r"\w[\w+.-]+:/", str(path)):
        raise MissingFile(f"{path.name} is behind a URL; hfmagic opens none.", hint="download it first, give its path")
    try:
        return _checked(path, allowed, max_bytes)
    except (ValueError, OSError, RuntimeError) as error:  # half a character, a null, a name too long, no such user
        raise MissingFile(f"{path} is no path here ({type(error).__name__}).", hint="check the path") from None


def _checked(path: Path, allowed: tuple[Path, ...], max_bytes: int) -> Path:
    real = path.expanduser().resolve()
    root = next((r for r in allowed if real.is_relative_to(r)), None)
    if root is None:
        raise MissingFile(
            f"{path} is outside the allowed folders.", hint=f"%config HFMagic.allowed_dirs = [{str(real.parent)!r}]"
        )
    if any(part.startswith(".") for part in real.relative_to(root).parts):
        raise MissingFile(f"{path} is hidden or lies in a hidden folder; hfmagic does not open it.", hint="copy it out")
    if not real.exists():
        raise MissingFile(f"there is no file {path}.", hint=_nearest(real))
    if not real.is_dir():
        if not real.is_file():
            raise MissingFile(f"{path} is not a regular file.", hint="give a file or a folder")
        if real.stat().st_size > max_bytes:
            raise MissingFile(f"{path} has {real.stat().st_size:,} bytes.", hint="%config HFMagic.file_bytes = …")
    return real


def files_in(folder: Path) -> tuple[Kind, list[Path]]:
    """The media files of a folder, sorted by name, of its most frequent kind; unchecked."""
    return _most_frequent(folder.iterdir(), f"the folder {folder.name}")


def is_glob(text: str) -> bool:
    """True for a pattern of paths, such as `photos/*.jpg`, that is no file's own name."""
    return any(c in text for c in "*?[") and not Path(text).exists()


def gallery(pattern: Path) -> tuple[Path, str]:
    """The folder that a pattern begins with, and the rest, the pattern of the files below it."""
    parts = pattern.parts
    first = next(i for i, part in enumerate(parts) if any(c in part for c in "*?["))
    return Path(*parts[:first]), str(Path(*parts[first:]))


def files_like(folder: Path, pattern: str) -> tuple[Kind, list[Path]]:
    """The media files below a folder whose path there fits a pattern, as `files_in` gives them; hidden ones do not."""
    try:
        return _most_frequent(folder.glob(pattern), pattern, below=folder)
    except (ValueError, NotImplementedError):
        raise MissingFile(f"{pattern} is no pattern of files.", hint="such as photos/*.jpg") from None


def _most_frequent(paths: Iterable[Path], where: str, *, below: Path | None = None) -> tuple[Kind, list[Path]]:
    def shown(path: Path) -> bool:
        parts = path.relative_to(below).parts if below else (path.name,)
        return not any(part.startswith(".") for part in parts)

    found = sorted(p for p in islice(paths, MOST_FILES) if kind_of_file(p) and shown(p))
    if not found:
        raise MissingFile(f"{where} holds no picture, sound or video.", hint=f"wanted {', '.join(SUFFIXES)}")
    kinds = [SUFFIXES[p.suffix.lower()] for p in found]
    most = max(sorted(set(kinds)), key=kinds.count)
    return most, [p for p in found if kind_of_file(p) == most]


def open_media(path: Path | Held, kind: Kind) -> Any:
    """A picture, sound or video from a checked path, or in memory; UnknownKind says in one line why it cannot be."""
    return _OPENERS[kind](path)


def _nearest(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"the folder {folder.name} is not there"
    return did_you_mean(path.name, [p.name for p in folder.iterdir() if not p.name.startswith(".")]) or "check the path"
