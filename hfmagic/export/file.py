"""Code into a file, where it may be written and nothing of the user's is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import BadOption, MissingFile
from .words import has_title

ENDINGS = (".py", ".ipynb")


def is_file_name(word: str) -> bool:
    """True for the name of a script or a notebook."""
    return word.endswith(ENDINGS)


def write_code(code: str, name: str, *, allowed: Sequence[Path] = ()) -> Path:
    """Write code to a new file, or over one that this function wrote. Returns: its path as it was given.

    Args:
        allowed: real paths of folders; the current one is always among them.
    Raises:
        MissingFile: outside these folders, hidden, or in a folder that is not there.
        BadOption: there is another file of that name.
    """
    path = Path(name).expanduser()
    real = path.resolve()
    root = next((r for r in (Path.cwd().resolve(), *allowed) if real.is_relative_to(r)), None)
    if root is None:
        raise MissingFile(f"{name} is outside the current folder.", hint="name a file below it, or add its folder to "
                          "%config HFMagic.allowed_dirs")  # fmt: skip
    if any(part.startswith(".") for part in real.relative_to(root).parts):
        raise MissingFile(f"{name} is hidden or lies in a hidden folder.", hint="choose another name")
    if not real.parent.is_dir():
        raise MissingFile(f"there is no folder {path.parent}.", hint="make it first")
    if real.exists() and not (real.is_file() and has_title(_beginning(real))):
        raise BadOption(f"{name} is there, and hfmagic did not write it.", hint="choose another name, or move it away")
    real.write_text(code, encoding="utf-8")
    return path


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(1000)
