"""Plans that wait for a click, and the buttons in a cell's output."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .lab import DATA, LOAD, Notebook

Shots = Callable[[Notebook, str], None]
LABEL = "%%hf reviews -o scored{options}\nLabel the sentiment of each review."
OFFLINE = "%config HFMagic.offline = True"


def test_a_plan_that_was_shown_is_run_from_its_cell(notebook: Notebook, shots: Shots):
    notebook.open([LOAD, OFFLINE, DATA, LABEL.format(options=" --plan"), "len(scored)"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(1, 2)
    output = notebook.run(3).locator(".jp-OutputArea")
    expect(output).to_contain_text("this plan was not run")
    shots(notebook, "waits-shown")

    output.get_by_role("button", name="Run").click()

    expect(output).to_contain_text("reviews are")
    expect(output.get_by_role("button", name="Run")).to_have_count(0)
    expect(notebook.run(4).locator(".jp-OutputArea")).to_contain_text("60")
    saved = str(notebook.save()["cells"][3]["outputs"])
    assert "<button" not in saved
    assert "reviews are" in saved  # complete, and static


def test_a_download_waits_for_a_click_and_names_its_size(notebook: Notebook, shots: Shots):
    options = " --model sentiment=acme/tiny-sharded --limit language=fr"
    notebook.open([LOAD, "%config HFMagic.ask_download = 1000", DATA, LABEL.format(options=options), "len(scored)"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(1, 2)
    output = notebook.run(3).locator(".jp-OutputArea")
    expect(output).to_contain_text("HF607 this plan downloads")
    panel = notebook.tab("Plan")
    expect(panel).to_contain_text("This plan waits: it downloads")
    shots(notebook, "waits-download")

    panel.get_by_role("button", name="Download").click()

    expect(output).to_contain_text("reviews are", timeout=60_000)
    expect(notebook.run(4).locator(".jp-OutputArea")).to_contain_text("60")


def test_a_plan_that_was_dismissed_waits_no_longer(notebook: Notebook):
    notebook.open([LOAD, OFFLINE, DATA, LABEL.format(options=" --plan"), "'scored' in dir()"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(1, 2)
    output = notebook.run(3).locator(".jp-OutputArea")

    output.get_by_role("button", name="Dismiss").click()

    expect(output.get_by_role("button", name="Run")).to_have_count(0)
    expect(notebook.run(4).locator(".jp-OutputArea")).to_contain_text("False")
