"""A package index on loopback: a folder of files behind the Simple API, which can misbehave."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from hfmagic.starter.model import Source


class PackageIndex:
    """Serves files as PEP 503 pages or PEP 691 JSON.

    Attributes:
        files: file name → the bytes that are sent.
        promised: file name → the sha256 that the index names for it.
        json: answer in JSON.
        cut: send half of every file, then close.
        stall: after half of a file wait until this is set.
        asked: set at the first request for a file.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.files: dict[str, bytes] = {}
        self.promised: dict[str, str] = {}
        self.json = json
        self.cut = False
        self.stall: threading.Event | None = None
        self.asked = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.stall is not None:
            self.stall.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, package: str, filename: str, content: bytes, members: Mapping[str, str]) -> Source:
        """Put a file into the index; returns the pin that fits it."""
        self.files[filename] = content
        self.promised[filename] = hashlib.sha256(content).hexdigest()
        return Source(
            package=package,
            version="1.0",
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            license="MIT",
            publisher="somebody",
            members=tuple(members.items()),
        )

    def _handler(index) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's below
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/simple/"):
                    self._page(self.path.split("/")[2])
                elif (name := self.path.rpartition("/")[2]) in index.files:
                    self._file(index.files[name])
                else:
                    self.send_error(404)

            def _page(self, project: str) -> None:
                names = [n for n in index.files if re.split(r"-\d", n)[0].replace("_", "-").lower() == project.lower()]
                if not names:
                    self.send_error(404)
                    return
                if index.json:
                    files = [
                        {"filename": n, "url": f"/files/{n}", "hashes": {"sha256": index.promised[n]}} for n in names
                    ]
                    page = json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": files})
                    self._send(page.encode(), "application/vnd.pypi.simple.v1+json")
                else:
                    links = [f'<a href="/files/{n}#sha256={index.promised[n]}">{n}</a>' for n in names]
                    self._send(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(), "text/html")

            def _file(self, content: bytes) -> None:
                index.asked.set()
                if index.cut or index.stall is not None:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content[: len(content) // 2])
                    self.wfile.flush()
                    if index.stall is not None:
                        index.stall.wait(60)
                    self.close_connection = True
                else:
                    self._send(content, "application/octet-stream")

            def _send(self, content: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


def wheel(package: str, files: Mapping[str, bytes]) -> bytes:
    """A small real wheel."""
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    entries = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    entries[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*entries, f"{info}/RECORD")).encode()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, content in entries.items():
            archive.writestr(path, content)
    return data.getvalue()


def sdist(package: str, files: Mapping[str, bytes]) -> bytes:
    """A small real source archive."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for path, content in {"PKG-INFO": f"Name: {package}\nVersion: 1.0\n".encode(), **files}.items():
            entry = tarfile.TarInfo(f"{package}-1.0/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def folder_files(folder: Path, below: str) -> dict[str, bytes]:
    """Every file of a folder as members of a wheel."""
    return {
        f"{below}/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
