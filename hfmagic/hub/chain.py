"""The licenses that a model comes with: its own, and those of every model that it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..limits import STRICTNESS, LicenseClass, license_class
from .facts import ModelFacts

MOST_LINKS = 30


@dataclass(frozen=True)
class Link:
    """A model of a chain; `known` is False where only its name is."""

    model_id: str
    license: str = ""
    known: bool = True

    @property
    def license_class(self) -> LicenseClass:
        """What its license lets a company do."""
        return license_class(self.license)


def strictest(classes: Iterable[LicenseClass]) -> LicenseClass:
    """The last of some classes in STRICTNESS, which is by what a company may do: `copyleft` asks for something when a
    model is passed on, `restricted` forbids some uses, `non-commercial` all commercial ones; where no license is known
    nothing is permitted (https://choosealicense.com/no-permission/), so it comes last. Of none: unknown.
    """
    return max(classes, key=STRICTNESS.index, default="unknown")


def chain(facts: ModelFacts, lineage: Sequence[ModelFacts] = ()) -> tuple[Link, ...]:
    """A model, then all that it was made from, nearest first, at most 30; those not in `lineage` by name only."""
    known = {m.model_id: m for m in lineage} | {facts.model_id: facts}
    found: dict[str, Link] = {}
    waiting = [facts.model_id]
    while waiting and len(found) < MOST_LINKS:
        name = waiting.pop(0)
        if name in found:
            continue
        model = known.get(name)
        found[name] = Link(name, model.license or "") if model else Link(name, known=False)
        waiting += model.base_models if model else ()
    return tuple(found.values())
