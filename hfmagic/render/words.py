"""Steps, inputs and conditions of a plan in plain words. Knows no HTML."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import assert_never

from ..errors import HFMagicError, one_line
from ..kinds import InputSchema, Kind
from ..plan import Column, Constant, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from ..results import Results
from ..scope import Scope
from ..tasks import CATALOGUE

_OPERATORS = {
    "==": "is", "!=": "is not", "<": "<", "<=": "≤", ">": ">", ">=": "≥",
    "in": "is one of", "contains": "contains", "is-null": "is empty", "not-null": "is not empty",
}  # fmt: skip
_DOES = {
    "automatic-speech-recognition": "Write down what is said in each recording",
    "cluster": "Group alike rows and name each group by its typical words",
    "detect-language": "Tell the language of each text",
    "feature-extraction": "Embed each text, so that like meanings are near",
    "filter": "Keep the rows where the condition holds",
    "image-classification": "Name what each picture shows",
    "sentence-similarity": "Measure how close each text is in meaning to the sentence",
    "sql": "Query the table",
}
_HIDDEN_PARAMETERS = frozenset({"about", "aggregate", "color", "columns", "mark", "style", "x", "y"})


def does(step: Step) -> str:
    """What a step does, as a sentence; in the words of the catalogue where none are here."""
    if step.task == "chart":
        return _drawn(step)
    if step.task == "text-classification":
        return f"Label the {step.parameters.get('about', 'sentiment')} of each text"
    if step.task == "summarization":
        return "Give each text a title" if step.parameters.get("style") == "title" else "Summarize each text"
    if step.task in _DOES:
        return _DOES[step.task]
    spec = CATALOGUE.get(step.task)
    help_ = spec.help if spec else step.task
    return help_[:1].upper() + help_[1:]


def _drawn(step: Step) -> str:
    given = step.parameters
    mark, x, y = str(given.get("mark", "bar")), given.get("x", "?"), given.get("y", "")
    how = str(given.get("aggregate", "count"))
    values = "the count of rows" if not y else str(y) if how == "none" else f"the {how} of {y}"
    split = f", split by {given['color']}" if given.get("color") else ""
    return (
        f"Draw {mark}s of {values} by {x}{split}"
        if mark in ("bar", "line")
        else f"Draw a {mark} of {values} by {x}{split}"
    )


def reads(plan: Plan, step: Step) -> tuple[str, ...]:
    """What a step works on, in words: "review in reviews", "objects (boxes → text: how many of what)"."""
    scope = Scope(plan)
    return tuple(dict.fromkeys(f"{referred(plan, r)}{_converted(scope, step, s)}" for s, r in step.inputs.items()))


def _converted(scope: Scope, step: Step, slot: str) -> str:
    """What becomes of it on the way, where that is more than to be read: a label is its own text."""
    try:
        found, said = scope.kind_of(step.inputs[slot]), scope.conversion_of(step, slot)
    except HFMagicError:  # a plan that does not hold together is shown as it is
        return ""
    return "" if not said or found in (Kind.LABELS, Kind.TEXT, Kind.NUMBER) else f" ({said})"


def referred(plan: Plan, reference: Reference) -> str:
    """A reference in words."""
    match reference:
        case Column(column=column, of=frame):
            return f"{column} in {frame}"
        case StepOutput(step=name):
            return output_of(plan, name)
        case Variable(variable=name):
            return name
        case Frame(frame=name, plus=plus):
            extra = [output_of(plan, step) for step in plus]
            base = output_of(plan, name)
            return f"{base} with {', '.join(extra)}" if extra else base
        case Constant(constant=value):
            return json.dumps(value, ensure_ascii=False)
        case _ as never:
            assert_never(never)


def output_of(plan: Plan, name: str) -> str:
    """The name that a step's output has; of anything else, its own."""
    return next((s.output for s in plan.steps if s.id == name), name)


def condition(plan: Plan, where: Sequence[Predicate]) -> str:
    """Conditions in words: "sentiment is NEGATIVE and stars ≤ 2"."""
    return " and ".join(_predicate(plan, one) for one in where)


def _predicate(plan: Plan, one: Predicate) -> str:
    subject = one.of.column if isinstance(one.of, Column) else output_of(plan, one.of.step)
    if one.op in ("is-null", "not-null"):
        return f"{subject} {_OPERATORS[one.op]}"
    value = ", ".join(map(str, one.value)) if isinstance(one.value, tuple) else str(one.value)
    return f"{subject} {_OPERATORS[one.op]} {value}"


def settings(step: Step) -> dict[str, str]:
    """The parameters that a reader wants to see, as text; not those that `does` has said."""
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in step.parameters.items()
        if name not in _HIDDEN_PARAMETERS and value not in (None, "", 0, []) and value != _default(step, name)
    }


def _default(step: Step, name: str) -> object:
    spec = CATALOGUE.get(step.task)
    return spec.by_name[name].default if spec and name in spec.by_name else None


def input_words(schema: InputSchema) -> str:
    """An input: "frame, 2,314 rows × 5"."""
    if schema.kind is not Kind.TABLE:
        return schema.kind.value
    rows = (
        ""
        if schema.rows is None
        else f", {schema.rows:,} {'row' if schema.rows == 1 else 'rows'} × {len(schema.columns)}"
    )
    return f"frame{rows}"


def when_words(at: float) -> str:
    """A time in seconds since 1970 as the clock here shows it: "2026-11-23 14:03"; nothing for 0."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at)) if at else ""


def seconds_words(seconds: float) -> str:
    """A duration: "0.04 s", "1.2 s", "48 s", "3 min 20 s"."""
    if seconds < 0.995:
        return f"{seconds:.2f} s" if seconds >= 0.01 else "< 0.01 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def kept_words(results: Results, *, cached: bool) -> str:
    """What an interrupt left of the step it stopped, and what a rerun does; empty where it stopped within none.

    Args:
        cached: a rerun takes the rows that are finished from the result cache.
    Returns: such as "kept 41,200 of 1,000,000 rows; run the cell again to go on".
    """
    result = results.stopped
    if result is None:
        return ""
    kept = f"kept {results.finished(result.step.id):,} of {rows_words(result.rows)}"
    if cached and result.step.model is not None:
        return f"{kept}; run the cell again to go on"
    why = "the cache is off" if not cached else "its rows are not cached"
    return f"{kept}; {why}: a rerun starts anew"


def rows_words(count: int, noun: str = "row") -> str:
    """A count with its noun: "1 row", "2,314 rows"."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def error_line(error: BaseException) -> str:
    """One line for an error, without its stack."""
    if isinstance(error, HFMagicError):
        return f"{error.code} {error.line}"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return one_line(f"{type(error).__name__}: {error}")[:200]
