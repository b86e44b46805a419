"""A figure for each group: counts, means, shares. Writes SQL from schemas; every name in it is quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...kinds import Kind
from ...plan import Column
from ..clauses import Clause
from ..conditions.read import conditions
from ..draft import Draft, Table, Thing
from ..makers import IMPLIED, implied
from ..mentions import Words, leading
from ..subjects import explicit, find_table, readable
from .filters import as_sql, filtered
from .groups import find_groups, find_number, named_group
from .having import Having, having
from .measures import quote, sql_of
from .selects import limit_of, order_rows, query_table, sql_text

_FUNCTIONS = (
    ("avg", "mean", True, r"\b(?:average|avg|mean)\b|平均|均值|均分"),
    ("median", "median", True, r"\bmedian\b|中位数"),
    ("stddev", "std", True, r"\bstandard deviation\b|\bstd(?:dev)?\b|标准差"),
    ("sum", "sum", False, r"\b(?:total|sum)\b|总和|总数|总计|合计|总"),
    ("max", "max", False, r"\b(?:maximum|max|highest|largest|best)\b|最大值|最[高大好]"),
    ("min", "min", False, r"\b(?:minimum|min|lowest|smallest|worst)\b|最小值|最[低小差]"),
)
"""SQL function, beginning of the alias, whether a number must follow, words."""

_MOST = re.compile(
    r"\bwhich\b(?P<en>.+?)\b(?:most|highest|best|largest|more|(?P<few>fewest|least|lowest|worst|smallest))\b"
    r"|(?:哪一?[个种类款家位]?)(?P<zh>.{1,40}?)最(?:多|高|大|好|(?P<few_zh>少|低|小|差))"
    r"|最(?:多|高|(?P<few_who>少|低))的(?:[0-9]{1,4}|[一二两三四五六七八九十]{1,3})?[个款家位类种]?(?P<who>.{1,10}?)(?:是|$|[,，])"
    r"|\b(?P<with>[a-z]+)\s+with the (?:most|highest number of|(?P<few_with>fewest|least))\b",
    re.IGNORECASE,
)
_COMMON = re.compile(r"\bmost (?:common|frequent)\s+(?P<en>.{1,40})|最常见的(?P<zh>.{1,20})", re.IGNORECASE)
_ADDED = ("amount", "quantity")  # what a group has of them is their sum
_PLURAL = re.compile(r"\s*(?:of\s+)?(?:the\s+)?[a-z]{3,}(?<![sui])s\b", re.IGNORECASE)
SHARE = re.compile(
    r"\b(?:share|percentage|percent|fraction|proportion|rate)\b|占比|占多少|百分之|比例|百分比|[好差中]评率|满意率|投诉率",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b|有?(?:多少|几)", re.IGNORECASE)
_OCCURS = re.compile(
    r"\bhow (?:often|many)\b.{0,20}\b(?:each|every|of (?:them|each)|kind|type|occur)|\bcount\b.{0,20}\b(?:each"
    r"|them|kinds?|types?)\b"
    r"|每[种类个一].{0,12}(?:多少|几|数量|次)|(?:统计|多少).{0,6}(?:每[种类个]|次数)",
    re.IGNORECASE,
)
_COUNT_THEM = re.compile(
    r"\bcount\s*(?:them|it|these|those|each(?: (?:one|label|class|category|type|group))?|how (?:many"
    r"|often)(?: there are)?)?\s*(?:$|\b(?:per|by|for|in)\b)"
    r"|\bhow many (?:fall|belong|are|there are|come|go)?\s*(?:in|into|to|of) each\W*$"
    r"|\bhow many (?:of each|in each|are there of each|each has)\b(?!\s+(?!per\b|by\b|label|class|category|type"
    r"|group)\w)"
    r"|^\W*(?:并|再)?按.{1,12}(?:统计|计数)\W*$",
    re.IGNORECASE,
)
_PER = re.compile(r"\b(?:per|by|across)\b|\b(?:for|in|of|about|with) (?:each|every)\b|按照?", re.IGNORECASE)


@dataclass(frozen=True)
class Aggregate:
    """What is computed for each group: SQL, its column's name, how many groups are kept, the order, which are kept."""

    value: str
    name: str
    limit: int = 0
    down: bool = True
    having: str = ""


