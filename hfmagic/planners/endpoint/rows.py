"""An LLM's steps over whole tables: filter, aggregate, sort, chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import InvalidPlan
from ...kinds import Kind
from ...plan import Column, Predicate, StepOutput
from ..conditions.condition import Condition
from ..draft import Table, Thing
from ..makers import needs_query, predicates
from ..mentions import Words
from ..tables.filters import as_sql, select_rows
from ..tables.measures import quote
from ..tables.queries import Aggregate, free_alias, group_rows
from ..tables.selects import query_table
from .fields import Broken, Fields
from .filters import Filters
from .lookup import Lookup
from .wire import COMPUTE, MARKS, ORDER

_SQL = {"mean": "avg"}
_VALUE = re.compile(r"(mean|average|sum|total)(?:\s+of)?\s+(?P<name>.+)", re.IGNORECASE | re.DOTALL)


@dataclass
class Rows:
    """The table operations of a draft."""

    lookup: Lookup

    def __post_init__(self) -> None:
        self.filters = Filters(self.lookup)

    @property
    def tasks(self) -> Mapping[str, Callable[[Fields], None]]:
        """Task → what adds it."""
        return {"filter": self._filter, "aggregate": self._aggregate, "sort": self._sort, "chart": self._chart}

    def add(self, task: str, step: Fields) -> None:
        """Add a step. Raises: InvalidPlan."""
        self.tasks[task](step)

    def _filter(self, step: Fields) -> None:
        found = self.filters.read(step)
        if not found:
            line = f"{step.where}: filter has no condition."
            raise Broken(step.at("where"), line, hint="leave it out, or say which rows to keep")
        self._kept(step, found, self._table(step, found))

    def _kept(self, step: Fields, found: Sequence[Condition | Predicate], table: Table) -> Table:
        """The table with the rows that conditions keep; conditions that it was selected by say nothing new."""
        draft = self.lookup.draft
        plain = [c for c in found if isinstance(c, Condition)]
        listed = [c for c in found if isinstance(c, Predicate)]
        if any(needs_query(c) for c in plain):
            if listed:
                raise InvalidPlan(f"{step.where}: a list of values cannot stand beside such a condition.")
            return select_rows(draft, table, plain)
        rows = [p for p in (*predicates(draft, plain, table), *listed) if not self._held(table, p)]
        return draft.add_table("filter", table, where=rows) if rows else table

    def _held(self, table: Table, predicate: Predicate) -> bool:
        """True when a table is what a filter gave for the same condition."""
        draft = self.lookup.draft
        if table.name == table.root or draft.step(table.name).task != "filter":
            return False
        names = {(_column(p), p.op, p.value) for p in draft.step(table.name).where}
        asked = next((t for t in table.things if t.reference == predicate.of), None)
        made = {(draft.step(s).output if s in {x.id for x in draft.steps} else s, op, v) for s, op, v in names}
        return asked is not None and (asked.name, predicate.op, predicate.value) in made

    def _aggregate(self, step: Fields) -> None:
        draft, lookup = self.lookup.draft, self.lookup
        names = step.texts("by")
        by = [lookup.get(n, where=step.at("by")) for n in names]
        compute = step.one_of("compute", COMPUTE, "count")
        measured = step.text("column")
        on = lookup.get(measured, where=step.at("column")) if measured else None
        found = self.filters.read(step)
        used = [*by, *([on] if on else []), *_looked(found)]
        table = lookup.table(used, where=step.at("where"))
        share = [c for c in found if isinstance(c, Condition)] if compute == "share" else []
        tests = " AND ".join(as_sql(draft, c, table) for c in share)
        if found and not share:
            table = self._kept(step, found, table)
            by = [_again(table, t) for t in by]
            on = _again(table, on) if on else None
        by = list(dict.fromkeys(by))
        what = _what(step, compute, on, by, tests)
        limit = step.number_of("limit")
        down = step.one_of("order", ORDER, ORDER[0]) == ORDER[0]
        group_rows(draft, table, by, Aggregate(*what, max(0, min(limit, 10_000)), down))

    def _sort(self, step: Fields) -> None:
        draft = self.lookup.draft
        found = self.filters.read(step)
        by = self.lookup.get(step.text("by"), where=step.at("by"), grouped=True)
        table = self._of(by) or self.lookup.table([by, *_looked(found)], where=step.at("where"))
        table = self._kept(step, found, table) if found else table
        by = _again(table, by)
        direction = " DESC" if step.one_of("order", ORDER, ORDER[0]) == ORDER[0] else ""
        limit = max(0, min(step.number_of("limit"), 100_000))
        sql = f"SELECT * FROM {quote(table.name)} ORDER BY {quote(by.name)}{direction} NULLS LAST"  # noqa: S608  quoted
        query_table(draft, table, sql + (f" LIMIT {limit}" if limit else ""))

    def _chart(self, step: Fields) -> None:
        draft = self.lookup.draft
        mark = step.one_of("mark", MARKS, "bar")
        how, measured = self._measured(step)
        names = {"x": step.text("x"), "color": step.text("color"), "y": measured}
        named = {
            a: self.lookup.get(n, where=step.at("value" if a == "y" else a), grouped=True)
            for a, n in names.items()
            if n
        }
        named |= self._own_label(named)
        found = self.filters.read(step)
        newest = draft.tables[0] if draft.tables else None
        if newest and newest.grouped and all(t.name in _names(newest) for t in named.values()):
            draft.add_chart(newest, _grouped_axes(newest, named, mark))
            return
        table = self.lookup.table([*named.values(), *_looked(found)], where=step.at("where"))
        where: list[Predicate] = []
        if any(isinstance(c, Condition) and needs_query(c) for c in found):
            table = self._kept(step, found, table)
        else:
            where = predicates(draft, [c for c in found if isinstance(c, Condition)], table)
            where += [c for c in found if isinstance(c, Predicate)]
        named = {axis: _again(table, thing) for axis, thing in named.items()}
        parameters, shown = _axes(step, named, mark, how)
        draft.add_chart(table, parameters, self._shown_rows(where, shown))

    def _own_label(self, named: Mapping[str, Thing]) -> dict[str, Thing]:
        """The one label that this plan gives, for the colour of a count, where the request names no such column."""
        color = named.get("color")
        made = [t for t in self.lookup.things() if t.step and t.kind is Kind.LABELS]
        if color is None or color.derived or color.step or "y" in named or len(made) != 1 or made[0] in named.values():
            return {}
        if Words(self.lookup.request).score(color):
            return {}
        self.lookup.repairs.append(("name", (color.name, made[0].name)))
        return {"color": made[0]}

    def _measured(self, step: Fields) -> tuple[str, str]:
        """How a chart's `value` makes one of many, and of which column: `mean price`; none for `count`."""
        value = step.text("value")
        if value in ("", "count") or self.lookup.find(value, grouped=True):
            return "mean", "" if value == "count" else value
        match = _VALUE.fullmatch(value)
        return ("sum" if match and match[1].lower() in ("sum", "total") else "mean"), match["name"] if match else value

    def _shown_rows(self, where: list[Predicate], shown: Sequence[Thing]) -> list[Predicate]:
        """Rows that a shown step did not run over are left out."""
        draft = self.lookup.draft
        kept = list(where)
        for thing in shown:
            if thing.step and isinstance(thing.reference, StepOutput) and draft.is_partial(thing.step):
                own = draft.conditions_of(thing.step)
                kept = [*(p for p in kept if p not in own), Predicate(of=thing.reference, op="not-null")]
        return list(dict.fromkeys(kept))

    def _table(self, step: Fields, found: Sequence[Condition | Predicate]) -> Table:
        looked = _looked(found)
        return (self._of(looked[0]) if looked else None) or self.lookup.table(looked, where=step.at("where"))

    def _of(self, thing: Thing) -> Table | None:
        """The newest table of groups, when a thing is of it."""
        tables = self.lookup.draft.tables
        grouped = tables[0] if tables and tables[0].grouped else None
        return grouped if grouped and thing in grouped.things else None


