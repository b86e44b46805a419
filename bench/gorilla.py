"""Which task and which model hfmagic takes for requests that name no input, against gold answers of others.

    python bench/gorilla.py GOLD LISTING SCORER --out FOLDER

GOLD has a request, its `pipeline_tag` and its `gold_model` a line; LISTING a model of the Hub a line, the only models
there are; SCORER is the script that says what is right. Requests are put in two halves by a hash of their ids: the
first was looked at while the cards of tasks were written, the second never. Predictions and halves go to FOLDER.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hfmagic.hub.facts import ModelFacts
from hfmagic.hub.listing import facts_of
from hfmagic.planners.tasks_of.ranking import tasks_of
from hfmagic.selection.candidates import rank
from hfmagic.selection.score import DEFAULT_WEIGHTS
from hfmagic.selection.suits import SEARCHED_AS, TAGS

Row = Mapping[str, Any]
HALVES = ("seen", "unseen")
MOST_MODELS = 10


def read(path: Path) -> list[Row]:
    """The JSON objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def write(path: Path, rows: Iterable[Row]) -> Path:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def half(row: Row) -> str:
    """The half of a request, by its id alone."""
    return HALVES[hashlib.sha256(str(row["id"]).encode()).digest()[0] % 2]


def facts(row: Row) -> ModelFacts:
    """A line of the listing as the Hub's API would say it: what a card's prose says is left out.

    The Hub names a commit with each model, by which the ranking tells it from a folder; which one does not count.
    """
    card = row.get("meta") or {}
    number = {key: int(row[key]) for key in ("downloads", "likes") if str(row.get(key, "")).isdigit()}
    tags = [tag for tag in card.get("tags") or () if isinstance(tag, str)]
    said = {"id": row["id"], "sha": "0" * 40, "pipeline_tag": row["pipeline_tag"], "tags": tags, "cardData": card}
    return facts_of(said | number)


def models_of(task: str, request: str, listing: Sequence[ModelFacts], *, words: bool) -> list[str]:
    """Ids of the models listed for a task, best first: hfmagic's ranking, without a machine to fit.

    The listing has no architectures, so tags alone say what a model is for. With `words`, the request's words count
    as those do that a plan says of a step.
    """
    filed = TAGS.get(task, frozenset({task})) | set(SEARCHED_AS.get(task, ()))
    found = [model for model in listing if model.task in filed]
    said = frozenset(re.findall(r"\w+", request.lower())) if words else frozenset[str]()
    ranked = rank(found, lambda _: "", words=said, weights=DEFAULT_WEIGHTS)
    return [c.facts.model_id for c in ranked[:MOST_MODELS]]


def predict(row: Row, listing: Sequence[ModelFacts], *, words: bool) -> dict[str, Any]:
    """The tasks and models that hfmagic takes for a request, best first."""
    tasks = [likely.task for likely in tasks_of(row["request"])]
    models = models_of(tasks[0], row["request"], listing, words=words) if tasks else []
    return {"id": row["id"], "tasks": tasks[:5], "models": models}


def per_task(gold: Sequence[Row], found: Mapping[str, Row]) -> list[str]:
    """A line a gold task: how many, how many right, and what was taken instead."""
    asked = Counter(row["pipeline_tag"] for row in gold)
    taken = Counter((row["pipeline_tag"], (found[row["id"]]["tasks"] or ["none"])[0]) for row in gold)
    lines = []
    for task, count in asked.most_common():
        wrong = ", ".join(f"{other} {n}" for (gold_task, other), n in taken.most_common() if gold_task == task != other)
        lines.append(f"   {task:34s} {taken[task, task]:3d} of {count:3d}  {wrong}")
    return lines


def scored(scorer: Path, gold: Path, predictions: Path) -> str:
    """What the scorer prints, without its own list of tasks."""
    command = [sys.executable, str(scorer), "--gold", str(gold), "--pred", str(predictions)]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")  # noqa: S603 - the caller names it
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("  "))


def main() -> None:
    """Predict, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("gold", "listing", "scorer"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    gold, listing = read(asked.gold), [facts(row) for row in read(asked.listing)]
    ids = {model.model_id for model in listing}
    parts = {"all": gold, **{name: [row for row in gold if half(row) == name] for name in HALVES}}
    for words in (False, True):
        found = {row["id"]: predict(row, listing, words=words) for row in gold}
        predictions = write(asked.out / f"predictions{'-words' if words else ''}.jsonl", found.values())
        print(f"== models ranked {'with' if words else 'without'} the request's words")
        for name, rows in parts.items():
            there = sum(row["gold_model"] in ids for row in rows)
            print(f"-- {name}: {len(rows)} requests; the gold model of {there} is in the listing")
            print(scored(asked.scorer, write(asked.out / f"{name}.jsonl", rows), predictions))
    print("\n".join(per_task(gold, found)))


if __name__ == "__main__":
    main()
