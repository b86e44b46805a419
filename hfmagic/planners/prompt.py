"""What an LLM is told: how to write a plan, the tasks, the inputs' schemas, the last plan. Never a row or a card."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..errors import clip, one_line
from ..kinds import ColumnSchema, InputSchema, Kind
from ..plan import Column, Constant, Frame, Plan, Reference, Step, StepOutput, Variable
from ..tasks import CATALOGUE, LENGTH, TaskSpec
from .offer import ABOUT, Offer, words_of
from .wire import COMPUTE, MARKS

MOST_LABELS = 10
_LABEL = 30  # characters

_SYSTEM = """\
You turn a request into a plan: steps over the inputs, in order. Answer with one JSON object:
{"steps": [...], "cannot": ""}
A step adds a column to the rows, or a value; later steps read it by its word (the one after ->). filter keeps rows; \
aggregate gives a table of groups; chart draws. A step with "where" runs only on the rows for which all conditions \
hold; [] is all rows. A condition compares a column or an earlier result with a value. Sentiments are "negative", \
"positive", "neutral"; complaints are the negative ones. Languages are codes such as "en", "fr".
Do all that the request asks for and nothing else: no chart, filter or label unless it is asked for. If no task can \
do it, give no steps and say in "cannot" what is missing.

Tasks:
"""

_CARDS = {
    "cluster": "cluster(text, groups) -> theme: group alike texts into themes; groups 0: as many as fit",
    "filter": "filter(where): keep only some rows",
    "aggregate": (
        f"aggregate(by, compute, column, order, limit, where): {'|'.join(COMPUTE)} for each group of `by`; "
        "how many, which has the most (limit 1), average of a column; limit 0: all groups"
    ),
    "sort": "sort(by, order, limit, where): order the rows; limit keeps the first ones, 0: all",
    "chart": (
        f"chart({'|'.join(MARKS)}; x, color, y, aggregate): x: what it is per; color: the labels or themes counted; "
        "y: a number to average, else empty and aggregate count"
    ),
}

_EXAMPLES: tuple[tuple[frozenset[str], str, str, Mapping[str, object]], ...] = (
    (
        frozenset({"text-classification", "chart"}),
        "posts: table, 90 rows: forum (labels), post (text)",
        "what do people feel in each post? chart it by forum",
        {
            "steps": [
                {"task": "text-classification", "text": "post", "about": "emotion", "where": []},
                {
                    "task": "chart",
                    "mark": "bar",
                    "x": "forum",
                    "color": "emotion",
                    "y": "",
                    "aggregate": "count",
                    "where": [],
                },
            ],
            "cannot": "",
        },
    ),
    (
        frozenset({"text-classification", "summarization"}),
        "mails: table, 40 rows: body (text), team (labels)",
        "summarize the happy mails of the sales team",
        {
            "steps": [
                {"task": "text-classification", "text": "body", "about": "sentiment", "where": []},
                {
                    "task": "summarization",
                    "text": "body",
                    "style": "summary",
                    "where": [
                        {"column": "sentiment", "op": "==", "value": "positive"},
                        {"column": "team", "op": "==", "value": "sales"},
                    ],
                },
            ],
            "cannot": "",
        },
    ),
    (
        frozenset({"aggregate"}),
        "cars: table, 300 rows: name (labels), maker (labels), year (number), power (number)",
        "which maker has the strongest cars on average? only those after 2010",
        {
            "steps": [
                {
                    "task": "aggregate",
                    "by": ["maker"],
                    "compute": "mean",
                    "column": "power",
                    "order": "highest first",
                    "limit": 1,
                    "where": [{"column": "year", "op": ">", "value": 2010}],
                }
            ],
            "cannot": "",
        },
    ),
)
"""Tasks that must be on offer, inputs, request, answer."""


def system_text(offer: Offer) -> str:
    """How to plan, with a card for each task on offer and examples of them. The same for inputs of the same kinds."""
    cards = [_CARDS.get(task) or _card(CATALOGUE[task]) for task in offer.tasks]
    examples = [
        f"\nInputs:\n{inputs}\nRequest: {request}\n{json.dumps(answer)}"
        for needed, inputs, request, answer in _EXAMPLES
        if needed <= set(offer.tasks)
    ]
    return _SYSTEM + "\n".join([*cards, *(["\nExamples"] if examples else []), *examples])


def user_text(request: str, inputs: tuple[InputSchema, ...], offer: Offer, previous: Plan | None) -> str:
    """The inputs' schemas, what was done before, and the request as the user wrote it."""
    lines = ["Inputs:", *(_input(i, offer) for i in inputs)]
    if previous:
        lines += ["Done before:", *(_step(s) for s in previous.steps)]
    return "\n".join([*lines, f"Request: {request.strip()}"])


def _card(spec: TaskSpec) -> str:
    parameters = [p for p in spec.parameters if p.name != LENGTH.name]
    said = [f"{p.name}: {'|'.join(p.choices or (ABOUT if p.name == 'about' else ()))}".rstrip(": ") for p in parameters]
    return f"{spec.name}({', '.join([*spec.takes, *said])}) -> {'|'.join(words_of(spec))}: {spec.help}"


def _input(schema: InputSchema, offer: Offer) -> str:
    name = _name(schema.name)
    if schema.kind is not Kind.TABLE:
        language = f", {_word(schema.language)}" if schema.language else ""
        return f"{name}: {schema.kind.value}{language}"
    shown = {c.name for c in offer.columns if c.frame == schema.name}
    many = any(c.name.startswith(f"{schema.name}.") for c in offer.columns)
    kept = [c for c in schema.columns if (f"{schema.name}.{c.name}" if many else c.name) in shown]
    columns = [_column(c) for c in kept]
    left = len(schema.columns) - len(kept)
    rows = f", {schema.rows} rows" if schema.rows is not None else ""
    more = f", and {left} more columns" if left else ""
    return f"{name}: table{rows}: {', '.join(columns)}{more}"


def _column(column: ColumnSchema) -> str:
    kind = column.kind.value if column.kind else _word(column.dtype) or "unknown"
    said = [kind, _word(column.language or "")]
    if column.kind is Kind.NUMBER and _word(column.dtype) in ("boolean", "bool"):
        said[0] = "true or false"
    if column.labels:
        said.append("one of " + ", ".join(clip(one_line(x), _LABEL) for x in column.labels[:MOST_LABELS]))
    return f"{_name(column.name)} ({', '.join(s for s in said if s)})"


def _step(step: Step) -> str:
    sources = ", ".join(_source(r) for r in step.inputs.values())
    said = {k: v for k, v in step.parameters.items() if k not in ("query", "columns") and v}
    settings = "; " + ", ".join(f"{k} {clip(one_line(str(v)), 60)}" for k, v in said.items()) if said else ""
    return f"- {step.task}({sources}{settings}) -> {_name(step.output)}"


def _source(reference: Reference) -> str:
    match reference:
        case Column(column=name) | StepOutput(step=name) | Variable(variable=name) | Frame(frame=name):
            return _name(name)
        case Constant():
            return "a text"


def _name(name: str) -> str:
    return one_line(name)


def _word(text: str | None) -> str:
    """The first word: what follows in a dtype, such as the categories of an enumeration, may be values of rows."""
    found = re.match(r"[A-Za-z][A-Za-z0-9_]{0,19}", text or "")
    return found[0] if found else ""
