"""Nothing that a model, its card, the user's data or a page sends comes alive: in widget, notebook and line."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
import yaml
from playwright.sync_api import BrowserContext, Page, Route, expect

from .harness import Harness
from .lab import LOAD, Notebook
from .payloads import CORE
from .payloads import PAYLOADS as ALL

HERE = Path(__file__).parent
AT_ONCE, IN_ONE_PAGE = 15, 150  # payloads
PAYLOADS = (*ALL[::2], *ALL[1:21:2])  # every second of some 600: all take two minutes and have shown nothing more
CLICKED = ALL[::120]  # those with which a person clicks through everything
Shots = Callable[[Notebook, str], None]
LOOPBACK = ("127.0.0.1", "localhost")


class Watch:
    """What a page does that it should not."""

    def __init__(self, context: BrowserContext) -> None:
        self.wrong: list[str] = []
        context.add_init_script(path=HERE / "oracle.js")
        context.route("**/*", self._asked)
        context.on("page", self._page)

    def _asked(self, route: Route) -> None:
        where = urlsplit(route.request.url)
        if where.hostname in LOOPBACK or where.scheme in ("data", "blob"):
            route.fallback()
        else:
            self.wrong.append(f"asked for {route.request.url}")
            route.abort()

    def _page(self, page: Page) -> None:
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def calls(self, page: Page) -> list[str]:
        """What has happened on the page, with what the payloads called."""
        found: list[str] = page.evaluate("() => oracle.calls")
        return [*self.wrong, *found]


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch(context)


@pytest.fixture
def page(watch: Watch, context: BrowserContext, harness: Harness) -> Iterator[Page]:
    """The widget's page with the oracle and the tour in it."""
    found = harness.open(context)
    found.add_script_tag(path=HERE / "tour.js")
    yield found
    found.close()


def test_the_oracle_sees_what_comes_alive(watch: Watch, page: Page, capsys: pytest.CaptureFixture[str]):
    put = "p => { const e = document.querySelector('.hfp'); e.innerHTML = p; return oracle.faults(e).length; }"
    staying = [p for p in ALL if "http-equiv" not in p and "location=" not in p]  # the others leave the page
    caught = sum(page.evaluate(put, p) > 0 for p in staying)
    page.wait_for_function("() => oracle.calls.some(c => c.startsWith('alert('))")
    calls = watch.calls(page)

    with capsys.disabled():
        print(f"\n  {len(staying)} payloads put as markup: {caught} are seen, {len(calls)} calls and requests made")
    assert caught > 300
    assert any("evil.example" in call for call in calls)


def test_the_tour_shows_every_text_that_the_kernel_sends(page: Page):
    keys = page.evaluate("() => tour.keys()")

    assert set(keys["asked"]) - set(keys["seen"]) == NOT_DRAWN


# Of the owner the model's id is drawn, of a refusal its line, of an input its name; an address is a link or nothing.
NOT_DRAWN = {"address", "code", "column", "gives", "hub", "kind", "language", "of", "owner", "planner", "version"}


@pytest.mark.rule(9)
def test_no_payload_comes_alive_in_any_text_of_the_widget(
    watch: Watch, context: BrowserContext, harness: Harness, capsys: pytest.CaptureFixture[str]
):
    assert len(PAYLOADS) >= 300
    start = time.monotonic()
    faults: list[str] = []
    for at in range(0, len(PAYLOADS), IN_ONE_PAGE):
        page = harness.open(context)
        page.add_script_tag(path=HERE / "tour.js")
        for first in range(at, at + IN_ONE_PAGE, AT_ONCE):
            faults += page.evaluate("all => tour.hostile(all)", PAYLOADS[first : first + AT_ONCE])
        faults += watch.calls(page)
        page.close()
    with capsys.disabled():
        print(f"\n  {len(PAYLOADS)} payloads in every text of the widget: {time.monotonic() - start:.0f} s")

    assert faults == []


@pytest.mark.parametrize("payload", CLICKED, ids=range(len(CLICKED)))
def test_no_payload_comes_alive_when_a_person_clicks(watch: Watch, page: Page, payload: str):
    for refusing in (False, True):
        page.evaluate("([p, r]) => tour.show(p, r)", [payload, refusing])
        for tab in ("models", "plan", "trial", "memory"):
            name = page.locator(f"[data-hfp-tab={tab}]")
            name.click()
            if tab == "models":
                page.locator(".hfp-row").nth(1).click()
            page.evaluate("() => document.querySelectorAll('.hfp details').forEach(d => { d.open = true; })")
            buttons = page.locator(".hfp-panel button:not([disabled]):visible, .hfp-status button:visible")
            for n in range(30):
                if n < buttons.count() and name.get_attribute("aria-selected") == "true":
                    buttons.nth(n).click(force=True)
        faults = page.evaluate("() => oracle.faults(document.querySelector('main'))")
        assert [*faults, *watch.calls(page)] == []


