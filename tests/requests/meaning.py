"""What a plan does, whatever its steps and columns are called: so that two plans can be compared.

A step with a model means its task, what it reads, the rows it runs over and its parameters. A table or a chart means
what comes out over a made frame: so a filter before a count is the same as a condition in the query. Runs no model.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from hfmagic.kinds import ColumnSchema, Kind
from hfmagic.operations.query import run_query
from hfmagic.operations.select import row_mask
from hfmagic.plan import Column, Constant, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from hfmagic.scope import Scope
from hfmagic.tasks.languages import language_of

ROW = "__row"
MADE_ROWS = 400
NAMES = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
)
OPERATIONS = ("filter", "sql", "chart")
MATTERS = {"about", "style", "groups", "timestamps", "by", "candidate_labels", "target", "sentence", "template"}
FREE = {("text-to-image", "text"), ("text-to-audio", "text")}  # what is to be made may be said in more or fewer words
GUESSED = {("cluster", "text"), ("cluster", "across")}  # how themes are named and balanced is the planner's business

Rows = dict[str, list[Any]]
Meaning = tuple[Any, ...]


@dataclass(frozen=True)
class World:
    """One plan over made frames. Plans that are compared are given the same words, numbers and parameters.

    Args:
        words, numbers: that conditions compare with, so that some of the made rows meet them.
        matters: names of the parameters that are compared.
        ordered: whether the order of a table's rows counts.
    """

    plan: Plan
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    matters: frozenset[str] = frozenset(MATTERS)
    ordered: bool = False

    @cached_property
    def scope(self) -> Scope:
        """The meaning of its names."""
        return Scope(self.plan)

    def meaning(self) -> list[str]:
        """What each step does, sorted; a table that another step reads is part of what that one does."""
        tables = {s.id for s in self.plan.steps if s.task in ("filter", "sql")}
        read = {name for s in self.plan.steps for name in s.parents}
        return sorted(repr(self.step(s)) for s in self.plan.steps if s.id not in tables & read)

    def step(self, step: Step) -> Meaning:
        """What one step does."""
        if step.task == "chart":
            return self._chart(step)
        if step.task in OPERATIONS:
            return self._table(self._result(step))
        reads = [(slot, self._read(step, slot)) for slot in sorted(step.inputs) if (step.task, slot) not in GUESSED]
        rows = sorted({repr(self._condition(p)) for p in self._where(step)})
        return step.task, tuple(reads), tuple(rows), self._parameters(step), step.map, step.wanted.casefold()

    def _read(self, step: Step, slot: str) -> Meaning:
        return ("said",) if (step.task, slot) in FREE else self.reference(step.inputs[slot])

    def reference(self, reference: Reference) -> Meaning:
        """What a reference stands for."""
        match reference:
            case Column(column=name, of=frame):
                steps = (s for s in self.plan.steps if s.output == name and s.task not in OPERATIONS)
                if made := next(steps, None):
                    return self.step(made)
                return "column", name, self._base(frame)
            case StepOutput(step=name):
                return self.step(self.plan.step(name))
            case Variable(variable=name):
                return "input", name
            case Frame(frame=name, plus=plus):
                return self._table(self.rows(name, plus))
            case Constant(constant=value):
                return "constant", " ".join(re.findall(r"\w+", str(value).casefold()))

    def _base(self, frame: str) -> Meaning:
        """The input whose rows a frame holds; a table of its own where a query made it."""
        if self.plan.input(frame):
            return "input", frame
        step = self.plan.step(frame)
        table = step.inputs.get("table")
        if step.task == "filter" and isinstance(table, Frame):
            return self._base(table.frame)
        return self.step(step)

    def _where(self, step: Step) -> tuple[Predicate, ...]:
        """The conditions on its rows, those of the steps and of the filters that it reads from among them."""
        found = list(step.where)
        for reference in step.inputs.values():
            match reference:
                case StepOutput(step=name):
                    found += self._where(self.plan.step(name))
                case Column(of=name) | Frame(frame=name) if name in self.scope.steps:
                    found += self._where(self.plan.step(name)) if self.plan.step(name).task == "filter" else []
        return tuple(found)

    def _condition(self, predicate: Predicate) -> Meaning:
        value = predicate.value
        several = sorted(map(str, value)) if isinstance(value, tuple) else value
        folded = float(value) if isinstance(value, int | float) else str(several).strip().casefold()
        return self.reference(predicate.of), predicate.op, folded

    def _parameters(self, step: Step) -> Meaning:
        found = {p.name: step.parameters.get(p.name, p.default) for p in self.scope.spec(step).parameters}
        return tuple((name, _plain(name, value)) for name, value in sorted(found.items()) if name in self.matters)

    def rows(self, frame: str, plus: Sequence[str] = ()) -> Rows:
        """The rows of a frame by column, with those that steps add; `__row` says which of the made rows each is."""
        if self.plan.input(frame):
            columns = self._made(frame, self.scope.columns(frame), MADE_ROWS)
            found = {ROW: [zlib.crc32(frame.encode()) + i for i in range(MADE_ROWS)], **columns}
        else:
            step = self.plan.step(frame)
            seed = repr(self.step(step)) if step.task not in OPERATIONS else ""
            made = step.task not in OPERATIONS
            found = self._made(seed, self.scope.columns(frame), MADE_ROWS) if made else self._result(step)
        for name in plus:
            found = {**found, **self._added(self.plan.step(name), frame, found)}
        return found

    def _added(self, step: Step, frame: str, rows: Rows) -> Rows:
        """The columns that a step adds, a value for each of `rows`, null where it does not run."""
        columns, seed = self.scope.added(step, frame), repr(self.step(step))
        n = len(next(iter(rows.values())))
        places = [r % MADE_ROWS for r in rows.get(ROW, range(n))]
        runs = self._mask(self._where(step), rows, frame)
        found: Rows = {}
        for column in columns:
            values = self._values(seed + column.name.removeprefix(step.output), column)
            found[column.name] = [values[i] if runs[k] else None for k, i in enumerate(places)]
        return found

    def _mask(self, predicates: Sequence[Predicate], rows: Rows, frame: str) -> list[bool]:
        n = len(next(iter(rows.values())))
        columns = []
        for predicate in predicates:
            of = predicate.of
            name = self.plan.step(of.step).output if isinstance(of, StepOutput) else of.column
            if name not in rows and isinstance(of, StepOutput):
                rows = {**rows, **self._added(self.plan.step(of.step), frame, rows)}
            columns.append(rows[name])
        return row_mask(columns, predicates, n)

    def _made(self, seed: str, columns: Sequence[ColumnSchema], n: int) -> Rows:
        return {c.name: self._values(seed + c.name, c)[:n] for c in columns}

    def _values(self, seed: str, column: ColumnSchema) -> list[Any]:
        """Made values of a column: the same seed gives the same."""
        draw = random.Random(zlib.crc32(seed.encode()))  # noqa: S311
        if column.kind is Kind.NUMBER:
            top = 2 * max(map(abs, self.numbers), default=50.0)
            return [round(draw.uniform(0, top), 3) for _ in range(MADE_ROWS)]
        if column.kind in (Kind.LABELS, None):
            names = column.labels or (*self.words, *NAMES)
            return draw.choices(names, weights=range(len(names) + 2, 2, -1), k=MADE_ROWS)
        return [f"{column.kind} {draw.random()} {draw.choice((*self.words, ''))}" for _ in range(MADE_ROWS)]

    def _result(self, step: Step) -> Rows:
        """What a filter or a query gives; for a chart, the rows that it draws."""
        table = step.inputs["table"]
        frame, plus = (table.frame, table.plus) if isinstance(table, Frame) else (table.step, ())  # type: ignore[union-attr]
        rows = self.rows(frame, plus)
        kept = self._mask(step.where, rows, frame)
        rows = {name: [v for v, keep in zip(values, kept, strict=True) if keep] for name, values in rows.items()}
        if step.task != "sql":
            return rows
        found = run_query({frame: pa.table(rows)}, step.parameters["query"], max_rows=10_000, timeout_seconds=10)
        return {name: found.column(name).to_pylist() for name in found.column_names}

    def _table(self, rows: Rows) -> Meaning:
        """A table by its rows: which of the made ones, or, of groups and figures, the values of those without a gap."""
        if ROW in rows:
            return "rows", tuple(rows[ROW] if self.ordered else sorted(rows[ROW]))
        cells = [tuple(sorted(repr(_rounded(v)) for v in row)) for row in zip(*rows.values(), strict=True)]
        cells = [row for row in cells if "None" not in row]
        return "table", tuple(cells if self.ordered else sorted(cells))

    def _chart(self, step: Step) -> Meaning:
        """A chart by its marks: of each x and color the value; of points their places."""
        rows, given = self._result(step), step.parameters
        mark, how, y, color = (
            given.get(k, d) for k, d in (("mark", "bar"), ("aggregate", "count"), ("y", ""), ("color", ""))
        )
        n = len(next(iter(rows.values())))
        points = zip(*(rows[name] if name else [""] * n for name in (given["x"], color, y)), strict=True)
        kept = [p for p in points if None not in p]
        if mark in ("scatter", "histogram"):
            return "chart", mark, tuple(sorted(map(repr, kept)))
        cells: dict[tuple[Any, Any], list[Any]] = {}
        for x, split, value in kept:
            cells.setdefault((x, split), []).append(value)
        once = how == "count" and y and all(len(v) == 1 and isinstance(v[0], int | float) for v in cells.values())
        marks = {
            k: len(v) if how == "count" and not once else sum(v) / (len(v) if how == "mean" else 1)
            for k, v in cells.items()
        }
        return "chart", mark, tuple(sorted(repr((k, _rounded(float(v)))) for k, v in marks.items()))


def _rounded(value: Any) -> Any:
    return round(float(value), 6) if isinstance(value, int | float) else value


def _plain(name: str, value: Any) -> Any:
    """A parameter as it is compared: a language by what it means, labels in any order, text without its punctuation."""
    if name in ("target", "source") and isinstance(value, str):
        return language_of(value) or value
    if isinstance(value, list):
        return tuple(sorted(str(v).strip().casefold() for v in value))
    return " ".join(re.findall(r"\w+", value.casefold())) if isinstance(value, str) else value
