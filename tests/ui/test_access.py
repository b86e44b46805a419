"""The panel for everybody: assistive technology, the keyboard alone, narrow and wide, light and dark, Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .harness import LABEXTENSION, Harness
from .lab import CELL, DATA, LOAD, Notebook

OFFLINE = "%config HFMagic.offline = True"
AXE = LABEXTENSION / "node_modules" / "axe-core" / "axe.min.js"
# Only what is ours: rules about a page as a whole are JupyterLab's.
RUN = """async where => {
  const options = {resultTypes: ['violations'], rules: {region: {enabled: false}}};
  const {violations} = await axe.run({include: [where]}, options);
  return violations.map(v => ({id: v.id, impact: v.impact, help: v.help,
    nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' | ' + n.failureSummary.slice(0, 240))}));
}"""
Shots = Callable[[Notebook, str], None]
CJK = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")


def _violations(page: Page, where: str) -> list[dict[str, Any]]:
    """What axe finds serious or critical."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN, where)
    return [v for v in found if v["impact"] in ("serious", "critical")]


def _told(found: dict[str, list[dict[str, Any]]]) -> str:
    lines = [f"{where}: {v['id']} {n}" for where, all_ in found.items() for v in all_ for n in v["nodes"]]
    return "\n".join(lines)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_in_panel_and_output(planned: Notebook, theme: str, shots: Shots):
    planned.theme(theme)
    found: dict[str, Any] = {}

    def look(name: str, where: str = "#hfmagic-sidebar") -> None:
        shots(planned, f"access-{theme.lower()}-{name}")
        found[name] = _violations(planned.page, where)

    widget = planned.widget
    planned.tab("Models")
    widget.get_by_label("Task", exact=True).select_option("text-classification")
    expect(widget.locator(".hfp-row").first).to_be_visible()
    widget.get_by_role("button", name=re.compile("Filters")).click()
    look("models")
    widget.locator(".hfp-row", has_text="minilm-l6-sentiment").click()
    expect(widget).to_contain_text("NEGATIVE, POSITIVE")
    look("details")
    widget.get_by_role("button", name="Compare on my rows").click()
    widget.locator(".hfp-row", has_text="bert-tiny-sentiment").click()
    look("picking")
    widget.get_by_role("button", name="Compare", exact=True).click()
    expect(widget.get_by_role("tabpanel")).to_contain_text("Where they differ", timeout=60_000)
    look("trial")
    panel = planned.tab("Plan")
    panel.get_by_role("button", name=re.compile("^sentiment")).click()
    panel.get_by_text("Why this model?").click()
    expect(panel).to_contain_text("candidates, best first")
    look("plan")
    panel = planned.tab("Memory")
    panel.get_by_role("button", name=re.compile("^Delete")).first.or_(panel.get_by_text("On disk")).first.click()
    look("memory")

    assert _told(found) == ""


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_in_the_output_of_a_cell(planned: Notebook, theme: str, shots: Shots):
    planned.theme(theme)
    planned.cells.nth(3).locator(".hfm").first.scroll_into_view_if_needed()
    shots(planned, f"access-{theme.lower()}-output")

    assert _told({"output": _violations(planned.page, ".hfm")}) == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state(harness: Harness, chromium: Browser, theme: str):
    scenes: list[dict[str, str]] = [{"tab": "plan", "plan": p} for p in PLANS]
    scenes += [{"tab": "trial", "trial": t} for t in ("running", "done", "failed")]
    scenes += [{"tab": "models", "offline": "1"}, {"tab": "models", "lang": "zh"}, {"tab": "memory"}]
    context = chromium.new_context(viewport={"width": 500, "height": 900}, reduced_motion="reduce")
    found = {}
    for scene in scenes:
        page = harness.open(context, theme=theme, full=1, **scene)
        expect(page.locator(".hfp-panel > *").first).to_be_visible()
        if bad := _violations(page, ".hfp"):
            found[" ".join(scene.values())] = bad
        page.close()
    context.close()

    assert _told(found) == ""


PLANS = ("empty", "running", "waiting", "shown", "failed", "done", "changed")


def _tab_to(page: Page, target: Locator, *, most: int = 80) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if target.evaluate("e => e === document.activeElement || e.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not come to {target}")