# In JupyterLab, with a kernel and a model that is hostile all over

IMG, SVG = "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>'
HREF, FETCH = r"$\href{javascript:alert(1)}{x}$", "<img src=//evil.example/x>"
DRAWN = ".jp-OutputArea, #hfmagic-sidebar, .jp-toast, .Toastify"
SETTINGS = "%config HFMagic.offline = True\n%config HFMagic.hub_dirs = ['{hub}']"
FRAME = (
    "import json, pandas as pd\n"
    "texts = json.load(open('payloads.json'))\n"
    "reviews = pd.DataFrame({'review': texts, texts[2]: texts, texts[4]: texts})"
)
REQUEST = f"Label the sentiment of each `{IMG}`."
REFUSED = f"Label the sentiment of each review. {IMG} {HREF} {{{{7*7}}}}"


@pytest.fixture(scope="module")
def hostile_hub(tmp_path_factory: pytest.TempPathFactory, tiny_models: Path, folder: Path) -> Path:
    """A folder of models: one, whose labels, card, license, languages and tags are payloads."""
    root = tmp_path_factory.mktemp("hostile-hub")
    model = root / "evil" / "hostile-sentiment"
    shutil.copytree(tiny_models / "acme" / "tiny-sentiment", model)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {"0": IMG, "1": SVG}
    config["label2id"] = {IMG: 0, SVG: 1}
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    card: dict[str, Any] = {
        "license": "apache-2.0",
        "license_name": IMG,
        "language": ["en", IMG, SVG],
        "pipeline_tag": "text-classification",
        "tags": list(ALL[:60]),
        "datasets": [IMG, HREF],
        "base_model": SVG,
        "widget": [{"text": IMG}],
        IMG: SVG,
        "model-index": [
            {
                "name": IMG,
                "results": [
                    {
                        "task": {"type": "text-classification", "name": SVG},
                        "dataset": {"name": IMG, "type": FETCH},
                        "metrics": [{"type": "accuracy", "name": IMG, "value": 0.9}, {"type": IMG, "value": 0.8}],
                    }
                ],
            }
        ],
    }
    text = f"---\n{yaml.safe_dump(card, allow_unicode=True)}---\n# {IMG}\n\n## Limitations\n\n{IMG} {HREF} {FETCH}\n"
    (model / "README.md").write_text(text, encoding="utf-8")
    (folder / "payloads.json").write_text(json.dumps([p.replace("\x00", "") for p in ALL]), encoding="utf-8")
    return root


def _nothing_fired(watch: Watch, notebook: Notebook) -> None:
    live = notebook.page.evaluate("where => oracle.live(where)", DRAWN)
    drawn = notebook.page.evaluate("() => [...document.querySelectorAll('.hfp')].flatMap(e => oracle.faults(e))")
    assert [*live, *drawn, *watch.calls(notebook.page)] == []


