"""What a planner makes of requests whose right graph of tasks others have written down: a table over a folder of them.

    python bench/plans.py FOLDER --out FOLDER [--planner rules | endpoint NAME [MODEL] | local]

Every `*.jsonl` in FOLDER of a kind in KINDS is planned, a request a line; FOLDER's own `score.py` says what is right of
graphs. Files and variables that a request names become inputs of their kind. Two things are scored apart: the *plan*,
whose every step hfmagic can run, and, of the rules, what was *understood*: the outline before anything is left out that
cannot be run. What is refused counts as an empty graph.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hfmagic.errors import HFMagicError
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Plan, StepOutput
from hfmagic.planners.outline import outline
from hfmagic.planners.outline.marks import mark
from hfmagic.planners.rules import plan_by_rules
from hfmagic.planners.tasks_of.ranking import tasks_of

Row = Mapping[str, Any]
Inputs = tuple[InputSchema, ...]
Plans = Callable[[str, Inputs], Plan]
Graph = dict[str, Any]

GRAPHS = ("taskbench_hf", "hf_agents")
FIRST = ("controlllm_tool100", "gorilla_hf")
KINDS = (*GRAPHS, *FIRST)
FLOORS = {
    "taskbench_hf": "23 regular expressions: 82.4 / 43.2 / 41.1",
    "hf_agents": "23 regular expressions: node F1 73.8",
    "controlllm_tool100": "23 regular expressions: 38.7",
    "gorilla_hf": "TF-IDF over cards: 39.4; a linear classifier: 54.1",
}
"""What simple programs reach on the development split, as published with the data: node F1 / edge F1 / exact graph, or
first task right."""
NAMED = {"image": Kind.IMAGE, "picture": Kind.IMAGE, "document": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
SAMPLES = 1000  # of the bootstrap


@dataclass(frozen=True)
class Answer:
    """What a planner made of a request: its graph, the code of its refusal, and the processor time, in seconds."""

    graph: Graph
    refused: str
    seconds: float


def read(path: Path) -> list[Row]:
    """The JSON objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def write(path: Path, rows: Sequence[Row]) -> Path:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def asked(row: Row) -> tuple[str, Inputs]:
    """The request with its files as variables in braces, and the schemas of all variables."""
    request = str(row["request"])
    if row.get("inputs"):
        kinds = {name: next((k for word, k in NAMED.items() if word in name), Kind.TEXT) for name in row["inputs"]}
        return request, tuple(InputSchema(name=n, kind=k) for n, k in kinds.items())
    found: dict[str, InputSchema] = {}
    names: dict[str, str] = {}
    pieces, at = [], 0
    for file in mark(request, ()).marks.values():
        if file.sort == "file" and file.kind:
            name = names.setdefault(file.value, _variable(file.value, found))
            found[name] = InputSchema(name=name, kind=file.kind)
            pieces += [request[at : file.start], f"{{{name}}}"]
            at = file.end
    return "".join([*pieces, request[at:]]), tuple(found.values())


def _variable(file: str, taken: Mapping[str, Any]) -> str:
    name = re.sub(r"\W", "_", file.rpartition("/")[2].rpartition(".")[0])
    name = name if name.isidentifier() else f"file_{name}"
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 99))) if n not in taken)


def understood(request: str, inputs: Inputs) -> Graph:
    """Nodes and edges of the outline."""
    found = outline(request, inputs)
    return {"nodes": [{"task": t, "args": []} for t in found.tasks], "edges": [list(e) for e in found.edges]}


def graph(plan: Plan) -> Graph:
    """Nodes and edges of a plan, as the scorer reads them."""
    place = {step.id: number for number, step in enumerate(plan.steps)}
    nodes = [{"task": step.task, "args": []} for step in plan.steps]
    return {"nodes": nodes, "edges": [list(e) for e in sorted({(place[a], place[b]) for a, b in _edges(plan)})]}


def _edges(plan: Plan) -> Iterator[tuple[str, str]]:
    for step in plan.steps:
        for reference in step.inputs.values():
            if isinstance(reference, StepOutput):
                yield reference.step, step.id


def answers(rows: Sequence[Row], make: Callable[[str, Inputs], Graph]) -> list[Answer]:
    """What is made of each request; one is planned before the clock runs, so that nothing is made ready in it."""
    if rows:
        _answer(*asked(rows[0]), make)
    return [_answer(*asked(row), make) for row in rows]


def _answer(request: str, inputs: Inputs, make: Callable[[str, Inputs], Graph]) -> Answer:
    began = time.process_time()
    try:
        made, refused = make(request, inputs), ""
    except HFMagicError as error:
        made, refused = {"nodes": [], "edges": []}, error.code
    return Answer(made, refused, time.process_time() - began)


def nearest(row: Row, made: Graph, tags: Mapping[str, str]) -> Row:
    """The gold graph, or the alternative to it that comes nearest to what was made (agents' programs have several)."""
    others = row.get("alternatives") or ()
    ways = [{"nodes": row["nodes"], "edges": row["edges"], "pipeline_tags": row.get("pipeline_tags")}]
    ways += [{**way, "pipeline_tags": [tags.get(n["task"]) for n in way["nodes"]]} for way in others]
    mine = {n["task"] for n in made["nodes"]}
    best = max(ways, key=lambda way: -len(mine ^ {t or "" for t in way["pipeline_tags"] or ()}))
    return {**row, **best}


