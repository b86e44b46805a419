"""Files in Hugging Face's cache, checked against the hash that names them: sha256 of weights, else git's sha1."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

from .parts import read_among
from .revision import OnBytes, file_sha256, unheard


def repo_folder(cache: Path, model_id: str, repo_type: str = "model") -> Path:
    """Where the cache keeps a model, or a data set: `blobs/`, `snapshots/<revision>/`, `refs/`."""
    return cache / f"{repo_type}s--{model_id.replace('/', '--')}"


def etag_of(path: Path) -> str:
    """The hash by which the cache names a snapshot's file; "" where the file system knows no links."""
    return path.readlink().name if path.is_symlink() else ""


def is_whole(path: Path, etag: str, on_bytes: OnBytes = unheard) -> bool:
    """True when a file has the hash; a hash of neither kind cannot be checked. Reads the whole file.

    sha256 for 64 hex digits; for 40, git's blob id: sha1 over `blob <size>` 00 and the contents; or, as mirrors name
    files, sha1 over the contents.

    Args:
        on_bytes: told how many bytes were read since it was last called.
    """
    if len(etag) == 64:
        return file_sha256(path, on_bytes) == etag
    if len(etag) != 40:
        return True
    git, plain = (hashlib.sha1(start, usedforsecurity=False) for start in (b"blob %d\0" % path.stat().st_size, b""))
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            git.update(chunk)
            plain.update(chunk)
            on_bytes(len(chunk))
    return etag in (git.hexdigest(), plain.hexdigest())


class Checked:
    """Which blobs were found whole. One small file a blob, so that kernels do not wait for each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, path: Path, etag: str) -> bool:
        """True when this very file was found whole before and has not changed since."""
        try:
            return bool(etag) and (self.folder / etag).read_text() == _stamp(path)
        except OSError:
            return False

    def add(self, path: Path, etag: str) -> None:
        """Remember that a file is whole; where that cannot be written it is checked again."""
        if etag:
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True)
                (self.folder / etag).write_text(_stamp(path))

    def unchecked(self, snapshot: Path, etags: Mapping[str, str]) -> dict[Path, str]:
        """The needed files of a snapshot that were not found whole yet → their hash, "" where nobody knows it.

        Args:
            etags: file name → the hash by which the Hub names it; the cache's name for it where that is not known.
        """
        names = [p.relative_to(snapshot).as_posix() for p in snapshot.rglob("*") if p.is_file() or p.is_symlink()]
        known = {snapshot / name: etags.get(name) or etag_of(snapshot / name) for name in sorted(read_among(names))}
        return {path: etag for path, etag in known.items() if not (path.exists() and self.holds(path, etag))}

    def damaged(self, snapshot: Path, etags: Mapping[str, str], on_bytes: OnBytes = unheard) -> list[Path]:
        """The needed files of a snapshot that are not what their hashes say; each is read once."""
        bad = []
        for path, etag in self.unchecked(snapshot, etags).items():
            if path.exists() and is_whole(path, etag, on_bytes):
                self.add(path, etag)
            else:
                bad.append(path)
        return bad


def drop(path: Path) -> None:
    """Delete a snapshot's file and the blob it stands for, so that it is fetched anew."""
    with contextlib.suppress(OSError):
        path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def sweep(cache: Path, model_id: str, repo_type: str = "model") -> int:
    """Delete what killed downloads left: parts whose lock nobody holds. A later download starts them from 0.

    Returns: how many there were.
    """
    from filelock import FileLock, Timeout

    folder = repo_folder(cache, model_id, repo_type)
    locks, gone = cache / ".locks" / folder.name, 0
    for part in (folder / "blobs").glob("*.incomplete"):
        lock = FileLock(locks / f"{part.name.partition('.')[0]}.lock")
        with contextlib.suppress(Timeout, OSError, NotImplementedError), lock.acquire(timeout=0):
            part.unlink(missing_ok=True)
            gone += 1
    return gone


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"
