"""What the values of a column are like: language, length, words as hashes. Never a value itself.

Two columns are compared by it, so that what a model did on one counts for the other as far as they are alike.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_WORDS = 32  # telling words that are kept of a column
MOST_TEXTS = 1_000  # that are read, spread over the column
MOST_CHARACTERS = 2_000  # of a text
LEAST_TEXTS = 2  # that a word must be in: one said once is a name or a number rather than the column's subject
LENGTHS = (32, 128, 512, 2048)  # borders of the length buckets, in characters
ALIKE = 0.25  # share of words in common that counts as one domain: as halves of one column of reviews have it
SAME_TASK = 0.4  # how alike the data of one task are where no more is known
_WORD = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af]+")
_CJK_FUNCTION = frozenset(
    "的了是我你他她它们也都就和与或在有不很太又还这那吗呢吧啊把被给让对从到上下个一之のはがをにとでもた"
)
# Words of any English text. scikit-learn's list is longer, but its import takes 2 s, before the first plan.
_FUNCTION = """
about after again all also and any are aren't because been before being both but can can't could couldn't did didn't
does doesn't doing don't down each even ever every few for from further get got had has hasn't have haven't having her
here hers him his how i'm i've into isn't it's its itself just like made make many may more most much must not now off
once one only other our ours out over own really same she should some such than that that's the their them then there
these they this those though through too two under until upon very was wasn't way well were weren't what when where
which while who whom whose why will with won't would wouldn't yet you your yours
"""
_NOT_TELLING = frozenset(_FUNCTION.split())


@dataclass(frozen=True)
class Profile:
    """A column's: all empty for what is no text.

    `language` is an ISO 639-1 code, "" where it is not known; `p95_characters` is that of the texts' lengths; `words`
    are salted hashes of its most telling words.
    """

    language: str = ""
    p95_characters: int = 0
    words: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """0 for no text, 1 for up to 32 characters, 2 … 128, 3 … 512, 4 … 2048, 5 for more."""
        return 1 + sum(self.p95_characters > border for border in LENGTHS) if self.p95_characters else 0


def profile_of(values: Sequence[object], *, language: str, salt: str) -> Profile:
    """The profile of a column.

    A word's weight is the number of texts that it is in, times the log of how rare that is (tf-idf with binary
    counts; Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 2008, 6.2). Chinese and Japanese
    count by pairs of characters.

    Args:
        values: texts; anything else is passed over, so that of pictures or numbers the empty profile comes back.
        language: of the texts, ISO 639-1, as the column's schema says.
        salt: of this user's store: the same word has another hash for another user.
    """
    texts = [value for value in values if isinstance(value, str) and value and not value.isspace()]
    if not texts:
        return Profile()
    lengths = sorted(map(len, texts))
    p95 = lengths[max(math.ceil(0.95 * len(lengths)) - 1, 0)]
    read = texts[:: math.ceil(len(texts) / MOST_TEXTS)]
    counts = Counter(word for text in read for word in set(_words(text[:MOST_CHARACTERS])))
    weights = {w: n * math.log(1 + len(read) / n) for w, n in counts.items() if n >= LEAST_TEXTS}
    telling = sorted(weights, key=lambda w: (-weights[w], w))[:MOST_WORDS]
    return Profile(language, p95, tuple(sorted({_hashed(word, salt) for word in telling})))


def likeness(one: Profile, other: Profile) -> float:
    """How alike two profiles are, 0…1: nothing across languages, else by language, lengths and words (Jaccard).

    Where nothing is known of one, such as of a column that a step is still to make, 0.4. The same on either side; 1 for
    a profile and itself, also for two columns that are no text: nothing tells them apart.
    """
    if one.language and other.language and one.language != other.language:
        return 0.0
    if not (one.length and other.length):
        return 1.0 if one == other else SAME_TASK
    near = 1 - abs(one.length - other.length) / len(LENGTHS)
    return SAME_TASK + 0.2 * near + 0.4 * _shared(set(one.words), set(other.words))


def _shared(mine: set[str], theirs: set[str]) -> float:
    """How many words are in common, against columns of one domain; a half where one side has none to compare."""
    if not mine or not theirs:
        return 1.0 if mine == theirs else 0.5
    return min(len(mine & theirs) / len(mine | theirs) / ALIKE, 1.0)


def _words(text: str) -> Iterator[str]:
    lowered = text.lower().replace("’", "'")
    for word in _WORD.findall(_CJK.sub(" ", lowered)):
        if word not in _NOT_TELLING:
            yield word
    for run in _CJK.findall(lowered):
        for pair in map("".join, pairwise(run)):
            if not _CJK_FUNCTION & set(pair):
                yield pair


def _hashed(word: str, salt: str) -> str:
    return hashlib.blake2b(word.encode("utf-8", "replace"), key=salt.encode()[:64], digest_size=6).hexdigest()


def salted(text: str, salt: str) -> str:
    """16 hex digits that stand for a text, such as a request, and differ from user to user."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), key=salt.encode()[:64], digest_size=8).hexdigest()
