"""Which intent the words of a clause have. Knows no column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from . import chinese, english, media_words, text_words

_TABLES = ("chart", "template", "similarity", "aggregate")
_MAKERS = ("speak", "transcribe", "title", "summarize", "language", "cluster", "embed", "sentiment", "about")
_VAGUE = ("sort-into", "see", "label", "sort", "filter", "show")


@dataclass(frozen=True)
class Cue:
    """A pattern that means an intent; `task` is the Hub task of one that is `unsupported`."""

    intent: str
    pattern: re.Pattern[str]
    task: str = ""


def _pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def _leading() -> Iterable[Cue]:
    for table, fill in ((english.LEADING, english.FILL), (chinese.LEADING, chinese.FILL)):
        for intent, alternatives in table.items():
            pattern = _pattern([f"{fill}(?:{a})" for a in alternatives])
            yield Cue(intent, pattern) if intent else Cue("unsupported", pattern)


def _cues() -> Iterable[Cue]:
    for task, words in media_words.UNSUPPORTED.items():
        yield Cue("unsupported", _pattern(words), task)
    for intent, alternatives in (*text_words.FIRST.items(), *media_words.FIRST.items()):
        yield Cue(intent, _pattern(alternatives))
    yield from _leading()
    yield Cue("generate", _pattern(chinese.CUES["generate"]))
    for intent, alternatives in (*text_words.CUES.items(), *media_words.CUES.items()):
        yield Cue(intent, _pattern(alternatives))
    for task in english.UNSUPPORTED:
        yield Cue("unsupported", _pattern(_both(english.UNSUPPORTED, chinese.UNSUPPORTED, task)), task)
    for intent in (*_TABLES, *_MAKERS, *_VAGUE):
        yield Cue(intent, _pattern(_both(english.CUES, chinese.CUES, intent)))


def _both(en: Mapping[str, tuple[str, ...]], zh: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
    return *en[key], *zh.get(key, ())


CUES: tuple[Cue, ...] = tuple(_cues())
"""In order: the first that a clause holds is taken. A verb that begins it decides before a noun inside."""

_START = re.compile(rf"{english.FILL}(?:{english.VERBS})\b", re.IGNORECASE)
_NOUN = re.compile(f"{english.NOUNS}|{chinese.NOUNS}", re.IGNORECASE)
_CONSUMES = re.compile(f"{english.CONSUMES}|{chinese.CONSUMES}", re.IGNORECASE)
_VERB = re.compile(chinese.VERBS)
_LISTED = re.compile(english.LISTS, re.IGNORECASE)
_LIST = re.compile(chinese.LISTS)
_FOR = re.compile(r"^\W*(?:for|among|within|of|in)\b|^\W*(?:对|对于|针对|在)", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")


def cues_in(text: str) -> Iterable[Cue]:
    """The cues that a text holds, in order of precedence."""
    return (cue for cue in CUES if cue.pattern.search(text))


def is_task(text: str, *, skip: Collection[str] = ()) -> bool:
    """True when a piece of a request asks for something."""
    return any(cue.intent not in skip for cue in cues_in(text))


def starts(before: str, mark: str, after: str) -> bool:
    """True when a new clause begins after the mark (a comma, "and") between two pieces."""
    head = re.split(r"[,，]| or | and ", after, maxsplit=1)[0].strip()
    if _FOR.match(before) and not is_task(before, skip=("filter", "sort")):
        return False  # "for tickets where priority is high, decide …": which rows, not what to do
    if _START.search(after):
        return not (_LISTED.search(before) and re.fullmatch(r"\w+", head) and not is_task(head, skip=_VAGUE))
    if _NOUN.search(after):
        return not _CONSUMES.search(before) and is_task(before)
    listed = _LIST.search(before) and not re.search(r"[,，再并]|同时|然后", mark)
    return bool(_HAN.search(head) and _VERB.search(head)) and not listed and is_task(head)
