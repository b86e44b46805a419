"""Conditions on rows: "only the negative ones", "where score > 0.9", "that mention 'battery'". Knows no step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..kinds import Kind
from .clauses import QUOTE, Clause
from .draft import Thing
from .mentions import leading, phrase, same, trailing
from .words import LANGUAGES, POLARITY, POLARITY_NOUNS, POLARITY_ZH, ROW_NOUNS, ROW_NOUNS_ZH, word_set

Op = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "lacks", "is-null", "not-null"]
Value = str | int | float


@dataclass(frozen=True)
class Condition:
    """One condition: on a thing, or on a concept that a step may have to make first ("text": the text itself).

    `lacks` is the contrary of `contains`; `others` are texts any of which will do instead of the value.
    """

    on: Thing | str
    op: Op
    value: Value | None = None
    others: tuple[str, ...] = ()


_OPS: tuple[tuple[Op, str], ...] = (
    (">=", r">=|≥|\bat least\b|\bno less than\b|不低于|不小于|不少于|至少|大于等于"),
    ("<=", r"<=|≤|\bat most\b|\bno more than\b|不高于|不大于|不超过|至多|最多|小于等于"),
    ("!=", r"!=|≠|<>|\bis not\b|\bisn't\b|\bnot equal to\b|不等于|不是"),
    (">", r">|\b(?:over|above|exceed(?:s|ing)?|(?:more|greater|higher|bigger|larger) than)\b|大于|高于|超过|多于"),
    ("<", r"<|\b(?:under|below|(?:less|lower|smaller|fewer) than)\b|小于|低于|少于|不到"),
    ("==", r"==?|\bequals?(?: to)?\b|\bis exactly\b|\bis\b|等于|是|为"),
)
_CONTRARY: dict[Op, Op] = {
    "==": "!=",
    ">": "<=",
    "<": ">=",
    ">=": "<",
    "<=": ">",
    "contains": "lacks",
    "is-null": "not-null",
}
_COMPARE = re.compile("|".join(f"(?P<op{i}>{p})" for i, (_, p) in enumerate(_OPS)), re.IGNORECASE)
_UNITS = r"words?|characters?|tokens?|sentences?|times|groups?|themes?|clusters?|rows|lines|gb|mb|g\b|[字词句次组行个]"
_NUMBER = re.compile(rf"\s*(?P<number>-?[0-9]{{1,15}}(?:\.[0-9]{{1,10}})?)\s*(?P<unit>%|{_UNITS})?", re.IGNORECASE)
_VALUE = re.compile(
    rf"\s*(?:(?P<quote>{QUOTE})|(?P<word>[A-Za-z][\w\-]*)|(?P<han>[\u3400-\u9fff\w]{{1,20}}?)(?=的|$|[,，。]))"
)
_NO_VALUE = word_set("the a an not in exactly over above below under at empty missing null blank nan 空 缺失")
_NO_WORD = word_set(
    "each every all any one this that these those some other both its their per by of new "
    "different distinct unique several last next previous first same whole which what"
)
_EMPTY = re.compile(
    r"\s*(?:is|are)?\s*(?P<not>not\s+)?(?:empty|missing|null|blank|nan)\b|\s*(?P<nz>不)?(?:为空|缺失|是空的?)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:missing|empty|blank|null)\s+(?:values?\s+(?:in|for|of)\s+)?|\b(?:with no|without)\s+(?:an?\s+)?"
    r"|缺失?少?|没有",
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
    rf"|(?:提到|提及|包含|含有|谈到|说到)了?(?P<han>[\u3400-\u9fff]{{1,8}}?)的(?:{ROW_NOUNS_ZH})",
    re.IGNORECASE,
)
_OF_ROWS = re.compile(rf"(?<=[为是于])\s*(?:{QUOTE}|[\w\-]+?)\s*的")
_MOST_LISTED = 20
_LISTED = re.compile(
    rf"\s*(?:,|，|、|(?P<or>\bor\b|或者?)|\band\b|和|以及|与){{1,2}}\s*(?P<quote>{QUOTE})", re.IGNORECASE
)
_LACKS = re.compile(
    r"(?:\bnot|n't|\bnever|\bwithout)\s+(?:mention|contain|includ|featur|talk)"
    rf"|\bwithout\s+(?:the\s+)?(?:(?:words?|phrase)\s+)?{QUOTE}|[不未没](?:提到|提及|包含|含|谈到|出现|说到)"
    rf"|没有(?:提到|提及|包含|含|谈到|出现|说到|{QUOTE})",
    re.IGNORECASE,
)
_POLAR = {
    pole: re.compile(
        rf"\b(?:{words})\s+(?:\w+\s+)?(?:{ROW_NOUNS})\b"
        rf"|\b(?:only|just|are|is|be|the|most|not|how|drop|remove|exclude|keep)\s+(?:the\s+)?(?:{words})\b"
        rf"(?=\s*(?:$|[,.;?!]|\b(?:per|by|for|in)\b))|{POLARITY_NOUNS[pole]}"
        rf"|(?:{POLARITY_ZH[pole]})(?=的?(?:{ROW_NOUNS_ZH}|数量?|[个条]数|比例|占比|率)|的?\s*(?:$|[,，。;；?？]))"
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
    """The conditions in a clause. `skip` names concepts whose words mean something else in it."""
    found: list[Condition] = []
    readers = (_empties, _comparisons, _between, _beside, _of_column, _labels, _contains, _languages, _polarity)
    for condition in (c for reader in readers for c in reader(clause, things)):
        concept = condition.on if isinstance(condition.on, str) else condition.on.concept
        if concept not in skip and not any(_same(condition, other) for other in found):
            found.append(condition)
    return [replace(c, op=_CONTRARY.get(c.op, c.op)) for c in found] if dropped(clause) else found


def _same(condition: Condition, other: Condition) -> bool:
    """True when two conditions ask for one value, or for one thing to be empty."""
    if condition.value is None or other.value is None:
        return condition == other
    return str(condition.value).casefold() == str(other.value).casefold()


def _empties(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    for match in _EMPTY.finditer(clause.text):
        thing = _left(clause, clause.text[: match.start()], things)
        if thing is not None:
            yield Condition(thing, "not-null" if match["not"] or match["nz"] else "is-null")
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
        if thing is None and number:  # "more than 30 minutes"
            thing = leading(text[number.end() :], [t for t in things if t.kind is Kind.NUMBER])
        if thing is None:
            continue
        if number:
            if not number["unit"] or number["unit"] == "%":
                yield Condition(thing, op, _number(number))
        elif op not in ("==", "!=") or not (word := _word(clause, match.end())):
            continue
        elif _WHERE.search(text[: match.start()]) or _OF_ROWS.match(text, match.end()):
            yield Condition(thing, op, word)


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
        if thing and word.lower() not in _NO_VALUE | _NO_WORD and not leading(word, things):
            yield Condition(thing, "==", word)


def held(clause: Clause) -> str:
    """A name or a text in quotes that the rows to keep hold somewhere: "only Nokia"; an empty string without any."""
    match = _HELD.search(clause.text)
    word = (match["en"] or match["zh"]) if match else ""
    return clause.asides.get(word) if re.fullmatch(QUOTE, word) else word


def dropped(clause: Clause) -> bool:
    """True when a clause names rows to drop."""
    return _DROP.search(clause.text) is not None


def _beside(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """A text in quotes right after a category column: "department 'Sales'"."""
    categories = [t for t in things if t.kind is Kind.LABELS]
    for match in re.finditer(QUOTE, clause.text):
        if thing := trailing(clause.text[: match.start()], categories):
            yield Condition(thing, "==", clause.asides.get(match[0]))


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


def _word(clause: Clause, at: int) -> str:
    match = _VALUE.match(clause.text, at)
    if not match:
        return ""
    word = clause.asides.get(match["quote"]) if match["quote"] else match["word"] or match["han"]
    return "" if word.lower() in _NO_VALUE or _COMPARE.fullmatch(word) else word


def _labels(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """Labels that a column is known to hold: "only the billing ones"."""
    low = f" {phrase(clause.text[:1000])} "
    for thing in things:
        for label in thing.labels:
            plain = phrase(label)
            said = f" {plain} " in low if label.isascii() else label in clause.text
            if plain and label.casefold() not in POLARITY and (said or label in clause.quotes):
                yield Condition(thing, "==", label)


def _contains(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    op: Op = "lacks" if _LACKS.search(clause.text) else "contains"
    for match in _CONTAINS.finditer(clause.text):
        word = clause.asides.get(match["quote"]) if match["quote"] else match["word"] or match["han"]
        if word.lower() not in _NO_VALUE:
            thing = _left(clause, clause.text[: match.start()], things)
            on = thing if thing and thing.kind in (Kind.TEXT, Kind.LABELS) else "text"
            more, either = _more(clause, match.end()) if match["quote"] else ((), False)
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