@pytest.fixture
def labelled(watch: Watch, notebook: Notebook, hostile_hub: Path) -> Notebook:
    """A notebook in which the hostile model has labelled every payload."""
    magic = "%%hf reviews -o scored --model sentiment=evil/hostile-sentiment"
    cells = [LOAD, SETTINGS.format(hub=hostile_hub), FRAME, f"{magic}\n{REQUEST}", f"{magic} --plan\n{REQUEST}"]
    cells += [
        f"%%hf reviews --model sentiment={IMG}\n{REQUEST}",
        f"%%hf nothing\n{IMG}",
        "%hf models text-classification",
    ]
    notebook.open([*cells, "%hf why sentiment", "scored.head(30)"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(*range(1, 4))
    expect(notebook.cells.nth(3).locator(".jp-OutputArea")).to_contain_text("evil/hostile-sentiment")
    return notebook


@pytest.mark.rule(9)
def test_a_hostile_model_on_hostile_rows_stays_text_everywhere(
    watch: Watch, labelled: Notebook, context: BrowserContext, shots: Shots
):
    widget = labelled.widget
    panel = labelled.tab("Plan")
    panel.locator(".hfp-node").first.click()
    panel.get_by_text("Why this model?").click()
    expect(panel).to_contain_text("candidates, best first")
    panel.get_by_role("button", name="Good", exact=True).click()
    shots(labelled, "hostile-plan")
    _nothing_fired(watch, labelled)
    labelled.tab("Models")
    widget.get_by_label("Task", exact=True).select_option("text-classification")
    widget.locator(".hfp-row", has_text="hostile-sentiment").click()
    expect(widget).to_contain_text("onerror=alert(1)")
    shots(labelled, "hostile-details")
    _nothing_fired(watch, labelled)
    widget.get_by_role("button", name="Insert as a cell").click()
    labelled.tab("Memory")
    _nothing_fired(watch, labelled)

    labelled.run(*range(4, 10))
    shots(labelled, "hostile-cells")
    _nothing_fired(watch, labelled)
    for cell in labelled.cells.all():
        for button in cell.locator(".jp-OutputArea button.hfm-dismiss, .jp-OutputArea summary").all():
            button.click()
    _nothing_fired(watch, labelled)

    labelled.save()
    labelled.page.reload()
    labelled.ready()
    expect(labelled.cells.nth(3).locator(".hfm").first).to_be_visible()
    _nothing_fired(watch, labelled)


@pytest.mark.rule(9)
def test_a_saved_notebook_that_nobody_trusts_runs_nothing(watch: Watch, labelled: Notebook, context: BrowserContext):
    labelled.run(4)
    saved = nbformat.from_dict(labelled.save())
    saved.cells[0].source += " "
    for cell in saved.cells:
        cell.metadata.pop("trusted", None)
    saved.cells[3].outputs[-1].data["text/html"] += f"<p>{IMG}{SVG}{CORE[2]}</p>"  # JupyterLab's to clean
    name = f"copy-of-{labelled.name}"
    nbformat.write(saved, labelled.folder / name)
    other = Notebook(context.new_page(), labelled.address, labelled.folder)
    other.name = name
    other.page.goto(f"{labelled.address}/lab/tree/{name}?reset")
    other.ready()
    expect(other.cells.nth(4).locator(".hfm").first).to_be_visible()

    for button in other.cells.nth(4).locator(".jp-OutputArea button").all():
        button.click()

    expect(other.page.get_by_text("run its cell again").first).to_be_visible()
    assert watch.calls(other.page) == []


# The line

BUTTONS = "".join(
    f"<button class='{name}' value='{value}'>{name} {n}</button>"
    for n, value in enumerate(("0" * 16, "", "../../x", IMG.replace("'", ""), "f" * 5000))
    for name in ("hfm-approve", "hfm-dismiss")
)
FORGED = f"from IPython.display import HTML\nHTML({BUTTONS!r})"
WAITING = "%%hf reviews -o scored --plan\nLabel the sentiment of each review."
READ = "import pandas as pd\nreviews = pd.read_csv('reviews.csv').head(20)"


@pytest.fixture
def waiting(watch: Watch, notebook: Notebook) -> Notebook:
    """A notebook with a plan that waits, and buttons in an output that are none of its."""
    notebook.open([LOAD, "%config HFMagic.offline = True", READ, WAITING, FORGED, "'scored' in dir()"])
    notebook.open_sidebar()
    notebook.run(0)
    expect(notebook.widget).to_be_visible()
    notebook.run(1, 2, 3, 4)
    return notebook


def _still_waits(notebook: Notebook) -> None:
    expect(notebook.run(5).locator(".jp-OutputArea")).to_contain_text("False")
    output = notebook.cells.nth(3).locator(".jp-OutputArea")
    expect(output.get_by_role("button", name="Run")).to_be_visible()


def test_a_forged_button_approves_nothing(watch: Watch, waiting: Notebook):
    for button in waiting.cells.nth(4).locator(".jp-OutputArea button").all():
        button.click()
    _still_waits(waiting)


@pytest.mark.rule(15)
def test_a_script_presses_no_button_of_a_plan(waiting: Notebook):
    waiting.page.evaluate("() => document.querySelectorAll('.hfm-approve, .hfm-dismiss').forEach(b => b.click())")
    panel = waiting.tab("Plan")
    for name in ("Run", "Dismiss"):
        panel.get_by_role("button", name=name).first.evaluate("b => b.click()")
    expect(waiting.widget).to_contain_text("Only a click or key of yours")
    _still_waits(waiting)


# Opens a page of its own on the line, or takes the model of the one that is open, and sends; the answers by number.
SEND = """async json => {
  const [bodies, plain] = JSON.parse(json);
  const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session;
  const answers = {};
  let model = '';
  const send = (msg_type, content) => kernel.sendShellMessage({
    header: {msg_id: crypto.randomUUID(), msg_type, session: kernel.clientId, username: '', version: '5.3', date: ''},
    parent_header: {}, metadata: {}, content, buffers: [], channel: 'shell'}, false, true);
  const mine = crypto.randomUUID();
  kernel.iopubMessage.connect((_, {header, content}) => {
    if (header.msg_type !== 'comm_msg') return;
    if (content.comm_id === mine && content.data.model_id) model = content.data.model_id;
    const answer = content.comm_id === model && content.data.content?.answer;
    if (answer) answers[answer.id] = [...(answers[answer.id] ?? []), answer.refused];
  });
  const until = async what => { while (!what()) await new Promise(requestAnimationFrame); };
  send('comm_open', {comm_id: mine, target_name: 'hfmagic.page', data: {client: bodies}});
  await until(() => model);
  for (const body of plain) {
    send('comm_msg', {comm_id: mine, data: body});
    send('comm_msg', {comm_id: model, data: {method: 'custom', content: body}});
  }
  bodies.forEach((body, n) => send('comm_msg', {comm_id: mine, data: {ask: body}}));
  for (const [n, body] of bodies.entries()) {
    send('comm_msg', {comm_id: model, data: {method: 'custom', content: {id: n + 1000, body}}});
    await until(() => answers[n + 1000]);
  }
  send('comm_msg', {comm_id: model, data: {method: 'custom', content: {id: 9999, body: {ask: 'hello'}}}});
  await until(() => answers[9999]);
  send('comm_close', {comm_id: mine, data: {}});
  return answers;
}"""
HASH = "0" * 16
BODIES: list[Any] = [
    {},
    {"ask": IMG},
    {"ask": ["approve"]},
    {"ask": "approve"},
    {"ask": "approve", "plan": HASH},
    {"ask": "approve", "plan": HASH, "code": "import os"},
    {"ask": "approve", "plan": None},
    {"ask": "dismiss", "plan": HASH},
    {"ask": "use", "plan": HASH, "step": "sentiment", "model_id": "acme/tiny-emotions"},
    {"ask": "use", "plan": HASH, "step": IMG, "model_id": "x"},
    {"ask": "use", "plan": HASH, "step": "sentiment", "model_id": "../../../etc/passwd"},
    {"ask": "edit", "plan": HASH, "step": "sentiment", "parameters": {"__class__": "x"}},
    {"ask": "edit", "plan": HASH, "step": "sentiment", "parameters": {"about": {"a": {"b": []}}}},
    {"ask": "details", "model_id": "never/listed"},
    {"ask": "details", "model_id": "https://evil.example/x"},
    {"ask": "details", "model_id": "x" * 10_000},
    {"ask": "search", "task": "x" * 10_000},
    {"ask": "search", "task": "text-classification", "license": [IMG]},
    {"ask": "search", "task": "text-classification", "max_size": -1},
    {"ask": "candidates", "step": "no such step"},
    {"ask": "unload", "model_id": IMG},
    {"ask": "delete", "model_id": "../..", "revision": "0" * 40},
    {"ask": "delete", "model_id": "starter/minilm-l6-sentiment", "revision": "main"},
    {"ask": "try", "plan": HASH, "step": "sentiment", "model_ids": ["x"]},
    {"ask": "try", "plan": HASH, "step": "sentiment", "model_ids": ["x"] * 1000, "rows": 10**9},
    {"ask": "label", "row": -1, "label": IMG},
    {"ask": "label", "row": 0, "label": "x"},
    {"ask": "export", "form": "../x"},
    {"ask": "run", "code": "scored = 1"},
    {"ask": "cancel"},
]
NESTED: Any = []
for _ in range(300):
    NESTED = [NESTED]
GARBAGE: list[Any] = [
    None, 1, "", IMG, [], [[]], {}, {"id": 1}, {"id": -1, "body": {}}, {"id": IMG, "body": {"ask": "hello"}},
    {"id": True, "body": {"ask": "run"}}, {"id": 1.5, "body": {"ask": "hello"}}, {"ask": {"ask": "run"}},
    {"ask": {"ask": "approve", "plan": HASH}}, {"method": "update", "state": {}}, {"body": NESTED, "id": 0},
    {"__proto__": {"id": 1}}, {"id": 2**70}, {"ask": None}, "x" * 100_000,
    {"id": 0, "body": {"ask": "approve", "plan": HASH, "__class__": "x"}},
]  # fmt: skip


@pytest.mark.rule(15)
def test_garbage_on_the_line_is_refused_and_runs_nothing(watch: Watch, waiting: Notebook):
    answers = waiting.page.evaluate(SEND, json.dumps([BODIES, GARBAGE]))
    refused = {int(n): given for n, given in answers.items() if 1000 <= int(n) < 9999}

    assert sorted(refused) == list(range(1000, 1000 + len(BODIES)))
    taken = [BODIES[n - 1000] for n, given in refused.items() if not all(given)]
    assert taken == []
    assert len(answers["0"]) >= len(GARBAGE) // 2  # those with no number that one could answer to
    assert all(answers["0"])
    _still_waits(waiting)
    waiting.tab("Models")
    waiting.widget.get_by_label("Task", exact=True).select_option("text-classification")
    expect(waiting.widget.locator(".hfp-row").first).to_be_visible()  # and the panel goes on
    assert watch.calls(waiting.page) == []
