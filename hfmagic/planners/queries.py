"""Steps over a whole table: filter, count, average, sort. Writes SQL from schemas; every name in it is quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import AmbiguousColumn, NoTaskFits
from ..kinds import Kind
from ..plan import Column
from .clauses import Clause
from .conditions import Condition, Value, conditions, dropped, held
from .draft import Draft, Table, Thing
from .groups import find_groups, find_number, named_group
from .makers import IMPLIED, SKIP, UNCONDITIONED, carried, implied, looked_at, make, needs_query, predicates
from .mentions import Words, leading
from .subjects import can_do, explicit, find_table, readable
from .words import NUMBERS

_FUNCTIONS = (
    ("avg", "mean", True, r"\b(?:average|avg|mean)\b|平均|均值|均分"),
    ("median", "median", True, r"\bmedian\b|中位数"),
    ("sum", "sum", False, r"\b(?:total|sum)\b|总和|总数|总计|合计|总"),
    ("max", "max", False, r"\b(?:maximum|max|highest|largest|best)\b|最大值|最[高大好]"),
    ("min", "min", False, r"\b(?:minimum|min|lowest|smallest|worst)\b|最小值|最[低小差]"),
)
"""SQL function, beginning of the alias, whether a number must follow, words."""

_MOST = re.compile(
    r"\bwhich\b(?P<en>.+?)\b(?:most|highest|best|largest|more|(?P<few>fewest|least|lowest|worst|smallest))\b"
    r"|(?:哪一?[个种类款家位]?)(?P<zh>.{1,40}?)最(?:多|高|大|好|(?P<few_zh>少|低|小|差))"
    r"|最(?:多|高|(?P<few_who>少|低))的(?P<who>.{1,10}?)(?:是|$|[,，])",
    re.IGNORECASE,
)
_COMMON = re.compile(r"\bmost (?:common|frequent)\s+(?P<en>.{1,40})|最常见的(?P<zh>.{1,20})", re.IGNORECASE)
_SHARE = re.compile(r"\b(?:share|percentage|percent|fraction|proportion)\b|占比|比例|百分比", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\b|有?(?:多少|几)", re.IGNORECASE)
_COUNT_THEM = re.compile(
    r"\bcount\s*(?:them|it|these|those|how (?:many|often)(?: there are)?)?\s*(?:$|\b(?:per|by|for|in)\b)"
    r"|^\W*(?:并|再)?按.{1,12}(?:统计|计数)\W*$",
    re.IGNORECASE,
)
_NUMBERS = "|".join(n for n in NUMBERS if n.isascii())
_TOP = re.compile(
    r"\b(?:(?:top|first|best|highest|lowest|worst|bottom|last|the|show|find|list|get)\s+)"
    rf"(?P<n>[0-9]{{1,4}}|{_NUMBERS})\b(?!\s*%)"
    r"|前\s*(?P<zh>[0-9]{1,4}|[一二两三四五六七八九十])|最\w{1,4}的(?P<most>[0-9]{1,4}|[一二两三四五六七八九十])[个条]",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|top)\b|前", re.IGNORECASE)
_DOWN = re.compile(
    r"\b(?:desc\w*|highest|largest|biggest|most|best|top|newest|latest|longest|rank\w*|similar\w*|clos\w+)\b"
    r"|从[高大多]到|降序|最[高多大像近相]|排名|前\s*[\d一二两三四五六七八九十]",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:asc\w*|lowest|smallest|least|worst|oldest|shortest|bottom)\b|从[低小少]到|升序|最[低少小]", re.IGNORECASE
)
_PER = re.compile(r"\b(?:per|by|for each|in each|across)\b|按照?", re.IGNORECASE)
_RANK = re.compile(
    r"\b(?:rank|sort|order|most similar|closest|nearest|top|most relevant|best)\b"
    r"|排序|排列|排名|最相关|最能|最相似|最接近|最像|前\s*[\d一二两三四五六七八九十]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Aggregate:
    """What is computed for each group: SQL, its column's name, how many groups are kept, and the order."""

    value: str
    name: str
    limit: int = 0
    down: bool = True


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _sql(*parts: str) -> str:
    return " ".join(parts)


