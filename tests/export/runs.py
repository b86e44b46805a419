"""Plans run by the engine, exported, and their scripts run in a fresh process that cannot import hfmagic."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hfmagic.export import to_python
from hfmagic.hub.facts import ModelFacts
from hfmagic.plan import Plan, Step
from hfmagic.recognise import recognise
from hfmagic.results import Results
from hfmagic.scope import validate
from hfmagic.session import Options, Session

CHILD = """
import pickle, runpy, sys
sys.modules["hfmagic"] = None  # a script that imports it fails
found = {}
for name, *argv in pickle.load(open(sys.argv[1], "rb")):
    before, sys.argv = sys.argv, [name, *argv]
    there = runpy.run_path(name, run_name="__main__")
    sys.argv = before
    kept = {}
    for key, value in there.items():
        if type(value).__name__ == "Figure":
            kept[key] = [[float(p.get_height() * p.get_width()) for p in a.patches] for a in value.axes]
        elif type(value).__name__ in ("DataFrame", "str", "list", "dict", "float"):
            kept[key] = value
    found[name] = {k: v for k, v in kept.items() if not k.startswith("__")}
pickle.dump(found, open(sys.argv[2], "wb"))
"""


@dataclass(frozen=True)
class Case:
    """A plan that the engine ran, with the source and the arguments of its script."""

    plan: Plan
    results: Results
    code: str
    argv: tuple[str, ...]


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


def run_scripts(folder: Path, cases: Mapping[str, Case]) -> dict[str, dict[str, Any]]:
    """The variables that each script leaves, all run in one process."""
    for name, one in cases.items():
        (folder / f"{name}.py").write_text(one.code, encoding="utf-8")
    calls = [(f"{name}.py", *one.argv) for name, one in cases.items()]
    (folder / "calls").write_bytes(pickle.dumps(calls))
    settings = {"MPLBACKEND": "agg", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": ""}
    hub = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "hub-cache")}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, "calls", "found"],
        cwd=folder,
        env={**os.environ, **settings, **hub},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, dict[str, Any]] = pickle.loads((folder / "found").read_bytes())  # noqa: S301  our own child's
    return {name.removesuffix(".py"): value for name, value in found.items()}


def plain(value: Any) -> Any:
    """A cell to compare: None for whatever means missing, lists for arrays."""
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Path):
        return str(value)
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
    elif isinstance(ours, list) and isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
    elif isinstance(ours, float) and isinstance(theirs, float):
        assert abs(ours - theirs) < 1e-5
    else:
        assert ours == theirs
