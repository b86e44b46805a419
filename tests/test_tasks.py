"""The catalogue in the documentation: as many tasks and architectures as promised, and the page is not stale."""

from __future__ import annotations

from hfmagic.runners.registry import RUNNERS
from hfmagic.tasks import CATALOGUE
from tests.conformance.table import DOCUMENT, architectures, distinct, document


def test_at_least_28_tasks_of_the_hub_run_with_at_least_60_architectures():
    tested = architectures()

    assert len([s for s in CATALOGUE.values() if not s.is_operation]) >= 28
    assert len(distinct(tested)) >= 60


def test_the_readme_tells_how_many():
    run = len([s for s in CATALOGUE.values() if not s.is_operation])
    said = f"{run} tasks of the Hub with any of their models, {len(distinct(architectures()))} architectures tested"

    assert said in (DOCUMENT.parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_task_with_a_model_is_tested_with_one():
    assert {s.name for s in CATALOGUE.values() if not s.is_operation} == set(architectures())


def test_every_architecture_that_a_runner_names_ends_as_its_task_says():
    """A runner is found only for what `TaskSpec.heads` lets through."""
    for task, runners in RUNNERS.items():
        heads = CATALOGUE[task].heads
        for ending in (e for r in runners for e in r.of):
            assert ending.endswith(heads) or any(h.endswith(ending) for h in heads), (task, ending)


def test_the_page_of_tasks_is_not_stale():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `make docs`"
