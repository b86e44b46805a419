"""Frames that are read a part at a time, through the session: what is told is of all rows, not of the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfmagic.engine import shards
from hfmagic.errors import StepFailed
from hfmagic.kinds import Label
from hfmagic.runners import registry
from hfmagic.session import Options, Session

from . import counted

ROWS = 3000


@pytest.fixture
def runners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RUNNERS", registry.RUNNERS)  # put back after the test
    monkeypatch.setattr(shards, "SHARD_ROWS", 1024)


def by_number(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
    """The first thousand are low, the others high; row 2500 cannot be read."""
    if any(int(v.split()[1]) == 2500 for v in values):
        raise ValueError("a bad row")
    return [(Label("low" if int(v.split()[1]) < 1000 else "high", 0.75),) for v in values]


@pytest.fixture
def namespace(tmp_path: Path) -> dict[str, Any]:
    frame = pd.DataFrame({"text": [f"row {i} of them, which is some text to be read" for i in range(ROWS)]})
    frame.to_parquet(tmp_path / "many.parquet")
    return {"many": str(tmp_path / "many.parquet")}


def run(session: Session, namespace: dict[str, Any], **options: Any) -> Any:
    proposal = session.propose("Label the sentiment of each text.", namespace, ["many"], Options(**options))
    return session.run(proposal, namespace)


def test_labels_are_counted_over_all_rows_and_the_file_holds_each(
    session: Session, runners: None, namespace: dict[str, Any]
):
    counted.only_runner(by_number, most=64)

    results, answer = run(session, namespace, output="scored")

    assert "1,999 of 3,000" in answer.text
    assert "1,000" in answer.text
    written = pd.read_parquet(namespace["scored"])
    assert (
        list(written["text_sentiment"].fillna("none")) == ["low"] * 1000 + ["high"] * 1500 + ["none"] + ["high"] * 499
    )
    assert results.bad("sentiment") == {"ValueError: a bad row": 1}


def test_a_bad_row_that_stops_a_step_is_named_by_its_place_in_the_frame(
    session: Session, runners: None, namespace: dict[str, Any]
):
    counted.only_runner(by_number, most=64)

    results, _ = run(session, namespace, on_error="stop")

    with pytest.raises(StepFailed, match="row 2500 was rejected"):
        raise results.failed["sentiment"]


def test_a_second_run_takes_all_of_it_from_the_cache(session: Session, runners: None, namespace: dict[str, Any]):
    calls: list[int] = []

    def seen(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
        calls.append(len(values))
        return [(Label("low", 0.75),) for _ in values]

    counted.only_runner(seen, most=64)
    run(session, namespace)
    first = sum(calls)
    results, _ = run(session, namespace)

    assert first == sum(calls) == ROWS
    assert results["sentiment"].cached == ROWS


def test_a_large_frame_in_memory_is_the_same_in_parts(session: Session, runners: None, monkeypatch: pytest.MonkeyPatch):
    from hfmagic.engine import executor

    monkeypatch.setattr(executor, "SHARD_ROWS", 500)
    counted.only_runner(by_number, most=64)
    frame = pd.DataFrame(
        {"text": [f"row {i} of them, which is some text to be read" for i in range(ROWS)]}, index=[7] * ROWS
    )
    namespace = {"many": frame}

    proposal = session.propose(
        "Label the sentiment of each text and detect its language.", namespace, ["many"], Options()
    )
    results, _ = session.run(proposal, namespace)

    assert len(proposal.plan.steps) == 2
    value = results.value
    assert list(value.index) == [7] * ROWS
    assert list(value["text_sentiment"].fillna("none")) == ["low"] * 1000 + ["high"] * 1500 + ["none"] + ["high"] * 499
    assert [r.row for r in results["sentiment"].rejected] == [2500]
