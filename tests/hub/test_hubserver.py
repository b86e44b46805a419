"""The Test Hub tells of models as the Hub does: the real huggingface_hub cannot tell them apart."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from huggingface_hub.errors import NotASafetensorsRepoError

from tests.hubserver.plain import fetch
from tests.hubserver.tiny import MODELS

pytest_plugins = ["tests.hubserver.fixtures"]

MODEL = "acme/tiny-sentiment"
SHARDED = "acme/tiny-sharded"
ALL_FIELDS = (
    *("author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled", "downloads"),
    *("downloadsAllTime", "evalResults", "gated", "gguf", "inference", "inferenceProviderMapping", "lastModified"),
    *("library_name", "likes", "mask_token", "model-index", "pipeline_tag", "private", "resourceGroup", "safetensors"),
    *("sha", "siblings", "spaces", "tags", "transformersInfo", "trendingScore", "usedStorage", "widgetData"),
)


def test_list_models_gives_every_public_model(tiny_api):
    assert {m.id for m in tiny_api.list_models()} == set(MODELS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"search": "TINY-S"}, {"tiny-sentiment", "tiny-summary", "tiny-sharded"}),
        ({"author": "shady"}, {"tiny-pickled", "tiny-own-code", "tiny-unknown-type", "tiny-headless"}),
        ({"pipeline_tag": "summarization"}, {"tiny-summary"}),
        ({"filter": ["license:mit", "text-generation"]}, {"tiny-writer"}),
        ({"filter": "fr"}, {"tiny-sharded"}),
        ({"filter": "sentence-transformers"}, {"tiny-embed"}),
        ({"filter": "custom_code"}, {"tiny-own-code"}),
        ({"trained_dataset": "acme/reviews"}, {"tiny-sentiment"}),
        ({"gated": True}, {"tiny-gated"}),
        ({"num_parameters": "min:20K"}, {"tiny-emotions", "tiny-sharded"}),
        ({"num_parameters": "min:0.02M,max:30K"}, {"tiny-sharded"}),
        ({"search": "nothing-like-it"}, set()),
    ],
)
def test_list_models_keeps_what_every_filter_keeps(tiny_api, query, expected):
    assert {m.id.partition("/")[2] for m in tiny_api.list_models(**query)} == expected


def test_list_models_sorts_with_the_largest_first(tiny_api):
    downloads = [m.downloads for m in tiny_api.list_models(sort="downloads")]

    assert downloads == sorted(downloads, reverse=True)
    assert next(iter(tiny_api.list_models(sort="downloads"))).id == "shady/tiny-pickled"
    assert next(iter(tiny_api.list_models(sort="likes"))).id == "acme/tiny-emotions"
    assert next(iter(tiny_api.list_models(sort="trending_score"))).id == "acme/tiny-emotions"


def test_list_models_stops_at_the_limit(tiny_api):
    assert len(list(tiny_api.list_models(limit=3))) == 3


def test_list_models_follows_pages(tiny_api, tiny_hub):
    tiny_hub.page_size = 4

    ids = [m.id for m in tiny_api.list_models(sort="likes", filter=["en"], expand=["tags"])]

    assert len(ids) == len(set(ids)) == 11
    assert len(tiny_hub.log) == 3
    assert all("expand=tags" in r.query for r in tiny_hub.log)


def test_expand_gives_only_what_was_asked_for(tiny_api):
    model = next(iter(tiny_api.list_models(search="sentiment", expand=["downloads", "safetensors", "cardData"])))

    assert model.downloads == 90_000
    assert model.safetensors.total == 6866
    assert model.card_data.license == "apache-2.0"
    assert model.tags is None


def test_every_field_the_client_knows_can_be_expanded(tiny_api):
    model = tiny_api.model_info(MODEL, expand=list(ALL_FIELDS))

    assert model.downloads_all_time == 900_000
    assert model.transformers_info.auto_model == "AutoModelForSequenceClassification"
    assert model.base_models["models"] == [{"id": "acme/tiny-embed"}]


def test_an_unknown_field_or_order_is_a_bad_request(tiny_hub):
    assert fetch(tiny_hub.url, "/api/models?expand=nonsense")[0] == 400
    assert fetch(tiny_hub.url, "/api/models?sort=nonsense")[0] == 400


def test_card_and_config_come_when_asked_for(tiny_api):
    model = next(iter(tiny_api.list_models(search="sentiment", cardData=True, fetch_config=True, full=True)))

    assert model.card_data.language == "en"
    assert model.config["model_type"] == "bert"
    assert "model.safetensors" in [s.rfilename for s in model.siblings]


def test_model_info_tells_what_the_card_and_the_weights_say(tiny_api):
    model = tiny_api.model_info(MODEL)

    assert (model.pipeline_tag, model.library_name) == ("text-classification", "transformers")
    assert {"license:apache-2.0", "en", "safetensors", "bert", "dataset:acme/reviews"} <= set(model.tags)
    assert model.card_data.eval_results[0].metric_value == 0.91
    assert model.safetensors.parameters == {"F32": 6866}
    assert len(model.sha) == 40


def test_model_info_gives_sizes_and_ids_of_files(tiny_api, tiny_models):
    files = {s.rfilename: s for s in tiny_api.model_info(MODEL, files_metadata=True).siblings}
    weights = (tiny_models / MODEL / "model.safetensors").read_bytes()
    config = (tiny_models / MODEL / "config.json").read_bytes()

    assert files["model.safetensors"].lfs.sha256 == hashlib.sha256(weights).hexdigest()
    assert files["model.safetensors"].size == len(weights)
    assert files["config.json"].lfs is None
    assert files["config.json"].blob_id == hashlib.sha1(b"blob %d\0" % len(config) + config).hexdigest()  # noqa: S324


def test_model_info_gives_the_security_status(tiny_api, tiny_hub, tiny_models):
    tiny_hub.add("acme/scanned", tiny_models / MODEL, security={"scansDone": True, "filesWithIssues": ["x.bin"]})

    assert tiny_api.model_info(MODEL, securityStatus=True).security_repo_status["scansDone"]
    assert tiny_api.model_info("acme/scanned", securityStatus=True).security_repo_status["filesWithIssues"] == ["x.bin"]


def test_ids_of_commits_are_those_of_git(tiny_hub, tmp_path):
    """The sha is what git 2.39 gave for these files, weights.bin by its pointer, author, date and title."""
    files = {"a/x": b"one", "a.b": b"two", "a0": b"three", "deep/er/y.txt": b"four", "w.bin": b"five"}
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    assert tiny_hub.add("acme/known", tmp_path) == "00b79ae741d28401eccca08de65c3d5aa4014afa"


def test_the_tree_lists_files_and_folders(tiny_api):
    top = {e.path for e in tiny_api.list_repo_tree("acme/tiny-embed")}
    everything = {e.path for e in tiny_api.list_repo_tree("acme/tiny-embed", recursive=True, expand=True)}

    assert "1_Pooling" in top
    assert "1_Pooling/config.json" not in top
    assert {"1_Pooling", "1_Pooling/config.json", "modules.json"} <= everything
    assert [e.path for e in tiny_api.list_repo_tree("acme/tiny-embed", "1_Pooling")] == ["1_Pooling/config.json"]


def test_paths_info_leaves_out_unknown_paths(tiny_api):
    found = tiny_api.get_paths_info(MODEL, ["config.json", "model.safetensors", "nothing"], expand=True)

    assert [f.path for f in found] == ["config.json", "model.safetensors"]
    assert found[0].last_commit.title == "initial commit"


def test_a_commit_makes_a_new_sha_and_keeps_the_old_one(tiny_api, tiny_hub, tmp_path):
    old = tiny_api.model_info(MODEL).sha

    new = tiny_hub.commit(MODEL, {"notes.txt": b"new", "README.md": None}, title="Add notes")
    tiny_hub.tag(MODEL, "v1", old)

    assert new != old
    assert tiny_api.model_info(MODEL).sha == new
    assert [c.commit_id for c in tiny_api.list_repo_commits(MODEL)] == [new, old]
    assert [c.title for c in tiny_api.list_repo_commits(MODEL, formatted=True)] == ["Add notes", "initial commit"]
    assert "notes.txt" not in tiny_api.list_repo_files(MODEL, revision="v1")
    refs = tiny_api.list_repo_refs(MODEL, include_pull_requests=True)
    assert [(b.name, b.target_commit) for b in refs.branches] == [("main", new)]
    assert [(t.name, t.target_commit) for t in refs.tags] == [("v1", old)]
    assert Path(tiny_api.hf_hub_download(MODEL, "README.md", revision=old[:10], cache_dir=tmp_path)).exists()


def test_the_same_contents_make_the_same_sha(tiny_hub, tiny_models):
    assert tiny_hub.add("other/copy", tiny_models / MODEL) == tiny_hub.sha(MODEL)


def test_safetensors_headers_are_read_by_range(tiny_api, tiny_hub):
    metadata = tiny_api.get_safetensors_metadata(MODEL)

    assert metadata.parameter_count == {"F32": 6866}
    assert "classifier.weight" in metadata.weight_map
    assert [r.status for r in tiny_hub.log if r.range] == [302, 206]


def test_sharded_safetensors_are_told_shard_by_shard_and_at_once(tiny_api):
    by_shard = tiny_api.get_safetensors_metadata(SHARDED)
    at_once = tiny_api.get_sharded_safetensors_metadata(SHARDED)

    assert by_shard.sharded
    assert len(by_shard.files_metadata) == 4
    assert by_shard.parameter_count == at_once.parameter_count == tiny_api.model_info(SHARDED).safetensors.parameters
    assert by_shard.weight_map == at_once.weight_map


def test_a_pickle_only_model_has_no_safetensors(tiny_api):
    assert tiny_api.model_info("shady/tiny-pickled").safetensors is None
    with pytest.raises(NotASafetensorsRepoError):
        tiny_api.get_safetensors_metadata("shady/tiny-pickled")


def test_a_model_nobody_can_read_is_listed_all_the_same(tiny_api, tiny_hub):
    files = {"README.md": b"---\n[: no yaml\n---\n", "config.json": b"[]", "model.safetensors": b"short"}

    tiny_hub.add("shady/damaged", files, downloads=7)
    model = tiny_api.model_info("shady/damaged")

    assert (model.downloads, model.safetensors, model.card_data) == (7, None, None)
    assert "shady/damaged" in {m.id for m in tiny_api.list_models()}


def test_a_pull_request_is_a_revision(tiny_api, tiny_hub):
    sha = tiny_hub.commit(MODEL, {"notes.txt": b"proposed"}, branch="refs/pr/1")

    assert tiny_api.model_info(MODEL, revision="refs/pr/1").sha == sha
    assert tiny_api.model_info(MODEL).sha != sha
    refs = tiny_api.list_repo_refs(MODEL, include_pull_requests=True)
    assert [p.ref for p in refs.pull_requests] == ["refs/pr/1"]
