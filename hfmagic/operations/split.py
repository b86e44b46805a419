"""Texts cut into sentences, paragraphs or chunks of words, in English and Chinese. Every part is as it stood.

By small rules: pysbd, which knows more languages, has had no release since 2021, and warns of its own patterns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_CLOSING = "\"'”’»)\\]』」）】"
# Ends a sentence: 。！？ at once, . ! ? before a space; a quotation mark or bracket that closes belongs to it.
_END = re.compile(
    rf"(?:[。！？]+|(?<!…)…++(?=\s|$)|(?<![.!?])[.!?]++(?=[{_CLOSING}]*+(?:\s|$)))[{_CLOSING}]*"  # a run is read once
)
_NEAR = 40  # characters that are looked at on either side of a full stop
_PARAGRAPH = re.compile(r"\n\s*\n|\r\n\s*\r\n")
_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WORD = re.compile(rf"{_CJK}|(?:(?!{_CJK})\S)+")  # of Chinese and Japanese each character counts as a word
_TITLES = frozenset("mr mrs ms dr prof rev hon st vs gen col lt sgt capt dept approx cf ca messrs".split())  # noqa: SIM905
_ENDS_TOO = frozenset(["etc", "inc", "ltd", "co", "corp", "al", "jr", "sr"])  # these may also end a sentence
_BEFORE_NUMBERS = frozenset(
    "no nos vol fig figs eq sec ch p pp tel ext jan feb mar apr jun jul aug sep sept oct nov dec".split()  # noqa: SIM905
)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break between paragraphs ends one, too."""
    return [s for paragraph in paragraphs(text) for s in _sentences(paragraph)]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what empty lines part."""
    return [p.strip() for p in _PARAGRAPH.split(text) if p.strip()]


def chunks(text: str, words: int) -> list[str]:
    """Pieces of at most `words` words, as few cuts within a sentence as can be: whole sentences side by side."""
    found: list[tuple[int, int]] = []
    count = 0
    for start, end in _places(text):
        size = len(_WORD.findall(text, start, end))
        if found and count + size <= words:
            found[-1] = (found[-1][0], end)
            count += size
        else:
            pieces = _pieces(text, start, end, words)
            found += pieces
            count = len(_WORD.findall(text, *pieces[-1]))
    return [text[start:end] for start, end in found]


BY: Mapping[str, Callable[[str, int], list[str]]] = MappingProxyType(
    {
        "sentence": lambda text, _: sentences(text),
        "paragraph": lambda text, _: paragraphs(text),
        "chunk": chunks,
    }
)
"""The parameter `by` of the task `split` → the function of a text and the most words."""


def split_text(text: str, *, by: str = "sentence", words: int = 200) -> list[str]:
    """The parts of a text, in order, without the space around them; at least one of a text that is not blank."""
    return BY[by](text, words)


def _sentences(text: str) -> list[str]:
    found, start = [], 0
    for end in _END.finditer(text):
        if not _is_abbreviation(text, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [s for s in (*found, text[start:].strip()) if s]


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """True for the dot of "Dr.", "e.g.", "J. Smith", "No. 5" or "3. item": the sentence goes on."""
    if end[0] != ".":
        return False
    first = max(end.start() - _NEAR, 0)
    before = re.search(r"[\w.]+$", text[first : end.start()])
    after = text[end.end() : end.end() + _NEAR].lstrip()[:1]
    word = before[0] if before else ""
    lower = word.lower()
    if after.islower():
        return True
    if lower in _TITLES or (lower in _BEFORE_NUMBERS and after.isdigit()):
        return True
    if lower in _ENDS_TOO:
        return bool(after) and not after.isupper()
    if re.fullmatch(r"[A-Za-z](?:\.[A-Za-z])+", word):  # "e.g." and "U.S.": only the first kind never ends one
        return lower in ("e.g", "i.e") or not after.isupper()
    is_initial = re.fullmatch(r"[A-Z]", word) is not None and word != "I"
    begins = first + before.start() if before else 0
    at_start = before is not None and (begins == 0 or text[begins - 1] == "\n")
    return is_initial or (at_start and re.fullmatch(r"\d{1,2}", word) is not None)


def _places(text: str) -> list[tuple[int, int]]:
    """Where each sentence stands in the text."""
    places, start = [], 0
    for sentence in sentences(text):
        start = text.index(sentence, start)
        places.append((start, start + len(sentence)))
        start += len(sentence)
    return places


def _pieces(text: str, start: int, end: int, words: int) -> list[tuple[int, int]]:
    """A sentence in pieces of at most so many words."""
    found = [m.span() for m in _WORD.finditer(text, start, end)]
    return [(found[i][0], found[min(i + words, len(found)) - 1][1]) for i in range(0, len(found), words)]
