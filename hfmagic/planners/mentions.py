"""Which names the words of a request mean. Knows no step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol, TypeVar

from .words import CONCEPTS, MEASURES, word_set

_TOKEN = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARTICLES = word_set("the a an each every all of these those this that my our any different")
_LONGEST = 4  # words in a name


class Named(Protocol):
    """Anything with a name and the canonical noun that its name means."""

    @property
    def name(self) -> str:
        """As it is written."""

    @property
    def concept(self) -> str:
        """The canonical noun."""


N = TypeVar("N", bound=Named)


def singular(word: str) -> str:
    """The word without a plural ending."""
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=4096)
def phrase(name: str) -> str:
    """A name as words: `reviewText` and `review_texts` are "review text"."""
    return " ".join(singular(p.lower()) for p in _PARTS.findall(name))


@lru_cache(maxsize=4096)
def concept(name: str) -> str:
    """The canonical noun that a name means, or the name as words."""
    words = phrase(name)
    return _CANON.get(words) or _CANON.get(name.strip()) or words


def is_han(text: str) -> bool:
    """True when there is a Chinese character in it."""
    return bool(_HAN.search(text))


_CANON = {w: canon for canon, words in reversed(list(CONCEPTS.items())) for w in words}
_HAN_CANON = [(w, canon) for canon, words in CONCEPTS.items() for w in words if len(w) > 1 and is_han(w)]
_SYNONYMS = {canon: tuple(sorted(words, key=len, reverse=True)) for canon, words in CONCEPTS.items()}


@dataclass(frozen=True)
class Words:
    """The words of a piece of text, to look names up in."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Words in lower case and singular; a run of Chinese is one."""
        return tuple(singular(t) for t in _TOKEN.findall(self.text.lower()))

    @cached_property
    def grams(self) -> frozenset[str]:
        """Every run of up to four words."""
        t = self.tokens
        return frozenset(" ".join(t[i : i + n]) for n in range(1, _LONGEST + 1) for i in range(len(t) - n + 1))

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Canonical nouns that it mentions."""
        found = {_CANON[g] for g in self.grams if g in _CANON}
        if is_han(self.text):
            found |= {canon for word, canon in _HAN_CANON if word in self.text}
        return frozenset(found)

    def score(self, thing: Named, names: Sequence[str] = ()) -> int:
        """How clearly a thing is named: 4 in backticks or quotes, 3 in full, 2 by a synonym, 1 in part, 0 not."""
        if any(same(thing.name, n) for n in names):
            return 4
        words = phrase(thing.name)
        if words in self.grams or (is_han(thing.name) and thing.name in self.text):
            return 3
        if thing.concept in self.concepts or thing.concept in self.grams:
            return 2
        parts = words.split()
        if any(" ".join(parts[start:]) in self.grams for start in range(1, len(parts) - 1)):
            return 2
        return int(any(p in self.grams or _CANON.get(p, "?") in self.concepts for p in parts)) if len(parts) > 1 else 0


def same(name: str, other: str) -> bool:
    """True for one name in two spellings of case."""
    return name.strip().casefold() == other.strip().casefold()


def _spellings(thing: Named) -> Iterable[tuple[str, int]]:
    """How a thing may be written, and how much that counts: the ends of a name count a little less than the name."""
    words = phrase(thing.name).split()
    for spelling in (" ".join(words), thing.name.strip(), thing.concept, *_SYNONYMS.get(thing.concept, ())):
        yield spelling.lower(), 2 * len(spelling)
    for start in range(1, len(words)):
        end = " ".join(words[start:])
        yield end, 2 * len(end) - 1


def leading(tail: str, things: Iterable[N]) -> N | None:
    """The thing whose name the text begins with, articles and measure words aside; the longest name wins."""
    text = tail[:80].lower().strip()
    tokens = [singular(t) for t in _TOKEN.findall(text)]
    while tokens and tokens[0] in _ARTICLES:
        tokens.pop(0)
    english = " ".join(tokens[: _LONGEST + 2]) + " "
    chinese = _bare(text)
    return _best(things, lambda w: chinese.startswith(w) if is_han(w) else english.startswith(f"{w} "))


def trailing(head: str, things: Iterable[N]) -> N | None:
    """The thing whose name the text ends with; the longest name wins."""
    text = head[-80:].lower().strip().rstrip("的是")
    english = " " + " ".join(singular(t) for t in _TOKEN.findall(text))
    return _best(things, lambda w: text.endswith(w) if is_han(w) else english.endswith(f" {w}"))


def _best(things: Iterable[N], fits: Callable[[str], bool]) -> N | None:
    """The thing with the longest spelling that fits, the first of several; None when only the ends of several do."""
    best: tuple[int, N | None] = (0, None)
    tie = False
    for thing in things:
        worth = max((worth for word, worth in _spellings(thing) if word and worth >= best[0] and fits(word)), default=0)
        if worth > best[0]:
            best, tie = (worth, thing), False
        elif worth and worth % 2:
            tie = True
    return None if tie else best[1]


def _bare(text: str) -> str:
    while text.startswith(MEASURES) or text[:1] in "不同各每":
        if not text:
            break
        text = text[1:].strip()
    return text
