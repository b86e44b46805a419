"""Case: one model before one part of the limits, with what the rules ask of it. Knows no reason and no order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ..devices import Device, choose_dtype
from ..errors import BadOption
from ..fit import SHORT, estimate
from ..hardware import find_hardware
from ..hub.facts import ModelFacts
from ..limits import STRICTNESS, Limits, license_class
from ..pack import Pack
from ..runners.registry import refusal
from ..tasks import TaskSpec
from .suits import TAGS

Lineage = Callable[[ModelFacts], Sequence[ModelFacts]]
"""The models that one was made from, those of theirs too, as far as they can be found; it raises nothing."""
_ITEM_BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class Case:
    """A model before one part of the limits: what the rules ask. The fields are the arguments of `reject`.

    `seconds`: a row's, None where not known. `elsewhere`: it is to fit named hardware instead of this machine.
    """

    spec: TaskSpec
    facts: ModelFacts
    limits: Limits
    device: Device
    language: str | None
    into: str
    named: str
    lineage: Lineage | None
    seconds: float | None
    today: date | None
    pack: Pack
    examined: bool
    elsewhere: bool
    unlike: str = ""  # why it is not what a follow-up wants instead of another

    @property
    def is_named(self) -> bool:
        """True for the model that the user asked for."""
        return self.facts.model_id == self.named

    @property
    def refusal(self) -> str:
        """Why no runner can load it."""
        filed = self.facts.task in TAGS.get(self.spec.name, {self.spec.name})
        return refusal(self.spec.name, self.facts.architectures) if self.is_named or filed else ""

    @property
    def unvetted(self) -> str:
        """Why the team's pack does not allow it."""
        return self.pack.refusal(self.spec.name, self.facts.model_id, self.facts.revision, examined=self.examined)

    @cached_property
    def place(self) -> Device | None:
        """Where it is to run: the named hardware, else this machine; None for hardware that nobody knows."""
        try:
            return find_hardware(self.limits.hardware) if self.limits.hardware else self.device
        except BadOption:
            return None

    @property
    def needed(self) -> int:
        """Bytes that it takes to run a small batch."""
        dtype = self.limits.dtype or choose_dtype(self.place or self.device, saved=self.facts.dtype)
        return estimate(self.facts, dtype=dtype, batch=1, length=self.limits.input_length or SHORT).total

    @property
    def memory(self) -> int:
        """Bytes of its weights in memory; 0 where not known."""
        dtype = self.limits.dtype or choose_dtype(self.place or self.device, saved=self.facts.dtype)
        width = _ITEM_BYTES.get(dtype, 4)
        return self.facts.parameters * width or self.facts.weight_bytes * width // _ITEM_BYTES.get(self.facts.dtype, 1)

    @property
    def age(self) -> int | None:
        """Days since its last change; None where not known."""
        try:
            return (self.today - date.fromisoformat(self.facts.modified[:10])).days if self.today else None
        except ValueError:
            return None

    @property
    def library(self) -> str:
        """In small letters, empty where not known."""
        return self.facts.library.lower()

    @property
    def license(self) -> str:
        """The license that the limit does not allow, with the model of the chain that has it; empty when all are."""
        allowed = set(self.limits.license)
        own = license_class(self.facts.license)
        if not allowed & {own, (self.facts.license or "").lower()}:
            return self.facts.license or "unknown"
        for base in self.lineage(self.facts) if self.lineage else ():
            group = license_class(base.license)
            stricter = STRICTNESS.index(group) > STRICTNESS.index(own)
            if stricter and not allowed & {group, (base.license or "").lower()}:
                return f"{base.license or 'unknown'} of its base model {base.model_id}"
        return ""

    def lacks(self, known: object) -> bool:
        """True for a fact that is not known and must be by now."""
        return not known and self.examined
