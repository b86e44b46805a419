"""Code into files, where it may be written and nothing of the user's is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import BadOption, MissingFile, clip
from ..sink import write_text
from .stamp import holds, stamped
from .words import has_title

ENDINGS = (".py", ".ipynb")


def is_file_name(word: str) -> bool:
    """True for the name of a script or a notebook."""
    return word.endswith(ENDINGS)


def write_code(code: str, name: str) -> Path:
    """Write code, with its hash, to a new file, or over one that still is as this function wrote it.

    Only below the current folder: nobody was asked for leave to write elsewhere. Returns: its path as it was given.

    Raises:
        MissingFile: outside the current folder, hidden, or in a folder that is not there.
        BadOption: there is another file of that name, or one that was changed since; it cannot be written.
    """
    path, real = _below_here(name)
    if real.exists() and (why := _why_not_over(real)):
        raise BadOption(f"{name} is there, and {why}.", hint="choose another name, or move it away")
    write_text(real, stamped(code))
    return path


def write_app(files: Mapping[str, str], name: str) -> Path:
    """Write the files of an app to a new folder below the current one. Returns: its path as it was given.

    Raises:
        MissingFile: outside the current folder, hidden, or in a folder that is not there.
        BadOption: there is something in it; it cannot be written, and then nothing of it is left.
    """
    path, real = _below_here(name)
    if real.exists() and (not real.is_dir() or any(real.iterdir())):
        raise BadOption(f"{name} is there, and not an empty folder.", hint="choose another name, or move it away")
    try:
        real.mkdir(exist_ok=True)
    except OSError as error:
        raise BadOption(f"{name} cannot be made: {error.strerror}.", hint="choose another name, or place") from None
    try:
        for file, text in files.items():
            write_text(real / file, text)
    except BadOption:
        for file in files:
            (real / file).unlink(missing_ok=True)
        raise
    return path


def _below_here(name: str) -> tuple[Path, Path]:
    """A path as it was given, and resolved. Raises: MissingFile where nothing may be written."""
    try:
        path, root = Path(name).expanduser(), Path.cwd().resolve()
        real = path.resolve()
        if not name.isprintable():
            raise ValueError
        real.exists()
    except (OSError, ValueError, RuntimeError):  # controls in it, too long, a user who is not there
        raise MissingFile(f"{clip(name, 60)} is no name for a file.", hint="choose another name") from None
    if not real.is_relative_to(root):
        raise MissingFile(f"{name} is outside the current folder.", hint="name a file below it")
    if any(part.startswith(".") for part in real.relative_to(root).parts):
        raise MissingFile(f"{name} is hidden or lies in a hidden folder.", hint="choose another name")
    if not real.parent.is_dir():
        raise MissingFile(f"there is no folder {path.parent}.", hint="make it first")
    return path, real


def _why_not_over(path: Path) -> str:
    """Why a file must stay; empty for one that is as it was written."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):  # a folder, or no text
        text = ""
    if not has_title(text):
        return "hfmagic did not write it"
    return "" if holds(text) else "it was changed since hfmagic wrote it"
