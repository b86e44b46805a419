"""Steps over a frame shard by shard give what they give over the whole of it, in flat memory, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.engine.machine import Machine
from hfmagic.engine.shards import Group, groups_of
from hfmagic.engine.step import StepRun
from hfmagic.engine.stream import OpenStep, Ran, Stream, over_frame, over_lazy, parts_of
from hfmagic.engine.tables import Tables
from hfmagic.engine.written import Written
from hfmagic.errors import StepFailed, UnknownKind
from hfmagic.kinds import Label
from hfmagic.lazy import LazyTable
from hfmagic.plan import Column, Frame, ModelChoice, Plan, Predicate, Step, StepOutput
from hfmagic.recognise import Input, Reader, recognise
from hfmagic.results import INTERRUPTED, Done, Event, Failed, Progress, RejectedRow, Started, StepResult
from hfmagic.scope import Scope

from ..interrupted import unmeasured

TEXT = Column(column="text", of="x")
MODEL = ModelChoice(model_id="a/b", revision="0" * 40)
LABEL = Step(id="label", task="text-classification", inputs={"text": TEXT}, output="label", model=MODEL)
SHORT = Step(id="short", task="summarization", inputs={"text": TEXT}, output="short")
AGAIN = LABEL.model_copy(update={"id": "again", "inputs": {"text": StepOutput(step="short")}, "output": "again"})
VECTOR = Step(id="vector", task="feature-extraction", inputs={"text": TEXT}, output="vector")
CHART = Step(id="chart", task="chart", inputs={"table": Frame(frame="x", plus=("label",))}, output="chart")
GROUPED = Step(id="group", task="cluster", inputs={"embedding": StepOutput(step="vector")}, output="group")
WORDS = ["good news here today", "", None, "bad news here today", "  ", "some more words again"]


def _made(step: Step, value: str) -> Any:
    match step.task:
        case "text-classification":
            return (Label("LONG" if len(value) > 8 else "SHORT", 0.5), Label("OTHER", 0.25))
        case "feature-extraction":
            return [float(len(value)), 1.0]
        case _:
            return value.upper()[:8]


@dataclass
class Fake:
    """Steps that count, and fail or are interrupted where a test says so: step id and the text that does it."""

    breaks: dict[tuple[str, str], BaseException] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def open_step(self, run: StepRun) -> OpenStep:
        self.opened.append(run.step.id)
        return _Open(self, run.step.id)


@dataclass
class _Open:
    fake: Fake
    step_id: str

    def over(self, run: StepRun) -> StepResult:
        work = run.work(next(iter(run.step.inputs)))
        self.fake.sizes.append(work.count)
        values: list[Any] = [None] * work.count
        rejected = dict(work.rejected)
        for row, value in zip(work.places, work.values, strict=True):
            stop = self.fake.breaks.get((run.step.id, value))
            if isinstance(stop, KeyboardInterrupt) and row:  # as a batch that is finished, and one that is not
                run.interrupted = True
            elif stop is not None:
                raise stop
            if run.interrupted:
                rejected[row] = INTERRUPTED
            else:
                values[row] = _made(run.step, value)
        run.emit(Progress(run.step.id, len(work.rows), len(work.rows)))
        found = tuple(RejectedRow(row, rejected[row]) for row in sorted(rejected))
        gives = run.tables.scope.spec(run.step).gives
        notes = (f"{work.count:,} rows were longer than 512 tokens; the rest of each was not read", "short")
        many = {"rows": len(work.rows), "unique": len(set(work.values)), "rejected": found, "seconds": 1.0}
        return StepResult(run.step, gives, values, frame="x", notes=notes, **many)

    def close(self) -> int:
        self.fake.closed.append(self.step_id)
        return 7


def machine(folder: Path) -> Machine:
    return Machine(hub=None, pool=None, device=None, reader=Reader((folder,)), store=None)  # type: ignore[arg-type]


def stream(
    given: Input, *steps: Step, fake: Fake, folder: Path, seen: Callable[[Event], None], keeps: bool
) -> tuple[Stream, Plan]:
    plan = Plan(inputs=(given.schema,), steps=steps)
    group = next(g for g in groups_of(plan, {"x"}) if g.frame)
    tables = Tables(Scope(plan), {"x": given}, {})
    rows = given.schema.rows or 0
    return Stream(group, tables, {"x": given}, machine(folder), seen, fake.open_step, rows, keeps), plan


def eager(
    frame: Any,
    *steps: Step,
    rows: int = 10**6,
    fake: Fake | None = None,
    folder: Path,
    seen: Callable[[Event], None] = lambda _: None,
) -> Ran:
    given = recognise("x", frame, reader=Reader((folder,)))
    made, _ = stream(given, *steps, fake=fake or Fake(), folder=folder, seen=seen, keeps=True)
    assert given.frame is not None
    return made.over(parts_of(given.frame, rows))


def lazily(
    value: Any,
    *steps: Step,
    rows: int,
    fake: Fake | None = None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[[Event], None] = lambda _: None,
) -> tuple[Ran, LazyTable | None]:
    monkeypatch.setattr("hfmagic.engine.stream.shard_rows", lambda *_: rows)
    given = recognise("x", value, reader=Reader((folder,)))
    assert given.lazy is not None
    made, plan = stream(given, *steps, fake=fake or Fake(), folder=folder, seen=seen, keeps=False)
    return over_lazy(
        made,
        given.lazy,
        Written(folder / "outputs" / "out.parquet", given.lazy, plan, made.group.steps, inputs=given.lazy.files),
    )


def written(folder: Path, texts: list[str | None]) -> Path:
    path = folder / "rows.parquet"
    table = pa.table({"text": pa.array(texts, pa.string()), "n": range(len(texts))})
    pq.write_table(table, path, row_group_size=5)
    return path


LAZY: dict[str, Callable[[Path], Any]] = {
    "path": str,
    "dataset": lambda p: pa.dataset.dataset(str(p)),
    "polars": pl.scan_parquet,
}
FRAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "pandas": lambda data: pd.DataFrame(data, index=[3] * len(data["n"])),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
}
SETTINGS = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).filter(lambda t: any(v and v.strip() for v in t))


@pytest.mark.parametrize("library", FRAMES)
@SETTINGS
@given(TEXTS, st.integers(1, 50))
def test_shards_of_any_size_give_what_the_whole_frame_gives(tmp_path: Path, library: str, texts: list[Any], rows: int):
    frame = FRAMES[library]({"text": texts, "n": list(range(len(texts)))})

    parts = eager(frame, LABEL, SHORT, AGAIN, rows=rows, folder=tmp_path).results
    whole = eager(frame, LABEL, SHORT, AGAIN, folder=tmp_path).results

    assert list(parts) == list(whole) == ["label", "short", "again"]
    for step_id, result in whole.items():
        one = parts[step_id]
        assert (one.value, one.rejected, one.rows) == (result.value, result.rejected, result.rows)
        assert one.notes == result.notes


@pytest.mark.parametrize("library", LAZY)
@SETTINGS
@given(TEXTS, st.integers(1, 50))
def test_a_lazy_frame_gives_what_a_frame_in_memory_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, texts: list[Any], rows: int
):
    path = written(tmp_path, texts)
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    ran, table = lazily(LAZY[library](path), LABEL, SHORT, AGAIN, rows=rows, folder=tmp_path, monkeypatch=monkeypatch)
    whole = eager(pd.read_parquet(path), LABEL, SHORT, AGAIN, folder=tmp_path).results

    assert table is not None
    found = pq.read_table(table.files[0])
    assert found["n"].to_pylist() == list(range(len(texts)))
    for step_id in ("label", "again"):
        best = [v and v[0] for v in whole[step_id].value]
        assert found[step_id].to_pylist() == [v and v.label for v in best]
        assert found[f"{step_id}_score"].to_pylist() == [v and v.score for v in best]
    assert found["short"].to_pylist() == whole["short"].value
    for step_id, result in whole.items():
        streamed = ran.streamed[step_id]
        assert streamed.given == sum(v is not None for v in result.value)
        assert sum(streamed.rejected.values()) == len(result.rejected)
        assert ran.results[step_id].value == result.value
        assert ran.results[step_id].rows == result.rows
    assert before == (path.read_bytes(), path.stat().st_mtime_ns)


def test_a_lazy_frame_without_rows_has_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    _, table = lazily(written(tmp_path, []), LABEL, rows=5, folder=tmp_path, monkeypatch=monkeypatch)

    assert table is not None
    assert (table.rows, table.columns) == (0, ("text", "n", "label", "label_score"))


def test_a_first_shard_without_a_result_does_not_decide_the_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = written(tmp_path, [None, None, "good news here"])

    _, table = lazily(path, LABEL, rows=1, folder=tmp_path, monkeypatch=monkeypatch)

    assert table is not None
    assert pq.read_table(table.files[0])["label"].to_pylist() == [None, None, "LONG"]


def test_several_steps_pass_over_a_shard_before_the_next_one(tmp_path: Path):
    events: list[Event] = []
    frame = pd.DataFrame({"text": ["some words here"] * 4})

    eager(frame, LABEL, SHORT, rows=2, folder=tmp_path, seen=events.append)

    order = [e.step_id for e in events if isinstance(e, Progress) and e.done in (2, 4)]
    assert list(dict.fromkeys(zip(order[::2], order[1::2], strict=True))) == [("label", "label"), ("short", "short")]
    assert [e for e in events if isinstance(e, Started)] == [Started("label", 4), Started("short", 4)]
    assert [e.step_id for e in events if isinstance(e, Done)] == ["label", "short"]
    assert {(e.done, e.total) for e in events if isinstance(e, Progress)} == {(2, 4), (4, 4)}


def test_a_step_is_opened_once_and_closed_once(tmp_path: Path):
    fake = Fake()

    ran = eager(pd.DataFrame({"text": ["some words here"] * 9}), LABEL, SHORT, rows=2, fake=fake, folder=tmp_path)

    assert sorted(fake.opened) == sorted(fake.closed) == ["label", "short"]
    assert [r.peak_bytes for r in ran.results.values()] == [7, 7]


def test_figures_of_the_shards_add_up(tmp_path: Path):
    ran = eager(pd.DataFrame({"text": ["some words here"] * 5}), LABEL, rows=2, folder=tmp_path)
    result = ran.results["label"]

    assert (result.rows, result.unique, result.seconds) == (5, 3, 3.0)
    assert result.notes == ("5 rows were longer than 512 tokens; the rest of each was not read", "short")


@pytest.mark.parametrize("stop", [4, 5, 9])
def test_an_interrupt_keeps_the_shards_and_the_rows_that_are_finished(stop: int, tmp_path: Path):
    texts = [f"number {i} of the words" for i in range(10)]
    fake = Fake({("short", texts[stop]): KeyboardInterrupt()})
    events: list[Event] = []

    ran = eager(
        pd.DataFrame({"text": texts}), LABEL, SHORT, AGAIN, rows=4, fake=fake, folder=tmp_path, seen=events.append
    )

    assert ran.interrupted == "short"
    kept = [v is not None for v in ran.results["short"].value]
    assert kept == [i < stop for i in range(10)]
    assert [r.row for r in ran.results["short"].rejected] == list(range(stop, 10))
    assert _left(ran.results["label"]) == 10 - min(10, (stop // 4 + 1) * 4)
    assert _left(ran.results["again"]) == 10 - stop // 4 * 4
    assert sorted(fake.closed) == sorted(set(fake.opened))
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, KeyboardInterrupt)


def _left(result: StepResult) -> int:
    return sum(row.reason == INTERRUPTED for row in result.rejected)


def test_an_interrupt_before_the_first_row_leaves_the_step_out(tmp_path: Path):
    fake = Fake({("label", "first words of all"): KeyboardInterrupt()})

    ran = eager(pd.DataFrame({"text": ["first words of all", "more"]}), LABEL, SHORT, fake=fake, folder=tmp_path)

    assert (ran.interrupted, dict(ran.results)) == ("label", {})


def test_an_interrupt_of_a_lazy_frame_leaves_a_file_of_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    texts: list[str | None] = [f"number {i} of the words" for i in range(10)]
    fake = Fake({("short", "number 5 of the words"): KeyboardInterrupt()})

    ran, table = lazily(
        written(tmp_path, texts), LABEL, SHORT, AGAIN, rows=4, fake=fake, folder=tmp_path, monkeypatch=monkeypatch
    )

    assert table is not None
    found = pq.read_table(table.files[0])
    assert found["n"].to_pylist() == list(range(8))
    assert [v is not None for v in found["short"].to_pylist()] == [True] * 5 + [False] * 3
    assert [v is not None for v in found["again"].to_pylist()] == [True] * 4 + [False] * 4
    assert {i: s.unfinished for i, s in ran.streamed.items()} == {"label": 2, "short": 5, "again": 6}
    assert [p.name for p in (tmp_path / "outputs").iterdir()] == ["out.parquet"]


@pytest.mark.parametrize("at", [0, 7])
@pytest.mark.parametrize("keeps", [True, False])
def test_a_step_that_fails_is_left_out_with_its_descendants_and_the_others_go_on(
    at: int, keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    texts: list[str | None] = [f"number {i} of the words" for i in range(10)]
    fake = Fake({("short", str(texts[at])): StepFailed("no such luck")})
    events: list[Event] = []
    given = {"rows": 3, "fake": fake, "folder": tmp_path, "seen": events.append}

    if keeps:
        ran = eager(pd.DataFrame({"text": texts}), LABEL, SHORT, AGAIN, **given)  # type: ignore[arg-type]
    else:
        ran, table = lazily(written(tmp_path, texts), LABEL, SHORT, AGAIN, monkeypatch=monkeypatch, **given)  # type: ignore[arg-type]
        assert table is not None
        assert table.columns == ("text", "n", "label", "label_score")
        assert table.rows == 10

    assert (list(ran.results), list(ran.failed)) == (["label"], ["short"])
    assert [e.step_id for e in events if isinstance(e, Failed)] == ["short"]
    assert len(ran.results["label"].value) == 10


@pytest.mark.parametrize("keeps", [True, False])
def test_a_step_whose_rows_are_all_rejected_has_failed_and_one_bad_shard_is_no_failure(
    keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def run(texts: list[str | None]) -> Ran:
        if keeps:
            return eager(pd.DataFrame({"text": pd.Series(texts, dtype=object)}), SHORT, AGAIN, rows=2, folder=tmp_path)
        return lazily(written(tmp_path, texts), SHORT, AGAIN, rows=2, folder=tmp_path, monkeypatch=monkeypatch)[0]

    assert list(run([None, "", "some words", " "]).results) == ["short", "again"]

    bad = run([None, "", " ", None])
    assert (list(bad.results), list(bad.failed)) == ([], ["short"])
    assert "every row was rejected: empty; missing" in bad.failed["short"].line


def test_rows_that_cannot_be_read_fail_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    frame = pl.LazyFrame({"text": ["some words here"], "n": ["1"]})
    bad = frame.with_columns(pl.col("n").map_elements(_explode, return_dtype=pl.Int64))
    given = recognise("x", frame, reader=Reader((tmp_path,)))
    assert given.lazy is not None
    made, plan = stream(given, LABEL, SHORT, fake=Fake(), folder=tmp_path, seen=lambda _: None, keeps=False)
    lazy = LazyTable(bad, "polars")
    monkeypatch.setattr(LazyTable, "bytes_a_row", 1.0)

    ran, table = over_lazy(made, lazy, Written(tmp_path / "out.parquet", given.lazy, plan, made.group.steps))

    assert (list(ran.failed), table) == (["label", "short"], None)
    assert all(isinstance(e, UnknownKind) for e in ran.failed.values())


def _explode(value: Any) -> int:
    raise ValueError("boom")


def test_the_file_holds_a_vector_only_where_it_is_worth_a_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = written(tmp_path, ["some words here"] * 3)

    _, alone = lazily(path, VECTOR, rows=2, folder=tmp_path, monkeypatch=monkeypatch)
    assert alone is not None
    assert pq.read_table(alone.files[0])["vector"].to_pylist() == [[15.0, 1.0]] * 3

    _, grouped = lazily(path, VECTOR, GROUPED, rows=2, folder=tmp_path, monkeypatch=monkeypatch)
    assert grouped is not None
    assert "vector" in grouped.columns  # the clusters are made of it


def test_where_chooses_rows_of_each_shard(tmp_path: Path):
    where = (Predicate(of=StepOutput(step="label"), value="LONG"),)
    chosen = SHORT.model_copy(update={"where": where})
    texts = ["a few long words", "tiny", "some more long words", "short"]

    ran = eager(pd.DataFrame({"text": texts}), LABEL, chosen, rows=2, folder=tmp_path)

    assert [v is not None for v in ran.results["short"].value] == [True, False, True, False]
    assert ran.results["short"].rows == 2


def test_results_that_are_kept_are_read_and_not_run(tmp_path: Path):
    frame = pd.DataFrame({"text": [f"number {i} of the words" for i in range(5)]})
    given = recognise("x", frame, reader=Reader((tmp_path,)))
    before = eager(frame, SHORT, folder=tmp_path).results
    plan = Plan(inputs=(given.schema,), steps=(SHORT, AGAIN))
    fake = Fake()
    made = Stream(
        Group((AGAIN,), "x"),
        Tables(Scope(plan), {"x": given}, before),
        {"x": given},
        machine(tmp_path),
        lambda _: None,
        fake.open_step,
        5,
    )

    ran = made.over(parts_of(nw.from_native(frame, eager_only=True), 2))

    assert fake.opened == ["again"]
    assert len(ran.results["again"].value) == 5


def test_a_frame_in_memory_is_cut_by_rows_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.engine.shards.SHARD_ROWS", 100)
    given = recognise("x", pd.DataFrame({"text": ["some words here"] * 250}), reader=Reader((tmp_path,)))
    fake = Fake()
    made, _ = stream(given, LABEL, fake=fake, folder=tmp_path, seen=lambda _: None, keeps=True)
    assert given.frame is not None

    over_frame(made, given.frame)

    assert fake.sizes == [100, 100, 50]


def test_of_many_rows_only_the_first_values_and_counts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    texts = ["some words here", None] * 2000

    ran, _ = lazily(written(tmp_path, texts), LABEL, rows=512, folder=tmp_path, monkeypatch=monkeypatch)
    result, streamed = ran.results["label"], ran.streamed["label"]

    assert (len(result.value), len(result.rejected)) == (1000, 1000)
    assert (streamed.rows, dict(streamed.labels), dict(streamed.rejected)) == (4000, {"LONG": 2000}, {"missing": 2000})


EVERY_LINE = """
import sys
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq
sys.path.insert(0, sys.argv[2])
from tests.engine.test_stream import LABEL, SHORT, Fake, stream
from hfmagic.engine import shards, stream as streaming, written
from hfmagic import sink, streamed
from hfmagic.engine.written import Written
from hfmagic.recognise import Reader, recognise

