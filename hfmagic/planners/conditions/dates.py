"""Conditions on dates: "since March 2024", "in 2023", "2024年3月以后". Knows no rows, and not what day it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...errors import NoTaskFits
from ...kinds import Kind
from ..clauses import Clause
from ..draft import Thing
from ..tables.measures import month_of, time_for, times
from .condition import Condition

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:the\s+)?(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_POINT = (
    rf"(?:(?P<iso>{_YEAR}-\d\d?(?:-\d\d?)?|{_YEAR}/\d\d?/\d\d?)(?![\d-])"
    rf"|(?P<zh>(?:{_YEAR}\s*年)\s*(?:\d\d?\s*月(?:份|\s*\d\d?\s*[日号])?)?)"
    rf"|(?P<d1>{_DAY})\s+(?:of\s+)?(?P<m1>{_MONTH}),?\s+(?P<y1>{_YEAR})\b"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>{_DAY}),?\s+(?P<y2>{_YEAR})\b"
    rf"|(?P<m3>{_MONTH}),?\s+(?P<y3>{_YEAR})\b"
    rf"|(?P<m4>{_MONTH})(?!\s*\d)"
    rf"|(?P<zm>\d\d?\s*月份?)"
    rf"|(?P<y>{_YEAR})\b(?!\s*(?:characters|words|rows|reviews|[-/年])))"
)
_LEAD = (
    r"(?P<since>\b(?:since|starting(?: from| in)?|as of|on or after|no earlier than)\b|自从?|从)"
    r"|(?P<after>\b(?:after|later than|past)\b|晚于)"
    r"|(?P<through>\b(?:through|up to|until|till|on or before|no later than|by the end of)\b|截至)"
    r"|(?P<before>\b(?:before|earlier than|prior to)\b|早于)"
    r"|(?P<from>\bfrom\b)"
    r"|(?P<on>\b(?:in|during|on|of|dated|within|throughout|for)\b|在|于)"
)
_SAID = re.compile(
    rf"(?:(?P<lead>{_LEAD})\s*(?:the\s+(?:year|month)\s+(?:of\s+)?)?)?{_POINT}"
    r"(?:\s*(?P<from_zh>以来|起|开始)|(?P<after_zh>之?以?后)|(?P<before_zh>之?以?前)|(?P<than_zh>的|[里中内]))?",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\s*(?:-|–|~|\b(?:and|to|until|till|through)\b|到|至)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s*$|[在从]\s*$", re.IGNORECASE)
_TILL = ("through", "until", "till", "up to")
_RELATIVE = re.compile(
    r"\b(?:(?:last|past|this|previous) (?:\d+ )?(?:days?|weeks?|months?|years?|quarters?)|yesterday|today|"
    r"since (?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|昨天|今天|(?:上个?|这个?|本"
    r"|最近一?个?)(?:月|周|星期)|去年|今年",
    re.IGNORECASE,
)
_HINT = "name the dates, such as: since 2024-03-01"


@dataclass(frozen=True)
class Period:
    """From a day on, until before another; a month of no year has its number only."""

    start: dt.date | None
    end: dt.date | None
    month: int = 0


def dates(clause: Clause, things: Sequence[Thing]) -> Iterator[Condition]:
    """The conditions on dates in a clause; none where no column holds dates or years.

    Raises: NoTaskFits for "last week" and a month without its year where that is not enough.
    """
    if not times(things) and not _years(things):
        return
    if times(things) and (relative := _RELATIVE.search(clause.text)):
        raise NoTaskFits(f"{relative[0]!r}: which dates? A plan does not know what day it is.", hint=_HINT)
    found = list(_SAID.finditer(clause.text[:1000]))
    for number, match in enumerate(found):
        before = found[number - 1] if number else None
        if before and _spans(clause, before, match):
            continue
        after = found[number + 1] if number + 1 < len(found) else None
        head = clause.text[: match.start()]
        if after and _spans(clause, match, after):
            yield from _conditions(clause, head, _between(match, after), "on", things)
        elif match["lead"] or not _bare(match):
            yield from _conditions(clause, head, _period(match), _relation(match), things)


def _spans(clause: Clause, first: re.Match[str], last: re.Match[str]) -> bool:
    """True for "between March and May 2024": both ends of one time."""
    gap = clause.text[first.end() : last.start()]
    joined = _SPAN.fullmatch(gap) or (not gap.strip() and (last["lead"] or "").lower() in _TILL)
    return bool(joined and (first["since"] or first["from"] or _BETWEEN.search(clause.text[: first.start()])))


def _bare(match: re.Match[str]) -> bool:
    """True for a point in time that nothing around it says is one: a number that could be a model's, "may"."""
    told = any(match[g] for g in ("from_zh", "after_zh", "before_zh", "than_zh"))
    return not told and not match["iso"] and not match["zh"]