def plan_aggregate(draft: Draft, clause: Clause) -> None:
    """Compute a number for each group: "how many per product", "which product has the most complaints"."""
    if counted := _found(draft, clause):
        group_rows(draft, counted, counted.things, Aggregate("count(*)", "n"))
        return
    table = find_table(draft, clause)
    explicit(draft, clause, readable(draft))
    if table.grouped and (most := _MOST.search(clause.text)):
        order_rows(draft, clause, table, [table.things[-1]], down=not _few(most), limit=1)
        return
    if SHARE.search(clause.text) and (found := conditions(clause, table.things)):
        tests = " AND ".join([as_sql(draft, c, table) for c in found])
        by = find_groups(draft, clause, table)
        value = f"avg(CASE WHEN {tests} THEN 1.0 ELSE 0.0 END)"
        group_rows(draft, table, by, Aggregate(value, free_alias("share", by)))
        return
    if (asked := having(draft, clause, table)) is not None:
        _keep_groups(draft, asked, table)
        return
    looked = frozenset(c.on.name for c in conditions(clause, table.things) if isinstance(c.on, Thing))
    table = filtered(draft, clause, table, of=True)
    if number := _of_rows(draft, clause, table):
        few = _few(_MOST.search(clause.text))
        order_rows(draft, clause, table, [number], down=not few, limit=limit_of(clause) or 1)
        return
    by, only = _by(draft, clause, table, looked)
    group_rows(draft, table, by, _aggregate(draft, clause, table, by, looked, only=only))


def _found(draft: Draft, clause: Clause) -> Table | None:
    """The table of what the last step found in pictures or texts, where each kind of it is to be counted."""
    last = draft.steps[-1] if draft.steps else None
    made = next((t for table in draft.rows for t in table.things if last and t.step == last.id), None)
    if last is None or made is None or made.kind not in (Kind.BOXES, Kind.SPANS) or not _OCCURS.search(clause.text):
        return None
    label = Thing(Column(column="label", of=last.id), Kind.LABELS, "label", "label", "label", last.id)
    return Table(last.id, draft.root(made), [label])


def _keep_groups(draft: Draft, kept: Having, table: Table) -> None:
    """The groups for which a figure of their own holds."""
    table = filtered(draft, kept.rest, table)
    figure = f"{kept.function}({sql_of(kept.of)})" if kept.of else "count(*)"
    alias = f"{'sum' if kept.function == 'sum' else 'mean'}_{kept.of.name}" if kept.of else "n"
    what = Aggregate(figure, free_alias(alias, [kept.by]), limit_of(kept.rest), having=kept.test(figure))
    group_rows(draft, table, [kept.by], what)


def _of_rows(draft: Draft, clause: Clause, table: Table) -> Thing | None:
    """The number whose highest or lowest row is asked for: "which car has the highest horsepower"."""
    most = _MOST.search(clause.text)
    if most is None or find_groups(draft, clause, table):
        return None
    thing = named_group(draft, clause, table, _asked(most))
    if thing is not None and thing.kind is Kind.LABELS:
        return None
    words = Words(clause.text)
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and words.score(t, clause.names) >= 2]
    return max(numbers, key=lambda t: words.score(t, clause.names), default=None)


def _asked(most: re.Match[str]) -> str:
    """The words for what has the most."""
    return next((most[g] for g in ("en", "zh", "who", "with") if most[g]), "")