folder = Path(sys.argv[1])
MODULES = {module.__file__ for module in (streaming, written, shards, sink, streamed)}
streaming.shard_rows = lambda *_: 2
sink.GROUP_ROWS = 2
texts = [f"number {i} of the words" for i in range(3)]
pq.write_table(pa.table({"text": texts, "n": range(3)}), folder / "rows.parquet")
given = recognise("x", str(folder / "rows.parquet"), reader=Reader((folder,)))
at = left = 0

def trace(frame, event, _):
    global left
    if frame.f_code.co_filename not in MODULES:
        return None
    if event == "line":
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
    return trace

def run():
    fake = Fake()
    made, plan = stream(given, LABEL, SHORT, fake=fake, folder=folder, seen=lambda _: None, keeps=False)
    out = Written(folder / "outputs" / "out.parquet", given.lazy, plan, made.group.steps, inputs=given.lazy.files)
    sys.settrace(trace)
    try:
        return streaming.over_lazy(made, given.lazy, out)
    except KeyboardInterrupt:
        return None
    finally:
        sys.settrace(None)

interrupted = 0
while True:
    at += 3  # of three lines one is enough to see
    left = at
    found = run()
    if left > 0:
        break
    interrupted += 1
    place = folder / "outputs" / "out.parquet"
    if place.exists():
        rows = pq.read_table(place)
        assert rows["n"].to_pylist() == list(range(len(rows))), (at, rows)
        for name, cut in (("label", None), ("short", 8)):
            if name in rows.column_names:
                done = [v for v in rows[name].to_pylist() if v is not None]
                whole = ["LONG"] * 5 if cut is None else [f"NUMBER {i}" for i in range(5)]
                assert done == whole[: len(done)], (at, rows)
        place.unlink()
