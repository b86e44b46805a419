"""Nothing that a model, its card, a user's data or a page sends comes alive: in the widget, in a notebook, on the line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from .harness import Harness
from .payloads import PAYLOADS

HERE = Path(__file__).parent
AT_ONCE = 60  # payloads in one page
LOOPBACK = ("127.0.0.1", "localhost")


class Watch:
    """What a page does that it should not."""

    def __init__(self, context: BrowserContext) -> None:
        self.wrong: list[str] = []
        context.add_init_script(path=HERE / "oracle.js")
        context.route("**/*", self._asked)
        context.on("page", self._page)

    def _asked(self, route) -> None:
        where = urlsplit(route.request.url)
        if where.hostname in LOOPBACK or where.scheme in ("data", "blob"):
            route.fallback()
        else:
            self.wrong.append(f"asked for {route.request.url}")
            route.abort()

    def _page(self, page: Page) -> None:
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def calls(self, page: Page) -> list[str]:
        """What has happened on the page, with what the payloads called."""
        found: list[str] = page.evaluate("() => oracle.calls")
        return [*self.wrong, *found]


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch(context)


@pytest.fixture
def page(watch: Watch, context: BrowserContext, harness: Harness) -> Iterator[Page]:
    """The widget's page with the oracle and the tour in it."""
    found = harness.open(context)
    found.add_script_tag(path=HERE / "tour.js")
    yield found
    found.close()


def test_the_oracle_sees_what_comes_alive(watch: Watch, page: Page, capsys: pytest.CaptureFixture[str]):
    put = "p => { document.querySelector('.hfp').innerHTML = p; return oracle.faults(document.querySelector('.hfp')); }"
    caught = [p for p in PAYLOADS if page.evaluate(put, p)]
    page.evaluate("() => new Promise(r => setTimeout(r, 300))")
    calls = watch.calls(page)

    with capsys.disabled():
        print(f"\n  {len(PAYLOADS)} payloads; as markup {len(caught)} are seen, {len(calls)} calls and requests made")
    assert any(c.startswith("alert(") for c in calls)
    assert any("evil.example" in c for c in calls)
    assert len(caught) > 300


def test_the_tour_shows_every_text_that_the_kernel_sends(page: Page):
    keys = page.evaluate("() => tour.keys()")

    assert set(keys["asked"]) - set(keys["seen"]) <= NOT_SHOWN


# Sent for the widget's own use and not drawn.
NOT_SHOWN: set[str] = set()


def test_no_payload_comes_alive_in_any_text_of_the_widget(
    watch: Watch, context: BrowserContext, harness: Harness, capsys: pytest.CaptureFixture[str]
):
    assert len(PAYLOADS) >= 300
    start = time.monotonic()
    faults: list[str] = []
    for at in range(0, len(PAYLOADS), AT_ONCE):
        page = harness.open(context)
        page.add_script_tag(path=HERE / "tour.js")
        for payload in PAYLOADS[at : at + AT_ONCE]:
            faults += [f"{payload[:60]!r}: {f}" for f in page.evaluate("p => tour.hostile(p)", payload)]
        faults += watch.calls(page)
        page.close()
    with capsys.disabled():
        print(f"\n  {len(PAYLOADS)} payloads in every text of the widget: {time.monotonic() - start:.0f} s")

    assert faults == []