def _literal(value: Value | None) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def plan_filter(draft: Draft, clause: Clause) -> None:
    """Keep rows: "only the negative ones"."""
    table = find_table(draft, clause)
    explicit(draft, clause, readable(draft))
    kept = filtered(draft, clause, table)
    limit = _limit(clause) if kept is table or _FIRST.search(clause.text) else 0
    if limit:
        query_table(draft, kept, _sql("SELECT * FROM", quote(kept.name), f"LIMIT {limit}"))
    elif kept is table:
        raise NoTaskFits(f"{clause.words()!r}: which rows to keep?", hint="such as: only rows where score > 0.9")


def _held(draft: Draft, clause: Clause, table: Table, found: Sequence[Condition]) -> list[Condition]:
    """A name that the rows to keep hold somewhere ("only Nokia"), in the only column that can hold it.

    Raises: AmbiguousColumn lists the several, where nothing else says which rows.
    """
    name = held(clause)
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


def filtered(draft: Draft, clause: Clause, table: Table) -> Table:
    """The table with the rows that a clause's conditions keep; the same table when it has none."""
    found = conditions(clause, table.things)
    found += _held(draft, clause, table, found)
    if not found:
        rows = carried(draft, clause, table)
        return draft.add_table("filter", table, where=rows) if rows else table
    if any(needs_query(c) for c in found):
        return select_rows(draft, table, found)
    return draft.add_table("filter", table, where=predicates(draft, found, table))


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
    return query_table(draft, table, _sql("SELECT * FROM", quote(table.name), "WHERE", tests))


def as_sql(draft: Draft, condition: Condition, table: Table) -> str:
    """A condition as SQL; like a predicate, it compares words without regard to case."""
    name, value = quote(looked_at(draft, table, condition).name), condition.value
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
        case op:
            sign = {"!=": "<>", "==": "="}.get(op, op)
            return f"lower({name}) {sign} {low}" if isinstance(value, str) else f"{name} {sign} {_literal(value)}"


def plan_aggregate(draft: Draft, clause: Clause) -> None:
    """Compute a number for each group: "how many per product", "which product has the most complaints"."""
    table = find_table(draft, clause)
    explicit(draft, clause, readable(draft))
    if table.grouped and (most := _MOST.search(clause.text)):
        _order(draft, clause, table, table.things[-1], down=not _few(most), limit=1)
        return
    if _SHARE.search(clause.text) and (found := conditions(clause, table.things)):
        tests = " AND ".join([as_sql(draft, c, table) for c in found])
        by = find_groups(draft, clause, table)
        value = f"avg(CASE WHEN {tests} THEN 1.0 ELSE 0.0 END)"
        group_rows(draft, table, by, Aggregate(value, free_alias("share", by)))
        return
    looked = frozenset(c.on.name for c in conditions(clause, table.things) if isinstance(c.on, Thing))
    table = filtered(draft, clause, table)
    if number := _of_rows(draft, clause, table):
        _order(draft, clause, table, number, down=not _few(_MOST.search(clause.text)), limit=1)
        return
    by, only = _by(draft, clause, table, looked)
    group_rows(draft, table, by, _aggregate(draft, clause, table, by, looked, only=only))


def _of_rows(draft: Draft, clause: Clause, table: Table) -> Thing | None:
    """The number whose highest or lowest row is asked for: "which car has the highest horsepower"."""
    most = _MOST.search(clause.text)
    if most is None or find_groups(draft, clause, table):
        return None
    if named_group(draft, clause, table, most["en"] or most["zh"] or most["who"] or ""):
        return None
    words = Words(clause.text)
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and words.score(t, clause.names) >= 2]
    return max(numbers, key=lambda t: words.score(t, clause.names), default=None)


