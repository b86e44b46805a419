"""The panel through the lives of a kernel and a page: restarts, other notebooks, no kernel; Notebook 7; a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from .lab import DATA, LOAD, Notebook
from .server import jupyter

OFFLINE = "%config HFMagic.offline = True"
PLAN = "%%hf reviews -o scored --plan\n{request}"
TEACHES = "%load_ext hfmagic"
Shots = Callable[[Notebook, str], None]


def _loaded(notebook: Notebook, *more: str, name: str = "") -> Notebook:
    notebook.open([LOAD, *more], name)
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    return notebook


def _beside(notebook: Notebook, name: str, *cells: str) -> None:
    """Open another notebook in the same JupyterLab."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, notebook.folder / name)
    notebook.page.evaluate("name => { void jupyterapp.commands.execute('docmanager:open', {path: name}); }", name)
    notebook.page.wait_for_function("n => jupyterapp.shell.currentWidget?.context?.path === n", arg=name)
    notebook.ready()


def _answers(notebook: Notebook) -> None:
    """The panel is alive: the kernel answers it."""
    notebook.tab("Models")
    notebook.widget.get_by_label("Task", exact=True).select_option("text-classification")
    expect(notebook.widget.get_by_role("option").filter(has_text="minilm-l6-sentiment")).to_be_visible()


def test_after_a_restart_the_panel_says_to_load_again_and_comes_back(notebook: Notebook):
    _loaded(notebook)
    notebook.page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
    )
    expect(notebook.widget).to_have_count(0)
    expect(notebook.sidebar).to_contain_text(TEACHES)

    notebook.ready()
    notebook.cells.first.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+Enter")

    expect(notebook.widget).to_be_visible()
    _answers(notebook)


def test_a_kernel_that_dies_is_seen_and_its_successor_is_found(notebook: Notebook):
    _loaded(notebook, "import os; os._exit(1)")
    notebook.cells.nth(1).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+Enter")
    expect(notebook.widget).to_have_count(0)
    notebook.page.get_by_role("button", name="Ok", exact=True).click()  # JupyterLab says that it restarts by itself
    expect(notebook.sidebar).to_contain_text(TEACHES)

    notebook.ready()
    notebook.cells.first.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+Enter")

    expect(notebook.widget).to_be_visible()
    _answers(notebook)


def test_each_notebook_has_its_own_plan(notebook: Notebook, shots: Shots):
    first, second = "Label the sentiment of each review.", "Summarize each review in a sentence."
    _loaded(notebook, OFFLINE, DATA, PLAN.format(request=first), name="one.ipynb")
    notebook.run(1, 2, 3)
    expect(notebook.tab("Plan")).to_contain_text(first)

    _beside(notebook, "two.ipynb", LOAD, OFFLINE, DATA, PLAN.format(request=second))
    expect(notebook.sidebar.locator(".hfm-lab-view:visible")).to_contain_text(TEACHES)
    notebook.run(0)
    shown = notebook.sidebar.locator(".hfp:visible")
    expect(shown).to_be_visible()
    notebook.run(1, 2, 3)
    shown.get_by_role("tab", name="Plan").click()
    expect(shown.get_by_role("tabpanel")).to_contain_text(second)
    expect(shown.get_by_role("tabpanel")).not_to_contain_text(first)

    notebook.page.locator(".lm-TabBar-tab", has_text="one.ipynb").first.click()

    expect(shown).to_have_count(1)
    expect(shown.get_by_role("tabpanel")).to_contain_text(first)
    expect(shown.get_by_role("tabpanel")).not_to_contain_text(second)
    shots(notebook, "two-notebooks")


def test_without_a_kernel_the_panel_says_so(notebook: Notebook, shots: Shots):
    _loaded(notebook)
    notebook.page.evaluate("async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")

    expect(notebook.widget).to_have_count(0)
    expect(notebook.sidebar).to_contain_text("No kernel.")
    shots(notebook, "no-kernel")


def test_a_kernel_that_is_started_after_a_shutdown_is_found(notebook: Notebook):
    _loaded(notebook)
    notebook.page.evaluate("async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")
    expect(notebook.sidebar).to_contain_text("No kernel.")
    notebook.page.evaluate(
        "() => { void jupyterapp.shell.currentWidget.sessionContext.changeKernel({name: 'python3'}); }"
    )
    expect(notebook.sidebar).to_contain_text(TEACHES)
    notebook.ready()
    notebook.cells.first.locator(".cm-content").click()
    notebook.page.keyboard.press("Control+Enter")

    expect(notebook.widget).to_be_visible()
    _answers(notebook)


