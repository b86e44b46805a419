"""Amounts as people write them: bytes, counts, days, seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from ..errors import BadOption, clip

_BYTES = {
    "": 1,
    "b": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
    "ti": 2**40,
}
_COUNTS = {
    "": 1,
    **dict.fromkeys(("k", "thousand"), 10**3),
    "万": 10**4,
    **dict.fromkeys(("m", "million", "百万"), 10**6),
    "亿": 10**8,
    **dict.fromkeys(("b", "g", "billion", "十亿"), 10**9),
    "t": 10**12,
}
_DAYS = {
    **dict.fromkeys(("", "d", "day", "天", "日"), 1),
    **dict.fromkeys(("w", "week", "周", "个星期"), 7),
    **dict.fromkeys(("month", "mo", "个月"), 30),
    **dict.fromkeys(("y", "year", "年"), 365),
}
_SECONDS = {
    **dict.fromkeys(("", "s", "sec", "second", "秒"), 1.0),
    **dict.fromkeys(("ms", "millisecond", "毫秒"), 1e-3),
    **dict.fromkeys(("µs", "us", "microsecond", "微秒"), 1e-6),
    **dict.fromkeys(("min", "minute", "分钟"), 60.0),
}
_AMOUNT = re.compile(r"\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([^\W\d_]*)\s*")


def parse_bytes(text: str | float) -> int:
    """`2GB`, `500 MB`, `1.5GiB` or a number → bytes.

    Raises: BadOption for anything else; so do the other functions here.
    """
    return int(_amount(text, _BYTES, "size", "500MB or 2GB", lambda unit: re.sub(r"(?<=[kmgti])b$", "", unit)))


def parse_count(text: str | float) -> int:
    """`300M`, `7B`, `1.5 billion`, `3亿` or a number → a count."""
    return int(_amount(text, _COUNTS, "count", "300M or 7B"))


def parse_days(text: str | float) -> int:
    """`90d`, `6 months` (of 30 days), `1 year` (of 365) or a number → days."""
    return int(_amount(text, _DAYS, "duration", "90d or 1 year", _one))


def parse_seconds(text: str | float) -> float:
    """`50ms`, `0.5s`, `2 min` or a number → seconds."""
    return _amount(text, _SECONDS, "time", "50ms or 2s", lambda unit: unit if unit in _SECONDS else _one(unit))


def size_words(size: float) -> str:
    """Bytes as a person reads them: `36 kB`, `338 MB`, `4.1 GB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}" if size < 10 * factor else f"{size / factor:,.0f} {unit}"
    return f"{size:,.0f} bytes"


def _one(unit: str) -> str:
    return unit[:-1] if len(unit) > 2 and unit.endswith("s") else unit


def _amount(
    text: str | float, units: Mapping[str, float], noun: str, like: str, bare: Callable[[str], str] = str
) -> float:
    """A number times its unit; `bare` takes from a unit what makes no difference."""
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    factor = units.get(bare(match[2].lower())) if match else None
    try:
        if match and factor is not None:
            value = float(match[1].replace(",", "")) * factor
        else:
            value = math.nan if isinstance(text, str | bool) else float(text)
    except (ValueError, OverflowError):
        value = math.nan
    if not 0 <= value < math.inf:
        raise BadOption(f"{clip(repr(text), 60)} is no {noun}.", hint=f"write it like {like}")
    return value