def _by(draft: Draft, clause: Clause, table: Table, looked: frozenset[str]) -> tuple[list[Thing], bool]:
    """The groups, and whether only the first of them is asked for. `looked`: names that conditions look at."""
    by = find_groups(draft, clause, table)
    most, common = _MOST.search(clause.text), _COMMON.search(clause.text)
    if most or common:
        tail = (most["en"] or most["zh"] or most["who"]) if most else (common["en"] or common["zh"]) if common else ""
        thing = named_group(draft, clause, table, tail)
        only = not by or by == [thing]
        return ([*by, thing] if thing and thing not in by else by), only and thing is not None
    if _COUNT_THEM.search(clause.text) and (made := [t for t in table.things if t.kind is Kind.LABELS and t.step]):
        newest = max(made, key=lambda t: draft.step_index(t.step))
        return (by if newest in by else [*by, newest]), False
    _imply(draft, clause, table)
    nouns = _nouns(clause, table, by, looked)
    if nouns and not _HOW_MANY.search(clause.text):
        # "count the themes per product" splits by both; a plain column beside a group is what the group is of
        by = [*by, *(t for t in nouns[:1] if t.derived or not by)]
    return by, False


def _imply(draft: Draft, clause: Clause, table: Table) -> None:
    """Make what is counted when it is not there yet: "the distribution of sentiment"."""
    if any(t.kind is Kind.TEXT for t in table.things):
        there = {t.concept for t in table.things}
        for noun in sorted((Words(clause.text).concepts & set(IMPLIED)) - there - {"label"}):
            implied(draft, table, noun)


def _nouns(clause: Clause, table: Table, by: Sequence[Thing], looked: frozenset[str]) -> list[Thing]:
    """The labels that are counted: named, no group, no condition's, and not the score beside them that is named."""
    words = Words(clause.text)
    scores = {t.name for t in table.things if t.concept == "score" and words.score(t, clause.names) >= 2}
    other = {t.name for t in by} | looked | {name.removesuffix("_score") for name in scores}
    labels = (t for t in table.things if t.kind is Kind.LABELS and t.name not in other)
    return sorted((t for t in labels if words.score(t, clause.names) >= 2), key=lambda t: not t.derived)


def _aggregate(
    draft: Draft, clause: Clause, table: Table, by: list[Thing], looked: frozenset[str], *, only: bool
) -> Aggregate:
    most = _MOST.search(clause.text)
    few = _few(most)
    limit = 1 if only else _limit(clause)
    for function, alias, must, pattern in _FUNCTIONS:
        match = re.search(pattern, clause.text, re.IGNORECASE)
        if match and (thing := find_number(draft, clause, table, clause.text[match.end() :], by, must=must)):
            if most and by and function in ("max", "min"):
                function, alias = "avg", "mean"
            return Aggregate(
                f"{function}({quote(thing.name)})", free_alias(f"{alias}_{thing.name}", by), limit, not few
            )
    if _SHARE.search(clause.text):
        return Aggregate("count(*) * 1.0 / sum(count(*)) OVER ()", free_alias("share", by), limit)
    nouns = _nouns(clause, table, by, looked)
    distinct = nouns and _HOW_MANY.search(clause.text)
    value = f"count(DISTINCT {quote(nouns[0].name)})" if distinct else "count(*)"
    return Aggregate(value, free_alias("n", by), limit, not few)


def _few(most: re.Match[str] | None) -> bool:
    """True when the least is asked for."""
    return most is not None and any(most[name] for name in ("few", "few_zh", "few_who"))


def free_alias(name: str, by: Sequence[Thing]) -> str:
    """A name that none of the groups has."""
    return f"{name}_2" if name in (t.name for t in by) else name


def _limit(clause: Clause) -> int:
    match = _TOP.search(clause.text)
    if not match:
        return 0
    word = (match["n"] or match["zh"] or match["most"]).lower()
    return int(word) if word.isascii() and word.isdecimal() else NUMBERS.get(word, 0)


