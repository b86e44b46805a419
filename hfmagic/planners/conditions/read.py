"""Conditions on rows: "only the negative ones", "where score > 0.9", "that mention 'battery'". Knows no step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...kinds import Kind
from ..clauses import QUOTE, Clause
from ..draft import Thing
from ..mentions import leading, phrase, same, trailing
from ..words import LANGUAGES, POLARITY, POLARITY_NOUNS, POLARITY_ZH, ROW_NOUNS, ROW_NOUNS_ZH, word_set
from .amounts import RATED, amounts, further, rating
from .condition import Condition, Op, merged, opposite
from .dates import dates
from .values import NO_VALUE, values_at

_OPS: tuple[tuple[Op, str], ...] = (
    (">=", r">=|≥|\bat least\b|\bno less than\b|不低于|不小于|不少于|至少|大于等于"),
    ("<=", r"<=|≤|\bat most\b|\bno more than\b|不高于|不大于|不超过|至多|最多|小于等于"),
    ("!=", r"!=|≠|<>|\bis not\b|\bisn't\b|\bnot equal to\b|不等于|不是"),
    (
        ">",
        r">|\b(?:over|above|exceed(?:s|ing)?|(?:more|greater|higher|bigger|larger|longer|older|heavier) than)\b"
        r"|大于|高于|超过|多于|长于",
    ),
    ("<", r"<|\b(?:under|below|(?:less|lower|smaller|fewer|shorter|younger|lighter) than)\b|小于|低于|少于|不到|短于"),
    ("==", r"==?|\bequals?(?: to)?\b|\bis exactly\b|\bis\b|等于|是|为"),
)
_COMPARE = re.compile("|".join(f"(?P<op{i}>{p})" for i, (_, p) in enumerate(_OPS)), re.IGNORECASE)
_UNITS = r"words?|characters?|tokens?|sentences?|times|groups?|themes?|clusters?|rows|lines|gb|mb|g\b|[字词句次组行个]"
_NUMBER = re.compile(rf"\s*(?P<number>-?[0-9]{{1,15}}(?:\.[0-9]{{1,10}})?)\s*(?P<unit>%|{_UNITS})?", re.IGNORECASE)
_NO_WORD = word_set(
    "each every all any one this that these those some other both its their per by of new "
    "different distinct unique several last next previous first same whole which what"
)
_EMPTY = re.compile(
    r"\s*(?:that |which |who )?(?:is|are)?(?P<nt>n't)?\s*(?P<not>not\s+)?(?:empty|missing|null|blank|nan)\b"
    r"|\s*(?P<nz>不)?(?:为空|缺失|是空的?)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:missing|empty|blank|null)\s+(?:values?\s+(?:in|for|of)\s+)?|\b(?:with no|without)\s+(?:an?\s+)?"
    r"|缺失?少?|没有|空白?的",
    re.IGNORECASE,
)
_AMOUNT = r"(-?[0-9]{1,15}(?:\.[0-9]{1,10})?)"
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_AMOUNT}\s+(?:and|to)\s+{_AMOUNT}|在?\s*{_AMOUNT}\s*(?:到|至|和|与|-|~|—)\s*{_AMOUNT}\s*之间",
    re.IGNORECASE,
)
_OF_COLUMN = re.compile(
    rf"\b(?:only|just|keep|drop|remove|exclude|with|many|count|of|for)\s+(?:the\s+)?(?:(?P<quote>{QUOTE})|(?P<word>[a-z][\w\-]*))\s+",
    re.IGNORECASE,
)
_PROPER = rf"{QUOTE}|[A-Z][\w\-]*(?:\s+[A-Z0-9][\w\-]*)*"
_HELD = re.compile(
    rf"\b(?i:only|just|keep|drop|remove|exclude|except)(?:\s+[a-z]+){{0,4}}?\s+(?P<en>{_PROPER})"
    rf"|(?:[只仅](?:看|要|保留|留|显示|选)|保留|去掉|排除|删除|剔除)\s*(?P<zh>{_PROPER})\s*(?:的.{{0,6}})?$"
)
_FIGURE = re.compile(rf"(?i:of|for|about|from|in|at)\s+(?i:the\s+)?(?P<en>{_PROPER})(?!\w)|(?P<zh>(?!))")
_NO_NAME = re.compile(
    rf"{'|'.join(LANGUAGES.values())}|(?:January|February|March|April|May|June|July|August|September|October|November|December|I)",
    re.IGNORECASE,
)
_DROP = re.compile(
    r"\b(?:drop|remove|exclude|discard|omit|ignore|except|other than|not (?:the )?(?:negative|positive|neutral))\b"
    r"|去掉|去除|排除|剔除|删除|除了|不要|忽略",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(?:where|whose|when|if|only|with|keep|drop|rows)\b|只|其中|筛选|过滤|保留|去掉|删除", re.I)
_WHOSE = rf"(?:\b(?:that|which|who|only|those|do(?:es)?n't|do(?:es)? not|{ROW_NOUNS})\s+)"
_MENTION = r"(?:mention|contain|includ|featur)(?:s|es|ed|ing|e|)|talk(?:s|ing)? about"
_CONTAINS = re.compile(
    rf"(?:\b(?:{_MENTION}|with(?:out)? the (?:words?|phrase)|without|about)"
    r"|没有|提到|提及|包含|含有?|谈到|出现|说到)了?\s*(?:the\s+)?"
    rf"(?:(?:words?|phrase|text)\s+)?(?P<quote>{QUOTE})"
    rf"|{_WHOSE}(?:{_MENTION})\s+(?:the\s+)?(?P<word>[a-z][\w\-]*)"
    rf"|\b(?:{ROW_NOUNS}|complaints?|praises?)\s+(?:about|on|regarding)\s+(?:the\s+)?(?P<topic>[a-z][\w\-]*)(?!\s*\d)"
    rf"|\b(?:but|and) not\s+(?P<but>{QUOTE})"
    rf"|(?:提到|提及|包含|含有|谈到|说到)了?(?P<han>[\u3400-\u9fff]{{1,8}}?)的(?:{ROW_NOUNS_ZH})",
    re.IGNORECASE,
)
_THOSE = re.compile(r"\b(?:those|them|ones|rows|these|that|is|are|with)\s*(?:is|are)?\s*$|[度分值]\s*$", re.IGNORECASE)
_OF_ROWS = re.compile(rf"(?<=[为是于])\s*(?:{QUOTE}|[\w\-.&'+ ]+?)\s*的")
_MOST_LISTED = 20
_LISTED = re.compile(
    rf"\s*(?:,|，|、|(?P<or>\bor\b|或者?)|\band\b|和|以及|与){{1,2}}\s*(?P<quote>{QUOTE})", re.IGNORECASE
)
_EACH = re.compile(r"(?:每一?\w?|各\w?|按|\b(?:each|every|per|by)\s)[^，,]{1,12}$", re.IGNORECASE)
_LACKS = re.compile(
    r"(?:\bnot|n't|\bnever|\bwithout)\s+(?:mention|contain|includ|featur|talk|about)"
    rf"|\bwithout\s+(?:the\s+)?(?:(?:words?|phrase)\s+)?{QUOTE}|[不未没](?:提到|提及|包含|含|谈到|出现|说到)"
    rf"|没有(?:提到|提及|包含|含|谈到|出现|说到|{QUOTE})",
    re.IGNORECASE,
)
_POLAR = {
    pole: re.compile(
        rf"\b(?:{words})\s+(?:\w+\s+)?(?:{ROW_NOUNS})\b"
        rf"|\b(?:{words})\s+(?:share|rate|percentage|proportion|ratio)\b"
        rf"|\b(?:only|just|are|is|be|the|most|not|how|drop|remove|exclude|keep)\s+(?:the\s+)?(?:{words})\b"
        rf"(?=\s*(?:$|[,.;?!]|\b(?:per|by|for|in)\b))|{POLARITY_NOUNS[pole]}"
        rf"|(?:{POLARITY_ZH[pole]})(?=的?(?:[0-9一二两三四五六七八九十]+[条个封张])?(?:{ROW_NOUNS_ZH}|数量?|[个条]数|比例|占比|率)|的?\s*(?:$|[,，。;；?？成译翻转]))"
        rf"|(?:只|仅|去掉|排除|保留).{{0,4}}(?:{POLARITY_ZH[pole]})",
        re.IGNORECASE,
    )
    for pole, words in POLARITY.items()
}
_SPOKEN = {
    code: re.compile(
        rf"\b(?:{words})\s+(?:{ROW_NOUNS})\b|\b(?:are|is|written) in (?:{words})\b|(?:{words})的?(?:{ROW_NOUNS_ZH})"
        rf"|只.{{1,3}}(?:{words})",
        re.IGNORECASE,
    )
    for code, words in LANGUAGES.items()
}


def conditions(clause: Clause, things: Sequence[Thing], *, skip: frozenset[str] = frozenset()) -> list[Condition]:
    """The conditions on the rows that a clause keeps. `skip` names concepts whose words mean something else in it."""
    found = stated(clause, things, skip=skip)
    return [o for c in found for o in opposite(c)] if dropped(clause) else found


def stated(clause: Clause, things: Sequence[Thing], *, skip: frozenset[str] = frozenset()) -> list[Condition]:
    """The conditions as they are written, whether their rows are kept or dropped."""
    readers = (
        _empties,
        _comparisons,
        _between,
        _beside,
        _of_column,
        _labels,
        _contains,
        dates,
        amounts,
        _languages,
        _polarity,
    )
    said = (c for reader in readers for c in reader(clause, things))
    return merged(c for c in said if c.concept not in skip)


def _empties(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    for match in _EMPTY.finditer(clause.text):
        thing = _left(clause, clause.text[: match.start()], things)
        if thing is not None:
            yield Condition(thing, "not-null" if match["not"] or match["nt"] or match["nz"] else "is-null")
    for match in _ABSENT.finditer(clause.text):
        thing = leading(clause.text[match.end() :], things)
        if thing is not None:
            yield Condition(thing, "is-null")


def _comparisons(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    text = clause.text
    for match in _COMPARE.finditer(text):
        op = next(o for (o, _), g in zip(_OPS, match.groups(), strict=True) if g)
        thing = _left(clause, text[: match.start()], things)
        number = _NUMBER.match(text, match.end())
        if thing is None and number and RATED.search(text[: match.start()].rstrip()):
            thing = rating(things)
        if thing is None and number:  # "more than 30 minutes"
            thing = leading(text[number.end() :], [t for t in things if t.kind is Kind.NUMBER])
        if thing is None and number and not number["unit"] and _THOSE.search(text[: match.start()]):
            thing = next((t for t in reversed(things) if t.kind is Kind.NUMBER and t.step), None)
        if thing is None:
            continue
        if number:
            if not number["unit"] or number["unit"] == "%":
                yield Condition(thing, op, _number(number), further(text, number.end()) if op == "==" else ())
        elif op in ("==", "!="):
            first, *others = values_at(clause, match.end(), thing, things).values or ("",)
            told = _WHERE.search(text[: match.start()]) or _OF_ROWS.match(text, match.end())
            if not first or _COMPARE.fullmatch(first) or not (told or _is_value(first, thing)):
                continue
            if op == "==":
                yield Condition(thing, op, first, tuple(others))
            else:
                yield from (Condition(thing, op, value) for value in (first, *others))


def _is_value(word: str, thing: Thing) -> bool:
    """True for a word that says by itself that it is a value of a category: a name, a known label."""
    known = word.casefold() in (x.casefold() for x in thing.labels)
    return thing.kind is Kind.LABELS and (known or word[:1].isupper() or word[:1].isdigit())


def _between(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """Two bounds, both included; nothing when rows are to be dropped, which no list of conditions can say."""
    for match in _BETWEEN.finditer("" if _DROP.search(clause.text) else clause.text):
        thing = _left(clause, clause.text[: match.start()], things)
        if thing is not None and thing.kind is Kind.NUMBER:
            low, high = (float(g) if "." in g else int(g) for g in match.groups() if g)
            yield Condition(thing, ">=", low)
            yield Condition(thing, "<=", high)


def _of_column(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """A word right before a category column: "only high priority tickets"."""
    categories = [t for t in things if t.kind is Kind.LABELS and not t.derived]
    for match in _OF_COLUMN.finditer(clause.text):
        word = clause.asides.get(match["quote"]) if match["quote"] else match["word"]
        thing = leading(clause.text[match.end() :], categories)
        if thing and word.lower() not in NO_VALUE | _NO_WORD and not leading(word, things):
            yield Condition(thing, "==", word)


def held(clause: Clause, *, of: bool = False) -> str:
    """A name or a text in quotes that the rows to keep hold somewhere: "only Nokia"; an empty string without any.

    `of`: also what a figure is asked of, "the average rating of Nokia".
    """
    match = _HELD.search(clause.text) or (_FIGURE.search(clause.text) if of else None)
    word = (match["en"] or match["zh"]) if match else ""
    name = clause.asides.get(word) if re.fullmatch(QUOTE, word) else word
    return "" if of and _NO_NAME.fullmatch(name.split()[0] if name else "") else name


def dropped(clause: Clause) -> bool:
    """True when a clause names rows to drop."""
    return _DROP.search(clause.text) is not None


def _beside(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """A text in quotes or a name right after a category column: "department 'Sales'", "customer Acme"."""
    categories = [t for t in things if t.kind is Kind.LABELS]
    for match in re.finditer(_PROPER, clause.text):
        thing = trailing(clause.text[: match.start()], categories)
        quoted = re.fullmatch(QUOTE, match[0])
        if thing and (quoted or not (leading(match[0], things) or _NO_NAME.fullmatch(match[0].split()[0]))):
            yield Condition(thing, "==", clause.asides.get(match[0]) if quoted else match[0])


def _left(clause: Clause, head: str, things: Sequence[Thing]) -> Thing | None:
    """The thing named right before a comparison."""
    head = re.sub(r"\b(?:is|are|was|of|values?)\s*$", "", head[-100:].rstrip(), flags=re.IGNORECASE).rstrip()
    if head and "\ue000" <= head[-1] <= "\ue7ff":
        return next((t for t in things if same(t.name, clause.asides.get(head[-1]))), None)
    return trailing(head, things)


def _number(match: re.Match[str]) -> int | float:
    text = match["number"]
    value = float(text) if "." in text else int(text)
    return value / 100 if match["unit"] == "%" else value


def _labels(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """Labels that a column is known to hold: "only the billing ones"."""
    low = f" {phrase(clause.text[:1000])} "
    for thing in (t for t in things if t.kind is Kind.LABELS):
        for label in thing.labels:
            plain = phrase(label)
            said = f" {plain} " in low if label.isascii() else label in clause.text
            if plain and label.casefold() not in POLARITY and (said or label in clause.quotes):
                yield Condition(thing, "==", label)


def _contains(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    at = 0
    for match in _CONTAINS.finditer(clause.text):
        op: Op = "lacks" if match["but"] or _LACKS.search(clause.text[at : match.end()]) else "contains"
        at = match.end()
        mark = match["quote"] or match["but"]
        word = clause.asides.get(mark) if mark else match["word"] or match["topic"] or match["han"]
        proper = match["topic"] is not None and word[:1].isupper()  # a name may stand in a category
        if word.lower() not in NO_VALUE | _NO_WORD and not proper:
            head = clause.text[: match.start()]
            thing = None if match["but"] or _EACH.search(head) else _left(clause, head, things)
            on = thing if thing and thing.kind in (Kind.TEXT, Kind.LABELS) else "text"
            more, either = _more(clause, match.end()) if mark else ((), False)
            # "not 'a' or 'b'" is neither
            yield Condition(on, op, word, more if either else ())
            yield from (Condition(on, op, other) for other in (() if either else more))


def _more(clause: Clause, at: int) -> tuple[tuple[str, ...], bool]:
    """The further texts of a list in quotes, and whether any of them will do."""
    found: list[str] = []
    either = False
    while (match := _LISTED.match(clause.text, at)) and len(found) < _MOST_LISTED:
        found.append(clause.asides.get(match["quote"]))
        either, at = either or match["or"] is not None, match.end()
    return tuple(found), either


def _languages(clause: Clause, _: Sequence[Thing]) -> Iterator[Condition]:
    return (Condition("language", "==", code) for code, spoken in _SPOKEN.items() if spoken.search(clause.text))


def _polarity(clause: Clause, _: Sequence[Thing]) -> Iterator[Condition]:
    poles = [pole for pole, polar in _POLAR.items() if polar.search(clause.text)]
    if len(poles) == 1:  # "positive or negative" is a question, no condition
        yield Condition("sentiment", "==", poles[0])
