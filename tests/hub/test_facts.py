"""What is read from a model folder, and what is never trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from hfmagic.errors import UnknownModel
from hfmagic.hub.facts import read_facts
from hfmagic.hub.folder import FolderHub

CARD = """---
license: apache-2.0
language: [en, de]
pipeline_tag: text-classification
tags: [sentiment]
model-index:
- name: x
  results:
  - task: {type: text-classification}
    dataset: {name: d, type: d}
    metrics:
    - {type: accuracy, value: 0.9}
---
<script>alert(1)</script>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "org" / "model"
    path.mkdir(parents=True)
    save_file({"w": torch.zeros(3, 4), "b": torch.zeros(2, dtype=torch.float16)}, path / "model.safetensors")
    settings = {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "bad", "1": "good"},
        "max_position_embeddings": 512,
    }
    (path / "config.json").write_text(json.dumps(settings))
    (path / "README.md").write_text(CARD)
    return path


def test_facts_come_from_config_card_and_header(folder: Path):
    facts = read_facts(folder, "org/model")

    assert (facts.task, facts.license, facts.languages) == ("text-classification", "apache-2.0", ("en", "de"))
    assert (facts.parameters, facts.dtype, facts.max_tokens) == (14, "float32", 512)
    assert facts.labels == ("bad", "good")
    assert facts.metrics == {"accuracy": 0.9}
    assert facts.problem == ""


def test_unnamed_labels_are_no_labels(folder: Path):
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}))

    assert read_facts(folder, "org/model").labels == ()


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"auto_map": {"AutoModel": "mod.Class"}}, "own code"),
        ({"attn_implementation": "org/kernel"}, "code from elsewhere"),
        ([1, 2], "damaged"),
    ],
)
def test_a_config_that_brings_code_is_a_problem(folder: Path, config: object, problem: str):
    (folder / "config.json").write_text(json.dumps(config))

    assert problem in read_facts(folder, "org/model").problem


def test_pickle_only_is_a_problem(folder: Path):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    assert "never loads pickle" in read_facts(folder, "org/model").problem


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.integers(0, 120).map(lambda n: b"cut" + bytes([n])))
@pytest.mark.rule(5)
def test_damaged_weights_are_a_problem_and_never_an_exception(folder: Path, data: bytes):
    whole = (folder / "model.safetensors").read_bytes()
    try:
        (folder / "model.safetensors").write_bytes(whole[: data[-1]] if data.startswith(b"cut") else data)

        assert "model.safetensors is damaged" in read_facts(folder, "org/model").problem
    finally:
        (folder / "model.safetensors").write_bytes(whole)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_card_is_read_without_an_exception(folder: Path, card: str):
    (folder / "README.md").write_text(f"---\n{card}\n---\n", encoding="utf-8", errors="replace")

    assert read_facts(folder, "org/model").parameters == 14


def test_a_model_is_found_by_id_or_name_and_a_misspelt_one_is_named(folder: Path):
    hub = FolderHub([folder.parents[1]])

    assert hub.find("org/model") is hub.find("model")
    with pytest.raises(UnknownModel, match="did you mean 'org/model'"):
        hub.find("org/modle")


def test_a_changed_file_changes_the_revision(folder: Path):
    hub = FolderHub([folder.parents[1]])
    before = hub.revision(hub.find("model"))
    (folder / "notes.txt").write_text("new")

    assert hub.revision(hub.find("model")) != before
