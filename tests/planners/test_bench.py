"""The measuring programs of bench/ on a few lines of our own."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"
SCORER = """
import argparse, json
parser = argparse.ArgumentParser()
for name in ("--gold", "--pred", "--vocab"):
    parser.add_argument(name)
asked = parser.parse_args()
found = {row["id"]: row for row in map(json.loads, open(asked.pred))}
gold = [json.loads(line) for line in open(asked.gold)]
print("right", sum(found[g["id"]].get("tasks", [None])[0] == g["pipeline_tag"] for g in gold if "pipeline_tag" in g))
"""
GOLD = [
    {"id": "a", "request": "upscale the photo", "pipeline_tag": "image-to-image", "gold_model": "org/large"},
    {"id": "b", "request": "translate to French", "pipeline_tag": "translation", "gold_model": "org/elsewhere"},
]
LISTING = [
    {"id": "org/small", "pipeline_tag": "image-to-image", "downloads": "10", "likes": "1", "meta": {"tags": ["art"]}},
    {"id": "org/large", "pipeline_tag": "image-to-image", "downloads": "90000", "likes": "9", "meta": None},
]


def program(file: str) -> ModuleType:
    name = f"bench_{file}"
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{file}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there for the names of their fields' types
    spec.loader.exec_module(module)
    return module


def lines(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def run(name: str, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [name, *arguments])
    program(name).main()


def test_gorilla_takes_tasks_and_models_and_has_them_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scorer.py").write_text(SCORER)
    files = (
        lines(tmp_path / "gold.jsonl", GOLD),
        lines(tmp_path / "listing.jsonl", LISTING),
        str(tmp_path / "scorer.py"),
    )
    run("gorilla", *files, "--out", str(tmp_path / "out"), monkeypatch=monkeypatch)
    shown = capsys.readouterr().out
    found = [json.loads(x) for x in (tmp_path / "out" / "predictions.jsonl").read_text().splitlines()]

    assert "all: 2 requests; the gold model of 1 is in the listing\nright 2" in shown
    assert found[0]["models"] == ["org/large", "org/small"]
    assert found[1]["models"] == []


GRAPH_SCORER = """
import argparse, json
parser = argparse.ArgumentParser()
for name in ("--gold", "--pred", "--vocab", "--json"):
    parser.add_argument(name)
asked = parser.parse_args()
made = {row["id"]: row for row in map(json.loads, open(asked.pred))}
gold = [json.loads(line) for line in open(asked.gold)]
same = [[n["task"] for n in made[g["id"]]["nodes"]] == g["pipeline_tags"] for g in gold]
edges = [made[g["id"]]["edges"] == g["edges"] for g in gold]
found = {"n": len(gold), "node_f1": sum(same) / len(gold), "exact_graph_links": sum(edges) / len(gold)}
json.dump({"all": found, "ci95_all": {"node_f1": [0.0, 1.0]}}, open(asked.json, "w"))
"""
SPEECH, SUMMARY = "automatic-speech-recognition", "summarization"
GRAPHS: list[dict[str, object]] = [
    {
        "id": "a",
        "request": "transcribe 'call.wav' and summarize it",
        "nodes": [{"task": "Speech"}, {"task": "Summary"}],
        "pipeline_tags": [SPEECH, SUMMARY],
        "edges": [[0, 1]],
    },
    {"id": "b", "request": "asdf qwer", "nodes": [], "pipeline_tags": [], "edges": []},
]
AGENTS: list[dict[str, object]] = [
    {
        "id": "c",
        "request": "Describe the `image`.",
        "inputs": ["image"],
        "nodes": [{"task": "image_qa"}],
        "pipeline_tags": ["visual-question-answering"],
        "edges": [],
        "alternatives": [{"nodes": [{"task": "image_captioner"}], "edges": []}],
    }
]


def cases(folder: Path) -> Path:
    """A folder of cases of our own, as those of others are laid out."""
    lines(folder / "taskbench_hf.ours.jsonl", GRAPHS)
    lines(folder / "hf_agents.ours.jsonl", AGENTS)
    lines(
        folder / "controlllm_tool100.ours.jsonl",
        [
            {"id": "d", "request": "How many dogs are in a/dogs.png?", "pipeline_tag_hint": "object-detection"},
            {"id": "e", "request": "Mend my bicycle.", "pipeline_tag_hint": "robotics"},
            {"id": "f", "request": "Mend my shoe.", "pipeline_tag_hint": None},
        ],
    )
    lines(folder / "gorilla_hf.ours.jsonl", [dict(row) for row in GOLD])
    lines(folder / "notes.jsonl", [{"id": "g"}])
    (folder / "score.py").write_text(GRAPH_SCORER)
    (folder / "task_mapping.json").write_text(json.dumps({"hf_agents": {"image_captioner": "image-to-text"}}))
    return folder


def test_plans_scores_what_was_understood_and_what_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("plans", str(cases(tmp_path)), "--out", str(tmp_path / "out"), monkeypatch=monkeypatch)
    found = json.loads((tmp_path / "out" / "plans.json").read_text())
    by = {(line["file"].split(".")[0], line["what"]): line for line in found}

    assert by["taskbench_hf", "understood"]["node_f1"] == 1.0
    assert by["taskbench_hf", "plan"]["exact_graph_links"] == 1.0
    assert by["taskbench_hf", "plan"]["refused"] == 1
    assert by["hf_agents", "understood"]["node_f1"] == 0.0
    assert by["hf_agents", "understood, best alternative"]["node_f1"] == 1.0
    assert (by["controlllm_tool100", "understood"]["n"], by["controlllm_tool100", "understood"]["first_task"]) == (
        2,
        0.5,
    )
    assert by["gorilla_hf", "understood"]["first_task"] == 1.0
    assert ("gorilla_hf", "plan") not in by
    assert (tmp_path / "out" / "plans.md").read_text() in capsys.readouterr().out
    assert "23 regular expressions: 82.4 / 43.2 / 41.1" in (tmp_path / "out" / "plans.md").read_text()


def test_plans_makes_a_variable_of_each_file_and_names_none_twice() -> None:
    request, inputs = program("plans").asked({"request": "compare a/1.png with b/1.png and a/1.png"})

    assert request == "compare {file_1} with {file_1_2} and {file_1}"
    assert [i.name for i in inputs] == ["file_1", "file_1_2"]


def test_plans_says_what_a_folder_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run("plans", str(tmp_path), "--out", str(tmp_path / "out"), monkeypatch=monkeypatch)

    assert "has no score.py and one of taskbench_hf.*.jsonl" in capsys.readouterr().err
