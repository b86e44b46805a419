"""What a Hub answered, on disk: asked after by its ETag, used where the Hub is away, never in anybody's way."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import HubUnreachable, UnknownModel
from hfmagic.hub.answers import Answers, Kept, ago, answer_key
from hfmagic.hub.client import HubClient
from tests.hub.places import MODEL, TASK, days_pass, ids, no_answer_lasts, sources
from tests.hubserver import TestHub, status
from tests.hubserver.faults import html

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")

READER, STRANGER = "hf_reader", "hf_stranger"


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def kept_files(folder: Path) -> list[Path]:
    return sorted((folder / "hub-answers").iterdir())


# In time


def test_the_next_kernel_asks_nothing_while_an_answer_is_fresh(tiny_hub: TestHub, tmp_path: Path):
    first = sources(tiny_hub, tmp_path).search(TASK)
    tiny_hub.log_clear()

    again = sources(tiny_hub, tmp_path).search(TASK)

    assert ids(again) == ids(first) != []
    assert again.away == ""
    assert tiny_hub.log == []


def test_later_it_is_asked_after_and_304_is_enough(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = sources(tiny_hub, tmp_path).search(TASK)
    tiny_hub.log_clear()
    days_pass(monkeypatch, 1)

    next_kernel = sources(tiny_hub, tmp_path)
    again = next_kernel.search(TASK)
    sources(tiny_hub, tmp_path).search(TASK)

    assert ids(again) == ids(first)
    assert [(r.path, r.status) for r in tiny_hub.log] == [("/api/models", 304)]  # which made it fresh once more
    assert next_kernel.client is not None
    assert [a.bytes for a in next_kernel.client.asked] == [0]


def test_what_has_changed_is_sent_anew(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sources(tiny_hub, tmp_path).search(TASK)
    days_pass(monkeypatch, 1)
    tiny_hub.remove("acme/tiny-emotions")
    tiny_hub.log_clear()

    found = sources(tiny_hub, tmp_path).search(TASK)

    assert "acme/tiny-emotions" not in ids(found)
    assert [r.status for r in tiny_hub.log] == [200]


def test_an_answer_from_the_future_is_asked_after(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sources(tiny_hub, tmp_path).search(TASK)
    days_pass(monkeypatch, -1)
    tiny_hub.log_clear()

    sources(tiny_hub, tmp_path).search(TASK)

    assert [r.status for r in tiny_hub.log] == [304]


def test_a_model_whose_commit_is_gone_is_asked_after_at_once(tiny_hub: TestHub, tmp_path: Path):
    places = sources(tiny_hub, tmp_path)
    (facts,) = (m for m in places.search(TASK).models if m.model_id == MODEL)
    new = tiny_hub.commit(MODEL, {"notes.txt": b"squashed"})
    tiny_hub.delete_revision(MODEL, facts.revision)

    with pytest.raises(Exception, match="run the cell again"):
        places.inspect(facts, lambda _: "")
    (again,) = (m for m in places.search(TASK).models if m.model_id == MODEL)

    assert again.revision == new


# Away and offline


@pytest.mark.parametrize("how", ["offline", "unreachable", "refused"])
def test_away_a_search_gives_what_was_kept_and_says_of_when(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    first = sources(tiny_hub, tmp_path).search(TASK)
    days_pass(monkeypatch, 3)
    if how == "refused":
        tiny_hub.faults.add("", html())
    places = sources(tiny_hub, tmp_path, offline=how == "offline")
    if how == "unreachable":
        monkeypatch.setattr(HubClient, "_once", _no_answer)

    found = places.search(TASK)

    assert ids(found) == ids(first) != []
    assert re.search(r"(offline|does not answer|not a Hub).*, its list is as of 3 days ago$", found.away)


def _no_answer(hub: HubClient, *_: object) -> object:
    raise HubUnreachable(f"{hub.host} does not answer.")


def test_away_without_a_kept_answer_it_is_the_hubs_error(closed_port: str, tmp_path: Path):
    with pytest.raises(HubUnreachable, match="no models are here"):
        sources(closed_port, tmp_path).search(TASK)


def test_offline_without_a_kept_answer_only_this_machine_counts(tmp_path: Path):
    found = sources("http://127.0.0.1:1", tmp_path, offline=True).search(TASK)

    assert found.models == ()
    assert found.away == ""


def test_offline_what_is_only_known_cannot_be_picked(tiny_hub: TestHub, tmp_path: Path):
    sources(tiny_hub, tmp_path).search(TASK)
    tiny_hub.log_clear()
    places = sources(tiny_hub, tmp_path, offline=True)
    facts = places.search(TASK).models[0]

    with pytest.raises(HubUnreachable, match="offline"):
        places.inspect(facts, lambda _: "")
    with pytest.raises(UnknownModel):
        places.find(facts.model_id)
    assert places.known() == places.search(TASK).models
    assert places.card(facts)
    assert tiny_hub.log == []


@pytest.mark.parametrize("offline", [False, True])
def test_away_what_is_here_is_used_although_a_newer_commit_is_known(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, offline: bool
):
    places = sources(tiny_hub, tmp_path)
    here = places.fetch(places.find(MODEL), lambda _: None)
    tiny_hub.commit(MODEL, {"notes.txt": b"newer"})
    (newer,) = (m for m in sources(tiny_hub, tmp_path).search(TASK).models if m.model_id == MODEL)
    no_answer_lasts(monkeypatch)
    monkeypatch.setattr(HubClient, "_once", _no_answer)

    (found,) = (m for m in sources(tiny_hub, tmp_path, offline=offline).search(TASK).models if m.model_id == MODEL)

    assert newer.folder is None
    assert (found.folder, found.revision) == (here.folder, here.revision)


def test_a_hub_that_dies_leaves_what_it_said_of_a_model(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    known = sources(tiny_hub, tmp_path).find(MODEL)
    no_answer_lasts(monkeypatch)
    monkeypatch.setattr(HubClient, "_once", _no_answer)
    places = sources(tiny_hub, tmp_path)

    assert places.find(MODEL) == known
    with pytest.raises(HubUnreachable):
        places.inspect(known, lambda _: "")


# Whose they are


def test_one_users_answers_are_not_anothers_and_no_token_is_written(tiny_hub: TestHub, tmp_path: Path):
    tiny_hub.add(
        "acme/secret", {n: b.content for n, b in tiny_hub.repos[MODEL].main.files.items()}, private=True, downloads=5
    )
    mine = sources(tiny_hub, tmp_path, token=READER).search(TASK)
    tiny_hub.log_clear()

    theirs = sources(tiny_hub, tmp_path, token=STRANGER).search(TASK)
    nobodys = sources(tiny_hub, tmp_path).search(TASK)

    assert "acme/secret" in ids(mine)
    assert "acme/secret" not in ids(theirs) + ids(nobodys)
    assert [r.status for r in tiny_hub.log] == [200, 200]
    written = b"".join(p.read_bytes() + p.name.encode() for p in kept_files(tmp_path))
    assert written
    assert not re.search(rb"hf_(reader|stranger)", written)


def test_nobody_else_may_read_them(tiny_hub: TestHub, tmp_path: Path):
    sources(tiny_hub, tmp_path).search(TASK)

    assert (tmp_path / "hub-answers").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in kept_files(tmp_path)} == {0o600}


# Damage


@pytest.mark.parametrize("spoil", [b"", b"{", b"\0" * 500, None], ids=["empty", "cut", "zeros", "one bit"])
def test_a_damaged_answer_is_none(tiny_hub: TestHub, tmp_path: Path, spoil: bytes | None):
    first = sources(tiny_hub, tmp_path).search(TASK)
    (path,) = kept_files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:] if spoil is None else spoil)
    tiny_hub.log_clear()

    again = sources(tiny_hub, tmp_path).search(TASK)

    assert ids(again) == ids(first)
    assert [r.status for r in tiny_hub.log] == [200]
    assert path.read_bytes() != spoil


@pytest.mark.parametrize("body", [b"{}", b"[" * 10**5, b"<html>"], ids=["object", "deep", "page"])
def test_what_is_no_answer_is_not_kept(tiny_hub: TestHub, tmp_path: Path, body: bytes):
    tiny_hub.faults.add(r"/api/models\?", html(body), times=1)
    with pytest.raises(Exception, match="not a Hub"):
        sources(tiny_hub, tmp_path).search(TASK)

    assert not (tmp_path / "hub-answers").exists()
    assert ids(sources(tiny_hub, tmp_path).search(TASK))


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nothing(tiny_hub: TestHub, tmp_path: Path):
    (tmp_path / "hub-answers").write_text("a file where the folder should be")

    assert ids(sources(tiny_hub, tmp_path).search(TASK))
    assert ids(sources(tiny_hub, tmp_path).search(TASK))
    assert [r.status for r in tiny_hub.log] == [200, 200]


def test_an_etag_is_sent_back_only_where_it_is_one(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    no_answer_lasts(monkeypatch)
    tiny_hub.faults.add("", status(200, body=b"[]", headers={"ETag": "no\tquotes"}))

    for _ in range(2):
        sources(tiny_hub, tmp_path).search(TASK)

    assert [r.if_none_match for r in tiny_hub.log] == [None, None]


# On disk


@given(st.binary(max_size=300), st.sampled_from(['W/"a"', '"b"', ""]), st.floats(0, 4e9))
def test_what_was_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, body: bytes, etag: str, at: float):
    folder = tmp_path_factory.mktemp("answers")
    Answers(folder).keep("k", Kept(body, etag, at))

    assert Answers(folder).get("k") == Kept(body, etag, at)
    assert Answers(folder).get("other") is None


def test_the_least_recently_used_go_first(tmp_path: Path):
    answers = Answers(tmp_path, most_bytes=1_700)  # four of about 400
    for i in range(4):
        answers.keep(str(i), Kept(b"x" * 300, "", 0.0))
        os.utime(tmp_path / str(i), (i, i))
    answers.get("0")  # used now

    answers.keep("4", Kept(b"x" * 300, "", 0.0))

    assert [p.name for p in sorted(tmp_path.iterdir())] == ["0", "3", "4"]


def test_an_answer_that_fills_the_folder_is_not_kept(tmp_path: Path):
    Answers(tmp_path / "a", most_bytes=2_000).keep("k", Kept(b"x" * 600, "", 0.0))

    assert not (tmp_path / "a").exists()


def test_many_kernels_at_once_leave_whole_answers_and_no_parts(tmp_path: Path):
    bodies = [bytes([i]) * 20_000 for i in range(8)]
    seen: list[Kept | None] = []

    def work(body: bytes) -> None:
        answers = Answers(tmp_path)
        for _ in range(20):
            answers.keep("k", Kept(body, "", 1.0))
            seen.append(answers.get("k"))

    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 160
    assert all(kept is not None and kept.body in bodies for kept in seen)
    assert [p.name for p in tmp_path.iterdir()] == ["k"]


def test_the_key_tells_hub_path_and_user_apart():
    keys = {
        answer_key(*asked)
        for asked in (("h", "/p", None), ("h/", "p", None), ("h", "/p", "t"), ("h", "/p", "u"), ("g", "/p", None))
    }

    assert len(keys) == 5
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "just now"), (120, "2 minutes ago"), (3_600, "1 hour ago"), (9e5, "10 days ago")]
)
def test_an_age_is_said_in_words(seconds: float, said: str):
    assert ago(seconds) == said
