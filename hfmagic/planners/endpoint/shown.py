"""What an LLM is shown of inputs and of a last plan. Names are JSON strings; of a column no value, no label."""

from __future__ import annotations

import json
import re
from typing import Any

from ...errors import clip, one_line
from ...kinds import ColumnSchema, InputSchema, Kind
from ...plan import Column, Constant, Frame, Plan, Reference, Step, StepOutput, Variable
from ...tags import runnable_task
from .evidence import said_in
from .offer import QUOTED, Offer

_MOST_WORDS = 60  # characters of a setting or a quote


def without_labels(inputs: tuple[InputSchema, ...]) -> tuple[InputSchema, ...]:
    """The schemas without the labels of columns, which are values of rows: all that may decide what an LLM is told."""
    return tuple(
        i.model_copy(update={"columns": tuple(c.model_copy(update={"labels": ()}) for c in i.columns)}) for i in inputs
    )


def inputs_in_words(inputs: tuple[InputSchema, ...], offer: Offer) -> list[str]:
    """A line for each input, and for each text that the request quotes."""
    quotes = [f"{QUOTED} {n}: text, {quoted(clip(q, _MOST_WORDS))}" for n, q in enumerate(offer.quotes, 1)]
    return [*(_input(i, offer) for i in inputs), *quotes] or ["none: the request holds what it is about"]


def plan_in_words(plan: Plan) -> list[str]:
    """A line for each step, in words of the requests that made it."""
    requests = "\n".join((*plan.follows, plan.request))
    return [_step(s, requests) for s in plan.steps]


def quoted(text: str) -> str:
    """A text as a JSON string in one line: nothing in it can end the string or begin a line."""
    return json.dumps(one_line(text), ensure_ascii=False)


def _input(schema: InputSchema, offer: Offer) -> str:
    name = quoted(schema.name)
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
    if column.kind is Kind.NUMBER and _word(column.dtype) in ("boolean", "bool"):
        kind = "true or false"
    return f"{quoted(column.name)} ({', '.join(s for s in (kind, _word(column.language)) if s)})"


def _step(step: Step, requests: str) -> str:
    sources = ", ".join(_source(r) for r in step.inputs.values())
    given = {k: _setting(step, k, v, requests) for k, v in step.parameters.items() if k not in ("query", "columns")}
    settings = "".join(f"; {k} {words}" for k, words in given.items() if words)
    return f"- {step.task}({sources}{settings}) -> {quoted(step.output)}"


def _setting(step: Step, name: str, value: Any, requests: str) -> str:
    """A setting as JSON: a number, a choice, words of the requests; of other words, which rows may hold, nothing."""
    parameter = runnable_task(step.task).by_name.get(name)
    choices = parameter.choices if parameter else ()
    if isinstance(value, (list, tuple)):
        listed = [v for v in value if isinstance(v, str) and said_in(v, requests)]
        return quoted(clip(", ".join(listed), _MOST_WORDS)) if listed else ""
    if isinstance(value, str):
        return quoted(clip(value, _MOST_WORDS)) if value in choices or said_in(value, requests) else ""
    return json.dumps(value) if isinstance(value, (int, float)) and value else ""


def _source(reference: Reference) -> str:
    match reference:
        case Column(column=name) | StepOutput(step=name) | Variable(variable=name) | Frame(frame=name):
            return quoted(name)
        case Constant():
            return "a text"


def _word(text: str | None) -> str:
    """The first word: what follows in a dtype, such as the categories of an enumeration, may be values of rows."""
    found = re.match(r"[A-Za-z][A-Za-z0-9_]{0,19}", text or "")
    return found[0] if found else ""
