"""The measuring programs of bench/ on a few lines of our own."""

from __future__ import annotations

import importlib.util
import json
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
print("nodes", [[n["task"] for n in row["nodes"]] for row in found.values() if "nodes" in row])
print("edges", [row["edges"] for row in found.values() if "edges" in row])
"""
GOLD = [
    {"id": "a", "request": "upscale the photo", "pipeline_tag": "image-to-image", "gold_model": "org/large"},
    {"id": "b", "request": "translate to French", "pipeline_tag": "translation", "gold_model": "org/elsewhere"},
]
LISTING = [
    {"id": "org/small", "pipeline_tag": "image-to-image", "downloads": "10", "likes": "1", "meta": {"tags": ["art"]}},
    {"id": "org/large", "pipeline_tag": "image-to-image", "downloads": "90000", "likes": "9", "meta": None},
]


def program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
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


def test_taskbench_makes_variables_of_files_and_a_graph_of_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, object]] = [
        {"id": "a", "request": "transcribe 'call.wav' and summarize it"},
        {"id": "b", "request": "what is in the `image`?", "inputs": ["image"]},
        {"id": "c", "request": "asdf qwer"},
    ]
    (tmp_path / "scorer.py").write_text(SCORER)
    gold = lines(tmp_path / "gold.jsonl", rows)
    run("taskbench", gold, str(tmp_path / "scorer.py"), "--out", str(tmp_path / "found"), monkeypatch=monkeypatch)
    shown = capsys.readouterr().out

    assert "3 requests, refused: {'HF102': 1}" in shown
    assert "nodes [['automatic-speech-recognition', 'summarization'], ['image-classification'], []]" in shown
    assert "edges [[[0, 1]], [], []]" in shown
