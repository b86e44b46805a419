"""Which graph of tasks the rules plan for requests that name files or variables, against gold graphs of others.

    python bench/taskbench.py GOLD SCORER --out FILE

GOLD has a request a line, with `inputs` (names of variables) or with file names in its words: each becomes a variable
of its kind. Predictions go to FILE; SCORER is the script that says what is right.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hfmagic.errors import HFMagicError
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Plan, StepOutput
from hfmagic.planners.rules import plan_by_rules

FILE = re.compile(r"['\"]?\b([\w-]+)\.(jpe?g|png|gif|bmp|wav|mp3|flac|mp4|avi|mov)\b['\"]?", re.IGNORECASE)
NAMED = {"image": Kind.IMAGE, "picture": Kind.IMAGE, "document": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}


def kind_of(ending: str) -> Kind:
    """The kind of a file by the ending of its name."""
    if ending.lower() in ("wav", "mp3", "flac"):
        return Kind.AUDIO
    return Kind.VIDEO if ending.lower() in ("mp4", "avi", "mov") else Kind.IMAGE


def asked(row: Mapping[str, Any]) -> tuple[str, tuple[InputSchema, ...]]:
    """The request with its files as variables in braces, and the schemas of all variables."""
    if row.get("inputs"):
        kinds = {name: next((k for word, k in NAMED.items() if word in name), Kind.TEXT) for name in row["inputs"]}
        return row["request"].replace("`", ""), tuple(InputSchema(name=n, kind=k) for n, k in kinds.items())
    found: dict[str, InputSchema] = {}
    request = row["request"]
    for match in FILE.finditer(row["request"]):
        name = re.sub(r"\W", "_", match[1]) + ("" if match[1][0].isalpha() else "_")
        name = name if name.isidentifier() else f"file_{name}"
        found.setdefault(name, InputSchema(name=name, kind=kind_of(match[2])))
        request = request.replace(match[0], f"{{{name}}}")
    return request, tuple(found.values())


def graph(plan: Plan) -> dict[str, Any]:
    """Nodes and edges as the scorer reads them."""
    place = {step.id: number for number, step in enumerate(plan.steps)}
    nodes = [{"task": step.task, "args": []} for step in plan.steps]
    return {"nodes": nodes, "edges": sorted({(place[a], place[b]) for a, b in _edges(plan)})}


def _edges(plan: Plan) -> Iterator[tuple[str, str]]:
    for step in plan.steps:
        for reference in step.inputs.values():
            if isinstance(reference, StepOutput):
                yield reference.step, step.id


def main() -> None:
    """Plan, score, print; what was refused counts as an empty graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    refused: Counter[str] = Counter()
    lines = []
    for row in map(json.loads, filter(None, options.gold.read_text(encoding="utf-8").splitlines())):
        try:
            found = graph(plan_by_rules(*asked(row)))
        except HFMagicError as error:
            refused[error.code] += 1
            found = {"nodes": [], "edges": []}
        lines.append(json.dumps({"id": row["id"], **found}))
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} requests, refused: {dict(refused)}")
    command = [sys.executable, str(options.scorer), "--gold", str(options.gold), "--pred", str(options.out)]
    print(subprocess.run([*command, "--vocab", "tag"], capture_output=True, check=True, encoding="utf-8").stdout)  # noqa: S603 - the caller names it


if __name__ == "__main__":
    main()
