"""What comes in and what goes out: a request, an answer, and the errors the Hub answers with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Request:
    """One request as the log keeps it. `status` is that of the answer; `path` is still percent-encoded."""

    method: str
    path: str
    query: str
    range: str | None
    authorization: str | None
    origin: str  # "hub" or "cdn"
    status: int = 0
    user_agent: str = ""
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    if_none_match: str | None = None

    @property
    def params(self) -> dict[str, list[str]]:
        """The query, each key with all its values; `expand[]=x` counts as `expand=x`."""
        params: dict[str, list[str]] = {}
        for key, values in parse_qs(self.query, keep_blank_values=True).items():
            params.setdefault(key.removesuffix("[]"), []).extend(values)
        return params

    @property
    def token(self) -> str | None:
        """The bearer token; of a basic authorization (`user:password@` in the address), user and password in base64."""
        kind, _, token = (self.authorization or "").partition(" ")
        return token.strip() or None if kind.lower() in ("bearer", "basic") else None

    def flag(self, name: str) -> bool:
        """Whether the query says yes to `name`."""
        return self.params.get(name, ["false"])[-1].lower() in ("true", "1", "")


@dataclass(frozen=True)
class Answer:
    """What goes back. A HEAD gets the same headers, Content-Length included, and no body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class HubError(Exception):
    """An answer that is an error, told by status, X-Error-Code and X-Error-Message as the Hub does."""

    def __init__(self, status: int, code: str | None, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def answer(self) -> Answer:
        """The error as an answer."""
        headers = {"X-Error-Message": self.message, **self.headers}
        if self.code:
            headers["X-Error-Code"] = self.code
        return as_json({"error": self.message}, self.status, headers)


def tagged(answer: Answer, request: Request) -> Answer:
    """An answer of the API with its ETag, which is weak as the Hub's are; 304 to who has it already."""
    if answer.status != 200 or request.method != "GET" or not request.path.startswith("/api/"):
        return answer
    etag = answer.headers.get("ETag") or f'W/"{hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()}"'
    headers = {**answer.headers, "ETag": etag}
    if etag in (request.if_none_match or "").split(", "):
        return Answer(304, b"", headers)
    return replace(answer, headers=headers)


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """`value` as a JSON answer; dates of a card become text."""
    body = json.dumps(value, ensure_ascii=False, default=str).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})
