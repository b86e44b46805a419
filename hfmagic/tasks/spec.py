"""What a task is: the kinds that it takes and gives, its parameters, the trained head that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import InvalidPlan
from ..kinds import Kind


@dataclass(frozen=True)
class Parameter:
    """A setting of a task: its type, default (None: required or decided at run time), unit and range."""

    name: str
    type: type
    default: Any = None
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    def checked(self, value: Any, *, step: str) -> Any:
        """The value, or InvalidPlan that names step, parameter, found and wanted."""
        where = f"step {step!r}: {self.name}"
        if self.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, self.type) or (self.type is int and isinstance(value, bool)):
            raise InvalidPlan(f"{where} is {value!r}, wanted {self.type.__name__}.")
        if self.choices and value not in self.choices:
            raise InvalidPlan(f"{where} is {value!r}, wanted one of {', '.join(self.choices)}.")
        if isinstance(value, int | float) and not self._in_range(value):
            raise InvalidPlan(f"{where} is {value}, wanted {self.low}…{self.high} {self.unit}".rstrip() + ".")
        return value

    def _in_range(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class TaskSpec:
    """What a task takes and gives.

    `takes` maps slot names to the kind wanted; a slot in `optional` may stay empty. `word` ends the name of its
    column. `heads` are the endings of `config.architectures` that have the task's trained head; empty: an operation.
    """

    name: str
    takes: Mapping[str, Kind]
    gives: Kind
    word: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    optional: frozenset[str] = frozenset()
    heads: tuple[str, ...] = ()
    by_name: Mapping[str, Parameter] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes", MappingProxyType(dict(self.takes)))
        object.__setattr__(self, "by_name", MappingProxyType({p.name: p for p in self.parameters}))

    @property
    def is_operation(self) -> bool:
        """True for a table operation: no model is needed."""
        return not self.heads

    @property
    def subject(self) -> str:
        """The first slot: what the task works on."""
        return next(iter(self.takes))
