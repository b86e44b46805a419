"""A plan → Python that needs no hfmagic: orders its steps and names its variables. Runs nothing, loads nothing."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Container, Iterable, Mapping
from functools import cache
from typing import Any, Literal

from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..plan import Plan
from ..scope import Scope, validate
from .data import from_path, from_variable, is_frame
from .draft import Draft
from .layout import WIDTH, is_name, is_variable, literal, new_name
from .link import link, parts
from .steps import write_step

Form = Literal["script", "cell"]
# Variables of the steps' own lines.
_OWN = frozenset(
    {"tokenizer", "processor", "model", "longest", "candidate_labels", "sentence", "prefix", "instruction", "room"}
    | {
        "max_new_tokens",
        "rows",
        "found",
        "query",
        "value",
        "values",
        "folder",
        "endings",
        "paths",
        "path",
        "sys",
        "DEVICE",
    }
)


def to_python(
    plan: Plan,
    models: Mapping[str, ModelFacts],
    *,
    form: Form = "script",
    output: str = "result",
    given: Mapping[str, Any] | None = None,
    rows: int = 0,
    seed: int = 0,
    batch_tokens: int = 2048,
) -> str:
    """A plan as a script, or as a cell, that gives what its run gives.

    Args:
        models: the facts of every model that the plan pins, by its id; one with a Hub revision is loaded from there.
        form: a script reads its inputs from paths on the command line; a cell uses the variables that are there.
        output: the variable that the result gets.
        given: for a cell, the notebook's values by name: their types alone are looked at; None: frames of pandas. An
            input that is not among them was a path on the line, which the cell then leaves to be filled in.
        rows: only the first rows of each frame; 0: all.
        seed, batch_tokens: as in the settings of the run.
    Raises: InvalidPlan: a step has no model, or the plan does not fit together.
    """
    converted = {name for name, value in (given or {}).items() if not is_frame(value)} if form == "cell" else set()
    tables = {i.name for i in plan.inputs if i.kind is Kind.TABLE}
    names = Names(Scope(validate(plan)), output, tables if rows and form == "cell" else tables & converted)
    draft = Draft(plan, models, names.variables, seed, batch_tokens)
    data = _data(draft, names, form, given, rows)
    for frame, variable in names.copies.items():
        draft.write(f"{variable} = {frame}.copy()")
    for number, step in enumerate(plan.ordered(), 1):
        title = f"{number}. {step.id}: {step.task}" if is_name(step.id) else f"{number}. {step.task}"
        draft.write(f"\n# {title}")
        write_step(draft, step)
    _finish(draft, names, form)
    return _assembled(
        draft, data, [f"{there} = {name}" for name, there in names.aside.items()] if form == "cell" else []
    )


class Names:
    """A variable for each input and step of a plan. `sources` are the inputs', `copies` those that get columns."""

    def __init__(self, scope: Scope, output: str, converted: Container[str]) -> None:
        self.scope, self.output = scope, output
        self.taken = set(_reserved())
        self.sources: dict[str, str] = {}
        self.there: dict[str, str] = {}  # the notebook's variables, set aside where a script needs their name
        for number, given in enumerate(scope.plan.inputs, 1):
            there = self.there[given.name] = self._new(given.name, f"input_{number}")
            self.sources[given.name] = self._new(f"{there}_frame", there) if given.name in converted else there
        self.variables = dict(self.sources)
        self.copies: dict[str, str] = {}
        self.result = self._result()
        for name in dict.fromkeys(filter(None, map(scope.rows_of, scope.plan.steps))):
            if name in self.sources:
                wanted = output if name == self.result else f"{name}_with_results"
                self.variables[name] = self.copies[self.sources[name]] = self._new(wanted, "result")
        for number, step in enumerate(scope.plan.steps, 1):
            if scope.rows_of(step) is None:
                wanted = output if step.id == self.result else step.output
                self.variables[step.id] = self._new(wanted, f"step_{number}")

    @property
    def aside(self) -> dict[str, str]:
        """The notebook's variables that are set aside, and as what."""
        return {name: there for name, there in self.there.items() if name != there and is_variable(name)}

    def _new(self, wanted: str, fallback: str) -> str:
        found = new_name(wanted, self.taken, fallback)
        self.taken.add(found)
        return found

    def _result(self) -> str:
        """The frame or step whose value is the result, as Results.value has it."""
        steps = self.scope.plan.ordered()
        last = next((s for s in reversed(steps) if s.task != "chart"), steps[-1])
        return self.scope.rows_of(last) or last.id


