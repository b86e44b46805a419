"""An LLM endpoint on loopback with scripted replies, for tests.

    with TestLLM() as llm:
        llm.replies.append(says({"steps": []}))      # then text("…"), html(), status(500), …
        ask(llm.url)
        assert llm.log[0].json["temperature"] == 0

Without replies left it asks `script`, a function of the request; without that it answers 500. See `behaviours`.
"""

from .behaviours import (
    Reply,
    broken,
    choices_empty,
    content_null,
    deep,
    drip,
    dup_keys,
    echo_key,
    endless,
    error_200,
    fenced,
    html,
    huge_int,
    nan,
    no_schema,
    redirect,
    says,
    stall,
    status,
    text,
    tool,
    truncated,
    wrong_type,
)
from .server import Exchange, Seen, TestLLM

__all__ = [
    "Exchange",
    "Reply",
    "Seen",
    "TestLLM",
    "broken",
    "choices_empty",
    "content_null",
    "deep",
    "drip",
    "dup_keys",
    "echo_key",
    "endless",
    "error_200",
    "fenced",
    "html",
    "huge_int",
    "nan",
    "no_schema",
    "redirect",
    "says",
    "stall",
    "status",
    "text",
    "tool",
    "truncated",
    "wrong_type",
]
