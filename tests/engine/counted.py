"""A run in a process of its own that can be killed: it writes down every row that its model sees.

    python -m tests.engine.counted FOLDER ROWS [kill AFTER]

The model is the starter set's, with its forward pass replaced: the engine, the cache and the store are the real ones.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from hfmagic.config import HFMagic
from hfmagic.engine.executor import run_plan
from hfmagic.kinds import Label
from hfmagic.plan import Column, Plan, Step
from hfmagic.recognise import recognise
from hfmagic.results import Results
from hfmagic.runners import registry
from hfmagic.scope import validate
from hfmagic.session import Options, Session

STEP = Step(
    id="sentiment", task="text-classification", inputs={"text": Column(column="text", of="x")}, output="sentiment"
)


def texts(rows: int) -> list[str]:
    """So many different texts of several lengths."""
    return [f"row {i} of them " + "word " * (i * 7 % 23) for i in range(rows)]


def label_of(text: str) -> str:
    """What the replaced model says of a text: easy to tell right from wrong."""
    return f"label {sum(text.encode()) % 97}"


def only_runner(run: Any, **changes: Any) -> None:
    """From here on the task has one runner, which runs that function of (loaded, texts, parameters)."""
    (runner,) = registry.RUNNERS["text-classification"]
    changed = replace(runner, run=run, encode=None, forward=None, cost=lambda _, values: [1] * len(values), **changes)
    registry.RUNNERS = {**registry.RUNNERS, "text-classification": (changed,)}  # type: ignore[misc]


def go(session: Session, frame: Any) -> Results:
    """The step over a frame, as a cell runs it."""
    given = recognise("x", frame, reader=session.reader)
    plan = validate(Plan(inputs=(given.schema,), steps=(STEP,)))
    proposal = session.choose_models(plan, {"x": given}, Options())
    return run_plan(proposal.plan, {"x": given}, session._machine(Options()), lambda _: None)


def main(folder: Path, rows: int, kill_after: int = 0) -> None:
    """Run over so many rows; kill this process after so many rows have been seen."""
    seen = (folder / "seen").open("a", buffering=1)
    count = 0

    def counted(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
        nonlocal count
        seen.write("".join(f"{v.split()[1]}\n" for v in values))
        count += len(values)
        if kill_after and count >= kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return [(Label(label_of(v), 0.5),) for v in values]

    only_runner(counted, most=50)
    results = go(Session(HFMagic()), pd.DataFrame({"text": texts(rows)}))
    found = [v[0].label for v in results["sentiment"].value]
    (folder / "found.json").write_text(json.dumps({"labels": found, "cached": results["sentiment"].cached}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4]) if len(sys.argv) > 3 else 0)
