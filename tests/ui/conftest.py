"""JupyterLab with the sidebar, in headless Chromium: one server and one browser for all tests, a page for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.conftest import DATA
from tests.hubserver import TestHub

from .harness import Harness, serving
from .lab import CELL, LOAD, Notebook
from .lab import DATA as READ_REVIEWS
from .server import end_kernels, jupyter

pytest_plugins = ["tests.hubserver.fixtures"]

expect.set_options(timeout=20_000)

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; Playwright's own is not downloaded."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("no Chromium; on Debian and Ubuntu: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def hub(tiny_models: Path) -> Iterator[TestHub]:
    """A Hub that the kernels ask."""
    with TestHub(tiny_models) as found:
        yield found


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, starter_hub: Path, hub: TestHub) -> dict[str, str]:
    """The environment of every kernel."""
    cache = tmp_path_factory.mktemp("cache")
    return {
        "HFMAGIC_CACHE_DIR": str(cache / "hfmagic"),
        "HFMAGIC_HUB_CACHE": str(cache / "models"),
        "HFMAGIC_HUB_DIRS": str(starter_hub),
        "HFMAGIC_HUB_ENDPOINT": hub.url,
        "HFMAGIC_OFFLINE": "0",
        "HF_TOKEN_PATH": "/nowhere",
    }


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the notebooks are."""
    found = tmp_path_factory.mktemp("ui") / "notebooks"
    found.mkdir()
    shutil.copy(DATA / "reviews.csv", found)
    return found


@pytest.fixture(scope="session")
def lab(folder: Path, settings: dict[str, str]) -> Iterator[str]:
    """The address of a JupyterLab."""
    with jupyter("lab", folder, settings) as address:
        yield address


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile of this test's own."""
    found = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="en-GB")
    found.set_default_timeout(20_000)
    found.grant_permissions(["clipboard-read", "clipboard-write"])
    yield found
    found.close()


@pytest.fixture(scope="session")
def _warm(chromium: Browser, lab: str, folder: Path) -> Iterator[Notebook]:
    """A notebook whose kernel has its models loaded: what only looks at a plan need not wait for torch each time."""
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    context.set_default_timeout(20_000)
    found = Notebook(context.new_page(), lab, folder)
    found.open([LOAD, "%config HFMagic.offline = True", READ_REVIEWS.replace(".head(60)", ""), CELL], name="warm.ipynb")
    found.run(0, 1, 2)
    yield found
    context.close()


@pytest.fixture
def planned(_warm: Notebook) -> Notebook:
    """A fresh page of a notebook in which the plan of 240 reviews has just run, anew; the panel shows it."""
    _warm.again()
    _warm.theme("Light")
    _warm.command("application:toggle-left-area")
    _warm.open_sidebar()
    expect(_warm.widget).to_be_visible()
    _warm.run(3)
    _warm.tab("Plan")
    return _warm


@pytest.fixture
def notebook(context: BrowserContext, lab: str, folder: Path) -> Iterator[Notebook]:
    """A tab of the browser, with no notebook in it yet; its kernels end with the test."""
    yield Notebook(context.new_page(), lab, folder)
    end_kernels(lab, but="warm.ipynb")


@pytest.fixture
def shots() -> Callable[[Notebook, str], None]:
    """Takes a picture where HFMAGIC_SHOTS names a folder for them: to be looked at."""
    where = os.environ.get("HFMAGIC_SHOTS")

    def take(notebook: Notebook, name: str) -> None:
        if where:
            Path(where).mkdir(parents=True, exist_ok=True)
            notebook.page.screenshot(path=Path(where) / f"{name}.png")

    return take


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """The widget without a Jupyter, before a kernel that is made up."""
    with serving(tmp_path_factory.mktemp("harness")) as found:
        yield found
