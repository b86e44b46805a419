"""What an LLM is told: how to write a plan, the tasks, the inputs' schemas, the last plan. Never a row or a card."""

from __future__ import annotations

import json
import re

from ...errors import clip, one_line
from ...kinds import ColumnSchema, InputSchema, Kind
from ...plan import Column, Constant, Frame, Plan, Reference, Step, StepOutput, Variable
from ...tasks import CATALOGUE, LENGTH, TaskSpec
from .examples import EXAMPLES
from .offer import ABOUT, LITERAL, Offer, words_of
from .wire import COMPUTE, MARKS, fields_of

MOST_LABELS = 10
_LABEL = 30  # characters

_SYSTEM = """\
Turn the request into a plan: steps over the inputs, in order. Answer with one JSON object: {"steps": [...]}. A step \
begins with "for", the words of the request that it serves. It adds a column or a value, which later steps read by its \
word (the one after ->). It runs only on the rows for which all conditions in "where" hold; [] is all rows. \
Sentiments are "negative", "positive", "neutral"; complaints are the negative ones. Languages are codes such as "en". \
Do all that the request asks for and no more. What no task does is a step of the task "none".

Tasks:
"""

_CARDS = {
    "text-classification": (
        f"text-classification(text, about: {'|'.join(ABOUT)}) -> its about: negative or positive, which emotion, …"
    ),
    "cluster": "cluster(text, groups) -> theme: group alike texts into themes; groups 0: as many as fit",
    "filter": "filter(where): keep only these rows",
    "aggregate": (
        f"aggregate(by, compute: {'|'.join(COMPUTE)}, column, order, limit): a number for each group of `by`: how "
        "many, average, share; limit 1: which has the most, 0: all groups"
    ),
    "sort": "sort(by, order, limit): rows in order; limit 5: only the first five, 0: all",
    "chart": f"chart(mark: {'|'.join(MARKS)}, x: what it is per, color: what is counted, value): draw",
}


def messages(
    request: str, inputs: tuple[InputSchema, ...], offer: Offer, previous: Plan | None
) -> list[dict[str, str]]:
    """How to plan and examples of it, the same for inputs of the same kinds; then the question itself."""
    found = [{"role": "system", "content": _system_text(offer)}]
    for example in EXAMPLES:
        if example.tasks <= set(offer.tasks):
            steps = [
                {k: v for k, v in s.items() if k in ("for", "task", *fields_of(s["task"], offer))}
                for s in example.steps
            ]
            answer = json.dumps({"steps": steps}, ensure_ascii=False)
            found.append({"role": "user", "content": f"Inputs:\n{example.inputs}\nRequest: {example.request}"})
            found.append({"role": "assistant", "content": answer})
    return [*found, {"role": "user", "content": _user_text(request, inputs, offer, previous)}]


def _system_text(offer: Offer) -> str:
    cards = [_CARDS.get(task) or _card(CATALOGUE[task], offer) for task in offer.tasks]
    return _SYSTEM + "\n".join(cards)


def _user_text(request: str, inputs: tuple[InputSchema, ...], offer: Offer, previous: Plan | None) -> str:
    """The inputs' schemas, what was done before, and the request as the user wrote it."""
    lines = ["Inputs:", *(_input(i, offer) for i in inputs)]
    if previous:
        lines += ["Done before:", *(_step(s) for s in previous.steps)]
    return "\n".join([*lines, f"Request: {request.strip()}"])


def _card(spec: TaskSpec, offer: Offer) -> str:
    takes = [f"{slot}: words or a name" if (spec.name, slot) in LITERAL else slot for slot in offer.slots(spec)]
    said = [f"{p.name}: {'|'.join(p.choices)}".rstrip(": ") for p in offer.parameters(spec) if p.name != LENGTH.name]
    return f"{spec.name}({', '.join([*takes, *said])}) -> {'|'.join(words_of(spec))}: {spec.help}"


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
