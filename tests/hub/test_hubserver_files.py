"""The Test Hub hands out files, or refuses them, as the Hub does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hubserver.plain import fetch

pytest_plugins = ["tests.hubserver.fixtures"]

MODEL = "acme/tiny-sentiment"
SHARDED = "acme/tiny-sharded"
GATED = "acme/tiny-gated"


def test_a_snapshot_holds_the_bytes_of_the_folder(tiny_api, tiny_models, tmp_path):
    got = Path(tiny_api.snapshot_download(SHARDED, cache_dir=tmp_path))

    files = {p.name: p.read_bytes() for p in (tiny_models / SHARDED).iterdir()}
    assert {p.name: p.read_bytes() for p in got.iterdir()} == files
    assert tiny_api.verify_repo_checksums(SHARDED, cache_dir=tmp_path).mismatches == []


def test_a_dry_run_tells_sizes_and_fetches_nothing(tiny_api, tiny_hub, tmp_path):
    wanted = ["*.safetensors", "config.json"]
    planned = tiny_api.snapshot_download(
        "acme/tiny-all-formats", cache_dir=tmp_path, dry_run=True, allow_patterns=wanted
    )

    assert {f.filename for f in planned} == {"config.json", "model.safetensors"}
    assert sum(f.file_size for f in planned) > 30_000
    assert not [r for r in tiny_hub.log if r.origin == "cdn"]


def test_a_damaged_file_in_the_cache_is_found(tiny_api, tmp_path):
    got = Path(tiny_api.snapshot_download(MODEL, cache_dir=tmp_path))
    (got / "config.json").write_text("{}")

    assert [m["path"] for m in tiny_api.verify_repo_checksums(MODEL, cache_dir=tmp_path).mismatches] == ["config.json"]


@pytest.mark.parametrize("resolve_cache", [False, True])
def test_small_files_come_from_the_main_origin_and_large_ones_from_the_cdn(tiny_api, tiny_hub, tmp_path, resolve_cache):
    tiny_hub.resolve_cache = resolve_cache

    tiny_api.snapshot_download(MODEL, cache_dir=tmp_path)

    assert [r.query for r in tiny_hub.log if r.origin == "cdn"] == ["filename=model.safetensors"]
    assert any(r.path.startswith("/api/resolve-cache/") for r in tiny_hub.log) == resolve_cache


def test_the_token_is_never_sent_to_the_cdn(tiny_hub, tmp_path):
    HfApi(endpoint=tiny_hub.url, token="hf_reader").snapshot_download(GATED, cache_dir=tmp_path)  # noqa: S106

    assert {r.authorization for r in tiny_hub.log if r.origin == "hub"} == {"Bearer hf_reader"}
    assert {r.authorization for r in tiny_hub.log if r.origin == "cdn"} == {None}


def test_head_of_a_large_file_names_its_sha256_and_size(tiny_hub, tiny_models):
    weights = (tiny_models / MODEL / "model.safetensors").read_bytes()

    code, headers, body = fetch(tiny_hub.url, f"/{MODEL}/resolve/main/model.safetensors", "HEAD")

    assert (code, body) == (302, b"")
    assert headers["X-Linked-Etag"] == f'"{hashlib.sha256(weights).hexdigest()}"'
    assert headers["X-Linked-Size"] == str(len(weights))
    assert headers["X-Repo-Commit"] == tiny_hub.sha(MODEL)
    assert headers["Location"].startswith(tiny_hub.cdn)


@pytest.mark.parametrize(
    ("wanted", "code", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=5-", 206, 5, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=0-0,2-3", 200, 0, None),
    ],
)
def test_ranges_give_their_bytes(tiny_hub, tiny_models, wanted, code, first, last):
    whole = (tiny_models / MODEL / "config.json").read_bytes()

    status_code, headers, body = fetch(tiny_hub.url, f"/{MODEL}/resolve/main/config.json", Range=wanted)

    assert (status_code, body) == (code, whole[first:last])
    assert (code == 206) == ("Content-Range" in headers)


def test_a_range_behind_the_end_is_refused(tiny_hub):
    code, headers, _ = fetch(tiny_hub.url, f"/{MODEL}/resolve/main/config.json", Range="bytes=999999-")

    assert code == 416
    assert headers["Content-Range"].startswith("bytes */")


def test_raw_gives_the_pointer_of_a_large_file(tiny_hub):
    assert fetch(tiny_hub.url, f"/{MODEL}/raw/main/model.safetensors")[2].startswith(b"version https://git-lfs")
    assert json.loads(fetch(tiny_hub.url, f"/{MODEL}/raw/HEAD/config.json")[2])["model_type"] == "bert"


def test_missing_things_raise_the_classes_of_the_hub(tiny_api, tiny_hub, tmp_path):
    with pytest.raises(RepositoryNotFoundError):
        tiny_api.model_info("acme/none")
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=tiny_hub.url, token="hf_reader").model_info("acme/none")  # noqa: S106
    with pytest.raises(RevisionNotFoundError):
        tiny_api.model_info(MODEL, revision="nope")
    with pytest.raises(RevisionNotFoundError):
        tiny_api.hf_hub_download(MODEL, "config.json", revision="nope", cache_dir=tmp_path)
    with pytest.raises(EntryNotFoundError):
        tiny_api.hf_hub_download(MODEL, "nope.json", cache_dir=tmp_path)
    with pytest.raises(EntryNotFoundError):
        list(tiny_api.list_repo_tree(MODEL, "nope"))
    assert [r.status for r in tiny_hub.log] == [401, 404, 404, 404, 404, 404]


@pytest.mark.parametrize(("token", "code"), [(False, 401), ("hf_stranger", 403)])
def test_files_of_a_gated_model_are_refused_and_its_facts_are_not(tiny_hub, tmp_path, token, code):
    api = HfApi(endpoint=tiny_hub.url, token=token)

    assert api.model_info(GATED).gated == "manual"
    with pytest.raises(GatedRepoError):
        api.hf_hub_download(GATED, "config.json", cache_dir=tmp_path)
    with pytest.raises(GatedRepoError):
        api.auth_check(GATED)
    assert tiny_hub.log[-1].status == code


def test_a_token_with_access_opens_the_gate(tiny_hub, tmp_path):
    tiny_hub.grant(GATED, "hf_new", "newcomer")
    api = HfApi(endpoint=tiny_hub.url, token="hf_new")  # noqa: S106

    api.auth_check(GATED)
    assert Path(api.hf_hub_download(GATED, "config.json", cache_dir=tmp_path)).exists()
    assert api.whoami()["name"] == "newcomer"


def test_a_private_model_looks_like_a_missing_one(tiny_hub, tiny_models):
    tiny_hub.add("acme/secret", tiny_models / MODEL, private=True)

    for token in (False, "hf_stranger"):
        with pytest.raises(RepositoryNotFoundError):
            HfApi(endpoint=tiny_hub.url, token=token).model_info("acme/secret")
        assert "acme/secret" not in {m.id for m in HfApi(endpoint=tiny_hub.url, token=token).list_models()}
    assert HfApi(endpoint=tiny_hub.url, token="hf_reader").model_info("acme/secret").private  # noqa: S106


def test_a_token_nobody_has_is_refused(tiny_hub):
    with pytest.raises(HfHubHTTPError, match="Invalid credentials") as raised:
        HfApi(endpoint=tiny_hub.url, token="hf_wrong").model_info(MODEL)  # noqa: S106
    assert not isinstance(raised.value, RepositoryNotFoundError)


def test_a_hub_that_needs_tokens_refuses_anonymous_requests(tiny_api, tiny_hub):
    tiny_hub.needs_token = True

    with pytest.raises(HfHubHTTPError):
        tiny_api.model_info(MODEL)
    assert HfApi(endpoint=tiny_hub.url, token="hf_stranger").model_info(MODEL).id == MODEL  # noqa: S106


def test_a_renamed_model_is_found_under_both_names(tiny_api, tiny_hub, tmp_path):
    tiny_hub.rename(MODEL, "new/name")

    assert tiny_api.model_info(MODEL).id == "new/name"
    assert tiny_api.model_info(MODEL, expand=["downloads"]).downloads == 90_000
    assert Path(tiny_api.hf_hub_download(MODEL, "config.json", cache_dir=tmp_path)).exists()
    assert 307 in {r.status for r in tiny_hub.log}


def test_deleted_things_are_gone(tiny_api, tiny_hub):
    old = tiny_hub.sha(MODEL)
    tiny_hub.commit(MODEL, {"notes.txt": b"new"})
    tiny_hub.delete_revision(MODEL, old)
    tiny_hub.remove(SHARDED)

    with pytest.raises(RevisionNotFoundError):
        tiny_api.model_info(MODEL, revision=old)
    with pytest.raises(RepositoryNotFoundError):
        tiny_api.model_info(SHARDED)
