"""The whole task catalogue of the Hub: complete, in step with our own tasks, and no older than its sources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from hfmagic.errors import UnknownTask
from hfmagic.kinds import Kind
from hfmagic.tags import FOREIGN, HubTag, catalogue, find_tag, hub_tags, runnable_task, why_not
from hfmagic.tags.generator.generate import NPM_PACKAGE, generate
from hfmagic.tags.reasons import REASONS
from hfmagic.tasks import CATALOGUE, TaskSpec

TAGS = tuple(hub_tags().values())
RUNNABLE = [spec for spec in CATALOGUE.values() if not spec.is_operation]
REMAKE = "run `make tags` and look at the difference"

# Task → why its kinds are not the Hub's.
DIFFERENCES: dict[str, str] = {
    "question-answering": "an answer comes with its score",
    "visual-question-answering": "an answer comes with its score",
    "document-question-answering": "an answer comes with its score",
    "table-question-answering": "the questions are the rows; the table is one for all of them",
}


@pytest.fixture(scope="module")
def package() -> Path:
    """The npm package @huggingface/tasks."""
    if not (NPM_PACKAGE / "package.json").is_file():
        pytest.fail("@huggingface/tasks is not there; run `npm ci --prefix tests/npm` (make test does)")
    return NPM_PACKAGE


@pytest.fixture(scope="module")
def generated(package: Path) -> str:
    """What the generator writes now."""
    return generate(package)


def written() -> str:
    return files("hfmagic.tags").joinpath("tags.json").read_text(encoding="utf-8")


def test_the_catalogue_was_made_from_the_installed_sources(package: Path):
    made_from = catalogue()["sources"]
    installed = {name: version(name) for name in ("huggingface_hub", "transformers")}
    installed["@huggingface/tasks"] = json.loads((package / "package.json").read_text("utf-8"))["version"]

    assert made_from == installed, f"tags.json is of {made_from}, installed is {installed}: {REMAKE}"


def test_the_catalogue_is_what_the_generator_writes(generated: str):
    assert written() == generated, f"tags.json is stale: {REMAKE}"


def test_the_generator_writes_the_same_bytes_under_another_hash_seed(generated: str):
    code = (
        "import sys; from hfmagic.tags.generator.generate import generate; sys.stdout.buffer.write(generate().encode())"
    )
    again = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "7"}, stdout=-1)

    assert again.stdout.decode() == generated


def test_the_licence_beside_the_catalogue_is_the_one_of_its_source(package: Path):
    ours = files("hfmagic.tags").joinpath("LICENSE.huggingface-tasks").read_text(encoding="utf-8")

    assert ours == (package / "LICENSE").read_text("utf-8")


def test_the_catalogue_is_small_and_names_no_machine():
    assert len(written().encode()) < 150_000
    assert "/home/" not in written()
    assert "node_modules" not in written()


def test_every_tag_of_the_hub_is_there_and_those_that_transformers_alone_has():
    assert len(TAGS) == 57 + 3
    assert {"decision", "keypoint-matching", "zero-shot-audio-classification"} < set(hub_tags())


@pytest.mark.parametrize("tag", TAGS, ids=lambda t: t.name)
def test_every_tag_says_what_it_takes_gives_and_is(tag: HubTag):
    assert tag.takes
    assert {tag.gives, *tag.takes.values()} <= {*Kind, *FOREIGN}
    assert 10 < len(tag.summary) <= 160
    assert not tag.summary.endswith(("…", "."))
    names = [p.name for p in tag.parameters]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("tag", TAGS, ids=lambda t: t.name)
def test_every_tag_runs_or_says_why_not(tag: HubTag):
    assert bool(tag.why_not) is not tag.runnable, f"say why in tags/reasons.py: {tag.name}"
    assert tag.why_not == why_not(tag.name)


def test_no_reason_is_left_of_a_tag_that_is_gone_or_runs():
    assert [name for name in REASONS if name not in hub_tags() or name in CATALOGUE] == []


@pytest.mark.parametrize("spec", RUNNABLE, ids=lambda s: s.name)
def test_our_tasks_agree_with_the_hub(spec: TaskSpec):
    """What is one for the whole column (a question, a sentence to compare with) is a parameter of ours."""
    tag = find_tag(spec.name)
    wanted = [kind for slot, kind in spec.takes.items() if slot not in spec.optional]
    same = wanted[0] == next(iter(tag.takes.values())) and set(wanted) <= set(tag.takes.values())

    assert (same and spec.gives == tag.gives) is (spec.name not in DIFFERENCES)


@pytest.mark.parametrize(
    ("name", "takes", "gives"),
    [
        ("token-classification", {"text": "text"}, "spans"),
        ("question-answering", {"context": "text", "question": "text"}, "text"),
        ("table-question-answering", {"table": "table", "question": "text"}, "text"),
        ("document-question-answering", {"image": "image", "question": "text"}, "text"),
        ("object-detection", {"image": "image"}, "boxes"),
        ("image-segmentation", {"image": "image"}, "mask"),
        ("audio-to-audio", {"audio": "audio"}, "audio"),
        ("image-to-video", {"image": "image"}, "video"),
        ("image-text-to-text", {"image": "image", "text": "text"}, "text"),
        ("text-to-3d", {"text": "text"}, "3d"),
    ],
)
def test_kinds_come_out_as_a_reader_of_the_hub_expects(name: str, takes: dict[str, str], gives: str):
    assert (find_tag(name).takes, find_tag(name).gives) == (takes, gives)


def test_a_parameter_keeps_its_type_default_and_help():
    by_name = {p.name: p for p in find_tag("token-classification").parameters}
    strategy = by_name["aggregation_strategy"]
    of_text = {p.name: p for p in find_tag("text-generation").parameters}

    assert strategy.type == "str"
    assert strategy.help == "The strategy used to fuse tokens based on model predictions"
    assert (of_text["max_new_tokens"].type, of_text["max_new_tokens"].default) == ("int", 1024)
    assert of_text["do_sample"].default is False


def test_a_part_of_a_group_is_named_after_the_group():
    names = {p.name for p in find_tag("text-to-speech").parameters}

    assert "generation_parameters.temperature" in names


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("token-clasification", "token-classification"), ("detect-langauge", "detect-language"), ("ner", "token-class")],
)
def test_an_unknown_name_brings_the_nearest_task_tag_or_short_name(asked: str, meant: str):
    with pytest.raises(UnknownTask, match=f"neither a task.*did you mean '{meant}"):
        find_tag(asked)


def test_an_operation_is_not_a_tag():
    with pytest.raises(UnknownTask, match="operation of hfmagic"):
        find_tag("chart")
    assert why_not("chart") == ""


@pytest.mark.parametrize("tag", [t for t in TAGS if not t.runnable], ids=lambda t: t.name)
def test_a_step_with_a_tag_that_does_not_run_is_told_the_whole_reason(tag: HubTag):
    with pytest.raises(UnknownTask) as told:
        runnable_task(tag.name, step="the step")

    assert str(told.value).startswith(f"hfmagic does not run {tag.name!r} (step 'the step'): ")
    assert tag.why_not in str(told.value)


def test_a_task_that_runs_is_given():
    assert runnable_task("summarization") is CATALOGUE["summarization"]
    with pytest.raises(UnknownTask, match=r"'dance' \(step 'a'\) is neither"):
        runnable_task("dance", step="a")


def test_reading_the_catalogue_is_quick_and_imports_nothing_heavy():
    code = """
import sys, time
import hfmagic.tasks
start = time.perf_counter()
import hfmagic.tags
hfmagic.tags.hub_tags()
print(time.perf_counter() - start)
print(sorted({"transformers", "huggingface_hub", "torch", "hfmagic.tags.generator"} & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")

    assert float(found[0]) < 0.25  # about 0.01 s; the rest is for a busy machine
    assert found[1] == "[]"
