"""The cases, read from YAML, and their right plans written as a Plan. Knows no planner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.plan import Column, Constant, Frame, Plan, Predicate, Reference, Step, StepOutput, Variable
from hfmagic.tasks import CATALOGUE

HERE = Path(__file__).parent
LANGUAGES = ("en", "zh")
ROWS = 240
_CONDITION = re.compile(r"(?P<of>\S+) (?:(?P<op>==|!=|<=|>=|<|>|in|contains) (?P<value>.+)|(?P<null>is-null|not-null))")
_AGGREGATES = {"count": "count(*)", "mean": "avg({})", "sum": "sum({})", "min": "min({})", "max": "max({})"}


@dataclass(frozen=True)
class Case:
    """A request in both languages over variables, and the plans that are right; none where it is to be refused.

    `after` is the request of the cell before, over the variables `before`; empty where there is none.
    """

    id: str
    en: str
    zh: str
    inputs: tuple[str, ...]
    gold: list[dict[str, Any]]
    others: list[list[dict[str, Any]]] = field(default_factory=list)
    refuses: bool = False
    after: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def request(self, language: str) -> str:
        """What is typed, in "en" or "zh"."""
        return self.en if language == "en" else self.zh

    def right_plans(self, language: str) -> list[Plan]:
        """The plans that are right; empty where the request is to be refused."""
        golds = [] if self.refuses else [self.gold, *self.others]
        return [written(localized(steps, language), schemas_of(self.inputs)) for steps in golds]


@cache
def cases() -> tuple[Case, ...]:
    """All cases, file by file."""
    files = sorted(f for f in HERE.glob("*.yaml") if f.stem != "schemas")
    return tuple(_case(entry) for f in files for entry in yaml.safe_load(f.read_text("utf-8")))


def schemas_of(names: Sequence[str]) -> tuple[InputSchema, ...]:
    """The shared schemas of those variables; KeyError for a name that `schemas.yaml` lacks."""
    return tuple(_schemas()[name] for name in names)


@cache
def _schemas() -> dict[str, InputSchema]:
    found = yaml.safe_load((HERE / "schemas.yaml").read_text("utf-8"))
    return {name: _schema(name, what) for name, what in found.items()}


def _schema(name: str, what: str | dict[str, Any]) -> InputSchema:
    if isinstance(what, str):
        return InputSchema(name=name, kind=Kind(what))
    each = {c: {"kind": k} if isinstance(k, str) else k for c, k in what.items()}
    return InputSchema(
        name=name, kind=Kind.TABLE, rows=ROWS, columns=tuple(ColumnSchema(name=c, **k) for c, k in each.items())
    )


def _case(entry: dict[str, Any]) -> Case:
    told = {
        "others": entry.pop("or", []),
        "inputs": tuple(entry.pop("inputs")),
        "before": tuple(entry.pop("before", ())),
    }
    return Case(**told, **entry)


def localized(value: Any, language: str) -> Any:
    """The value with every `{en: …, zh: …}` in it replaced by that language's."""
    if isinstance(value, dict):
        if value.keys() == set(LANGUAGES):
            return value[language]
        return {k: localized(v, language) for k, v in value.items()}
    return [localized(v, language) for v in value] if isinstance(value, list) else value


def written(steps: list[dict[str, Any]], inputs: tuple[InputSchema, ...]) -> Plan:
    """The steps of a case as a Plan: step n has the id `sN` and gives the column `outN`."""
    return Plan(inputs=inputs, steps=tuple(_step(i, entry, inputs) for i, entry in enumerate(steps, start=1)))


def _step(number: int, entry: dict[str, Any], inputs: tuple[InputSchema, ...]) -> Step:
    task, read = CATALOGUE[entry["task"]], entry["reads"]
    reads = read if isinstance(read, dict) else {task.subject: read}
    plus = tuple(dict.fromkeys(f"s{n}" for n in re.findall(r"#(\d+)", str(entry))))
    table = task.takes[task.subject] is Kind.TABLE
    references = {slot: _reference(r, inputs, task.takes[slot], plus) for slot, r in reads.items()}
    conditions = tuple(entry.get("where", ()))
    parameters = dict(entry.get("parameters", {}))
    if task.name == "sql":
        frame = references["table"].frame  # type: ignore[union-attr]
        parameters, conditions = _sql(entry, frame, inputs), ()
    elif task.name == "chart":
        parameters = {k: _name(v) for k, v in entry.items() if k in ("mark", "x", "y", "color", "aggregate")}
    of = next(iter(references.values())).frame if table else _frame(inputs)  # type: ignore[union-attr]
    return Step(
        id=f"s{number}",
        task=task.name,
        inputs=references,
        parameters=parameters,
        where=tuple(_predicate(c, of) for c in conditions),
        map=entry.get("map", False),
        output=f"out{number}",
        wanted=entry.get("wanted", ""),
    )