def _data(draft: Draft, names: Names, form: Form, given: Mapping[str, Any] | None, rows: int) -> list[str]:
    """The part of the script where the data come in."""
    lines: list[str] = []
    for number, schema in enumerate(draft.plan.inputs, 1):
        variable = names.sources[schema.name]
        if form == "cell" and is_variable(schema.name) and (given is None or schema.name in given):
            there = names.there[schema.name]
            more, imports = from_variable(schema, there, variable, (given or {}).get(schema.name), rows=rows)
        else:
            more, imports = from_path(schema, variable, number if form == "script" else 0, rows=rows)
        lines += more
        draft.add_import(*imports)
    return lines


def _finish(draft: Draft, names: Names, form: Form) -> None:
    """What steps needed on the way goes; the result is shown, and a script writes it to a file."""
    plan, scope = draft.plan, draft.scope
    result = names.variables[names.result]
    sinks = {s.id for s in plan.sinks}
    for frame in dict.fromkeys(map(scope.rows_of, plan.steps)):
        on_the_way = [
            s.output
            for s in plan.steps
            if scope.rows_of(s) == frame and scope.spec(s).gives is Kind.EMBEDDING and s.id not in sinks
        ]
        if frame and on_the_way:
            variable = draft.variable(frame)
            draft.write(f"\n{variable} = {variable}.drop(columns={literal(on_the_way)})  # was needed on the way only")
    draft.write("")
    if form == "cell":
        for name, there in names.aside.items():
            draft.write(f"{name} = {there}  # again what it was")
        if result != names.output and is_name(names.output):
            draft.write(f"{names.output} = {result}")
        draft.write(result)
        return
    for step in plan.steps:
        if step.task == "chart":
            variable = draft.variable(step.id)
            draft.write(f"{variable}.savefig({literal(f'{variable}.png')})")
    step_of = {s.id: s for s in plan.steps}
    kind = scope.spec(step_of[names.result]).gives if names.result in step_of else Kind.TABLE
    if kind is Kind.TABLE:
        draft.write(f"{result}.to_csv({literal(f'{result}.csv')}, index=False)")
    if kind is Kind.AUDIO:
        draft.add_import("import soundfile")
        draft.write(f'soundfile.write({literal(f"{result}.wav")}, {result}["array"], {result}["sampling_rate"])')
    else:
        draft.write(f"print({result})")


def _assembled(draft: Draft, data: list[str], aside: list[str]) -> str:
    """Title, imports, data, functions, steps."""
    linked = link(draft.functions)
    steps = "\n".join(draft.lines)
    imports = linked.imports | draft.imports
    if any(isinstance(n, ast.Name) and n.id == "pd" for n in ast.walk(ast.parse(steps))):
        imports |= {"import pandas as pd"}
    head = [*aside, *([""] if aside else []), *_imports(imports)]
    if data:
        head += ["", "# Your data: change this part as you need it.", *data]
    if draft.loaded:
        head += ["", 'DEVICE = "cpu"  # or "cuda": faster, and scores differ in their last digits']
    head += ["", *linked.constants] if linked.constants else []
    body = ["\n".join(head).strip("\n"), *linked.functions, steps.strip("\n")]
    return f"{_title(draft.plan)}\n\n" + "\n\n\n".join(part for part in body if part) + "\n"


def _title(plan: Plan) -> str:
    """The request as a docstring; where it holds more than plain words, as an ordinary literal."""
    text = " ".join(plan.request.split()) or f"The plan {plan.hash}."
    plain = text.isprintable() and not any(c in text for c in "\\\"'") and len(text) < WIDTH - 6
    return f'"""{text}"""' if plain else literal(text)


def _imports(lines: Iterable[str]) -> list[str]:
    """Import lines, sorted and merged as isort does it: the standard library first."""
    plain: dict[bool, list[str]] = {True: [], False: []}
    members: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for line in lines:
        module, _, names = line.removeprefix("from ").removeprefix("import ").partition(" import ")
        standard = re.split(r"[. ]", module)[0] in sys.stdlib_module_names
        if names:
            members[standard].setdefault(module, set()).add(names)
        else:
            plain[standard].append(line)
    found: list[str] = []
    for standard in (True, False):
        block = sorted(plain[standard], key=str.casefold)
        for module, names_of in sorted(members[standard].items()):
            named = sorted(names_of, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
            block.append(f"from {module} import {', '.join(named)}")
        found += [*([""] if found and block else []), *block]
    return found


@cache
def _reserved() -> frozenset[str]:
    """Names that a script may need for itself."""
    everything = link([name for _, name in parts()])
    imported = {re.split(r"[ .]", line.rpartition("import ")[2])[0] for line in everything.imports}
    aliases = {line.rpartition(" as ")[2] for line in everything.imports if " as " in line}
    return everything.names | imported | aliases | _OWN
