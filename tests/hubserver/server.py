"""Speak HTTP/1.1 on one loopback port, and spoil what the faults say. Knows nothing about models."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

from .faults import Armed, Faults
from .message import Answer, Request

PIECE = 64 * 1024  # bytes sent at a time
NO_BODY = (204, 304)


class Origin:
    """One port. `answer` makes the answers, `log` gets every request before its answer is sent."""

    def __init__(
        self, name: str, answer: Callable[[Request], Answer], faults: Faults, log: Callable[[Request], None]
    ) -> None:
        self.name, self.answer, self.faults, self.log = name, answer, faults, log
        self.closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        handler = type("OriginHandler", (Handler,), {"place": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name=f"test-hub-{name}")

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop, end every connection, and wait for every thread."""
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):  # the other side was first
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()  # waits for the threads of requests

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to end it in `close`."""
        with self._lock:
            self._sockets.add(connection)
        if self.closing.is_set():
            connection.shutdown(socket.SHUT_RDWR)

    def ended(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._sockets.discard(connection)


class Server(ThreadingHTTPServer):
    """A thread a connection; `server_close` waits for them."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is part of many tests; anything else is a fault of this server."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else 40 ms a call
    place: Origin

    def setup(self) -> None:
        super().setup()
        self.place.opened(self.connection)

    def finish(self) -> None:
        self.place.ended(self.connection)
        with contextlib.suppress(ConnectionError):
            super().finish()

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        request = Request(
            self.command,
            path,
            query,
            self.headers.get("Range"),
            self.headers.get("Authorization"),
            self.place.name,
            user_agent=self.headers.get("User-Agent", ""),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            content_type=self.headers.get("Content-Type", ""),
            if_none_match=self.headers.get("If-None-Match"),
        )
        armed = self.place.faults.take(request)
        answer = self.place.answer(request)
        if armed and armed.fault.spoil:
            answer = armed.fault.spoil(request, answer)
        self.place.log(replace(request, status=answer.status))
        if armed:
            armed.reached.set()
            self.place.closing.wait(armed.fault.seconds)
        self.send(answer, armed)

    do_HEAD = do_POST = do_GET  # noqa: N815  the base class looks for these names

    def send(self, answer: Answer, armed: Armed | None) -> None:
        """Status, headers, and as much of the body as the fault allows."""
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            self.send_header(key, value)
        self.send_header("X-Request-Id", uuid4().hex)
        if answer.status not in NO_BODY:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD" or answer.status in NO_BODY:
            return
        if armed and armed.fault.cut is not None:
            self.write(answer.body[: share(armed.fault.cut, answer.body)])
            self.close_connection = True
        elif armed and armed.fault.stall is not None:
            self.stall(answer.body, share(armed.fault.stall, answer.body), armed)
        else:
            self.write(answer.body)

    def stall(self, body: bytes, sent: int, armed: Armed) -> None:
        """Send `sent` bytes and wait for the release; the Hub's end ends the connection instead."""
        self.write(body[:sent])
        while not armed.released.wait(0.02):
            if self.place.closing.is_set():
                self.close_connection = True
                return
        self.write(body[sent:])

    def write(self, body: bytes) -> None:
        """Send in pieces, so that an ending Hub is noticed."""
        for start in range(0, len(body), PIECE):
            if self.place.closing.is_set():
                self.close_connection = True
                return
            self.wfile.write(body[start : start + PIECE])

    def version_string(self) -> str:
        return "test-hub"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Silent: `TestHub.log` is the log."""


def share(amount: int | float, body: bytes) -> int:
    """Bytes (int) or a share of the body (float) as bytes."""
    return int(len(body) * amount) if isinstance(amount, float) else min(amount, len(body))
