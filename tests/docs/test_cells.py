"""Each page is followed literally: its cells run in order in one kernel, and show what the page says they show."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.conftest import DATA
from tests.llmserver import Seen, TestLLM
from tests.shell import run

from .pages import DOCS, ROOT, WRITTEN, Block, blocks, has_cells, named

WITH_CELLS = [page for page in [ROOT / "README.md", *WRITTEN] if has_cells(page)]
# What differs from run to run, and from machine to machine.
TIMES = re.compile(r"(?:[<~] ?)?\d[\d,.]* (?:ms|s)\b(?: to \d[\d,.]* s\b)?")
MACHINE = re.compile(
    r"(?<=127\.0\.0\.1:)\d+|(?<=of )[\d.]+ [GM]B free|\((?:estimated|measured here)\)"
    r"|\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?"
)
OUT = re.compile(r"^Out\[\d+\]: ?")
ERROR = re.compile(r"HF\d{3} ")


def lines(shown: str) -> list[str]:
    """What was shown, line by line, without what differs by run."""
    told = (MACHINE.sub("#", TIMES.sub("# s", OUT.sub("", line))) for line in shown.splitlines())
    return [" ".join(line.split()) for line in told if line.strip()]


def lacking(said: str, shown: str) -> list[str]:
    """Lines of a page that are not among those that were shown, in their order; `…` stands for any lines."""
    left, missing = iter(lines(shown)), []
    for line in lines(said):
        if line != "…" and line not in left:
            missing.append(line)
            left = iter(lines(shown))
    return missing


def answer(asked: Seen) -> dict[str, Any]:
    """What an LLM answers: a plan that labels reviews, else the first that the question offers."""
    fields = asked.json["response_format"]["json_schema"]["schema"]["properties"]
    if "steps" in fields:
        step = {"for": "Label the sentiment of each review", "task": "text-classification", "text": "review"}
        return {"steps": [{**step, "about": "sentiment", "where": []}]}
    return {name: first(field) for name, field in fields.items()}


def first(field: dict[str, Any]) -> Any:
    """The first value that a schema allows."""
    if "enum" in field:
        return field["enum"][0]
    if "properties" in field:
        return {name: first(one) for name, one in field["properties"].items()}
    return next((first(one) for one in field.get("anyOf", ())), field.get("const"))


@pytest.fixture
def place(tmp_path: Path, starter_hub: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a reader would be in, with the tutorials' files; nothing of this machine's user is known."""
    shutil.copytree(DATA, tmp_path / "notebooks" / "data")
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
    monkeypatch.setenv("HFMAGIC_HUB_CACHE", str(tmp_path / "hub-cache"))
    return tmp_path / "notebooks"


@pytest.fixture
def kernel(place: Path) -> Iterator[InteractiveShell]:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    yield shell
    if "hfmagic" in shell.extension_manager.loaded:
        shell.run_line_magic("unload_ext", "hfmagic")
    InteractiveShell.clear_instance()


@pytest.fixture
def written(place: Path) -> Iterator[Callable[[str], str]]:
    """A cell as it is run here: an address on loopback is that of an LLM of this test."""
    with ExitStack() as stack:

        def cell(text: str) -> str:
            found = re.search(r"http://127\.0\.0\.1:\d+/v1", text)
            if not found:
                return text
            llm = stack.enter_context(TestLLM(script=lambda seen: json.dumps(answer(seen))))
            return text.replace(found[0], llm.url)

        yield cell


def told(error: BaseException | None) -> str:
    """An error as a cell shows it: ours is one line."""
    own = getattr(error, "_render_traceback_", None)
    return "\n".join(own()) if own else f"{type(error).__name__}: {error}" if error else ""


def check(page: list[Block], kernel: InteractiveShell, written: Callable[[str], str]) -> None:
    """Run a page's cells; what stands in the block of text after one is what it shows, an error of ours included."""
    shown, failed = "", ""
    for block in page:
        if block.kind == "python":
            assert not failed, failed
            done = run(kernel, written(block.text))
            shown = f"{done.text}\n{told(done.error)}"
            failed = f"line {block.line}: {told(done.error)}" if done.error else ""
        elif block.kind == "text":
            assert lacking(block.text, shown) == [], f"line {block.line}: {shown}"
            failed = "" if ERROR.match(block.text.splitlines()[-1]) else failed
    assert not failed, failed


def test_there_are_pages_to_follow():
    assert len(WITH_CELLS) >= 14


@pytest.mark.parametrize("page", WITH_CELLS, ids=named)
def test_a_page_runs_and_shows_what_it_says(page: Path, kernel: InteractiveShell, written: Callable[[str], str]):
    check(blocks(page), kernel, written)


def test_a_page_that_says_what_is_not_shown_is_red(kernel: InteractiveShell, written: Callable[[str], str]):
    cell = Block("python", "print('4 rows in 0.3 s')", 1)

    check([cell, Block("text", "4 rows in 7.1 s\n", 2)], kernel, written)
    with pytest.raises(AssertionError, match="5 rows"):
        check([cell, Block("text", "5 rows in 0.3 s\n", 2)], kernel, written)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        check([Block("python", "1 / 0", 1)], kernel, written)


def test_the_first_page_of_each_language_has_the_same_plan():
    hashes = [
        re.findall(r"hash ([0-9a-f]{16})", page.read_text(encoding="utf-8"))[0]
        for page in (DOCS / "index.md", DOCS / "zh" / "index.md", DOCS.parent / "README.md")
    ]

    assert len(set(hashes)) == 1
