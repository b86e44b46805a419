"""The server: it logs each request and lets a reply write the answer. Knows no reply."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Reply = Callable[["Exchange"], None]


@dataclass(frozen=True)
class Seen:
    """A request as it came: header names in lower case, the body byte for byte."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        return dict(json.loads(self.body)) if self.body else {}

    @property
    def words(self) -> str:
        """What the messages say, one after the other."""
        return "\n".join(str(m["content"]) for m in self.json.get("messages", ()))


@dataclass
class Exchange:
    """One request and the ways to answer it. `gone` is set when a reply found that the client has left."""

    seen: Seen
    handler: BaseHTTPRequestHandler
    released: threading.Event
    gone: threading.Event = field(default_factory=threading.Event)

    def head(self, code: int = 200, kind: str = "application/json", **headers: str) -> None:
        """Status line and headers; `_` in a name stands for `-`."""
        self.handler.send_response(code)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.close_connection = True

    def write(self, data: bytes) -> bool:
        """Some bytes of the body; False when the client has left."""
        try:
            self.handler.wfile.write(data)
            self.handler.wfile.flush()
        except OSError:
            self.gone.set()
            return False
        return True

    def send(self, body: bytes | str, code: int = 200, kind: str = "application/json", **headers: str) -> None:
        """A whole answer."""
        data = body.encode() if isinstance(body, str) else body
        with contextlib.suppress(OSError):
            self.head(code, kind, **{"Content_Length": str(len(data)), **headers})
            self.write(data)

    def left(self) -> None:
        """Wait until the client has left, or the test is over."""
        while not self.released.is_set():
            with contextlib.suppress(TimeoutError):
                self.handler.connection.settimeout(0.05)
                try:
                    if self.handler.connection.recv(1) == b"":
                        self.gone.set()
                        return
                except TimeoutError:
                    continue
                except OSError:
                    self.gone.set()
                    return


class TestLLM:
    """An endpoint at `url` (with /v1). `log` holds what was asked, `exchanges` how it went.

    Args:
        replies: answers in order; each is a behaviour, an object (the model's answer) or a text.
        script: called with each request when no reply is left; gives the same.
        models: what /v1/models lists.
    """

    __test__ = False  # a helper of tests, no test

    def __init__(
        self,
        *replies: Reply | object,
        script: Callable[[Seen], Reply | object] | None = None,
        models: Sequence[str] = ("test-model",),
    ) -> None:
        self.replies: list[Reply | object] = list(replies)
        self.script = script
        self.models = list(models)
        self.log: list[Seen] = []
        self.exchanges: list[Exchange] = []
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """The base address, with /v1."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def asked(self) -> list[Seen]:
        """The requests for an answer; without those for the list of models."""
        return [s for s in self.log if s.method == "POST"]

    @property
    def gone(self) -> bool:
        """True when the client has left the last answer; waits up to ten seconds to see it."""
        return self.exchanges[-1].gone.wait(10)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, seen: Seen, handler: BaseHTTPRequestHandler) -> None:
        """Log a request and answer it."""
        from .behaviours import as_reply

        exchange = Exchange(seen, handler, self.released)
        self.log.append(seen)
        self.exchanges.append(exchange)
        if seen.method == "GET" and seen.path.endswith("/models"):
            listed = [{"id": m, "object": "model"} for m in self.models]
            exchange.send(json.dumps({"object": "list", "data": listed}))
        elif self.replies:
            as_reply(self.replies.pop(0))(exchange)
        elif self.script:
            as_reply(self.script(seen))(exchange)
        else:
            exchange.send('{"error": {"message": "the test scripted no reply"}}', 500)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 16

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is no error of the server's."""


def _handler(llm: TestLLM) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k.lower(): v for k, v in self.headers.items()}
            llm.answer(Seen(self.command, self.path, headers, body), self)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
