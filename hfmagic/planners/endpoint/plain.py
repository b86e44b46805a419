"""Texts that an LLM put into a plan: words, or what looks like an address, a path, code or markup and is refused."""

from __future__ import annotations

import re

from ...errors import InvalidPlan, clip, one_line

MOST = 500  # characters
_FOREIGN = re.compile(
    r"(?P<address>\w+://|\bwww\.|\bdata:|\bjavascript:|\bfile:|(?<!\w)//\w)"
    r"|(?P<path>(?:^|[\s\"'(])(?:~|\.{1,2})?/[\w.]|\.\./|\\\\|\b[a-z]:\\)"
    r"|(?P<markup><\s*[/!?a-z]|&#?\w+;)"
    r"|(?P<code>\b(?:import|exec|eval|lambda|os\.|__\w+|drop table|select\b.+\bfrom)\b|`|\$\(|\{\{|\{%|;\s*--)",
    re.IGNORECASE | re.DOTALL,
)


def plain(text: str, request: str, *, where: str) -> str:
    """The text, when it is words; what the request itself says is never refused.

    Args:
        where: begins the error's line, such as `step 2: instruction`.

    Raises: InvalidPlan for an address, path, markup, code or control character.
    """
    text = text.strip()
    if text and text in request:
        return text
    if len(text) > MOST:
        raise InvalidPlan(f"{where} has {len(text):,} characters, wanted at most {MOST}.")
    if one_line(text) != " ".join(text.split()) or "\n" in text:
        raise InvalidPlan(f"{where} holds control characters.", hint="write it in one line of plain words")
    if found := _FOREIGN.search(text):
        raise InvalidPlan(f"{where} holds {found.lastgroup}: {clip(text, 40)!r}.", hint="write it in plain words")
    return text
