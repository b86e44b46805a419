"""Languages that a clause names: to translate into or from, to leave as they are, to hear. Knows no column."""

from __future__ import annotations

import re
from typing import Any

from .clauses import NAME, QUOTE, Clause
from .words import TARGETS

_SPOKEN = "|".join(f"(?P<{code}>{names})" for code, names in TARGETS.items())
_CODE = rf"(?:{_SPOKEN}|\b(?P<code>{'|'.join(TARGETS)})(?=\W*$))"
_TARGET = re.compile(
    rf"\s*(?:\b(?:in|into|to)\s+(?:the\s+)?|(?:[译翻]|翻译|转换?|变|改写?)(?:成|为|到|作)\s*)(?:{_CODE}|(?P<mark>{QUOTE}|{NAME}))"
    r"(?!\w*[的\w]*(?:评论|评价|reviews))(?:[语文]|\s+language\b)?",
    re.IGNORECASE,
)
_SOURCE = re.compile(rf"\s*(?:\bfrom\s+(?:the\s+)?|(?:从|由)\s*)(?:{_CODE})[语文]?", re.IGNORECASE)
_OTHER = re.compile(
    rf"\s*(?:\b(?:what|those|all|ones|everything|reviews|texts)?\s*(?:that\s+|which\s+)?(?:is|are)?\s*"
    rf"(?:not|n't|non|other than|except)\b[\s-]*(?:in\s+|written in\s+|already\s+)*|(?:不是"
    rf"|非)\s*)(?:{_SPOKEN})(?:[语文])?的?",
    re.IGNORECASE,
)


def _code(match: re.Match[str] | None) -> str:
    """The code of the language that a pattern found."""
    if match is None:
        return ""
    named = next((c for c in TARGETS if match.groupdict().get(c)), "")
    return named or (match.groupdict().get("code") or "").lower()


def languages(clause: Clause) -> tuple[dict[str, Any], str, Clause]:
    """The languages that a clause names to translate into and from, the one left as it is, and the rest of it."""
    text = clause.text
    source, target = _SOURCE.search(text), _TARGET.search(text)
    spoken = {"source": _code(source), "target": _code(target)}
    if target and target["mark"]:
        spoken["target"] = clause.asides.get(target["mark"])[:40]
    other = _OTHER.search(text)
    for match in (target, source, other):
        text = text.replace(match[0], " ") if match else text
    return {k: v for k, v in spoken.items() if v}, _code(other), clause.with_text(text)


_TIMES = re.compile(
    r"\btime ?(?:stamps?|codes?)\b|\bsubtitles?\b|\bwhen (?:it|each|they)\b|时间戳|时间轴|时间码|字幕", re.IGNORECASE
)
_WORDS = re.compile(r"\b(?:word|words)\b|逐[词字]|每个[词字]", re.IGNORECASE)
_HEARD = re.compile(
    rf"\b(?:in|spoken in|speaks?|speaking|is)\s+(?:{_SPOKEN})\b|(?:录音|音频|语音|说的?"
    rf"|讲的?)是?(?:用)?(?:{'|'.join(f'(?P<zh_{c}>{n})' for c, n in TARGETS.items())})",
    re.IGNORECASE,
)


def hearing(clause: Clause) -> dict[str, Any]:
    """How a transcript is wanted: with the times of its pieces or words, of speech in a language."""
    found: dict[str, Any] = {}
    if times := _TIMES.search(clause.text):
        found["timestamps"] = "word" if _WORDS.search(clause.text.replace(times[0], " ")) else "segment"
    if match := _HEARD.search(clause.text):
        found["language"] = next(c for c in TARGETS if match[c] or match[f"zh_{c}"])
    return found
