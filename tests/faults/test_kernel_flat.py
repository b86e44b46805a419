"""A real kernel with pages that come and go: no comm, widget, subshell, thread, process or memory stays behind.

Descriptors are counted in test_loop: ipykernel 7.4 leaves one or two of each subshell open, also without hfmagic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DATA
from tests.page.test_comm import Line

USED = """
import comm, gc, json, os, psutil, threading
from ipywidgets.widgets.widget import _instances
gc.collect()
here = psutil.Process()
print("used", json.dumps({
    "children": len(here.children(recursive=True)),
    "threads": sorted(t.name.rstrip("0123456789-") for t in threading.enumerate()),
    "comms": len(comm.get_comm_manager().comms), "widgets": len(_instances), "watchers": len(hf.stage._watchers),
    "subshells": get_ipython().kernel.shell_channel_thread.manager.list_subshell(), "bytes": here.memory_info().rss}))
"""
CELLS = (
    "%%hf reviews --rows 12 -o found\nLabel the sentiment of each review.",
    "%hf models summarization",
    "%hf why sentiment",
    "%%hf reviews --rows 12 -o nothing --output 1\nbroken",
    "%hf unload",
)
MOST_GROWTH = 25 * 1024**2  # bytes, as in test_loop


@pytest.fixture
def line(tmp_path: Path, starter_hub: Path) -> Iterator[Line]:
    found = Line(tmp_path / "cache", starter_hub)
    yield found
    found.client.stop_channels()
    found.manager.shutdown_kernel(now=True)


def used(line: Line) -> dict[str, object]:
    """What the kernel holds open, by sort."""
    line.heard.clear()
    line.run(USED)
    said = "".join(m["content"]["text"] for m in line.heard if m["msg_type"] == "stream")
    return dict(json.loads(said.partition("used ")[2].splitlines()[0]))


def a_page_and_cells(line: Line, number: int) -> None:
    """A page opens on a subshell of its own, asks while cells run, and goes as a browser's tab does."""
    subshell = line.subshell()
    comm_id, opened = line.open(f"tab {number}", subshell)
    for cell in CELLS:
        line.run(cell.replace("12", str(12 + number)))
    assert line.ask(opened["model_id"], {"ask": "hello"}, subshell)["home"]["models_here"] == 7
    line.send("comm_close", subshell, comm_id=comm_id, data={})
    line.run("pass")
    line.client.control_channel.send(line.client.session.msg("delete_subshell_request", {"subshell_id": subshell}))
    assert line.client.get_control_msg(timeout=20)["content"]["status"] == "ok"


def test_pages_that_come_and_go_and_cells_leave_nothing_in_a_kernel(line: Line):
    line.run("import os\nos.environ['JPY_SESSION_NAME'] = 'a notebook'\n%load_ext hfmagic")
    line.run(f"import pandas as pd\nreviews = pd.read_csv({str(DATA / 'reviews.csv')!r})")
    for number in range(5):  # pickers in cells are kept up to four
        a_page_and_cells(line, number)
    before = used(line)

    for number in range(5, 10):
        a_page_and_cells(line, number)
    after = used(line)

    assert int(after.pop("bytes")) - int(before.pop("bytes")) < MOST_GROWTH  # type: ignore[call-overload]
    assert after == before
    assert after["subshells"] == []
