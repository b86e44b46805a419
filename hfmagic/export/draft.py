"""Code in the making: what has been written of each step, what it needs, the columns that frames have by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..conversions import convert
from ..errors import InvalidPlan
from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..plan import Column, Constant, Frame, ModelChoice, Plan, Reference, Step, StepOutput, Variable
from ..scope import Scope
from .layout import Call, laid_out, literal
from .link import Place, part, place_of
from .names import Names

IN_TABLES = frozenset({Kind.TEXT, Kind.LABELS, Kind.NUMBER, None})  # what SQL can read, as in engine/tables


@dataclass(frozen=True)
class Line:
    """A statement, `before` and its code, not yet laid out; `indent` columns deep."""

    code: str | Call
    before: str = ""
    indent: int = 0

    def text(self, indent: int = 0) -> str:
        """As source, so much deeper."""
        return laid_out(self.code, indent=self.indent + indent, before=self.before) if self.code else ""


@dataclass
class Section:
    """A step's lines; `load` brings in its model."""

    title: str
    load: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass
class Draft:
    """What has been written. `models` has the facts of each model, `given` a notebook's values, where there is one."""

    plan: Plan
    models: Mapping[str, ModelFacts]
    names: Names
    seed: int = 0
    batch_tokens: int = 2048
    given: Mapping[str, Any] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    functions: dict[Place, None] = field(default_factory=dict)  # that the steps' lines call
    chosen: dict[Place, str] = field(default_factory=dict)  # the names of those that are the engine's own
    written: list[str] = field(default_factory=list)  # functions made for this plan
    settings: dict[str, None] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    columns: dict[str, list[str]] = field(default_factory=dict)  # of each frame, by now
    loaded: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)  # models, as which variables
    vectors: dict[str, str] = field(default_factory=dict)  # the variable of embeddings that are no column, by step
    rows: str = ""  # what `rows` is by now
    texts: tuple[str, str] = ("", "")  # of which series and which `rows` `texts` are by now

    def __post_init__(self) -> None:
        self.scope = Scope(self.plan)
        for found in self.plan.inputs:
            self.columns[found.name] = [c.name for c in found.columns]

    def write(self, code: str | Call, before: str = "", *, indent: int = 0) -> None:
        """One more statement of the step."""
        self.sections[-1].lines.append(Line(code, before, indent))

    def load(self, code: str | Call, before: str = "") -> None:
        """One more statement that loads the step's model."""
        self.sections[-1].load.append(Line(code, before))

    def use(self, *functions: str) -> None:
        """The code needs these functions of the parts."""
        self.functions.update(dict.fromkeys(map(part, functions)))

    def call(self, function: Callable[..., Any]) -> str:
        """The name of a function of the engine's, whose source goes into the code."""
        place = place_of(function)
        if place not in self.chosen:
            self.chosen[place] = self.names.new(place[1], "run")
        self.functions[place] = None
        return self.chosen[place]

    def add_import(self, *lines: str) -> None:
        """The code needs these imports."""
        self.imports.update(lines)

    def variable(self, name: str) -> str:
        """The variable of an input or a step."""
        return self.names.variables[name]

    def facts(self, choice: ModelChoice) -> ModelFacts:
        """What is known of a step's model."""
        if choice.model_id not in self.models:
            raise InvalidPlan(f"nothing is known of the model {choice.model_id}.", hint="run the cell again")
        return self.models[choice.model_id]

    def column(self, reference: Column | StepOutput) -> str:
        """The series of a column, or of what a step gave row by row."""
        frame, name = self._place(reference)
        return f"{self.variable(frame)}[{literal(name)}]"

    def series(self, step: Step, slot: str) -> str:
        """The series that a step reads, its numbers as text where it wants text."""
        reference, wanted = step.inputs[slot], self.scope.spec(step).takes[slot]
        if not isinstance(reference, Column | StepOutput):
            raise InvalidPlan(f"step {step.id!r} mixes a single value with rows.")
        if wanted is not Kind.TEXT or self.scope.kind_of(reference) is not Kind.NUMBER:
            return self.column(reference)
        self.use("as_text")
        return f"as_text({self.column(reference)})"

    def selected(self, step: Step, slot: str) -> str:
        """The series that a step runs over, missing where its conditions do not hold; a variable if it is no column."""
        series = self.series(step, slot)
        if not step.where and not series.startswith("as_text("):
            return series
        self.write(f"{series}.where(rows)" if step.where else series, "values = ")
        return "values"

    def texts_of(self, reference: Reference) -> str:
        """The column of the texts that embeddings are of; empty where the user has brought them."""
        if isinstance(reference, StepOutput):
            text = self.scope.steps[reference.step].inputs.get("text")
            if isinstance(text, Column | StepOutput):
                return self._place(text)[1]
        return ""

    def value(self, reference: Reference, wanted: Kind) -> str:
        """A single value as the kind that is wanted."""
        kind = self.scope.kind_of(reference)
        match reference:
            case Constant(constant=found):
                return literal(convert(found, kind, wanted))
            case Variable(variable=name) | StepOutput(step=name):
                code = self.variable(name)
            case Column() | Frame():
                raise InvalidPlan("rows stand where a single value is wanted.")
        if isinstance(reference, StepOutput) and (kind, wanted) == (Kind.LABELS, Kind.TEXT):
            return f'{code}[0]["label"]'
        return f"str({code})" if (kind, wanted) == (Kind.NUMBER, Kind.TEXT) else code

    def table(self, reference: Frame, *, for_sql: bool = False) -> str:
        """A frame with the columns that the reference names, those that SQL cannot read left out where it is asked."""
        frame, now = reference.frame, self.columns[reference.frame]
        added = [c.name for step in reference.plus for c in self.scope.added(self.scope.steps[step], frame)]
        wanted = [c.name for c in self.scope.columns(frame)] + added
        if for_sql:
            kinds = {c.name: c.kind for c in self.scope.columns(frame, reference.plus)}
            wanted = [name for name in wanted if kinds[name] in IN_TABLES]
        code = self.variable(frame)
        if now == wanted:
            return code
        if [name for name in now if name in wanted] == wanted:
            return f"{code}.drop(columns={literal([name for name in now if name not in wanted])})"
        return f"{code}[{literal(wanted)}]"

    def add(self, step: Step, columns: Mapping[str, str | Call]) -> None:
        """New columns of the frame whose rows a step follows."""
        frame = self.scope.rows_of(step) or ""
        for name, code in columns.items():
            self.write(code, f"{self.variable(frame)}[{literal(name)}] = ")
            self.columns[frame].append(name)

    def give(self, step: Step, code: str | Call, *, indent: int = 0) -> None:
        """The single value or the table of a step."""
        self.write(code, f"{self.variable(step.id)} = ", indent=indent)
        if self.scope.spec(step).gives is Kind.TABLE:
            self.columns[step.id] = [c.name for c in self.scope.columns(step.id)]

    def _place(self, reference: Column | StepOutput) -> tuple[str, str]:
        """Frame and column."""
        if isinstance(reference, Column):
            return reference.of, reference.column
        step = self.scope.steps[reference.step]
        return self.scope.rows_of(step) or "", step.output
