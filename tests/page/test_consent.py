"""Nothing is fetched, and nothing runs, that the user has not seen and clicked; over a Hub on loopback."""

from __future__ import annotations

import threading

import pytest

from hfmagic.session import Options
from tests.hub.bench import CELL, REVIEWS, Bench

from .page import Page

pytest_plugins = ["tests.hubserver.fixtures"]
SMALL, LARGE = "acme/tiny-sentiment", "acme/tiny-emotions"  # 36 kB and 196 kB


@pytest.fixture
def page(bench: Bench, no_hub_settings: None) -> Page:
    """A page of a kernel in which 100 kB need a click."""
    bench.config.ask_download = 100_000
    return Page(bench.session, {"reviews": REVIEWS})


def _shown(page: Page, **options: object) -> None:
    page.session.propose(CELL, page.namespace, ["reviews"], Options(**options))  # type: ignore[arg-type]
    page.session.end_cell()
    page.until(lambda: page.plans and page.plan["waits"] and page.plan["hash"])
    page.ask("search", task="text-classification", hub=True)


def _is_here(page: Page, model_id: str) -> bool:
    return model_id in {m.model_id for m in page.session.hub.models()}


def test_a_plan_that_waits_says_how_much_it_downloads(page: Page):
    _shown(page, models={"sentiment": SMALL})
    assert page.plan["waits"]["why"] == "shown"
    assert 30_000 < page.plan["waits"]["fetch_bytes"] < 100_000


def test_a_swap_while_the_plan_waits_says_the_new_download(page: Page):
    _shown(page, models={"sentiment": SMALL})

    page.act("use", step="sentiment", model_id=LARGE)
    page.until(lambda: page.plan["waits"] and page.plan["waits"]["why"] == "download")

    assert page.plan["waits"]["largest"] == LARGE
    assert page.plan["waits"]["fetch_bytes"] > 150_000
    assert not _is_here(page, LARGE)


def test_consent_to_one_download_is_none_to_the_next(page: Page):
    _shown(page, models={"sentiment": LARGE})
    page.act("approve")
    page.until(lambda: page.plan["answer"])
    page.settled()
    assert _is_here(page, LARGE)

    page.session.config.ask_download = 1_000
    page.ask("search", task="text-classification", hub=True)
    page.act("use", step="sentiment", model_id=SMALL)
    page.until(lambda: page.lines)

    assert page.lines[-1].startswith("HF607 this plan downloads")
    assert page.plan["waits"]["why"] == "download"
    assert not _is_here(page, SMALL)
    assert page.step("sentiment")["model_id"] == SMALL  # what the button would run is what is shown


def test_yes_on_the_cell_is_no_consent_to_what_is_swapped_in_later(page: Page):
    page.session.config.ask_download = 1_000
    proposal = page.session.propose(CELL, page.namespace, ["reviews"], Options(yes=True, models={"sentiment": SMALL}))
    page.session.run(proposal, page.namespace)
    page.settled()
    page.ask("search", task="text-classification", hub=True)

    page.act("use", step="sentiment", model_id=LARGE)
    page.until(lambda: page.lines)

    assert page.lines[-1].startswith("HF607")
    assert not _is_here(page, LARGE)


def test_a_dismissed_swap_is_taken_back(page: Page):
    page.session.run(page.session.propose(CELL, page.namespace, ["reviews"], Options(models={"sentiment": SMALL})), {})
    page.settled()
    page.ask("search", task="text-classification", hub=True)
    page.act("use", step="sentiment", model_id=LARGE)
    page.until(lambda: page.plan["waits"])

    page.act("dismiss")
    page.until(lambda: not page.plan["waits"])

    assert page.step("sentiment")["model_id"] == SMALL
    assert page.step("sentiment")["phase"] == "done"
    assert page.session.proposal.plan.step("sentiment").model.model_id == SMALL  # type: ignore[union-attr]


def test_a_plan_is_approved_once_however_often_it_is_clicked(page: Page):
    _shown(page, models={"sentiment": SMALL})
    seen, go_on = page.plan["hash"], threading.Event()
    held = threading.Thread(target=_hold, args=(page, go_on))
    held.start()
    page.until(lambda: True)

    first = page.ask("approve", plan=seen)
    again = [page.ask("approve", plan=seen) for _ in range(5)]
    go_on.set()
    held.join()
    page.until(lambda: page.plan["answer"])

    assert "taken" in first
    assert all(a["refused"]["line"].startswith("this plan does not wait any more") for a in again)


def _hold(page: Page, go_on: threading.Event) -> None:
    with page.session.turn.taken():
        assert go_on.wait(30)


def test_models_are_not_compared_when_they_are_too_large_a_download_together(page: Page):
    page.session.config.ask_download = 1_000
    _shown(page)
    refused = page.act("try", step="sentiment", model_ids=[SMALL, LARGE], rows=2)["refused"]

    assert refused["code"] == "HF607"
    assert "to download" in refused["line"]
    assert not _is_here(page, SMALL)


def test_a_new_cell_is_not_touched_by_what_an_older_one_still_does(page: Page):
    first = page.session.propose(CELL, page.namespace, ["reviews"], Options(models={"sentiment": SMALL}))
    old = page.session.stage.now.cell
    _shown(page, models={"sentiment": LARGE})
    seen = page.plan["hash"]

    assert old is not None
    page.session._run(first, {}, old, most=None, only_changed=False, in_cell=False)

    assert page.session.stage.now.hash == seen
    assert page.session.stage.now.waits is not None
    assert page.session.stage.now.results is None
    assert page.ask("approve", plan=first.plan.hash)["refused"]["code"] == "HF301"


def test_a_page_cannot_act_while_a_cell_is_being_planned(page: Page):
    _shown(page, models={"sentiment": SMALL})
    seen = page.plan["hash"]
    page.session._new_cell()

    refused = page.ask("approve", plan=seen)["refused"]

    assert refused["line"].startswith("the plan has changed meanwhile")


def test_a_swap_during_a_run_to_a_model_that_needs_a_click_waits_for_it(page: Page):
    from .test_desk import _held

    proposal = page.session.propose(CELL, page.namespace, ["reviews"], Options(models={"sentiment": SMALL}))
    reached, go_on = _held(page.session, "sentiment")
    cell = threading.Thread(target=page.session.run, args=(proposal, page.namespace))
    cell.start()
    assert reached.wait(60)
    page.ask("search", task="text-classification", hub=True)

    page.act("use", step="sentiment", model_id=LARGE)
    go_on.set()
    cell.join()
    page.until(lambda: page.plan["waits"])

    assert page.session.last is not None
    assert page.session.last["sentiment"].step.model.model_id == SMALL  # type: ignore[union-attr]
    assert page.plan["waits"]["why"] == "download"
