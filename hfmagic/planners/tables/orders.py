"""Rows in an order: "sort by score", "the ten highest ratings", "the five longest", "most similar to '…'"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...errors import NoTaskFits
from ...kinds import Kind
from ..clauses import Clause
from ..conditions.read import conditions
from ..draft import Draft, Table, Thing
from ..makers import make, only, predicates
from ..mentions import Words, concept, leading, phrase
from ..subjects import can_do, explicit, find_table, is_category, readable
from ..words import NUMBERS, ROW_CONCEPTS
from .filters import filtered, narrow
from .groups import find_groups, named_group
from .measures import length_of, quote, sql_of, times
from .queries import Aggregate, free_alias, group_rows
from .selects import DOWN, SUPERLATIVE, UP, first_of_each, first_rows, limit_of, order_rows

_RANK = re.compile(
    r"\b(?:rank|sort|order|(?:most|least) similar|closest|nearest|top|most relevant|best)\b"
    r"|排序|排列|排名|最相关|最能|最相似|最接近|最像|前\s*[\d一二两三四五六七八九十]",
    re.IGNORECASE,
)
_MEANT = (
    ("length", r"\b(?:longest|lengthiest|shortest|briefest|lengths?)\b|最[长短]|长度|字数"),
    ("date", r"\b(?:newest|latest|oldest|earliest|(?:most|least) recent)\b|最[新早近旧]的?"),
    ("price", r"\b(?:cheapest|priciest|(?:most|least) expensive)\b|最贵|最便宜"),
    ("rating", r"\b(?:best|worst|top|highest|lowest)\b|最[好差]"),
)
"""What a superlative looks at, where the clause names no column."""
_PER = re.compile(r"\b(?:per|for each|for every|in each|of each|by)\s|每一?[个家款位类种]?|各[个家]?", re.IGNORECASE)
_N = rf"(?:\d{{1,4}}|{'|'.join(NUMBERS)})"
_BY = re.compile(r"\b(?:by|sort|order|arrange)\b|按|排", re.IGNORECASE)
_TOTAL = re.compile(r"\b(?:total|sum)\b|总", re.IGNORECASE)
_FIRST = re.compile(r"\bfirst\b|前", re.IGNORECASE)
_TAKEN = re.compile(rf"\b(?:top|first)\s+{_N}\b|前\s*[\d一二两三四五六七八九十]", re.IGNORECASE)
_FIGURE = re.compile(rf"\b{SUPERLATIVE}\s+|最[高低大小长短]的?", re.IGNORECASE)
_RANKED = re.compile(
    rf"\b(?:top|best|worst|highest[- ]rated|lowest[- ]rated)\s+(?:{_N}\s+)?(?P<top>.{{1,40}})"
    rf"|(?:{_N}\s+)?(?P<en>[^\W\d]+(?: [^\W\d]+)?)\s+(?:with|by|that have|having)\s+(?:the\s+)?(?:{SUPERLATIVE}"
    rf"|average|mean)"
    rf"|最[高低好差大小]的{_N}?[个款家位类种]?(?P<zh>.{{1,12}})",
    re.IGNORECASE,
)


def plan_sort(draft: Draft, clause: Clause) -> None:
    """Put the rows in order: "sort by score", "the ten highest ratings"."""
    if draft.steps and draft.tables and draft.tables[0].grouped and _reorder(draft, clause):
        return
    table = filtered(draft, clause, find_table(draft, clause))
    explicit(draft, clause, readable(draft))
    words = Words(clause.text)
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and not t.is_id and _is_named(t, words, clause)]
    numbers.sort(key=lambda t: -words.score(t, clause.names))
    if _sort_groups(draft, clause, table, numbers):
        return
    by = find_groups(draft, clause, table)
    if not by and not numbers and _TAKEN.search(clause.text) and _is_sorted(draft, table):
        _cut(draft, table, limit_of(clause))
        return
    keys = _beside(clause, by, numbers) or by or numbers[:1] or _meant(clause, table)
    if keys and (per := _each(draft, clause, table)):
        _plan_each(draft, clause, table, per, (numbers or _meant(clause, table) or keys)[0])
    elif keys:
        order_rows(draft, clause, table, keys, down=bool(DOWN.search(clause.text)) or bool(limit_of(clause)))
    elif (limit := limit_of(clause)) and (draft.steps or _FIRST.search(clause.text)):
        _cut(draft, table, limit)
    else:
        raise NoTaskFits(f"{clause.words()!r}: by which column?", hint=can_do(draft))


def _each(draft: Draft, clause: Clause, table: Table) -> list[Thing]:
    """The categories of each of which the first rows are asked for: "the longest review per product"."""
    match = _PER.search(clause.text)
    if match is None or (not re.search(SUPERLATIVE, clause.text, re.IGNORECASE) and "最" not in clause.text):
        return []
    thing = named_group(draft, clause, table, clause.text[match.end() :])
    return [thing] if thing and thing.kind is Kind.LABELS else []


def _plan_each(draft: Draft, clause: Clause, table: Table, per: Sequence[Thing], on: Thing) -> None:
    """The first rows of each category; the figure alone where that is asked for: "the highest score per store"."""
    match = _FIGURE.search(clause.text)
    if match and leading(clause.text[match.end() :], [on]):
        function = "min" if UP.search(clause.text) else "max"
        what = Aggregate(f"{function}({sql_of(on)})", free_alias(f"{function}_{on.name}", per), 0, function == "max")
        group_rows(draft, table, per, what)
    else:
        first_of_each(draft, clause, table, per, on, limit_of(clause) or 1)


def _reorder(draft: Draft, clause: Clause) -> bool:
    """Groups that a query just made, in another order: by their figure, or by what the clause names."""
    table, last = draft.tables[0], draft.steps[-1]
    query = str(last.parameters.get("query", ""))
    words = Words(clause.text)
    others = [t for r in draft.rows for t in r.things if words.score(t, clause.names) >= 3]
    if (
        last.id != table.name
        or " ORDER BY " not in query
        or any(t.name not in {x.name for x in table.things} for t in others)
    ):
        return False
    named = [t for t in table.things if words.score(t, clause.names) >= 2]
    on = next((t for t in named if t.kind is Kind.NUMBER or _BY.search(clause.text)), table.things[-1])
    up = UP.search(clause.text) is not None and not re.search(r"desc|降序|从[高大多]", clause.text, re.IGNORECASE)
    limit = limit_of(clause)
    order = f" ORDER BY {quote(on.name)}{'' if up else ' DESC'}"
    rest = [quote(t.name) for t in table.things[:-1] if t is not on]
    sql = ", ".join([query.partition(" ORDER BY ")[0] + order, *rest]) + (f" LIMIT {limit}" if limit else "")
    draft.steps[-1] = last.model_copy(update={"parameters": {**last.parameters, "query": sql}})
    return True


def _cut(draft: Draft, table: Table, limit: int) -> None:
    """The first rows of what has been sorted before: a part of that query where there is one."""
    if _is_sorted(draft, table) and " LIMIT " not in (query := (last := draft.steps[-1]).parameters["query"]):
        draft.steps[-1] = last.model_copy(update={"parameters": {**last.parameters, "query": f"{query} LIMIT {limit}"}})
    else:
        first_rows(draft, table, limit)


def _is_named(thing: Thing, words: Words, clause: Clause) -> bool:
    """True for a number that is named, or by a part of its name that is no word for rows."""
    score = words.score(thing, clause.names)
    parts = set(phrase(thing.name).split()) & words.grams
    return score >= 2 or (score == 1 and any(concept(p) not in ROW_CONCEPTS for p in parts))


def _is_sorted(draft: Draft, table: Table) -> bool:
    last = draft.steps[-1] if draft.steps else None
    return last is not None and last.id == table.name and " ORDER BY " in str(last.parameters.get("query", ""))


def _beside(clause: Clause, by: Sequence[Thing], numbers: Sequence[Thing]) -> list[Thing]:
    """The score beside a label that is named with it."""
    words = Words(clause.text)
    return [t for t in numbers if by and t.name == f"{by[0].name}_score" and words.score(t, clause.names) >= 2][:1]


def _meant(clause: Clause, table: Table) -> list[Thing]:
    """What a superlative looks at: a column that means it, the length of the text, the score of the newest label."""
    meant = next((noun for noun, words in _MEANT if re.search(words, clause.text, re.IGNORECASE)), "")
    numbers = [t for t in table.things if t.kind is Kind.NUMBER and not t.is_id]
    if meant == "date":
        return times(table.things)[:1] or [t for t in numbers if t.concept in ("year", "date")][:1]
    if named := [t for t in numbers if t.concept == meant and not t.loose]:
        return named[:1]
    if meant == "length":
        texts = [t for t in table.things if t.kind is Kind.TEXT]
        words = Words(clause.text)
        texts.sort(key=lambda t: (-words.score(t, clause.names), t.derived))
        return [length_of(t) for t in texts[:1]]
    scores = [t for t in numbers if t.concept == "score"]
    if meant == "rating" or re.search(SUPERLATIVE, clause.text, re.IGNORECASE):
        return scores[-1:] or ([t for t in numbers if not t.derived] if len(numbers) == 1 else [])
    return []


def _sort_groups(draft: Draft, clause: Clause, table: Table, numbers: Sequence[Thing]) -> bool:
    """The mean of a number by category where categories are ranked: "the three stores with the lowest rating"."""
    match = _RANKED.search(clause.text)
    if match is None:
        return False
    tail = match["top"] or match["en"] or match["zh"]
    thing = next((g for t in (tail, *tail.split()[-1:]) if (g := named_group(draft, clause, table, t))), None)
    number = next((t for t in (*numbers, *_meant(clause, table)) if t.kind is Kind.NUMBER and not t.sql), None)
    if thing is None or number is None or not is_category(tail, thing, table):
        return False
    up, (function, alias) = UP.search(clause.text), ("sum", "sum") if _TOTAL.search(clause.text) else ("avg", "mean")
    name = free_alias(f"{alias}_{number.name}", [thing])
    what = Aggregate(f"{function}({quote(number.name)})", name, limit_of(clause), up is None)
    group_rows(draft, table, [thing], what)
    return True


def plan_similarity(draft: Draft, clause: Clause) -> None:
    """Compare with a sentence: "how close is each review to '…'"; sorted when the words ask for an order."""
    words = Words(clause.text)
    texts = [t for t in draft.values if t.kind is Kind.TEXT and words.score(t, clause.names) >= 2]
    if draft.rows and texts and not clause.quotes:
        _plan_nearness(draft, clause, texts[0])
        return
    thing = make(draft, clause, "similarity", narrowed=narrow(draft, clause, "similarity"))
    if not thing.frame:
        return
    table = draft.table(thing.frame)
    if found := [c for c in conditions(clause, [thing]) if c.on == thing]:
        table = draft.add_table("filter", table, where=predicates(draft, found, table))
        thing = next(t for t in table.things if t.name == thing.name)
    if is_ranked(clause):
        order_by(draft, clause, table, thing)


def _plan_nearness(draft: Draft, clause: Clause, query: Thing) -> None:
    """How well each text fits one that is no sentence of the request: a ranking reads it, a comparison cannot."""
    table = find_table(draft, clause)
    text = only(draft, table, Kind.TEXT)
    draft.note("fits", query.name)
    thing = draft.add("text-ranking", text, word="relevance", also={"query": query.reference})
    if is_ranked(clause):
        order_by(draft, clause, draft.table(table.name), thing)


def is_ranked(clause: Clause) -> bool:
    """True when the words ask for an order."""
    return _RANK.search(clause.text) is not None


def order_by(draft: Draft, clause: Clause, table: Table, on: Thing) -> None:
    """The rows with the highest numbers first."""
    order_rows(draft, clause, table, [on], down=True)