def _what(step: Fields, compute: str, on: Thing | None, by: list[Thing], tests: str) -> tuple[str, str]:
    """SQL of what is computed, and the name of its column."""
    if compute == "share":
        value = f"avg(CASE WHEN {tests} THEN 1.0 ELSE 0.0 END)" if tests else "count(*) * 1.0 / sum(count(*)) OVER ()"
        return value, free_alias("share", by)
    if compute == "count" or (on is None and compute == "distinct"):
        return "count(*)", free_alias("n", by)
    if on is None:
        raise Broken(
            step.at("column"), f"{step.where}: the {compute} of which column?", hint="name a column of numbers"
        )
    if compute == "distinct":
        return f"count(DISTINCT {quote(on.name)})", free_alias("n", by)
    if on.kind not in (Kind.NUMBER, None):
        line = f"{step.where}: {on.name} is {on.kind}, so it has no {compute}."
        raise Broken(step.at("compute"), line, hint="compute count", choices=("count", "distinct"))
    return f"{_SQL.get(compute, compute)}({quote(on.name)})", free_alias(f"{compute}_{on.name}", by)


def _axes(step: Fields, named: Mapping[str, Thing], mark: str, how: str) -> tuple[dict[str, Any], list[Thing]]:
    """The parameters of a chart of rows, and the columns shown."""
    x, color, y = (named.get(axis) for axis in ("x", "color", "y"))
    x, color = (x, color) if x else (color, None)
    if x is None:
        raise Broken(step.at("x"), f"{step.where}: the chart has no x.", hint="name a column")
    y = y if y is not None and y.kind in (Kind.NUMBER, None) and y != x else None
    color = color if color not in (x, y) else None
    mark = "bar" if mark == "histogram" and x.kind is Kind.LABELS else mark  # words have no bins
    parameters: dict[str, Any] = {"mark": mark, "x": x.name, "aggregate": "count"}
    if mark == "histogram":
        return parameters, [x]
    if y is not None:
        parameters |= {"y": y.name, "aggregate": "none" if mark == "scatter" else how}
    if color is not None:
        parameters["color"] = color.name
    return parameters, [t for t in (x, color) if t is not None]


def _grouped_axes(table: Table, named: Mapping[str, Thing], mark: str) -> dict[str, Any]:
    """Groups and their number are charted as they are."""
    *groups, value = table.things
    if not groups:
        return {"mark": "histogram", "x": value.name, "aggregate": "count"}
    x = named.get("x")
    x = x if x in groups else groups[0]
    parameters: dict[str, Any] = {"mark": mark, "x": x.name, "y": value.name, "aggregate": "none"}
    if others := [g for g in groups if g != x]:
        parameters["color"] = others[0].name
    return parameters


def _looked(found: Sequence[Condition | Predicate]) -> list[Thing]:
    return [c.on for c in found if isinstance(c, Condition) and isinstance(c.on, Thing)]


def _again(table: Table, thing: Thing) -> Thing:
    """The same thing in a table made since."""
    return next((t for t in table.things if t.name == thing.name), thing)


def _names(table: Table) -> set[str]:
    return {t.name for t in table.things}


def _column(predicate: Predicate) -> str:
    return predicate.of.column if isinstance(predicate.of, Column) else predicate.of.step
