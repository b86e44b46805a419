"""Promises 1 to 3 of the design: nothing finished is lost, to bad rows, to kill -9, or to an interrupt."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfmagic.cache import SHARD_ROWS
from hfmagic.config import HFMagic
from hfmagic.kinds import Label
from hfmagic.runners import registry
from hfmagic.session import Session

from ..interrupted import unmeasured
from . import counted

MILLION = 1_000_000


@pytest.fixture
def runners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RUNNERS", registry.RUNNERS)  # put back after the test


@pytest.mark.fault(47)
def test_a_million_rows_of_which_a_thousand_are_bad_give_all_the_others_and_a_thousand_reasons(
    config: HFMagic, runners: None
):
    bad = set(random.Random(7).sample(range(MILLION), 1000))  # noqa: S311  no secret

    def picky(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
        if any(int(v) in bad and int(v) % 3 == 0 for v in values):
            raise IndexError("index out of range in self")
        return [(Label("odd" if int(v) % 2 else "even", 1.0),) for v in values]

    def text_of(row: int) -> str | None:
        return str(row) if row not in bad or row % 3 == 0 else (None, "  ")[row % 3 - 1]

    counted.only_runner(picky, most=256)
    config.cache_results = False

    result = counted.go(Session(config), pd.DataFrame({"text": [text_of(i) for i in range(MILLION)]}))["sentiment"]

    assert {r.row for r in result.rejected} == bad
    assert Counter(r.reason for r in result.rejected).keys() == {
        "missing",
        "empty",
        "IndexError: index out of range in self",
    }
    assert all(v is None if i in bad else v[0].label == ("even", "odd")[i % 2] for i, v in enumerate(result.value))


@pytest.mark.fault(53)
def test_kill_9_at_any_time_redoes_at_most_one_shard(config: HFMagic, tmp_path: Path):
    rows, at = 6_000, random.Random(3)  # noqa: S311  no secret
    env = unmeasured(
        HFMAGIC_CACHE_DIR=config.cache_dir, HFMAGIC_HUB_DIRS=os.pathsep.join(config.hub_dirs), HFMAGIC_OFFLINE="1"
    )

    def child(*more: str) -> int:
        line = [sys.executable, "-m", "tests.engine.counted", str(tmp_path), str(rows), *more]
        return subprocess.run(line, env=env, cwd=Path(__file__).parents[2], check=False).returncode

    kills = 0
    while child("kill", str(at.randint(1500, 2500))) == -signal.SIGKILL:
        kills += 1

    found = json.loads((tmp_path / "found.json").read_text())
    assert found["labels"] == [counted.label_of(text) for text in counted.texts(rows)]
    seen = Counter((tmp_path / "seen").read_text().split())
    assert len(seen) == rows
    assert kills >= 2
    again = sum(seen.values()) - rows
    assert again <= kills * (SHARD_ROWS + 50), "a shard, and the batch that was running"


@pytest.mark.fault(51)
@pytest.mark.parametrize("second", [False, True])
def test_an_interrupt_begins_no_further_forward_pass_and_the_next_run_goes_on(
    config: HFMagic, runners: None, second: bool
):
    calls: list[list[str]] = []
    stop_at = [11]

    def interrupted(loaded: Any, values: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
        calls.append(list(values))
        if len(calls) in stop_at:
            signal.raise_signal(signal.SIGINT)
        return [(Label(counted.label_of(v), 0.5),) for v in values]

    counted.only_runner(interrupted, most=20)
    session, frame = Session(config), pd.DataFrame({"text": counted.texts(1000)})

    first = counted.go(session, frame)
    begun = len(calls)
    if second:
        stop_at.append(begun + 5)
        counted.go(session, frame)
    again = counted.go(session, frame)

    assert first.interrupted
    assert begun == 11
    kept = sum(v is not None for v in first["sentiment"].value)
    assert kept == sum(len(c) for c in calls[:10])
    assert [v[0].label for v in again["sentiment"].value] == [counted.label_of(t) for t in frame["text"]]
    assert again["sentiment"].cached >= kept
    seen = Counter(text for call in calls for text in call)
    assert sum(seen.values()) - 1000 <= 20 * len(stop_at), "only the batches that were running are run again"
