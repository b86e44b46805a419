"""Which rows meet the conditions of a step. Knows columns as lists of Python values, nothing of frames or plans' names.

As in SQL, a missing value meets no condition but `is-null`. Text is compared without regard to case, labels by the best
one; "negative", "neutral" and "positive" also mean the names that common sentiment models give them.
"""

from __future__ import annotations

import datetime as dt
import numbers
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..errors import StepFailed
from ..kinds import Label
from ..plan import Column, Predicate

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NEGATIVE = frozenset({"negative", "neg", "very negative", "1 star", "2 stars", "负面", "消极", "差评"})
_NEUTRAL = frozenset({"neutral", "neu", "3 stars", "中性", "中立"})
_POSITIVE = frozenset({"positive", "pos", "very positive", "4 stars", "5 stars", "正面", "积极", "好评"})
# Only the plain names stand for all of their group: who asks for "1 star" gets no "2 stars".
_SAME = {
    name: group
    for names, group in (
        (("negative", "neg", "负面", "消极"), _NEGATIVE),
        (("neutral", "neu", "中性", "中立"), _NEUTRAL),
        (("positive", "pos", "正面", "积极"), _POSITIVE),
    )
    for name in names
}


def row_mask(values: Sequence[Sequence[object]], predicates: Sequence[Predicate], n: int) -> list[bool]:
    """For each of `n` rows, whether every predicate holds; True everywhere without predicates.

    Args:
        values: `values[i]` is the column that `predicates[i]` looks at, `n` Python values; Labels count by their best.
    Raises: StepFailed: a condition compares a number with a text, or the like.
    """
    mask = [True] * n
    for column, predicate in zip(values, predicates, strict=True):
        holds = _condition(predicate)
        mask = [kept and holds(value) for kept, value in zip(mask, map(_plain, column), strict=True)]
    return mask


def folded(text: str) -> str:
    """A text as it is compared: without regard to case and to space around it."""
    return text.strip().casefold()


def meant(name: str) -> frozenset[str]:
    """The folded names that a name stands for: "negative" also for what common sentiment models call it."""
    return _SAME.get(folded(name), frozenset({folded(name)}))


def _condition(predicate: Predicate) -> Callable[[Any], bool]:
    """The predicate as a function of one plain value."""
    op, value = predicate.op, predicate.value
    if op == "is-null":
        return lambda found: found is None
    if op == "not-null":
        return lambda found: found is not None
    test: Callable[[Any], bool]
    if op == "contains":
        test = _contains(predicate, str(value))
    elif op in _COMPARE:
        test = _ordered(predicate, _COMPARE[op])
    else:
        wanted = value if isinstance(value, tuple) else (value,)
        equal = [_equals(predicate, one) for one in wanted]
        test = lambda found: any(same(found) for same in equal) != (op == "!=")  # noqa: E731
    return lambda found: found is not None and test(found)


def _equals(predicate: Predicate, value: Any) -> Callable[[Any], bool]:
    if isinstance(value, str):
        same = meant(value)
        moment = _moment(value)

        def equals(found: Any) -> bool:
            if isinstance(found, dt.date) and moment is not None:
                return _as_moment(found) == moment
            return folded(_checked(found, "", predicate)) in same

        return equals
    return lambda found: bool(_checked(found, value, predicate) == value)


def _ordered(predicate: Predicate, compare: Callable[[Any, Any], bool]) -> Callable[[Any], bool]:
    value: Any = predicate.value
    moment = _moment(value) if isinstance(value, str) else None

    def holds(found: Any) -> bool:
        if isinstance(found, dt.date) and moment is not None:
            return compare(_as_moment(found), moment)
        _checked(found, value, predicate)
        return bool(compare(folded(found), folded(value)) if isinstance(value, str) else compare(found, value))

    return holds


def _contains(predicate: Predicate, part: str) -> Callable[[Any], bool]:
    wanted = folded(part)
    return lambda found: wanted in folded(_checked(found, "", predicate))


def _checked(found: Any, value: Any, predicate: Predicate) -> Any:
    """The value found, when it is of the same sort as the value wanted."""
    if _sort(found) != _sort(value):
        name = predicate.of.column if isinstance(predicate.of, Column) else predicate.of.step
        hint = "write the date as 2026-01-31" if isinstance(found, dt.date) else "change the condition"
        raise StepFailed(
            f"{name} holds {_sort(found)}, the condition {predicate.op} {predicate.value!r} wants {_sort(value)}.",
            hint=hint,
        )
    return found


def _sort(value: Any) -> str:
    match value:
        case str():
            return "text"
        case bool():
            return "true or false"
        case numbers.Real() | Decimal():
            return "numbers"
        case dt.date():
            return "dates"
        case _:
            return f"values of type {type(value).__name__}"


def _plain(value: Any) -> Any:
    """A Python value: the best of Labels, a numpy scalar as its number, None for whatever means missing."""
    if isinstance(value, tuple) and all(isinstance(v, Label) for v in value):
        return value[0].label if value else None
    if type(value).__module__ == "numpy" and hasattr(value, "item") and not getattr(value, "shape", ()):
        value = value.item()
    missing = value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and value != value
    return None if missing or type(value).__name__ in ("NAType", "NaTType") else value


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _as_moment(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day)
