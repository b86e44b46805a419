"""Limits in the words of a request, English and Chinese, and the request without them.

Words are taken only where they speak of models: right beside "model", "weights" or 模型, or as a clause about a license
or a number of parameters. "Reviews under 100 characters" and "rows from Microsoft" are conditions on data and stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from ...limits import Limits
from . import chinese as chinese
from . import english as english
from .meanings import NOTHING, Phrase

MAX_CHARACTERS = 4_000  # of a request whose words are looked at
_HIDDEN = "\ue000"
_QUOTED = re.compile(
    r'"[^"\n]{0,2000}"|“[^”]{0,2000}”|「[^」]{0,2000}」|『[^』]{0,2000}』|`[^`\n]{0,200}`|\{[^{}\n]{0,64}\}'
    r"|(?<![A-Za-z0-9])'(?=\S)(?:[^'\n]|'(?=[A-Za-z0-9])){1,500}'(?![A-Za-z0-9])"
)
_CLAUSE = re.compile(r"(?:^|[.;:,(!?\n。；，：（！？])\s*(?:(?:and|but)\s+)?", re.IGNORECASE)
_EDGE = re.compile(r"(?:^|[.;:,(!?\n。；，：（！？])\s*(?:(?:and|but)\s+)?$", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?:^|(?<=[\s(（]))(?:with|via|through|using|use|choose|pick|take|want|need|prefer|try|require|only|just|please|I|we)\s+)+$"
    r"|(?:只要|只用|请用|使用|利用|采用|选用|选择|通过|要求|需要|用|选|请){1,4}(?:一个|一种|个)?\s*$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"(?:(?<![\w-])(?:models?|weights|checkpoints?)(?![\w/-])|模型|权重)", re.IGNORECASE)
_ARTICLES = re.compile(r"(?:(?:^|(?<=[\s(（]))(?:a|an|the|any|some|all|one|only)\s+)+$", re.IGNORECASE)
_NO = re.compile(
    r"(?:(?:^|(?<=[\s(（]))(?:no|never use|don't use|do not use|avoid)\s+|(?:不要用|别用|不用))$", re.IGNORECASE
)
_GLUE = re.compile(
    r"(?:\s|[,，、]|\b(?:and|but|that|which|is|are|must|should|be|has|have|can|may|come|with|only|it|an?)\b"
    r"|要求|必须|应该|应当|需要|只能|[要且并而和又的得是])*",
    re.IGNORECASE,
)
_SEPARATOR = r"(?:\s|[,，、的和且并又而]|\band\b)*$"
_VERB = re.compile(r"\b(?:use|choose|pick|take|want|need|prefer|try|require)\b|[使利采选用请]|要求|需要", re.IGNORECASE)
_AFTERWARDS = re.compile(r"\s*,?\s*(?:to|and|then)\s+|\s*[,，]?(?:来|去)(?=[\u3400-\u9fff])", re.IGNORECASE)
_DANGLING = re.compile(r"(?:\s+(?:and|but|with)|[，,]?(?:并且|而且|并|且|和))$", re.IGNORECASE)
_AFTER = (*english.AFTER, *chinese.BESIDE)
_COUNTS = (*english.COUNTS, *chinese.COUNTS)
_CLAUSES = (*english.CLAUSES, *chinese.CLAUSES)
_MARKS = ",，、;；:： "
_WINDOW = 120  # characters before "model" that are looked at for one thing said


@dataclass(frozen=True)
class Found:
    """Words from `start` to `end` that say `limits`."""

    start: int
    end: int
    limits: Limits


def limit_words(request: str, *, columns: Collection[str] = ()) -> tuple[Limits, str]:
    """The limits that a request says, all of which hold, and the request without those words.

    The same text gives the same answer; one that says no limit comes back as it is. Raises nothing.

    Args:
        columns: names of the data's columns: where one is called "model", the word speaks of the data.
    """
    text = _QUOTED.sub(lambda m: _HIDDEN * len(m[0]), request[:MAX_CHARACTERS])
    data = {name.strip().lower().rstrip("s") for name in columns}
    limits, pieces, at = Limits(), list[str](), 0
    for found in _found(text, data):
        limits = limits.joined(found.limits)
        pieces.append(request[at : found.start])
        at = found.end
    return (limits, reduce(_joined, [*pieces, request[at:]])) if pieces else (limits, request)


def _found(text: str, data: Collection[str]) -> Iterator[Found]:
    """What is said of models, in order, without overlaps."""
    nouns = [noun for noun in _NOUN.finditer(text) if noun[0].lower().rstrip("s") not in data]
    said = [found for noun in nouns if (found := _beside(text, noun))]
    said += [found for edge in _CLAUSE.finditer(text) if (found := _first(text, edge.end(), _CLAUSES))]
    said += [Found(m.start(), m.end(), x) for p in _COUNTS for m in p.pattern.finditer(text) if (x := p.limits(m))]
    end = 0
    for found in sorted(said, key=lambda f: (f.start, -f.end)):
        if found.start >= end:
            end = found.end
            yield found


def _beside(text: str, noun: re.Match[str]) -> Found | None:
    """What is said right before and after a noun for models, with what leads to it."""
    before, start = _before(text, noun.start())
    after, end = _after(text, noun.end())
    limits = before.joined(after) if before and after else before or after
    if limits is None:
        return None
    if article := _ARTICLES.search(text, max(0, start - _WINDOW), start):
        start = article.start()
    if no := _NO.search(text, max(0, start - _WINDOW), start):
        denied = _denied(limits)
        return Found(no.start(), end, denied) if denied else None
    lead = _LEAD.search(text, max(0, start - _WINDOW), start)
    if lead is None:
        edge = _EDGE.search(text, 0, start) if start else None
        return Found(start, end, limits) if not start or edge else None
    if _VERB.search(lead[0]) and (then := _AFTERWARDS.match(text, end)):
        end = then.end()
    return Found(lead.start(), end, limits)


def _before(text: str, end: int) -> tuple[Limits | None, int]:
    """The limits said by the words that end there, None where none are, and where these begin."""
    limits: Limits | None = None
    while True:
        window = text[max(0, end - _WINDOW) : end]
        found = [(m, x) for pattern, make in _ENDING if (m := pattern.search(window)) and (x := make(m)) is not None]
        if not found:
            return limits, end
        match, said = min(found, key=lambda one: one[0].start())
        end -= len(window) - match.start()
        if said is not NOTHING:
            limits = (limits or Limits()).joined(said)


def _after(text: str, at: int) -> tuple[Limits | None, int]:
    """The limits said by the words from there on, None where none are, and where these end."""
    limits: Limits | None = None
    while glue := _GLUE.match(text, at):
        found = _first(text, glue.end(), _AFTER)
        if found is None or (found.start == at and limits is not None and text[at - 1 : at].isalnum()):
            break
        limits, at = (limits or Limits()).joined(found.limits), found.end
    return limits, at


def _first(text: str, at: int, phrases: Sequence[Phrase]) -> Found | None:
    """The longest phrase that stands there and ends with a word."""
    found = [(m, x) for p in phrases if (m := p.pattern.match(text, at)) and m[0] and (x := p.limits(m)) is not None]
    whole = [
        (m, x)
        for m, x in found
        if not (_is_ascii_word(text[m.end() - 1]) and _is_ascii_word(text[m.end() : m.end() + 1]))
    ]
    if not whole:
        return None
    match, limits = max(whole, key=lambda one: one[0].end())
    return Found(match.start(), match.end(), limits)


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _denied(limits: Limits) -> Limits | None:
    """What "no … models" says; None where it is no owner, such as in "no Chinese models"."""
    owned = all(part == Limits(owner=part.owner) for part in limits.parts)
    return Limits(not_owner=tuple(o for part in limits.parts for o in part.owner)) if owned else None


def _joined(left: str, right: str) -> str:
    """Two pieces of a request between which words were taken out."""
    left, right = left.rstrip(), right.lstrip(" \t")
    if left[-1:] in ("(", "（") and right[:1] in (")", "）"):
        left, right = left[:-1].rstrip(), right[1:].lstrip(" \t")
    bare = left.rstrip(_MARKS)
    if not bare:
        return right.lstrip(_MARKS + ".。!！")
    if not right or right[0] in ",，、;；:：.。!！?？)）\n":
        bare = _DANGLING.sub("", bare).rstrip(_MARKS)
        return bare + (right[1:] if right[:1] in (".", "。") and bare[-1:] in (".", "。", "!", "！") else right)
    if mark := left[len(bare) :][:1].strip():
        return f"{bare}{mark}{' ' if mark.isascii() else ''}{right}"
    apart = _is_ascii_word(bare[-1]) or _is_ascii_word(right[0]) or bare[-1].isascii()
    return f"{bare}{' ' if apart else ''}{right}"


_ENDING = tuple(
    (re.compile(rf"(?<![\w-])(?:{p.pattern.pattern}){_SEPARATOR}", re.IGNORECASE), p.limits) for p in english.BEFORE
) + tuple((re.compile(rf"(?:{p.pattern.pattern}){_SEPARATOR}", re.IGNORECASE), p.limits) for p in chinese.BESIDE)
"""The same phrases where they end a text, but for what stands between two of them."""
