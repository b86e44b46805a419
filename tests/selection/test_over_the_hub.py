"""Limits hold for what is found in a model's files, too; and a Hub that goes away leaves what is here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hfmagic.errors import NoModelFits
from hfmagic.session import Options
from tests.hub.bench import Bench
from tests.hubserver import Fault, Request, TestHub, status
from tests.hubserver.message import Answer

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")


def without_sizes() -> Fault:
    """A listing as a mirror gives it: no word of safetensors."""

    def spoil(request: Request, answer: Answer) -> Answer:
        items = [{k: v for k, v in item.items() if k != "safetensors"} for item in json.loads(answer.body)]
        body = json.dumps(items).encode()
        return replace(answer, body=body, headers={**answer.headers, "Content-Length": str(len(body))})

    return Fault("without sizes", spoil)


@pytest.mark.parametrize("limit", ["max_size=1B", "owner=nobody", "license=mit", "max_parameters=1"])
def test_naming_a_gated_model_loosens_no_limit(bench: Bench, limit: str):
    with pytest.raises(NoModelFits, match="tiny-gated cannot do step"):
        bench.propose(limit=limit, models={"sentiment": "acme/tiny-gated"})


@pytest.mark.parametrize("limit", ["max_size=1kB", "max_parameters=10"])
def test_a_size_that_the_listing_does_not_tell_is_held_to_the_limit_once_it_is_known(
    bench: Bench, tiny_hub: TestHub, limit: str
):
    tiny_hub.faults.add(r"/api/models\?", without_sizes())

    with pytest.raises(NoModelFits, match="no model for text-classification"):
        bench.propose(limit=limit)


def test_a_renamed_model_is_held_to_the_limit_on_owners(bench: Bench, tiny_hub: TestHub):
    tiny_hub.rename("acme/tiny-sentiment", "banned/tiny-sentiment")

    with pytest.raises(NoModelFits, match="owner banned"):
        bench.propose(limit="not_owner=banned", models={"sentiment": "acme/tiny-sentiment"})


def test_a_hub_that_goes_away_between_search_and_look_leaves_what_is_here(bench: Bench, tiny_hub: TestHub):
    bench.run(models={"sentiment": "acme/tiny-emotions"})
    tiny_hub.faults.add(r"/api/models/|/resolve/", status(403))

    proposal = bench.propose()

    assert proposal.plan.steps[0].model.model_id == "acme/tiny-emotions"
    assert any("refused with 403" in note and "on this machine" in note for note in proposal.plan.notes)


def test_a_head_for_something_else_is_said_in_a_line(bench: Bench, tiny_hub: TestHub, tiny_models: Path):
    asr = {"pipeline_tag": "image-classification", "downloads": 10}
    files = {p.name: p.read_bytes() for p in (tiny_models / "acme" / "tiny-sentiment").iterdir() if p.is_file()}
    config = json.loads(files["config.json"]) | {"architectures": ["BertForImageClassification"]}
    tiny_hub.add("acme/odd-photos", {**files, "config.json": json.dumps(config).encode()}, **asr)

    with pytest.raises(NoModelFits, match="a Bert model cannot do this task"):
        bench.session.propose(
            "Label what is in each photo",
            {"photos": _photos()},
            ["photos"],
            Options(models={"label": "acme/odd-photos"}),
        )


def _photos() -> list[Image.Image]:
    return [Image.new("RGB", (8, 8))]


def test_an_owner_that_the_hub_does_not_know_is_held_to_the_limit_when_looked_at(bench: Bench, tiny_hub: TestHub):
    with pytest.raises(NoModelFits, match="its owner is not verified"):
        bench.propose(limit="verified=true")

    tiny_hub.verified.add("acme")
    again = Bench(tiny_hub, bench.folder / "again")

    assert again.propose(limit="verified=true").plan.steps[0].model.model_id.startswith("acme/")


def test_the_license_of_a_base_model_is_asked_for_where_a_license_is_limited(bench: Bench, tiny_hub: TestHub):
    assert bench.propose(limit="license=permissive").plan.steps[0].model.model_id == "acme/tiny-sentiment"

    tiny_hub.commit("acme/tiny-embed", {"README.md": b"---\nlicense: llama3\n---\n"})
    again = Bench(tiny_hub, bench.folder / "again")

    assert again.propose().plan.steps[0].model.model_id == "acme/tiny-sentiment"
    with pytest.raises(NoModelFits, match="license llama3 of its base model acme/tiny-embed"):
        again.propose(limit="license=permissive")


def test_a_pick_over_the_hub_says_what_it_rests_on(bench: Bench):
    assert bench.propose().plan.steps[0].model.reason == (
        "the only one that fits: accuracy 0.910 on its card (not verified), 90 k downloads; "
        "not tried on your rows; 36 kB to fetch"
    )
