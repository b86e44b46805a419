"""A value as a request writes it after "is": in quotes, a known label, or its own words. Knows no step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..clauses import QUOTE, Clause
from ..draft import Thing
from ..mentions import is_han, leading
from ..words import ROW_NOUNS, ROW_NOUNS_ZH, word_set

NO_VALUE = word_set("the a an not in exactly over above below under at empty missing null blank nan 空 缺失")
"""Words that are no value."""
_MOST = 20  # values in a list
_LONGEST = 5  # words in a value
_STOP = word_set(
    "and or then but per by for with who whose which that where as into sorted ranked if when to from of on than them "
    "also before after grouped only using in about so it they please"
)
_WORD = re.compile(r"\s*(?P<word>[A-Za-z0-9][\w\-.&'+]*)")
_HAN = re.compile(
    rf"\s*(?P<han>[\u3400-\u9fff\w][\u3400-\u9fff\w\-.&'+ ]{{0,40}}?)"
    rf"(?=\s*(?:的|$|[,，。;；、或]|{ROW_NOUNS_ZH}))"
)
_OR = re.compile(r"\s*(?:,|，|、|\bor\b|\band\b|或者?|和|以及|与){1,2}\s*", re.IGNORECASE)
_ROWS = re.compile(rf"(?:{ROW_NOUNS})$", re.IGNORECASE)
_LATIN = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9_\-.&'+ ]*(?=\s*(?:$|[\u3400-\u9fff,，。;；、]))")


@dataclass(frozen=True)
class Said:
    """The values, and where the text goes on after them."""

    values: tuple[str, ...]
    end: int


def values_at(clause: Clause, at: int, thing: Thing, things: Sequence[Thing]) -> Said:
    """The values that begin at a place of a clause: one, or a list with "or"; empty without any.

    `things` are the other columns: the name of one ends a list, as in "is open and score > 3".
    """
    found: list[str] = []
    while len(found) < _MOST:
        match = _OR.match(clause.text, at) if found else None
        start = match.end() if match else at
        if (found and match is None) or (found and leading(clause.text[start:], things)):
            break
        value, end = _value(clause, start, thing)
        plain = match is not None and not re.search(r"[a-z或和与及、]", match[0], re.IGNORECASE) and value.islower()
        if not value or plain or (found and not _goes_with(value, found[-1], clause.text[start:end])):
            break
        found.append(value)
        at = end
    return Said(tuple(found), at)


def _goes_with(value: str, before: str, written: str) -> bool:
    """True for a value of the same sort as the one before: both in quotes, proper, plain, or Chinese."""
    if re.search(QUOTE, written):
        return True
    sorts = [(v[:1].isupper() or v[:1].isdigit(), is_han(v)) for v in (value, before)]
    return sorts[0] == sorts[1]


def _value(clause: Clause, at: int, thing: Thing) -> tuple[str, int]:
    """One value, and where it ends."""
    text = clause.text
    if quoted := re.compile(rf"\s*(?:the\s+)?({QUOTE})").match(text, at):
        return clause.asides.get(quoted[1]), quoted.end()
    rest = text[at:]
    bare = rest.lstrip()
    labels = sorted(thing.labels, key=len, reverse=True)
    label = next((x for x in labels if x and bare.casefold().startswith(x.casefold())), "")
    if label:
        return label, at + len(rest) - len(bare) + len(label)
    if is_han(text[at : at + 40]):
        match = _LATIN.match(text, at) or _HAN.match(text, at)
        return (match[0].strip(), match.end()) if match and match[0].strip().lower() not in NO_VALUE else ("", at)
    return _words(text, at)


def _words(text: str, at: int) -> tuple[str, int]:
    """The words up to the end of the clause, a stop word or one that names rows; of a proper name, its capitals."""
    found: list[str] = []
    start = at
    while len(found) < _LONGEST and (match := _WORD.match(text, at)):
        word = match["word"].rstrip(".")
        proper = word[:1].isupper() or word[:1].isdigit()
        begun = bool(found) and (found[0][:1].isupper() or found[0][:1].isdigit())
        ends = word.lower() in _STOP or (not found and word.lower() in NO_VALUE)
        if ends or (begun and not proper) or (found and _ROWS.match(word)):
            break
        found.append(word)
        at = match.start("word") + len(word)
    if len(found) == _LONGEST:  # no value is that long: a sentence goes on
        match = _WORD.match(text, start)
        return (found[0], match.end()) if match else ("", start)
    return " ".join(found), at
