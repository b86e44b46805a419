"""The Hub over the network, through the session's door: what is asked, what is fetched, what is refused unseen."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import math
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from hfmagic.errors import GatedModel, HubRefused, NeedsConsent, NoModelFits, NoTrainedHead, UnknownModel
from hfmagic.hub import remote
from hfmagic.hub.client import HubClient
from hfmagic.hub.files import INDEX, SINGLE
from hfmagic.selection.choose import MOST_LOOKED_AT
from hfmagic.session import Proposal
from tests.hub.bench import MODEL, Bench, check_line, error_of, model_of, whole_gets
from tests.hub.places import no_answer_lasts
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

REQUESTS_A_PICK = 5
"""Search, the model's facts, its config, and its header: at the Hub, then at the storage it points to."""


def only(hub: TestHub, *models: str) -> None:
    """Leave these models on the Hub."""
    for model_id in set(hub.repos) - set(models):
        hub.remove(model_id)


def reasons(proposal: Proposal) -> dict[str, str]:
    """Each candidate of the only step → why it was rejected."""
    (candidates,) = proposal.candidates.values()
    return {c.facts.model_id: c.rejected for c in candidates}


def changed_config(hub: TestHub, model_id: str, **fields: object) -> bytes:
    config = json.loads(hub.repos[model_id].main.files["config.json"].content)
    return json.dumps({**config, **fields}).encode()


# What is asked


def test_a_model_is_picked_downloaded_run_and_pinned(bench: Bench, tiny_hub: TestHub):
    results = bench.run()

    (step,) = results.plan.steps
    assert step.model is not None
    assert (step.model.model_id, step.model.revision) == (MODEL, tiny_hub.sha(MODEL))
    assert "90 k downloads" in step.model.reason
    assert not results.failed
    assert bench.snapshots == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert bench.parts == []


def test_a_pick_takes_five_requests_and_no_weight(bench: Bench, tiny_hub: TestHub):
    bench.propose()

    assert len(tiny_hub.log) <= REQUESTS_A_PICK
    assert whole_gets(tiny_hub) == []
    assert all(r.range for r in tiny_hub.log if r.origin == "cdn" or "/resolve/" in r.path)
    assert bench.snapshots == []


def test_a_second_identical_cell_asks_nothing(bench: Bench, tiny_hub: TestHub):
    bench.run()
    tiny_hub.log_clear()

    again = bench.run()

    assert not again.failed
    assert tiny_hub.log == []


