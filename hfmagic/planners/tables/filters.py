"""Rows that a clause keeps or drops: by predicates where they can say it, else by one SELECT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...errors import AmbiguousColumn, NoTaskFits
from ...kinds import Kind
from ..clauses import Clause
from ..conditions.condition import Condition, Value
from ..conditions.read import conditions, dropped, held, stated
from ..draft import Draft, Table
from ..makers import SKIP, UNCONDITIONED, carried, looked_at, needs_query, predicates
from ..mentions import Words, leading
from ..subjects import explicit, find_table, readable
from .measures import quote, sql_of
from .selects import first_rows, limit_of, query_table, sql_text
from .traits import keep_trait, trait

_FIRST = re.compile(r"\b(?:first|top)\b|前", re.IGNORECASE)
_TWICE = re.compile(r"\b(?:de-?)?duplicat\w+|\brepeated (?:rows|entries|reviews|texts)|重复|去重", re.IGNORECASE)
_ONCE = re.compile(
    r"\b(?:drop|remove|delete|exclude|discard|without|no|de-?duplicate)\b|\bdedup|去重|去掉|去除|删除|剔除",
    re.IGNORECASE,
)


def _literal(value: Value | None) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def plan_filter(draft: Draft, clause: Clause) -> None:
    """Keep rows: "only the negative ones"."""
    table = find_table(draft, clause)
    explicit(draft, clause, readable(draft))
    if _TWICE.search(clause.text):
        _twice(draft, clause, table)
        return
    kept = filtered(draft, clause, table, of=True)
    limit = limit_of(clause) if kept is table or _FIRST.search(clause.text) else 0
    if limit:
        first_rows(draft, kept, limit)
    elif kept is table and (word := trait(clause, table)):
        keep_trait(draft, table, word)
    elif kept is table:
        raise NoTaskFits(f"{clause.words()!r}: which rows to keep?", hint="such as: only rows where score > 0.9")


def _twice(draft: Draft, clause: Clause, table: Table) -> None:
    """Rows that say the same as another: each once, or those alone."""
    words = Words(clause.text)
    things = [t for t in table.things if not t.derived and not t.sql and t.kind not in (Kind.EMBEDDING, Kind.IMAGE)]
    named = [t for t in things if words.score(t, clause.names) >= 2 and t.kind is not Kind.NUMBER]
    texts = named or [t for t in things if t.kind is Kind.TEXT] or [t for t in things if not t.is_id]
    by = ", ".join(quote(t.name) for t in texts)
    what = "SELECT * FROM" if not _ONCE.search(clause.text) else f"SELECT DISTINCT ON ({by}) * FROM"
    more = "" if _ONCE.search(clause.text) else f"QUALIFY count(*) OVER (PARTITION BY {by}) > 1"
    query_table(draft, table, sql_text(what, quote(table.name), more))


def _held(draft: Draft, clause: Clause, table: Table, found: Sequence[Condition], *, of: bool) -> list[Condition]:
    """A name that the rows to keep hold somewhere ("only Nokia"), in the only column that can hold it.

    Raises: AmbiguousColumn lists the several, where nothing else says which rows.
    """
    name = held(clause, of=of)
    low = name.casefold()
    if not name or any(low in str(c.value).casefold() for c in found) or leading(name, table.things):
        return []
    given = [t for t in table.things if not t.derived and not t.is_id]
    columns = [t for t in given if t.kind is Kind.LABELS] or [t for t in given if t.kind is Kind.TEXT]
    if len(columns) > 1 and not found:
        listed = ", ".join(t.name for t in columns[:8])
        hint = f"such as: only rows where {columns[0].name} is {name!r}"
        raise AmbiguousColumn(f"{name!r} could be in {listed}.", hint=hint)
    if len(columns) != 1:
        draft.note("unused", name)
        return []
    draft.note("held", name, columns[0].name)
    return [Condition(columns[0], "lacks" if dropped(clause) else "contains", name)]


def filtered(draft: Draft, clause: Clause, table: Table, *, of: bool = False) -> Table:
    """The table with the rows that a clause's conditions keep; the same table when it has none.

    `of`: a name after "of" says which rows, too: "the average rating of Nokia".
    """
    together = stated(clause, table.things) if dropped(clause) else []
    if len({c.on for c in together}) > 1:
        return _all_but(draft, table, together)
    found = conditions(clause, table.things)
    found += _held(draft, clause, table, found, of=of)
    if not found:
        rows = carried(draft, clause, table)
        return draft.add_table("filter", table, where=rows) if rows else table
    if any(needs_query(c) for c in found):
        return select_rows(draft, table, found)
    return draft.add_table("filter", table, where=predicates(draft, found, table))


def _all_but(draft: Draft, table: Table, found: Sequence[Condition]) -> Table:
    """The rows for which not all of several conditions hold."""
    tests = " AND ".join(as_sql(draft, c, table) for c in found)
    return query_table(draft, table, sql_text("SELECT * FROM", quote(table.name), "WHERE", f"({tests}) IS NOT TRUE"))


def narrow(draft: Draft, clause: Clause, intent: str) -> bool:
    """Select the rows for a model step by a query, where its conditions cannot be predicates; true when it did."""
    skip = SKIP.get(intent, frozenset())
    if intent in UNCONDITIONED:
        return False
    if not any(needs_query(c) for table in draft.rows for c in conditions(clause, table.things, skip=skip)):
        return False
    table = find_table(draft, clause)
    select_rows(draft, table, conditions(clause, table.things, skip=skip))
    draft.note("kept", clause.words())
    return True


def select_rows(draft: Draft, table: Table, found: Sequence[Condition]) -> Table:
    """The rows of a table for which every condition holds, by one SELECT."""
    tests = " AND ".join([as_sql(draft, c, table) for c in found])
    return query_table(draft, table, sql_text("SELECT * FROM", quote(table.name), "WHERE", tests))


def as_sql(draft: Draft, condition: Condition, table: Table) -> str:
    """A condition as SQL; like a predicate, it compares words without regard to case."""
    name, value = sql_of(looked_at(draft, table, condition)), condition.value
    low, *others = (_literal(str(v).lower()) for v in (value, *condition.others))
    held = " OR ".join(f"contains(lower({name}), {text})" for text in (low, *others))
    held = f"({held})" if others else held
    match condition.op:
        case "lacks":
            return f"NOT {held}"
        case "contains":
            return held
        case "is-null":
            return f"{name} IS NULL"
        case "not-null":
            return f"{name} IS NOT NULL"
        case "==" if others:
            values = ", ".join((low, *others) if isinstance(value, str) else map(_literal, (value, *condition.others)))
            return f"lower({name}) IN ({values})" if isinstance(value, str) else f"{name} IN ({values})"
        case "==" | "!=" as op:
            sign = "=" if op == "==" else "<>"
            return f"lower({name}) {sign} {low}" if isinstance(value, str) else f"{name} {sign} {_literal(value)}"
        case op:
            return f"{name} {op} {_literal(value)}"
