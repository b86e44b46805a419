"""The bodies of OpenAI-compatible answers: the model's words, the list of models, the words of a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import BadAnswer, clip
from .endpoint import hide
from .exchange import Response
from .strict import CutObject, NoObject, read_json

MAX_SAID = 120  # characters of an endpoint's own words in an error


def read_words(response: Response, who: str) -> str:
    """The model's words: the arguments of its tool call, else the content of its message.

    Raises: BadAnswer when there is no message; NoObject when the message is empty.
    """
    body = _object(response, who)
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        said = _error(body) or ("it has no choices" if choices == [] else "it has no list of choices")
        raise _bad(who, said)
    first = choices[0]
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(message, dict):
        raise _bad(who, "its choice has no message")
    words = _arguments(message) or _content(message.get("content"))
    finish = clip(hide(str(first.get("finish_reason"))), 30)
    if not words.strip():
        refusal = message.get("refusal")
        said = f": {clip(hide(refusal), 60)}" if isinstance(refusal, str) and refusal else ""
        raise NoObject(f"{who}: its answer is empty (finish_reason {finish}){said}.", hint="%hf planner rules")
    if finish == "length" and not words.rstrip().endswith(("}", "```")):
        raise CutObject(f"{who}: its answer was cut at the limit of tokens (finish_reason length).")
    return words


def read_usage(response: Response) -> tuple[int, int]:
    """Tokens that the model read and wrote, as its endpoint counts them; 0 where it does not say."""
    try:
        found = json.loads(response.body)["usage"]
        counts = (found["prompt_tokens"], found["completion_tokens"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return 0, 0
    read, written = (n if isinstance(n, int) and 0 <= n < 1 << 40 else 0 for n in counts)
    return read, written


def read_models(response: Response, who: str) -> list[str]:
    """The names that `/v1/models` lists."""
    body = _object(response, who)
    data = body.get("data")
    if not isinstance(data, list):
        raise _bad(who, _error(body) or "it lists no models")
    return [m["id"] for m in data if isinstance(m, dict) and isinstance(m.get("id"), str) and m["id"]]


def said_in(response: Response) -> str:
    """The words of a refusal, in one short line without secrets."""
    try:
        body = read_json(response.body.decode())
    except ValueError:
        return ""
    return _error(body) if isinstance(body, dict) else ""


def _object(response: Response, who: str) -> Mapping[str, Any]:
    try:
        body = read_json(response.body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _bad(who, "it is no text") from None
    except ValueError as error:
        page = response.body.lstrip()[:1] == b"<"
        raise _bad(who, "it is a web page (a login or a proxy?)" if page else str(error)) from None
    if not isinstance(body, dict):
        raise _bad(who, "it is no object")
    return body


def _bad(who: str, what: str) -> BadAnswer:
    return BadAnswer(f"{who} gave no OpenAI-compatible answer: {what}.", hint="check base_url, or %hf planner rules")


def _error(body: Mapping[str, Any]) -> str:
    error = body.get("error", body.get("detail", body.get("message", "")))
    if isinstance(error, dict):
        error = error.get("message", "")
    return clip(hide(error), MAX_SAID).rstrip(".") if isinstance(error, str) else ""


def _arguments(message: Mapping[str, Any]) -> str:
    calls = message.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else None
    function = first.get("function") if isinstance(first, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else ""


def _content(content: object) -> str:
    if isinstance(content, list):  # parts, as some servers write it
        parts = [p.get("text") for p in content if isinstance(p, dict)]
        return "".join(p for p in parts if isinstance(p, str))
    return content if isinstance(content, str) else ""
