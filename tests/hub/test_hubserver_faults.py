"""What the Test Hub does wrong on purpose really happens, and the log tells what was asked."""

from __future__ import annotations

import os
import threading
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import DisabledRepoError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from tests.hubserver import TestHub, cut, echo_token, flip, html, latency, stall, status
from tests.hubserver.plain import fetch
from tests.hubserver.tiny import MODELS

pytest_plugins = ["tests.hubserver.fixtures"]

MODEL = "acme/tiny-sentiment"


def large(hub: TestHub, tmp_path: Path) -> bytes:
    """A file of more than one read of the client (10 MiB) in acme/large."""
    content = os.urandom(1024) * 1024 * 11
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "weights.bin").write_bytes(content)
    hub.add("acme/large", tmp_path / "large")
    return content


def test_after_a_cut_the_client_goes_on_where_it_stopped(tiny_api, tiny_hub, tmp_path):
    content = large(tiny_hub, tmp_path)
    armed = tiny_hub.faults.add(r"weights\.bin", cut(10_600_000), times=1, origin="cdn")

    got = tiny_api.hf_hub_download("acme/large", "weights.bin", cache_dir=tmp_path / "cache")

    assert Path(got).read_bytes() == content
    assert armed.hits == 1
    ranges = [r.range for r in tiny_hub.log if r.origin == "cdn"]
    assert ranges == [None, f"bytes={constants.DOWNLOAD_CHUNK_SIZE}-"]


def test_a_cut_by_share_sends_that_share(tiny_hub):
    tiny_hub.faults.add(r"tokenizer\.json", cut(0.5))

    with pytest.raises(IncompleteRead) as raised:
        fetch(tiny_hub.url, f"/{MODEL}/resolve/main/tokenizer.json")
    assert abs(len(raised.value.partial) - raised.value.expected) <= 1


def test_a_stalled_answer_goes_on_when_released(tiny_hub, tiny_models):
    armed = tiny_hub.faults.add(r"tokenizer\.json", stall(100), times=1)
    got: list[bytes] = []
    path = f"/{MODEL}/resolve/main/tokenizer.json"
    thread = threading.Thread(target=lambda: got.append(fetch(tiny_hub.url, path)[2]))

    thread.start()
    assert armed.reached.wait(30)
    assert not got
    armed.release()
    thread.join(30)

    assert got == [(tiny_models / MODEL / "tokenizer.json").read_bytes()]


def test_a_stalled_answer_ends_with_the_hub(tiny_models):
    ended: list[Exception] = []

    def ask(url: str) -> None:
        try:
            fetch(url, f"/{MODEL}/resolve/main/tokenizer.json")
        except (IncompleteRead, ConnectionError) as error:
            ended.append(error)

    with TestHub(tiny_models) as hub:
        armed = hub.faults.add(r"tokenizer\.json", stall(0.5))
        thread = threading.Thread(target=ask, args=(hub.url,))
        thread.start()
        assert armed.reached.wait(30)
        idle = HTTPConnection(hub.url.removeprefix("http://"))
        idle.connect()
    thread.join(30)
    idle.close()

    assert len(ended) == 1
    assert not [t.name for t in threading.enumerate() if "test-hub" in t.name or "process_request" in t.name]


def test_a_rate_limit_is_told_once_for_a_model_and_retried_for_a_listing(tiny_api, tiny_hub):
    tiny_hub.faults.add(r"^/api/models", status(429, headers={"Retry-After": "0"}), times=2)

    with pytest.raises(HfHubHTTPError, match="429"):
        tiny_api.model_info(MODEL)
    assert len(list(tiny_api.list_models())) == len(MODELS)
    assert [r.status for r in tiny_hub.log] == [429, 429, 200]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(500), HfHubHTTPError),
        (status(503), HfHubHTTPError),
        (status(401, error="GatedRepo"), GatedRepoError),
        (status(403, message="Access to this resource is disabled."), DisabledRepoError),
        (status(404, error="RepoNotFound"), RepositoryNotFoundError),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_status_can_be_forced(tiny_api, tiny_hub, fault, error):
    tiny_hub.faults.add(rf"^/api/models/{MODEL}", fault, times=1)

    with pytest.raises(error):
        tiny_api.model_info(MODEL)
    assert tiny_api.model_info(MODEL).id == MODEL


def test_a_flipped_byte_is_found_by_the_checksums(tiny_api, tiny_hub, tmp_path):
    tiny_hub.faults.add(r"model\.safetensors", flip(), origin="cdn")

    tiny_api.snapshot_download(MODEL, cache_dir=tmp_path)

    mismatches = tiny_api.verify_repo_checksums(MODEL, cache_dir=tmp_path).mismatches
    assert [m["path"] for m in mismatches] == ["model.safetensors"]


def test_a_captive_portal_answers_with_a_page(tiny_hub):
    tiny_hub.faults.add("", html())

    code, headers, body = fetch(tiny_hub.url, f"/api/models/{MODEL}")

    assert (code, headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert body.startswith(b"<!DOCTYPE html>")


def test_a_careless_server_repeats_the_token(tiny_hub):
    tiny_hub.faults.add("", echo_token(500))

    with pytest.raises(HfHubHTTPError, match="hf_reader"):
        HfApi(endpoint=tiny_hub.url, token="hf_reader").model_info(MODEL)  # noqa: S106


def test_latency_does_not_outlive_the_hub(tiny_models):
    with TestHub(tiny_models) as hub:
        armed = hub.faults.add("", latency(3600))
        connection = HTTPConnection(hub.url.removeprefix("http://"))
        connection.request("GET", "/api/models")
        assert armed.reached.wait(30)
    connection.close()


def test_faults_queue_and_can_be_cleared(tiny_hub):
    tiny_hub.faults.add("/api/models", status(500), times=1)
    tiny_hub.faults.add("/api/models", status(503))

    codes = [fetch(tiny_hub.url, "/api/models")[0] for _ in range(3)]
    tiny_hub.faults.clear()

    assert codes == [500, 503, 503]
    assert fetch(tiny_hub.url, "/api/models")[0] == 200


def test_the_log_tells_method_path_query_range_and_status(tiny_hub):
    path = f"/{MODEL}/resolve/main/config.json"
    fetch(tiny_hub.url, f"{path}?download=true", Range="bytes=0-1", Authorization="Bearer hf_reader")

    (request,) = tiny_hub.log
    assert (request.method, request.path, request.query) == ("GET", path, "download=true")
    assert (request.range, request.authorization) == ("bytes=0-1", "Bearer hf_reader")
    assert (request.origin, request.status) == ("hub", 206)
    tiny_hub.log_clear()
    assert tiny_hub.log == []
