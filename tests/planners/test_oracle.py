"""An LLM that answers right loses nothing on the way to a plan, and little when it writes in its own manner.

The answers are the golden plans of this folder in the wire form, those of its requests for every task, and those of
`test_endpoint` for what is SQL there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hfmagic.kinds import InputSchema
from hfmagic.llm import LLM, Endpoint
from hfmagic.plan import Column, Constant, Frame, Plan, Reference, Step, StepOutput, Variable
from hfmagic.planners.endpoint import plan_by_endpoint
from hfmagic.planners.rules import plan_by_rules

from ..llmserver import TestLLM, text
from .modality_requests import CHINESE, ENGLISH
from .test_endpoint import SAME

GOLDEN = Path(__file__).parent / "golden"
WHOLE = frozenset({"sql", "chart", "filter"})  # an LLM writes these in a form of their own
MADE_FOR_OTHERS = {"cluster": ("embedding", "across"), "redact": ("entities",)}


class NotWritten(Exception):
    """A plan that no steps of an LLM stand for one by one."""


def steps_of(plan: Plan) -> list[dict[str, Any]]:
    """The plan in the wire form, references by number. Raises: NotWritten."""
    made_for = {
        r.step
        for s in plan.steps
        for slot, r in s.inputs.items()
        if slot in MADE_FOR_OTHERS.get(s.task, ()) and isinstance(r, StepOutput)
    }
    written = [s for s in plan.steps if s.id not in made_for]
    place = {s.id: f"step {n}" for n, s in enumerate(written, 1)}
    return [_step(s, place) for s in written]


def _step(step: Step, place: Mapping[str, str]) -> dict[str, Any]:
    if step.task in WHOLE:
        raise NotWritten(step.task)
    hidden = MADE_FOR_OTHERS.get(step.task, ())
    slots = {slot: _name(r, place) for slot, r in step.inputs.items() if slot not in hidden}
    if step.task == "cluster" and not slots:  # of pictures, which an LLM names as what is clustered
        slots = {"text": "image"}
    where = [{"column": _name(p.of, place), "op": p.op, "value": p.value} for p in step.where]
    return {"for": "", "task": step.task, **slots, **step.parameters, **({"where": where} if where else {})}


def _name(reference: Reference, place: Mapping[str, str]) -> str:
    match reference:
        case Column(column=name, of=of) if of not in place:
            return name
        case StepOutput(step=name) if name in place:
            return place[name]
        case Variable(variable=name):
            return name
        case Constant(constant=str(words)):
            return words
        case Frame(frame=name, plus=()):
            return name
    raise NotWritten(str(reference))


def golden() -> Iterator[tuple[str, Plan, list[dict[str, Any]]]]:
    plans = {file.stem: Plan.from_json(file.read_text("utf-8")) for file in sorted(GOLDEN.glob("*.json"))}
    plans |= {request: plan_by_rules(request, inputs) for inputs, request in REQUESTS}
    for name, plan in plans.items():
        with contextlib.suppress(NotWritten):
            yield name, plan, steps_of(plan)


REQUESTS = [(inputs, request) for part in (ENGLISH, CHINESE) for rows in part.values() for inputs, request, _ in rows]
PLANS = {name: (plan, steps) for name, plan, steps in golden()}


CHAINS = {name: found for name, found in PLANS.items() if len(found[1]) > 1}


def _as(form: str) -> Callable[[str], str]:
    return lambda answer: re.sub(r"step (\d+)", lambda m: form.format(int(m[1]), int(m[1]) - 1), answer)


def _in_capitals(answer: str) -> str:
    return re.sub(r'("task": ")([a-z\-]+)"', lambda m: f'{m[1]}{m[2].upper()}"', answer)


SLOPPY: Mapping[str, Callable[[str], str]] = {
    "as it should": lambda answer: answer,
    "capitals": _in_capitals,
    "fenced": lambda answer: f"Here is the plan:\n\n```json\n{answer}\n```\nAnything {{else}}?",
    "text behind": lambda answer: f"{answer}\n\nThese are all the steps {{I}} see.",
    "nodes from 0": _as("<node-{1}>"),
    "step:1": _as("step:{0}"),
    "#1": _as("#{0}"),
    "The output of Step 1": _as("The output of Step {0}"),
    "commas too many": lambda answer: re.sub(r'(["\]}0-9])([\]}])', r"\1,\2", answer),
    "single quotes": lambda answer: str(json.loads(answer)),
    "one level too deep": lambda answer: f'{{"plan": {answer}}}',
}


def planned(request: str, inputs: tuple[InputSchema, ...], answer: str) -> Plan:
    with TestLLM(script=lambda _: text(answer)) as server:
        llm = LLM(Endpoint("oracle", server.url, "m"), seconds=30, max_bytes=500_000, wait=lambda _: None)
        return plan_by_endpoint(request, inputs, llm)


def done(plan: Plan) -> list[tuple[str, dict[str, Reference], tuple[object, ...]]]:
    """What the steps do, whatever they are called."""
    return [(s.task, _unnamed(s, plan), s.where) for s in plan.steps]


def _unnamed(step: Step, plan: Plan) -> dict[str, Any]:
    place = {s.id: n for n, s in enumerate(plan.steps)}
    return {slot: place[r.step] if isinstance(r, StepOutput) else r for slot, r in step.inputs.items()}


def test_most_golden_plans_can_be_written_step_by_step():
    assert len(PLANS) >= 100
    assert len(CHAINS) >= 20


@pytest.mark.parametrize("name", PLANS)
def test_an_oracle_loses_nothing(name: str):
    plan, steps = PLANS[name]
    made = planned(plan.request, plan.inputs, json.dumps({"steps": steps}, ensure_ascii=False))

    assert made.planner == "oracle:m"
    assert done(made) == done(plan)


@pytest.mark.parametrize("how", SLOPPY)
def test_in_its_own_manner_it_is_read_all_the_same(how: str):
    lost = []
    for name, (plan, steps) in CHAINS.items():
        made = planned(plan.request, plan.inputs, SLOPPY[how](json.dumps({"steps": steps}, ensure_ascii=False)))
        lost += [] if made.planner == "oracle:m" and done(made) == done(plan) else [name]

    assert lost == []


@pytest.mark.parametrize("how", ["capitals", "fenced", "commas too many", "single quotes"])
def test_tables_are_read_in_its_own_manner_too(how: str):
    lost = []
    for name, (request, schema, steps) in SAME.items():
        made = planned(request, (schema,), SLOPPY[how](json.dumps({"steps": steps}, ensure_ascii=False)))
        lost += [] if (made.hash, made.planner) == (plan_by_rules(request, (schema,)).hash, "oracle:m") else [name]

    assert lost == []


BENCH = Path(__file__).parents[2] / "bench"
ROWS = [
    {
        "id": "a",
        "request": "Describe dog.jpg and read the description aloud",
        "nodes": [{"task": "Caption"}, {"task": "Speech"}],
        "pipeline_tags": ["image-to-text", "text-to-speech"],
        "edges": [[0, 1]],
    },
    {
        "id": "b",
        "request": "Make a film of a dog",
        "nodes": [{"task": "Film"}],
        "pipeline_tags": ["text-to-video"],
        "edges": [],
    },
]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCH))
    spec = importlib.util.spec_from_file_location("llm_plans", BENCH / "llm_plans.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "llm_plans", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "taskbench_hf.dev.jsonl").write_text(lines, encoding="utf-8")
    for name in ("hf_agents", "controlllm_tool100"):
        (tmp_path / f"{name}.dev.jsonl").write_text("", encoding="utf-8")
    return tmp_path


def test_the_measuring_program_says_what_an_oracle_loses(
    bench: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]
):
    bench.run_oracle(folder)
    said = capsys.readouterr().out

    assert "1 gold graphs are plans under our kinds" in said
    assert said.count("100.0%") == len(bench.SLOPPY) + 1
    assert "1  no runner for text-to-video" in said


def test_the_measuring_program_compares_an_llm_with_the_rules(
    bench: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]
):
    wrong = {"steps": [{"for": "Describe", "task": "image-to-text", "image": "dog"}]}
    llm = bench.Kept(folder / "answers.jsonl", None, "tiny-1b", {"a 0": wrong})
    bench.run_compare(folder, llm, seconds=0)
    said = capsys.readouterr().out

    assert "1 requests" in said
    assert re.search(r"^rules +right 100.0%", said, re.MULTILINE)
    assert re.search(r"^checked +right 100.0% .*losses 0", said, re.MULTILINE)
    assert re.search(r"^full +right +0.0% .*losses 1", said, re.MULTILINE)
