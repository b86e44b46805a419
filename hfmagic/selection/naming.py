"""Which models the words of a request name: an id, a name, an owner, a family. Chooses nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..hub.facts import ModelFacts
from ..planners.limit_words.meanings import OWNERS_IN_CHINESE, owners
from ..planners.words import OWNERS
from .candidates import Candidate

_PARTS = re.compile(r"[a-z]+|\d+")
_SHORT = 4  # letters from which a word may be a part of another: "bert" of "distilbert", no "t" of "tiny"
NO_MATCH = 9


def is_id(words: str, facts: ModelFacts) -> bool:
    """True when the words are this very model's id, or its name without the owner."""
    return words in (facts.model_id, facts.model_id.partition("/")[2])


def accounts(words: str) -> tuple[str, ...]:
    """The accounts on the Hub that an owner's name means, such as those of Meta; empty for words that are no owner."""
    name = words.strip().lower()
    found = owners(name)
    return found if found != (name,) or name in OWNERS or name in OWNERS_IN_CHINESE else ()


def nearness(words: str, facts: ModelFacts) -> int:
    """How the words name a model: 0 by its id, 1 by its owner or words of its id, 2 by its architecture, 3 by a part of
    a word; NO_MATCH where they do not."""
    if is_id(words, facts):
        return 0
    if "/" in words:
        return NO_MATCH
    parts, own = _PARTS.findall(words.lower()), _PARTS.findall(facts.model_id.lower())
    if facts.owner.lower() in accounts(words) or (parts and set(parts) <= set(own)):
        return 1
    joined = "".join(parts)
    if len(joined) < _SHORT:
        return NO_MATCH
    if any(a.lower().startswith(joined) for a in facts.architectures):
        return 2
    return 3 if joined.isalpha() and any(joined in word for word in own) else NO_MATCH


def matches(words: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that the words name, those that may be chosen first, then by how they are named, then by score.

    Where one is named by its id, it alone is meant.
    """
    near = [(nearness(words, c.facts), c) for c in candidates]
    exact = [c for n, c in near if not n]
    found = [(n, c) for n, c in near if n < NO_MATCH and (not exact or not n)]
    return [c for _, c in sorted(found, key=lambda one: (bool(one[1].rejected), one[0], -one[1].score))]
