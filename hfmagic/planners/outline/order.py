"""Mentions → the parts of a request, each once, in the order in which they are to be done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .asked import sentence
from .doings import DOINGS
from .mentions import Mention

_FROM = re.compile(
    r"\b(?:after|once|following|based on|using|from|of|with|according to|by|upon|on|for)(?: (?:the|a|an|its|"
    r"their|this|that|\w+ing|it is|it's|you|you've|you have|i|i've|we|we've|having|has been|have been))*\s*$",
    re.IGNORECASE,
)
_CUT = re.compile(r"[,.;!?\n]|\b(?:and|then|also|before)\b|[，。！？；、]|然后|再|并|接着", re.IGNORECASE)
_THEN = re.compile(
    r"\b(?:then|before|afterwards|after that|finally)(?: (?:you|we|i|do|to|please|can|could|,))*,? *$", re.IGNORECASE
)
_ONLY_AFTER = re.compile(
    r"\b(?:but|only|though|just|right|immediately|directly) (?:only |just )?(?:after|once|when|"
    r"if)(?: (?:you|i|we|it|they|is|are|having|have|has|been|the|that))*(?:'ve|'s)?(?: been)? *$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:^|[.;!?\n]) ?(?:but |and )?(?:before|prior to)(?: (?:you|we|the|doing))* $", re.IGNORECASE)


_THING = re.compile(r"(?:\w+ )?(?:question|query)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The parts' mentions in order, all mentions (by which a text refers to a part), and hints of conversions."""

    parts: tuple[Mention, ...]
    all: tuple[Mention, ...]
    hints: frozenset[str]


def ordered(text: str, found: Sequence[Mention]) -> Found:
    """Each doing once, at the place where it is asked for; what is said to come first is moved to the front."""
    hints = frozenset(m.doing for m in found if m.hint)
    kept: list[Mention] = []
    strong = {m.doing for m in found if not m.weak}
    for mention in found:
        if mention.hint or (mention.weak and mention.doing in strong):
            continue
        again = next((m for m in kept if (m.doing, m.key) == (mention.doing, mention.key)), None)
        if again is None:
            kept.append(mention)
        elif not mention.weak and _is_order(text, again, mention):
            kept[kept.index(again)] = mention
    kept.sort(key=lambda m: m.start)
    return Found(tuple(_moved(text, kept)), tuple(found), hints)


def _is_order(text: str, first: Mention, again: Mention) -> bool:
    """True where a wish is said first in short, and then what to do, in order: the second place counts."""
    if sentence(text, first.start) != sentence(text, again.start):
        return True
    return bool(_THEN.search(text[max(0, again.start - 24) : again.start]))


def _moved(text: str, parts: list[Mention]) -> list[Mention]:
    done = list(parts)
    for first, second in pairwise(parts):
        between = text[first.end : second.start]
        at, to = done.index(first), done.index(second)
        if at < to and _comes_first(text, first, second, between):
            done.insert(at, done.pop(to))
    for number, part in enumerate(parts[:-1]):
        if _BEFORE.search(text[: part.start]):
            after = parts[number + 1]
            done.remove(part)
            done.insert(done.index(after) + 1, part)
    return done


def _comes_first(text: str, first: Mention, second: Mention, between: str) -> bool:
    """True where the second is what the first is made from: "a summary of the translation", "edit it after …"."""
    if sentence(text, first.start) != sentence(text, second.start):
        return False
    if (second.end <= first.end and not _THING.match(text, second.start)) or not (
        between.strip(" :") or first.key
    ):  # "read the summary aloud", "tell me aloud what it shows"
        return not DOINGS[first.doing].kinds.isdisjoint({DOINGS[second.doing].gives})
    if _ONLY_AFTER.search(between):
        return True
    return (second.weak or bool(_FROM.search(between))) and not _CUT.search(between)
