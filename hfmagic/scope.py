"""What the names in a plan mean: kinds, frames and columns of its references; and the validation that rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

from .conversions import CONVERSIONS, TABLE_COLUMNS, hint_of, may_become
from .errors import InvalidPlan, UnknownColumn, did_you_mean
from .kinds import ColumnSchema, InputSchema, Kind
from .plan import Column, Constant, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from .tags import runnable_task
from .tasks import TaskSpec


@dataclass(frozen=True)
class Scope:
    """The meaning of every name in one plan. Built from schemas alone."""

    plan: Plan

    @cached_property
    def steps(self) -> dict[str, Step]:
        """Steps by id."""
        return {s.id: s for s in self.plan.steps}

    @cached_property
    def inputs(self) -> dict[str, InputSchema]:
        """Inputs by name."""
        return {i.name: i for i in self.plan.inputs}

    def spec(self, step: Step) -> TaskSpec:
        """The task of a step."""
        return runnable_task(step.task, step=step.id)

    def frame_of(self, reference: Reference) -> str | None:
        """The frame whose rows a reference follows; None for a single value or a whole table."""
        match reference:
            case Column(of=name):
                return name
            case StepOutput(step=name):
                return self.rows_of(self._step(name))
            case Variable() | Frame() | Constant():
                return None
            case _ as never:
                assert_never(never)

    def rows_of(self, step: Step) -> str | None:
        """The frame whose rows a step's output follows, or None when it gives one value or a table."""
        takes = self.spec(step).takes
        by_row = [r for slot, r in step.inputs.items() if takes.get(slot) is not Kind.TABLE]  # a table is read whole
        frames = {f for r in by_row if (f := self.frame_of(r))}
        if len(frames) > 1:
            raise InvalidPlan(f"step {step.id!r} mixes rows of {' and '.join(sorted(frames))}.", hint="join them first")
        return frames.pop() if frames else None

    def language_of(self, reference: Reference) -> str | None:
        """The language of the texts of a reference, where a schema tells it; cutting and redacting keep it."""
        match reference:
            case Column(column=name, of=frame):
                column = self.column(name, frame)
                return column.language if column.kind is Kind.TEXT else None
            case Variable(variable=name):
                return self._input(name).language
            case StepOutput(step=name) if (step := self._step(name)).task in ("split", "redact"):
                return self.language_of(step.inputs["text"])
        return None

    def kind_of(self, reference: Reference) -> Kind | None:
        """The kind that a reference gives (of one row where it follows a frame); None where only the run can tell."""
        match reference:
            case Column(column=name, of=frame):
                return self.column(name, frame).kind
            case StepOutput(step=name):
                return self.spec(self._step(name)).gives
            case Variable(variable=name):
                return self._input(name).kind
            case Frame(frame=name):
                self.columns(name)
                return Kind.TABLE
            case Constant(constant=value):
                return Kind.TEXT if isinstance(value, str) else Kind.NUMBER
            case _ as never:
                assert_never(never)

    def conversion_of(self, step: Step, slot: str) -> str:
        """What becomes of what a step reads in a slot, for a reader of the plan; "" where it is taken as it is.

        Such as "boxes → text: how many of what".
        """
        found, wanted = self.kind_of(step.inputs[slot]), self.spec(step).takes[slot]
        known = CONVERSIONS.get((found, wanted)) if found is not None else None
        return f"{found} → {wanted}: {known.keeps}" if known else ""

    def parameters(self, step: Step) -> dict[str, Any]:
        """The step's parameters over the task's defaults.

        Of a translation that names no source also `detected`, the language of its texts where that is known.
        """
        spec = self.spec(step)
        found = {p.name: step.parameters.get(p.name, p.default) for p in spec.parameters}
        if found.get("source") == "":
            found["detected"] = self.language_of(step.inputs[spec.subject])
        return found

    def column(self, name: str, frame: str, plus: tuple[str, ...] = ()) -> ColumnSchema:
        """A column of a frame; UnknownColumn names the nearest."""
        columns = {c.name: c for c in self.columns(frame, plus)}
        if name not in columns:
            raise UnknownColumn(
                f"{frame} has no column {name!r}; it has {', '.join(columns)}.", hint=did_you_mean(name, columns)
            )
        return columns[name]

    def columns(self, frame: str, plus: tuple[str, ...] = ()) -> tuple[ColumnSchema, ...]:
        """The columns of an input frame or of a step's table, with those that the steps in `plus` add."""
        if frame in self.inputs:
            schema = self.inputs[frame]
            if schema.kind is not Kind.TABLE:
                raise InvalidPlan(f"{frame!r} is {schema.kind}, not a frame.")
            base = schema.columns
        else:
            base = self._columns_of_table(self._step(frame))
        return (*base, *(c for name in plus for c in self.added(self._step(name), frame)))

    def added(self, step: Step, frame: str) -> tuple[ColumnSchema, ...]:
        """The columns that a step adds to the frame whose rows it follows."""
        if self.rows_of(step) != frame:
            raise InvalidPlan(f"step {step.id!r} does not run over the rows of {frame!r}.")
        spec = self.spec(step)
        named = step.parameters.get("candidate_labels")
        labels = tuple(map(str, named)) if isinstance(named, list) else ()
        main = ColumnSchema(name=step.output, kind=spec.gives, dtype=spec.gives, labels=labels)
        if spec.gives is Kind.LABELS and not spec.is_operation:
            return main, ColumnSchema(name=f"{step.output}_score", kind=Kind.NUMBER, dtype="float32")
        if step.is_timed:
            return main, ColumnSchema(name=f"{step.output}_segments", dtype="list")
        return (main,)

    def _columns_of_table(self, step: Step) -> tuple[ColumnSchema, ...]:
        gives = self.spec(step).gives
        if gives in TABLE_COLUMNS:
            row = (ColumnSchema(name="row", kind=Kind.NUMBER, dtype="int64"),) if self.rows_of(step) else ()
            return (*row, *TABLE_COLUMNS[gives])
        if gives is not Kind.TABLE:
            raise InvalidPlan(f"step {step.id!r} gives {gives}, not a table.")
        if "columns" in step.parameters:
            return tuple(ColumnSchema(name=str(name)) for name in step.parameters["columns"])
        match step.inputs.get("table"):
            case Frame(frame=name, plus=plus):
                return self.columns(name, plus)
            case StepOutput(step=name):
                return self.columns(name)
        raise InvalidPlan(f"step {step.id!r} has no table to read.")

    def _step(self, name: str) -> Step:
        if name not in self.steps:
            raise InvalidPlan(
                f"no step or input is called {name!r}.", hint=did_you_mean(name, [*self.steps, *self.inputs])
            )
        return self.steps[name]

    def _input(self, name: str) -> InputSchema:
        if name not in self.inputs:
            raise InvalidPlan(f"no input is called {name!r}.", hint=did_you_mean(name, self.inputs))
        return self.inputs[name]


