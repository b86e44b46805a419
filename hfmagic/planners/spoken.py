"""Languages that a clause names: to translate into or from, to leave as they are, to hear. Knows no column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import NoTaskFits
from ..tasks.languages import is_language
from .clauses import NAME, QUOTE, Clause
from .mentions import concept
from .words import CONCEPTS, TARGETS, word_set

_SPOKEN = "|".join(f"(?P<{code}>{names})" for code, names in TARGETS.items())
_CODE = rf"(?:{_SPOKEN}|\b(?P<code>{'|'.join(TARGETS)})(?=\W*$))"
_TARGET = re.compile(
    rf"\s*(?:\b(?:in|into|to)\s+(?:the\s+)?|(?:[译翻]|翻译|转换?|变|改写?)(?:成|为|到|作)\s*|(?<=[的们句])(?:成|为)\s*)(?:{_CODE}|(?P<mark>{QUOTE}|{NAME}))"
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
_INTO = re.compile(
    r"\b(?:into|to)\s+(?:the\s+)?(?P<words>[A-Za-z][\w-]*(?:\s+\(?[A-Za-z]+\)?){0,2})"
    r"|(?:译|翻译?)(?:成|为|到|作)\s*(?P<han>[\u3400-\u9fff]{1,12}|[A-Za-z][\w-]*)",
    re.IGNORECASE,
)
_NO_TARGETS = word_set(
    "a an all be each every it me my our same that them this us you your text words speech sound "
    "see find read understand check make get know"
)
_NO_TARGET_ZH = re.compile(rf"我|你|大家|同|相同|一|每|文[字本]|语音|(?:{_SPOKEN})")  # 译成英文的评论: which rows


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
    elif not target and (unlisted := _unlisted(text)):
        spoken["target"], target = unlisted
    other = _OTHER.search(text)
    for match in (target, source, other):
        text = text.replace(match[0], " ") if match else text
    return {k: v for k, v in spoken.items() if v}, _code(other), clause.with_text(text)


def check_language(spoken: Mapping[str, Any]) -> None:
    """Raise NoTaskFits for a word in the place of the language to translate into that is none."""
    if not is_language(spoken.get("target", "en")):
        raise NoTaskFits(
            f"{spoken['target']!r} is no language that hfmagic knows.", hint="its English name, or a code: de"
        )


def _unlisted(text: str) -> tuple[str, re.Match[str]] | None:
    """A language that only CLDR has a name for, such as Brazilian Portuguese, zh-TW or 繁体中文, and where it stands.

    Gives the words as they are where they name none: whoever asked is to be told, not given English.
    """
    for match in _INTO.finditer(text):
        said = match["words"] or match["han"]
        words = said.split() if said.isascii() else list(said)
        joint = " " if said.isascii() else ""
        for count in range(len(words), 0, -1):
            name = joint.join(words[:count])
            ends = text.rstrip(" .!?").endswith(name)
            is_word = re.fullmatch(r"[a-z]{2,3}", name) and not ends  # "to be", "to is": codes, too
            if is_language(name) and not is_word and name not in _NO_TARGETS and not _NO_TARGET_ZH.match(name):
                found = re.compile(re.escape(match[0][: match[0].index(said)] + name)).search(text, match.start())
                return (name, found) if found else None
        plain = words[0].lower() if said.isascii() else said
        if plain not in _NO_TARGETS and concept(plain) not in CONCEPTS and not _NO_TARGET_ZH.match(said):
            return (words[0] if said.isascii() else said), match
    return None


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