def _years(things: Sequence[Thing]) -> list[Thing]:
    return [t for t in things if t.kind is Kind.NUMBER and t.concept in ("year", "month") and not t.sql]


def _relation(match: re.Match[str]) -> str:
    if match["from_zh"]:
        return "since"
    if match["after_zh"]:
        return "after" if "以" not in match["after_zh"] else "since"
    if match["before_zh"]:
        return "before"
    if match["from"]:  # "from 2024" is that year, "from 2024 on" and "from 2024-03-01" begin with it
        on = re.match(r"\s*on(?:wards?)?\b", match.string[match.end() :], re.IGNORECASE)
        return "since" if on or match["iso"] or match["d1"] or match["d2"] else "on"
    return next((name for name in ("since", "after", "through", "before") if match[name]), "on")


def _period(match: re.Match[str]) -> Period:
    """What a point in time covers: a day, a month, a year."""
    if match["m4"] or match["zm"]:
        return Period(None, None, _month(match["m4"]) if match["m4"] else int(re.findall(r"\d+", match["zm"])[0]))
    if written := match["iso"] or match["zh"]:
        year, *rest = (int(n) for n in re.findall(r"\d+", written))
    else:
        year = int(match["y1"] or match["y2"] or match["y3"] or match["y"])
        word, day = match["m1"] or match["m2"] or match["m3"], match["d1"] or match["d2"]
        rest = [_month(word)] if word else []
        rest += [int(re.findall(r"\d+", day)[0])] if day else []
    return _covering(year, *rest[:2])


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _covering(year: int, month: int = 0, day: int = 0) -> Period:
    try:
        start = dt.date(year, month or 1, day or 1)
    except ValueError:
        raise NoTaskFits(f"{year}-{month}-{day} is no date.", hint=_HINT) from None
    if day:
        return Period(start, start + dt.timedelta(days=1))
    if month:
        return Period(start, dt.date(year + month // 12, month % 12 + 1, 1))
    return Period(start, dt.date(year + 1, 1, 1))


def _between(first: re.Match[str], last: re.Match[str]) -> Period:
    start, end = _period(first), _period(last)
    if start.month and end.start:  # "between March and May 2024"
        start = _covering(end.start.year, start.month)
    return Period(start.start, end.end)


def _conditions(
    clause: Clause, head: str, period: Period, relation: str, things: Sequence[Thing]
) -> Iterator[Condition]:
    thing = time_for(re.sub(r"\s*\b(?:is|was|are|were)\s*$", "", head), things)
    if thing is None:
        yield from _of_numbers(period, relation, things)
        return
    if period.month:
        if relation != "on":
            raise NoTaskFits(f"{clause.words()!r}: {relation} month {period.month} of which year?", hint=_HINT)
        yield Condition(month_of(thing), "==", period.month)
        return
    start, end = period.start, period.end
    if relation == "after":
        single = start is not None and end is not None and (end - start).days == 1
        yield Condition(thing, ">", str(start)) if single else Condition(thing, ">=", str(end))
    if relation in ("since", "on") and start:
        yield Condition(thing, ">=", str(start))
    if relation == "before":
        yield Condition(thing, "<", str(start))
    if relation in ("through", "on") and end:
        yield Condition(thing, "<", str(end))


def _of_numbers(period: Period, relation: str, things: Sequence[Thing]) -> Iterator[Condition]:
    """The same of columns that hold the number of a year or a month."""
    number = {"year": period.start.year if period.start else 0, "month": period.month}
    op = {"since": ">=", "after": ">", "through": "<=", "before": "<", "on": "=="}[relation]
    for thing in _years(things):
        if number[thing.concept]:
            yield Condition(thing, op, number[thing.concept])  # type: ignore[arg-type]
