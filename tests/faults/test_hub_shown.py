"""What a cell says while the Hub is in trouble: in its output, as it runs, and not only in an error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hfmagic.errors import UnknownModel
from tests.hub.bench import MODEL, Bench, check_line
from tests.hubserver import TestHub, cut, latency, status
from tests.shell import run

pytest_plugins = ["tests.hubserver.fixtures"]
pytestmark = pytest.mark.usefixtures("no_hub_settings")
CELL = "%%hf reviews -o found\nLabel the sentiment of each review"


@pytest.fixture
def hub_shell(tiny_hub: TestHub, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """A shell as a kernel's, whose models are those of the Test Hub alone."""
    monkeypatch.setenv("HFMAGIC_OFFLINE", "0")
    monkeypatch.setenv("HFMAGIC_HUB_ENDPOINT", tiny_hub.url)
    request.getfixturevalue("config").hub_dirs = []
    shell = request.getfixturevalue("shell")
    monkeypatch.setattr(shell, "kernel", object(), raising=False)  # one whose outputs can change
    return shell


@pytest.mark.fault(1, 9, 10)
def test_a_cell_shows_that_it_tries_again_and_how_long_it_waits_and_comes_to_its_result(
    hub_shell: Any, tiny_hub: TestHub
):
    tiny_hub.faults.add("filename=model", latency(0), times=1)  # the look at the header
    busy = tiny_hub.faults.add("filename=model", status(503, headers={"Retry-After": "2"}), times=1)

    ran = run(hub_shell, CELL)

    assert ran.error is None
    assert len(hub_shell.user_ns["found"]) == 60
    assert busy.hits == 1
    for words in ("the Hub is busy, again in 1 s", "retry 1"):
        assert words in ran.text
        assert words in ran.html


@pytest.mark.fault(1)
def test_1_a_question_whose_connection_is_cut_once_is_asked_again(bench: Bench, tiny_hub: TestHub):
    for match in (r"/api/models\?", "/api/models/", "filename=model"):
        tiny_hub.faults.add(match, cut(0.5), times=1)
    hub, told = bench.session.hub, list[str]()
    assert hub.client is not None
    hub.client.on_wait = told.append

    (found,) = (m for m in hub.search("text-classification").models if m.model_id == MODEL)
    seen = hub.inspect(hub.find(found.model_id), lambda _: "")

    assert seen.problem == ""
    assert told == [f"{hub.client.host} broke the connection, again in 1 s"] * 3


@pytest.mark.fault(13)
def test_13_offline_a_cell_says_which_copy_it_uses_and_of_which_day(hub_shell: Any, tiny_hub: TestHub):
    assert run(hub_shell, CELL).error is None
    tiny_hub.log_clear()

    offline = run(hub_shell, CELL.replace("found", "found --offline"))

    assert offline.error is None
    assert f"{MODEL}@{tiny_hub.sha(MODEL)[:7]}" in offline.text
    assert re.search(r"; downloaded \d{4}-\d\d-\d\d</span>", offline.html)
    assert tiny_hub.log == []


@pytest.mark.fault(14)
def test_14_offline_a_model_that_is_not_here_is_said_with_those_that_are_for_its_task(
    bench: Bench, tiny_hub: TestHub, tmp_path: Path
):
    bench.run()
    bench.run(models={"sentiment": "acme/tiny-emotions"})
    tiny_hub.log_clear()
    hub = Bench(tiny_hub, tmp_path, offline=True).session.hub

    with pytest.raises(UnknownModel) as caught:
        hub.find("someone/something", task="text-classification")

    here = f"here for text-classification: acme/tiny-emotions, {MODEL}"
    check_line(caught.value, "no model 'someone/something' on this machine, and hfmagic is offline", here)
    assert tiny_hub.log == []


@pytest.mark.fault(9)
def test_9_a_cell_counts_down_while_the_hub_is_busy_before_there_is_a_model(hub_shell: Any, tiny_hub: TestHub):
    tiny_hub.faults.add(r"/api/models\?", status(429, headers={"Retry-After": "1"}), times=1)

    ran = run(hub_shell, CELL)

    assert ran.error is None
    assert "is busy, again in 1 s" in ran.text


@pytest.mark.fault(13, 14)
def test_13_14_offline_the_copy_is_said_with_its_day_and_for_what_is_lacking_what_is_here(
    hub_shell: Any, tiny_hub: TestHub
):
    assert run(hub_shell, CELL).error is None
    offline = run(hub_shell, CELL.replace("found", "found --offline"))
    lacking = run(hub_shell, CELL.replace("found", "found --offline --model sentiment=someone/something"))

    assert f"note: using {MODEL}@{tiny_hub.sha(MODEL)[:7]}, downloaded 20" in offline.text
    assert f"hfmagic is offline. → here for text-classification: {MODEL}" in lacking.text
