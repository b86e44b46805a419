"""How people write each limit: amounts, names, languages, tasks; and the keys of the nested shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..errors import BadOption, clip, did_you_mean
from ..hardware import find_hardware
from ..tasks import CATALOGUE
from ..tasks.languages import is_language, language_of
from .amounts import parse_bytes, parse_count, parse_days, parse_seconds

_NESTED = "input_constraints"
_OTHER_KEYS = {"task_type": "task", "max_length": "input_length"}


def plain_fields(data: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The fields of limits from a mapping, those of `input_constraints` beside the others.

    Raises: BadOption for a key that is none, or one that is said twice.
    """
    found: dict[str, Any] = {}
    for name, value in data.items():
        inner = value if name == _NESTED else {name: value}
        if not isinstance(inner, Mapping):
            raise BadOption(f"{_NESTED} is {_shown(value)}.", hint='write it like {"max_length": 500}')
        for key, one in inner.items():
            field = _OTHER_KEYS.get(key, key)
            if field not in known:
                names = [*known, *_OTHER_KEYS, _NESTED]
                hint = did_you_mean(str(key), names) or f"limits are {', '.join(known)}"
                raise BadOption(f"--limit cannot read {_shown(key)}.", hint=hint)
            if field in found:
                raise BadOption(f"{field!r} is said twice.", hint="say it once")
            found[field] = one
    return found


def _shown(value: object) -> str:
    return clip(repr(value), 60)


def _amount(read: Callable[[str | float], float]) -> Callable[[Any], Any]:
    return lambda value: read(value) if isinstance(value, str | int | float) else value


def _names(value: Any) -> Any:
    """`mit|apache-2.0` or a list, in small letters."""
    parts = value.split("|") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(p, str) for p in parts):
        return value
    return tuple(dict.fromkeys(p.strip().lower() for p in parts if p.strip()))


def _language(value: Any) -> Any:
    """`zh`, `Chinese` or `中文` as a code."""
    if not isinstance(value, str):
        return value
    found = language_of(value)
    if found is None or not is_language(value):
        raise BadOption(f"{_shown(value)} is no language.", hint="write a code such as en or zh")
    return found[0]


def _task(value: Any) -> Any:
    """`text_generation` as the Hub spells it."""
    if not isinstance(value, str):
        return value
    name = value.strip().lower().replace("_", "-")
    tasks = [spec.name for spec in CATALOGUE.values() if not spec.is_operation]
    if name not in tasks:
        hint = did_you_mean(name, tasks) or "%hf help tasks"
        raise BadOption(f"{_shown(value)} is no task with a model.", hint=hint)
    return name


def _hardware(value: Any) -> Any:
    """A name that is known, as it was written."""
    if isinstance(value, str):
        find_hardware(value)
    return value


READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("license", "owner", "not_owner", "library"), _names),
    **dict.fromkeys(("max_size", "max_memory"), _amount(parse_bytes)),
    **dict.fromkeys(("max_parameters", "input_length"), _amount(parse_count)),
    "max_age": _amount(parse_days),
    "max_latency": _amount(parse_seconds),
    "language": _language,
    "hardware": _hardware,
    "task": _task,
}
"""Limit → what turns a value as people write it into the field's own; what it does not know it leaves to pydantic."""
