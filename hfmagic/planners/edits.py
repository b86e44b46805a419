"""A follow-up that changes one thing of the last plan: "in German instead", "now per store", "with five themes"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..errors import NoTaskFits
from ..kinds import InputSchema, Kind
from ..plan import Column, Frame, Plan, Predicate, Reference, Step, StepOutput
from ..tasks.languages import is_language
from . import settings
from .clauses import Clause
from .draft import Draft, Table, Thing
from .settings import candidate_labels
from .spoken import languages
from .tables.groups import named_group
from .tables.measures import quote, sql_of
from .tables.selects import sql_text
from .words import POLARITY, POLARITY_NOUNS, POLARITY_ZH, TARGETS

_LEAD = re.compile(
    r"^\W*(?:(?:now|and|but|no|ok(?:ay)?|rather|then|what about|how about|make (?:it|that|them)|(?:change"
    r"|switch) (?:it|that|them)|"
    r"do (?:it|that|the same)|the same|again|this time|instead)\b\W*|(?:那么?|现在|再|还是)?(?:改成|改为|换成"
    r"|换作|换为|变成)|现在|那么?|这次)+",
    re.IGNORECASE,
)
_END = re.compile(r"\W*\b(?:instead|rather|now|please|then|this time)\b\W*$|(?:吧|呢)?\W*$", re.IGNORECASE)
_MARKED = re.compile(r"\binstead\b|\brather\b|改成|改为|换成|换作|换为", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:grouped |split )?by|per|for (?:each|every)|按照?"
    r"|每一?[个家款位类种]?)\s*(?P<by>.{1,40}?)(?:来?(?:分组|统计|看|分))?$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"^(?:(?:in|into|to)\s+)?\S+$", re.IGNORECASE)
_INTO = re.compile(r"(?:in|into|to)\s", re.IGNORECASE)
_GROUPS = re.compile(
    r"^(?:(?:with|into|in|use)\s+)?\S{1,6}\s*[个种类组]?\s*(?:themes?|clusters?|groups?|topics?|主题|类|组|簇)$",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"^(?:(?:with|in|at most|no more than|under|up to|不超过|最多|至多)\s*)*\d+\s*(?:words?|tokens?|sentences?"
    r"|[字词]|句话?)(?:\s*(?:at most|or less|以内|以下))?$",
    re.I,
)
_MARK = re.compile(
    r"^(?:as\s+)?(?:an?\s+)?(?P<mark>bar|line|scatter|histogram|heat ?map|柱状|条形|折线|散点|直方"
    r"|热力)\s*(?:chart|plot|graph|map|图)?$",
    re.IGNORECASE,
)
_MARKS: Mapping[str, str] = MappingProxyType(
    {
        "柱状": "bar",
        "条形": "bar",
        "折线": "line",
        "散点": "scatter",
        "直方": "histogram",
        "热力": "heatmap",
        "heat map": "heatmap",
    }
)
_VALUE = r'(?P<value>(?:[^,]|, (?!"))+ AS (?P<name>"(?:[^"]|"")+"))'
_SELECT = re.compile(rf"SELECT .*, {_VALUE} FROM (?P<rest>.+?) GROUP BY .+?(?P<end> LIMIT \d+)?")  # noqa: S608  a pattern


def edited(clause: Clause, inputs: tuple[InputSchema, ...], previous: Plan) -> tuple[Step, ...] | None:
    """The steps of the last plan with what a fragment changes, over these inputs; None for any other request.

    Raises: NoTaskFits where the inputs lack what the last plan read.
    """
    words = _END.sub("", _LEAD.sub("", clause.text)).strip(" ,，。.")
    fragment = clause.with_text(words)
    changed = _changed(fragment, previous, told=bool(_MARKED.search(clause.text))) if words else None
    if changed is None or changed in previous.steps:
        return None
    return _over(clause, previous, changed, inputs)


def _changed(fragment: Clause, previous: Plan, *, told: bool) -> Step | None:
    """The step that a fragment changes, as it is to be."""
    text = fragment.text
    target = languages(_into(fragment))[0].get("target") if _LANGUAGE.match(text) else ""
    if target and (target in TARGETS or ((told or _INTO.match(text)) and is_language(target))):
        return _with(_last(previous, "translation"), target=target)
    if _GROUPS.match(text) and (groups := settings.groups(fragment)):
        return _with(_last(previous, "cluster"), **groups)
    if _LENGTH.match(text):
        return _with(_last(previous, "summarization", "text-generation"), **settings.length(fragment))
    if (match := _MARK.match(text)) and previous.steps[-1].task == "chart":
        return _with(previous.steps[-1], mark=_MARKS.get(match["mark"].lower(), match["mark"].lower()))
    if match := _BY.match(text):
        return _regrouped(fragment.with_text(match["by"]), previous)
    if told and len(labels := candidate_labels(fragment.with_text(f"as {text}"))[0]) > 1:
        return _with(_last(previous, "zero-shot-classification"), candidate_labels=labels)
    return _other_pole(text, previous) if told else None


def _into(fragment: Clause) -> Clause:
    return fragment if _INTO.match(fragment.text) else fragment.with_text(f"into {fragment.text}")


def _last(previous: Plan, *tasks: str) -> Step | None:
    return next((s for s in previous.steps[::-1] if s.task in tasks), None)


def _with(step: Step | None, **parameters: Any) -> Step | None:
    return step and step.model_copy(update={"parameters": {**step.parameters, **parameters}})


def _other_pole(text: str, previous: Plan) -> Step | None:
    """The step that looked at the negative rows, over the positive ones."""
    words = {p: f"{POLARITY[p]}|{POLARITY_NOUNS[p]}|{POLARITY_ZH[p]}" for p in POLARITY}
    pole = next((p for p, w in words.items() if re.search(w, text, re.IGNORECASE)), "")
    for step in previous.steps[::-1] if pole else ():
        if any(p.value in POLARITY for p in step.where):
            where = tuple(p.model_copy(update={"value": pole}) if p.value in POLARITY else p for p in step.where)
            return step.model_copy(update={"where": where})
    return None


def _regrouped(fragment: Clause, previous: Plan) -> Step | None:
    """The last query or chart by another column."""
    step = previous.steps[-1]
    query = _last(previous, "sql")
    if step.task == "chart" and not (query and query.id in step.parents):
        thing = _column(fragment, previous, step)
        return _with(step, x=thing.name) if thing and not thing.sql else None
    match = _SELECT.fullmatch(query.parameters["query"]) if query else None
    thing = _column(fragment, previous, query) if query and match else None
    if query is None or match is None or thing is None:
        return None
    name = quote(thing.name)
    by = f"{thing.sql} AS {name}" if thing.sql else name
    order = name if thing.sql else f"{match['name']} DESC, {name}"
    parts = (f"{by},", match["value"], "FROM", match["rest"], "GROUP BY", sql_of(thing), "ORDER BY", order)
    sql = sql_text("SELECT", *parts) + (match["end"] or "")
    return _with(query, query=sql, columns=[thing.name, query.parameters["columns"][-1]])


def _column(fragment: Clause, previous: Plan, step: Step) -> Thing | None:
    """The column that a fragment begins with, in the rows that a step reads."""
    draft = Draft(previous.inputs)
    roots = {i.name for i in previous.inputs}
    found = step
    while (names := found.parents - roots) and not found.parents & roots:
        found = previous.step(sorted(names)[0])
    table = next((t for t in draft.tables if t.name in found.parents), None)
    return _named(draft, fragment, table) if table else None


def _named(draft: Draft, fragment: Clause, table: Table) -> Thing | None:
    thing = named_group(draft, fragment, table, fragment.text)
    return thing if thing and not draft.steps and thing.kind not in (Kind.TEXT,) else None


def _over(clause: Clause, previous: Plan, changed: Step, inputs: tuple[InputSchema, ...]) -> tuple[Step, ...]:
    """The changed plan over the inputs of this cell: what the last run has put into columns is read from them."""
    plan = _renamed(previous.with_step(changed), changed)
    if [i.name for i in inputs] == [i.name for i in previous.inputs]:
        return plan.steps
    old, new = previous.inputs[0], inputs[0]
    have = {c.name for c in new.columns}
    read = set(plan.columns_read(old.name, sorted(c.name for c in old.columns)))
    if len(inputs) != 1 or len(previous.inputs) != 1 or not read <= have:
        raise NoTaskFits(
            f"{clause.words()!r} changes the last plan, which was over {old.name}.", hint=f"%%hf {old.name}"
        )
    later = previous.descendants(changed.id) | {changed.id}
    there = {s.id: s.output for s in previous.steps if s.id not in later and s.output in have}
    return tuple(_moved(s, old.name, new.name, there, have) for s in plan.steps if s.id not in there)


def _renamed(plan: Plan, changed: Step) -> Plan:
    """The plan, with the names of a chart's columns after its query's."""
    if changed.task != "sql":
        return plan
    for step in plan.steps:
        if step.task == "chart" and changed.id in step.parents:
            x, *_, y = changed.parameters["columns"]
            kept = {k: v for k, v in step.parameters.items() if k != "color"}
            plan = plan.with_step(step.model_copy(update={"parameters": {**kept, "x": x, "y": y}}))
    return plan


def _moved(step: Step, old: str, new: str, there: Mapping[str, str], have: set[str]) -> Step:
    """A step that reads another frame, and columns in the place of steps that are there by now."""

    def moved(reference: Reference) -> Reference:
        if isinstance(reference, StepOutput) and reference.step in there:
            return Column(column=there[reference.step], of=new)
        if isinstance(reference, Column) and reference.of == old:
            return reference.model_copy(update={"of": new})
        if isinstance(reference, Frame):
            plus = tuple(p for p in reference.plus if p not in there)
            return Frame(frame=new if reference.frame == old else reference.frame, plus=plus)
        return reference

    inputs = {slot: moved(r) for slot, r in step.inputs.items()}
    where = tuple(Predicate(of=moved(p.of), op=p.op, value=p.value) for p in step.where)  # type: ignore[arg-type]
    output = step.output
    while output in have:
        output = f"{output}_2"
    parameters = dict(step.parameters)
    if "query" in parameters:
        parameters["query"] = parameters["query"].replace(f"FROM {quote(old)}", f"FROM {quote(new)}")
    return step.model_copy(update={"inputs": inputs, "where": where, "output": output, "parameters": parameters})
