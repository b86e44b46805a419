"""Which variable stands for which input and step of a plan, and which names a script keeps for itself."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from ..kinds import Kind
from ..plan import Step
from ..scope import Scope
from .layout import is_variable, new_name
from .link import link, parts

# Variables and functions of the steps' own lines.
_OWN = """
texts labels scores found cosines rows values opened image text label score table query db groups names revision t
path folder endings paths axes DEVICE plt sys
"""


class Names:
    """A variable for each input and step of a plan. `sources` are the inputs', `copies` those that get columns."""

    def __init__(self, scope: Scope, output: str, converted: Container[str]) -> None:
        self.scope, self.output = scope, output
        self.taken = set(_reserved())
        self.sources: dict[str, str] = {}
        self.there: dict[str, str] = {}  # the notebook's variables, set aside where a script needs their name
        for number, given in enumerate(scope.plan.inputs, 1):
            there = self.there[given.name] = self.new(given.name, f"input_{number}")
            self.sources[given.name] = self.new(f"{there}_frame", there) if given.name in converted else there
        self.variables = dict(self.sources)
        self.copies: dict[str, str] = {}
        self.result = result_of(scope)
        for name in dict.fromkeys(filter(None, map(scope.rows_of, scope.plan.steps))):
            if name in self.sources:
                wanted = output if name == self.result else f"{name}_with_results"
                self.variables[name] = self.copies[self.sources[name]] = self.new(wanted, "result")
        for number, step in enumerate(scope.plan.steps, 1):
            if scope.rows_of(step) is None:
                wanted = output if step.id == self.result else step.output
                self.variables[step.id] = self.new(wanted, f"step_{number}")

    @property
    def aside(self) -> dict[str, str]:
        """The notebook's variables that are set aside, and as what."""
        return {name: there for name, there in self.there.items() if name != there and is_variable(name)}

    def new(self, wanted: str, fallback: str = "value") -> str:
        """A name like the one wanted, taken from now on."""
        found = new_name(wanted, self.taken, fallback)
        self.taken.add(found)
        return found


def result_of(scope: Scope) -> str:
    """The frame or step whose value is the result, as Results.value has it."""
    steps = scope.plan.ordered()
    last = next((s for s in reversed(steps) if s.task != "chart"), steps[-1])
    return scope.rows_of(last) or last.id


def kind_of_result(scope: Scope) -> Kind:
    """What the result is; a frame is a table."""
    step: Step | None = scope.steps.get(result_of(scope))
    return scope.spec(step).gives if step else Kind.TABLE


@cache
def _reserved() -> frozenset[str]:
    """Names that a script may need for itself."""
    everything = link(parts())
    imported = {re.split(r"[ .]", line.rpartition("import ")[2])[0] for line in everything.imports}
    aliases = {line.rpartition(" as ")[2] for line in everything.imports if " as " in line}
    return everything.names | imported | aliases | frozenset(_OWN.split())
