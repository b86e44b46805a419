"""A notebook in a browser, as its user sees it: cells that are run, and the sidebar beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
from playwright.sync_api import ElementHandle, Locator, Page, expect

BUSY = "import time\nfor _ in range({seconds}0): time.sleep(0.1)"
LOAD = "%load_ext hfmagic"
DATA = "import pandas as pd\nreviews = pd.read_csv('reviews.csv').head(60)"
CELL = (
    "%%hf reviews -o scored\n"
    "Label the sentiment of each review, group the complaints into themes, and chart them per product."
)


class Notebook:
    """One notebook, open in a tab of the browser."""

    def __init__(self, page: Page, address: str, folder: Path, app: str = "lab") -> None:
        self.page, self.address, self.folder, self.app = page, address, folder, app
        self.name = ""
        page.on("dialog", lambda dialog: dialog.accept())

    def open(self, cells: Sequence[str], name: str = "") -> Notebook:
        """Write the cells into a notebook, by default a new one, and open it; its kernel is up."""
        name = name or f"try-{uuid4().hex[:6]}.ipynb"
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(made, self.folder / name)
        self.name = name
        self.again()
        return self

    def again(self) -> None:
        """Open it on a fresh page, alone: without `reset` JupyterLab brings back what other tests had open."""
        name = self.name
        where = f"lab/tree/{name}?reset" if self.app == "lab" else f"notebooks/{name}"
        self.page.goto(f"{self.address}/{where}")
        self.ready()

    def ready(self) -> None:
        """Until the kernel is idle; JupyterLab's own light says so too early."""
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=60_000,
        )

    @property
    def cells(self) -> Locator:
        """The code cells of the notebook in front."""
        return self.page.locator(".jp-Notebook:visible .jp-CodeCell")

    def start(self, number: int) -> Locator:
        """Start a cell and do not wait for it."""
        cell = self.cells.nth(number)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:", timeout=5_000)
        return cell

    def run(self, *numbers: int, timeout: int = 90) -> Locator:
        """Run cells and wait for each; the last one."""
        cell = self.cells.first
        for number in numbers or range(self.cells.count()):
            cell = self.cells.nth(number)
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            self.done(number, timeout=timeout)
        return cell

    def done(self, number: int, *, timeout: int = 90) -> Locator:
        """A cell, once it has ended."""
        cell = self.cells.nth(number)
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[*]:", timeout=timeout * 1000)
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=timeout * 1000)
        return cell

    def execute(self, source: str) -> None:
        """Run code in the kernel beside the cells, silently."""
        code = json.dumps(source)
        self.page.evaluate(
            "async () => { const k = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;"
            f" await k.requestExecute({{code: {code}, silent: true}}).done; }}"
        )

    def command(self, name: str) -> None:
        """Run a command of JupyterLab; not awaited, as it may open a dialog."""
        self.page.evaluate(f"() => {{ void window.jupyterapp.commands.execute({json.dumps(name)}); }}")

    def save(self) -> dict[str, Any]:
        """The notebook as it is saved."""
        self.page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.save(); }")
        return json.loads((self.folder / self.name).read_text(encoding="utf-8"))

    # The sidebar

    @property
    def sidebar(self) -> Locator:
        """The panel beside the notebook."""
        return self.page.locator("#hfmagic-sidebar")

    @property
    def widget(self) -> Locator:
        """The picker in it."""
        return self.sidebar.locator(".hfp:visible")  # each open notebook has one

    def open_sidebar(self) -> Locator:
        """Show the panel; the picker in it once it is there."""
        self.command("hfmagic:show-picker")
        expect(self.sidebar).to_be_visible()
        return self.sidebar

    def tab(self, name: str) -> Locator:
        """Show one of the picker's panels."""
        tab = self.widget.get_by_role("tab", name=name)
        tab.click()
        return self.widget.get_by_role("tabpanel")

    def source(self, number: int) -> str:
        """What stands in a cell."""
        return str(
            self.page.evaluate(
                "n => window.jupyterapp.shell.currentWidget.content.widgets[n].model.sharedModel.getSource()", number
            )
        )

    def theme(self, name: str) -> None:
        """Light or dark."""
        self.page.evaluate(
            f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {name}'}})"
        )
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeName === 'JupyterLab {name}'")


def handle(locator: Locator) -> ElementHandle:
    """The element behind a locator."""
    found = locator.element_handle()
    assert found is not None
    return found
