"""The quickstart in a fresh kernel, headless, and what a viewer without kernel and JavaScript sees of it."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SAVED = nbformat.read(NOTEBOOKS / "quickstart.ipynb", as_version=4)


@pytest.fixture(scope="module")
def executed(starter_hub: Path) -> NotebookNode:
    """The quickstart, run by a client without a front end and without stdin."""
    book = nbformat.read(NOTEBOOKS / "quickstart.ipynb", as_version=4)
    for cell in book.cells:
        cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
    client = NotebookClient(book, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}})
    return client.execute()


def requests(book: NotebookNode) -> list[NotebookNode]:
    return [c for c in book.cells if c.cell_type == "code" and c.source.startswith("%%hf")]


def shown(cell: NotebookNode, mime: str = "text/plain") -> str:
    return "\n".join(o.data.get(mime, "") for o in cell.outputs if "data" in o)


def test_every_request_shows_plan_models_and_answer(executed: NotebookNode):
    for cell in requests(executed):
        text = shown(cell)
        assert "Plan by rules" in text, cell.source
        assert "done" in text, cell.source
        assert re.search(r"\[\d\]", text), cell.source


def test_a_cell_leaves_no_step_pending_in_the_saved_file(executed: NotebookNode):
    for cell in requests(executed):
        assert "pending" not in shown(cell)
        assert "running" not in shown(cell)


def test_english_and_chinese_have_one_hash(executed: NotebookNode):
    printed = [o.text for c in executed.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "stream"]

    assert any(re.search(r"^([0-9a-f]{16}) \1 True$", text, re.MULTILINE) for text in printed)


def test_nothing_is_written_to_stderr(executed: NotebookNode):
    streams = [o for c in executed.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "stream"]

    assert [o.text for o in streams if o.name == "stderr"] == []


@pytest.mark.parametrize("which", ["executed", "saved"])
def test_the_file_needs_no_kernel_and_no_script(which: str, executed: NotebookNode):
    book = executed if which == "executed" else SAVED
    bundles = [o.data for c in book.cells if c.cell_type == "code" for o in c.outputs if "data" in o]

    assert all("text/plain" in b for b in bundles)
    assert not any("widget" in mime or "javascript" in mime or "svg" in mime for b in bundles for mime in b)
    for cell in requests(book):
        tree = html5lib.parse(shown(cell, "text/html"), namespaceHTMLElements=False)
        names = {e.tag for e in tree.iter() if isinstance(e.tag, str)}
        assert not names & {"script", "iframe", "object", "embed", "form", "link"}, cell.source


def test_the_page_shows_charts_pictures_and_answers(executed: NotebookNode):
    page, _ = HTMLExporter().from_notebook_node(executed)

    assert page.count("data:image/png;base64,") >= 2
    assert page.count("data:image/jpeg;base64,") + page.count("data:image/png;base64,") >= 10
    assert "POSITIVE" in page


def test_the_saved_quickstart_has_the_outputs_of_every_request():
    assert all(cell.outputs for cell in requests(SAVED))


def test_the_saved_quickstart_names_no_place_of_the_machine_it_ran_on():
    text = (NOTEBOOKS / "quickstart.ipynb").read_text(encoding="utf-8")

    assert not re.search(r"/(?:home|root|work|Users|tmp)/\w", text)