def _frame(inputs: tuple[InputSchema, ...]) -> str:
    return next((i.name for i in inputs if i.kind is Kind.TABLE), "")


def _reference(read: Any, inputs: tuple[InputSchema, ...], kind: Kind, plus: tuple[str, ...]) -> Reference:
    """An earlier step by its number, a variable, a column of the frame, or `{constant: …}`."""
    if isinstance(read, dict):
        return Constant(constant=read["constant"])
    if isinstance(read, int):
        return Frame(frame=f"s{read}") if kind is Kind.TABLE else StepOutput(step=f"s{read}")
    if known := next((i for i in inputs if i.name == read), None):
        return Frame(frame=read, plus=plus) if known.kind is Kind.TABLE else Variable(variable=read)
    return Column(column=read, of=_frame(inputs))


def _parts(condition: str) -> tuple[str, str, Any]:
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise ValueError(f"not a condition: {condition!r}; such as `rating < 3`, `#1 == negative`, `#2 not-null`")
    value = yaml.safe_load(found["value"]) if found["value"] else None
    return found["of"], found["op"] or found["null"], tuple(value) if isinstance(value, list) else value


def _predicate(condition: str, frame: str) -> Predicate:
    of, op, value = _parts(condition)
    reference = StepOutput(step=f"s{of[1:]}") if of.startswith("#") else Column(column=of, of=frame)
    return Predicate(of=reference, op=op, value=value)  # type: ignore[arg-type]


def _name(word: str) -> str:
    """The column that a word means: `#2` is the one that step 2 gives, `#2_score` its score."""
    return f"out{word[1:]}" if word.startswith("#") else word


def _quoted(word: str) -> str:
    return f'"{_name(word)}"'


def _test(condition: str) -> str:
    """A condition as SQL; text is compared without regard to case."""
    of, op, value = _parts(condition)
    if isinstance(value, str):
        return f"lower({_quoted(of)}) {op} '{value.lower()}'"
    return f"{_quoted(of)} {op} {value}"


def _sql(entry: dict[str, Any], frame: str, inputs: tuple[InputSchema, ...]) -> dict[str, Any]:
    """One SELECT: `by`, `compute` (of a `column`; a share of the rows for which `of` holds), `order`, `limit`."""
    query = " ".join(_clauses(entry, frame))
    if entry.get("compute"):
        return {"query": query, "columns": [*map(_name, _listed(entry.get("by"))), "value"]}
    of_frame = next((list(i.columns) for i in inputs if i.name == frame), [])
    return {"query": query, "columns": [c.name for c in of_frame]}


def _clauses(entry: dict[str, Any], frame: str) -> Iterator[str]:
    by, compute = [_quoted(w) for w in _listed(entry.get("by"))], entry.get("compute")
    if compute == "share":
        what = f"avg(CASE WHEN {_test(entry['of'])} THEN 1.0 ELSE 0.0 END)"
    elif compute:
        what = _AGGREGATES[compute].format(_quoted(entry.get("column", "")))
    yield f"SELECT {', '.join([*by, f'{what} AS value'])}" if compute else "SELECT *"
    yield f'FROM "{frame}"'
    tests = [*map(_test, entry.get("where", ())), *(f"{name} IS NOT NULL" for name in by)]
    yield f"WHERE {' AND '.join(tests)}" if tests else ""
    yield f"GROUP BY {', '.join(by)}" if by else ""
    if order := entry.get("order"):
        word, way = order.split()
        yield f"ORDER BY {_quoted(word)} {way.upper()} NULLS LAST"
    yield f"LIMIT {entry['limit']}" if "limit" in entry else ""


def _listed(words: str | list[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())
