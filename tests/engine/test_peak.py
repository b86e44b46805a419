"""The memory that a block takes at most, and that a run remembers it."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest

from hfmagic.engine import peak
from hfmagic.engine.executor import run_plan
from hfmagic.engine.peak import HighWater, Watched, measured_peak, status_bytes
from hfmagic.plan import Column, Plan, Step
from hfmagic.recognise import recognise
from hfmagic.scope import validate
from hfmagic.session import Options, Session

MB = 10**6


def test_what_a_block_took_and_let_go_counts():
    with measured_peak("cpu") as seen:
        taken = bytearray(200 * MB)
        del taken

    assert 195 * MB < seen.bytes < 260 * MB


def test_what_was_taken_before_the_block_does_not_count():
    before = bytearray(300 * MB)
    with measured_peak("cpu") as seen:
        taken = bytearray(100 * MB)
        del taken

    assert len(before) == 300 * MB
    assert 95 * MB < seen.bytes < 200 * MB


def test_a_block_that_fails_is_measured_too():
    peaks = []

    def fail() -> None:
        with measured_peak("cpu") as seen:
            peaks.append(seen)
            taken = bytearray(200 * MB)
            raise ValueError(f"failed with {len(taken)} bytes")

    with pytest.raises(ValueError, match="failed"):
        fail()

    assert peaks[0].bytes > 195 * MB


@pytest.mark.skipif(not HighWater.works(), reason="the kernel does not let its mark be reset")
def test_pages_of_files_are_no_appetite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    status = tmp_path / "status"
    monkeypatch.setattr(peak, "_STATUS", status)
    status.write_text("VmHWM:\t 1000 kB\nVmRSS:\t 1000 kB\nRssFile:\t 100 kB\n")
    gauge = HighWater()
    gauge.start()
    status.write_text("VmHWM:\t 1900 kB\nVmRSS:\t 1500 kB\nRssFile:\t 600 kB\n")

    assert gauge.rise() == 400 * 1024


def test_a_level_that_must_be_watched_is_seen_at_its_highest():
    levels, seen = iter([100, 150, 900, 300]), threading.Event()

    def read() -> int:
        level = next(levels, 300)
        if level == 900:
            seen.set()
        return level

    gauge = Watched(read)
    gauge.start()
    assert seen.wait(10)
    gauge.stop()

    assert gauge.rise() == 800


def test_where_the_mark_cannot_be_reset_the_process_is_watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(peak, "_CLEAR", tmp_path / "nowhere" / "clear_refs")

    with measured_peak("cpu") as seen:
        taken = bytearray(200 * MB)

    assert len(taken) == 200 * MB
    assert seen.bytes > 195 * MB
    assert peak._process_bytes() > 0


def test_the_sizes_of_a_status_file_are_bytes():
    assert status_bytes("Name:\tpython\nVmHWM:\t  12 kB\nThreads:\t3\n") == {"VmHWM": 12 * 1024}


def test_a_run_remembers_its_peak_and_its_largest_batch(session: Session):
    frame = pd.DataFrame({"review": ["It is good.", "It is bad, and it is slow.", "Fine."]})
    given = recognise("x", frame, reader=session.reader)
    reads = {"text": Column(column="review", of="x")}
    step = Step(id="sentiment", task="text-classification", inputs=reads, output="review_sentiment")
    plan = session.choose_models(validate(Plan(inputs=(given.schema,), steps=(step,))), {"x": given}, Options()).plan

    run_plan(plan, {"x": given}, session._machine(Options()), lambda _: None)

    choice, (loaded,) = plan.steps[0].model, session.pool.loaded()
    ((longest, taken),) = session.store.peaks(
        "text-classification", choice.model_id, choice.revision, session._machine(Options()).device.torch_name
    )
    weights = loaded.bytes
    assert weights <= taken < weights + 500 * MB
    assert longest == 3 * 11  # rows × the tokens of the longest: seven words, two signs, and two around them
