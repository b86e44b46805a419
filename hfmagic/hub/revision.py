"""A folder's revision: the same bytes give the same 40 hex digits on any machine. Knows not what the files mean."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

_CHUNK = 1 << 20  # bytes read at once
OnBytes = Callable[[int], object]


def unheard(_: int) -> None:
    """Nobody asks how many bytes were read."""


def folder_revision(folder: Path) -> str:
    """First 40 hex digits of a sha256 over every file's path and sha256.

    The hashed bytes are one record a file, in the order of the paths' UTF-8 bytes:

        <path below the folder, with "/", UTF-8> 00 <sha256 of the file, 64 lower-case hex digits, ASCII> 0A

    A path cannot hold the byte 00 and the hash has a fixed length, so two different folders cannot give the same bytes.
    Files and folders whose name begins with a dot (`.cache`, `.git`) are left out; a link to a file counts as that
    file, a link to a folder is not followed; empty folders, times and modes do not count.

    Raises:
        FileNotFoundError: there is no such folder.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as empty:
    ...     folder_revision(Path(empty))
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4'
    """
    return revision_of(file_hashes(folder))


def file_hashes(folder: Path) -> dict[bytes, str]:
    """Each file's path below a folder, as bytes, with its sha256; sorted. Raises: FileNotFoundError."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return {name: file_sha256(path) for name, path in sorted(_files(folder))}


def revision_of(hashes: Mapping[bytes, str]) -> str:
    """The revision of a folder with these files; see `folder_revision`."""
    total = hashlib.sha256()
    for name, sha256 in sorted(hashes.items()):
        total.update(name + b"\0" + sha256.encode("ascii") + b"\n")
    return total.hexdigest()[:40]


def file_sha256(path: Path, on_bytes: OnBytes = unheard) -> str:
    """The sha256 of a file as 64 lower-case hex digits; reads 1 MiB at a time, and tells `on_bytes` how many came."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def _files(folder: Path) -> list[tuple[bytes, Path]]:
    """(path below the folder as bytes, path) of every regular file that does not begin with a dot."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(root) / name
            if not name.startswith(".") and path.is_file():
                # A file name need not be text: what cannot be decoded keeps its bytes.
                found.append((path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape"), path))
    return found
