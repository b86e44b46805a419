"""Plans run by the engine, exported, and their scripts run in a fresh process that cannot import hfmagic."""

from __future__ import annotations

import ast
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from hfmagic.export import to_python
from hfmagic.hub.facts import ModelFacts
from hfmagic.kinds import Label
from hfmagic.plan import Plan, Step
from hfmagic.recognise import recognise
from hfmagic.results import Results
from hfmagic.scope import validate
from hfmagic.session import Options, Session

CHILD = """
import copy, importlib, pickle, runpy, sys
sys.modules["hfmagic"] = None  # code that imports it fails
sys.path.insert(0, ".")


def kept(value):
    if type(value).__name__ == "Figure":
        return [[(p.get_x(), p.get_width(), p.get_height()) for p in axes.patches] for axes in value.axes]
    if type(value).__name__ == "DataFrame":  # classes of the script itself cannot be told to another process
        return value.map(lambda cell: str(cell) if isinstance(cell, str) else cell)
    if isinstance(value, str):
        return str(value)
    if type(value).__name__ not in ("list", "dict", "float", "ndarray", "Image"):
        return None
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, AttributeError):  # a table of functions
        return None
    return value


found = {}
scripts, functions = pickle.load(open(sys.argv[1], "rb"))
for name, *argv in scripts:
    sys.argv = [name + ".py", *argv]
    there = runpy.run_path(name + ".py", run_name="__main__")
    found[name] = {key: kept(value) for key, value in there.items() if not key.startswith("__") and key != "found"}
for name, function, calls in functions:
    call = getattr(importlib.import_module(name), function)
    before = copy.deepcopy(calls)
    found[name] = [kept(call(**given)) for given in calls]
    for given, then in zip(calls, before):
        assert all(v.equals(then[n]) if hasattr(v, "equals") else v == then[n] for n, v in given.items())
pickle.dump(found, open("found", "wb"))
"""


@dataclass(frozen=True)
class Case:
    """A plan that the engine ran, with the source and the arguments of its script."""

    plan: Plan
    results: Results
    code: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class FunctionCase:
    """A plan as a function, with the inputs of two calls and what the engine gives for each."""

    code: str
    name: str
    given: tuple[Mapping[str, Any], ...]
    expected: tuple[Any, ...]


def models_of(session: Session, plan: Plan) -> dict[str, ModelFacts]:
    return {s.model.model_id: session.hub.find(s.model.model_id, s.model.revision) for s in plan.steps if s.model}


def case(
    session: Session, given: Mapping[str, tuple[Any, str]], *steps: Step, models: Mapping[str, str] | None = None
) -> Case:
    """Inputs (a value, and the path where a script finds it) and steps as a plan that ran."""
    inputs = {name: recognise(name, value, reader=session.reader) for name, (value, _) in given.items()}
    plan = Plan(inputs=tuple(i.schema for i in inputs.values()), steps=steps)
    proposal = session.choose_models(validate(plan), inputs, Options(models=models or {}))
    bound, (results, _) = proposal.plan, session.run(proposal)
    assert results.failed == {}
    return Case(bound, results, to_python(bound, models_of(session, bound)), tuple(path for _, path in given.values()))


def function_case(session: Session, *given: Mapping[str, Any], steps: Sequence[Step]) -> FunctionCase:
    """Steps as a function, and what the engine gives for the inputs of each call."""
    expected, code = [], ""
    for values in given:
        one = case(session, {name: (value, "") for name, value in values.items()}, *steps)
        expected.append(one.results.value)
        code = code or to_python(one.plan, models_of(session, one.plan), function=True)
    functions = [n.name for n in ast.parse(code).body if isinstance(n, ast.FunctionDef)]
    paths = [{n: str(v) if isinstance(v, Path) else v for n, v in values.items()} for values in given]
    return FunctionCase(code, functions[-1], tuple(paths), tuple(expected))


def run_scripts(
    folder: Path, cases: Mapping[str, Case], functions: Mapping[str, FunctionCase] = MappingProxyType({})
) -> dict[str, Any]:
    """The variables that each script leaves and what each call of a function gives, all in one process."""
    for name, one in (*cases.items(), *functions.items()):
        (folder / f"{name}.py").write_text(one.code, encoding="utf-8")
    calls = [(name, *one.argv) for name, one in cases.items()], [(n, f.name, f.given) for n, f in functions.items()]
    (folder / "calls").write_bytes(pickle.dumps(calls))
    settings = {"MPLBACKEND": "agg", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": ""}
    hub = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "hub-cache")}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, "calls"],
        cwd=folder,
        env={**os.environ, **settings, **hub},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, Any] = pickle.loads((folder / "found").read_bytes())  # noqa: S301  our own child's
    return found


def assert_functions(functions: Mapping[str, FunctionCase], found: Mapping[str, Any]) -> None:
    """Every call gives what the engine gives."""
    for name, one in functions.items():
        for ours, theirs in zip(one.expected, found[name], strict=True):
            assert_same(ours if isinstance(ours, pd.DataFrame) else plain(ours), theirs)


Patch = tuple[float, float, float]  # left edge, width, height


def bars(axes: Sequence[Sequence[Patch]]) -> list[float]:
    """The lengths of the bars of a chart that are not empty, sorted."""
    found = []
    for patches in axes:
        lying = bool(patches) and patches[0][0] == 0  # standing bars are in the middle of their name
        found += [width if lying else height for _, width, height in patches]
    return sorted(round(float(length), 6) for length in found if length)


def sizes(figure: Any) -> list[list[Patch]]:
    """The patches of each axes of a figure."""
    return [[(p.get_x(), p.get_width(), p.get_height()) for p in axes.patches] for axes in figure.axes]


def plain(value: Any) -> Any:
    """A cell to compare: None for whatever means missing, lists for arrays."""
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Label):
        return {"label": value.label, "score": value.score}
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return float(value) if isinstance(value, int | float | np.number) else value


def assert_same(ours: Any, theirs: Any) -> None:
    """Labels and texts equal, numbers within 1e-5."""
    if isinstance(ours, pd.DataFrame):
        assert list(ours.columns) == list(theirs.columns)
        assert len(ours) == len(theirs)
        for name in ours.columns:
            assert_same(plain(list(ours[name])), plain(list(theirs[name])))
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        assert_same(list(ours.values()), list(theirs.values()))
    elif isinstance(ours, list) and isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
    elif isinstance(ours, float) and isinstance(theirs, float):
        assert abs(ours - theirs) < 1e-5
    else:
        assert ours == theirs
