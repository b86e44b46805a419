"""One condition on rows, before it is a predicate or SQL. Knows no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..draft import Thing

Op = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "lacks", "is-null", "not-null"]
Value = str | int | float

_CONTRARY: dict[Op, Op] = {
    "==": "!=",
    "!=": "==",
    ">": "<=",
    "<": ">=",
    ">=": "<",
    "<=": ">",
    "contains": "lacks",
    "lacks": "contains",
    "is-null": "not-null",
    "not-null": "is-null",
}


@dataclass(frozen=True)
class Condition:
    """One condition: on a thing, or on a concept that a step may have to make first ("text": the text itself).

    `lacks` is the contrary of `contains`; `others` are values any of which will do instead of the value.
    """

    on: Thing | str
    op: Op
    value: Value | None = None
    others: tuple[Value, ...] = ()

    @property
    def concept(self) -> str:
        """The concept that it is on, or that its thing means."""
        return self.on if isinstance(self.on, str) else self.on.concept


def contrary(op: Op) -> Op:
    """The operator that holds where another does not."""
    return _CONTRARY[op]


def opposite(condition: Condition) -> Iterator[Condition]:
    """What holds for the rows that a condition leaves out: for none of several values, each of them is excluded."""
    if condition.op == "==":
        values = (condition.value, *condition.others)
        return (Condition(condition.on, "!=", value) for value in values)
    return iter((replace(condition, op=contrary(condition.op)),))


def merged(conditions: Iterable[Condition]) -> list[Condition]:
    """Each condition once; several values that one thing is to have become one condition: any of them will do."""
    found: list[Condition] = []
    for condition in conditions:
        near = next((i for i, c in enumerate(found) if _alike(c, condition)), None)
        if near is None:
            found.append(condition)
        elif condition.op == found[near].op == "==" and not _same(found[near], condition):
            values = dict.fromkeys((found[near].value, *found[near].others, condition.value, *condition.others))
            first, *others = [v for v in values if v is not None]
            found[near] = replace(found[near], value=first, others=tuple(others))
    return found


def _alike(condition: Condition, other: Condition) -> bool:
    """True when the second says the same again, or gives another value for the same thing."""
    return _same(condition, other) or (condition.op == other.op == "==" and condition.on == other.on)


def _same(condition: Condition, other: Condition) -> bool:
    """True when two conditions ask for one value, or for one thing to be empty."""
    if condition.value is None or other.value is None:
        return condition == other
    if isinstance(condition.value, str) != isinstance(other.value, str):
        return False
    if not isinstance(condition.value, str):
        return condition == other
    values = {str(v).casefold() for v in (condition.value, *condition.others)}
    return {str(v).casefold() for v in (other.value, *other.others)} <= values
