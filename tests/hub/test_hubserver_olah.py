"""The Test Hub behind olah, a mirror of the Hub by others: it must take the Test Hub for huggingface.co."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]

OLAH = Path(__file__).parents[2] / ".venv-olah" / "bin" / "olah-cli"
MODEL = "acme/tiny-sentiment"
SHARDED = "acme/tiny-sharded"
GATED = "acme/tiny-gated"


@pytest.fixture(scope="module")
def hub(tiny_models: Path) -> Iterator[TestHub]:
    """The Hub behind the mirror."""
    with TestHub(tiny_models) as hub:
        yield hub


@pytest.fixture(scope="module")
def mirror(hub: TestHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running olah."""
    if not OLAH.exists():
        pytest.fail("olah is missing: run `make test`, or `make .venv-olah/.installed`")
    folder = tmp_path_factory.mktemp("olah")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    line = [str(OLAH), "--host", "127.0.0.1", "--port", port, "--hf-scheme", "http", "--metadata-cache-ttl", "0"]
    line += ["--hf-netloc", hub.url.removeprefix("http://"), "--hf-lfs-netloc", hub.cdn.removeprefix("http://")]
    line += ["--mirror-netloc", f"127.0.0.1:{port}", "--mirror-lfs-netloc", f"127.0.0.1:{port}"]
    line += ["--repos-path", str(folder / "repos"), "--log-path", str(folder / "logs")]
    env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "home"), "NO_PROXY": "*"}
    with subprocess.Popen(line, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        answers, said = threading.Event(), []
        reader = threading.Thread(target=read, args=(server, answers, said))
        reader.start()
        try:
            assert answers.wait(60), b"".join(said).decode()
            assert server.poll() is None, b"".join(said).decode()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            reader.join()


def read(server: subprocess.Popen[bytes], answers: threading.Event, said: list[bytes]) -> None:
    """Read what olah says to its end; `answers` is set when it serves, or has ended."""
    assert server.stdout is not None
    for line in server.stdout:
        said.append(line)
        if b"Uvicorn running" in line:
            answers.set()
    answers.set()


@pytest.fixture(scope="module")
def api(mirror: str) -> HfApi:
    """The real client at the mirror."""
    return HfApi(endpoint=mirror, token=False)


def test_facts_of_a_model_come_through(api, hub):
    info = api.model_info(MODEL)

    assert (info.sha, info.pipeline_tag) == (hub.sha(MODEL), "text-classification")
    assert info.safetensors.total == 6866
    assert info.card_data.license == "apache-2.0"


def test_trees_refs_and_commits_come_through(api, hub):
    assert [f.path for f in api.get_paths_info(MODEL, ["config.json", "nothing"])] == ["config.json"]
    assert "1_Pooling/config.json" in {e.path for e in api.list_repo_tree("acme/tiny-embed", recursive=True)}
    assert [b.target_commit for b in api.list_repo_refs(MODEL).branches] == [hub.sha(MODEL)]
    assert [c.commit_id for c in api.list_repo_commits(MODEL)] == [hub.sha(MODEL)]


def test_headers_of_weights_come_through_by_range(api, hub):
    assert api.get_safetensors_metadata(MODEL).parameter_count == {"F32": 6866}
    assert len(api.get_safetensors_metadata(SHARDED).files_metadata) == 4
    assert any(r.status == 206 for r in hub.log if r.origin == "cdn")


def test_a_range_comes_through_byte_by_byte(mirror, tiny_models):
    connection = HTTPConnection(mirror.removeprefix("http://"), timeout=30)
    connection.request("GET", f"/{MODEL}/resolve/main/model.safetensors", headers={"Range": "bytes=1000-1999"})
    response = connection.getresponse()
    body = response.read()
    connection.close()

    assert response.status == 206
    assert body == (tiny_models / MODEL / "model.safetensors").read_bytes()[1000:2000]


def test_a_snapshot_comes_through_and_its_checksums_hold(api, tmp_path, tiny_models):
    planned = api.snapshot_download(MODEL, cache_dir=tmp_path, dry_run=True)
    got = Path(api.snapshot_download(MODEL, cache_dir=tmp_path))

    folder = tiny_models / MODEL
    assert {f.filename: f.file_size for f in planned} == {p.name: p.stat().st_size for p in folder.iterdir()}
    assert {p.name: p.read_bytes() for p in got.iterdir()} == {p.name: p.read_bytes() for p in folder.iterdir()}
    assert api.verify_repo_checksums(MODEL, cache_dir=tmp_path).mismatches == []


def test_errors_come_through_as_their_classes(api, tmp_path):
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("acme/none")
    with pytest.raises(RevisionNotFoundError):
        api.model_info(MODEL, revision="nope")
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download(MODEL, "nope.json", cache_dir=tmp_path)
    with pytest.raises(GatedRepoError):
        api.hf_hub_download(GATED, "config.json", cache_dir=tmp_path)


def test_a_token_comes_through_to_the_hub_and_not_to_the_cdn(mirror, hub, tmp_path):
    HfApi(endpoint=mirror, token="hf_reader").hf_hub_download(GATED, "model.safetensors", cache_dir=tmp_path)  # noqa: S106

    assert "Bearer hf_reader" in {r.authorization for r in hub.log if r.origin == "hub"}
    assert {r.authorization for r in hub.log if r.origin == "cdn"} == {None}