def scored(scorer: Path, gold: Sequence[Row], made: Sequence[Graph]) -> dict[str, Any]:
    """The scorer's figures over all requests, with the intervals it gives."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        lines = [{"id": row["id"], **one} for row, one in zip(gold, made, strict=True)]
        files = ["--gold", str(write(place / "gold.jsonl", gold)), "--pred", str(write(place / "made.jsonl", lines))]
        command = [sys.executable, str(scorer), *files, "--vocab", "tag", "--json", str(place / "score.json")]
        subprocess.run(command, capture_output=True, check=True, encoding="utf-8")  # noqa: S603 - the caller names it
        found: dict[str, Any] = json.loads((place / "score.json").read_text(encoding="utf-8"))
    return {**found["all"], "ci95": found.get("ci95_all", {})}


def share(right: Sequence[bool]) -> dict[str, Any]:
    """The share that is right, with its 95 % bootstrap interval (seeded)."""
    drawn = random.Random(0)  # noqa: S311 - no secret
    means = sorted(sum(drawn.choices(right, k=len(right))) / len(right) for _ in range(SAMPLES)) if right else [0.0]
    mean = sum(right) / len(right) if right else 0.0
    return {"first_task": mean, "ci95": {"first_task": [means[len(means) // 40], means[-len(means) // 40 - 1]]}}


def first_right(rows: Sequence[Row], made: Sequence[Graph]) -> dict[str, Any]:
    """The share of requests with a known tag whose first task it is."""
    right = []
    for row, one in zip(rows, made, strict=True):
        tag = row.get("pipeline_tag") or row.get("pipeline_tag_hint")
        if tag:
            right.append(bool(one["nodes"]) and one["nodes"][0]["task"] == tag)
    return {**share(right), "n": len(right)}


def measured(path: Path, kind: str, way: str, make: Callable[[str, Inputs], Graph]) -> list[dict[str, Any]]:
    """A line of the table for each score of a file."""
    rows = read(path)
    found = answers(rows, make)
    made = [one.graph for one in found]
    line = {
        "file": path.name,
        "what": way,
        "refused": sum(bool(one.refused) for one in found),
        "ms": 1000 * sum(one.seconds for one in found) / max(len(found), 1),
        "floor": FLOORS[kind],
    }
    if kind in FIRST:
        return [line | first_right(rows, made)]
    lines = [line | scored(path.parent / "score.py", rows, made)]
    if any(row.get("alternatives") for row in rows):
        tags = json.loads((path.parent / "task_mapping.json").read_text(encoding="utf-8")).get("hf_agents", {})
        best = [nearest(row, one, tags) for row, one in zip(rows, made, strict=True)]
        lines.append(line | {"what": f"{way}, best alternative"} | scored(path.parent / "score.py", best, made))
    return lines


COLUMNS = {
    "node_p": "node P",
    "node_r": "node R",
    "node_f1": "node F1",
    "edge_f1_args": "edge F1 (arguments)",
    "edge_f1_links": "edge F1 (links)",
    "exact_graph_links": "exact graph",
    "first_task": "first task right",
}


def markdown(lines: Sequence[Mapping[str, Any]]) -> str:
    """The table, in percent, with 95 % intervals where there are some."""
    names = ["file", "what", "requests", *COLUMNS.values(), "refused", "ms a request", "floor"]
    rows = [names, ["---"] * len(names)]
    for line in lines:
        figures = [_figure(line, key) for key in COLUMNS]
        rows.append(
            [
                line["file"],
                line["what"],
                str(line["n"]),
                *figures,
                str(line["refused"]),
                f"{line['ms']:.1f}",
                line["floor"],
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _figure(line: Mapping[str, Any], key: str) -> str:
    if key not in line:
        return ""
    low, high = line["ci95"].get(key, (None, None))
    return f"{100 * line[key]:.1f}" + (f" ({100 * low:.1f}-{100 * high:.1f})" if low is not None else "")


def kind_of(path: Path) -> str:
    """The kind of a file by its name, `taskbench_hf.dev.jsonl`; empty for any other."""
    return next((kind for kind in KINDS if path.name.startswith(f"{kind}.")), "")


def planner(words: Sequence[str]) -> Plans:
    """The planner that the words of the command name."""
    if words[0] == "rules":
        return lambda request, inputs: plan_by_rules(request, inputs)
    from hfmagic.config import HFMagic
    from hfmagic.resources import Resources

    config = HFMagic()
    config.planner = " ".join(words[1:] if words[0] == "endpoint" else words)  # for this run: nothing is remembered
    plan = Resources(config).planner.plan
    return lambda request, inputs: plan(request, inputs)


def main() -> None:
    """Plan, score, write the table and its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--planner", nargs="+", default=["rules"], metavar="WORD")
    options = parser.parse_args()
    files = [(p, kind) for p in sorted(options.folder.glob("*.jsonl")) if (kind := kind_of(p))]
    if not files or not (options.folder / "score.py").exists():
        wanted = f"score.py and one of {', '.join(f'{k}.*.jsonl' for k in KINDS)}"
        parser.exit(2, f"{options.folder} has no {wanted}: name the folder of the cases.\n")
    plans, lines = planner(options.planner), []
    for path, kind in files:
        if options.planner == ["rules"]:
            first = understood if kind != "gorilla_hf" else ranked
            lines += measured(path, kind, "understood", first)
        if kind != "gorilla_hf":
            lines += measured(path, kind, "plan", lambda request, inputs: graph(plans(request, inputs)))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "plans.json").write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    (options.out / "plans.md").write_text(markdown(lines), encoding="utf-8")
    print(markdown(lines))


def ranked(request: str, inputs: Inputs) -> Graph:
    """The likeliest tag of a request that names no input, as a graph of one node."""
    tasks = [likely.task for likely in tasks_of(request, inputs)][:1]
    return {"nodes": [{"task": task, "args": []} for task in tasks], "edges": []}


if __name__ == "__main__":
    main()