_CUT = frozenset({"split", "crop", "frames"})


def gives_lists(step: Step) -> bool:
    """True for a step that gives a list a row: the parts of a text, a picture or a video, or a result for each part."""
    return step.task in _CUT or step.map


def validate(plan: Plan) -> Plan:
    """The same plan, when every reference exists, kinds fit, nothing waits for itself and parameters are in range.

    Raises: InvalidPlan, UnknownTask, UnknownColumn; each names the step, what was found and the nearest right name.
    """
    names = [*plan.step_ids, *(i.name for i in plan.inputs)]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise InvalidPlan(f"two steps or inputs are called {twice!r}.", hint="rename one")
    plan.ordered()
    scope = Scope(plan)
    for step in plan.steps:
        _check_inputs(scope, step)
        _check_parameters(scope, step)
        for predicate in step.where:
            _check_predicate(scope, step, predicate)
    _check_outputs(scope)
    _check_answer(plan)
    return plan


def _check_inputs(scope: Scope, step: Step) -> None:
    spec = scope.spec(step)
    if missing := [slot for slot in spec.takes if slot not in step.inputs and slot not in spec.optional]:
        raise InvalidPlan(
            f"step {step.id!r}: {step.task} needs {missing[0]}.", hint=f"give it {spec.takes[missing[0]]}"
        )
    for slot, reference in step.inputs.items():
        if slot not in spec.takes:
            raise InvalidPlan(f"step {step.id!r}: {step.task} takes no {slot!r}.", hint=did_you_mean(slot, spec.takes))
        found = scope.kind_of(reference)
        if not may_become(found, spec.takes[slot]):
            hint = hint_of(found, spec.takes[slot]) if found else ""
            why = f"step {step.id!r}: {slot} is {found}, {step.task} wants {spec.takes[slot]}."
            raise InvalidPlan(why, hint=hint)
        _check_shape(scope, step, slot, reference)
    scope.rows_of(step)


