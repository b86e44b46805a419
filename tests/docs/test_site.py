"""The site is built without a warning and without network; every link within it leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import html5lib
import pytest

from .pages import DOCS, PAGES, named

GENERATED = {"genindex", "search"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built as `make site` builds them."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--quiet", "-W", "--keep-going", "-n", "-b", "html", DOCS, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def attributes(page: Path, *wanted: str) -> list[tuple[str, str, str]]:
    """Element, attribute and value of each attribute of a page that is wanted."""
    tree = html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    found = ((e.tag, name, e.get(name)) for e in tree.iter() if isinstance(e.tag, str) for name in wanted)
    return [(tag, name, value) for tag, name, value in found if value is not None]


def test_every_page_is_built(site: Path):
    assert [named(p) for p in PAGES if not (site / p.relative_to(DOCS).with_suffix(".html")).exists()] == []


def test_every_link_and_anchor_within_the_site_leads_somewhere(site: Path):
    pages = [p for p in site.rglob("*.html") if p.stem not in GENERATED]
    ids = {p.relative_to(site).as_posix(): {value for _, _, value in attributes(p, "id")} for p in pages}
    broken = []
    for page in ids:
        for _, _, value in attributes(site / page, "href", "src"):
            address, anchor = urldefrag(urljoin(page, value))
            if urlsplit(value).scheme or value.startswith(("//", "#__")):
                continue
            there = (site / unquote(urlsplit(address).path)).exists()
            if not there or (anchor and address in ids and unquote(anchor) not in ids[address]):
                broken.append(f"{page}: {value}")

    assert broken == []


def test_no_page_loads_anything_from_elsewhere(site: Path):
    loaded = [
        (page.name, value)
        for page in site.rglob("*.html")
        for tag, name, value in attributes(page, "href", "src")
        if (name == "src" or tag == "link") and re.match(r"(?:https?:)?//", value)
    ]

    assert loaded == []


def test_chinese_pages_say_that_they_are_chinese(site: Path):
    assert ("html", "lang", "zh-CN") in attributes(site / "zh" / "index.html", "lang")
    assert ("html", "lang", "en") in attributes(site / "index.html", "lang")


def test_pictures_stand_in_both_themes(site: Path):
    for page in (site / "index.html", site / "zh" / "index.html", site / "how-to" / "sidebar.html"):
        classes = [value for tag, _, value in attributes(page, "class") if tag == "img"]
        assert any("only-light" in one for one in classes)
        assert any("only-dark" in one for one in classes)


def test_the_contributing_page_draws_the_rooms(site: Path):
    assert "floor 0  errors · config" in (site / "contributing.html").read_text(encoding="utf-8")
