"""JSON as strangers write it: read strictly, or refused. Knows no endpoint."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from ..errors import BadAnswer, clip, hide_secrets, one_line
from .sloppy import put_right

MAX_DIGITS = 100
MAX_SLOPPY = 20_000  # characters that are put right: no plan is longer, and strings without an end take their square
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class NoObject(BadAnswer):
    """The model answered, but not with one readable JSON object."""


class CutObject(NoObject):
    """The model wrote until it had to stop: another way of asking would not help."""


def read_json(text: str) -> Any:
    """The value of a JSON text.

    Raises: ValueError for duplicate keys, NaN, infinity, numbers of over 100 digits, deep nesting, half characters.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_number
        )
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it holds half a character") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error.msg} at character {error.pos + 1:,}") from None
    return value


def read_object(words: str, who: str) -> dict[str, Any]:
    """The one JSON object in what a model wrote: all of it, a fenced block, or the first in braces.

    Args:
        who: begins the error's line.

    Raises: NoObject says what was found instead.
    """
    text = words.strip().removeprefix("\ufeff")
    if not text.startswith("{"):
        fence = _FENCE.search(text)
        text = fence[1].strip() if fence else text
    if not text.startswith("{"):
        start = text.find("{")
        if start < 0:
            raise NoObject(f"{who}: wanted a JSON object, found {clip(hide_secrets(one_line(text)), 60)!r}.")
        text = text[start:]
    try:
        value = _read(_balanced(text))
    except ValueError as error:
        raise NoObject(f"{who}: wanted a JSON object: {error}.") from None
    if not isinstance(value, dict):
        raise NoObject(f"{who}: wanted a JSON object.")
    return value


def _read(text: str) -> Any:
    """The value of a JSON text, put right where it is none; what strict reading forbids stays forbidden."""
    try:
        return read_json(text)
    except ValueError:
        try:
            json.loads(text)
        except ValueError:
            if len(text) > MAX_SLOPPY:
                raise
            return read_json(put_right(text))
        except RecursionError:
            pass
        raise


def _balanced(text: str) -> str:
    """The text up to the brace that closes the first; all of it when none does."""
    depth = at = 0
    while at < len(text):
        match text[at]:
            case '"':
                found = _STRING.match(text, at)
                at = found.end() if found else len(text)
                continue
            case "{" | "[":
                depth += 1
            case "}" | "]":
                depth -= 1
                if depth == 0:
                    return text[: at + 1]
        at += 1
    return text


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it has a key twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"it has a number of {len(digits):,} digits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value) or len(digits) > MAX_DIGITS:
        raise ValueError("it has a number that is too large")
    return value
