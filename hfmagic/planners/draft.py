"""A plan under construction: its steps, and the things that the next step can work on. Knows no words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..errors import NoTaskFits
from ..kinds import MEDIA, InputSchema, Kind
from ..plan import MAX_STEPS, Column, Constant, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from ..scope import gives_lists
from ..tags import runnable_task
from .mentions import concept
from .words import OUTPUT_WORDS

_LONGEST_NAME = 120
_SCORE = "score"  # the end of the name of the column beside labels


@dataclass(frozen=True)
class Thing:
    """Something that a step can read: a column, a single value, or the output of a step.

    `base` begins the names of what is made from it, `step` made it in this plan, `frame` is the frame whose rows it
    follows, and `derived` is true when hfmagic made it, now or before. A `loose` one exists in tables only (the score
    beside a label): a step cannot read it, a query or chart over the table can. `sql` computes one that is no column.
    """

    reference: Column | StepOutput | Variable | Constant
    kind: Kind | None
    name: str
    concept: str
    base: str
    frame: str | None = None
    step: str = ""
    derived: bool = False
    labels: tuple[str, ...] = ()
    loose: bool = False
    is_date: bool = False
    sql: str = ""

    @property
    def is_id(self) -> bool:
        """True for a column whose name says that it numbers the rows."""
        return self.concept == "id" or self.name.lower().endswith("id")


@dataclass
class Table:
    """A frame: an input, or what a table step gave. `root` is the input that its rows come from."""

    name: str
    root: str
    things: list[Thing]
    grouped: bool = False


@dataclass
class Draft:
    """The steps so far, and what there is to work on: `tables` newest first, `values` oldest first.

    `clauses` maps a step to the number of its clause; `clause` and `said` are the one that is being planned. `language`
    is the request's own.
    """

    inputs: tuple[InputSchema, ...]
    previous: Plan | None = None
    steps: list[Step] = field(default_factory=list)
    clauses: dict[str, int] = field(default_factory=dict)
    notes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    values: list[Thing] = field(default_factory=list)
    clause: int = 0
    said: str = ""
    language: Literal["en", "zh"] = "en"

    def __post_init__(self) -> None:
        for schema in self.inputs:
            if schema.kind is Kind.TABLE:
                self.tables.append(Table(schema.name, schema.name, list(_columns(schema, self.previous))))
            else:
                reference = Variable(variable=schema.name)
                self.values.append(Thing(reference, schema.kind, schema.name, concept(schema.name), schema.name))
        self._recognise_grouped()

    def _recognise_grouped(self) -> None:
        """A table of groups and their number, as the last plan's query gave it, is charted as it is."""
        query = self.previous.steps[-1].parameters if self.previous else {}
        last = query.get("columns") if " GROUP BY " in query.get("query", "") else None
        for table in self.tables:
            names = [t.name for t in table.things]
            if names == last:  # the only string column of a table is taken for text; this one is a group
                table.things = [replace(t, kind=Kind.LABELS) if t.kind is Kind.TEXT else t for t in table.things]
            table.grouped = _counts(table) and (names == last or names[-1] in ("n", "share"))

    def note(self, key: str, *words: str) -> None:
        """Remember what a reader should know; `key` is one of `notes.NOTES`."""
        if (key, words) not in self.notes:
            self.notes.append((key, words))

    @property
    def made_before(self) -> frozenset[str]:
        """Names of what the steps of the last plan gave."""
        return frozenset(s.output for s in self.previous.steps) if self.previous else frozenset()

    @property
    def rows(self) -> list[Table]:
        """Tables with the rows of an input, newest first."""
        return [t for t in self.tables if not t.grouped or t.name == t.root]

    @property
    def last_table(self) -> Table | None:
        """The rows that the last step over rows made or ran over, else the only ones; None when there are several."""
        rows = self.rows
        for step in reversed(self.steps):
            made = [t for t in rows if t.name == step.id or any(x.step == step.id for x in t.things)]
            if made:
                newer = [t for t in rows if t.root == made[0].root]
                return newer[0]
        return rows[0] if len(rows) == 1 else None

    def root(self, thing: Thing) -> str:
        """The input whose rows a thing follows, or an empty string."""
        return self.table(thing.frame).root if thing.frame else ""

    def table(self, name: str) -> Table:
        """The table of that name."""
        return next(t for t in self.tables if t.name == name)

    def step(self, step_id: str) -> Step:
        """The step of that id."""
        return next(s for s in self.steps if s.id == step_id)

    def gives_lists(self, step_id: str) -> bool:
        """True for a step that gives several texts a row: what reads them runs over each."""
        return gives_lists(self.step(step_id))

    def step_index(self, step_id: str) -> int:
        """The place of a step in the order of making."""
        return next(i for i, s in enumerate(self.steps) if s.id == step_id)

    def frame(self, table: Table) -> Frame:
        """A reference to a table with the columns that steps have added to it; embeddings are no columns to show."""
        plus = tuple(t.step for t in table.things if t.step and t.kind is not Kind.EMBEDDING)
        return Frame(frame=table.name, plus=tuple(dict.fromkeys(plus)))

    def add(
        self,
        task: str,
        subject: Thing,
        *,
        word: str,
        parameters: dict[str, Any] | None = None,
        where: Sequence[Predicate] = (),
        also: dict[str, Reference] | None = None,
        name: str = "",
    ) -> Thing:
        """A step over a column or a value; what it gives."""
        spec = runnable_task(task)
        step_id = self._free_id(word)
        table = self.table(subject.frame) if subject.frame else None
        output = self._free_name(name or f"{subject.base[:_LONGEST_NAME]}_{word}", table, asked=bool(name))
        inputs: dict[str, Reference] = {spec.subject: subject.reference, **(also or {})}
        self._append(
            Step(
                id=step_id,
                task=task,
                inputs=inputs,
                parameters=parameters or {},
                where=tuple(where),
                map=subject.step != "" and self.gives_lists(subject.step),
                output=output,
            )
        )
        labels = tuple(str(x) for x in (parameters or {}).get("candidate_labels", ()))
        thing = Thing(
            StepOutput(step=step_id), spec.gives, output, word, subject.base, subject.frame, step_id, True, labels
        )
        (table.things if table else self.values).append(thing)
        if table and spec.gives is Kind.LABELS and not spec.is_operation:
            score = f"{output}_{_SCORE}"
            reference = Column(column=score, of=table.name)
            table.things.append(
                Thing(reference, Kind.NUMBER, score, _SCORE, subject.base, table.name, derived=True, loose=True)
            )
        return thing

    def add_table(
        self,
        task: str,
        table: Table,
        *,
        parameters: dict[str, Any] | None = None,
        where: Sequence[Predicate] = (),
        columns: list[Thing] | None = None,
    ) -> Table:
        """A filter or sql step over a whole table; the table that it gives. `columns`: what is in it, else the same."""
        step_id = self._add_over(table, task, parameters or {}, where)
        kept = columns if columns is not None else [t for t in table.things if t.kind is not Kind.EMBEDDING]
        things = [
            replace(t, reference=Column(column=t.name, of=step_id), frame=step_id, step="", loose=False, sql="")
            for t in kept
        ]
        made = Table(step_id, table.root, things, grouped=columns is not None)
        self.tables.insert(0, made)
        return made

    def add_chart(self, table: Table, parameters: dict[str, Any], where: Sequence[Predicate] = ()) -> None:
        """A chart of a table."""
        self._add_over(table, "chart", parameters, where)

    def _add_over(self, table: Table, task: str, parameters: dict[str, Any], where: Sequence[Predicate]) -> str:
        step_id = self._free_id(task)
        inputs: dict[str, Reference] = {"table": self.frame(table)}
        word = runnable_task(task).word
        self._append(Step(id=step_id, task=task, inputs=inputs, parameters=parameters, where=tuple(where), output=word))
        return step_id

    def conditions_of(self, step_id: str) -> frozenset[Predicate]:
        """The conditions on a step and on those that it reads."""
        step = self.step(step_id)
        ids = {s.id for s in self.steps}
        above = (self.conditions_of(p) for p in step.parents if p in ids)
        return frozenset(step.where).union(*above)

    def newest(self, table: Table) -> Thing | None:
        """What the last step over a table's rows made; embeddings are only a means."""
        made = [t for t in table.things if t.step and t.kind is not Kind.EMBEDDING]
        return max(made, key=lambda t: self.step_index(t.step), default=None)

    def is_partial(self, step_id: str) -> bool:
        """True when a step, or one that it reads, runs over some rows only."""
        return bool(self.conditions_of(step_id))

    def _append(self, step: Step) -> None:
        if len(self.steps) >= MAX_STEPS:
            raise NoTaskFits(
                f"the request needs more than {MAX_STEPS} steps.", hint="ask for a part of it in each cell"
            )
        self.steps.append(step)
        self.clauses[step.id] = self.clause

    def _free_id(self, word: str) -> str:
        taken = {s.id for s in self.steps} | {i.name for i in self.inputs}
        return _free(word, taken)

    def _free_name(self, name: str, table: Table | None, *, asked: bool) -> str:
        things = table.things if table else self.values
        taken = {t.name for t in things} | ({i.name for i in self.inputs} if not table else set())
        # A labels step adds a second column, its score: both names have to be free.
        free = _free(name[:_LONGEST_NAME], taken | {t[: -len("_score")] for t in taken if t.endswith("_score")})
        if free != name and (asked or name in taken):
            self.note("taken", name, free)
        return free


def _counts(table: Table) -> bool:
    return len(table.things) > 1 and not any(t.kind in (Kind.TEXT, *MEDIA) for t in table.things)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def _columns(schema: InputSchema, previous: Plan | None) -> Iterator[Thing]:
    made = {s.output for s in previous.steps} if previous else set()
    names = {c.name for c in schema.columns}
    for column in schema.columns:
        base, _, word = column.name.rpartition("_")
        known = (word in OUTPUT_WORDS or word == _SCORE) and base in names
        derived = column.name in made or known
        meaning = word if known or (derived and word in OUTPUT_WORDS) else concept(column.name)
        yield Thing(
            Column(column=column.name, of=schema.name),
            column.kind,
            column.name,
            meaning,
            base if known else column.name,
            schema.name,
            derived=derived,
            labels=column.labels,
            is_date=column.dtype.startswith("date"),
        )
