"""Which tasks of the Hub a request is about: all its tags, ranked, with the words that decided. Sees no row.

Each tag has a card of short lines (`cards`, `media_cards`). Words are read as concepts (`concepts`), and request
and card are compared by concepts, by pairs of them in a sentence, and by the words as they are spelt, with the weights
of BM25 (Robertson and Zaragoza 2009, https://doi.org/10.1561/1500000019). Then kinds are reasoned about: a task is less
likely for each of picture, video, sound and table that the request names and the task has no use for, or the reverse.
The rules' cues (`cues`) count beside that.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ...kinds import InputSchema, Kind
from ...tags import hub_tags
from ..cues import cues_in
from ..makers import MAKERS
from .cards import TABULAR, TEXT
from .concepts import CONCEPTS, FILLERS, NAMED, SHOWN
from .media_cards import IMAGE, SOUND_AND_VIDEO

CARDS: Mapping[str, str] = MappingProxyType({**TEXT, **TABULAR, **IMAGE, **SOUND_AND_VIDEO})
MEDIA = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.TABLE})
CLEAR = 8.0  # a score from which a task is worth naming: about two rare words, or a verb with its object
_MOST_READ = 2000  # characters of a request
_NEAR = 4  # a pair is of concepts at most 3 apart
_STEM = 6  # letters of a word that is no concept's: endings and spellings differ after them
_SPELT = 0.5  # what a word counts as it is spelt, beside its concept
_K1, _B = 1.2, 0.3  # how soon a repeated term counts no more, and how much long cards are held back
_OFF = 0.7  # what is left of a score for each kind that does not fit
_CUED = 1.4  # by how much a task is likelier that a cue of the rules means
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_STOP = re.compile(r"[.!?;:]\s+|[\n;。！？；]")


_OTHER_CUES: Mapping[str, str] = MappingProxyType(
    {
        "similarity": "sentence-similarity",
        "relevance": "text-ranking",
        "redact": "token-classification",
        "language": "text-classification",
        "ask-table": "table-question-answering",
        "pictures-of": "zero-shot-image-classification",
        "crop": "object-detection",
        "draw": "text-to-image",
        "music": "text-to-audio",
    }
)
"""Intents of the rules that make more than one step, or an operation → the tag that they are about."""


class Likely(NamedTuple):
    """A tag of the Hub, its score (0 or more; see CLEAR), and up to 3 words of the request that decided, best first."""

    task: str
    score: float
    words: tuple[str, ...]


def tasks_of(request: str, schemas: Sequence[InputSchema] = ()) -> tuple[Likely, ...]:
    """Every tag of the Hub that a request has a word for, likeliest first; empty where it has none.

    Args:
        request: what is asked for, in English or Chinese.
        schemas: what it would work on, where that is known: its kinds count as named.
    """
    found = _terms_of(request)
    named, shown = _kinds(found, schemas)
    scores: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    for term, word in found.items():
        for task, weight in _weights().get(term, {}).items():
            scores[task] = scores.get(task, 0.0) + weight
            words = parts.setdefault(task, {})
            words[word] = words.get(word, 0.0) + weight
    cued = _cued(request)
    for task in scores:
        scores[task] *= _fit(task, named, shown) * (_CUED if task in cued else 1.0)
    order = sorted(scores, key=lambda task: (-scores[task], task))
    return tuple(Likely(t, round(scores[t], 3), _best(parts[t])) for t in order)


def _best(parts: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(parts, key=lambda word: (-parts[word], word))[:3])


def _cued(request: str) -> frozenset[str]:
    """The tags that the rules' cues mean, whatever kinds there are."""
    made = {**{intent: maker.task for intent, maker in MAKERS.items()}, **_OTHER_CUES}
    return frozenset(cue.task or made.get(cue.intent, "") for cue in cues_in(request[:_MOST_READ]))


