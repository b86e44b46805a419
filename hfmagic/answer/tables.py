"""Sentences of what came out of a table: the rows that were kept, what a query computed, the bars of a chart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..errors import clip, one_line
from ..plan import Frame, Predicate, Step, StepOutput
from ..results import Results, StepResult
from .found import MAX_LISTED
from .read import table_of
from .teller import Teller, capital, shown_number

_NAME = r'"(?:[^"]|"")+"'
_ROWS = re.compile(
    rf"SELECT \* FROM {_NAME}"  # noqa: S608  a pattern, no query
    rf"(?: WHERE .+|(?: ORDER BY (?P<name>{_NAME})(?P<down> DESC)?(?: NULLS LAST)?(?:, {_NAME})*)?(?: LIMIT \d+)?)",
    re.DOTALL,
)
_COUNT = re.compile(rf'SELECT count\(\*\) AS "n" FROM {_NAME}(?: WHERE .+)?', re.DOTALL)  # noqa: S608
_COMPUTED = re.compile(rf"\b(?P<by>avg|median|sum|max|min)\((?P<of>{_NAME})\) AS (?P<name>{_NAME})", re.IGNORECASE)
_SHARE = re.compile(rf"\bavg\(CASE WHEN .+? END\) AS (?P<name>{_NAME})", re.IGNORECASE | re.DOTALL)
_FIRST = re.compile(rf"\bORDER BY (?P<name>{_NAME})(?P<down> DESC)?[^()]* LIMIT 1$", re.IGNORECASE)
_SAY_THE_BEST = frozenset({"sentence-similarity", "text-ranking"})  # their own sentence names the first row
REST = ("other", "其他")  # what a chart calls the categories beyond its largest


def kept(teller: Teller, result: StepResult) -> str | None:
    """How many rows were kept."""
    table = table_of(result.value)
    if table is None:
        return None
    verb = "is" if len(table) == 1 else "are"
    whole = teller.rows("all", result.rows, result.step.id)
    return teller.say("kept", count=f"{len(table):,}", whole=whole, verb=verb)


def queried(teller: Teller, result: StepResult) -> str | None:
    """What a query gave: the one value, the group that comes first, the groups, or whole rows."""
    table = table_of(result.value)
    if table is None:
        return None
    rows = list(table.head(MAX_LISTED).iter_rows(named=True))
    if not rows:
        return teller.say("none")
    numeric = [c for c in table.columns if table.schema[c].is_numeric()]
    keys = [c for c in table.columns if c not in numeric]
    query = result.step.parameters.get("query", "")
    if whole := _ROWS.fullmatch(query):
        return _listed(teller, result, table, whole, keys)
    if len(table.columns) == len(table) == 1 and numeric:
        return _single(teller, result, query, rows[0][numeric[0]], numeric[0])
    if len(numeric) == 1 and keys:
        pairs = [(" · ".join(shown_number(row[k]) for k in keys), _value(query, numeric[0], row)) for row in rows]
        if len(rows) == 1 and (first := _FIRST.search(query)) and _bare(first["name"]) == numeric[0]:
            return _first_group(teller, result, query, numeric[0], pairs[0], down=bool(first["down"]))
        values, more = _headed(teller, query, numeric[0]), teller.more(len(table) - MAX_LISTED)
        return teller.say("per", values=values, keys=" · ".join(keys), pairs=_pairs(teller, pairs), others=more)
    lines = [teller.say("comma").join(f"{c} {shown_number(row[c])}" for c in table.columns) for row in rows]
    return "; ".join(lines) + teller.more(len(table) - MAX_LISTED) + teller.say("stop")


def _single(teller: Teller, result: StepResult, query: str, value: Any, name: str) -> str:
    """One number; a count of rows beside how many rows there were."""
    root = _root_rows(teller.results, result.step) if _COUNT.fullmatch(query) else 0
    if not root or not isinstance(value, int) or value > root:
        words = _headed(teller, query, name)
        return teller.say("number", name=words, value=shown_number(_value(query, name, {name: value})))
    whole, label = teller.rows("all", root, result.step.id), _label_kept(teller.results, result.step)
    if label:
        verb = "is" if value == 1 else "are"
        return teller.say("counted-label", count=f"{value:,}", whole=whole, verb=verb, label=_apart(teller, label))
    return teller.say("counted" if value < root else "counted-all", count=f"{value:,}", whole=whole)


def _label_kept(results: Results, step: Step) -> str:
    """The label of a model for which the rows were kept that a step reads; "" where they were kept for more than it."""
    match step.inputs.get("table"):
        case Frame(frame=name) | StepOutput(step=name) if name in results.plan.step_ids:
            parent = results.plan.step(name)
            match parent.where:
                case (Predicate(of=StepOutput(), op="==", value=str(label)),) if parent.task == "filter":
                    return "" if _label_kept(results, parent) or "WHERE" in str(step.parameters.get("query")) else label
    return ""


def _first_group(
    teller: Teller, result: StepResult, query: str, name: str, pair: tuple[str, Any], *, down: bool
) -> str:
    """The group with the highest or lowest number."""
    row, value = _apart(teller, pair[0]), shown_number(pair[1])
    if name == "n" and result.rows:
        root = _root_rows(teller.results, result.step)
        whole = teller.rows("selected" if root and result.rows < root else "all", result.rows, result.step.id)
        return teller.say("group-most" if down else "group-fewest", row=row, value=value, whole=whole)
    return teller.say(
        "group-highest" if down else "group-lowest", row=row, value=value, name=_computed(teller, query, name)
    )


def _root_rows(results: Results, step: Step) -> int:
    """Rows of the input whose rows reach a step, some of them left out but none joined or counted; 0 without one."""
    match step.inputs.get("table"):
        case Frame(frame=name) | StepOutput(step=name):
            pass
        case _:
            return 0
    if name not in results.plan.step_ids:
        known = results.plan.input(name)
        return (known.rows or 0) if known else 0
    parent = results.plan.step(name)
    selects = parent.task == "filter" or _ROWS.fullmatch(parent.parameters.get("query", ""))
    return _root_rows(results, parent) if selects else 0


def _computed(teller: Teller, query: str, name: str) -> str:
    """What a number of a query is called: "rows", "average stars"; its own name where the query does not tell."""
    if name == "n":  # what the planners call a count
        return teller.say("rows-word")
    if any(_bare(m["name"]) == name for m in _SHARE.finditer(query)):
        return teller.say("share-word")
    found = next((m for m in _COMPUTED.finditer(query) if _bare(m["name"]) == name), None)
    return teller.say(f"{found['by'].lower()}-word", name=_bare(found["of"])) if found else name


def _value(query: str, name: str, row: dict[str, Any]) -> Any:
    """A number of a row; a share as a percentage."""
    value = row[name]
    is_share = any(_bare(m["name"]) == name for m in _SHARE.finditer(query))
    return f"{value:.0%}" if is_share and value is not None and value == value else value


def _bare(name: str) -> str:
    """A name without the quotation marks of SQL."""
    return name[1:-1].replace('""', '"')


def _headed(teller: Teller, query: str, name: str) -> str:
    """What a number is called, at the beginning of a sentence: our words get a capital, a column keeps its spelling."""
    words = _computed(teller, query, name)
    ours = words != name or words == teller.say("share-word")
    return capital(words) if ours and teller.language == "en" else words


def _apart(teller: Teller, text: str) -> str:
    """In quotes where it would run into the sentence around it."""
    return teller.quoted(text) if re.search(r"[\s.,:;!?。，：；！？]", text) else text


def _listed(teller: Teller, result: StepResult, table: Any, query: re.Match[str], keys: Sequence[str]) -> str | None:
    """A query that gives whole rows: how many, and from which to which value of the column that they are sorted by."""
    name = _bare(query["name"] or '""')
    values = [v for v in table[name].to_list() if v is not None] if name in table.columns else []
    if not values:
        return kept(teller, result)
    if len(table) == 1 and any(s.output == name and s.task in _SAY_THE_BEST for s in teller.results.plan.steps):
        return None
    first = next(table.head(1).iter_rows(named=True))
    row = _apart(teller, " · ".join(shown_number(first[k]) for k in [k for k in keys if k != name][:2]) or "1")
    one = "highest" if query["down"] else "lowest"
    key = one if len(table) == 1 < result.rows else "top" if len(table) < result.rows else "sorted"
    ends = {"first": shown_number(values[0]), "last": shown_number(values[-1])}
    whole = teller.rows("all", result.rows, result.step.id)
    return teller.say(key, whole=whole, name=name, count=f"{len(table):,}", row=row, **ends)


def charted(teller: Teller, result: StepResult) -> str | None:
    """The longest bars; a chart of a query's table says nothing new."""
    parameters = result.step.parameters
    source = result.step.inputs.get("table")
    told = isinstance(source, StepOutput) and teller.results.plan.step(source.step).task == "sql"
    if told or parameters.get("mark", "bar") != "bar" or parameters.get("aggregate", "count") != "count":
        return None
    bars = bar_lengths(result.value)
    if len(bars) < 2:
        return None
    named = [(name, count) for name, count in bars.most_common(4) if name not in REST][:3]
    pairs = _pairs(teller, named)
    return teller.say("most", keys=parameters.get("x", ""), pairs=pairs, others="")


def bar_lengths(figure: Any) -> Counter[str]:
    """The bars of a matplotlib figure by the label of their tick; stacked and grouped bars are summed."""
    found: Counter[str] = Counter()
    for axes in getattr(figure, "axes", [])[:1]:
        for bars in axes.containers:
            across = getattr(bars, "orientation", "") == "horizontal"
            axis = axes.yaxis if across else axes.xaxis
            texts = [tick.get_text() for tick in axis.get_ticklabels()]
            ticks = list(zip(axis.get_ticklocs(), texts, strict=False))
            for patch in bars.patches:
                middle = patch.get_y() + patch.get_height() / 2 if across else patch.get_x() + patch.get_width() / 2
                near = min(ticks, key=lambda tick: abs(tick[0] - middle), default=None)
                if near and near[1] and abs(near[0] - middle) < 0.5:
                    found[clip(one_line(near[1]), 60)] += round(patch.get_width() if across else patch.get_height())
    return found


def _pairs(teller: Teller, pairs: Sequence[tuple[str, Any]]) -> str:
    return teller.say("comma").join(teller.say("pair", name=name, value=shown_number(value)) for name, value in pairs)