def test_from_notebook_to_another_model_and_back_by_keys(notebook: Notebook, shots: Shots):
    """No mouse: the command palette's command shows the panel, and Tab, arrows, Enter and Escape do the rest."""
    notebook.open([LOAD, OFFLINE, DATA, CELL])
    page, keys = notebook.page, notebook.page.keyboard
    notebook.open_sidebar()
    notebook.run()
    expect(notebook.widget).to_be_visible()
    page.evaluate("() => document.activeElement.blur()")
    notebook.command("hfmagic:show-picker")

    models = notebook.widget.get_by_role("tab", name="Models")
    plan = notebook.widget.get_by_role("tab", name="Plan")
    _tab_to(page, notebook.widget.get_by_role("tablist"), most=200)
    keys.press("Home")
    expect(models).to_be_focused()
    expect(models).to_have_attribute("aria-selected", "true")
    task = notebook.widget.get_by_label("Task", exact=True)
    _tab_to(page, task)
    keys.type("Classify text")
    task.evaluate("e => e.value")
    search = notebook.widget.get_by_role("searchbox")
    _tab_to(page, search)
    keys.type("bert-tiny-sent")
    rows = notebook.widget.locator(".hfp-row")
    expect(rows).to_have_count(1)
    listbox = notebook.widget.get_by_role("listbox")
    _tab_to(page, listbox)
    keys.press("ArrowDown")
    keys.press("Enter")
    heading = notebook.widget.get_by_role("heading", name="bert-tiny-sentiment")
    expect(heading).to_be_visible()
    use = notebook.widget.get_by_role("button", name=re.compile("^Use for"))
    shots(notebook, "keys-details")
    _tab_to(page, use)
    keys.press("Enter")
    expect(use).to_contain_text("in use", timeout=60_000)
    _shift_to(page, notebook.widget.get_by_role("button", name="Back"))
    keys.press("Escape")
    expect(listbox).to_be_focused()
    keys.press("Shift+Tab")
    _shift_to(page, models)
    keys.press("ArrowRight")
    expect(plan).to_be_focused()
    expect(notebook.widget.get_by_role("tabpanel")).to_contain_text("rows changed")
    shots(notebook, "keys-plan")


def _shift_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"Shift+Tab does not come to {target}")


def test_a_delete_is_asked_for_and_kept_by_keys(harness: Harness, chromium: Browser):
    context = chromium.new_context()
    page = harness.open(context, tab="memory")
    delete = page.get_by_role("button", name=re.compile("^Delete ")).first
    expect(delete).to_be_visible()
    _tab_to(page, delete)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()  # the harmless one
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_have_count(0)
    asks = page.evaluate("() => kernel.heard.map(a => a.ask)")
    context.close()

    assert "delete" not in asks


def test_the_focus_is_not_lost_when_a_model_is_kept(wide: Callable[..., Page]):
    page = wide(360, tab="memory")
    page.get_by_role("button", name=re.compile("^Delete ")).first.press("Enter")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_have_count(0)

    assert page.evaluate(LOST) is False


def test_the_focus_is_not_lost_when_a_model_is_used(wide: Callable[..., Page]):
    page = wide(360, tab="models", plan="done")
    page.locator(".hfp-row").nth(1).click()
    use = page.get_by_role("button", name=re.compile("^Use for"))
    use.press("Enter")
    page.evaluate(
        "() => { const plan = planIn('changed'); const id = document.querySelector('.hfp-title').textContent;"
        " plan.steps[0].model_id = id; kernel.push({plan}); }"
    )
    expect(use).to_contain_text("in use")

    assert page.evaluate(LOST) is False


LOST = "() => document.activeElement === document.body || document.activeElement.disabled === true"


