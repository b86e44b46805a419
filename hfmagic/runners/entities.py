"""What a text names: spans of it with a label, whole words, by token classifiers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..kinds import Span
from ..models import Loaded
from .encoded import fast
from .runner import Runner, token_counts
from .text import max_tokens
from .windows import Piece, Pieces, cut, pieces, runs

_SCHEME = re.compile(r"(?P<at>[BIESLUM])[-_](?P<name>.+)")  # of BIO, BIOES, BILOU, BMES
_BEGINS, _ENDS = frozenset("BSU"), frozenset("ESLU")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # written without spaces: each character for itself

Token = tuple[int, int]
"""Start and end in characters of the text."""


@dataclass(frozen=True)
class Word:
    """A word with the label of its first token: models are trained on that one (transformers, run_ner)."""

    start: int
    end: int
    label: str
    score: float


def find_entities(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[tuple[Span, ...]]:
    """The spans of each text that have a label other than O; `score` is the mean of their words'.

    A long text is read in overlapping windows; a token counts in the window where it stands farthest from the ends.
    """
    windows = cut(loaded, texts)
    labels = loaded.model.config.id2label
    seen: list[dict[Token, tuple[int, str, float]]] = [{} for _ in texts]
    for first, output in windows.runs(loaded):
        scores, ids = output.logits.float().softmax(-1).max(-1)  # (windows, tokens)
        for j, (window_scores, window_ids) in enumerate(zip(scores.tolist(), ids.tolist(), strict=True)):
            i = first + j
            own = [k for k, is_own in enumerate(windows.own[i]) if is_own]
            found = seen[windows.rows[i]]
            here: set[Token] = set()  # pieces of one character stand at one place: the first counts
            for k in own:
                place, margin = windows.offsets[i][k], min(k - own[0], own[-1] - k)
                if place[0] < place[1] and place not in here and margin >= found.get(place, (-1,))[0]:
                    found[place] = (margin, str(labels[window_ids[k]]), window_scores[k])
                here.add(place)
    names = {str(name) for name in labels.values()}
    return [_found(text, found, names) for text, found in zip(texts, seen, strict=True)]


def _found(text: str, tokens: Mapping[Token, tuple[int, str, float]], names: Collection[str]) -> tuple[Span, ...]:
    """The spans of a text, with what stands there."""
    return tuple(replace(span, text=text[span.start : span.end]) for span in _spans(_words(text, tokens), names))


def _words(text: str, tokens: Mapping[Token, tuple[int, str, float]]) -> list[Word]:
    """Tokens as whole words of the text."""
    words: list[Word] = []
    for (start, end), (_, label, score) in sorted(tokens.items()):
        while start < end and text[start].isspace():  # a token of sentencepiece or GPT-2 begins with its space
            start += 1
        if start == end:
            continue
        if words and words[-1].end >= start > 0 and _inside(text, start):
            last = words[-1]
            words[-1] = Word(last.start, max(end, last.end), last.label, last.score)
        else:
            words.append(Word(start, end, label, score))
    return words


def _inside(text: str, at: int) -> bool:
    """True within a word: letters or digits on both sides, of a script that has spaces."""
    before, after = text[at - 1], text[at]
    return before.isalnum() and after.isalnum() and not _CJK.match(before) and not _CJK.match(after)


def _spans(words: Sequence[Word], names: Collection[str]) -> tuple[Span, ...]:
    """Words as spans: I and its like go on with the span before, and so do neighbours of one label without a scheme."""
    has_scheme = any(_SCHEME.fullmatch(name) for name in names) and "O" in names
    spans: list[Span] = []
    scores: list[float] = []
    is_open = False
    for word in words:
        parts = _SCHEME.fullmatch(word.label) if has_scheme else None
        at, label = (parts["at"], parts["name"]) if parts else ("", word.label)
        if label == "O":
            is_open = False
            continue
        if is_open and at not in _BEGINS and label == spans[-1].label:
            scores.append(word.score)
            spans[-1] = Span(label, sum(scores) / len(scores), spans[-1].start, word.end)
        else:
            scores = [word.score]
            spans.append(Span(label, word.score, word.start, word.end))
        is_open = at not in _ENDS
    return tuple(spans)


def _cost(loaded: Loaded, texts: Sequence[str]) -> list[int]:
    """Tokens of each text, as many as go through the model at once: what is longer is read in windows."""
    return [min(count, max_tokens(loaded)) for count in token_counts(loaded, texts)]


def _ready(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Pieces]:
    return pieces(loaded, texts)


def _entities_encoded(
    loaded: Loaded, encoded: Sequence[Pieces], parameters: Mapping[str, Any]
) -> list[tuple[Span, ...]]:
    import numpy as np

    windows = [window for item in encoded for window in item.windows]
    names = {int(i): str(name) for i, name in loaded.model.config.id2label.items()}
    is_named = np.array([names.get(i) != "O" for i in range(max(names) + 1)])
    seen: list[Any] = [None] * len(windows)  # scores and ids of the own tokens
    for part, output in runs(loaded, windows):
        scores, ids = (found.cpu().numpy() for found in output.logits.float().softmax(-1).max(-1))  # (windows, tokens)
        for j, i in enumerate(part):
            own = windows[i].own
            seen[i] = scores[j, own], ids[j, own]
    results, end, every = [], 0, set(names.values())
    for item in encoded:
        first, end = end, end + len(item.windows)
        some = any(is_named[ids].any() for _, ids in seen[first:end])
        tokens = _joined(item.windows, seen[first:end], names) if some else {}
        results.append(_found(item.text, tokens, every) if some else ())
    return results


def _joined(windows: Sequence[Piece], seen: Sequence[Any], names: Mapping[int, str]) -> dict[Token, Any]:
    """The tokens of a text by their place, each as the window says in which it stands farthest from the ends."""
    found: dict[Token, tuple[int, str, float]] = {}
    for window, (scores, ids) in zip(windows, seen, strict=True):
        here: set[Token] = set()  # pieces of one character stand at one place: the first counts
        last = len(ids) - 1
        for k, (place, label, score) in enumerate(
            zip(window.found.offsets[window.own], ids.tolist(), scores.tolist(), strict=True)
        ):
            margin = min(k, last - k)
            if place[0] < place[1] and place not in here and margin >= found.get(place, (-1,))[0]:
                found[place] = (margin, names[label], score)
            here.add(place)
    return found


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "token-classification": (
        Runner(
            find_entities,
            "AutoModelForTokenClassification",
            cost=_cost,
            **fast(find_entities, _ready, _entities_encoded, 2048),
        ),
    ),
}
