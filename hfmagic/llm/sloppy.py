"""JSON as models write it when nobody makes them: put right where only one reading is possible. Knows no endpoint."""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<single>'(?:[^'\\\n]|\\.)*'(?=\s*[,:\]}]))
    |(?P<curly>[\u201c\u201d][^\u201c\u201d\n]*[\u201c\u201d])
    |(?P<comment>//[^\n]*|/\*.*?\*/|\#[^\n]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_\-]*)
    |(?P<comma>,(?=\s*(?:[\]}]|$)))
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_VALUES = {"true": "true", "false": "false", "null": "null", "none": "null"}


def put_right(text: str) -> str:
    """The text with single and curly quotes, bare keys, Python's values, comments and commas too many as JSON has them.

    What it cannot read it leaves as it is, for the reader to refuse; what was cut off is not made whole.
    """
    return "".join(_piece(match) for match in _TOKEN.finditer(text))


def _piece(match: re.Match[str]) -> str:
    text = match[0]
    match match.lastgroup:
        case "comment" | "comma":
            return ""
        case "single" | "curly":
            return _string(text[1:-1])
        case "word":
            return _VALUES.get(text.lower(), _string(text))
    return text


def _string(inner: str) -> str:
    """The text inside other quotes as a JSON string."""
    return json.dumps(inner.replace("\\'", "'").replace('\\"', '"'), ensure_ascii=False)
