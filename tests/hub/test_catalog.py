"""The listing of the most downloaded models of a task: fetched behind, asked instead of the Hub, never in the way."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from hfmagic.errors import HFMagicError
from hfmagic.hub.catalog import Catalog
from hfmagic.hub.client import HubClient
from hfmagic.hub.sources import Sources
from tests.hub.places import MODEL, TASK, days_pass, ids, sources
from tests.hubserver import TestHub, cut, html, status

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")


def behind() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("listing ")]


def settle() -> None:
    """Until nothing is fetched behind any more."""
    for thread in behind():
        thread.join()


def kernel(hub: TestHub | str, folder: Path, *, most: int = 1000, **options: bool) -> Sources:
    """The next kernel of a machine that keeps listings."""
    return sources(hub, folder, listing=Catalog(folder / "hub-listing.sqlite3", most), **options)


def listed(hub: TestHub, folder: Path, **options: int) -> None:
    """A kernel that searched, with its listing fetched."""
    kernel(hub, folder, **options).search(TASK)
    settle()
    hub.log_clear()


def forgotten(folder: Path) -> None:
    """The answers to single questions are gone; the listing is not."""
    for path in (folder / "hub-answers").iterdir():
        path.unlink()


def test_the_first_search_of_a_kernel_lists_its_task_behind(tiny_hub: TestHub, tmp_path: Path):
    tiny_hub.page_size = 3
    places = kernel(tiny_hub, tmp_path)

    found = places.search(TASK)
    settle()
    places.search(TASK)

    there = Catalog(tmp_path / "hub-listing.sqlite3").search(_client(places), TASK, limit=1000)
    assert there is not None
    assert {str(item["id"]) for item in there} >= set(ids(found))
    assert len(tiny_hub.log) > 2  # one for the search, one for each page
    assert {r.path for r in tiny_hub.log} == {"/api/models"}
    assert not behind()


def _client(places: Sources) -> HubClient:
    assert places.client is not None
    return places.client


def test_with_a_listing_a_search_asks_nobody_and_finds_the_same(tiny_hub: TestHub, tmp_path: Path):
    plain = sources(tiny_hub, tmp_path / "plain")
    listed(tiny_hub, tmp_path)
    forgotten(tmp_path)
    places = kernel(tiny_hub, tmp_path)

    for asked in ({}, {"words": "tiny emo"}, {"language": "de"}, {"words": "nobody has this"}, {"most": 2}):
        found = places.search(TASK, **asked)
        assert tiny_hub.log == []
        wanted = plain.search(TASK, **asked)
        tiny_hub.log_clear()
        assert found == wanted
    assert places.card(places.search(TASK).models[0]) == plain.card(plain.search(TASK).models[0])
    assert _client(places).asked == []


def test_only_tasks_that_were_asked_for_are_listed(tiny_hub: TestHub, tmp_path: Path):
    listed(tiny_hub, tmp_path)

    with sqlite3.connect(tmp_path / "hub-listing.sqlite3") as base:
        assert base.execute("select distinct task from models").fetchall() == [(TASK,)]
    base.close()


def test_a_day_later_it_is_listed_anew(tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    listed(tiny_hub, tmp_path)
    tiny_hub.remove(MODEL)
    assert MODEL in ids(kernel(tiny_hub, tmp_path).search(TASK))
    settle()
    assert tiny_hub.log == []
    days_pass(monkeypatch, 1.1)

    now = kernel(tiny_hub, tmp_path).search(TASK)
    settle()
    tiny_hub.log_clear()

    assert MODEL not in ids(now)
    assert MODEL not in ids(kernel(tiny_hub, tmp_path).search(TASK))
    assert tiny_hub.log == []


def test_what_the_listing_lacks_is_asked_of_the_hub(tiny_hub: TestHub, tmp_path: Path):
    listed(tiny_hub, tmp_path, most=1)
    forgotten(tmp_path)
    places = kernel(tiny_hub, tmp_path, most=1)

    found = places.search(TASK, words="emotions")

    assert ids(found) == ["acme/tiny-emotions"]
    assert len(tiny_hub.log) == 1
    assert len(ids(places.search(TASK))) == 1


@pytest.mark.parametrize("offline", [False, True])
def test_an_old_listing_serves_while_the_hub_is_away(
    tiny_hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, offline: bool
):
    listed(tiny_hub, tmp_path)
    forgotten(tmp_path)
    days_pass(monkeypatch, 9)
    tiny_hub.faults.add("", html())

    found = kernel(tiny_hub, tmp_path, offline=offline).search(TASK, words="emotions")
    settle()

    assert ids(found) == ["acme/tiny-emotions"]
    assert found.away.endswith("its list is as of 9 days ago")
    assert not offline or tiny_hub.log == []


def test_a_commit_that_is_gone_ends_the_listings_day(tiny_hub: TestHub, tmp_path: Path):
    listed(tiny_hub, tmp_path)
    places = kernel(tiny_hub, tmp_path)
    (facts,) = (m for m in places.search(TASK).models if m.model_id == MODEL)
    new = tiny_hub.commit(MODEL, {"notes.txt": b"squashed"})
    tiny_hub.delete_revision(MODEL, facts.revision)

    with pytest.raises(HFMagicError, match="run the cell again"):
        places.inspect(facts, lambda _: "")

    assert new in {m.revision for m in places.search(TASK).models}


def test_one_users_listing_is_not_anothers(tiny_hub: TestHub, tmp_path: Path):
    client = HubClient(tiny_hub.url, token=None)
    catalog = Catalog(tmp_path / "listing.sqlite3")
    catalog.keep(client, TASK, client.listing(TASK, 1000))

    mine = HubClient(tiny_hub.url)
    mine.token = "hf_" + "reader"
    assert catalog.search(client, TASK)
    assert catalog.search(mine, TASK) is None
    assert catalog.search(HubClient("http://other"), TASK) is None
    assert (tmp_path / "listing.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_link_to_another_host_is_not_followed(tiny_hub: TestHub):
    from dataclasses import replace

    from tests.hubserver import Fault

    def elsewhere(request: object, answer: object) -> object:
        return replace(answer, headers={"Link": '<http://127.0.0.1:9/api/models?x=1>; rel="next"'})  # type: ignore[type-var]

    tiny_hub.faults.add("", Fault("elsewhere", elsewhere))  # type: ignore[arg-type]
    client = HubClient(tiny_hub.url)

    assert client.listing(TASK, 1000, page=1)
    assert len(client.asked) == 1


def test_an_endless_listing_ends_at_its_most(tiny_hub: TestHub):
    tiny_hub.page_size = 2

    assert len(HubClient(tiny_hub.url).listing(TASK, 3)) == 3
    assert len(tiny_hub.log) == 2


# Faults


@pytest.mark.parametrize("fault", [status(500), html(), cut(0.5)], ids=["500", "page", "cut"])
def test_a_listing_that_fails_leaves_the_search_as_it_was(tiny_hub: TestHub, tmp_path: Path, fault: object):
    tiny_hub.page_size = 3
    tiny_hub.faults.add("cursor=3", fault)  # type: ignore[arg-type]

    found = kernel(tiny_hub, tmp_path).search(TASK)
    settle()
    tiny_hub.log_clear()
    again = kernel(tiny_hub, tmp_path).search(TASK)
    settle()

    assert ids(found) == ids(again) != []
    assert tiny_hub.log == []  # the search is fresh; the listing is not tried again within the hour


def test_two_kernels_list_a_task_once(tiny_hub: TestHub, tmp_path: Path):
    catalogs = [Catalog(tmp_path / "listing.sqlite3") for _ in range(2)]
    client = HubClient(tiny_hub.url)

    threads = [t for c in catalogs if (t := c.renew(client, TASK))]
    for thread in threads:
        thread.join()

    assert threads  # one, where the first had ended by then
    assert len(tiny_hub.log) == 1


@pytest.mark.parametrize("damage", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_is_no_listing_and_is_made_anew(tiny_hub: TestHub, tmp_path: Path, damage: bytes):
    listed(tiny_hub, tmp_path)
    forgotten(tmp_path)
    (tmp_path / "hub-listing.sqlite3").write_bytes(damage)

    found = kernel(tiny_hub, tmp_path).search(TASK)
    settle()
    tiny_hub.log_clear()

    assert ids(found)
    assert ids(kernel(tiny_hub, tmp_path).search(TASK)) == ids(found)
    assert tiny_hub.log == []


def test_a_place_that_cannot_be_written_keeps_no_listing_and_stops_nothing(tiny_hub: TestHub, tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    places = sources(tiny_hub, tmp_path, listing=Catalog(tmp_path / "file" / "listing.sqlite3"))

    found = places.search(TASK)
    settle()

    assert ids(found)
    assert len(tiny_hub.log) == 1


def test_a_kernel_that_ends_does_not_wait_for_it(tiny_hub: TestHub, tmp_path: Path):
    from tests.hubserver import stall

    armed = tiny_hub.faults.add("limit=200", stall())

    kernel(tiny_hub, tmp_path).search(TASK)

    assert armed.reached.wait(20)
    assert [t.daemon for t in behind()] == [True]
    armed.release()
    settle()


def test_without_a_listing_there_is_no_thread(tiny_hub: TestHub, tmp_path: Path):
    sources(tiny_hub, tmp_path).search(TASK)

    assert not behind()
    assert len(tiny_hub.log) == 1