def group_rows(draft: Draft, table: Table, by: Sequence[Thing], what: Aggregate) -> None:
    """One row a group with its figure, by one SELECT."""
    columns = [quote(t.name) for t in by]
    selected = ", ".join([*columns, f"{what.value} AS {quote(what.name)}"])
    sql = _sql("SELECT", selected, "FROM", quote(table.name))
    # Rows that a step did not run over hold null: they are no group.
    if partial := [t for t in by if t.step and draft.is_partial(t.step)]:
        sql += " WHERE " + " AND ".join(f"{quote(t.name)} IS NOT NULL" for t in partial)
    if by:
        down = " DESC" if what.down else ""
        sql += f" GROUP BY {', '.join(columns)} ORDER BY {quote(what.name)}{down}, {', '.join(columns)}"
        sql += f" LIMIT {what.limit}" if what.limit else ""
    value = Column(column=what.name, of=table.name)  # the table to come takes its place
    made = Thing(value, Kind.NUMBER, what.name, "number", what.name, table.name, derived=True)
    query_table(draft, table, sql, [*by, made])


def query_table(draft: Draft, table: Table, sql: str, columns: list[Thing] | None = None) -> Table:
    """A `sql` step over a table; gives the table of its columns, by default all but embeddings."""
    things = columns if columns is not None else [t for t in table.things if t.kind is not Kind.EMBEDDING]
    parameters = {"query": sql, "columns": [t.name for t in things]}
    return draft.add_table("sql", table, parameters=parameters, columns=columns)


def plan_groups(draft: Draft, clause: Clause, thing: Thing) -> None:
    """Count what was just made for each group that the same clause names: "the sentiment per product"."""
    table = draft.table(thing.frame) if thing.frame else None
    match = _PER.search(clause.text)
    by = leading(clause.text[match.end() :], [t for t in table.things if not t.derived]) if table and match else None
    if table and by and by.kind is Kind.LABELS and thing.kind is Kind.LABELS:
        group_rows(draft, table, [by, thing], Aggregate("count(*)", free_alias("n", [by, thing])))


def plan_sort(draft: Draft, clause: Clause) -> None:
    """Put the rows in order: "sort by score", "the ten highest ratings"."""
    table = filtered(draft, clause, find_table(draft, clause))
    explicit(draft, clause, readable(draft))
    words = Words(clause.text)
    by = find_groups(draft, clause, table)
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and words.score(t, clause.names) >= 1]
    numbers.sort(key=lambda t: -words.score(t, clause.names))
    if not by and not numbers and draft.steps and (limit := _limit(clause)):  # of what has been sorted before
        query_table(draft, table, _sql("SELECT * FROM", quote(table.name), f"LIMIT {limit}"))
        return
    if not by and not numbers:
        raise NoTaskFits(f"{clause.words()!r}: by which column?", hint=can_do(draft))
    beside = [t for t in numbers if by and t.name == f"{by[0].name}_score" and words.score(t, clause.names) >= 2]
    _order(
        draft, clause, table, (beside or by or numbers)[0], down=bool(_DOWN.search(clause.text)) or bool(_limit(clause))
    )


def _order(draft: Draft, clause: Clause, table: Table, on: Thing, *, down: bool, limit: int = 0) -> None:
    """A query that sorts a table, and keeps the first rows where the clause gives a number."""
    limit = limit or _limit(clause)
    highest, lowest = _DOWN.search(clause.text), _UP.search(clause.text)
    up = lowest is not None and (highest is None or lowest.start() < highest.start())
    direction = " DESC" if down and not up else ""
    sql = _sql("SELECT * FROM", quote(table.name), "ORDER BY", f"{quote(on.name)}{direction}", "NULLS LAST")
    query_table(draft, table, sql + (f" LIMIT {limit}" if limit else ""))


def plan_similarity(draft: Draft, clause: Clause) -> None:
    """Compare with a sentence: "how close is each review to '…'"; sorted when the words ask for an order."""
    thing = make(draft, clause, "similarity", narrowed=narrow(draft, clause, "similarity"))
    if thing.frame and is_ranked(clause):
        order_by(draft, clause, draft.table(thing.frame), thing)


def is_ranked(clause: Clause) -> bool:
    """True when the words ask for an order."""
    return _RANK.search(clause.text) is not None


def order_by(draft: Draft, clause: Clause, table: Table, on: Thing) -> None:
    """The rows with the highest numbers first."""
    _order(draft, clause, table, on, down=True)