def test_the_next_kernel_after_a_while_searches_once_and_fetches_nothing(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench.run()
    tiny_hub.log_clear()
    no_answer_lasts(monkeypatch)

    again = Bench(tiny_hub, tmp_path).run()

    assert not again.failed
    assert [r.path for r in tiny_hub.log] == ["/api/models"]


def test_importing_and_loading_the_extension_asks_nothing(tiny_hub: TestHub, tmp_path: Path):
    code = """
        import sys
        asked = []
        watch = {"socket.connect": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
        sys.addaudithook(lambda event, args: event in watch and asked.append((event, args[watch[event]])))
        from IPython.testing.globalipapp import start_ipython
        shell = start_ipython()
        shell.run_line_magic("load_ext", "hfmagic")
        shell.run_line_magic("hf", "status")
        sys.exit(f"it asked {asked}" if asked else 0)
    """
    env = {"HF_ENDPOINT": tiny_hub.url, "HFMAGIC_OFFLINE": "0", "HFMAGIC_CACHE_DIR": str(tmp_path), "PATH": ""}
    env |= {"HF_HOME": str(tmp_path / "home"), "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    lines = "\n".join(line.strip() for line in code.strip().splitlines())

    ended = subprocess.run([sys.executable, "-c", lines], env=env, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    assert tiny_hub.log == []


def test_a_named_model_needs_no_search_result(bench: Bench, tiny_hub: TestHub):
    proposal = bench.propose(models={"sentiment": "acme/tiny-all-formats"})

    assert model_of(proposal) == "acme/tiny-all-formats"
    assert len(tiny_hub.log) <= REQUESTS_A_PICK + 1


# Consent


def test_no_weight_is_fetched_before_someone_agrees(tiny_hub: TestHub, tmp_path: Path):
    bench = Bench(tiny_hub, tmp_path, ask_download=10_000)

    with pytest.raises(NeedsConsent) as caught:
        bench.run()

    check_line(caught.value, "downloads 36 kB", MODEL, "--yes")
    assert whole_gets(tiny_hub) == []
    assert bench.snapshots == []
    assert not bench.run(yes=True).failed
    assert not bench.run().failed  # it is here now: nothing to agree to


# Refused from a look at the header


@pytest.mark.rule(6)
@pytest.mark.fault(26)
def test_a_headless_model_is_refused_from_its_header_and_the_next_is_taken(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "shady/tiny-headless", "acme/tiny-emotions")
    tiny_hub.repos["shady/tiny-headless"].settings["downloads"] = 10**6

    proposal = bench.propose()

    assert model_of(proposal) == "acme/tiny-emotions"
    assert "lacks score.weight" in reasons(proposal)["shady/tiny-headless"]
    assert whole_gets(tiny_hub) == []


@pytest.mark.rule(6)
@pytest.mark.fault(26)
def test_weights_of_another_model_are_refused_from_the_header(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, MODEL)
    foreign = (tiny_hub.repos[MODEL].main.files["config.json"].content).replace(b'"bert"', b'"distilbert"')
    foreign = foreign.replace(b"BertForSequence", b"DistilBertForSequence")
    tiny_hub.commit(MODEL, {"config.json": foreign})

    with pytest.raises(NoModelFits) as caught:
        bench.propose()

    check_line(caught.value, f"{MODEL} has no trained head for SequenceClassification: lacks", "name another")
    assert whole_gets(tiny_hub) == []


@pytest.mark.fault(25)
def test_an_architecture_that_transformers_does_not_know_is_refused_unseen(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "shady/tiny-unknown-type")

    with pytest.raises(NoModelFits) as caught:
        bench.propose()

    newer = f"its architecture quux9 is newer than transformers {importlib.metadata.version('transformers')}"
    check_line(caught.value, f"shady/tiny-unknown-type {newer}", "name another")


@pytest.mark.rule(1, 2)
@pytest.mark.fault(23, 24)
def test_no_pickle_and_no_code_is_ever_fetched(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "shady/tiny-pickled", "shady/tiny-own-code", "acme/tiny-all-formats")

    results = bench.run()
    for name, why in (("shady/tiny-pickled", "no safetensors"), ("shady/tiny-own-code", "own code")):
        with pytest.raises(NoModelFits, match=why) as caught:
            bench.propose(models={"sentiment": name})
        check_line(caught.value, name, "use acme/tiny-all-formats")

    assert model_of(bench.session.proposal) == "acme/tiny-all-formats" if bench.session.proposal else False
    assert not results.failed
    assert not [r for r in tiny_hub.log if re.search(r"\.(bin|py|onnx|pt|h5)\b", f"{r.path}?{r.query}")]


@pytest.mark.rule(2)
@pytest.mark.fault(24)
def test_code_named_anywhere_in_the_config_is_refused_although_no_tag_says_so(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, MODEL)
    nested = {"text_config": {"auto_map": {"AutoModel": "other/repo--mod.Class"}}}
    tiny_hub.commit(MODEL, {"config.json": changed_config(tiny_hub, MODEL, **nested)})

    with pytest.raises(NoModelFits, match="own code"):
        bench.propose()

    assert not [r for r in tiny_hub.log if "other" in r.path or r.path.endswith(".py")]


def test_only_the_files_that_are_read_are_fetched(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "acme/tiny-all-formats")

    bench.run()

    assert sorted(r.path.rpartition("/")[2] for r in whole_gets(tiny_hub) if r.origin == "hub") == [
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert [r.query for r in whole_gets(tiny_hub) if r.origin == "cdn"] == ["filename=model.safetensors"]


def test_a_model_in_shards_is_looked_at_and_run(bench: Bench, tiny_hub: TestHub):
    results = bench.run(models={"sentiment": "acme/tiny-sharded"}, limit="language=fr")

    assert not results.failed
    assert [n for n in bench.snapshots if n.endswith(".safetensors")] != ["model.safetensors"]
    assert "model.safetensors.index.json" in bench.snapshots


@pytest.mark.rule(1)
def test_an_index_that_names_pickles_is_refused(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "acme/tiny-sharded")
    index = json.loads(tiny_hub.repos["acme/tiny-sharded"].main.files["model.safetensors.index.json"].content)
    index["weight_map"] = dict.fromkeys(index["weight_map"], "pytorch_model.bin")
    evil = {"model.safetensors.index.json": json.dumps(index).encode(), "pytorch_model.bin": b"cos\nsystem\n."}
    tiny_hub.commit("acme/tiny-sharded", evil)

    with pytest.raises(NoModelFits, match="is damaged"):
        bench.propose(limit="language=fr")

    assert not [r for r in tiny_hub.log if ".bin" in f"{r.path}{r.query}"]


HEADLESS = "shady/tiny-headless-shards"


def add_headless_shards(hub: TestHub) -> None:
    """A classifier in four shards whose head is missing."""
    from safetensors.torch import load, save

    files = {name: blob.content for name, blob in hub.repos["acme/tiny-sharded"].main.files.items()}
    index = json.loads(files[INDEX])
    for name, shard in index["weight_map"].items():
        if name.startswith("classifier"):
            files[shard] = save({n: t for n, t in load(files[shard]).items() if n != name}, {"format": "pt"})
    index["weight_map"] = {n: s for n, s in index["weight_map"].items() if not n.startswith("classifier")}
    hub.add(HEADLESS, {**files, INDEX: json.dumps(index).encode()}, downloads=1)


@pytest.mark.parametrize(("limit", "most"), [("MOST_SHARDS", 2), ("MOST_HEADER_BYTES", 300)])
def test_too_many_or_too_long_headers_are_checked_after_the_download(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
):
    add_headless_shards(tiny_hub)
    only(tiny_hub, HEADLESS)
    monkeypatch.setattr(remote, limit, most)

    proposal = bench.propose(limit="language=fr")
    looked = {r.query for r in tiny_hub.log if r.origin == "cdn"}
    error = error_of(bench.go(proposal))

    assert model_of(proposal) == HEADLESS
    assert len(looked) == (0 if limit == "MOST_SHARDS" else 1)  # the first is too long: that is all that is read
    assert type(error) is NoTrainedHead
    check_line(error, HEADLESS, "classifier")


def test_a_headless_model_in_shards_is_refused_before_the_download(bench: Bench, tiny_hub: TestHub):
    add_headless_shards(tiny_hub)
    only(tiny_hub, HEADLESS)

    with pytest.raises(NoModelFits, match="lacks classifier"):
        bench.propose(limit="language=fr")

    assert whole_gets(tiny_hub) == []


def test_a_header_that_claims_more_than_its_file_is_refused(bench: Bench, tiny_hub: TestHub):
    """A cut upload, or a lie."""
    only(tiny_hub, MODEL)
    text = json.dumps({"t": {"dtype": "F32", "shape": [2**20], "data_offsets": [0, 2**22]}}).encode()
    tiny_hub.commit(MODEL, {"model.safetensors": struct.pack("<Q", len(text)) + text + b"\0" * 64})

    with pytest.raises(NoModelFits, match=r"model\.safetensors is damaged"):
        bench.propose()


def test_sixteen_gigabytes_are_checked_without_a_byte_of_them():
    """On the meta device, from the header alone."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from hfmagic.hub.header import parse_header
    from hfmagic.hub.skeleton import skeleton
    from hfmagic.models import head_problem

    config = BertConfig(hidden_size=2560, num_hidden_layers=50, intermediate_size=4 * 2560, num_attention_heads=40)
    with torch.device("meta"):
        shapes = {n: list(t.shape) for n, t in BertForSequenceClassification(config).state_dict().items()}
    header, end = {}, 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    head = parse_header(struct.pack("<Q", len(text)) + text + b"more")

    with skeleton(config.to_json_string().encode(), {SINGLE: head}) as folder:
        assert head.file_bytes == 8 + len(text) + end > 15.9e9
        assert sum(path.stat().st_size for path in folder.iterdir()) < 1e6
        assert head_problem(folder, "AutoModelForSequenceClassification") == ""
        assert "has no trained head" in head_problem(folder, "AutoModelForQuestionAnswering")


@pytest.mark.rule(3)
def test_a_config_that_asks_for_a_billion_layers_is_refused_at_once(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, MODEL)
    tiny_hub.commit(MODEL, {"config.json": changed_config(tiny_hub, MODEL, num_hidden_layers=10**9)})

    with pytest.raises(NoModelFits, match="asks for 1,000,000,000 layers"):
        bench.propose()


@pytest.mark.parametrize("end", [2**63, -1, "all", None, 1.5])
def test_an_impossible_offset_in_a_header_is_a_reason_and_no_failure(bench: Bench, tiny_hub: TestHub, end: object):
    only(tiny_hub, MODEL)
    text = json.dumps({"t": {"dtype": "F32", "shape": [1], "data_offsets": [0, end]}}).encode()
    tiny_hub.commit(MODEL, {"model.safetensors": struct.pack("<Q", len(text)) + text})

    with pytest.raises(NoModelFits, match="is damaged"):
        bench.propose()


# Names that change, close or go away


def test_a_renamed_model_is_kept_under_its_new_name(bench: Bench, tiny_hub: TestHub):
    tiny_hub.rename(MODEL, "acme/moved")

    results = bench.run(models={"sentiment": MODEL})

    (step,) = results.plan.steps
    assert step.model is not None
    assert step.model.model_id == "acme/moved"
    assert [p.name for p in (bench.folder / "models").glob("models--*")] == ["models--acme--moved"]


@pytest.mark.rule(13)
@pytest.mark.fault(6)
def test_a_gated_model_is_not_picked_by_itself(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "acme/tiny-gated", "acme/tiny-emotions")
    tiny_hub.repos["acme/tiny-gated"].settings["downloads"] = 10**9

    proposal = bench.propose()

    assert model_of(proposal) == "acme/tiny-emotions"
    assert reasons(proposal)["acme/tiny-gated"].startswith("gated")


@pytest.mark.rule(13)
@pytest.mark.fault(6)
def test_a_gated_model_that_is_named_says_where_to_ask(bench: Bench, tiny_hub: TestHub):
    with pytest.raises(GatedModel) as caught:
        bench.propose(models={"sentiment": "acme/tiny-gated"})

    check_line(caught.value, f"{tiny_hub.url}/acme/tiny-gated")


def test_a_gated_model_is_run_by_who_has_access(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", tiny_hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_reader")

    results = Bench(tiny_hub, tmp_path).run(models={"sentiment": "acme/tiny-gated"})

    assert not results.failed
    tokens = {origin: {r.authorization for r in tiny_hub.log if r.origin == origin} for origin in ("hub", "cdn")}
    assert tokens == {"hub": {"Bearer hf_reader"}, "cdn": {None}}


@pytest.mark.rule(11)
def test_the_token_is_shown_to_no_other_endpoint(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_TOKEN", "hf_reader")

    Bench(tiny_hub, tmp_path).run()

    assert {r.authorization for r in tiny_hub.log} == {None}


@pytest.mark.fault(5)
def test_a_model_that_is_not_there_names_the_nearest(bench: Bench):
    with pytest.raises(UnknownModel) as caught:
        bench.propose(models={"sentiment": "acme/tiny-sentimental"})

    check_line(caught.value, "acme/tiny-sentimental", f"did you mean '{MODEL}'?")


@pytest.mark.rule(7)
def test_main_moves_between_plan_and_run_and_the_pinned_bytes_are_used(bench: Bench, tiny_hub: TestHub):
    proposal, pinned = bench.propose(), tiny_hub.sha(MODEL)
    tiny_hub.commit(MODEL, {"config.json": changed_config(tiny_hub, MODEL, id2label={"0": "EVIL", "1": "WORSE"})})

    results = bench.go(proposal)

    (frame,) = results.frames.values()
    assert tiny_hub.sha(MODEL) != pinned
    assert set(frame["review_sentiment"]) <= {"POSITIVE", "NEGATIVE"}
    assert bench.blob("config.json").is_file()
    assert (bench.folder / "models/models--acme--tiny-sentiment/snapshots" / pinned).is_dir()


@pytest.mark.fault(8)
def test_a_pinned_revision_that_is_gone_is_said_and_the_next_cell_pins_anew(bench: Bench, tiny_hub: TestHub):
    proposal, old = bench.propose(), tiny_hub.sha(MODEL)
    new = tiny_hub.commit(MODEL, {"notes.txt": b"squashed"})
    tiny_hub.delete_revision(MODEL, old)

    error = error_of(bench.go(proposal))
    again = bench.run()

    check_line(error, f"the pinned revision {old[:7]} of {MODEL} is gone", "run the cell again to pin anew")
    assert not again.failed
    (step,) = again.plan.steps
    assert step.model is not None
    assert step.model.revision == new


# Offline


@pytest.mark.parametrize("how", ["setting", "option", "environment"])
@pytest.mark.fault(13)
def test_what_was_downloaded_is_used_offline_with_its_date(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    Bench(tiny_hub, tmp_path).run()
    tiny_hub.log_clear()
    if how == "environment":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    bench = Bench(tiny_hub, tmp_path, **({"offline": True} if how == "setting" else {}))
    results = bench.run(**({"offline": True} if how == "option" else {}))

    (step,) = results.plan.steps
    assert not results.failed
    assert step.model is not None
    assert re.search(r"; downloaded \d{4}-\d\d-\d\d$", step.model.reason)
    assert tiny_hub.log == []


@pytest.mark.fault(14)
def test_offline_a_model_that_is_not_here_names_one_that_is(tiny_hub: TestHub, tmp_path: Path):
    Bench(tiny_hub, tmp_path).run()

    with pytest.raises(UnknownModel) as caught:
        Bench(tiny_hub, tmp_path, offline=True).propose(models={"sentiment": "acme/tiny-sentimnt"})

    check_line(caught.value, "on this machine", f"did you mean '{MODEL}'?")


# Limits hold for models of the Hub


@pytest.mark.parametrize(
    ("limit", "model_id", "reason"),
    [
        ("license=permissive", "acme/tiny-emotions", "license cc-by-nc-4.0"),
        ("max_size=60kB", "acme/tiny-emotions", "187 kB"),
        ("not_owner=shady", "shady/tiny-headless", "owner shady"),
    ],
)
def test_a_limit_rejects_with_its_reason(bench: Bench, tiny_hub: TestHub, limit: str, model_id: str, reason: str):
    only(tiny_hub, "acme/tiny-all-formats", model_id)

    found = reasons(bench.propose(limit=limit))

    assert found == {"acme/tiny-all-formats": "", model_id: reason}


def test_a_language_is_searched_for(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "acme/tiny-all-formats", "acme/tiny-emotions")

    assert reasons(bench.propose(limit="language=de")) == {"acme/tiny-emotions": ""}


# What is no Hub, or lies


@pytest.mark.parametrize(
    "answer",
    [b"[]", b"{}", b"null", b'{"id": "a/b", "sha": "../../x"}', b'{"id": "../..", "sha": "%s"}', b"[" * 10**5],
    ids=["list", "nothing", "null", "bad commit", "bad id", "deep"],
)
def test_facts_that_are_none_are_refused(bench: Bench, tiny_hub: TestHub, answer: bytes):
    """An id and a commit become names of folders."""
    from tests.hubserver.faults import html

    tiny_hub.faults.add(r"/api/models/acme", html(answer.replace(b"%s", b"a" * 40)))

    with pytest.raises(HubRefused) as caught:
        HubClient(tiny_hub.url).info(MODEL)

    check_line(caught.value, "is not a Hub")


def test_an_answer_without_end_is_cut(tiny_hub: TestHub):
    from tests.hubserver.faults import html

    tiny_hub.faults.add(r"/api/models\?", html(b" " * 30_000_000))

    with pytest.raises(HubRefused):
        HubClient(tiny_hub.url).search("text-classification")


def test_models_whose_head_does_not_fit_are_looked_at_a_few_times_only(bench: Bench, tiny_hub: TestHub):
    only(tiny_hub, "shady/tiny-headless")
    old = tiny_hub.repos["shady/tiny-headless"]
    for i in range(MOST_LOOKED_AT + 4):
        copy = type(old)(f"shady/copy-{i}", dict(old.branches), settings=dict(old.settings))
        tiny_hub.repos[copy.model_id] = copy

    with contextlib.suppress(NoModelFits):
        bench.propose()

    assert len(tiny_hub.log) <= 2 + MOST_LOOKED_AT * (REQUESTS_A_PICK - 1)
