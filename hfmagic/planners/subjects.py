"""What a clause works on: the thing that it names, the newest that fits, or the only one there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from ..errors import AmbiguousColumn, NoTaskFits, UnknownColumn, UnknownVariable, clip, did_you_mean
from ..kinds import MEDIA, Kind
from .clauses import NAME, QUOTE, Clause
from .draft import Draft, Table, Thing
from .mentions import Words, concept, leading, phrase, same
from .words import ROW_CONCEPTS, word_set

_PRONOUN = re.compile(
    r"\b(?:it|them|they|this|those|these|that|the results?|each|the output)\b|它们?|结果|其", re.IGNORECASE
)
REST = re.compile(
    r"\b(?:the (?:rest|others|remaining)|(?:all )?other ones|the other (?:ones|reviews|rows))\b|其余|剩下|其他的",
    re.IGNORECASE,
)
"""The rows that the step before left out."""
_OWN = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_COLUMN = (
    re.compile(rf"([^\W\d]\w*|{NAME}|{QUOTE})\s+(?:column|field)\b", re.IGNORECASE),
    re.compile(rf"\b(?:column|field)\s+([^\W\d]\w*|{NAME}|{QUOTE})", re.IGNORECASE),
    re.compile(rf"([A-Za-z_]\w*|{NAME}|{QUOTE}|[\u3400-\u9fff]{{1,8}}?)\s*(?:这一?)?(?:(?<!排)列(?![出表举])|字段)"),
)
_VALUE = re.compile(
    rf"(?:==?|!=|\bis|\bnot|\bcontains?|\bmentions?|\bmentioning|\bas|\binto|\bcalled|\bnamed|是|为|含|到)\s*{NAME}"
)
_NOT_NAMES = word_set(
    "the a an each every that this which one other same last first new text audio image number label per by where and "
    "or of in with for is are called named rows to as into from on not column columns"
)
_GROUPED = re.compile(r"(?:\b(?:per|by|in each)|按)\s*$", re.IGNORECASE)
_BY_GROUP = re.compile(r"\b(?:per|by|for each|in each)\s+(?:the\s+)?\w+|按照?[\u3400-\u9fff]{1,3}", re.IGNORECASE)
_RESULT = re.compile(r"\b(?:into|as)\s+(?:an?\s+)?\w+", re.IGNORECASE)
_TEXTS = word_set("review ticket message email article note question")
_DO = {
    Kind.TEXT: "with text: label, sort, compare, embed, group, summarize, title, write",
    Kind.AUDIO: "with audio: transcribe",
    Kind.IMAGE: "with images: label what they show",
    Kind.TABLE: "with a table: filter, count, average, sort, chart",
}


@dataclass(frozen=True)
class Noun:
    """A name to look for that is no column: a frame's, or a concept's."""

    name: str
    concept: str


def frame_name(name: str) -> Noun:
    """The name of a frame, to look for."""
    return Noun(name, concept(name))


def can_do(draft: Draft) -> str:
    """What hfmagic can do with the inputs, as a hint: text before sound before pictures before tables."""
    kinds = {t.kind for table in draft.tables for t in table.things} | {t.kind for t in draft.values}
    if draft.tables:
        kinds.add(Kind.TABLE)
    return next((words for kind, words in _DO.items() if kind in kinds), _DO[Kind.TEXT])


def find_table(draft: Draft, clause: Clause) -> Table:
    """The table that a clause is about: the newest with the rows that it names, else with the rows last worked on.

    Raises: NoTaskFits without any; AmbiguousColumn when several would do.
    """
    rows = draft.rows
    if not rows:
        raise NoTaskFits(f"{clause.words()!r} needs a table of rows, and there is none.", hint=can_do(draft))
    words = Words(clause.text)
    named = [t for t in rows if words.score(frame_name(t.root), clause.names) >= 2]
    last = draft.last_table
    if named or last:
        return named[0] if named and (last is None or last not in named) else last or named[0]
    scores = [max((words.score(t, clause.names) for t in table.things), default=0) for table in rows]
    best = [table for table, score in zip(rows, scores, strict=True) if score == max(scores)]
    if len(best) > 1:
        names = ", ".join(t.name for t in best[:8])
        raise AmbiguousColumn(f"{clause.words()!r} could be about {names}.", hint=f"name one, such as {best[0].name}")
    return best[0]


def has_kind(draft: Draft, clause: Clause, kind: Kind, noun: str) -> bool:
    """True when a clause is about a thing of a kind: it names one, or the noun, or there is no text to take instead."""
    things = readable(draft)
    those = [t for t in things if t.kind is kind]
    words = Words(clause.text)
    if not those:
        return False
    if noun in words.concepts or any(words.score(t, clause.names) >= 2 for t in those):
        return True
    roots = {t.root for t in draft.rows if words.score(frame_name(t.root), clause.names) >= 2}
    pool = [t for t in things if draft.root(t) in roots] or things
    return any(t.kind is kind for t in pool) and not any(t.kind is Kind.TEXT for t in pool)


def readable(draft: Draft) -> list[Thing]:
    """Everything that a step can read, the newest table first; what a later table holds is not listed twice."""
    found: dict[tuple[str, str], Thing] = {}
    for table in draft.rows:
        for thing in table.things:
            if not thing.loose:
                found.setdefault((table.root, thing.name), thing)
    return [*found.values(), *draft.values]


def find(draft: Draft, clause: Clause, kind: Kind, *, any_kind: bool = False, only_text: bool = False) -> Thing | None:
    """The thing of a kind that a clause works on; None when there is none of the kind.

    Args:
        any_kind: labels and numbers do as text when they are named.
        only_text: a category is no text, even where it is named.

    Raises: AmbiguousColumn lists the several that would do; UnknownColumn for a named one that is not there.
    """
    things = readable(draft)
    stand_ins = {None, Kind.LABELS, Kind.NUMBER} if any_kind else {None, Kind.LABELS}
    # a column of no known kind may be a text, but holds no picture, sound or video: those are told by their files
    also = stand_ins if kind is Kind.TEXT else set() if kind in MEDIA else {None}
    named = [t for t in explicit(draft, clause, things) if t.kind is kind or t.kind in also]
    if named:
        return named[0]
    words = Words(clause.text)
    exact = [t for t in things if t.kind is kind]
    strings = [t for t in things if t.kind in also and t.frame and not t.derived]
    if not exact and kind is Kind.TEXT and _media(draft, clause, things) and not _names(clause, strings, words):
        return None
    if not exact:
        return _stand_in(draft, clause, strings, words)
    if kind is Kind.TEXT and (other := _media(draft, clause, things)):
        made = [t for t in exact if t.step and t.base == other.base]
        return made[-1] if made else None
    if any_kind and (named := [t for t in strings if words.score(t, clause.names) >= 2]):
        return named[0]
    if strings and kind is Kind.TEXT and not only_text and (thing := _string(draft, clause, exact, strings, words)):
        return thing
    return _choose(draft, clause, exact, words)


def _names(clause: Clause, things: Sequence[Thing], words: Words) -> bool:
    """True when one of the things is named, and not as what rows are grouped by."""
    bare = Words(_BY_GROUP.sub(" ", clause.text))
    return any(min(words.score(t, clause.names), bare.score(t, clause.names)) >= 2 for t in things)


def _media(draft: Draft, clause: Clause, things: Sequence[Thing]) -> Thing | None:
    """The sound or picture that a clause names while it names no text."""
    words = Words(_RESULT.sub(" ", clause.text))
    roots = {t.root for t in draft.rows if words.score(frame_name(t.root), clause.names) >= 2}
    named = [t for t in things if words.score(t, clause.names) >= 2 or draft.root(t) in roots]
    media = [t for t in named if t.kind in MEDIA]
    return media[0] if media and not any(t.kind is Kind.TEXT and not t.step for t in named) else None


def _string(
    draft: Draft, clause: Clause, exact: Sequence[Thing], strings: Sequence[Thing], words: Words
) -> Thing | None:
    """A category column that is what the clause is about: named, no group, and no text named beside it."""
    roots = [t for t in draft.rows if words.score(frame_name(t.root), clause.names) >= 2]
    if roots or any(words.score(t, clause.names) >= 2 for t in exact) or words.concepts & _TEXTS:
        return None
    for match in re.finditer(r"[\w']+", clause.text):
        thing = leading(clause.text[match.start() :], strings)
        if thing and words.score(thing, clause.names) >= 3 and not _GROUPED.search(clause.text[: match.start()]):
            return thing
    return None


def _choose(draft: Draft, clause: Clause, exact: list[Thing], words: Words) -> Thing:
    scores = {t: words.score(t, clause.names) for t in exact}
    roots = {t.root for t in draft.rows if words.score(frame_name(t.root), clause.names) >= 2}
    inside = [t for t in exact if draft.root(t) in roots]
    top = max(scores.values())
    best = [t for t in exact if scores[t] == top]
    if top >= 2:
        narrow = [t for t in best if t in inside] or best
        return _one(draft, clause, [t for t in narrow if not t.derived] or narrow[-1:], told=top < 3)
    # a title is an end: what follows reads the text that it is of, unless "it" is said
    exact = [t for t in exact if not (t.step and REST.search(clause.text) and draft.is_partial(t.step))] or exact
    newest = [t for t in exact if t.step and (t.concept != "title" or _PRONOUN.search(clause.text))]
    if newest and not _OWN.search(clause.text) and (not roots or _PRONOUN.search(clause.text)):
        return max(newest, key=lambda t: draft.step_index(t.step))
    pool = inside or exact
    if not draft.steps and draft.previous and _PRONOUN.search(clause.text) and (made := [t for t in pool if t.derived]):
        return made[-1]
    pool = [t for t in pool if not t.derived] or pool[-1:]
    here = [t for t in pool if t.frame and draft.last_table and t.frame == draft.last_table.name]
    pool = here or pool
    return _one(draft, clause, [t for t in pool if top and scores[t] == top] or pool, told=True)


def _one(draft: Draft, clause: Clause, things: list[Thing], *, told: bool) -> Thing:
    if len(things) > 1:
        several = len({t.frame for t in things}) > 1
        listed = ", ".join(f"{t.frame}.{t.name}" if several and t.frame else t.name for t in things[:8])
        raise AmbiguousColumn(
            f"{clip(clause.words() or draft.said, 60)!r} could mean {len(things)} columns: {listed}.",
            hint=f"name one, such as `{things[0].name}`",
        )
    if told and things[0].frame and not things[0].step:
        draft.note("column", things[0].name)
    return things[0]


def _stand_in(draft: Draft, clause: Clause, strings: list[Thing], words: Words) -> Thing | None:
    """A column of unknown kind, or a category column that is named or the only string column."""
    unknown_kind = [t for t in strings if t.kind is None]
    named = [t for t in strings if words.score(t, clause.names) >= 2]
    pool = named or unknown_kind or [t for t in strings if t.kind is Kind.LABELS]
    return _one(draft, clause, pool, told=not named) if pool and (named or unknown_kind or len(pool) == 1) else None


def explicit(draft: Draft, clause: Clause, things: Sequence[Thing]) -> list[Thing]:
    """Things named as such: in backticks or braces, or as "the X column"; UnknownColumn when there is no such thing."""
    text = _VALUE.sub(" ", clause.text)
    exact = [clause.asides.get(mark) for mark in re.findall(NAME, text)]
    words = [match[1] for pattern in _COLUMN for match in pattern.finditer(text)]
    loose = [clause.asides.get(w) if "\ue000" <= w <= "\ue7ff" else w for w in words]
    wanted = [*exact, *(w for w in loose if w.lower() not in _NOT_NAMES)]
    found = [next((t for t in things if same(t.name, name)), None) for name in wanted]
    frames = {t.root for t in draft.tables}
    missing = [n for n, t in zip(wanted, found, strict=True) if t is None and not any(same(f, n) for f in frames)]
    meant = [t for n in missing if n not in exact and (t := leading(n, things))]
    if missing and not any(found) and not meant:
        no_column(draft, missing[0])
    return [t for t in found if t] or meant


def no_column(draft: Draft, name: str) -> NoReturn:
    """Raise UnknownColumn, or UnknownVariable where there is no frame."""
    if not draft.rows:
        names = [i.name for i in draft.inputs]
        raise UnknownVariable(
            f"no input is called {name!r}; there is {', '.join(names) or 'none'}.", hint=did_you_mean(name, names)
        )
    table = draft.last_table or draft.rows[-1]
    names = [t.name for t in table.things]
    hint = did_you_mean(name, names) or clip(f"it has {', '.join(names)}", 90)
    raise UnknownColumn(f"{table.root} has no column {name!r}.", hint=hint)


def is_category(words: str, thing: Thing, table: Table) -> bool:
    """True for a column of categories that words name, unless they name the frame itself."""
    return thing.kind is Kind.LABELS and phrase(words.split()[-1]) != phrase(table.root)


def is_rows(word: str, table: Table) -> bool:
    """True when a word means the rows of a table: "reviews", its name, its text column."""
    means = concept(word)
    return means in ROW_CONCEPTS or bool(leading(word, [frame_name(table.root)]))
