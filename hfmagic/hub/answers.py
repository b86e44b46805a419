"""What a Hub answered, kept on disk: true for a while, then asked after by its ETag, and of use where it is away.

Knows no request. A file is one answer: the sha256 of the rest, a line of JSON, the body. What is damaged is no answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

FRESH_SECONDS = 600.0  # so long an answer is true without asking
MOST_BYTES = 100_000_000  # of all answers together; a search for 30 models is about 0.3 MB
_DIGEST = 64  # hex digits of a sha256
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,200}"')
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True)
class Kept:
    """An answer: `at` is when the Hub last said it (seconds since 1970), `etag` empty where it named none."""

    body: bytes
    etag: str
    at: float


class Answers:
    """A folder of answers. Several kernels may use it at once; one that cannot be written keeps nothing."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def get(self, key: str) -> Kept | None:
        """An answer of any age; None where there is none, or a damaged one."""
        path = self.folder / key
        try:
            kept = _parsed(path.read_bytes())
            os.utime(path)  # the least recently used is the first to go
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return kept

    def keep(self, key: str, kept: Kept) -> None:
        """Keep an answer instead of an older one; the least recently used go where all are too large."""
        if len(kept.body) > self.most_bytes // 4:
            return
        part = self.folder / f"{uuid4().hex}.part"
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(_bytes(kept))
                part.replace(self.folder / key)
            finally:
                part.unlink(missing_ok=True)
            self._trim()

    def _trim(self) -> None:
        # By how far from now, not by the time itself: what a clock that went back dates ahead must not stay before new.
        now = time.time()
        files = sorted(self._files(), key=lambda file: -abs(now - file[0]))
        total = sum(size for _, size, _ in files)
        for _, size, path in files if total > self.most_bytes else ():
            if total <= self.most_bytes * 0.9:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """(when it was last used, bytes, path) of each."""
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # another kernel deleted it
                    found = entry.stat()
                    yield found.st_mtime, found.st_size, Path(entry.path)


def answer_key(endpoint: str, path: str, token: str | None) -> str:
    """The name of an answer's file. Who asks is part of it: one user's answers are not another's. Holds no token."""
    return hashlib.sha256(json.dumps([endpoint, path, token]).encode()).hexdigest()


def etag_in(header: str) -> str:
    """An ETag as it may be sent back; empty for anything else."""
    return header if _ETAG.fullmatch(header) else ""


def ago(seconds: float) -> str:
    """An age in words.

    >>> ago(260_000), ago(3_700), ago(5)
    ('3 days ago', '1 hour ago', 'just now')
    """
    for unit, name in _UNITS:
        if (count := int(seconds / unit)) >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def _bytes(kept: Kept) -> bytes:
    rest = json.dumps({"at": kept.at, "etag": kept.etag}).encode() + b"\n" + kept.body
    return hashlib.sha256(rest).hexdigest().encode() + rest


def _parsed(data: bytes) -> Kept:
    """Raises: ValueError, LookupError, TypeError: damaged."""
    rest = data[_DIGEST:]
    if hashlib.sha256(rest).hexdigest().encode() != data[:_DIGEST]:
        raise ValueError("damaged")
    line, _, body = rest.partition(b"\n")
    head = json.loads(line)
    return Kept(body, etag_in(str(head["etag"])), float(head["at"]))
