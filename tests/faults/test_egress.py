"""What leaves the machine: the guard under which every test runs sees it, and no cell of a frame is in it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError
from hfmagic.session import Options, Session
from tests.hub.bench import Bench
from tests.hubserver import TestHub
from tests.llmserver import TestLLM, says

pytest_plugins = ["tests.hubserver.fixtures"]
Take = Callable[[], list[str]]

TRIED: dict[str, Callable[[], object]] = {
    "socket.connect": lambda: socket.socket().connect(("192.0.2.1", 80)),
    "socket.getaddrinfo": lambda: socket.getaddrinfo("huggingface.co", 443),
    "socket.sendto": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53)),
    "os.system": lambda: os.system("true"),  # noqa: S605
}


@pytest.mark.rule(12)
@pytest.mark.filterwarnings("ignore:unclosed")
@pytest.mark.parametrize("event", TRIED)
def test_what_leaves_this_machine_is_noticed(egress: Take, event: str):
    with pytest.raises(PermissionError, match=event):
        TRIED[event]()

    assert [line.split()[0] for line in egress()] == [event]


@pytest.mark.rule(12)
def test_what_a_process_of_a_test_sends_is_noticed_though_it_is_caught(egress: Take):
    code = "import contextlib, socket\nwith contextlib.suppress(OSError): socket.socket().connect(('192.0.2.1', 80))"

    subprocess.run([sys.executable, "-c", code], check=True)

    assert [line.split()[0] for line in egress()] == ["socket.connect"]


def test_no_test_writes_to_the_users_own_store(egress: Take, tmp_path: Path):
    from tests.conftest import USER_CACHE

    assert not Session().config.cache_path.is_relative_to(USER_CACHE)
    with pytest.raises(PermissionError, match=r"sqlite3\.connect"):
        sqlite3.connect(USER_CACHE / "store.sqlite3")
    sqlite3.connect(tmp_path / "store.sqlite3").close()

    assert [line.split()[0] for line in egress()] == ["sqlite3.connect"]


PLAN = {"steps": [{"task": "text-classification", "text": "note", "about": "sentiment", "where": []}], "cannot": ""}
CELL = st.integers(10**11, 10**12 - 1).map(str) | st.text("bcdfghjklmnpqrstvwxz", min_size=12, max_size=12)


@pytest.fixture(scope="module")
def llm():
    with TestLLM(script=lambda seen: says(PLAN if "steps" in seen.words else {})) as found:
        yield found


@pytest.mark.rule(12)
@pytest.mark.usefixtures("no_hub_settings")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELL, min_size=4, max_size=12, unique=True), labels=st.lists(CELL, min_size=2, max_size=3))
def test_no_cell_of_a_frame_is_in_what_is_asked(
    bench: Bench, tiny_hub: TestHub, llm: TestLLM, cells: list[str], labels: list[str]
):
    llm.log.clear()
    tiny_hub.log_clear()
    bench.config.endpoints = {"mine": {"base_url": llm.url, "model": "tiny"}}
    bench.config.planner = "mine"
    frame = pd.DataFrame({"note": [f"I like {c} a lot and {c} too" for c in cells]})
    frame["group"] = pd.Categorical([labels[i % len(labels)] for i in range(len(cells))])
    frame["number"] = [int(c) if c.isdigit() else 0 for c in cells]
    frame.index = pd.Index(cells)

    for request in ("Label the sentiment of each note", "how many notes per group?", "only the negative ones"):
        try:
            proposal = bench.session.propose(request, {"notes": frame}, ["notes"], Options(yes=True))
            bench.session.run(proposal, {})
        except HFMagicError:
            continue

    assert llm.log
    sent = b"\n".join(
        [*(e.body for e in llm.log), *(f"{r.path}?{r.query} {r.user_agent}".encode() for r in tiny_hub.log)]
    )
    assert [c for c in (*cells, *labels) if c.encode() in sent] == []
