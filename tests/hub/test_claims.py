"""What a card and the Hub claim of a model, read from both ways in: the API and a folder. All of it is foreign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.hub.claims import day_of, security_of
from hfmagic.hub.facts import Evaluation, read_facts
from hfmagic.hub.listing import facts_of
from hfmagic.hub.remote import Remote
from tests.hub.places import MODEL, TASK, sources
from tests.hubserver import TestHub, status

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

CARD = """---
license: apache-2.0
library_name: transformers
base_model: [acme/base, "../../etc", "a b"]
datasets: [acme/reviews, {a: 1}]
model-index:
- name: x
  results:
  - task: {type: text-classification}
    dataset: {name: Reviews, type: acme/reviews}
    metrics:
    - {type: accuracy, value: 0.9, verified: true}
    - {type: f1, value: .nan}
    - {type: loss, value: "0.1"}
---
"""
RESULTS = [
    {
        "filename": ".eval_results/gpqa.yaml",
        "verified": True,
        "data": {
            "dataset": {"id": "acme/gpqa", "task_id": "diamond"},
            "value": 41.2,
            "source": {"url": "https://example.org", "name": "Eval Logs"},
        },
    },
    {"dataset": {"id": "acme/hle", "task_id": "default"}, "value": 20.9, "verifyToken": "anybody can write this"},
    {"filename": "broken.yaml", "error": "no value"},
    {"data": {"dataset": {"id": "acme/no-value"}}},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("baseModels", "cardData", "createdAt", "lastModified", "evalResults", "library_name", "securityRepoStatus")
OWN = ("base_model", "datasets", "model-index", "library_name", "results", "metrics", "dataset", "filesWithIssues")


@pytest.fixture
def rich(tiny_hub: TestHub) -> TestHub:
    """The Hub with a model that says all there is to say."""
    files = {n: b.content for n, b in tiny_hub.repos[MODEL].main.files.items()}
    tiny_hub.add("acme/rich", {**files, "README.md": CARD.encode()}, downloads=10**6, evalResults=RESULTS)
    return tiny_hub


def test_a_search_tells_origin_data_dates_and_figures(rich: TestHub, tmp_path: Path):
    (facts,) = (m for m in sources(rich, tmp_path).search(TASK).models if m.model_id == "acme/rich")

    assert (facts.library, facts.base_models, facts.datasets) == ("transformers", ("acme/base",), ("acme/reviews",))
    assert (facts.created, facts.modified) == ("2025-01-01", "2025-01-01")
    assert facts.evaluations == (
        Evaluation("diamond", 41.2, "acme/gpqa", "Eval Logs", verified=True),
        Evaluation("score", 20.9, "acme/hle", "the model's repository"),
        Evaluation("accuracy", 0.9, "Reviews", "model card"),
    )
    assert (facts.security, facts.verified) == ("", None)
    assert len(rich.log) == 1


def test_a_folder_tells_what_its_card_says(rich: TestHub, tmp_path: Path):
    for name, blob in rich.repos["acme/rich"].main.files.items():
        (tmp_path / name).write_bytes(blob.content)

    facts = read_facts(tmp_path, "acme/rich")

    assert (facts.library, facts.base_models, facts.datasets) == ("transformers", ("acme/base",), ("acme/reviews",))
    assert facts.evaluations == (Evaluation("accuracy", 0.9, "Reviews", "model card"),)
    assert not facts.remote_code


def test_what_was_downloaded_keeps_what_the_hub_said_of_it(rich: TestHub, tmp_path: Path):
    places = sources(rich, tmp_path)
    places.fetch(places.find("acme/rich"), lambda _: None)

    facts = sources(rich, tmp_path, offline=True).find("acme/rich")

    assert facts.folder is not None
    assert (facts.created, facts.base_models, facts.security) == ("2025-01-01", ("acme/base",), "safe")


def test_own_code_is_said_although_no_tag_does(tiny_hub: TestHub, tmp_path: Path):
    config = json.loads(tiny_hub.repos[MODEL].main.files["config.json"].content) | {"auto_map": {"AutoModel": "m.C"}}
    (tmp_path / "config.json").write_text(json.dumps(config))

    assert read_facts(tmp_path, MODEL).remote_code
    assert facts_of({"id": "a/b", "tags": ["custom_code"]}).remote_code
    assert facts_of({"id": "a/b", "config": {"auto_map": {"AutoModel": "m.C"}}}).remote_code


# What is asked for only when it matters


def test_scan_and_owner_are_asked_for_together_and_once(rich: TestHub, tmp_path: Path):
    rich.verified.add("acme")
    places = sources(rich, tmp_path)
    facts = places.find("acme/rich")
    rich.log_clear()

    seen = places.examined(facts)

    assert (seen.security, seen.verified) == ("safe", True)
    assert len(seen.evaluations) == 3  # a question for one model leaves its results out
    assert sorted(r.path for r in rich.log) == ["/api/models/acme/rich", "/api/organizations/acme/overview"]
    assert places.examined(facts) == seen
    next_kernel = sources(rich, tmp_path)
    assert next_kernel.examined(next_kernel.find("acme/rich")) == seen
    assert len(rich.log) == 2


def test_an_owner_is_verified_not_or_unknown(rich: TestHub, tmp_path: Path):
    rich.verified.add("shady")
    rich.users.add("acme")
    places = sources(rich, tmp_path)
    user, shady = places.find("acme/rich"), places.find("shady/tiny-headless")

    assert places.examined(user).verified is False  # of a person no name is checked
    assert places.examined(shady).verified is True

    rich.faults.add("/overview", status(403))
    assert sources(rich, tmp_path / "2").examined(shady).verified is None
    assert sources(rich, tmp_path / "2").examined(shady).security == "safe"


def test_a_file_with_issues_is_named(rich: TestHub, tmp_path: Path):
    rich.repos["acme/rich"].settings["security"] = {
        "scansDone": True,
        "filesWithIssues": [{"path": "a.bin", "level": "suspicious"}, {"path": "b\u202e.bin", "level": "unsafe"}],
    }
    places = sources(rich, tmp_path)

    assert places.examined(places.find("acme/rich")).security == "unsafe: b .bin"


def test_a_look_before_a_download_tells_the_scan_and_takes_no_request_for_it(rich: TestHub, tmp_path: Path):
    places = sources(rich, tmp_path)
    (facts,) = (m for m in places.search(TASK).models if m.model_id == "acme/rich")

    seen = places.inspect(facts, lambda _: "")

    assert seen.security == "safe"
    assert seen.evaluations == facts.evaluations
    assert len(rich.log) == 5


def test_nothing_is_examined_that_no_hub_knows_and_a_hub_that_is_away_tells_nothing(tmp_path: Path, rich: TestHub):
    for name, blob in rich.repos["acme/rich"].main.files.items():
        (tmp_path / name).write_bytes(blob.content)
    own = read_facts(tmp_path, "my/own")
    away = sources("http://127.0.0.1:9", tmp_path / "cache")
    known = facts_of({"id": "acme/rich", "sha": "a" * 40})

    assert away.examined(own) == own
    assert away.examined(known) == known
    assert rich.log == []


# Hostile


@given(
    st.fixed_dictionaries(
        {"id": st.just("a/b")},
        optional=dict.fromkeys(FIELDS, JSON | st.dictionaries(st.sampled_from(OWN), JSON)) | {"tags": JSON},
    )
)
def test_whatever_the_json_holds_the_facts_are_well_formed(item: dict[str, Any]):
    facts = facts_of(item)

    names = (*facts.base_models, *facts.datasets, facts.library, facts.security)
    assert all(isinstance(n, str) and len(n) < 200 and ".." not in n for n in names[:-1])
    assert all(isinstance(e.value, float) and abs(e.value) < 1e9 for e in facts.evaluations)
    assert all(e.verified is False or "evalResults" in item for e in facts.evaluations)
    assert facts.model_id not in facts.base_models
    assert {facts.created, facts.modified} <= {day_of(item.get("createdAt")), day_of(item.get("lastModified"))}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, ""),
        ({"scansDone": False, "filesWithIssues": []}, ""),
        ({"scansDone": True}, ""),
        ({"scansDone": True, "filesWithIssues": "none"}, ""),
        ({"scansDone": True, "filesWithIssues": [{"level": "unsafe"}]}, "unsafe: a file"),
        ({"scansDone": True, "filesWithIssues": []}, "safe"),
    ],
)
def test_only_a_finished_scan_without_issues_is_safe(status: object, said: str):
    assert security_of({"securityRepoStatus": status}) == said


@pytest.mark.parametrize("value", ["2025-13-01", "yesterday", 5, None, "2025-1-1T", "", []])
def test_what_is_no_day_is_left_out(value: object):
    assert day_of(value) == ""


# Lineage


def add_chain(hub: TestHub, bases: dict[str, list[str]]) -> None:
    """Models that name their base models in their cards."""
    for name, base in bases.items():
        card = f"---\nlicense: mit\nbase_model: {json.dumps(base)}\n---\n".encode()
        hub.add(f"chain/{name}", {"config.json": b"{}", "README.md": card})


def names(places: Any, model_id: str) -> list[str]:
    return [m.model_id for m in places.lineage(places.find(model_id))]


def test_the_bases_of_bases_are_found_four_steps_back_and_each_once(tiny_hub: TestHub, tmp_path: Path):
    add_chain(
        tiny_hub,
        {
            "a": ["chain/b", "chain/c"],
            "b": ["chain/d"],
            "c": ["chain/d", "chain/nobody"],
            "d": ["chain/e"],
            "e": ["chain/f"],
            "f": ["chain/g"],
            "g": [],
        },
    )
    places = sources(tiny_hub, tmp_path)

    assert names(places, "chain/a") == [f"chain/{x}" for x in "bcdef"]
    assert all(m.license == "mit" for m in places.lineage(places.find("chain/a")))
    tiny_hub.log_clear()
    assert names(sources(tiny_hub, tmp_path), "chain/a") == [f"chain/{x}" for x in "bcdef"]  # the next kernel
    assert {r.path for r in tiny_hub.log} <= {"/api/models/chain/nobody"}


def test_a_cycle_ends(tiny_hub: TestHub, tmp_path: Path):
    add_chain(tiny_hub, {"a": ["chain/b", "chain/a"], "b": ["chain/a"]})

    assert names(sources(tiny_hub, tmp_path), "chain/a") == ["chain/b"]


def test_a_base_with_a_new_name_is_found_under_the_one_it_is_called_by(tiny_hub: TestHub, tmp_path: Path):
    add_chain(tiny_hub, {"a": ["old-base"], "base": []})
    tiny_hub.renamed["old-base"] = "chain/base"

    assert names(sources(tiny_hub, tmp_path), "chain/a") == ["old-base"]


def test_a_card_that_names_a_thousand_bases_is_asked_about_a_few(tiny_hub: TestHub, tmp_path: Path):
    add_chain(tiny_hub, {"a": [f"chain/x{i}" for i in range(1000)]})
    places = sources(tiny_hub, tmp_path)

    assert names(places, "chain/a") == []
    assert len(tiny_hub.log) <= 1 + 32


def test_lineage_away_is_what_is_known(tiny_hub: TestHub, tmp_path: Path):
    add_chain(tiny_hub, {"a": ["chain/b"], "b": ["chain/c"], "c": []})
    places = sources(tiny_hub, tmp_path)
    facts = places.find("chain/a")
    places.find("chain/b")
    tiny_hub.log_clear()

    found = sources(tiny_hub, tmp_path, offline=True).lineage(facts)

    assert [m.model_id for m in found] == ["chain/b"]
    assert tiny_hub.log == []


def test_questions_to_a_hub_that_is_away_are_asked_once(tmp_path: Path, tiny_hub: TestHub):
    add_chain(tiny_hub, {"a": [f"chain/x{i}" for i in range(20)]})
    facts = sources(tiny_hub, tmp_path).find("chain/a")
    away = sources("http://127.0.0.1:9", tmp_path / "2")

    assert away.lineage(facts) == ()
    assert away.client is not None
    assert len(away.client.asked) <= 4  # as many as were under way at once
    assert isinstance(away._remote, Remote)