assert found is not None and found[1].rows == 3
assert [p.name for p in (folder / "outputs").iterdir() if not p.name.endswith(".tmp")] == ["out.parquet"]
print(interrupted)
"""


def test_an_interrupt_anywhere_leaves_whole_rows_or_no_file(tmp_path: Path):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-c", EVERY_LINE, str(tmp_path), str(root)]

    done = subprocess.run(command, capture_output=True, text=True, env=unmeasured(OMP_NUM_THREADS="1"), cwd=root)

    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 100


FLAT = """
import sys
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq
sys.path.insert(0, sys.argv[2])
from tests.engine.test_stream import AGAIN, LABEL, SHORT, Fake, stream
from hfmagic.engine.stream import over_lazy
from hfmagic.engine.written import Written
from hfmagic.recognise import Reader, recognise

def bytes_now():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("RssAnon")) * 1024

folder, rows = Path(sys.argv[1]), int(sys.argv[3])
path = folder / f"{rows}.parquet"
with pq.ParquetWriter(path, pa.schema({"text": pa.string()})) as writer:
    for start in range(0, rows, 20_000):
        texts = [f"{i} " + "some more words " * 8 for i in range(start, start + 20_000)]
        writer.write_table(pa.table({"text": texts}))
given = recognise("x", str(path), reader=Reader((folder,)))
most = 0

def watch(event):
    global most
    most = max(most, bytes_now())

made, plan = stream(given, LABEL, SHORT, AGAIN, fake=Fake(), folder=folder, seen=watch, keeps=False)
out = Written(folder / "out" / f"{rows}.parquet", given.lazy, plan, made.group.steps)
ran, table = over_lazy(made, given.lazy, out)
assert table.rows == ran.streamed["again"].given == rows
print(most)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux tells of memory")
def test_memory_stays_flat_as_rows_grow(tmp_path: Path):
    def most_bytes(rows: int) -> int:
        root = Path(__file__).parents[2]
        command = [sys.executable, "-c", FLAT, str(tmp_path), str(root), str(rows)]
        settings = {**os.environ, "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        return int(subprocess.run(command, capture_output=True, text=True, check=True, env=settings, cwd=root).stdout)

    little, much = most_bytes(100_000), most_bytes(400_000)

    assert much < little + 40_000_000  # the rows more are 40 MB of texts, and as Python's objects many times that
