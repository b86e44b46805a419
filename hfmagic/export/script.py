"""A plan → Python that needs no hfmagic: its steps written in order, then put into a form. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..hub.facts import ModelFacts
from ..kinds import Kind
from ..plan import Plan, Step
from ..scope import Scope, validate
from .app import app
from .data import is_frame
from .draft import Draft
from .forms import FORMS, FUNCTIONS, Form, Source
from .layout import literal
from .names import Names, result_of
from .space import readme, requirements
from .steps import write_step


def to_python(
    plan: Plan,
    models: Mapping[str, ModelFacts],
    *,
    form: Form = "script",
    function: bool = False,
    output: str = "result",
    given: Mapping[str, Any] | None = None,
    rows: int = 0,
    seed: int = 0,
    batch_tokens: int = 2048,
) -> str:
    """A plan as Python that gives what its run gives.

    Args:
        models: the facts of every model that the plan pins, by its id; one with a Hub revision is loaded from there.
        form: a script reads its inputs from paths on the command line; a cell uses the variables that are there; a
            notebook, as the JSON of its file (nbformat 4), reads its inputs from files beside it.
        function: the steps as a function of the inputs that returns the result, and a call of it.
        output: the variable that the result gets.
        given: for a cell, the notebook's values by name: their types alone are looked at; None: frames of pandas. An
            input that is not among them was a path on the line, which the cell then leaves to be filled in.
        rows: only the first rows of each frame; 0: all.
        seed, batch_tokens: as in the settings of the run.
    Raises: InvalidPlan: a step has no model, or the plan does not fit together.
    """
    source = _source(
        plan,
        models,
        form=form,
        function=function,
        output=output,
        given=given,
        rows=rows,
        seed=seed,
        batch_tokens=batch_tokens,
    )
    return (FUNCTIONS if function else FORMS)[form](source)


def to_app(
    plan: Plan, models: Mapping[str, ModelFacts], *, output: str = "result", seed: int = 0, batch_tokens: int = 2048
) -> dict[str, str]:
    """A plan as a Gradio app that needs no hfmagic: the text of each file of its folder, which is that of a Space, too.

    Args:
        models: as of `to_python`.
        output: what the result is called on the page.
    Raises: InvalidPlan: a step has no model, or the plan does not fit together; BadOption: a page has no field for an
        input.
    """
    code = app(_source(plan, models, function=True, output=output, seed=seed, batch_tokens=batch_tokens))
    return {"app.py": code, "requirements.txt": requirements(code), "README.md": readme(plan, models)}


def _source(
    plan: Plan,
    models: Mapping[str, ModelFacts],
    *,
    form: Form = "script",
    function: bool,
    output: str,
    given: Mapping[str, Any] | None = None,
    rows: int = 0,
    seed: int,
    batch_tokens: int,
) -> Source:
    """What was drafted of a plan."""
    there = dict(given or {}) if form == "cell" else {}
    tables = {i.name for i in plan.inputs if i.kind is Kind.TABLE}
    converted = tables if rows and form == "cell" else {n for n in tables & there.keys() if not is_frame(there[n])}
    names = Names(Scope(validate(plan)), output, converted)
    draft = Draft(plan, models, names, seed, batch_tokens, there)
    for step in _wanted(draft.scope) if function else plan.ordered():
        write_step(draft, step)
    return Source(draft, form, given, rows, _dropped(draft))


def _wanted(scope: Scope) -> list[Step]:
    """The steps that a function runs: those of its result and of the charts, with all that they rest on."""
    result = result_of(scope)
    wanted = {s.id for s in scope.plan.steps if s.task == "chart" or result in (s.id, scope.rows_of(s))}
    for step in reversed(scope.plan.ordered()):
        if step.id in wanted:
            wanted |= step.parents
    return [s for s in scope.plan.ordered() if s.id in wanted]


def _dropped(draft: Draft) -> list[str]:
    """The statements that take away the columns that steps needed on the way."""
    found, scope = [], draft.scope
    sinks = {s.id for s in draft.plan.sinks}
    for frame in dict.fromkeys(filter(None, map(scope.rows_of, draft.plan.steps))):
        on_the_way = [
            s.output
            for s in draft.plan.steps
            if s.output in draft.columns[frame] and scope.spec(s).gives is Kind.EMBEDDING and s.id not in sinks
        ]
        if on_the_way:
            variable = draft.variable(frame)
            found.append(f"{variable} = {variable}.drop(columns={literal(on_the_way)})  # was needed on the way only")
    return found
