"""The line between a page and a real kernel, without a browser: opening, asking while a cell runs, going away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

import pytest
from jupyter_client.manager import start_new_kernel

Message = dict[str, Any]
LONG = "import time\nfor _ in range(1200): time.sleep(0.05)"


class Line:
    """A page's end of the line to one kernel."""

    def __init__(self, cache: Path, hub: Path) -> None:
        settings = {"HFMAGIC_CACHE_DIR": str(cache), "HFMAGIC_HUB_DIRS": str(hub), "HFMAGIC_OFFLINE": "1"}
        self.manager, self.client = start_new_kernel(env={**os.environ, **settings})
        self.heard: list[Message] = []

    def run(self, source: str) -> None:
        """A cell, to its end."""
        self.client.execute_interactive(source, timeout=60, output_hook=self.heard.append)

    def start(self, source: str) -> None:
        """A cell that goes on running."""
        sent = self.client.execute(source)
        self.until(lambda m: m["msg_type"] == "execute_input" and m["parent_header"].get("msg_id") == sent)

    def until(self, wanted: Callable[[Message], object], seconds: float = 30) -> Message:
        """The first message on the public channel that is wanted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                continue
            self.heard.append(message)
            if wanted(message):
                return message
        raise AssertionError([m["msg_type"] for m in self.heard[-20:]])

    def subshell(self) -> str:
        """A thread of the kernel that answers while a cell runs."""
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self.client.get_control_msg(timeout=20)
        return str(reply["content"]["subshell_id"])

    def send(self, kind: str, subshell: str = "", **content: Any) -> None:
        """A message about a comm."""
        message = self.client.session.msg(kind, content)
        if subshell:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def open(self, client: str, subshell: str = "") -> tuple[str, Message]:
        """Open a page; its comm, and what the kernel says to it."""
        comm_id = uuid4().hex
        self.send("comm_open", subshell, comm_id=comm_id, target_name="hfmagic.page", data={"client": client})
        said = self.until(lambda m: m["msg_type"] == "comm_msg" and m["content"]["comm_id"] == comm_id)
        return comm_id, said["content"]["data"]

    def ask(self, model_id: str, body: object, subshell: str = "", number: int = 1) -> Message:
        """Ask through the picker as its view does; the answer."""
        content = {"id": number, "body": body}
        self.send("comm_msg", subshell, comm_id=model_id, data={"method": "custom", "content": content})
        return self._answer(model_id, number)

    def _answer(self, model_id: str, number: int) -> Message:
        def is_answer(message: Message) -> bool:
            if message["msg_type"] != "comm_msg" or message["content"]["comm_id"] != model_id:
                return False
            answer = message["content"]["data"].get("content", {}).get("answer")
            return answer is not None and answer["id"] == number

        return dict(self.until(is_answer)["content"]["data"]["content"]["answer"])


@pytest.fixture
def line(tmp_path: Path, starter_hub: Path) -> Iterator[Line]:
    found = Line(tmp_path / "cache", starter_hub)
    yield found
    found.client.stop_channels()
    found.manager.shutdown_kernel()


def _targets(line: Line) -> list[str]:
    return [m["content"]["target_name"] for m in line.heard if m["msg_type"] == "comm_open"]


def test_loading_the_extension_tells_pages_that_it_is_there(line: Line):
    line.run("%load_ext hfmagic")
    assert _targets(line) == ["hfmagic.ready"]

    line.run("%unload_ext hfmagic")
    assert any(m["msg_type"] == "comm_close" for m in line.heard)


def test_a_page_is_answered_while_a_cell_runs(line: Line):
    line.run("%load_ext hfmagic")
    subshell = line.subshell()
    line.start(LONG)

    _, opened = line.open("tab", subshell)
    home = line.ask(opened["model_id"], {"ask": "hello"}, subshell)["home"]
    models = line.ask(opened["model_id"], {"ask": "search", "task": "summarization"}, subshell, 2)["models"]

    assert home["models_here"] == 7
    assert [m["model_id"] for m in models["models"]] == ["starter/flan-t5-small-titler"]
    line.manager.interrupt_kernel()


def test_a_reload_takes_the_place_of_its_page_and_names_the_thread_that_is_left(line: Line):
    line.run("%load_ext hfmagic")
    first, second = line.subshell(), line.subshell()
    _, one = line.open("tab", first)

    _, again = line.open("tab", second)
    _, other = line.open("another tab", second)

    assert (one["stale_subshells"], again["stale_subshells"], other["stale_subshells"]) == ([], [first], [])
    closed = [m["content"]["comm_id"] for m in line.heard if m["msg_type"] == "comm_close"]
    assert one["model_id"] in closed
    line.run("print('watchers', len(hf.stage._watchers))")
    said = "".join(m["content"]["text"] for m in line.heard if m["msg_type"] == "stream")  # it comes in pieces
    assert "watchers 2\n" in said


NO_CLICKS: tuple[object, ...] = (
    None,
    "run",
    {"ask": {"ask": "delete", "model_id": "a/b", "revision": "0" * 40}},
    {"ask": ["approve"]},
    {"ask": {}},
)


@pytest.mark.rule(15)
def test_the_page_comm_takes_nothing_but_clicks_on_a_plan_that_waits(line: Line):
    line.run("%load_ext hfmagic\nhf.asked_for = []")
    line.run("from hfmagic.page.desk import Desk\nDesk.take = lambda self, content: hf.asked_for.append(content)")
    comm_id, _ = line.open("tab")

    for data in NO_CLICKS:
        line.send("comm_msg", comm_id=comm_id, data=data)
    line.send("comm_msg", comm_id=comm_id, data={"ask": {"ask": "dismiss", "plan": "0" * 16}})
    line.run("print(hf.asked_for)")

    said = [m["content"]["text"] for m in line.heard if m["msg_type"] == "stream"]
    assert said[-1] == "[{'id': 0, 'body': {'ask': 'dismiss', 'plan': '0000000000000000'}}]\n"


def test_a_cell_shows_a_picker_of_a_task_and_the_oldest_of_five_is_closed(line: Line):
    line.run("import os\nos.environ['JPY_SESSION_NAME'] = 'a notebook'\n%load_ext hfmagic")
    for _ in range(5):
        line.run("%hf models summarization")
    line.run("%hf models sumarization")
    line.run("import hfmagic\nprint(repr(hfmagic.picker('summarization')))")
    closed = [m["content"]["comm_id"] for m in line.heard if m["msg_type"] == "comm_close"]
    line.run("%unload_ext hfmagic")

    opened = [m["content"] for m in line.heard if m["msg_type"] == "comm_open"]
    pickers = [o for o in opened if "_esm" in o["data"].get("state", {})]
    after = [m["content"]["comm_id"] for m in line.heard if m["msg_type"] == "comm_close"]
    said = "".join(m["content"].get("text", "") for m in line.heard if m["msg_type"] == "stream")
    assert [p["data"]["state"]["task"] for p in pickers] == ["summarization"] * 6
    assert [c for c in closed if c in {p["comm_id"] for p in pickers}] == [p["comm_id"] for p in pickers[:2]]
    assert {p["comm_id"] for p in pickers} <= set(after)
    assert "hfmagic's model picker; where no widgets are shown: %hf models TASK" in said
    assert any("did you mean 'summarization'" in str(m["content"]) for m in line.heard if m["msg_type"] == "error")
