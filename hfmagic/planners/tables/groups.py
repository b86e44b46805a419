"""The columns by which a clause groups ("per product", "每个产品"), and the number that it measures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...kinds import MEDIA, Kind
from ..clauses import ASIDE, Clause
from ..draft import Draft, Table, Thing
from ..makers import IMPLIED, implied
from ..mentions import Words, is_han, leading, phrase, singular
from ..subjects import Noun, is_rows, no_column
from ..words import CONCEPTS
from .measures import bucket_of, length_of, time_for, unit_at

_MARK = re.compile(
    r"\b(?:per|(?:grouped |broken down |split )?by|for (?:each|every|all)|in (?:each|every)|of each"
    r"|(?:across|within|over|among)(?: all| each| every| the)?|each|every|versus|vs)\b"
    r"|(?=\b(?:monthly|yearly|annual|weekly|daily|hourly)\b)"
    r"|前\s*(?:\d{1,4}|[一二两三四五六七八九十]{1,3})\s*[个名家款位种类](?=[\u3400-\u9fff])"
    r"|按照?|根据|每一?[个类种组]?|各[个类种组]?|不同",
    re.IGNORECASE,
)
_NAMES = re.compile(r"per\b|by\b|按|根据", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,|，|、|\band\b|\bby\b|和|与|及)\s*(?:by\b|per\b|按|每个?|各)?", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\s*(?:the\s+)?(?:number|counts?|how|amount|average|mean|total|similarity|closeness|frequency|size|it|them|hand|using"
    r"|itself|one|time|most|row|\d|$)|\s*(?:平均|总|最|数量|个数|条数|比例|频率|行|条|与|和)",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"\s*(?:the\s+)?(?:categor(?:y|ies)|class(?:es)?|labels?|groups?|types?)\b"
    r"|[类种组]?(?:有|多少|的数|数)",
    re.I,
)
_LENGTH = re.compile(
    r"\blengths?\b|\bhow long\b|(?P<words>\b(?:word counts?|number of words|how many words)\b|词数)|长度|字数",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"\s*(?:the\s+|each\s+|every\s+)?(?P<word>\w+?)"
    r"(?=统计|[升降倒]序|画|计|排|分组|汇总|看|列|绘|作|进行|有|的|平均|[\s,，?？.。\ue000-\uebff]|$)"
)


def find_groups(draft: Draft, clause: Clause, table: Table) -> list[Thing]:
    """The columns that "per X", "by X and Y", "每个X" name, those taken for granted made; UnknownColumn for others."""
    found: list[Thing] = []
    for match in _MARK.finditer(_without_names(clause.text, table)):
        tail = clause.text[match.end() :]
        thing = named_group(draft, clause, table, tail)
        if thing is None:
            _check(draft, table, tail, sure=bool(_NAMES.match(match[0])))
        while thing is not None:
            if thing not in found and (thing.derived or thing.kind not in (Kind.TEXT, *MEDIA)):
                found.append(thing)
            more = _AND.search(tail)
            tail = tail[more.end() :] if more and more.start() < 40 else ""
            thing = named_group(draft, clause, table, tail) if tail else None
    return found


def _without_names(text: str, table: Table) -> str:
    """The text as long as before, with names such as "miles per gallon" blank: what they hold is no mark."""
    for words in (phrase(t.name) for t in table.things):
        if _MARK.search(words):
            name = r"s?[\s_]+".join(re.escape(w) for w in words.split())
            text = re.sub(rf"\b{name}s?\b", lambda m: " " * len(m[0]), text, flags=re.IGNORECASE)
    return text


def named_group(draft: Draft, clause: Clause, table: Table, tail: str) -> Thing | None:
    """The column that a piece of text begins with; a concept that a step can make is made."""
    tail = ASIDE.sub(lambda m: clause.asides.get(m[0]), tail)
    unit = unit_at(tail)
    thing = leading(tail, [t for t in table.things if t.kind is not Kind.EMBEDDING])
    if unit and (thing is None or thing.is_date) and (date := time_for(clause.text, table.things)):
        return bucket_of(date, unit)
    if thing is not None:
        return thing
    if leading(tail, [Noun("date", "date")]) and (date := time_for(clause.text, table.things)):
        return date
    if _CLASS.match(tail) and (made := [t for t in table.things if t.kind is Kind.LABELS and t.derived]):
        return made[-1]
    noun = leading(tail, [Noun(n, n) for n in IMPLIED])
    if noun is None:
        return None
    needed = Kind.IMAGE if noun.name == "label" else Kind.TEXT
    return implied(draft, table, noun.name) if any(t.kind is needed for t in table.things) else None


def _check(draft: Draft, table: Table, tail: str, *, sure: bool) -> None:
    """UnknownColumn when the words after a mark can only be meant as a column."""
    match = _WORD.match(tail)
    if _NO_NAME.match(tail) or not match or is_rows(match["word"], table):
        return
    word = match["word"]
    noun = leading(tail, [Noun(n, n) for n in CONCEPTS])
    if noun and is_rows(noun.name, table):
        return
    if sure or noun:
        no_column(draft, (noun.name if noun and is_han(word) else word)[:60])


def find_number(
    draft: Draft, clause: Clause, table: Table, tail: str, by: Sequence[Thing], *, must: bool
) -> Thing | None:
    """The number column that `tail` begins with, else one that the clause names, else the only one.

    Raises: UnknownColumn where one `must` be there and none can be meant.
    """
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and t not in by]
    words = Words(clause.text)
    tail = re.sub(r"^\s*(?:of|the|的)\s*", "", ASIDE.sub(lambda m: clause.asides.get(m[0]), tail))
    named = sorted(numbers, key=lambda t: -words.score(t, clause.names))
    if thing := leading(tail, numbers):
        return thing
    if named and words.score(named[0], clause.names) >= 2:
        return named[0]
    texts = [t for t in table.things if t.kind is Kind.TEXT]
    if (size := _LENGTH.search(clause.text)) and texts:
        return length_of(
            next((t for t in texts if words.score(t) >= 2), texts[0]), "words" if size["words"] else "characters"
        )
    if not must:
        return None
    word = re.match(r"\s*(\w+)", tail)
    if word and len(part := [t for t in numbers if singular(word[1].lower()) in phrase(t.name).split()]) == 1:
        draft.note("column", part[0].name)
        return part[0]
    likely = [t for t in numbers if not t.loose and not t.is_id]
    if len(likely) == 1 and (word is None or leading(tail, [Noun("score", "score"), Noun("rating", "rating")])):
        draft.note("column", likely[0].name)
        return likely[0]
    return no_column(draft, word[1] if word else clause.words())
