"""Names for groups of texts: the words that tell a group from the others. Knows nothing of embeddings.

A class-based TF-IDF (Grootendorst 2022, https://arxiv.org/abs/2203.05794): a word counts once a text, weighted by how
near the text is to the middle of its group, against how often the word would be there by chance.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


WORDS = 3
MOST_TEXTS = 20_000  # that are read
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]+")
# Said of every product and in every review: no theme.
_GENERIC = """
able actually amazing annoying anyway awful away awesome bad best better big bit bought buy came case cases cause
come comes coming complaint couldn couple day days definitely did didn different difficult disappointed does doesn
doing don easily easy especially excellent fact far feel feels find fine for found gave get gets getting give given
gives goes going gone good got gotten gripe great guess guy had hard hasn having haven hope horrible isn issue item
just keep kept kind kinda know left let like liked literally little long look looking looks lot lots love make makes
making maybe mean mine minor model month months nbsp need needed needs negative new nice nt number ok okay old one
ones people person piece point poor positive pretty probably problem problems product products purchase purchased
put quite rate rather rating real really reason recommend review reviewer reviewers reviews said say says seem
seemed seems set shouldn simply small somewhat soon sort star stars start started stuff stupid suck sucks super sure
take takes taking tell terrible thing things think thought time times today told took totally tried try trying
turned two unit use used useful user uses using usually ve want wanted wants wasn way week weeks went weren wish won
wonderful word work worked working works worst worth wouldn wrong year years yesterday yes
一个 一下 不是 不能 东西 产品 什么 他们 但是 使用 可以 可是 因为 如果 就是 已经 很多 我们 所以 时候
有点 没有 然后 现在 知道 自己 觉得 购买 起来 还是 还有 这个 这样 这款 这种 那个 非常 感觉 真的 比较
的时
"""
_ENDINGS = (("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("ed", "ing"), ("es", ""), ("s", ""))
_CJK_FUNCTION = frozenset("的了是我你他她它们也都就和与或在有不很太又还这那吗呢吧啊把被给让对从到上下个一之")


def name_themes(
    texts: Sequence[str],
    number: np.ndarray,
    nearness: np.ndarray,
    *,
    across: Sequence[object] | None = None,
) -> list[str]:
    """A name for each group: up to three words, joined with " · "; "group 1" where no word is left. All names differ.

    Args:
        texts: n texts.
        number: shape (n,), the group of each, from 0.
        nearness: shape (n,), 0…1, how near each is to the middle of its group.
        across: n values; a word that merely goes with one of them names no group.
    """
    import numpy as np

    groups = int(number.max()) + 1
    read = _spread(number)
    words, counts, place = _counted([texts[i] for i in read])
    if not words:
        return [f"group {i + 1}" for i in range(groups)]
    number, nearness = number[read], nearness[read]
    values = [str(across[i]) for i in read] if across is not None else [""] * len(read)
    scores = _scores(counts, number, nearness, values, groups)
    rare = np.where(_common(counts, groups), 0, scores)
    named = [_name(g, _ranked(words, place, rare)) for g in range(groups)]
    # A group whose every word most texts have is named all the same.
    return [name or _name(g, _ranked(words, place, scores)) or f"group {g + 1}" for g, name in enumerate(named)]


def _ranked(words: Sequence[str], place: dict[int, float], scores: np.ndarray) -> list[tuple[int, str]]:
    """Each word with the one group that it names, the best first; of equal ones the one that texts say first."""
    own = scores.argmax(axis=0)
    best = sorted((-scores[own[w], w], place[w], word, own[w]) for w, word in enumerate(words) if scores[own[w], w])
    return [(group, word) for *_, word, group in best]


def _spread(number: np.ndarray) -> np.ndarray:
    """Positions of the texts that are read: all, or evenly many of a large frame."""
    import numpy as np

    return np.unique(np.linspace(0, len(number) - 1, min(len(number), MOST_TEXTS)).astype(int))


def _counted(texts: Sequence[str]) -> tuple[list[str], Any, dict[int, float]]:
    """The words of all texts; a sparse matrix (t, w), 1 where a text has the word; a word's usual place in a text.

    Forms of a word are one word, spelt as most texts spell it.
    """
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    tokens = [_tokens(text) for text in texts]
    forms = Counter(token for text in tokens for token in set(text))
    usual: dict[str, str] = {}
    for form in sorted(forms, key=lambda f: (-forms[f], f)):
        usual.setdefault(_stem(form, forms), form)
    if not usual:
        return [], None, {}
    spelt = {form: usual[_stem(form, forms)] for form in forms}
    counter = CountVectorizer(analyzer=lambda text: [spelt[token] for token in text], binary=True)
    counts = counter.fit_transform(tokens).astype(float)
    places: dict[int, list[int]] = {}
    for text in tokens:
        for place, token in enumerate(text):
            places.setdefault(counter.vocabulary_[spelt[token]], []).append(place)
    return list(counter.get_feature_names_out()), counts, {w: float(np.mean(sorted(p))) for w, p in places.items()}


def _tokens(text: str) -> list[str]:
    """The words that can name a theme; of Chinese and Japanese, pairs of characters."""
    text = text.casefold().replace("’", "'")
    words = (word.removesuffix("'s") for word in _WORD.findall(_CJK.sub(" ", text)))
    stop = _stop_words()
    found = [w for w in words if sum(map(str.isalpha, w)) > 1 and "'" not in w and w not in stop]
    for run in _CJK.findall(text):
        pairs = (run[i : i + 2] for i in range(len(run) - 1))
        found += [pair for pair in pairs if pair not in stop and not _CJK_FUNCTION & set(pair)]
    return found


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS).union(_GENERIC.split())


def _stem(form: str, known: Container[str]) -> str:
    """The form without an ending, where that occurs too: "buttons" is "button" if there is a "button"."""
    for ending, instead in _ENDINGS:
        short = form.removesuffix(ending)
        if short != form and len(short) > 2 and short + instead in known:
            return _stem(short + instead, known)
    return form


def _scores(counts: Any, number: np.ndarray, nearness: np.ndarray, values: Sequence[str], groups: int) -> np.ndarray:
    """How well each word tells each group, (groups, w): its share × log(share / share expected of its values)."""
    import numpy as np
    from scipy.sparse import csr_array

    _, of = np.unique(values, return_inverse=True)
    value = csr_array((np.ones(len(of)), (np.arange(len(of)), of)))  # (t, v)
    member = np.eye(groups)[number]  # (t, groups)
    inside = (counts.T @ member).T  # (groups, w) texts of the group with the word
    if groups == 1:
        return np.asarray(inside)
    size = member.sum(axis=0).clip(1)[:, None]  # (groups, 1)
    rate = (value / value.sum(axis=0)).T @ counts  # (v, w)
    expected = (value.T @ member).T / size @ rate  # (groups, w)
    near = member * (nearness[:, None] + 1e-6)
    share = ((counts.T @ near).T + expected) / (near.sum(axis=0)[:, None] + 1)  # one text more, as expected by chance
    scores = share * np.log(np.where(share > 0, share, 1) / np.where(expected > 0, expected, 1))
    least = np.where(size > 3, 2, 1)  # one text makes no theme
    return np.round(np.where(inside >= least, scores.clip(0), 0), 9)


def _common(counts: Any, groups: int) -> np.ndarray:
    """True for words that most texts have, (w,)."""
    import numpy as np

    share = np.asarray(counts.mean(axis=0)).ravel()
    return share > 0.5 if groups > 1 and counts.shape[0] > 3 else np.zeros_like(share, dtype=bool)


def _name(group: int, ranked: Iterable[tuple[int, str]]) -> str:
    chosen: list[str] = []
    for of, word in ranked:
        if of == group and len(chosen) < WORDS and not any(_overlap(word, other) for other in chosen):
            chosen.append(word)
    return " · ".join(chosen)


def _overlap(word: str, other: str) -> bool:
    """Pairs of characters that share one are pieces of one word; so are "headphone" and "phone"."""
    if _CJK.match(word) and _CJK.match(other):
        return bool(set(word) & set(other))
    short, long = sorted((word, other), key=len)
    return long.startswith(short) or long.endswith(short)
