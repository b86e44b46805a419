"""Where a request asks for a doing, and where it only speaks of a result. Knows places, no sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from . import chinese, english
from .participles import as_verbs, begin

_WORD = re.compile(r"<([A-Z]+)>")
_GAP = r"(?:[^.;!?\n]{0,40}?)"
_OBJECT = r"(?:(?:(?!\b(?:and|then)\b)[^,.;!?\n]){0,40}?)"
HINTS = frozenset({"read", "hear"})
"""Doings of which a weak mention says how a picture or a sound becomes text, where a text is needed."""
_RESULT = re.compile(
    r"(?:summar(?:y|ies|i[sz]ation)|translations?|transcri(?:pts?|ptions?)|classification|segmentation|depth|descriptions?|captions?|answers?|"
    r"similarity|spoken \w+|conversation|response|sentiment|dialogue)\b",
    re.IGNORECASE,
)
_RESULT_ZH = re.compile(chinese.RESULT)
_HAN, _LATIN = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]{3}")
_ONE = re.compile(r"(?<!have )(?<!is )(?<!of )\b(?:an?|another) $", re.IGNORECASE)
_KNOWN = re.compile(r"\b(?:the|this|that|its|their|these|those) (?:\w+ )?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A doing at a place in the marked text.

    A `weak` one speaks of its result as there already; of these a `hint` only says what a file is like. `key` is the
    mark of the quoted question that is asked.
    """

    doing: str
    start: int
    end: int
    weak: bool = False
    hint: bool = False
    key: str = ""


def _spelt(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern of the tables with its words and gaps written out."""
    while _WORD.search(pattern):
        pattern = _WORD.sub(lambda m: words[m[1]], pattern)
    return pattern.replace("~", _GAP).replace("@", _OBJECT)


@cache
def _patterns(weak: bool, han: bool) -> Sequence[tuple[str, re.Pattern[str]]]:
    said = chinese if han else english
    table = said.WEAK if weak else said.STRONG
    return [(doing, re.compile(_spelt(p, said.WORDS), re.IGNORECASE)) for doing, ps in table.items() for p in ps]


def mentions(text: str) -> list[Mention]:
    """Every mention in a marked text, in order; of several at one place the doing that the tables name first."""
    found: dict[int, Mention] = {}
    for weak in (False, True):
        for mention in _found(text, weak):
            if mention.start not in found:
                found[mention.start] = mention
    return [found[start] for start in sorted(found)]


def _is_known(text: str, start: int) -> bool:
    """True for a result that is spoken of as there already: "the summary"."""
    if _RESULT_ZH.match(text, start):
        return True
    return bool(_RESULT.match(text, start) and _KNOWN.search(text, max(0, start - 24), start))


def _found(text: str, weak: bool) -> Iterator[Mention]:
    sides = [side for side, letters in ((True, _HAN), (False, _LATIN)) if letters.search(text)]
    texts = (text,) if weak else dict.fromkeys((text, as_verbs(text)))
    patterns = [pair for side in sides for pair in _patterns(weak, side)]
    for said, (doing, pattern) in product(texts, patterns):
        for match in pattern.finditer(said):
            start = begin(text, match.start("at") if pattern.groupindex else match.start(), said)
            known = not _ONE.search(text, max(0, start - 9), start) if weak else _is_known(text, start)
            yield Mention(doing, start, match.end(), known, weak and doing in HINTS)
