"""Names for groups of texts, by a class-based TF-IDF (Grootendorst 2022, https://arxiv.org/abs/2203.05794)."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.preprocessing import OneHotEncoder, normalize

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]+")
PARTICLES = set("的了是我你他她它们也都就和与或在有不很太又还这那吗呢吧啊把被给让对从到上下个一之")
NO_THEME = """
able actually amazing annoying awful away awesome bad best better big bit bought buy came case cases cause come comes
coming complaint couldn couple day days definitely did didn different difficult disappointed does doesn doing don
easily easy especially excellent fact far feel feels fine gave gets getting given gives goes going gone good got
gotten gripe great guess guy hard hasn having haven hope horrible isn issue item just kept kind kinda know left let
like liked literally little long look looking looks lot lots love make makes making maybe mean minor model month
months nbsp need needed needs negative new nice nt number ok okay old ones people person piece point poor positive
pretty probably problem problems product products purchase purchased quite rate rating real really reason recommend
review reviewer reviewers reviews said say says set shouldn simply small somewhat soon sort star stars start started
stuff stupid suck sucks super sure takes taking tell terrible thing things think thought time times today told took
totally tried try trying turned unit use used useful user uses using usually ve want wanted wants wasn way week weeks
went weren wish won wonderful word work worked working works worst worth wouldn wrong year years yesterday yes 一个
一下 不是 不能 东西 产品 什么 他们 但是 使用 可以 可是 因为 如果 就是 已经 很多 我们 所以 时候 有点 没有 然后 现在
知道 自己 觉得 购买 起来 还是 还有 这个 这样 这款 这种 那个 非常 感觉 真的 比较 的时
"""
STOP_WORDS = ENGLISH_STOP_WORDS.union(NO_THEME.split())
ENDINGS = [("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("ed", "ing"), ("es", ""), ("s", "")]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1, rounded, so that a sum in another order gives the same bytes."""
    return normalize(vectors.astype("float64", order="C")).round(5).astype("float32") + np.float32(0)  # type: ignore[no-any-return]


def k_means(points: np.ndarray, weight: np.ndarray, count: int, seed: int) -> KMeans:
    """The best of several k-means, each from the points that lie farthest in directions of its own."""
    size = (max(10, min(100, 20_000 // len(points))), count, points.shape[1])
    directions = np.random.default_rng(seed).normal(size=size)
    starts = (points[(points @ one.T).argmax(axis=0)] for one in directions)
    found = [KMeans(count, init=start, n_init=1).fit(points, sample_weight=weight) for start in starts]
    return min(found, key=lambda model: model.inertia_)


def words_of(text: str) -> list[str]:
    """The words that can name a group; of Chinese and Japanese, pairs of characters."""
    text = text.casefold().replace("’", "'")
    words = [word.removesuffix("'s") for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*", CJK.sub(" ", text))]
    pairs = [run[i : i + 2] for run in CJK.findall(text) for i in range(len(run) - 1)]
    words += [pair for pair in pairs if not PARTICLES & set(pair)]
    return [w for w in words if w not in STOP_WORDS and sum(map(str.isalpha, w)) > 1 and "'" not in w]


def stem(word: str, known: Counter[str]) -> str:
    """The word without an ending, where that occurs too: "buttons" is "button" if there is a "button"."""
    for ending, instead in ENDINGS:
        short = word.removesuffix(ending)
        if short != word and len(short) > 2 and short + instead in known:
            return stem(short + instead, known)
    return word


def name_groups(texts: Any, group: np.ndarray, nearness: np.ndarray, across: Any) -> list[str]:
    """Up to three words for each group that are said in it more than `across` tells, nearest texts first."""
    read = np.unique(np.linspace(0, len(group) - 1, min(len(group), 20_000)).astype(int))
    names = [f"group {g + 1}" for g in range(group.max() + 1)]
    group, nearness, across = group[read], nearness[read], np.asarray(across)[read, None]
    said = [words_of(text) for text in np.asarray(texts)[read]]
    known = Counter(word for words in said for word in set(words))
    often = sorted(known, key=lambda word: (-known[word], word))
    usual = {stem(word, known): word for word in reversed(often)}  # forms of a word are spelt as most texts spell it
    if not usual:
        return names
    said = [[usual[stem(word, known)] for word in words] for words in said]
    counter = CountVectorizer(analyzer=list, binary=True)
    counts = counter.fit_transform(said).astype(float).T  # (words, texts)
    places = pd.Series([i for words in said for i in range(len(words))]).groupby([w for words in said for w in words])
    member, value = np.eye(len(names))[group], OneHotEncoder().fit_transform(across)  # (texts, groups), (texts, values)
    inside, size = counts @ member, member.sum(0).clip(1)  # (words, groups), (groups,)
    expected = counts @ value.multiply(1 / value.sum(0)) @ (value.T @ member) / size
    near = member * (nearness[:, None] + 1e-6)
    share = (counts @ near + expected) / (near.sum(0) + 1)
    scores = share * np.log(np.where(share > 0, share, 1) / np.where(expected > 0, expected, 1))
    scores = np.where(inside >= np.where(size > 3, 2, 1), scores.clip(0), 0).round(9) if len(names) > 1 else inside
    common = counts.mean(1) > (0.5 if len(names) > 1 and len(said) > 3 else 1)  # said in most texts
    for kept in (scores, np.where(np.reshape(common, (-1, 1)), 0, scores)):
        chosen: list[list[str]] = [[] for _ in names]
        ranked = zip(-kept.max(1), places.mean(), counter.get_feature_names_out(), kept.argmax(1), strict=True)
        for score, _, word, g in sorted(ranked):
            if score and len(chosen[g]) < 3 and not any(overlap(word, other) for other in chosen[g]):
                chosen[g].append(word)
        names = [" · ".join(words) or name for words, name in zip(chosen, names, strict=True)]
    return names


def overlap(word: str, other: str) -> bool:
    """Pairs of characters that share one are pieces of one word; so are "headphone" and "phone"."""
    if CJK.match(word) and CJK.match(other):
        return bool(set(word) & set(other))
    return word.startswith(other) or word.endswith(other) or other.startswith(word) or other.endswith(word)
