"""The chart that a clause asks for: its mark, axes, colour and rows. Knows no drawing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...errors import NoTaskFits
from ...kinds import InputSchema, Kind
from ...plan import Column, Predicate, Step, StepOutput
from ..clauses import Clause
from ..conditions.read import conditions
from ..draft import Draft, Table, Thing
from ..makers import carried, implied, needs_query, predicates
from ..mentions import Words
from ..subjects import can_do, explicit, find_table, readable
from .filters import filtered
from .groups import find_groups, find_number
from .measures import quote, sql_of, times
from .queries import SHARE, Aggregate, free_alias, group_rows, plan_aggregate
from .selects import query_table, sql_text

_MARKS = (
    ("histogram", r"\bhistogram|直方图"),
    ("heatmap", r"\bheat ?map|热力图|热图"),
    ("scatter", r"\bscatter|散点图"),
    (
        "line",
        r"\bline (?:chart|plot|graph)|\btrends?\b|\bover (?:the )?(?:time|months|years|weeks|days)\b|折线图"
        r"|趋势|变化|走势",
    ),
)
_PIE = re.compile(
    r"\b(?:pie|donut|doughnut|radar|area|bubble|tree ?map|sankey|violin|box)(?=\s*(?:charts?|plots?|graphs?"
    r"|diagrams?)\b)|饼图?",
    re.I,
)
_MEAN = re.compile(r"\b(?:average|avg|mean)\b|平均|均值|均分", re.IGNORECASE)
_SUM = re.compile(r"\b(?:total|sum)\b|总和|总计|合计", re.IGNORECASE)


def plan_chart(draft: Draft, clause: Clause) -> None:
    """One chart step: "chart them per product"."""
    if pie := _PIE.search(clause.text):
        draft.note("mark", "饼" if draft.language == "zh" else pie[0].lower())
    if not draft.tables:
        raise NoTaskFits(f"{clause.words()!r} needs a table, and there is none.", hint=can_do(draft))
    if draft.tables[0].grouped and not _elsewhere(draft, clause):
        _chart_grouped(draft, clause, draft.tables[0])
        return
    if SHARE.search(clause.text) and not draft.tables[0].grouped:
        plan_aggregate(draft, clause)
        _chart_grouped(draft, clause, draft.tables[0])
        return
    table = find_table(draft, clause)
    explicit(draft, clause, readable(draft))
    found = conditions(clause, table.things)
    looked = {c.on.name for c in found if isinstance(c.on, Thing)}
    if any(needs_query(c) for c in found):
        table, found = filtered(draft, clause, table), []
    where = predicates(draft, found, table) or carried(draft, clause, table)
    groups, dates = find_groups(draft, clause, table), _times(clause, table)
    by = [*(() if any(t.sql for t in groups) else dates), *(t for t in groups if t not in dates)]
    numbers = _numbers(draft, clause, table, [*by, *(t for t in table.things if t.name in looked)])
    if any(t.sql for t in (*by, *numbers)):
        _chart_computed(draft, clause, filtered(draft, clause, table) if found else table, by, numbers)
        return
    own = (p for t in by if t.step for p in draft.conditions_of(t.step))
    fixed = {p.of for p in (*where, *own) if p.op == "=="}
    parameters, shown = _axes(draft, clause, table, by, numbers, fixed=fixed)
    draft.add_chart(table, parameters, _rows(draft, where, shown))


def _chart_computed(draft: Draft, clause: Clause, table: Table, by: list[Thing], numbers: list[Thing]) -> None:
    """What no column holds (months, lengths) is computed by a query first."""
    if _mark(clause) == "scatter" and len(numbers) > 1:
        made = query_table(draft, table, _columns(table, numbers[:2]), numbers[:2])
        draft.add_chart(made, {"mark": "scatter", "x": numbers[0].name, "y": numbers[1].name, "aggregate": "none"})
        return
    if not by:
        draft_table = query_table(draft, table, _columns(table, numbers[:1]), numbers[:1])
    else:
        function = "sum" if _SUM.search(clause.text) else "avg"
        what = Aggregate("count(*)", free_alias("n", by))
        if numbers:
            alias = f"{'sum' if function == 'sum' else 'mean'}_{numbers[0].name}"
            what = Aggregate(f"{function}({sql_of(numbers[0])})", free_alias(alias, by))
        draft_table = group_rows(draft, table, by[:2], what)
    _chart_grouped(draft, clause, draft_table)


def _columns(table: Table, things: Sequence[Thing]) -> str:
    """The SELECT of some columns, computed where they are not there."""
    named = ", ".join(f"{t.sql} AS {quote(t.name)}" if t.sql else quote(t.name) for t in things)
    return sql_text("SELECT", named, "FROM", quote(table.name))


def cut_across(steps: Sequence[Step], inputs: Sequence[InputSchema]) -> list[Step]:
    """The steps, with themes that are charted per category grouped across it: else five products make five themes."""
    tables = {s.id for s in steps}
    categories = {c.name: Column(column=c.name, of=i.name) for i in inputs for c in i.columns_of(Kind.LABELS)}
    shown = [{s.parameters.get("x"), s.parameters.get("color")} for s in steps if s.task == "chart"]
    found = []
    for step in steps:
        text = step.inputs.get("text")
        beside = [categories[n] for names in shown if step.output in names for n in names if n in categories]
        if step.task == "cluster" and beside and isinstance(text, Column) and text.of in {beside[0].of, *tables}:
            across = beside[0].model_copy(update={"of": text.of})
            step = step.model_copy(update={"inputs": {**step.inputs, "across": across}})
        found.append(step)
    return found


def _elsewhere(draft: Draft, clause: Clause) -> bool:
    """True when a clause names a column that the newest table, of groups, does not hold."""
    words = Words(clause.text)
    held = {t.name for t in draft.tables[0].things}
    return any(words.score(t, clause.names) >= 2 and t.name not in held for r in draft.rows for t in r.things)


def _mark(clause: Clause) -> str:
    return next((mark for mark, words in _MARKS if re.search(words, clause.text, re.IGNORECASE)), "bar")


def _chart_grouped(draft: Draft, clause: Clause, table: Table) -> None:
    """Groups and their number are charted as they are."""
    x, *more = table.things
    mark = _mark(clause) if more else "histogram"
    parameters: dict[str, Any] = {"mark": mark, "x": x.name}
    if more:
        parameters |= {"y": more[-1].name, "aggregate": "none"}
    if len(more) > 1:
        parameters["color"] = more[0].name
    draft.add_chart(table, parameters)


def _axes(
    draft: Draft,
    clause: Clause,
    table: Table,
    by: list[Thing],
    numbers: list[Thing],
    *,
    fixed: set[Column | StepOutput],
) -> tuple[dict[str, Any], list[Thing]]:
    """The parameters, and the columns shown. `fixed` columns have one value only: they split nothing."""
    mark = _mark(clause)
    if mark == "scatter" and len(numbers) + len(by) > 1:
        x, y = [*numbers, *by][:2]
        return {"mark": mark, "x": x.name, "y": y.name, "aggregate": "none"}, []
    mark = "bar" if mark == "scatter" else mark
    label = _label(draft, clause, table, by, fixed, named_only=bool(numbers))
    shown = [t for t in (*by, label) if t is not None][:2]
    if not shown:
        if not numbers:
            raise NoTaskFits(f"{clause.words()!r}: chart which column?", hint=can_do(draft))
        return {"mark": "histogram", "x": numbers[0].name, "aggregate": "count"}, numbers[:1]
    parameters: dict[str, Any] = {"mark": mark, "x": shown[0].name, "aggregate": "count"}
    if numbers:
        parameters |= {"y": numbers[0].name, "aggregate": "sum" if _SUM.search(clause.text) else "mean"}
    if len(shown) > 1:
        parameters["color"] = shown[1].name
    return parameters, shown


def _times(clause: Clause, table: Table) -> list[Thing]:
    """The column of dates, or of months or years, along which a line runs."""
    if _mark(clause) != "line":
        return []
    return times(table.things)[:1] or [t for t in table.things if t.concept in ("month", "year")][:1]


def _numbers(draft: Draft, clause: Clause, table: Table, by: Sequence[Thing]) -> list[Thing]:
    """The numbers that a clause names; the newest one made when there is nothing else to chart."""
    match = _MEAN.search(clause.text) or _SUM.search(clause.text)
    if match and (thing := find_number(draft, clause, table, clause.text[match.end() :], by, must=True)):
        return [thing]
    words = Words(clause.text)
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and t not in by]
    named = [t for t in numbers if words.score(t, clause.names) >= 2]
    size = find_number(draft, clause.with_text(clause.text), table, "", [*by, *named], must=False)
    if size is not None and size.sql and (not named or _mark(clause) == "scatter"):
        return [*named, size]
    made = [t for t in numbers if t.step]
    return named or [t for t in made if t == draft.newest(table)]


def _label(
    draft: Draft,
    clause: Clause,
    table: Table,
    by: Sequence[Thing],
    fixed: set[Column | StepOutput],
    *,
    named_only: bool,
) -> Thing | None:
    """The labels that are charted: named, or taken for granted, or the newest."""
    words = Words(clause.text)
    labels = [t for t in table.things if t.kind is Kind.LABELS and t not in by and t.reference not in fixed]
    if named := [t for t in labels if words.score(t, clause.names) >= 2]:
        return named[-1]
    here = {t.concept for t in table.things}
    for noun in ("theme", "topic", "sentiment", "emotion", "language"):
        if noun in words.concepts and noun not in here:
            return implied(draft, table, noun)
    if named_only:
        return None
    if made := [t for t in labels if t.step]:
        return max(made, key=lambda t: draft.step_index(t.step))
    if before := [t for t in labels if t.name in draft.made_before]:
        return before[-1]
    derived = [t for t in labels if t.derived]
    pool = [] if by else derived or labels
    return pool[-1] if pool else None


def _rows(draft: Draft, where: Sequence[Predicate], shown: Sequence[Thing]) -> list[Predicate]:
    """Rows that a shown step did not run over are left out; that says all when its own condition is the clause's."""
    kept = list(where)
    for thing in shown:
        if thing.step and draft.is_partial(thing.step) and isinstance(thing.reference, StepOutput):
            own = draft.conditions_of(thing.step)
            kept = [*(p for p in kept if p not in own), Predicate(of=thing.reference, op="not-null")]
    return kept
