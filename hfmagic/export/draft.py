"""A script in the making: its lines so far, the variables of frames and steps, the columns that frames have by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..conversions import convert
from ..errors import InvalidPlan
from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..plan import Column, Constant, Frame, ModelChoice, Plan, Reference, Step, StepOutput, Variable
from ..scope import Scope
from .layout import Call, laid_out, literal

IN_TABLES = frozenset({Kind.TEXT, Kind.LABELS, Kind.NUMBER, None})  # what SQL can read, as in engine/tables


@dataclass
class Draft:
    """What has been written. `variables` names each input and step; `models` has the facts of each model."""

    plan: Plan
    models: Mapping[str, ModelFacts]
    variables: Mapping[str, str]
    seed: int = 0
    batch_tokens: int = 2048
    lines: list[str] = field(default_factory=list)
    functions: dict[str, None] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    columns: dict[str, list[str]] = field(default_factory=dict)  # of each frame, by now
    loaded: tuple[str, str, str] | None = None  # the model that `model` is

    def __post_init__(self) -> None:
        self.scope = Scope(self.plan)
        for found in self.plan.inputs:
            self.columns[found.name] = [c.name for c in found.columns]

    def write(self, line: str) -> None:
        """One more line, or several."""
        self.lines.append(line)

    def use(self, *functions: str) -> None:
        """The script needs these functions of the parts."""
        self.functions.update(dict.fromkeys(functions))

    def add_import(self, *lines: str) -> None:
        """The script needs these imports."""
        self.imports.update(lines)

    def variable(self, name: str) -> str:
        """The variable of an input or a step."""
        return self.variables[name]

    def facts(self, choice: ModelChoice) -> ModelFacts:
        """What is known of a step's model."""
        if choice.model_id not in self.models:
            raise InvalidPlan(f"nothing is known of the model {choice.model_id}.", hint="run the cell again")
        return self.models[choice.model_id]

    def column(self, reference: Column | StepOutput) -> str:
        """The series of a column, or of what a step gave row by row."""
        frame, name = self._place(reference)
        return f"{self.variable(frame)}[{literal(name)}]"

    def texts(self, reference: Reference) -> str:
        """The series of a reference, numbers as text."""
        if not isinstance(reference, Column | StepOutput):
            raise InvalidPlan("a single value stands where rows are wanted.")
        if self.scope.kind_of(reference) is not Kind.NUMBER:
            return self.column(reference)
        self.use("as_text")
        return f"as_text({self.column(reference)})"

    def selected(self, step: Step, slot: str) -> str:
        """The series that a step runs over; missing where its conditions do not hold."""
        reference = step.inputs[slot]
        wanted = self.scope.spec(step).takes[slot]
        if not isinstance(reference, Column | StepOutput):
            raise InvalidPlan(f"step {step.id!r} mixes a single value with rows.")
        series = self.texts(reference) if wanted is Kind.TEXT else self.column(reference)
        return f"{series}.where(rows)" if step.where else series

    def value(self, reference: Reference, wanted: Kind) -> str:
        """A single value as the kind that is wanted."""
        kind = self.scope.kind_of(reference)
        match reference:
            case Constant(constant=found):
                return literal(convert(found, kind, wanted))
            case Variable(variable=name):
                code = self.variable(name)
            case StepOutput(step=name):
                code = self.variable(name)
                if (kind, wanted) == (Kind.LABELS, Kind.TEXT):
                    return f"{code}[0][0]"
            case Column() | Frame():
                raise InvalidPlan("rows stand where a single value is wanted.")
        return f"str({code})" if (kind, wanted) == (Kind.NUMBER, Kind.TEXT) else code

    def table(self, reference: Frame, *, for_sql: bool = False) -> str:
        """A frame with the columns that the reference names, those that SQL cannot read left out where it is asked."""
        frame, now = reference.frame, self.columns[reference.frame]
        added = [c.name for step in reference.plus for c in self.scope.added(self.scope.steps[step], frame)]
        base = [c.name for c in self.scope.columns(frame)]
        wanted = base + added
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
            self.write(laid_out(code, before=f"{self.variable(frame)}[{literal(name)}] = "))
            self.columns[frame].append(name)

    def give(self, step: Step, code: str | Call) -> None:
        """The single value or the table of a step."""
        self.write(laid_out(code, before=f"{self.variable(step.id)} = "))
        if self.scope.spec(step).gives is Kind.TABLE:
            self.columns[step.id] = [c.name for c in self.scope.columns(step.id)]

    def _place(self, reference: Column | StepOutput) -> tuple[str, str]:
        """Frame and column."""
        if isinstance(reference, Column):
            return reference.of, reference.column
        step = self.scope.steps[reference.step]
        return self.scope.rows_of(step) or "", step.output
