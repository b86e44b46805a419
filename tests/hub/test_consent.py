"""What is known of a model before it is fetched: its real size, so that limits and consent hold, and nothing is asked
for what is here already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hfmagic.errors import DamagedModel, NeedsConsent, NoModelFits
from hfmagic.hub import remote
from hfmagic.hub.client import HubClient
from hfmagic.hub.facts import ModelFacts
from hfmagic.hub.job import Moment
from tests.hub.bench import MODEL, Bench, check_line, whole_gets
from tests.hub.places import no_answer_lasts
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

SHARDED = "acme/tiny-sharded"
BIG = 10**12


def unlisted(hub: TestHub, model_id: str) -> None:
    """Leave this model alone on the Hub, which lists neither parameters nor dtype of it."""
    hub.repos = {model_id: hub.repos[model_id]}
    hub.repos[model_id].settings["safetensors"] = None


def inspected(bench: Bench, model_id: str) -> ModelFacts:
    hub = bench.session.hub
    return hub.inspect(hub.find(model_id), lambda _: "")


def nothing(_: Moment) -> None:
    """Progress that nobody looks at."""


def readme_commit(hub: TestHub) -> None:
    hub.commit(MODEL, {"README.md": hub.repos[MODEL].main.files["README.md"].content + b"\nOne more line.\n"})


# Sizes


@pytest.mark.parametrize("model_id", [MODEL, SHARDED])
def test_the_sizes_of_a_model_that_is_not_listed_with_them_are_those_of_its_headers(
    bench: Bench, tiny_hub: TestHub, model_id: str
):
    unlisted(tiny_hub, model_id)

    before = inspected(bench, model_id)
    after = bench.session.hub.fetch(before, nothing)

    assert before.parameters == after.parameters > 0
    assert before.weight_bytes == after.weight_bytes > 0
    assert before.dtype == after.dtype
    assert before.fetch_bytes is not None
    assert before.fetch_bytes > before.weight_bytes


@pytest.mark.parametrize(("limit", "most"), [("MOST_SHARDS", 2), ("MOST_HEADER_BYTES", 300)])
def test_where_headers_are_not_looked_at_files_give_the_size(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
):
    unlisted(tiny_hub, SHARDED)
    exact = inspected(bench, SHARDED)
    monkeypatch.setattr(remote, limit, most)

    found = inspected(bench, SHARDED)

    assert found.weight_bytes == exact.weight_bytes
    assert found.parameters >= exact.parameters


@pytest.mark.parametrize("model_id", [MODEL, SHARDED])
@pytest.mark.parametrize("limit", ["max_size=1kB", "max_parameters=10"])
def test_a_limit_holds_for_a_size_that_is_not_listed(bench: Bench, tiny_hub: TestHub, model_id: str, limit: str):
    unlisted(tiny_hub, model_id)

    with pytest.raises(NoModelFits, match=model_id):
        bench.propose(limit=f"{limit},language={'fr' if model_id == SHARDED else 'en'}")

    assert whole_gets(tiny_hub) == []


def test_a_model_whose_size_nobody_says_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    info = HubClient.info

    def sizeless(hub: HubClient, *args: str) -> dict[str, Any]:
        found = info(hub, *args)
        return {**found, "siblings": [{"rfilename": s["rfilename"]} for s in found["siblings"]]}

    monkeypatch.setattr(HubClient, "info", sizeless)

    facts = inspected(bench, MODEL)
    with pytest.raises(DamagedModel) as caught:
        bench.session.hub.fetch(replace(facts, problem=""), nothing)

    assert "does not say how large it is" in facts.problem
    check_line(caught.value, MODEL, "does not say how large it is")


# Consent


def test_shards_without_a_listed_size_are_not_fetched_before_someone_agrees(tiny_hub: TestHub, tmp_path: Path):
    unlisted(tiny_hub, SHARDED)
    bench = Bench(tiny_hub, tmp_path, ask_download=10_000)
    files = tiny_hub.repos[SHARDED].main.files
    size = sum(len(blob.content) for name, blob in files.items() if name.endswith((".json", ".safetensors")))

    with pytest.raises(NeedsConsent) as caught:
        bench.run(limit="language=fr")

    check_line(caught.value, SHARDED, "--yes")
    assert bench.session.hub.to_fetch(SHARDED, tiny_hub.sha(SHARDED)) == size
    assert whole_gets(tiny_hub) == []
    assert not bench.run(limit="language=fr", yes=True).failed


@pytest.mark.parametrize("where", ["cell", "settings"])
def test_an_approved_plan_runs_headless_and_no_other_one_does(where: str, tiny_hub: TestHub, tmp_path: Path):
    approved = Bench(tiny_hub, tmp_path).propose(limit="language=fr").plan.hash
    in_settings = {"approved": [approved]} if where == "settings" else {}
    in_cell = {"approve": approved} if where == "cell" else {}
    bench = Bench(tiny_hub, tmp_path, ask_download=1000, **in_settings)

    with pytest.raises(NeedsConsent) as caught:
        bench.run(limit="language=en", **in_cell)
    assert whole_gets(tiny_hub) == []
    check_line(caught.value, f"headless: --approve {bench.session.proposal.plan.hash}")

    assert not bench.run(limit="language=fr", **in_cell).failed
    assert whole_gets(tiny_hub)


def test_shards_that_were_not_looked_at_count_in_full(bench: Bench, tiny_hub: TestHub):
    """As in the next kernel, for a plan that was pinned in this one: their index is not read."""
    size = inspected(bench, SHARDED).fetch_bytes

    found = Bench(tiny_hub, bench.folder / "other").session.hub.to_fetch(SHARDED, tiny_hub.sha(SHARDED))

    assert size is not None
    assert found >= size > 0


def test_weights_that_are_here_are_not_asked_for_after_a_commit_that_leaves_them(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    no_answer_lasts(monkeypatch)
    Bench(tiny_hub, tmp_path).run()
    readme_commit(tiny_hub)
    tiny_hub.log_clear()
    bench = Bench(tiny_hub, tmp_path, ask_download=1)

    results = bench.run()

    (step,) = results.plan.steps
    assert not results.failed
    assert step.model is not None
    assert step.model.revision == tiny_hub.sha(MODEL)
    assert whole_gets(tiny_hub) == []
    assert inspected(Bench(tiny_hub, tmp_path / "other"), MODEL).fetch_bytes
    assert {m.fetch_bytes for m in bench.session.hub.models()} == {None}


def test_what_a_look_finds_to_fetch_leaves_out_what_is_here(tiny_hub: TestHub, tmp_path: Path):
    Bench(tiny_hub, tmp_path).run()
    readme_commit(tiny_hub)

    hub = Bench(tiny_hub, tmp_path).session.hub
    (facts,) = [m for m in hub.search("text-classification").models if m.model_id == MODEL]

    assert facts.folder is None
    assert hub.inspect(facts, lambda _: "").fetch_bytes == 0


def test_more_bytes_than_were_agreed_to_are_not_fetched(bench: Bench, tiny_hub: TestHub):
    hub = bench.session.hub
    facts = hub.find(MODEL)

    with pytest.raises(NeedsConsent) as caught:
        hub.fetch(facts, nothing, most=10_000)

    check_line(caught.value, f"{MODEL} downloads 36 kB", "%hf go --yes")
    assert whole_gets(tiny_hub) == []
    assert hub.fetch(facts, nothing, most=BIG).folder is not None


def test_a_damaged_file_is_fetched_again_only_when_that_is_agreed_to(tiny_hub: TestHub, tmp_path: Path):
    first = Bench(tiny_hub, tmp_path)
    first.run()
    blob = first.blob()
    whole = blob.read_bytes()
    blob.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    tiny_hub.log_clear()
    hub = Bench(tiny_hub, tmp_path).session.hub
    facts = hub.find(MODEL)

    with pytest.raises(NeedsConsent) as caught:
        hub.fetch(facts, nothing, most=1)

    check_line(caught.value, MODEL, "model.safetensors is damaged", "32 kB", "%hf go --yes")
    assert whole_gets(tiny_hub) == []
    assert blob.exists()
    hub.fetch(facts, nothing, most=len(whole))
    assert blob.read_bytes() == whole


# What is remembered


def test_an_old_revision_that_was_asked_for_is_not_taken_for_the_newest(bench: Bench, tiny_hub: TestHub):
    old = tiny_hub.sha(MODEL)
    readme_commit(tiny_hub)
    hub = bench.session.hub

    found = [hub.find(MODEL, old).revision, hub.find(MODEL).revision, hub.find(MODEL, old).revision]

    assert found == [old, tiny_hub.sha(MODEL), old]


def test_the_newest_revision_is_asked_for_again_after_a_while(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch
):
    hub, old = bench.session.hub, tiny_hub.sha(MODEL)
    first = hub.find(MODEL).revision
    readme_commit(tiny_hub)
    fresh = hub.find(MODEL).revision
    monkeypatch.setattr(remote, "FRESH_SECONDS", 0.0)
    no_answer_lasts(monkeypatch)

    later = hub.find(MODEL).revision

    assert (first, fresh, later) == (old, old, tiny_hub.sha(MODEL))


# What is told


def test_a_download_is_among_what_was_asked_with_its_bytes(bench: Bench, tiny_hub: TestHub):
    bench.run()
    asked = bench.session.asked()
    bench.run()

    (download,) = [a for a in asked if a.url == f"{tiny_hub.url}/{MODEL}@{tiny_hub.sha(MODEL)}"]
    files = [p for p in (bench.folder / "models").glob("models--*/snapshots/*/*") if p.is_file()]
    assert download.bytes == sum(p.stat().st_size for p in files)
    assert all(a.bytes > 0 for a in asked)
    assert bench.session.asked() == asked


def test_a_check_tells_how_far_it_is(tiny_hub: TestHub, tmp_path: Path):
    from huggingface_hub import snapshot_download

    where = {"cache_dir": tmp_path / "models", "endpoint": tiny_hub.url, "token": False}
    snapshot_download(MODEL, revision=tiny_hub.sha(MODEL), **where)  # another tool's: nobody has checked it yet
    hub = Bench(tiny_hub, tmp_path).session.hub
    moments: list[Moment] = []

    hub.fetch(hub.find(MODEL), moments.append)

    assert {m.note for m in moments} == {"checking"}
    assert [m.done for m in moments] == sorted(m.done for m in moments)
    assert (moments[0].done, moments[-1].done) == (0, moments[-1].total)
    assert moments[-1].total > 30_000