def _check_shape(scope: Scope, step: Step, slot: str, reference: Reference) -> None:
    """A slot for a whole table gets one; lists are read one by one, and in the first slot only."""
    spec = scope.spec(step)
    if spec.takes[slot] is Kind.TABLE and isinstance(reference, Column | Constant):
        raise InvalidPlan(f"step {step.id!r}: {slot} wants a whole table.", hint="name the frame, not a column")
    if not isinstance(reference, StepOutput) or not gives_lists(scope.steps[reference.step]):
        return
    if slot != spec.subject:
        raise InvalidPlan(f"step {step.id!r}: {reference.step!r} gives lists, which {slot} of {step.task} cannot read.")
    if not step.map:
        raise InvalidPlan(
            f"step {step.id!r}: {reference.step!r} gives a list for each row.", hint="set map, to run over each part"
        )


def _check_parameters(scope: Scope, step: Step) -> None:
    spec = scope.spec(step)
    for name, value in step.parameters.items():
        if name not in spec.by_name:
            hint = did_you_mean(name, spec.by_name) or f"it takes {', '.join(spec.by_name) or 'none'}"
            raise InvalidPlan(f"step {step.id!r}: {step.task} has no parameter {name!r}.", hint=hint)
        spec.by_name[name].checked(value, step=step.id)
    for parameter in spec.parameters:
        if parameter.required and not step.parameters.get(parameter.name):
            raise InvalidPlan(f"step {step.id!r}: {step.task} needs {parameter.name} ({parameter.help}).")
    if step.task == "chart":
        table = step.inputs["table"]
        frame, plus = (table.frame, table.plus) if isinstance(table, Frame) else (table.step, ())  # type: ignore[union-attr]
        for name in ("x", "y", "color"):
            if step.parameters.get(name):
                scope.column(step.parameters[name], frame, plus)


def _check_predicate(scope: Scope, step: Step, predicate: Predicate) -> None:
    scope.kind_of(predicate.of)
    over = scope.frame_of(predicate.of)
    table = step.inputs.get("table")
    rows = (
        table.frame
        if isinstance(table, Frame)
        else table.step
        if isinstance(table, StepOutput)
        else scope.rows_of(step)
    )
    if over != rows:
        raise InvalidPlan(f"step {step.id!r}: its condition looks at rows of {over}, the step runs over {rows}.")
    if predicate.op not in ("is-null", "not-null") and predicate.value is None:
        raise InvalidPlan(f"step {step.id!r}: the condition {predicate.op} has no value.")
    if (predicate.op == "in") != isinstance(predicate.value, tuple):
        raise InvalidPlan(f"step {step.id!r}: only `in` takes a list of values.")


def _check_answer(plan: Plan) -> None:
    """The answer speaks of steps that there are, of each once."""
    for place, name in enumerate(plan.answer):
        if name not in plan.step_ids:
            hint = did_you_mean(name, plan.step_ids)
            raise InvalidPlan(f"the answer speaks of {name!r}, which is no step.", hint=hint)
        if name in plan.answer[:place]:
            raise InvalidPlan(f"the answer speaks of {name!r} twice.", hint="name each step once")


def _check_outputs(scope: Scope) -> None:
    """No two columns of one frame have one name."""
    taken: dict[str, set[str]] = {i.name: {c.name for c in i.columns} for i in scope.plan.inputs}
    for step in scope.plan.steps:
        frame = scope.rows_of(step)
        if frame is None:
            continue
        columns = taken.setdefault(frame, set())
        for column in scope.added(step, frame):
            if column.name in columns:
                raise InvalidPlan(f"step {step.id!r} would overwrite the column {column.name!r} of {frame}.")
            columns.add(column.name)
