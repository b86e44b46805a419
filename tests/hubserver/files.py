"""Answer requests for contents: resolve, raw and the CDN."""

from __future__ import annotations

import mimetypes
import re
from urllib.parse import quote, urlencode

from .message import Answer, HubError, Request
from .repo import Blob, Commit, Repo


def entry(commit: Commit, path: str) -> Blob:
    """Raises: HubError: the commit has no such file. X-Repo-Commit lets clients remember that."""
    if blob := commit.files.get(path):
        return blob
    raise HubError(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit.sha})


def resolve(repo: Repo, commit: Commit, path: str, request: Request, cdn: str) -> Answer:
    """The file itself, or the way to the CDN where LFS keeps it."""
    blob = entry(commit, path)
    headers = {"X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes", "ETag": f'"{blob.etag}"'}
    name = path.rpartition("/")[2]
    headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}; filename=\"{quote(name)}\";"
    if not blob.lfs:
        return ranged(blob.content, request, {**headers, "Content-Type": content_type(path)})
    url = f"{cdn}/{repo.model_id}/{blob.sha256}?{urlencode({'filename': path})}"
    linked = {"X-Linked-Etag": f'"{blob.sha256}"', "X-Linked-Size": str(blob.size), "Location": url}
    return Answer(302, f"Found. Redirecting to {url}".encode(), {**headers, **linked, "Content-Type": "text/plain"})


def to_resolve_cache(repo: Repo, commit: Commit, path: str) -> Answer:
    """Small files on the Hub come by way of a cached route, named relative to the origin."""
    blob = entry(commit, path)
    headers = {"X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes", "ETag": f'"{blob.etag}"'}
    url = f"/api/resolve-cache/models/{repo.model_id}/{commit.sha}/{quote(path)}"
    linked = {"X-Linked-Etag": f'"{blob.etag}"', "X-Linked-Size": str(blob.size), "Location": url}
    return Answer(307, b"Temporary Redirect", {**headers, **linked})


def raw(commit: Commit, path: str, request: Request) -> Answer:
    """What git holds: of an LFS file the pointer."""
    blob = entry(commit, path)
    content = blob.pointer if blob.lfs else blob.content
    headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{blob.oid}"', "Content-Type": "text/plain; charset=utf-8"}
    return ranged(content, request, headers)


def from_cdn(blobs: dict[str, Blob], request: Request) -> Answer:
    """A large file by its sha256."""
    blob = blobs.get(request.path.rpartition("/")[2])
    if blob is None:
        return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
    headers = {"ETag": f'"{blob.sha256}"', "Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    return ranged(blob.content, request, headers)


def ranged(content: bytes, request: Request, headers: dict[str, str]) -> Answer:
    """`content`, or the one range of it that was asked for; several ranges are answered with the whole."""
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.range or "")
    if not wanted or wanted[0] == "bytes=-":
        return Answer(200, content, headers)
    size = len(content)
    first = int(wanted[1]) if wanted[1] else max(size - int(wanted[2]), 0)
    last = min(int(wanted[2]), size - 1) if wanted[1] and wanted[2] else size - 1
    if first >= size or first > last:
        return Answer(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
    return Answer(206, content[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{size}"})


def content_type(path: str) -> str:
    """Text as text, so that browsers show it."""
    guessed = mimetypes.guess_type(path)[0]
    return guessed if guessed == "application/json" else "text/plain; charset=utf-8"
