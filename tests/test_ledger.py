"""`%hf ledger`: what steps, downloads and LLMs took, by model, in this kernel and in all."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.config import HFMagic
from hfmagic.render.ledger_view import LEDGER, ledger_rows
from hfmagic.session import Session
from hfmagic.store import Cost, Store
from tests.hub.bench import MODEL, Bench
from tests.hubserver import TestHub
from tests.llmserver import TestLLM
from tests.llmserver.behaviours import text
from tests.shell import run

pytest_plugins = ["tests.hubserver.fixtures"]

CELL = "%%hf reviews\nLabel the sentiment of each review."


def test_a_step_is_in_it_with_its_rows_and_seconds(shell: InteractiveShell, config: HFMagic):
    run(shell, CELL)
    costs = shell.user_ns["hf"].store.costs()
    found = run(shell, "%hf ledger").text

    assert [(c.what, c.task, c.rows) for c in costs] == [("step", "text-classification", 60)]
    assert costs[0].seconds > 0
    assert "What was used, of this kernel" in found
    assert "starter/minilm-l6-sentiment" in found
    assert "total" in found
    assert "tokens" not in found  # no column in which nothing stands
    assert "nothing to show" in _next(shell, config, "%hf ledger")
    assert "starter/minilm-l6-sentiment" in _next(shell, config, "%hf ledger all")


def test_tokens_that_a_model_writes_are_counted_and_those_of_the_cache_are_not(shell: InteractiveShell):
    cell = "%%hf reviews --rows 4\nSummarize each review in 8 words."
    run(shell, cell)
    store, loaded = shell.user_ns["hf"].store, shell.user_ns["hf"].pool.loaded()[0]
    texts = [text for text in shell.user_ns["hf"].last.value.iloc[:, -1] if text]
    written = sum(len(loaded.tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts)
    run(shell, cell)

    assert [c.written for c in store.costs() if c.what == "step"] == [written]
    assert "tokens written" in run(shell, "%hf ledger").text


def _next(shell: InteractiveShell, config: HFMagic, line: str) -> str:
    """What the next kernel of this machine shows."""
    before = shell.user_ns["hf"]
    store, kernel = before.store, before.store.kernel
    store.kernel = "another"
    try:
        return run(shell, line).text
    finally:
        store.kernel = kernel


def test_it_is_written_as_csv(shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    run(shell, CELL)
    assert "written: used.csv" in run(shell, "%hf ledger all --csv used.csv").text
    rows = list(csv.DictReader(io.StringIO((tmp_path / "used.csv").read_text(encoding="utf-8"))))

    assert tuple(rows[0]) == LEDGER
    assert rows[0]["rows"] == "60"
    assert "no new .csv" in run(shell, "%hf ledger --csv used.csv").text
    assert "is unknown" in run(shell, "%hf ledger nothing").text


@pytest.mark.usefixtures("no_hub_settings")
def test_a_download_is_in_it_with_its_bytes(tiny_hub: TestHub, tmp_path: Path):
    bench = Bench(tiny_hub, tmp_path)
    bench.run()
    found = [c for c in bench.session.store.costs() if c.what == "download"]
    weights = next(p for p in (tmp_path).rglob("model.safetensors"))

    assert [c.model_id for c in found] == [MODEL]
    assert found[0].fetched >= weights.stat().st_size
    assert found[0].host.startswith("127.0.0.1:")


def test_a_question_is_in_it_with_what_left_and_the_tokens_that_the_endpoint_counts(config: HFMagic):
    plan = {"steps": [{"task": "text-classification", "text": "text", "about": "sentiment", "where": []}], "cannot": ""}
    with TestLLM(text(json.dumps(plan))) as server:
        config.endpoints = {"mine": {"base_url": server.url, "model": "m"}}
        config.planner = "mine"
        session = Session(config)
        session.propose("Label the sentiment of this.", {"text": "It broke after a week."}, ("text",))
        costs = session.store.costs(session.kernel)
        row = ledger_rows(costs)[0]

    assert row["what"] == "question"
    assert row["model"] == "mine:m"
    assert row["times"] == len(costs) > 0
    assert row["bytes sent"] == sum(len(body) for _, _, body in session.store.sent(session.kernel))
    assert (row["tokens read"], row["tokens written"]) == (7, 3)  # the questions after the first get no answer


@given(
    st.lists(
        st.builds(
            Cost,
            st.sampled_from(["step", "download"]),
            st.sampled_from("ab"),
            rows=st.integers(0, 99),
        )
    )
)
def test_nothing_is_lost_or_counted_twice(costs: list[Cost]):
    rows = ledger_rows(costs)

    assert sum(int(str(row["rows"])) for row in rows) == sum(c.rows for c in costs)
    assert sum(int(str(row["times"])) for row in rows) == len(costs)
    assert len(rows) == len({(c.what, c.model_id) for c in costs})


def test_a_store_of_a_kernel_before_the_ledger_takes_it(tmp_path: Path):
    old = Store(tmp_path / "store.sqlite3", kernel="k")
    old.do("DROP TABLE costs", ())
    store = Store(tmp_path / "store.sqlite3", kernel="k")
    store.add_cost(Cost("step", "org/m", seconds=1.5))

    assert [c.seconds for c in store.costs("k")] == [1.5]
