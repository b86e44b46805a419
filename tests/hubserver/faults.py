"""Spoil answers on purpose: which requests, how often, and in what way."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .message import Answer, Request

HTML = b"<!DOCTYPE html><html><head><title>Sign in to the guest network</title></head><body>Welcome</body></html>"


@dataclass(frozen=True)
class Fault:
    """One way an answer goes wrong. Make it with the functions below."""

    name: str
    spoil: Callable[[Request, Answer], Answer] | None = None  # another answer instead
    cut: int | float | None = None  # the connection ends after so many bytes (int) or this share of the body (float)
    stall: int | float | None = None  # nothing more comes after so many bytes or this share
    seconds: float = 0.0  # wait before the answer
    body_only: bool = False  # a HEAD has no body to spoil and does not use the fault up


def cut(after: int | float) -> Fault:
    """End the connection in the middle of the body: after bytes (int) or a share of it (float)."""
    return Fault("cut", cut=after, body_only=True)


def stall(after: int | float = 0) -> Fault:
    """Send so much of the body, then nothing, until `Armed.release()` or the Hub closes."""
    return Fault("stall", stall=after, body_only=True)


def latency(seconds: float) -> Fault:
    """Wait before answering."""
    return Fault("latency", seconds=seconds)


def status(
    code: int, *, headers: dict[str, str] | None = None, body: bytes = b"", error: str = "", message: str = ""
) -> Fault:
    """Answer with `code` instead; `error` and `message` become X-Error-Code and X-Error-Message."""
    named = {"X-Error-Code": error, "X-Error-Message": message}
    answer = Answer(code, body, {**{key: value for key, value in named.items() if value}, **(headers or {})})
    return Fault(f"status {code}", lambda _request, _answer: answer)


def flip(at: int = -1) -> Fault:
    """The same size, one wrong byte: the one at index `at` of what is sent."""

    def spoil(request: Request, answer: Answer) -> Answer:
        body = bytearray(answer.body)
        if body:
            body[at] ^= 0xFF
        return replace(answer, body=bytes(body))

    return Fault("flip", spoil, body_only=True)


def html(page: bytes = HTML) -> Fault:
    """A captive portal: 200 and a page, whatever was asked for."""
    return Fault("html", lambda _request, _answer: Answer(200, page, {"Content-Type": "text/html; charset=utf-8"}))


def echo_token(code: int = 500) -> Fault:
    """An error that repeats the caller's token in header and body, as careless servers do."""

    def spoil(request: Request, _: Answer) -> Answer:
        said = f"bad request with Authorization: {request.authorization}"
        return Answer(code, said.encode(), {"X-Error-Message": said, "Content-Type": "text/plain"})

    return Fault(f"echo {code}", spoil)


@dataclass
class Armed:
    """A fault that waits for its requests. `hits` counts those it spoilt."""

    pattern: re.Pattern[str]
    fault: Fault
    times: int | None
    origin: str | None
    method: str | None
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)  # set when the first request is spoilt

    def release(self) -> None:
        """Let stalled answers go on."""
        self.released.set()

    def takes(self, request: Request) -> bool:
        """Whether this fault is for `request`."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.origin not in (None, request.origin) or self.method not in (None, request.method):
            return False
        if self.fault.body_only and request.method == "HEAD":
            return False
        return bool(self.pattern.search(f"{request.path}?{request.query}"))


class Faults:
    """The faults of one Hub; of several that fit a request the first added acts, so faults can queue."""

    def __init__(self) -> None:
        self._armed: list[Armed] = []
        self._lock = threading.Lock()

    def add(
        self,
        match: str,
        fault: Fault,
        *,
        times: int | None = None,
        origin: str | None = None,
        method: str | None = None,
    ) -> Armed:
        """Spoil requests whose "path?query" holds the regular expression `match`.

        Args:
            times: how many requests; None is all of them.
            origin: "hub" or "cdn"; None is both.
            method: "GET", "HEAD" or "POST"; None is all.
        """
        armed = Armed(re.compile(match), fault, times, origin, method)
        with self._lock:
            self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Let everything pass again, stalled answers too."""
        with self._lock:
            for armed in self._armed:
                armed.release()
            self._armed.clear()

    def take(self, request: Request) -> Armed | None:
        """The fault for `request`, counted as used."""
        with self._lock:
            for armed in self._armed:
                if armed.takes(request):
                    armed.hits += 1
                    return armed
        return None
