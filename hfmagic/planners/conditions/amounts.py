"""Conditions on numbers that no sign of comparison states: "5-star", "4 or more", "longer than 200 words"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...errors import NoTaskFits
from ...kinds import Kind
from ..clauses import Clause
from ..draft import Thing
from ..mentions import leading, trailing
from ..tables.measures import length_of
from ..words import NUMBERS, ROW_NOUNS, ROW_NOUNS_ZH
from .condition import Condition, Op

_N = r"(?P<n>-?[0-9]{1,9}(?:\.[0-9]{1,6})?)"
_WORD_N = rf"(?P<n>[0-9]{{1,2}}(?:\.[0-9])?|{'|'.join(NUMBERS)})"
_STARS = re.compile(
    rf"(?<![\w.]){_WORD_N}[\s-]*(?:stars?\b|星级?)(?P<more>\s*(?:or (?:more|above|better|less|fewer|below"
    rf"|worse)|\+|[及或]?以[上下]))?",
    re.IGNORECASE,
)
_UP = r"(?P<up>or more|or above|or higher|or better|and (?:up|above|over|higher)|\+|及?以上|或以上)"
_DOWN = r"(?P<down>or (?:less|fewer|below|lower|under|worse)|and (?:below|under|lower)|及?以下|或以下)"
_ENDED = re.compile(
    rf"(?<![\w.])(?P<n>-?[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?"
    rf"|{'|'.join(n for n in NUMBERS if not n.isascii())})\s*(?P<unit>stars?|points?|分|星级?|元|岁|分钟"
    rf"|minutes?)?\s*(?:{_UP}|{_DOWN})",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?<![\w.\-]){_N}(?![\w%.\-]|\s*(?:{_UP}|{_DOWN}|stars?|words?|characters?|字|词))", re.IGNORECASE
)
_MORE_NUMBERS = re.compile(rf"\s*(?:,|、|\bor\b|或者?)\s*{_N}(?![\w%.\-])", re.IGNORECASE)
_MOST_NUMBERS = 20
_TO = re.compile(r"\s*\b(?:of|is|are|was|=|:|equal to|equals|exactly)\s*$|\s*[:：=为是]\s*$", re.IGNORECASE)
RATED = re.compile(r"\b(?:rated|scored|scoring|graded|giving|gave)\s*$|[评打]了?\s*$", re.IGNORECASE)
_RATING = ("rating", "score")
_MORE = r"(?P<more>(?:more|longer|greater|larger) than|over|above|exceed(?:s|ing)?|超过|大于|多于|长于|高于|不止)"
_LESS = r"(?P<less>(?:fewer|less|shorter|smaller) than|under|below|少于|小于|不到|短于|低于|不足)"
_LEAST = r"(?P<least>at least|no (?:fewer|less|shorter) than|不少于|至少|不低于)"
_MOST = r"(?P<most>at most|no (?:more|longer) than|up to|不超过|至多|最多|不多于)"
_WRITTEN = re.compile(r"\W*(?:summar|title|answer|response|repl)", re.IGNORECASE)  # how much is to be written
_DURATION = re.compile(
    r"\b(?:longer|shorter|more|less) than\s+\d+\s*(?:seconds?|minutes?|secs?|mins?|hours?)\b|(?:超过|长于|短于"
    r"|少于)\d+(?:秒|分钟|小时)",
    re.I,
)
_UNIT = r"(?P<unit>words?|characters?|chars?|letters?|sentences?|个?字符?|个?[单]?词|句话?)"
_SIZE = rf"(?:{_MOST}|{_LEAST}|{_MORE}|{_LESS})\s*(?P<n>[0-9]{{1,5}})\s*-?{_UNIT}"
_LONG = re.compile(
    rf"(?:\b(?:{ROW_NOUNS}|those|that|which|if|only|is|are|has|have|with|text|body|content)\s+"
    rf"(?:(?:that|which|they|it|is|are|has|have|with|of|a length of)\s+)*){_SIZE}(?P<long>\s+(?:long|in length))?"
    rf"|(?:长度|字数)\s*(?P<z>{_SIZE.replace('?P<', '?P<z_')})"
    rf"|(?P<y>{_SIZE.replace('?P<', '?P<y_')})(?=的(?:{ROW_NOUNS_ZH}))"
    rf"|\b(?P<x>(?:longer|shorter) than\s+(?P<x_n>[0-9]{{1,5}})\s*-?{_UNIT.replace('?P<', '?P<x_')})",
    re.IGNORECASE,
)


def amounts(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """The conditions on numbers of a clause that a comparison's words do not state."""
    numbers = [t for t in things if t.kind is Kind.NUMBER and not t.sql]
    check_durations(clause, things)
    yield from _lengths(clause, things)
    yield from _ended(clause, numbers)
    yield from _starred(clause, numbers)
    for match in _PLAIN.finditer(clause.text):
        head = _TO.sub("", clause.text[: match.start()].rstrip())
        rated = RATED.search(clause.text[: match.start()])
        thing = rating(numbers) if rated else trailing(head, [t for t in numbers if not t.is_id])
        if thing is not None and (rated or head != clause.text[: match.start()].rstrip() or _bare(head)):
            yield Condition(thing, "==", _number(match["n"]), further(clause.text, match.end()))


