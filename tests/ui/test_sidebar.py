"""The sidebar in a real JupyterLab: found, filled, searched, used."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from hfmagic.provenance import found_in

from .lab import DATA, LOAD, Notebook

Shots = Callable[[Notebook, str], None]


def test_from_an_empty_notebook_to_an_inserted_model(notebook: Notebook, shots: Shots):
    notebook.open([LOAD, ""])
    sidebar = notebook.open_sidebar()
    expect(sidebar).to_contain_text("%load_ext hfmagic")
    shots(notebook, "empty")

    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.widget.get_by_label("Task", exact=True).select_option("text-classification")
    options = notebook.widget.get_by_role("option")
    expect(options.filter(has_text="minilm-l6-sentiment")).to_be_visible()
    expect(options.filter(has_text="tiny-emotions")).to_have_count(0)  # the Hub was not asked yet

    notebook.widget.get_by_role("button", name="Search the Hub").click()
    expect(options.filter(has_text="tiny-emotions")).to_be_visible()
    shots(notebook, "models")
    notebook.widget.get_by_role("searchbox").fill("emotions")
    expect(options.filter(has_text="minilm-l6-sentiment")).to_have_count(0)
    notebook.widget.get_by_role("searchbox").fill("")

    notebook.widget.get_by_role("button", name=re.compile("Filters")).click()
    notebook.widget.get_by_label("On this machine").check()
    expect(options.filter(has_text="tiny-emotions")).to_have_count(0)
    shots(notebook, "filters")

    options.filter(has_text="bert-tiny-sentiment").click()
    expect(notebook.widget.get_by_role("heading", name="bert-tiny-sentiment")).to_be_visible()
    expect(notebook.widget).to_contain_text("NEGATIVE, POSITIVE")
    shots(notebook, "details")
    notebook.cells.nth(1).locator(".cm-content").click()
    notebook.widget.get_by_role("button", name="Insert as a cell").click()
    notebook.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.widgets"
        ".some(c => c.model.sharedModel.getSource().includes('starter/bert-tiny-sentiment'))"
    )


def test_a_swap_runs_again_only_what_depends_on_it_and_shows_what_changed(planned: Notebook, shots: Shots):
    panel = planned.widget.get_by_role("tabpanel")
    expect(panel).to_contain_text("Answer")
    shots(planned, "plan")

    panel.get_by_role("button", name=re.compile("^sentiment")).click()
    panel.get_by_text("Why this model?").click()
    shots(planned, "why")
    panel.get_by_role("button", name=re.compile("Use .*bert-tiny-sentiment")).click()

    expect(panel).to_contain_text("68 of 240 rows changed")
    output = planned.cells.nth(3).locator(".jp-OutputArea")
    expect(output).to_contain_text("68 of 240 rows changed in review_sentiment")  # in the cell of that plan, too
    expect(output).to_contain_text("starter/bert-tiny-sentiment")
    (record,) = found_in(planned.save()["cells"][3]["outputs"])  # what a saved notebook says that its result rests on
    assert "starter/bert-tiny-sentiment" in [model.model_id for model in record.models]
    for theme in ("Light", "Dark"):  # the README's pictures
        planned.theme(theme)
        panel.get_by_role("heading", name=re.compile("rows changed")).first.scroll_into_view_if_needed()
        planned.cells.nth(3).scroll_into_view_if_needed()
        planned.cells.nth(3).locator(".jp-InputPrompt").click()
        shots(planned, f"readme-{theme.lower()}")

    panel.get_by_role("button", name=re.compile("^chart")).click()
    panel.get_by_label(re.compile("^mark")).select_option("line")
    panel.get_by_role("button", name="Apply").click()
    expect(output).to_contain_text("Draw lines of")
    expect(panel.get_by_role("button", name=re.compile("^sentiment"))).to_contain_text("done")
    panel.get_by_role("button", name=re.compile("^sentiment")).click()
    expect(panel).to_contain_text("kept from the run before")


def test_models_are_compared_on_the_users_rows_and_a_label_ranks_them_anew(planned: Notebook, shots: Shots):
    planned.tab("Models")
    planned.widget.get_by_label("Task", exact=True).select_option("text-classification")
    planned.widget.get_by_role("option").filter(has_text="minilm-l6-sentiment").click()
    planned.widget.get_by_role("button", name="Compare on my rows").click()
    planned.widget.get_by_role("option").filter(has_text="bert-tiny-sentiment").click()
    planned.widget.get_by_role("button", name="Compare", exact=True).click()

    trial = planned.widget.get_by_role("tabpanel")
    expect(trial).to_contain_text("Agrees with most models")
    expect(trial).to_contain_text("Where they differ", timeout=60_000)
    shots(planned, "trial")
    trial.get_by_role("button", name=re.compile("NEGATIVE")).first.click()
    expect(trial).to_contain_text("Right on your labels")
    expect(trial).to_contain_text("You have labelled 1 of")
    shots(planned, "labelled")


def test_thumbs_rate_the_model_of_a_result(planned: Notebook):
    panel = planned.widget.get_by_role("tabpanel")
    panel.get_by_role("button", name=re.compile("^sentiment")).click()

    good = panel.get_by_role("button", name="Good", exact=True)
    good.click()

    expect(good).to_have_attribute("aria-pressed", "true")


def test_memory_shows_what_is_loaded_and_lets_it_go(planned: Notebook, shots: Shots):
    panel = planned.tab("Memory")
    expect(panel).to_contain_text("GiB free")
    unload = panel.get_by_role("button", name=re.compile("Unload .*minilm-l6-sentiment"))
    expect(unload).to_be_visible()
    shots(planned, "memory")

    unload.click()

    expect(unload).to_have_count(0)


def test_a_downloaded_model_is_deleted_after_a_second_click(notebook: Notebook, shots: Shots):
    cell = "%%hf reviews --model sentiment=acme/tiny-emotions\nLabel the sentiment of each review."
    notebook.open([LOAD, DATA, cell])
    notebook.open_sidebar()
    notebook.run()
    panel = notebook.tab("Memory")
    delete = panel.get_by_role("button", name=re.compile("Delete .*tiny-emotions"))
    shots(notebook, "delete")
    delete.click()
    expect(delete).to_have_count(0)  # it asks first
    panel.get_by_role("group").get_by_role("button").last.click()

    expect(panel.get_by_role("group")).to_have_count(0)
    expect(panel).not_to_contain_text("tiny-emotions")


def test_the_palette_inserts_a_cell_to_write_in(notebook: Notebook):
    notebook.open(["1 + 1"])
    notebook.cells.first.locator(".cm-content").click()
    notebook.command("hfmagic:insert-cell")
    expect(notebook.cells).to_have_count(2)
    notebook.page.keyboard.type("Label them.")
    assert notebook.source(1) == "%%hf \nLabel them."


def test_the_body_of_a_cell_is_not_coloured_as_python(notebook: Notebook):
    notebook.open(["%%hf reviews --limit language=en\nprint if this is for `review` in {reviews}", "print if this"])
    body = notebook.cells.first.locator(".cm-line").nth(1)
    colours = "e => [...new Set([e, ...e.querySelectorAll('span')].map(x => getComputedStyle(x).color))]"
    words = body.evaluate("e => [...e.querySelectorAll('.hfm-cm-variable, .hfm-cm-column')].map(x => x.textContent)")

    assert words == ["`review`", "{reviews}"]
    assert len(notebook.cells.nth(1).locator(".cm-line").first.evaluate(colours)) > 1  # Python: keywords are coloured
    plain = body.evaluate("e => getComputedStyle(e).color")
    keyword = body.evaluate(
        "e => { const s = [...e.querySelectorAll('span')].find(x => /^(if|for|in|is)$/.test(x.textContent.trim()));"
        " return s ? getComputedStyle(s).color : getComputedStyle(e).color; }"
    )
    assert keyword == plain


def test_an_inline_picker_stands_in_a_cell(notebook: Notebook, shots: Shots):
    notebook.open([LOAD, "%hf models text-classification", "import hfmagic\nhfmagic.picker('image-classification')"])
    notebook.run()

    inline = notebook.cells.nth(1).locator(".hfp")
    expect(inline.get_by_role("option").filter(has_text="minilm-l6-sentiment")).to_be_visible()
    expect(notebook.cells.nth(2).locator(".hfp")).to_contain_text("efficientnet-lite0")
    shots(notebook, "inline")
    saved = notebook.save()
    assert "acme/tiny-sentiment" in str(saved["cells"][1]["outputs"][-1]["data"]["text/plain"])
