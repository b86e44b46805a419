"""What goes wrong between here and the Hub: one line that says what to do, the plan kept, the next run whole.

The numbers are those of the list of faults in the design's notes on reliability.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import (
    DamagedModel,
    DownloadFailed,
    HFMagicError,
    HubRefused,
    HubUnreachable,
    NoModelFits,
    NoSpace,
    RevisionGone,
    UnknownModel,
    hide_secrets,
)
from hfmagic.hub import client, download, remote
from hfmagic.hub.client import HubClient
from hfmagic.hub.facts import ModelFacts
from hfmagic.hub.files import INDEX, SINGLE, HubFile, files_of, needed
from hfmagic.hub.listing import facts_of
from hfmagic.hub.refusals import refusal
from hfmagic.results import Downloading, Event
from tests.hub.bench import MODEL, Bench, check_line, error_of, model_of
from tests.hub.places import no_answer_lasts
from tests.hubserver import Fault, TestHub, cut, echo_token, flip, html, stall, status

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

WEIGHTS = "filename=model"
NOW = {"Retry-After": "0"}


@pytest.fixture
def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An address that takes a connection's first packet and says nothing: its queue is full."""
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for caller in (first, second):
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}"


# A download that goes wrong, and what is said (1–3, 7–12, 15)

PASSING = {
    "1 cut once": (WEIGHTS, cut(0.5), 1, None, ["retry 1"]),
    "9 busy (429)": (WEIGHTS, status(429, headers=NOW), 1, "GET", ["the Hub is busy, again in 1 s"]),
    "10 twice 503": (WEIGHTS, status(503, headers=NOW), 2, "GET", ["retry 1", "retry 2"]),
    "11 500 on HEAD": (r"tokenizer\.json", status(500), 2, "HEAD", ["the Hub is busy, again in 1 s"]),
    "15 damaged once": (WEIGHTS, flip(), 1, None, ["model.safetensors was damaged, once more"]),
    "15 a small file damaged once": (
        r"resolve.*/config\.json",
        flip(20),
        1,
        "GET",
        ["config.json was damaged, once more"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PASSING)
@pytest.mark.fault(1, 9, 10, 11, 15)
def test_a_fault_that_passes_is_told_and_got_over(bench: Bench, tiny_hub: TestHub, case: str):
    match, fault, times, method, notes = PASSING[case]
    proposal = bench.propose()
    armed = tiny_hub.faults.add(match, fault, times=times, method=method)

    results = bench.go(proposal)

    assert not results.failed
    assert armed.hits == times
    assert set(notes) <= set(bench.notes)
    assert bench.parts == []


LASTING: dict[str, tuple[str, Fault, str | None, type[HFMagicError], list[str]]] = {
    "2 cut": (
        WEIGHTS, cut(0.5), None, DownloadFailed,
        [f"model.safetensors of {MODEL}", "36 kB, 6 tries", "run the cell again"],
    ),
    "7 403": ("resolve", status(403), "HEAD", HubRefused, ["refused with 403 by 127.0.0.1", "a proxy"]),
    "8 404 of a file": (
        r"resolve.*tokenizer\.json", status(404, error="EntryNotFound"), None, RevisionGone,
        [f"tokenizer.json of {MODEL}", "run the cell again"],
    ),
    "8 404 of a mirror": (
        r"resolve.*tokenizer\.json", status(404), "HEAD", RevisionGone, [f"no tokenizer.json of {MODEL}", "pin anew"],
    ),
    "8 404 of a revision": ("/tree/", status(404, error="RevisionNotFound"), None, RevisionGone, [MODEL, "pin anew"]),
    "9 429 for an hour": (
        "resolve", status(429, headers={"Retry-After": "3600"}), "GET", HubRefused, ["3601 s", "wait, or log in"],
    ),
    "10 503": (
        WEIGHTS, status(503, headers=NOW), "GET", HubRefused,
        [f"answered 503 for model.safetensors of {MODEL}", "try again"],
    ),
    "12 login page": ("resolve", html(), "HEAD", HubRefused, ["is not a Hub", "log in there"]),
    "12 login page for a file": (r"tokenizer\.json", html(), "GET", DownloadFailed, ["another size", "run the cell"]),
    "15 damaged": (WEIGHTS, flip(), None, DownloadFailed, ["model.safetensors", "arrives damaged", "%hf models"]),
}  # fmt: skip


@pytest.mark.parametrize("case", LASTING)
@pytest.mark.fault(2, 7, 8, 9, 10, 12, 15)
def test_a_fault_that_lasts_is_one_line_and_the_next_run_is_whole(bench: Bench, tiny_hub: TestHub, case: str):
    match, fault, method, kind, words = LASTING[case]
    proposal = bench.propose()
    tiny_hub.faults.add(match, fault, method=method)

    error = error_of(bench.go(proposal))
    left = bench.parts
    tiny_hub.faults.clear()
    again = bench.run()

    assert type(error) is kind
    check_line(error, *words)
    assert bench.session.proposal is not None
    assert left == []
    assert not again.failed


@pytest.mark.fault(3)
def test_3_a_server_that_falls_silent_is_left_and_what_came_is_said(tiny_hub: TestHub, tmp_path: Path):
    bench = Bench(tiny_hub, tmp_path, stall_seconds=1.0)
    proposal = bench.propose()
    tiny_hub.faults.add(WEIGHTS, stall(0.5))

    error = error_of(bench.go(proposal))
    tiny_hub.faults.clear()

    assert type(error) is DownloadFailed
    check_line(error, f"model.safetensors of {MODEL}", "no byte for 1 s, twice (", " of ", "run the cell again")
    assert bench.session.proposal is not None
    assert bench.parts == []
    assert not bench.run().failed


REPEATS = """
import json, sys, time
sys.stdin.readline()
for number in range(1, 21):
    print(json.dumps({"done": 10, "total": 100, "note": f"retry {number}"}), flush=True)
    time.sleep(0.15)
"""


@pytest.mark.fault(3)
def test_3_no_repetition_puts_the_deadline_off(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """huggingface_hub gives a silent request up after 10 s and repeats it, five times."""
    bench = Bench(tiny_hub, tmp_path, stall_seconds=0.7)
    monkeypatch.setattr(download, "_CHILD", REPEATS)

    error = error_of(bench.run())

    assert type(error) is DownloadFailed
    check_line(
        error, f"model.safetensors of {MODEL}: no byte for 1 s, twice (10 bytes of 100 bytes)", "run the cell again"
    )
    assert "retry 2" in bench.notes


# A search that goes wrong (4, 5, 7, 9–12)

REFUSED: dict[str, tuple[Fault, list[str]]] = {
    "4 token": (status(401, message="Invalid credentials in Authorization header"), ["HF_TOKEN was refused"]),
    "7 403": (status(403), ["refused with 403 by 127.0.0.1"]),
    "9 429": (status(429, headers=NOW), ["no more requests for now (429)", "log in"]),
    "9 429 for an hour": (status(429, headers={"Retry-After": "3600"}), ["(429)"]),
    "10 503": (status(503, headers=NOW), ["answered 503"]),
    "11 500": (status(500, headers=NOW), ["answered 500"]),
    "12 login page": (html(), ["is not a Hub (a proxy or login page?)", "log in there"]),
    "12 another server": (status(404), ["is not a Hub"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.fault(4, 7, 9, 10, 11, 12)
def test_a_refused_search_says_why_where_nothing_is_here(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
):
    fault, words = REFUSED[case]
    monkeypatch.setenv("HF_ENDPOINT", tiny_hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_reader")
    bench = Bench(tiny_hub, tmp_path)
    tiny_hub.faults.add(r"/api/models\?", fault)

    with pytest.raises(HubRefused) as caught:
        bench.propose()
    tiny_hub.faults.clear()

    check_line(caught.value, "no models are here", *words)
    assert "hf_reader" not in caught.value.line
    assert model_of(bench.propose()) == MODEL


@pytest.mark.parametrize("case", ["4 token", "11 500", "12 login page"])
@pytest.mark.fault(4, 11, 12)
def test_a_refused_search_chooses_among_what_is_here_and_says_so(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
):
    no_answer_lasts(monkeypatch)
    bench.run()
    tiny_hub.faults.add(r"/api/models", REFUSED[case][0])

    results = Bench(tiny_hub, tmp_path).run()

    assert not results.failed
    note, *_ = results.plan.notes
    assert {"4 token": "lets nobody in without a token"}.get(case, REFUSED[case][1][0]) in note
    assert note.endswith("choosing among the 1 models on this machine")


def test_4_without_a_token_nobody_is_told_that_his_was_refused(bench: Bench, tiny_hub: TestHub):
    tiny_hub.needs_token = True

    with pytest.raises(HubRefused) as caught:
        bench.propose()

    check_line(caught.value, "without a token", "hf auth login")


@pytest.mark.fault(5)
def test_5_an_unknown_or_private_model_is_said_and_the_nearest_named(bench: Bench, tiny_hub: TestHub):
    bench.propose()

    with pytest.raises(UnknownModel) as caught:
        bench.propose(models={"sentiment": "acme/tiny-sentimant"})

    check_line(caught.value, "no public model 'acme/tiny-sentimant'", f"did you mean '{MODEL}'?")


@pytest.mark.fault(5)
def test_5_a_mirror_that_says_nothing_but_404_has_no_such_model(bench: Bench, tiny_hub: TestHub):
    bench.propose()
    tiny_hub.faults.add(r"/api/models/acme/tiny-sentimant", status(404))

    with pytest.raises(UnknownModel) as caught:
        bench.propose(models={"sentiment": "acme/tiny-sentimant"})

    check_line(caught.value, "no public model 'acme/tiny-sentimant' on 127.0.0.1", f"did you mean '{MODEL}'?")


@pytest.mark.fault(9)
def test_9_a_wait_that_the_hub_asks_for_is_counted_down_and_ended_by_an_interrupt(bench: Bench, tiny_hub: TestHub):
    hub, told = bench.session.hub.client, []

    def wait(words: str) -> None:
        told.append(words)
        if len(told) == 2:
            raise KeyboardInterrupt

    assert hub is not None
    hub.on_wait = wait
    tiny_hub.faults.add(r"/api/models", status(429, headers={"Retry-After": "50"}))

    with pytest.raises(KeyboardInterrupt):
        bench.session.hub.search("text-classification")
    tiny_hub.faults.clear()

    assert told == [f"{hub.host} is busy, again in {left} s" for left in (50, 49)]
    assert len(tiny_hub.log) == 1
    assert model_of(bench.propose()) == MODEL


@pytest.mark.fault(9)
def test_9_a_busy_hub_is_asked_again_as_often_as_it_takes(bench: Bench, tiny_hub: TestHub):
    armed = tiny_hub.faults.add(r"/api/models", status(429, headers=NOW), times=client.TRIES - 1)

    bench.propose()

    assert armed.hits == client.TRIES - 1


@pytest.mark.rule(11)
def test_a_secret_that_a_server_repeats_is_in_no_line(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_ENDPOINT", tiny_hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_reader")
    bench = Bench(tiny_hub, tmp_path)
    proposal = bench.propose()
    tiny_hub.faults.add("resolve", echo_token(400))

    error = error_of(bench.go(proposal))

    assert "hf_reader" not in f"{error.line} {error!r} {error.__cause__!r}"
    assert "hf_reader" not in "".join(p.read_text(errors="replace") for p in tmp_path.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "secret",
    [
        *("hf_abcdefghijk", "sk-proj-abc-DEF_123456", "Bearer eyJhbGciOi.x.y", "api_org_abcdefgh", "hf_reader-xyz"),
        *("gsk_abcdef1", "xai-abcdefg", "pk-lf-1234abcd", "key-0123abcd", "sk-ab***yz", "SK-ABCDEF"),
    ],
)
def test_what_looks_like_a_token_is_struck_out(secret: str):
    assert secret not in hide_secrets(f"server says: {secret}, sorry")


def test_a_password_in_an_address_is_struck_out():
    assert hide_secrets("no answer of https://user:pass@mirror/x") == "no answer of https://***@mirror/x"


@pytest.mark.parametrize("text", ["https://hf-mirror.com/x", "key-value pairs", "sk-learn", "a@b.org", "the hf_hub"])
def test_what_is_no_secret_stays(text: str):
    assert hide_secrets(text) == text


@pytest.mark.fault(11)
def test_11_the_refusal_behind_check_your_connection_is_found(tiny_hub: TestHub):
    """huggingface_hub words a 500 on HEAD as a lost connection, after 23 s of tries."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    from huggingface_hub.utils import get_session, hf_raise_for_status

    tiny_hub.faults.add("resolve", status(500))
    response = get_session().head(f"{tiny_hub.url}/{MODEL}/resolve/main/config.json")
    with pytest.raises(HfHubHTTPError) as caught:
        hf_raise_for_status(response)
    hidden = LocalEntryNotFoundError("please check your internet connection")
    hidden.__cause__ = caught.value

    check_line(refusal(hidden, endpoint="http://hub", what=MODEL), "hub answered 500")


# No Hub at all (13, 14)


@pytest.mark.fault(13)
def test_13_a_hub_that_is_away_leaves_what_is_here(bench: Bench, closed_port: int, tmp_path: Path):
    bench.run()

    away = Bench(f"http://127.0.0.1:{closed_port}", tmp_path)
    results = away.run()

    assert not results.failed
    assert "does not answer" in " ".join(results.plan.notes)
    (step,) = results.plan.steps
    assert step.model is not None
    assert "downloaded 20" in step.model.reason


@pytest.mark.fault(14)
def test_14_a_closed_port_is_said_at_once(closed_port: int, tmp_path: Path):
    with pytest.raises(HubUnreachable) as caught:
        Bench(f"http://127.0.0.1:{closed_port}", tmp_path).propose()

    check_line(caught.value, f"127.0.0.1:{closed_port} does not answer", "no models are here")


@pytest.mark.fault(14)
def test_14_a_silent_network_is_given_up_within_three_seconds(
    black_hole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert client.CONNECT_SECONDS < 3
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.3)
    bench = Bench(black_hole, tmp_path)

    for named in ({}, {}, {"sentiment": MODEL}):  # it is asked once: the steps of one plan wait once
        with pytest.raises(HubUnreachable) as caught:
            bench.propose(models=named)

    check_line(caught.value, "does not answer")
    assert len(bench.session.asked()) == 1


def test_14_a_hub_that_dies_between_search_and_look_is_waited_for_once_and_what_is_here_is_used(
    bench: Bench, tiny_hub: TestHub, black_hole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench.run(models={"sentiment": "acme/tiny-emotions"})
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.3)
    search = HubClient.search

    def last_answer(hub: HubClient, *args: str, **more: str) -> object:
        found = search(hub, *args, **more)
        hub.endpoint = black_hole
        return found

    monkeypatch.setattr(HubClient, "search", last_answer)
    no_answer_lasts(monkeypatch)
    dying = Bench(tiny_hub, tmp_path)

    proposal = dying.propose()

    assert model_of(proposal) == "acme/tiny-emotions"
    assert "does not answer" in " ".join(proposal.plan.notes)
    assert [a.url.startswith(black_hole) for a in dying.session.asked()] == [False, True]


def test_14_a_model_named_on_a_hub_that_dies_is_an_error_and_asked_for_once(
    bench: Bench, tiny_hub: TestHub, black_hole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench.run()
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.3)
    dead = Bench(black_hole, tmp_path)

    for _ in range(2):
        with pytest.raises(HubUnreachable) as caught:
            dead.propose(models={"sentiment": "acme/tiny-all-formats"})

    check_line(caught.value, "does not answer", "--offline")
    assert len(dead.session.asked()) == 1


def test_14_a_hub_that_is_back_is_asked_again(
    tiny_hub: TestHub, closed_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(remote, "AWAY_SECONDS", 0.0)
    bench = Bench(tiny_hub, tmp_path)
    hub = bench.session.hub.client
    assert hub is not None
    hub.endpoint = f"http://127.0.0.1:{closed_port}"
    with pytest.raises(HubUnreachable):
        bench.propose()

    hub.endpoint = tiny_hub.url

    assert model_of(bench.propose()) == MODEL


# What is on the disk (16–21)


@pytest.mark.parametrize(
    ("name", "damage"),
    [*((SINGLE, how) for how in ("truncated", "flipped", "empty", "page", "pointer")), ("tokenizer.json", "flipped")],
)
@pytest.mark.rule(5)
@pytest.mark.fault(16, 18)
def test_16_18_a_damaged_file_of_the_cache_is_noticed_and_fetched_again(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path, name: str, damage: str
):
    bench.run()
    blob = bench.blob(name)
    whole = blob.read_bytes()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize {len(whole)}\n"
    spoilt = {
        "truncated": whole[:100],
        "flipped": whole[:-1] + bytes([whole[-1] ^ 1]),
        "empty": b"",
        "page": b"<!DOCTYPE html><title>Sign in</title>",
        "pointer": pointer.encode(),
    }
    blob.write_bytes(spoilt[damage])

    results = Bench(tiny_hub, tmp_path).run()

    assert not results.failed
    assert bench.blob(name).read_bytes() == whole


@pytest.mark.fault(16)
def test_16_a_damaged_file_is_said_offline_and_left_where_it_is(bench: Bench, tiny_hub: TestHub, tmp_path: Path):
    bench.run()
    blob = bench.blob()
    whole = blob.read_bytes()

    blob.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    flipped = error_of(Bench(tiny_hub, tmp_path, offline=True).run())
    blob.write_bytes(whole[:100])
    with pytest.raises(NoModelFits, match=r"model\.safetensors is damaged") as truncated:
        Bench(tiny_hub, tmp_path, offline=True).run()

    assert type(flipped) is DamagedModel
    check_line(flipped, f"model.safetensors of {MODEL} is damaged: 32 kB, of another hash", "go online")
    check_line(truncated.value, MODEL, "(100 bytes, no safetensors)")
    assert blob.exists()


@pytest.mark.fault(18)
@pytest.mark.parametrize("how", ["cut", "empty", "page", "pointer"])
def test_18_weights_in_a_folder_that_are_none_are_one_line_with_their_size(
    tiny_hub: TestHub, tiny_models: Path, tmp_path: Path, how: str
):
    shutil.copytree(tiny_models / MODEL, tmp_path / "own" / MODEL)
    weights = tmp_path / "own" / MODEL / SINGLE
    size = weights.stat().st_size
    content, said = {
        "cut": (weights.read_bytes()[:-1], f"{size - 1:,} of {size:,} bytes"),
        "empty": (b"", "0 bytes, no safetensors"),
        "page": (b"\n<!DOCTYPE html><title>Sign in</title>", "38 bytes: a web page"),
        "pointer": (b"version https://git-lfs.github.com/spec/v1\noid", "46 bytes: a pointer, `git lfs pull` fetches"),
    }[how]
    weights.write_bytes(content)

    with pytest.raises(NoModelFits) as caught:
        Bench(tiny_hub, tmp_path, offline=True, hub_dirs=[str(tmp_path / "own")]).propose(models={"sentiment": MODEL})

    check_line(caught.value, f"{MODEL} cannot do step 'sentiment': {SINGLE} is damaged ({said}")


@pytest.mark.fault(17)
def test_17_a_link_that_leads_nowhere_is_fetched_again(bench: Bench, tiny_hub: TestHub, tmp_path: Path):
    bench.run()
    blob = bench.blob()
    blob.unlink()

    assert not Bench(tiny_hub, tmp_path).run().failed
    assert blob.is_file()


def test_a_cache_without_links_is_checked_too(bench: Bench, tiny_hub: TestHub, tmp_path: Path):
    """As on Windows: the snapshot holds the files themselves, and no name of theirs is a hash."""
    bench.run()
    link = next((bench.folder / "models").glob("models--*/snapshots/*/model.safetensors"))
    whole = link.read_bytes()
    link.resolve().unlink()
    link.unlink()
    link.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    assert not Bench(tiny_hub, tmp_path).run().failed
    assert link.read_bytes() == whole


@pytest.mark.parametrize("lacking", ["tokenizer.json", "config.json", "model.safetensors"])
def test_a_download_that_was_broken_off_is_no_model_offline(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path, lacking: str
):
    proposal = bench.propose()
    tiny_hub.faults.add(f"resolve.*{lacking}", status(403), method="HEAD")
    bench.go(proposal)

    assert Bench(tiny_hub, tmp_path, offline=True).session.hub.models() == ()


def test_a_model_that_another_tool_broke_off_is_no_model(bench: Bench, tiny_hub: TestHub, tmp_path: Path):
    """huggingface_hub keeps the list of files; without it a model lacking its tokenizer looks whole."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    where = {"cache_dir": bench.folder / "models", "endpoint": tiny_hub.url, "token": False}
    tiny_hub.faults.add(r"resolve.*tokenizer\.json", status(403), method="HEAD")
    with pytest.raises((HfHubHTTPError, LocalEntryNotFoundError)):
        snapshot_download(MODEL, revision=tiny_hub.sha(MODEL), **where)
    broken = bench.session.hub.models()
    tiny_hub.faults.clear()
    snapshot_download(MODEL, revision=tiny_hub.sha(MODEL), **where)
    tiny_hub.log_clear()

    assert broken == ()
    assert [m.model_id for m in bench.session.hub.models()] == [MODEL]
    assert not bench.run().failed
    assert bench.notes == ["checking"]  # what another tool fetched is compared with its hashes, once, and said
    assert not [r for r in tiny_hub.log if r.origin == "cdn"]


def test_what_another_tool_fetched_into_blobs_that_models_share_is_used(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path
):
    """As huggingface_hub keeps files of Xet: the blob is a link to one beside the models."""
    from huggingface_hub import snapshot_download

    where = {"cache_dir": tmp_path / "models", "endpoint": tiny_hub.url, "token": False}
    folder = Path(snapshot_download(MODEL, revision=tiny_hub.sha(MODEL), **where))
    blob = (folder / SINGLE).resolve()
    shared = tmp_path / "models" / "blobs" / "ab" / "abcdef"
    shared.parent.mkdir(parents=True)
    blob.rename(shared)
    blob.symlink_to(os.path.relpath(shared, blob.parent))
    tiny_hub.log_clear()

    results = bench.run()

    assert not results.failed
    assert not [r for r in tiny_hub.log if r.origin == "cdn"]


@pytest.mark.fault(20)
def test_20_a_disk_that_is_too_small_is_said_before_a_byte(
    bench: Bench, tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch
):
    proposal = bench.propose()
    tiny_hub.log_clear()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10_000))

    error = error_of(bench.go(proposal))

    assert type(error) is NoSpace
    check_line(error, f"{MODEL} needs 36 kB, 10 kB is free in", "hub_cache")
    assert tiny_hub.log == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit")
@pytest.mark.fault(20)
def test_20_a_disk_that_fills_up_is_said_and_leaves_no_part(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """The process that downloads may write 8 kB into a file: it fails as on a full disk."""
    start = download.start
    monkeypatch.setattr(
        download, "start", lambda command, **how: start(["prlimit", "--fsize=8192", "--", *command], **how)
    )

    error = error_of(bench.run())
    left = bench.parts
    monkeypatch.undo()

    assert type(error) is NoSpace
    check_line(error, "the disk is full", f"model.safetensors of {MODEL} does not fit into", "hub_cache")
    assert left == []
    assert not bench.run().failed


@pytest.mark.skipif(os.name != "posix", reason="needs rights of files")
@pytest.mark.fault(21)
def test_21_a_cache_that_cannot_be_written_is_said_and_what_is_in_it_runs(tiny_hub: TestHub):
    with tempfile.TemporaryDirectory(prefix="hfmagic-readonly-") as name:
        folder = Path(name)
        Bench(tiny_hub, folder).run()
        with _nobody_may_write(folder):
            here = Bench(tiny_hub, folder).run()
            error = error_of(Bench(tiny_hub, folder).run(models={"sentiment": "acme/tiny-all-formats"}))

    assert not here.failed
    assert type(error) is NoSpace
    check_line(error, "cannot be written", "hub_cache")


@pytest.mark.skipif(os.name != "posix", reason="needs rights of files")
def test_21_a_cache_that_cannot_be_read_holds_nothing(tiny_hub: TestHub):
    with tempfile.TemporaryDirectory(prefix="hfmagic-readonly-") as name:
        folder = Path(name)
        Bench(tiny_hub, folder).run()
        with _nobody_may_write(folder, 0):
            models = Bench(tiny_hub, folder, cache_dir=f"{name}-none").session.hub.models()

    assert models == ()


@pytest.mark.fault(27)
def test_27_a_clock_that_goes_backwards_is_no_trouble(bench: Bench, tiny_hub: TestHub, tmp_path: Path):
    bench.run()
    for path in (bench.folder / "models").rglob("*"):
        os.utime(path, (2**33, 2**33), follow_symlinks=False)  # downloaded in the year 2242

    results = Bench(tiny_hub, tmp_path, offline=True).run()

    (step,) = results.plan.steps
    assert not results.failed
    assert step.model is not None
    assert "downloaded 2242" in step.model.reason


def test_a_process_that_dies_at_its_start_is_a_line_with_its_last_words(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "_CHILD", "raise ImportError('no huggingface_hub: hf_abcdefghijkl')")

    error = error_of(bench.run())

    assert type(error) is DownloadFailed
    check_line(error, "ended early", "ImportError: no huggingface_hub", "run the cell again")
    assert "hf_abc" not in error.line


def test_modules_beside_the_notebook_are_not_taken_for_libraries(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "filelock.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)

    assert not bench.run().failed


def test_an_interrupt_of_a_download_leaves_nothing_and_the_next_run_is_whole(bench: Bench, tiny_hub: TestHub):
    proposal = bench.propose()
    tiny_hub.faults.add(WEIGHTS, stall(0.5))

    def stop(event: Event) -> None:
        if isinstance(event, Downloading) and event.total:
            raise KeyboardInterrupt

    results = bench.go(proposal, on=stop)
    parts = bench.parts
    tiny_hub.faults.clear()

    assert results.interrupted
    assert parts == []
    assert not bench.run().failed


# Any answer at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = (
    "id", "modelId", "sha", "tags", "cardData", "config", "safetensors", "siblings", "downloads", "likes", "gated",
    "pipeline_tag",
)  # fmt: skip
NAMES = st.sampled_from(
    [SINGLE, INDEX, "config.json", "tokenizer.json", "../config.json", "a/../b.json", "/etc/x.json", "C:\\x.json", "..",
     "pytorch_model.bin", "modeling.py", "m.pt", "m.ckpt", "tf_model.h5", "flax.msgpack", "1_Pooling/config.json",
     "1_Pooling/../../x.json", "spiece.model", "*.json", "sub/model.safetensors", "model-1.safetensors", "a\n.json"]
) | st.text(max_size=12)  # fmt: skip
SIBLING = st.fixed_dictionaries(
    {"rfilename": NAMES}, optional={"size": JSON, "lfs": JSON | st.fixed_dictionaries({"sha256": JSON}), "blobId": JSON}
)
FORBIDDEN = (".bin", ".py", ".pt", ".ckpt", ".h5", ".msgpack", ".pth", ".pkl", ".onnx", ".gguf")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON) | {"siblings": JSON | st.lists(SIBLING | JSON)}))
def test_any_json_gives_facts_and_no_exception(item: dict[str, object]):
    facts = facts_of(item)

    assert isinstance(facts, ModelFacts)
    assert f"{facts.weight_bytes / 1e6:,.0f} {facts.downloads:,} {facts.parameters:,}"


@given(st.lists(SIBLING | JSON), st.lists(NAMES, max_size=4), st.binary(max_size=40))
def test_only_data_inside_the_folder_is_ever_needed(siblings: list[object], shards: list[str], noise: bytes):
    files = files_of({"siblings": siblings})
    for index in (json.dumps({"weight_map": {str(i): n for i, n in enumerate(shards)}}).encode(), noise):
        try:
            found = needed(files, index)
        except ValueError:
            continue
        for file in found:
            assert isinstance(file, HubFile)
            assert not file.name.lower().endswith(FORBIDDEN)
            assert file.name.endswith((".json", ".safetensors", ".txt", ".jinja", ".spm", ".model"))
            assert (Path("/home/folder") / file.name).resolve().is_relative_to("/home/folder")
            assert "\\" not in file.name
            assert ":" not in file.name
            assert file.etag == "" or set(file.etag) <= set("0123456789abcdef")
            assert file.size >= 0


@given(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()))
def test_any_answer_to_a_search_is_a_list_or_a_refusal(body: bytes):
    hub = HubClient("http://127.0.0.1:9")
    hub._get = lambda *_args, **_more: client.Said(200, body)  # type: ignore[method-assign]
    try:
        assert all(isinstance(item, dict) for item in hub.search("text-classification"))
    except HubRefused as error:
        check_line(error, "is not a Hub")


# Helpers


@contextlib.contextmanager
def _nobody_may_write(folder: Path, rights: int = 0o555) -> Iterator[None]:
    """Take the rights to a folder away; root acts as nobody meanwhile, as it needs none."""
    paths = [p for p in (folder, *folder.rglob("*")) if not p.is_symlink()]
    for path in reversed(paths):
        path.chmod(rights if path.is_dir() else rights & 0o444)
    root = os.geteuid() == 0
    if root:
        os.setegid(65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
            os.setegid(0)
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)
