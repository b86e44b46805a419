"""What SQL computes from a column: the length of a text, the month of a date. Such a thing is no column to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...kinds import Kind
from ...plan import Column
from ..draft import Thing
from ..mentions import trailing

_TIMES = frozenset({"date", "time", "timestamp", "datetime", "created at", "created", "posted", "day"})
_LENGTHS = {
    "characters": "length({0})",
    # a run of anything but space is a word: https://duckdb.org/docs/stable/sql/functions/regular_expressions
    "words": "len(regexp_extract_all({0}, '\\S+'))",
    "sentences": "len(regexp_extract_all({0}, '[^.!?。！？]+'))",
}
_FORMATS = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d", "hour": "%H", "weekday": "%u"}
_UNITS = (
    ("year", r"\b(?:years?|yearly|annual(?:ly)?)\b|年份?(?!龄)"),
    ("month", r"\b(?:months?|monthly)\b|月份?"),
    ("quarter", r"\b(?:quarters?|quarterly)\b|季度?"),
    ("weekday", r"\b(?:weekdays?|days? of the week)\b|星期几|周几"),
    ("week", r"\b(?:weeks?|weekly)\b|周|星期"),
    ("hour", r"\b(?:hours?|hourly)\b|小时"),
    ("day", r"\b(?:days?|daily)\b|[天日]"),
)


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def sql_of(thing: Thing) -> str:
    """A column, or what is computed from one, as SQL."""
    return thing.sql or quote(thing.name)


def _named(thing: Thing) -> bool:
    return thing.concept in _TIMES


def times(things: Sequence[Thing]) -> list[Thing]:
    """The columns of dates: those whose type says so, else those whose name does."""
    typed = [t for t in things if t.is_date and not t.sql]
    return typed or [t for t in things if t.kind not in (Kind.NUMBER, Kind.TEXT) and _named(t) and not t.sql]


def length_of(text: Thing, unit: str = "characters") -> Thing:
    """How long a text is, in `characters`, `words` or `sentences`, as a number."""
    return _computed(text, Kind.NUMBER, "length" if unit == "characters" else unit, _LENGTHS[unit])


def bucket_of(date: Thing, unit: str) -> Thing:
    """The year, month, … of a date, as a category."""
    if unit == "quarter":
        form = "strftime(TRY_CAST({0} AS TIMESTAMP), '%Y-Q') || quarter(TRY_CAST({0} AS TIMESTAMP))"
        return _computed(date, Kind.LABELS, unit, form)
    form = f"strftime(TRY_CAST({{0}} AS TIMESTAMP), '{_FORMATS[unit]}')"
    return _computed(date, Kind.LABELS, unit, form)


def month_of(date: Thing) -> Thing:
    """The number of the month of a date, of whatever year."""
    return _computed(date, Kind.NUMBER, "month", "month(TRY_CAST({0} AS TIMESTAMP))")


def _computed(thing: Thing, kind: Kind, name: str, form: str) -> Thing:
    reference = Column(column=name, of=thing.frame or "")
    sql = form.format(quote(thing.name))
    return replace(thing, reference=reference, kind=kind, name=name, concept=name, labels=(), loose=True, sql=sql)


def unit_at(tail: str) -> str:
    """The unit of time that a piece of text begins with, or an empty string: "month", "每月"."""
    text = re.sub(r"^\s*(?:the\s+|each\s+|every\s+|calendar\s+|个)?", "", tail[:40].lower())
    return next((unit for unit, words in _UNITS if re.match(words, text)), "")


def time_for(head: str, things: Sequence[Thing]) -> Thing | None:
    """The date that a piece of text ends with, else the only one; None when there are several or none."""
    dates = times(things)
    return trailing(head, dates) or (dates[0] if len(dates) == 1 else None)