def test_a_kernel_without_hfmagic_is_told_how_to_load_it(notebook: Notebook):
    notebook.open([""])
    notebook.open_sidebar()
    expect(notebook.sidebar).to_contain_text(TEACHES)
    notebook.cells.first.locator(".cm-content").click()
    notebook.sidebar.get_by_role("button", name="Insert this cell").click()
    notebook.page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.content.widgets"
        ".some(c => c.model.sharedModel.getSource() === '%load_ext hfmagic')"
    )


def test_after_unload_the_panel_says_how_to_load(notebook: Notebook):
    _loaded(notebook, "%unload_ext hfmagic")
    notebook.run(1)

    expect(notebook.widget).to_have_count(0)
    expect(notebook.sidebar).to_contain_text(TEACHES)


def test_loaded_again_the_panel_is_a_new_one(notebook: Notebook):
    _loaded(notebook, "%unload_ext hfmagic", "%load_ext hfmagic", "%reload_ext hfmagic")
    _answers(notebook)
    notebook.run(1)
    expect(notebook.widget).to_have_count(0)

    notebook.run(2)
    expect(notebook.widget).to_be_visible()
    _answers(notebook)

    notebook.widget.evaluate("e => { e.dataset.before = '1'; }")
    notebook.run(3)
    expect(notebook.sidebar.locator(".hfp[data-before]")).to_have_count(0)
    expect(notebook.widget).to_be_visible()
    _answers(notebook)


def test_a_reload_of_the_page_brings_the_panel_and_its_plan_back(notebook: Notebook):
    request = "Label the sentiment of each review."
    _loaded(notebook, OFFLINE, DATA, PLAN.format(request=request))
    notebook.run(1, 2, 3)
    expect(notebook.tab("Plan")).to_contain_text(request)
    notebook.save()

    notebook.page.reload()
    notebook.ready()
    notebook.open_sidebar()

    expect(notebook.widget).to_be_visible()
    expect(notebook.tab("Plan")).to_contain_text(request)
    _answers(notebook)


# Notebook 7


@pytest.fixture
def classic(context: BrowserContext, folder: Path, settings: dict[str, str]) -> Iterator[Notebook]:
    """A tab of the browser with a Jupyter Notebook."""
    with jupyter("notebook", folder, settings) as address:
        yield Notebook(context.new_page(), address, folder, app="notebook")


def test_the_panel_works_in_notebook_7(classic: Notebook, shots: Shots):
    _loaded(classic, "")
    _answers(classic)
    classic.widget.get_by_role("option").filter(has_text="bert-tiny-sentiment").click()
    expect(classic.widget.get_by_role("heading", name="bert-tiny-sentiment")).to_be_visible()
    shots(classic, "notebook-7")
    classic.cells.nth(1).locator(".cm-content").click()
    classic.widget.get_by_role("button", name="Insert as a cell").click()
    classic.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets"
        ".some(c => c.model.sharedModel.getSource().includes('starter/bert-tiny-sentiment'))"
    )


# A terminal


def test_a_terminal_prints_a_table_and_no_widget(settings: dict[str, str], tmp_path: Path):
    # No tip of the day: some hold a "<".
    lines = "%load_ext hfmagic\n%config HFMagic.offline = True\n%hf models text-classification\n"
    ipython = [
        sys.executable,
        "-m",
        "IPython",
        "--simple-prompt",
        "--colors=NoColor",
        "--quick",
        "--no-tip",
        "--no-confirm-exit",
    ]
    done = subprocess.run(
        ipython,
        input=lines,
        text=True,
        capture_output=True,
        env={**os.environ, **settings, "IPYTHONDIR": str(tmp_path)},
        timeout=120,
    )

    assert "starter/minilm-l6-s" in done.stdout  # cut to the width of the terminal
    assert "ModelPicker" not in done.stdout
    assert "<" not in done.stdout.replace("<class", "").replace("<module", "")
    assert "Traceback" not in done.stdout + done.stderr
