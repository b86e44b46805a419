"""One SELECT over a table as a step: whole rows in an order, or the first of them. Every name in it is quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...kinds import Kind
from ..clauses import Clause
from ..draft import Draft, Table, Thing
from ..words import NUMBERS, ROW_NOUNS
from .measures import quote, sql_of

_ANY = rf"[0-9]{{1,4}}|{'|'.join(n for n in NUMBERS if n.isascii())}"
_HAN_N = "[0-9]{1,4}|[一二两三四五六七八九十]{1,3}"
SUPERLATIVE = (
    r"(?:longest|lengthiest|shortest|briefest|newest|latest|oldest|earliest|cheapest|priciest|best|worst|highest|lowest|"
    r"largest|biggest|smallest|closest|nearest|(?:most|least) (?!of\b|common\b|frequent\b)[a-z]+|(?:top|best"
    r"|worst|highest|lowest)[- ]rated)"
)
"""Words that put rows in an order."""
_TOP = re.compile(
    rf"\b(?:top|first|best|highest|lowest|worst|bottom|last|latest|newest|the|show|find|list|get)\s+(?:me\s+)?(?P<n>{_ANY})\b(?!\s*(?:%|stars?|-))"
    rf"|(?<![\w.\-])(?P<before>{_ANY})\s+(?:\w+\s+){{0,2}}?(?:{SUPERLATIVE}|(?:\w+\s+)?(?:with|by"
    rf"|of) the {SUPERLATIVE})\b"
    rf"|{SUPERLATIVE}\s+(?P<after>{_ANY})\b"
    rf"|前\s*(?P<zh>{_HAN_N})|最\w{{1,4}}的(?P<most>{_HAN_N})[个条张款家位封段篇首类组种名通份件]"
    rf"|倒数第?(?P<zh_last>{_HAN_N})[名个条张位]?"
    rf"|(?P<zh_before>{_HAN_N})[个条张款家位封段篇通份件](?:评分|分数|得分)?最",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"\b(?:which|what)(?:\s+(?:is|was))?\s+(?:the\s+)?(?:single\s+)?(?P<which>[a-z]+)\b.{{0,60}}?\b(?:is|was|has|comes|are|with)\b.{{0,30}}?{SUPERLATIVE}"
    rf"|\b(?:the|a)\s+(?:single\s+)?{SUPERLATIVE}\s+(?P<noun>[a-z]+)\b"
    rf"|\b(?:the|a)\s+(?P<with>[a-z]+)\s+(?:with|that has|having)\s+the\s+{SUPERLATIVE}"
    rf"|(?P<zh>哪一?[条张个封段篇].{{0,30}}最|最.{{1,6}}的(?:那|一)[条张个封段篇])",
    re.IGNORECASE,
)
_ONE_ROW = re.compile(rf"(?:{ROW_NOUNS}|one)$", re.IGNORECASE)
DOWN = re.compile(
    r"\b(?:desc\w*|highest|largest|biggest|most|best|top|newest|latest|longest|lengthiest|priciest|rank\w*|similar\w*|clos\w+|nearest)\b"
    r"|从[高大多新长]到|降序|倒序|最[高多大像近相长新好贵]|排名|前\s*[\d一二两三四五六七八九十]",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(?:asc\w*|lowest|smallest|least|worst|oldest|earliest|shortest|briefest|cheapest|bottom)\b|从[低小少旧早短]到|升序|最[低少小短早旧差]|最便宜|倒数",
    re.IGNORECASE,
)


def sql_text(*parts: str) -> str:
    """The parts of a query as one."""
    return " ".join(p for p in parts if p)


def limit_of(clause: Clause) -> int:
    """How many rows a clause asks for; 0 where it does not say."""
    match = _TOP.search(clause.text)
    if not match:
        return int(_is_single(clause))
    word = next(g for g in match.groups() if g).lower()
    return int(word) if word.isascii() and word.isdecimal() else NUMBERS.get(word, 0)


def _is_single(clause: Clause) -> bool:
    """True for "the longest review", "which photo has the lowest score": one row is asked for."""
    match = _SINGLE.search(clause.text)
    if not match:
        return False
    noun = (match["which"] or match["noun"] or match["with"] or "").lower()
    return bool(match["zh"]) or (bool(_ONE_ROW.fullmatch(noun)) and not noun.endswith("s") and noun != "feedback")


def query_table(draft: Draft, table: Table, sql: str, columns: list[Thing] | None = None) -> Table:
    """A `sql` step over a table; gives the table of its columns, by default all but embeddings."""
    things = columns if columns is not None else [t for t in table.things if t.kind is not Kind.EMBEDDING]
    parameters = {"query": sql, "columns": [t.name for t in things]}
    return draft.add_table("sql", table, parameters=parameters, columns=columns)


def order_rows(draft: Draft, clause: Clause, table: Table, on: Sequence[Thing], *, down: bool, limit: int = 0) -> None:
    """A query that sorts a table, and keeps the first rows where the clause gives a number."""
    limit = limit or limit_of(clause)
    highest, lowest = DOWN.search(clause.text), UP.search(clause.text)
    up = lowest is not None and (highest is None or lowest.start() < highest.start())
    first, *more = on
    direction = " DESC" if down and not up else ""
    keys = [f"{sql_of(first)}{direction} NULLS LAST", *(sql_of(t) for t in more)]
    query_table(
        draft, table, sql_text("SELECT * FROM", quote(table.name), "ORDER BY", ", ".join(keys)) + _limited(limit)
    )


def first_of_each(draft: Draft, clause: Clause, table: Table, by: Sequence[Thing], on: Thing, limit: int) -> None:
    """The first rows of each group."""
    up = UP.search(clause.text) is not None
    over = f"PARTITION BY {', '.join(map(sql_of, by))} ORDER BY {sql_of(on)}{'' if up else ' DESC'} NULLS LAST"
    rank = f"QUALIFY row_number() OVER ({over}) <= {limit}"
    query_table(draft, table, sql_text("SELECT * FROM", quote(table.name), rank))


def first_rows(draft: Draft, table: Table, limit: int) -> None:
    """The first rows of a table as it is."""
    query_table(draft, table, sql_text("SELECT * FROM", quote(table.name)) + _limited(limit))


def _limited(limit: int) -> str:
    return f" LIMIT {limit}" if limit else ""