def _by(draft: Draft, clause: Clause, table: Table, looked: frozenset[str]) -> tuple[list[Thing], bool]:
    """The groups, and whether only the first of them is asked for. `looked`: names that conditions look at."""
    by = find_groups(draft, clause, table)
    most, common = _MOST.search(clause.text), _COMMON.search(clause.text)
    if most or common:
        tail = _asked(most) if most else (common["en"] or common["zh"]) if common else ""
        thing = named_group(draft, clause, table, tail)
        only = (not by or by == [thing]) and not limit_of(clause) and not _PLURAL.match(tail)
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
    limit = 1 if only else limit_of(clause)
    for function, alias, must, pattern in _FUNCTIONS:
        match = re.search(pattern, clause.text, re.IGNORECASE)
        if match and (thing := find_number(draft, clause, table, clause.text[match.end() :], by, must=must)):
            if most and by and function in ("max", "min"):
                function, alias = ("sum", "sum") if thing.concept in _ADDED else ("avg", "mean")
            return Aggregate(f"{function}({sql_of(thing)})", free_alias(f"{alias}_{thing.name}", by), limit, not few)
    if SHARE.search(clause.text):
        number = find_number(draft, clause, table, "", by, must=False)
        part = f"sum({sql_of(number)})" if number and not number.sql and not number.is_id else "count(*)"
        within = [t for t in by if not t.derived] if any(t.derived for t in by) else []
        over = f"PARTITION BY {', '.join(map(sql_of, within))}" if within else ""
        return Aggregate(f"{part} * 1.0 / sum({part}) OVER ({over})", free_alias("share", by), limit)
    nouns = _nouns(clause, table, by, looked)
    distinct = nouns and _HOW_MANY.search(clause.text)
    value = f"count(DISTINCT {quote(nouns[0].name)})" if distinct else "count(*)"
    return Aggregate(value, free_alias("n", by), limit, not few)


def _few(most: re.Match[str] | None) -> bool:
    """True when the least is asked for."""
    return most is not None and any(most[name] for name in ("few", "few_zh", "few_who", "few_with"))


def free_alias(name: str, by: Sequence[Thing]) -> str:
    """A name that none of the groups has."""
    return f"{name}_2" if name in (t.name for t in by) else name


def group_rows(draft: Draft, table: Table, by: Sequence[Thing], what: Aggregate) -> Table:
    """One row a group with its figure, by one SELECT."""
    columns = [sql_of(t) for t in by]
    named = [f"{t.sql} AS {quote(t.name)}" if t.sql else quote(t.name) for t in by]
    selected = ", ".join([*named, f"{what.value} AS {quote(what.name)}"])
    sql = sql_text("SELECT", selected, "FROM", quote(table.name))
    # Rows that a step did not run over hold null: they are no group.
    if partial := [t for t in by if t.step and draft.is_partial(t.step)]:
        sql += " WHERE " + " AND ".join(f"{quote(t.name)} IS NOT NULL" for t in partial)
    if by:
        down = f"{quote(what.name)}{' DESC' if what.down else ''}"
        names = [quote(t.name) for t in by]
        order = names if any(t.sql for t in by) and not what.limit else [down, *names]  # times follow one another
        sql += f" GROUP BY {', '.join(columns)}" + (f" HAVING {what.having}" if what.having else "")
        sql += f" ORDER BY {', '.join(order)}"
        sql += f" LIMIT {what.limit}" if what.limit else ""
    value = Column(column=what.name, of=table.name)  # the table to come takes its place
    made = Thing(value, Kind.NUMBER, what.name, "number", what.name, table.name, derived=True)
    return query_table(draft, table, sql, [*by, made])


def plan_groups(draft: Draft, clause: Clause, thing: Thing) -> None:
    """Count what was just made for each group that the same clause names: "the sentiment per product"."""
    table = draft.table(thing.frame) if thing.frame else None
    match = _PER.search(clause.text)
    by = leading(clause.text[match.end() :], [t for t in table.things if not t.derived]) if table and match else None
    if table and by and by.kind is Kind.LABELS and thing.kind is Kind.LABELS:
        group_rows(draft, table, [by, thing], Aggregate("count(*)", free_alias("n", [by, thing])))