@pytest.fixture
def wide(harness: Harness, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a scene in a panel of a width."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    context.add_init_script(KEEP)

    def opened(width: int, **scene: object) -> Page:
        page = harness.open(context, width=width, full=1, **scene)
        expect(page.locator(".hfp-panel > *").first).to_be_visible()
        return page

    yield opened
    context.close()


@pytest.mark.parametrize("width", [240, 480, 900])
def test_nothing_is_cut_off_whatever_the_width(wide: Callable[..., Page], width: int, shots: Shots):
    scenes: list[dict[str, object]] = [{"tab": "models"}, {"tab": "memory"}, {"tab": "trial", "trial": "done"}]
    scenes += [{"tab": "plan", "plan": p} for p in PLANS] + [
        {"tab": "models", "lang": "zh"},
        {"tab": "plan", "lang": "zh"},
    ]
    cut: dict[str, Any] = {}
    for scene in scenes:
        page = wide(width, **scene)
        name = "-".join(map(str, scene.values()))
        if found := page.evaluate(CUT):
            cut[name] = found
        shots(_Shown(page), f"width-{width}-{name}")
        page.close()

    assert cut == {}


# Buttons, fields and tabs that reach out of the panel, unless a part around them scrolls sideways (the plan's picture).
CUT = """() => {
  const box = document.querySelector('.hfp').getBoundingClientRect();
  const scrolls = e => e.closest('.hfp-graph, .hfp-hidden, .hfp-offstage');
  return [...document.querySelectorAll('.hfp :is(button, input, select, textarea, p, h3, h4, dd)')]
    .filter(e => !scrolls(e) && e.getClientRects().length)
    .filter(e => { const b = e.getBoundingClientRect(); return b.right > box.right + 1 || b.left < box.left - 1; })
    .map(e => e.outerHTML.slice(0, 120));
}"""


class _Shown:
    """A page for the fixture that takes pictures."""

    def __init__(self, page: Page) -> None:
        self.page = page


def test_details_of_a_model_fit_into_a_narrow_panel(wide: Callable[..., Page]):
    page = wide(240, tab="models", plan="done")
    page.locator(".hfp-row").first.click()
    expect(page.locator(".hfp-tags").first).to_be_visible()

    assert page.evaluate(CUT) == []


def test_a_chinese_browser_reads_chinese(
    chromium: Browser, lab: str, folder: Any, shots: Shots, request: pytest.FixtureRequest
):
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="zh-CN")
    request.addfinalizer(context.close)
    context.set_default_timeout(20_000)
    notebook = Notebook(context.new_page(), lab, folder)
    notebook.open([LOAD, OFFLINE, DATA, CELL])
    expect(notebook.open_sidebar()).to_contain_text("此内核尚未加载 hfmagic")
    notebook.run()
    tabs = notebook.widget.get_by_role("tab")
    expect(tabs).to_have_text(["模型", "计划", "内存"])
    for name in ("模型", "计划", "内存"):
        notebook.tab(name)
        shots(notebook, f"zh-{name}")
        ours = notebook.widget.locator("h3, h4, button, label, summary, dt, option").all_inner_texts()
        assert any(CJK.search(text) for text in ours)


def test_no_english_word_of_ours_is_left_in_chinese(wide: Callable[..., Page]):
    """What stands in Latin letters on a Chinese page has come from the kernel, is a unit, or is our name."""
    scenes: list[dict[str, object]] = [{"tab": "models"}, {"tab": "memory"}, {"tab": "trial", "trial": "done"}]
    scenes += [{"tab": "plan", "plan": p} for p in PLANS]
    left: dict[str, Any] = {}
    for scene in scenes:
        page = wide(360, **scene, lang="zh")
        for summary in page.locator(".hfp summary").all():
            summary.click()
        for button in page.locator(".hfp-search button[type=button]").all():
            button.click()
        sent, texts = page.evaluate("() => [JSON.stringify(window.sent).toLowerCase(), (" + TEXTS + ")()]")
        words = {w.lower() for text in texts for w in WORD.findall(text)}
        if found := sorted(w for w in words if w not in sent and w not in NEUTRAL):
            left["-".join(map(str, scene.values()))] = found
        page.close()

    assert left == {}


TEXTS = """() => [...document.querySelectorAll('.hfp *')].filter(e => !e.closest('.hfp-language')).flatMap(e =>
  [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data)
    .concat(['aria-label', 'title', 'placeholder'].map(a => e.getAttribute(a) ?? '')))"""
NEUTRAL = {
    "hfmagic",
    "hub",
    "hf",
    "gib",
    "mb",
    "gb",
    "kb",
    "json",
    "id",
    "plan",
    "ipykernel",
    "starter",
    "reviews",
    "python",
}
# Everything that the made-up kernel sends.
KEEP = """Object.defineProperty(window, 'kernel', {
  set(kernel) {
    window.sent = [];
    const tell = kernel.tell.bind(kernel);
    kernel.tell = (event, content) => { window.sent.push(content ?? event); tell(event, content); };
    this.made = kernel;
  },
  get() { return this.made; },
});"""
