"""The notebook with an LLM, run with the replies that the real one gave; and what stands in the saved file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.llmserver import TestLLM, text

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "with-an-llm.ipynb"
SAVED = nbformat.read(NOTEBOOK, as_version=4)
REPLIES = json.loads((Path(__file__).parent / "data" / "with-an-llm.json").read_text(encoding="utf-8"))
"""What Qwen2.5-Coder-1.5B-Instruct answered when the notebook was saved, in order."""


@pytest.fixture(scope="module")
def executed(starter_hub: Path, tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The notebook in a fresh kernel; the LLM at another port says what it said then."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    with TestLLM(*(text(reply) for reply in REPLIES)) as llm, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFMAGIC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("HFMAGIC_HUB_DIRS", str(starter_hub))
        for cell in book.cells:
            cell.source = cell.source.replace("http://127.0.0.1:8011/v1", llm.url)
            cell.update({"outputs": [], "execution_count": None} if cell.cell_type == "code" else {})
        client = NotebookClient(book, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
        client.execute()
        assert llm.replies == []
    return book


def requests(book: NotebookNode) -> list[NotebookNode]:
    return [c for c in book.cells if c.cell_type == "code" and c.source.startswith("%%hf")]


def shown(cell: NotebookNode, mime: str = "text/plain") -> str:
    return "\n".join(o.data.get(mime, "") for o in cell.outputs if "data" in o)


def hashes(book: NotebookNode) -> list[str]:
    return [re.findall(r"hash ([0-9a-f]{16})", shown(cell))[-1] for cell in requests(book)]


def test_the_llm_plans_what_the_rules_cannot(executed: NotebookNode):
    *asked, plain = requests(executed)
    for cell in asked:
        assert re.search(r"Plan by endpoint:qwen\S+ · hash", shown(cell)), cell.source
        assert "✓ done" in shown(cell)
    assert "Plan by rules · hash" in shown(plain)
    assert "这种大小的模型只在规则没有计划时才问" in shown(plain)


def test_the_same_replies_give_the_saved_plans(executed: NotebookNode):
    assert hashes(executed) == hashes(SAVED)


@pytest.mark.parametrize("which", ["executed", "saved"])
def test_no_review_left_the_machine(which: str, executed: NotebookNode):
    book = executed if which == "executed" else SAVED
    cell = next(c for c in book.cells if "text in sent" in c.source)

    assert re.fullmatch(r"\(\d+, \[\]\)", shown(cell))


def test_what_was_sent_is_folded_in_the_page(executed: NotebookNode):
    cell = next(c for c in executed.cells if c.source == "%hf sent")

    assert shown(cell, "text/html").count("<details>") == 2  # two plans so far
    assert "<script" not in shown(cell, "text/html")


def test_the_saved_file_names_no_place_of_the_machine_it_ran_on():
    assert not re.search(r"/(?:home|root|work|Users|tmp)/\w", NOTEBOOK.read_text(encoding="utf-8"))


def test_the_saved_file_has_the_outputs_of_every_request():
    assert all(cell.outputs for cell in requests(SAVED))
