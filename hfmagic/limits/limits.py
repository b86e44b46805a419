"""Limits: hard rules on every model of a plan, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..errors import BadOption
from ..kinds import Schema
from .fields import READERS, plain_fields

Count = Annotated[int, Field(ge=0)]
_OF_MEMORY = frozenset({"max_memory", "dtype", "hardware"})  # each changes what another of them means


class Limits(Schema):
    """Hard limits on every model of a plan. An empty limit limits nothing; amounts may be `500MB`, `90d`, `50ms`.

    `license` holds license ids or classes, which hold for the models that it was made from, too; `max_size` is in bytes
    of weights on disk; `language` is an ISO 639-1 code that the model must name (a model that names none is let through
    only for tasks without language). `max_memory` is in bytes of weights at `dtype`, without one at the device's;
    `input_length` tokens must be read at once, where the model says how many it reads; `max_age` is in days since the
    last change; `verified` asks for an owner that the Hub knows; `max_latency` is in seconds a row, where that was
    measured; `hardware` is what it must fit instead of this machine. With a `task` the limits hold for the steps of
    that task. `safetensors=False` allows nothing more: pickle is never loaded. `also` holds further limits, each of
    which holds beside these: so nothing is lost where two say different things.

    Raises: BadOption for a value that cannot be read.
    """

    license: tuple[str, ...] = ()
    max_size: Count | None = None
    max_parameters: Count | None = None
    language: str | None = None
    owner: tuple[str, ...] = ()
    not_owner: tuple[str, ...] = ()
    max_memory: Count | None = None
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    input_length: Annotated[int, Field(ge=1)] | None = None
    max_age: Count | None = None
    library: tuple[str, ...] = ()
    safetensors: bool = True
    verified: bool = False
    max_latency: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    hardware: str | None = None
    task: str | None = None
    also: tuple[Limits, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        """Amounts, names and languages as people write them, and keys of the nested shape."""
        if not isinstance(data, Mapping):
            return data
        fields = plain_fields(data, cls.model_fields)
        return {name: READERS[name](value) if name in READERS else value for name, value in fields.items()}

    @model_validator(mode="after")
    def _flat(self) -> Limits:
        if any(part.also for part in self.also):
            raise BadOption("'also' holds limits that hold others.", hint="write them side by side")
        return self

    @property
    def parts(self) -> tuple[Limits, ...]:
        """The limits one by one, each without `also`, those that limit nothing left out; all of them hold."""
        found = (self.model_copy(update={"also": ()}), *self.also)
        return tuple(dict.fromkeys(part for part in found if part != Limits(task=part.task)))

    def for_task(self, task: str) -> tuple[Limits, ...]:
        """The parts that hold for the steps of a task."""
        return tuple(part for part in self.parts if part.task in (None, task))

    def language_for(self, task: str) -> str | None:
        """The first language asked for: what a search among models may narrow by."""
        return next((part.language for part in self.for_task(task) if part.language), None)

    def merged(self, other: Limits) -> Limits:
        """Both limits; where both set the same one for the same task, `other` wins."""
        if self.task != other.task and self.parts and other.parts:
            return self.tightened(other)
        own = {name: getattr(other, name) for name in other.model_fields_set if name != "also"}
        also = tuple(dict.fromkeys((*self.also, *other.also)))
        return self.model_copy(update={**own, "also": also})

    def tightened(self, other: Limits) -> Limits:
        """Both limits hold: no model fits that either rejects. Their order, or saying one twice, changes nothing."""
        parts = tuple(dict.fromkeys((*self.parts, *other.parts)))
        return parts[0].model_copy(update={"also": parts[1:]}) if parts else Limits()

    def joined(self, other: Limits) -> Limits:
        """As tightened, in one part where they speak of different things."""
        mine, theirs = self._said(), other._said()
        apart = mine & theirs or (mine & _OF_MEMORY and theirs & _OF_MEMORY)
        if other.also or apart or self.task != other.task:
            return self.tightened(other)
        return self.model_copy(update={name: getattr(other, name) for name in theirs})

    def _said(self) -> frozenset[str]:
        """The fields, but for `task` and `also`, that limit something."""
        names = set(type(self).model_fields) - {"task", "also"}
        return frozenset(n for n in names if getattr(self, n) != type(self).model_fields[n].default)
