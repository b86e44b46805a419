"""The tutorials in fresh kernels, headless, and what a viewer without kernel and JavaScript sees of them.

Each is executed in one test: workers of the suite share none of their fixtures, and a second run costs as much again.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import html5lib
import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from hfmagic.comparison import compare
from hfmagic.provenance import found_in
from notebooks.execute import METADATA, execute, save

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ALL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
TUTORIALS = [name for name in ALL if name != "with-an-llm"]  # which has a test of its own
MAY_FAIL = "raises-exception"  # nbclient and JupyterLab go on after an error in a cell with this tag


def saved(name: str) -> NotebookNode:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def code(book: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def requests(book: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in code(book) if cell.source.startswith("%%hf")]


def may_fail(cell: NotebookNode) -> bool:
    return MAY_FAIL in cell.metadata.get("tags", ())


def is_run(cell: NotebookNode) -> bool:
    return not may_fail(cell) and "--plan" not in cell.source.splitlines()[0]


def shown(cell: NotebookNode, mime: str = "text/plain") -> str:
    return "\n".join(o.data.get(mime, "") for o in cell.outputs if "data" in o)


def check_requests(book: NotebookNode) -> None:
    """Every request shows its plan; one that is run is done, with an answer, and nothing is left pending."""
    assert requests(book)
    for cell in requests(book):
        text = shown(cell)
        assert re.search(r"Plan by (rules|local:starter/)", text), cell.source
        if is_run(cell):
            assert "done" in text, cell.source
            assert re.search(r"\[\d\]", text), cell.source
            assert "pending" not in text, cell.source
            assert "running" not in text, cell.source


def check_errors(book: NotebookNode) -> None:
    """Only cells that say so end in an error: one line of hfmagic's. Nothing goes to stderr."""
    for cell in code(book):
        errors = [o.traceback for o in cell.outputs if o.output_type == "error"]
        assert len(errors) == may_fail(cell), cell.source
        assert all(re.fullmatch(r"HF\d{3} .{1,200}", line) for lines in errors for line in lines), errors
        assert not [o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"], cell.source


def check_alone(book: NotebookNode) -> None:
    """The file needs no kernel and no script."""
    bundles = [o.data for cell in code(book) for o in cell.outputs if "data" in o]

    assert all("text/plain" in b for b in bundles)
    assert not any("widget" in mime or "javascript" in mime or "svg" in mime for b in bundles for mime in b)
    for cell in requests(book):
        tree = html5lib.parse(shown(cell, "text/html"), namespaceHTMLElements=False)
        names = {e.tag for e in tree.iter() if isinstance(e.tag, str)}
        assert not names & {"script", "iframe", "object", "embed", "form", "link"}, cell.source


def check_discreet(book: NotebookNode) -> None:
    """It names no place of the machine it ran on; cells say nothing of when and how long."""
    assert not re.search(r"/(?:home|root|work|Users|tmp)/\w", nbformat.writes(book))
    assert book.metadata == METADATA
    assert all(set(cell.metadata) <= {"tags"} for cell in book.cells)


def check_reproduced(old: NotebookNode, new: NotebookNode) -> None:
    """Each result is the same as the saved one, or close; each has one, and says what it rests on."""
    for was, now in zip(code(old), code(new), strict=True):
        before, after = found_in(was.outputs), found_in(now.outputs)
        assert len(before) == len(after)
        assert [line for pair in zip(before, after, strict=True) if "differs" in (line := compare(*pair).line)] == []
    assert any(found_in(cell.outputs) for cell in code(new))


@pytest.mark.tutorial
@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_runs_and_its_own_assertions_hold(name: str, starter_hub: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # kernels side by side: 29 s of two notebooks' time instead of 38
    book = execute(saved(name), starter_hub)

    check_requests(book)
    check_errors(book)
    check_alone(book)
    check_discreet(book)
    check_reproduced(saved(name), book)
    pictures = re.findall(r"data:image/(?:png|jpeg);base64,", HTMLExporter().from_notebook_node(book)[0])
    assert len(pictures) >= {"quickstart": 9, "photos": 9, "reviews": 1, "chinese": 2}.get(name, 0)


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_saved_tutorial_shows_what_it_would_show(name: str):
    book = saved(name)

    check_requests(book)
    check_errors(book)
    check_alone(book)
    check_discreet(book)
    assert [cell.execution_count for cell in code(book)] == list(range(1, len(code(book)) + 1))
    assert (NOTEBOOKS / f"{name}.ipynb").stat().st_size < 1_000_000  # a viewer loads all of it


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_opens_with_its_binder_and_links_to_files_that_exist(name: str):
    words = [cell.source for cell in saved(name).cells if cell.cell_type == "markdown"]

    assert words[0].startswith("# ")
    assert f"?urlpath=lab/tree/notebooks/{name}.ipynb)" in words[0]
    links = [link for text in words for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", text)]
    assert [link for link in links if not (NOTEBOOKS / link).exists()] == []


def test_rows_to_train_on_are_of_other_reviews_than_those_to_check_with():
    def reviews_of(name: str) -> set[str]:
        lines = (NOTEBOOKS / "data" / name).read_text(encoding="utf-8").splitlines()
        return {row["id"].partition("s")[0] for row in csv.DictReader(lines)}

    reviews, more = reviews_of("reviews.csv"), reviews_of("reviews_more.csv")

    assert reviews
    assert more
    assert not reviews & more


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("print(6 * 7)")]), good)
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), bad)
    before = bad.read_bytes()

    assert (save(bad, tmp_path), save(good, tmp_path)) == (1, 0)
    assert bad.read_bytes() == before
    assert nbformat.read(good, as_version=4).cells[0].outputs[0].text == "42\n"
    assert "ZeroDivisionError" in capsys.readouterr().err