def further(text: str, at: int) -> tuple[int | float, ...]:
    """The numbers that go on a list: "1 or 2", "1、2"."""
    found: list[int | float] = []
    while (match := _MORE_NUMBERS.match(text, at)) and len(found) < _MOST_NUMBERS:
        found.append(_number(match["n"]))
        at = match.end()
    return tuple(found)


def _bare(head: str) -> bool:
    """True where a name and a number stand side by side as a condition: "with rating 5", "评分5"."""
    return bool(
        re.search(
            r"\b(?:with|where|whose|a|have|has|having|and|only|if)\s+(?:an?\s+|the\s+)?[\w ]{1,30}$|[\u3400-\u9fff]$",
            head,
            re.I,
        )
    )


def rating(numbers: Sequence[Thing]) -> Thing | None:
    """The column of ratings: called so, else the only score."""
    return next((t for c in _RATING for t in numbers if t.concept == c and not t.loose), None)


def _starred(clause: Clause, numbers: Sequence[Thing]) -> Iterator[Condition]:
    thing = rating(numbers)
    for match in _STARS.finditer(clause.text if thing else ""):
        head = clause.text[: match.start()].rstrip()
        if thing and not re.search(
            r"(?:than|least|most|over|above|under|below|top|between|and|[于过到少])$", head, re.I
        ):
            word = match["n"].lower()
            number = NUMBERS.get(word, 0) if word in NUMBERS else _number(word)
            if not match["more"]:
                yield Condition(thing, "==", number)


def _ended(clause: Clause, numbers: Sequence[Thing]) -> Iterator[Condition]:
    for match in _ENDED.finditer(clause.text):
        head = _TO.sub("", clause.text[: match.start()].rstrip())
        unit = match["unit"] or ""
        thing = trailing(head, numbers) or (rating(numbers) if unit or RATED.search(head) else None)
        if thing is not None and (unit or match["n"] not in NUMBERS):
            yield Condition(thing, ">=" if match["up"] else "<=", _number(match["n"]))


def _lengths(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    texts = [t for t in things if t.kind is Kind.TEXT and not t.derived] or [t for t in things if t.kind is Kind.TEXT]
    for match in _LONG.finditer(clause.text if texts else ""):
        if _WRITTEN.match(match[0]):
            continue
        side = next((s for s in ("z_", "y_", "") if match[f"{s}n"]), "x_")
        head = re.sub(r"\s*(?:with|is|are|that|which|has|have)\s*$", "", clause.text[: match.start()])
        text = trailing(head, texts) or leading(match[0], texts) or texts[0]
        yield Condition(length_of(text, _unit(match[f"{side}unit"])), _op(match, side), int(match[f"{side}n"]))


def check_durations(clause: Clause, things: Sequence[Thing]) -> None:
    """Raises: NoTaskFits for "calls longer than 60 seconds" where no column says how long they are."""
    match = _DURATION.search(clause.text)
    timed = [
        t
        for t in things
        if t.kind is Kind.NUMBER and (t.concept == "length" or re.search("second|minute|dur", t.name, re.I))
    ]
    if match and not timed and any(t.kind in (Kind.AUDIO, Kind.VIDEO) for t in things):
        raise NoTaskFits(f"{match[0]!r}: no column says how long it is.", hint="add a column of seconds first")


def _op(match: re.Match[str], side: str) -> Op:
    if side == "x_":
        return ">" if match["x"].lower().startswith("longer") else "<"
    names: tuple[tuple[str, Op], ...] = (("more", ">"), ("less", "<"), ("least", ">="), ("most", "<="))
    return next(op for name, op in names if match[f"{side}{name}"])


def _unit(word: str) -> str:
    low = word.lower()
    if low.startswith("word") or "词" in low:
        return "words"
    return "sentences" if low.startswith("sentence") or "句" in low else "characters"


def without_lengths(clause: Clause) -> Clause:
    """The clause without "longer than 200 words", which says which rows, not how much to write."""
    return clause.with_text(_LONG.sub(lambda m: m[0] if _WRITTEN.match(m[0]) else " ", clause.text))


def _number(text: str) -> int | float:
    if text in NUMBERS:
        return NUMBERS[text]
    return float(text) if "." in text else int(text)
