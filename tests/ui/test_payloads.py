"""Two thousand payloads in JupyterLab, in each MIME type that hfmagic gives: fresh, opened again, trusted or not."""

from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, expect

from .lab import LOAD, Notebook
from .payloads import LIVE, OPENED
from .payloads import PAYLOADS as KEPT
from .test_hostile import Watch

ROOT = Path(__file__).parents[2]
GENERATED = (before + core for before, core in product(OPENED, LIVE))
PAYLOADS = tuple(dict.fromkeys(p.replace("\x00", "") for p in (*KEPT, *GENERATED)))[:2304]
IN_A_CELL, IN_A_RUN = 288, 24
SHOW = f"shown.show(many[{{0}}:{{0}} + {IN_A_CELL}], {IN_A_RUN})"
READ = (
    f"import json, sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.ui import shown\n"
    "many = json.load(open('many.json'))"
)


DRAWN = ".jp-OutputArea-output:not(.jp-RenderedText), .jp-toast, .Toastify"
# JupyterLab makes links of all that has `://` in plain text: to a page of its own, where no `javascript:` runs.
PLAIN = """() => [...document.querySelectorAll('.jp-RenderedText *')].filter(e => !/^(PRE|SPAN)$/.test(e.tagName)
    && !(e.tagName === 'A' && e.target === '_blank' && e.rel === 'noopener')).map(e => e.outerHTML.slice(0, 120))"""


def _alive(watch: Watch, notebook: Notebook) -> list[str]:
    """What runs, in every cell that is drawn; JupyterLab draws those that are in view."""
    found = watch.calls(notebook.page)
    for cell in notebook.cells.all():
        cell.scroll_into_view_if_needed()
        found += [*notebook.page.evaluate("where => oracle.live(where)", DRAWN), *notebook.page.evaluate(PLAIN)]
    return [*found, *watch.calls(notebook.page)]


def _click_everything(notebook: Notebook) -> None:
    """All that can be opened or pressed in outputs. JupyterLab itself makes links of addresses in plain text."""
    notebook.page.evaluate(
        """() => document.querySelectorAll('.jp-OutputArea :is(a, button, summary, [role=button], [tabindex])')
            .forEach(e => { if (!e.closest('.jp-RenderedText a')) { e.focus?.(); e.click(); } })"""
    )


@pytest.mark.rule(9)
def test_two_thousand_payloads_stay_text_in_every_mime_type(
    context: BrowserContext, notebook: Notebook, capsys: pytest.CaptureFixture[str]
):
    watch, start = Watch(context), time.monotonic()
    assert len(PAYLOADS) >= 2000
    (notebook.folder / "many.json").write_text(json.dumps(PAYLOADS), encoding="utf-8")
    starts = range(0, len(PAYLOADS), IN_A_CELL)
    notebook.open([LOAD, READ, *(SHOW.format(n) for n in starts)])
    notebook.page.evaluate("() => oracle.calls.length = 0")

    notebook.run(0, 1)
    for number in range(2, 2 + len(starts)):
        cell = notebook.run(number)
        expect(cell.locator(".jp-OutputArea-output")).to_have_count(4)
        expect(cell).to_contain_text("shown")
        _click_everything(notebook)
        assert _alive(watch, notebook) == []

    saved = nbformat.from_dict(notebook.save())
    outputs = [output for cell in saved.cells for output in cell.outputs if output.output_type == "display_data"]
    assert len(outputs) == 3 * len(starts)
    assert notebook.page.evaluate("() => document.querySelectorAll('.jp-OutputArea .hfm').length") > 0
    for name in (notebook.name, f"nobodys-{notebook.name}"):
        if name != notebook.name:  # a copy that nobody trusts
            saved.cells[1].source += " "
            nbformat.write(saved, notebook.folder / name)
        notebook.page.goto(f"{notebook.address}/lab/tree/{name}?reset")
        notebook.ready()
        assert _alive(watch, notebook) == []
        _click_everything(notebook)
        assert _alive(watch, notebook) == []
    with capsys.disabled():
        print(f"\n  {len(PAYLOADS)} payloads as HTML, Markdown and text: {time.monotonic() - start:.0f} s")
