"""The Plan: the one value that flows. Frozen, always the same JSON; a change returns a new one. It runs nothing."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError

from .errors import InvalidPlan
from .kinds import InputSchema, Schema

NAME = r"^[^\W\d]\w{0,63}$"
MAX_STEPS = 12
MODERATION = "moderation_of_"
"""Begins the id of a step that looks at what another one gives, for `--moderate`."""


class Column(Schema):
    """A column of an input frame, or of the table that a step gives."""

    column: str
    of: str


class StepOutput(Schema):
    """What another step gives: row for row where that step ran over a column."""

    step: str


class Variable(Schema):
    """An input that is a single value."""

    variable: str


class Frame(Schema):
    """A frame (an input, or a step's table) with the columns that the steps in `plus` add to it."""

    frame: str
    plus: tuple[str, ...] = ()


class Constant(Schema):
    """A value that the request itself states."""

    constant: str | int | float | bool


Reference = Column | StepOutput | Variable | Frame | Constant


class Predicate(Schema):
    """One condition on a row. Labels are compared without regard to case."""

    of: Column | StepOutput
    op: Literal["==", "!=", "<", "<=", ">", ">=", "in", "contains", "is-null", "not-null"] = "=="
    value: str | int | float | bool | tuple[str | int | float, ...] | None = None


class ModelChoice(Schema):
    """A model pinned to a step: `revision` is 40 hex digits.

    `reason` says what the choice rests on, `limits` what the model's makers say it cannot do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")
    reason: str = ""
    limits: str = ""


Want = Literal["bigger", "smaller", "faster", "better", "other", "multilingual"]


class Instead(Schema):
    """What a follow-up wants of a step's model, against the model `of` that the step had."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    of: str
    want: Want


class Step(Schema):
    """One task over its inputs.

    `where` selects rows (all conditions hold; the others stay null); `map` runs each element of list-valued rows.
    `output` names the column, table or value that it gives. `wanted` is a model that the request named in words,
    `instead` says how the model is to differ from the one that the step had; JSON lacks it where nothing is asked.
    """

    id: str = Field(pattern=NAME)
    task: str
    inputs: dict[str, Reference]
    parameters: dict[str, Any] = Field(default_factory=dict)
    where: tuple[Predicate, ...] = ()
    map: bool = False
    output: str = Field(min_length=1, max_length=128)
    wanted: str = ""
    model: ModelChoice | None = None
    instead: Instead | None = Field(default=None, exclude_if=operator.not_)

    def unpinned(self) -> Self:
        """The same step without its model."""
        return self.model_copy(update={"model": None})

    @property
    def moderates(self) -> str:
        """The step that this one looks at so that what is unsafe is withheld; empty for any other step."""
        given = next(iter(self.inputs.values()), None)
        return given.step if self.id.startswith(MODERATION) and isinstance(given, StepOutput) else ""

    @property
    def is_timed(self) -> bool:
        """True for a transcript of rows that says when each piece is spoken."""
        return not self.map and self.parameters.get("timestamps", "none") != "none"

    @property
    def parents(self) -> frozenset[str]:
        """Names that it reads from: ids of steps, names of inputs."""
        found: set[str] = set()
        for reference in (*self.inputs.values(), *(p.of for p in self.where)):
            match reference:
                case Column(of=name) | StepOutput(step=name) | Variable(variable=name):
                    found.add(name)
                case Frame(frame=name, plus=plus):
                    found.update((name, *plus))
        return frozenset(found)


class Plan(Schema):
    """A typed chain of tasks over inputs.

    `notes` lists what a reader should know: repairs, assumptions, limits. `planner` is who made it. `follows` are the
    earlier requests that a follow-up edits, oldest first, as far as they say limits, which still hold.
    `answer` are the ids of the steps that the answer speaks of first, in that order: references alone, as a plan is
    written before anything is known; the words come from their outputs. JSON lacks what is empty of these two.
    """

    version: Literal[1] = 1
    request: str = ""
    language: Literal["en", "zh"] = "en"
    planner: str = ""
    inputs: tuple[InputSchema, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MAX_STEPS)
    notes: tuple[str, ...] = ()
    follows: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    answer: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)

    @property
    def hash(self) -> str:
        """16 hex digits over what is done: inputs' names and kinds, and the steps with their models.

        The words of the request, the notes, reasons and limits do not count, so that the same plan asked for in English
        and in Chinese has the same hash.
        """
        steps = [_done_by(s) for s in self.steps]
        inputs = [[i.name, i.kind] for i in self.inputs]
        text = json.dumps([self.version, inputs, steps], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError if there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    @property
    def step_ids(self) -> tuple[str, ...]:
        """Ids in the order in which they are written."""
        return tuple(s.id for s in self.steps)

    def input(self, name: str) -> InputSchema | None:
        """The input of that name, or None."""
        return next((i for i in self.inputs if i.name == name), None)

    def ordered(self) -> tuple[Step, ...]:
        """Steps so that each comes after those it reads from; InvalidPlan for a cycle."""
        ids = set(self.step_ids)
        graph = {s.id: sorted(s.parents & ids) for s in self.steps}
        try:
            return tuple(self.step(i) for i in TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise InvalidPlan(f"steps {' → '.join(error.args[1])} wait for each other.") from None

    def columns_read(self, name: str, columns: Sequence[str]) -> list[str]:
        """Those `columns` of an input frame that some step reads; all where a step reads the frame."""
        found: set[str] = set()
        for step in self.steps:
            for reference in (*step.inputs.values(), *(p.of for p in step.where)):
                match reference:
                    case Column(column=column, of=of) if of == name:
                        found.add(column)
                    case Frame(frame=frame) if frame == name:
                        return list(columns)
        return sorted(found)

    @property
    def sinks(self) -> tuple[Step, ...]:
        """Steps whose output no other step reads: what the request was after."""
        read = {name for s in self.steps for name in s.parents}
        return tuple(s for s in self.steps if s.id not in read)

    def descendants(self, step_id: str) -> frozenset[str]:
        """Ids of the steps that depend on a step, itself not among them."""
        found: set[str] = set()
        for step in self.ordered():
            if step.parents & (found | {step_id}):
                found.add(step.id)
        return frozenset(found)

    def same_as(self, other: Plan) -> frozenset[str]:
        """Ids of the steps that must give what they give in another plan: they and all that they rest on are alike."""
        steps = {s.id: _done_by(s) for s in other.steps}
        kinds = {i.name: i.kind for i in other.inputs}
        ids = set(self.step_ids)
        found: set[str] = set()
        for step in self.ordered():
            inputs = step.parents - ids
            if steps.get(step.id) == _done_by(step) and step.parents & ids <= found and all(n in kinds for n in inputs):
                found.add(step.id)
        return frozenset(found)

    def with_step(self, step: Step) -> Self:
        """The same plan with the step of that id replaced."""
        return self.model_copy(update={"steps": tuple(step if s.id == step.id else s for s in self.steps)})

    def with_model(self, step_id: str, model: ModelChoice | None) -> Self:
        """The same plan with a model pinned to a step."""
        return self.with_step(self.step(step_id).model_copy(update={"model": model}))

    def with_notes(self, notes: Sequence[str]) -> Self:
        """The same plan with more to tell its reader, each thing once."""
        return self.model_copy(update={"notes": tuple(dict.fromkeys((*self.notes, *notes)))})

    def to_json(self, *, indent: int | None = None) -> str:
        """The plan as JSON, always the same for the same plan."""
        return self.model_dump_json(indent=indent, exclude_defaults=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """A plan from outside; InvalidPlan says where it does not fit the schema."""
        try:
            return cls.model_validate_json(text)
        except (ValidationError, RecursionError) as error:
            raise InvalidPlan(f"not a plan: {_first(error)}", hint="see Plan.model_json_schema()") from None


def _done_by(step: Step) -> dict[str, Any]:
    """What a step does: all of it but words about its model."""
    return step.model_dump(mode="json", exclude={"model": {"reason", "limits"}, "wanted": True, "instead": True})


def _first(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'top'}: {first['msg']}"
