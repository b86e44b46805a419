"""Human-rated snippets: the ground truth of Hutto and Gilbert, ICWSM 2014, as the vaderSentiment archive ships it.

Each snippet has the mean of twenty people's ratings, from -4 (very negative) to 4 (very positive). The Amazon reviews
are never trained on: what is said about them is about rows that the models have not seen.
"""

from __future__ import annotations

import html
import random
import tarfile
from dataclasses import dataclass
from pathlib import Path

_FOLDER = "hutto_ICWSM_2014"
_TRAINED = ("movieReviewSnippets", "tweets", "nytEditorialSnippets")
_UNSEEN = "amazonReviewSnippets"
_CLEAR = 0.5  # a mean rating nearer to 0 is neither positive nor negative
_HELD_OUT = 0.1  # share of the snippets that are measured on, not trained on


@dataclass(frozen=True)
class Snippet:
    """A text and whether its raters found it positive."""

    text: str
    positive: bool


@dataclass(frozen=True)
class Snippets:
    """Snippets to train on, held-out ones of the same kinds, and the Amazon reviews; each in a fixed random order."""

    train: tuple[Snippet, ...]
    held_out: tuple[Snippet, ...]
    amazon: tuple[Snippet, ...]


def read_snippets(archive: Path) -> Snippets:
    """Read and split `hutto_ICWSM_2014.tar.gz`; the same archive always gives the same split."""
    with tarfile.open(archive) as tar:
        known = [snippet for name in _TRAINED for snippet in _read(tar, name)]
        amazon = _read(tar, _UNSEEN)
    random.Random(0).shuffle(known)  # noqa: S311 - a reproducible order, no secret
    held = round(_HELD_OUT * len(known))
    # The same sentence may have been collected twice: what is held out must be new.
    seen = {snippet.text for snippet in known[:held]} | {snippet.text for snippet in amazon}
    train = tuple(snippet for snippet in known[held:] if snippet.text not in seen)
    return Snippets(train, tuple(known[:held]), tuple(amazon))


def _read(tar: tarfile.TarFile, name: str) -> list[Snippet]:
    file = tar.extractfile(f"{_FOLDER}/{name}_GroundTruth.txt")
    if file is None:
        raise ValueError(f"{name} is no file")
    rows = (line.split("\t", 2) for line in file.read().decode("latin-1").splitlines())
    rated = ((html.unescape(row[2]).strip(), float(row[1])) for row in rows if len(row) == 3)
    return [Snippet(text, rating > 0) for text, rating in rated if abs(rating) > _CLEAR]
