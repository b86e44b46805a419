"""Which rows a trial runs on: varied ones, yet each as likely as any other, so that shares are those of the column."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence

from ..language import detect_languages

MOST_LOOKED_AT = 20  # rows whose language and length are looked at, for each that is wanted
_FIRST = 2_000  # that many in any case


def varied_rows(
    subjects: Sequence[object], rows: int, *, strata: Sequence[Sequence[object]] = (), seed: int = 0
) -> list[int]:
    """Positions of `rows` rows in random order; the same for the same seed.

    Empty rows and repetitions are left out. The others are put in order by stratum, language and length, and every
    n-th is taken from a random start (systematic sampling: Cochran 1977, Sampling Techniques, chapter 8): each has its
    share of the trial, and any row the same chance, which farthest-point picks would not give.

    Args:
        subjects: what the step works on, one a row.
        strata: further columns, the most important first, such as labels and groups.
    """
    draw = random.Random(seed)  # noqa: S311  a reproducible order, no secret
    pool = _different(subjects)
    if len(pool) > (most := max(_FIRST, MOST_LOOKED_AT * rows)):
        pool = draw.sample(pool, most)
    draw.shuffle(pool)
    if len(pool) <= rows:
        return pool
    languages = _languages(subjects, pool)
    pool.sort(key=lambda i: (*(str(s[i]) for s in strata), languages.get(i, ""), _length(subjects[i])))
    step, start = len(pool) / rows, draw.random()
    taken = [pool[int((k + start) * step)] for k in range(rows)]
    draw.shuffle(taken)  # the first quarter is looked at first, and has to be as varied
    return taken


def _different(subjects: Sequence[object]) -> list[int]:
    seen: set[object] = set()
    found = []
    for i, value in enumerate(subjects):
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        key = " ".join(value.split()).casefold() if isinstance(value, str) else value
        if isinstance(key, Hashable):
            try:
                if key in seen:
                    continue
                seen.add(key)
            except TypeError:  # a tuple of lists calls itself hashable
                pass
        found.append(i)
    return found


def _languages(subjects: Sequence[object], pool: Sequence[int]) -> dict[int, str]:
    texts = {i: value for i in pool if isinstance(value := subjects[i], str)}
    found = detect_languages(list(texts.values()))
    return {i: labels[0].label for i, labels in zip(texts, found, strict=True) if labels}


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0
