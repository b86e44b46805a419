"""While a cell runs: the page is answered, can stop it, and comes back after a reload."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .lab import BUSY, DATA, LOAD, Notebook

LONG = "import time, pathlib\nfor _ in range(6000): time.sleep(0.05)\npathlib.Path('ended').touch()"
OFFLINE = "%config HFMagic.offline = True"
MANY = (
    "import pandas as pd\n"
    "reviews = pd.DataFrame({'review': [f'Part {i} is great and works well' for i in range(20000)]})"
)
LABEL = "%%hf reviews -o found\nLabel the sentiment of each review."
Shots = Callable[[Notebook, str], None]


def _milliseconds(since: float) -> str:
    return f"{(time.monotonic() - since) * 1000:.0f} ms"


@pytest.fixture
def busy(notebook: Notebook) -> Notebook:
    """A notebook whose sidebar is open and whose second cell runs until it is stopped."""
    notebook.open([LOAD, LONG, "1"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.start(1)
    yield notebook
    notebook.command("kernelmenu:interrupt")


def _runs(notebook: Notebook) -> None:
    expect(notebook.cells.nth(1).locator(".jp-InputPrompt")).to_have_text("[*]:", timeout=1)


def test_a_click_is_answered_before_the_cell_ends(busy: Notebook, capsys: pytest.CaptureFixture[str]):
    start = time.monotonic()
    busy.widget.get_by_label("Task", exact=True).select_option("text-classification")
    expect(busy.widget.get_by_role("option").filter(has_text="minilm-l6-sentiment")).to_be_visible()
    took = _milliseconds(start)
    start = time.monotonic()
    busy.widget.get_by_role("option").filter(has_text="minilm-l6-sentiment").click()
    expect(busy.widget).to_contain_text("NEGATIVE, POSITIVE")

    _runs(busy)
    with capsys.disabled():
        print(f"\n  while a cell runs: a list after {took}, details after {_milliseconds(start)}")


def test_a_reload_fills_the_panel_before_the_cell_ends(busy: Notebook, capsys: pytest.CaptureFixture[str]):
    busy.save()
    start = time.monotonic()
    busy.page.reload()
    expect(busy.sidebar).to_be_attached(timeout=30_000)
    there = _milliseconds(start)
    busy.open_sidebar()
    expect(busy.widget).to_be_visible(timeout=30_000)
    filled = _milliseconds(start)
    busy.widget.get_by_label("Task", exact=True).select_option("text-classification")
    expect(busy.widget.get_by_role("option").filter(has_text="minilm-l6-sentiment")).to_be_visible()

    assert not (busy.folder / "ended").exists()
    with capsys.disabled():
        print(f"\n  reload while a cell runs: JupyterLab after {there}, the panel filled after {filled}")


def test_the_button_in_the_output_stops_the_run_and_its_rows_are_kept(notebook: Notebook, shots: Shots):
    notebook.open([LOAD, OFFLINE, MANY, LABEL, "found.review_sentiment.notna().sum() > 0"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(1, 2)
    output = notebook.start(3).locator(".jp-OutputArea")
    expect(output).to_contain_text("rows/s", timeout=60_000)
    notebook.tab("Plan")
    shots(notebook, "running")

    output.get_by_role("button", name="Cancel").click()

    notebook.done(3)
    expect(output).to_contain_text("interrupted at")
    expect(output.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(notebook.run(4).locator(".jp-OutputArea")).to_contain_text("True")


def test_the_panel_follows_a_run_and_stops_it(notebook: Notebook):
    notebook.open([LOAD, OFFLINE, MANY, LABEL])
    notebook.open_sidebar()
    notebook.run(0, 1, 2)
    expect(notebook.widget).to_be_visible()
    panel = notebook.tab("Plan")
    notebook.start(3)
    expect(panel).to_contain_text("rows/s", timeout=60_000)

    panel.get_by_role("button", name="Stop").click()

    notebook.done(3)
    expect(panel).to_contain_text("interrupted")


def test_a_step_that_runs_is_swapped_when_the_cell_has_ended(notebook: Notebook):
    notebook.open([LOAD, OFFLINE, MANY.replace("20000", "1500"), LABEL])
    notebook.open_sidebar()
    notebook.run(0, 1, 2)
    panel = notebook.tab("Plan")
    notebook.start(3)
    expect(panel).to_contain_text("running", timeout=60_000)
    panel.get_by_role("button", name="sentiment").click()
    panel.get_by_text("Why this model?").click()
    panel.get_by_role("button", name="Use starter/bert-tiny-sentiment").click()
    expect(panel).to_contain_text("as soon as what runs has ended")

    notebook.done(3)

    expect(panel).to_contain_text("rows changed", timeout=60_000)


def test_inserting_needs_no_kernel(busy: Notebook):
    busy.tab("Plan")
    busy.cells.nth(2).locator(".cm-content").click()
    busy.widget.get_by_role("button", name="Insert this cell").click()
    busy.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets"
        ".some(c => c.model.sharedModel.getSource().startsWith('%%hf reviews'))"
    )
    _runs(busy)


def test_a_run_of_the_page_and_a_cell_take_turns(notebook: Notebook):
    notebook.open([LOAD, OFFLINE, DATA, LABEL + "\n", BUSY.format(seconds=2), "found.review_sentiment.notna().sum()"])
    notebook.open_sidebar()
    notebook.run(0, 1, 2, 3)
    panel = notebook.tab("Plan")
    panel.get_by_role("button", name="sentiment").click()
    panel.get_by_text("Why this model?").click()
    notebook.start(4)  # no cell of ours: the page need not wait for it
    panel.get_by_role("button", name="Use starter/bert-tiny-sentiment").click()
    expect(panel).to_contain_text("rows changed")
    _runs_not = notebook.done(4)
    expect(_runs_not).to_be_visible()
    expect(notebook.run(5).locator(".jp-OutputArea")).to_contain_text("60")