def _fit(task: str, named: frozenset[Kind], shown: frozenset[Kind]) -> float:
    """How well a task fits the kinds: `named` ones it should use, and it needs those that are `shown`."""
    tag = hub_tags()[task]
    uses = MEDIA & {tag.gives, *tag.takes.values()}
    return _OFF ** (len(named - uses) + len(uses - shown))


def _kinds(found: Mapping[str, str], schemas: Sequence[InputSchema]) -> tuple[frozenset[Kind], frozenset[Kind]]:
    """The kinds that a request names or works on, and with those that it lets one think of."""
    there = {kind for s in schemas for kind in (s.kind, *(c.kind for c in s.columns))}
    named = MEDIA & {NAMED[term] for term in found if term in NAMED}
    # rows are how most inputs come: a frame of texts makes no request one about tables
    seen = there - {Kind.TABLE} if Kind.TEXT in there else there
    thought_of = {SHOWN[term] for term in found if term in SHOWN}
    return named | MEDIA & (there - {Kind.TABLE}), named | MEDIA & (seen | thought_of)


def _terms_of(text: str) -> dict[str, str]:
    """Term → the words that it was read from: concepts, pairs of them in a sentence, words as spelt."""
    found: dict[str, str] = {}
    for sentence in _STOP.split(text[:_MOST_READ].lower()):
        read = list(_read(sentence))
        for place, (concept, word) in enumerate(read):
            found.setdefault(concept, word)
            found.setdefault(f"={word[:_STEM]}", word)
            for other, after in read[place + 1 : place + _NEAR]:
                if other != concept:
                    found.setdefault(f"{concept} {other}", f"{word} {after}")
    return found


def _read(sentence: str) -> Iterator[tuple[str, str]]:
    """Concept and word, for each word that is no filler."""
    for match in _WORD.finditer(sentence):
        if match[0] >= "\u3400":
            yield from _read_han(match[0])
        elif concept := _concept(match[0]):
            yield concept, match[0]


def _concept(word: str) -> str:
    """A word's concept, else its stem; empty for a filler."""
    exact, begins = _readings()
    found = exact.get(word) or next((begins[word[:n]] for n in range(len(word), 2, -1) if word[:n] in begins), "")
    return found or ("" if word in FILLERS else _stem(word))


def _stem(word: str) -> str:
    bare = re.sub(r"(?:ies|ing|ed|es|s|e|y)$", "", word) if len(word) > 4 else word
    return bare[:_STEM]


def _read_han(text: str) -> Iterator[tuple[str, str]]:
    """The longest known word at each place; Chinese has no spaces."""
    exact, _ = _readings()
    at = 0
    while at < len(text):
        word = next((w for n in range(6, 0, -1) if (w := text[at : at + n]) in exact), "")
        if word:
            yield exact[word], word
        at += len(word) or 1


@cache
def _readings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Word → concept, and the beginning of a word → concept."""
    words = [(word, concept) for concept, listed in CONCEPTS.items() for word in listed.split()]
    exact = {word: concept for word, concept in words if not word.endswith("*")}
    return exact, {word[:-1]: concept for word, concept in words if word.endswith("*")}


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    """Term → tag → what the term says for the tag. Made once, from the cards alone."""
    counts = {
        task: Counter(t for line in re.split(r"[;\n]", card) for t in _terms_of(line)) for task, card in CARDS.items()
    }
    cards = Counter(term for count in counts.values() for term in count)
    mean = sum(count.total() for count in counts.values()) / len(counts)
    weights: dict[str, dict[str, float]] = {}
    for task, count in counts.items():
        saturation = _K1 * (1 - _B + _B * count.total() / mean)
        for term, times in count.items():
            rarity = math.log(1 + (len(counts) - cards[term] + 0.5) / (cards[term] + 0.5))
            share = _SPELT if term.startswith("=") else 1.0
            weights.setdefault(term, {})[task] = share * rarity * times * (_K1 + 1) / (times + saturation)
    return weights
