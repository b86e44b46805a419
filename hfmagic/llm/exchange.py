"""One HTTP exchange with an endpoint, by the openai client: capped in bytes, bounded in time, recorded beforehand.

The work is done in a thread, so that an interrupt and the deadline act at once, whatever the other side does.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..errors import EndpointSlow
from .endpoint import Endpoint, Key, hide

if TYPE_CHECKING:
    import openai

POLL_SECONDS = 0.05
STOP_SECONDS = 0.5  # how long a thread may take to end, once its socket is shut
MAX_REFUSAL = 65_536  # bytes of an error's body that are read
_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
)

_RAW = "x-stainless-raw-response"  # how the openai client marks a response that is to be streamed

Why = Literal["unreachable", "cut", "slow", "long", "unforeseen"]


@dataclass(frozen=True)
class Sent:
    """What left this machine: the body byte for byte, the headers without the key. `at` is in seconds since 1970."""

    at: float
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body)


@dataclass(frozen=True)
class Answered:
    """What an answer took: seconds with all tries, bytes of the body, tokens read and written (0: not said)."""

    seconds: float
    fetched: int = 0
    read: int = 0
    written: int = 0


@dataclass(frozen=True)
class Response:
    """What came back, without the key: a whole body with its status, or a `failure` in words."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: Why | None = None
    words: str = ""

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return self.headers.get(name, "")


class _Refused(Exception):
    """Any status but a success: the openai client would read its body without end."""

    def __init__(self, response: Response) -> None:
        self.response = response


class _TooLong(Exception):
    """More bytes than may be read."""


Ask = Callable[["openai.OpenAI"], Any]


class Exchange:
    """One request and the response to it.

    Args:
        ask: makes the request; its result is a context manager over a streamed response.
        on_sent: called in the thread of the exchange, right before the bytes leave.
    """

    def __init__(self, endpoint: Endpoint, ask: Ask, *, max_bytes: int, on_sent: Callable[[Sent], None]) -> None:
        self._endpoint = endpoint
        self._ask = ask
        self._max_bytes = max_bytes
        self._on_sent = on_sent
        self._stopped = threading.Event()
        self._sockets: list[Any] = []
        self._found: list[Response] = []

    def response(self, seconds: float) -> Response:
        """What came back, within that time. Raises: EndpointSlow."""
        import openai  # noqa: F401  here, not in the thread: an interrupt would leave it half loaded

        stop = time.monotonic() + seconds
        worker = threading.Thread(target=self._work, args=(seconds,), daemon=True, name="hfmagic-llm")
        worker.start()
        try:
            while worker.is_alive() and time.monotonic() < stop:
                worker.join(POLL_SECONDS)
            late = worker.is_alive()
        finally:
            self._stopped.set()
            self._shut()
            worker.join(STOP_SECONDS)
        if late or not self._found or self._found[0].failure == "slow":
            raise EndpointSlow(
                f"planner {self._endpoint.name} ({self._endpoint.host}) gave no whole answer in time.",
                hint="raise planner_seconds, or %hf planner rules",
            )
        return self._found[0]

    def _work(self, seconds: float) -> None:
        key = Key.of(self._endpoint)
        try:
            found = self._talk(key, seconds)
        except Exception as error:  # noqa: BLE001  of openai, httpx, httpx2, ssl, …: told by name
            found = _told(error)
        self._found.append(
            Response(found.status, found.headers, key.hide_in(found.body), found.failure, hide(found.words))
        )

    def _talk(self, key: Key, seconds: float) -> Response:
        import openai

        def leaving(request: Any) -> None:
            for name in [n for n in request.headers if n.lower() not in _HEADERS]:  # it tells of this machine
                del request.headers[name]
            request.headers["accept-encoding"] = "identity"
            request.extensions = {**request.extensions, "trace": self._trace}
            if self._stopped.is_set():
                raise _TooLong
            self._on_sent(
                Sent(time.time(), str(request.url), bytes(request.read()), tuple(sorted(request.headers.items())))
            )
            if key:
                request.headers["authorization"] = key.bearer()

        def coming(response: Any) -> None:
            response.request.headers[_RAW] = "stream"
            if not response.is_success:
                raise _Refused(self._read(response, response.iter_bytes(), most=MAX_REFUSAL, clip=True))

        with (
            openai.DefaultHttpxClient(
                timeout=seconds,
                follow_redirects=False,
                trust_env=not self._endpoint.is_local,
                verify=self._endpoint.is_encrypted,  # plain http needs no certificates, which take 20 ms to read
                event_hooks={"request": [leaving], "response": [coming]},
            ) as http,
            self._ask(_client(self._endpoint, http)) as response,
        ):
            return self._read(response.http_response, response.iter_bytes(), most=self._max_bytes)

    def _read(self, response: Any, chunks: Any, *, most: int, clip: bool = False) -> Response:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > most:
                if clip:
                    break
                raise _TooLong
        headers = {k.lower(): str(v) for k, v in response.headers.items()}
        return Response(response.status_code, headers, bytes(body[:most]))

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            self._sockets.append(stream.get_extra_info("socket"))
            if self._stopped.is_set():
                self._shut()

    def _shut(self) -> None:
        """Wake a thread that waits for bytes: closing a socket would leave it waiting."""
        for found in self._sockets:
            with contextlib.suppress(OSError, AttributeError):
                found.shutdown(socket.SHUT_RDWR)


def _client(endpoint: Endpoint, http: Any) -> openai.OpenAI:
    """A client that takes nothing from the environment; the key joins the headers when they leave."""
    import openai

    return openai.OpenAI(
        api_key="none",
        base_url=endpoint.base_url,
        organization="",
        project="",
        max_retries=0,
        http_client=http,
    )


def _told(error: BaseException) -> Response:
    """An exception of whatever library as a response; its text may hold anything, its name says enough."""
    chain = list(_causes(error))
    for seen in chain:
        if isinstance(seen, _Refused):
            return seen.response
        if isinstance(seen, _TooLong):
            return Response(failure="long")
    names = [type(seen).__name__ for seen in chain]
    if any("Timeout" in n for n in names):
        return Response(failure="slow")
    if any(n in ("RemoteProtocolError", "ReadError", "DecodingError") for n in names):
        return Response(failure="cut", words=names[-1])
    return Response(failure="unforeseen" if _is_ours(chain[-1]) else "unreachable", words=names[-1])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_ours(error: BaseException) -> bool:
    """True for a mistake: it was raised by hfmagic's own lines, not by a library that they called."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__")).startswith(f"{__name__.partition('.')[0]}.")
