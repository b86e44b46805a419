"""How an endpoint can answer, well and badly. Each is a function that gives a reply."""

from __future__ import annotations

import json
from typing import Any

from .server import Exchange, Reply


def as_reply(reply: Reply | object) -> Reply:
    """A behaviour as it is, a text as the model's words, anything else as its JSON."""
    if callable(reply):
        return reply
    return text(reply) if isinstance(reply, str) else says(reply)


# Good


def says(value: object) -> Reply:
    """The model's answer as the request wants it: by the schema, as a tool call, else as fenced JSON."""

    def reply(exchange: Exchange) -> None:
        asked = exchange.seen.json
        if "response_format" in asked:
            text(json.dumps(value))(exchange)
        elif "tools" in asked:
            tool(value)(exchange)
        else:
            fenced(value)(exchange)

    return reply


def text(words: str, *, finish: str = "stop") -> Reply:
    """The model's words."""
    return _message({"role": "assistant", "content": words}, finish)


def fenced(value: object, *, around: str = "Here is the plan:\n\n{}\n\nAnything else?") -> Reply:
    """JSON in a fenced block with talk around it."""
    return text(around.format(f"```json\n{json.dumps(value)}\n```"))


def tool(value: object) -> Reply:
    """JSON as the arguments of the tool that the request names."""

    def reply(exchange: Exchange) -> None:
        name = exchange.seen.json["tools"][0]["function"]["name"]
        call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": json.dumps(value)}}
        _message({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")(exchange)

    return reply


def no_schema(then: Reply | object, *, code: int = 400, also: str = "") -> Reply:
    """Refuse a request that holds `response_format` (or the field `also`); else answer `then`."""

    def reply(exchange: Exchange) -> None:
        asked = exchange.seen.json
        field = next((f for f in ("response_format", also) if f and f in asked), "")
        if field:
            exchange.send(json.dumps({"error": {"message": f"Unsupported parameter: '{field}'"}}), code)
        else:
            as_reply(then)(exchange)

    return reply


# Bad bodies


def html(code: int = 200) -> Reply:
    """A login page."""
    return lambda e: e.send("<!doctype html><html><script>alert(1)</script>Sign in</html>", code, "text/html")


def choices_empty() -> Reply:
    """An answer without a choice."""
    return _body({"id": "x", "object": "chat.completion", "choices": []})


def content_null(finish: str = "length") -> Reply:
    """A message without content."""
    return _message({"role": "assistant", "content": None}, finish)


def error_200(message: str = "model is overloaded") -> Reply:
    """An error with the status of a success."""
    return _body({"error": {"message": message, "type": "server_error"}})


def broken(body: bytes = b'{"choices": [{"message"') -> Reply:
    """A body that is no JSON."""
    return lambda e: e.send(body)


def truncated() -> Reply:
    """Fewer bytes than the headers announce."""

    def reply(exchange: Exchange) -> None:
        exchange.head(Content_Length="5000")
        exchange.write(b'{"choices": [{"message": {"content": "')

    return reply


def wrong_type(value: object) -> Reply:
    """A good answer that calls itself plain text."""
    message = {"role": "assistant", "content": json.dumps(value)}
    return _body({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}, kind="text/plain")


def dup_keys() -> Reply:
    """An object with a key twice."""
    return text('{"steps": [], "steps": [{"task": "filter"}]}')


def nan() -> Reply:
    """A number that JSON does not have."""
    return text('{"steps": [], "cannot": NaN}')


def huge_int(digits: int = 10_000) -> Reply:
    """A number that takes long to read."""
    return text('{"steps": ' + "9" * digits + "}")


def deep(levels: int = 100_000) -> Reply:
    """Lists in lists."""
    return text('{"steps": ' + "[" * levels + "]" * levels + "}")


# Bad manners


def status(code: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Reply:
    """A status with a body: `status(429, Retry_After="2")`."""
    return lambda e: e.send(body, code, **headers)


def echo_key(code: int = 401) -> Reply:
    """A refusal that repeats the key."""

    def reply(exchange: Exchange) -> None:
        key = exchange.seen.headers.get("authorization", "")
        exchange.send(json.dumps({"error": {"message": f"Incorrect API key provided: {key}"}}), code)

    return reply


def redirect(url: str, code: int = 307) -> Reply:
    """Send the client elsewhere."""
    return lambda e: e.send(b"", code, Location=url)


def endless(chunk: bytes = b" " * 4096) -> Reply:
    """A body without end, as fast as it is read."""

    def reply(exchange: Exchange) -> None:
        exchange.head()
        while exchange.write(chunk) and not exchange.released.is_set():
            pass

    return reply


def drip() -> Reply:
    """A body that goes on for ever, a byte at a time."""

    def reply(exchange: Exchange) -> None:
        exchange.head()
        while exchange.write(b" ") and not exchange.released.wait(0.01):
            pass

    return reply


def stall() -> Reply:
    """No answer at all until the client leaves."""
    return lambda e: e.left()


def _message(message: dict[str, Any], finish: str) -> Reply:
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return _body({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})


def _body(value: object, kind: str = "application/json") -> Reply:
    return lambda e: e.send(json.dumps(value), 200, kind)
