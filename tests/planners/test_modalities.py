"""Requests for every task of the catalogue: the tasks that they need, and whole plans, compared with files.

GOLDEN=update writes the files anew, and fails once so that nobody overlooks it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hfmagic.kinds import InputSchema
from hfmagic.plan import Plan
from hfmagic.scope import validate
from hfmagic.tags import hub_tags
from hfmagic.tasks import CATALOGUE

from .inputs import plan, tasks
from .modality_requests import CHINESE, ENGLISH

GOLDEN = Path(__file__).parent / "golden" / "modalities"
LISTS = {"english": ENGLISH, "chinese": CHINESE}
CASES = [(i, r, t, lang) for lang, parts in LISTS.items() for rows in parts.values() for i, r, t in rows]


def compact(made: Plan) -> list[str]:
    """A plan that a person can read: a line a step, then its notes."""
    lines = []
    for step in made.steps:
        read = [f"{slot}={next(iter(r.model_dump().values()))!r}" for slot, r in step.inputs.items()]
        said = [f"{name}={value!r}" for name, value in step.parameters.items()]
        where = "".join(f" where {next(iter(w.of.model_dump().values()))} {w.op} {w.value!r}" for w in step.where)
        lists = " map" if step.map else ""
        lines.append(f"{step.id}: {step.task}({', '.join([*read, *said])}){where}{lists} -> {step.output}")
    return [*lines, *(f"note: {n}" for n in made.notes)]


@pytest.mark.parametrize(("inputs", "request_", "expected", "language"), CASES, ids=[c[1] for c in CASES])
def test_a_request_gives_the_tasks_that_it_needs(
    inputs: tuple[InputSchema, ...], request_: str, expected: str, language: str
) -> None:
    made = plan(request_, *inputs)

    assert tasks(made) == expected
    assert made.language == {"english": "en", "chinese": "zh"}[language]
    assert validate(Plan.from_json(made.to_json())) == made


@pytest.mark.parametrize(("language", "part"), [(lang, part) for lang, parts in LISTS.items() for part in parts])
def test_the_plans_are_the_golden_ones(language: str, part: str) -> None:
    made = {r: compact(plan(r, *i)) for i, r, _ in LISTS[language][part]}
    file = GOLDEN / f"{language}-{part.replace(' ', '-')}.json"
    found = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("GOLDEN") == "update" and (not file.exists() or file.read_text(encoding="utf-8") != found):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
        pytest.fail(f"{file.name} was written anew: read it, then run again")

    assert file.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("language", LISTS)
def test_no_request_stands_twice_and_there_are_enough(language: str) -> None:
    requests = [c[1] for c in CASES if c[3] == language]

    assert len(set(requests)) == len(requests) >= {"english": 60, "chinese": 40}[language]


def test_every_task_of_the_hub_that_runs_can_be_asked_for() -> None:
    asked = {task for _, _, expected, _ in CASES for task in expected.split()}
    elsewhere = {  # in test_rules and test_golden
        "zero-shot-classification",
        "sentence-similarity",
        "feature-extraction",
        "text-generation",
        "chart",
        "template",
    }

    assert set(CATALOGUE) - asked == elsewhere
    assert not {t for t in asked if t in hub_tags() and not hub_tags()[t].runnable}
