"""What looks at all rows of a lazy table, and what is made of its files afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from hfmagic.engine import at_rest as module
from hfmagic.engine.at_rest import AtRest, lazy_frames, resting_on
from hfmagic.engine.shards import Group, groups_of
from hfmagic.engine.step import StepRun
from hfmagic.engine.stream import Stream
from hfmagic.engine.tables import Tables
from hfmagic.engine.written import read_back
from hfmagic.errors import BadOption, StepFailed
from hfmagic.kinds import Label
from hfmagic.plan import Column, Frame, Plan, Predicate, Step, StepOutput
from hfmagic.recognise import Reader, recognise
from hfmagic.results import StepResult
from hfmagic.scope import Scope

from .test_stream import LABEL, SHORT, VECTOR, Fake, machine

TEXTS = ["good news here today", None, "tiny", "some more words again"] * 3
KEPT = Step(
    id="kept",
    task="filter",
    inputs={"table": Frame(frame="x", plus=("label",))},
    where=(
        Predicate(of=StepOutput(step="label"), value="LONG"),
        Predicate(of=Column(column="n", of="x"), op=">", value=2),
    ),
    output="kept",
)
OF_KEPT = SHORT.model_copy(update={"id": "of_kept", "inputs": {"text": Column(column="text", of="kept")}})
GROUPED = Step(
    id="grouped",
    task="cluster",
    inputs={"embedding": StepOutput(step="vector"), "text": Column(column="text", of="x")},
    parameters={"groups": 2},
    output="theme",
)
OF_GROUPED = SHORT.model_copy(update={"id": "of_grouped", "inputs": {"text": StepOutput(step="grouped")}})
CHART = Step(
    id="chart",
    task="chart",
    inputs={"table": Frame(frame="x", plus=("label",))},
    parameters={"x": "label"},
    output="chart",
)
LAZY: dict[str, Callable[[Path], Any]] = {
    "path": str,
    "dataset": lambda path: pyarrow.dataset.dataset(str(path)),
    "polars": pl.scan_parquet,
}


@pytest.fixture(params=LAZY)
def value(request: Any, tmp_path: Path) -> Any:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": TEXTS, "n": range(len(TEXTS))}), path)
    return LAZY[request.param](path)


class Run:
    """A plan over a lazy table, group by group, as the executor runs it."""

    def __init__(self, value: Any, folder: Path, *steps: Step) -> None:
        given = recognise("x", value, reader=Reader((folder,)))
        assert given.lazy is not None
        self.plan, self.fake = Plan(inputs=(given.schema,), steps=steps), Fake()
        self.results: dict[str, StepResult] = {}
        self.inputs, self.machine = {"x": given}, machine(folder)
        self.at_rest = AtRest(self.plan, {"x": given.lazy}, lambda name: folder / "outputs" / f"{name}.parquet")
        self.tables = Tables(Scope(self.plan), self.inputs, self.results)

    def all(self) -> Run:
        for group in groups_of(self.plan, lazy_frames(self.plan, self.inputs)):
            if group.frame:
                self.stream(group)
            else:
                self.one(group.steps[0])
        return self

    def stream(self, group: Group) -> None:
        rows = self.at_rest.table(group.frame).rows
        made = Stream(
            group, self.tables, self.inputs, self.machine, lambda _: None, self.fake.open_step, rows, keeps=False
        )
        ran = self.at_rest.stream(made)
        assert not ran.failed
        self.results |= ran.results

    def one(self, step: Step) -> None:
        assert self.at_rest.reads(step)
        run = StepRun(step, self.tables, self.inputs, self.machine, lambda _: None)
        self.results[step.id] = self.at_rest.run(run)

    def read(self, name: str) -> pa.Table:
        return pq.read_table(self.at_rest.table(name).files[0])


def test_a_filter_keeps_rows_in_a_file_of_its_own_and_steps_run_over_them(value: Any, tmp_path: Path):
    run = Run(value, tmp_path, LABEL, KEPT, OF_KEPT).all()

    wanted = [i for i, text in enumerate(TEXTS) if text and len(text) > 8 and i > 2]
    assert run.read("kept")["n"].to_pylist() == wanted
    assert run.read("kept")["short"].to_pylist() == [str(TEXTS[i]).upper()[:8] for i in wanted]
    assert run.at_rest.streamed["kept"].rows == len(wanted)
    assert run.results["kept"].rows == len(TEXTS)
    assert "short" not in run.read("x").column_names
    final = run.at_rest.final()
    assert set(final) == {"x", "kept"}
    assert type(final["kept"]) is type(final["x"]) is (type(value) if not isinstance(value, str) else type(tmp_path))


def test_groups_are_added_and_later_steps_read_them_back(value: Any, tmp_path: Path):
    run = Run(value, tmp_path, VECTOR, GROUPED, OF_GROUPED).all()

    found = run.read("x")
    themes = found["theme"].to_pylist()
    assert [theme is None for theme in themes] == [text is None for text in TEXTS]
    assert found["short"].to_pylist() == [theme and theme.upper()[:8] for theme in themes]
    assert found["n"].to_pylist() == list(range(len(TEXTS)))
    assert sum(run.at_rest.streamed["grouped"].labels.values()) == 9
    assert [p.name for p in (tmp_path / "outputs").iterdir()] == ["x.parquet"]


def test_too_many_rows_to_group_are_refused_in_one_line(value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_GROUPED", 5)

    with pytest.raises(StepFailed, match="too many to group") as error:
        Run(value, tmp_path, VECTOR, GROUPED).all()
    assert len(error.value.line) <= 200


def test_a_chart_reads_its_columns_alone(value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    drawn: list[pa.Table] = []

    def draw(table: pa.Table, **_: Any) -> Any:
        drawn.append(table)
        return type("Figure", (), {"get_label": lambda _: ""})()

    monkeypatch.setattr(module, "draw_chart", draw)
    run = Run(value, tmp_path, LABEL, CHART).all()

    assert drawn[0].to_pydict() == {"label": [None if t is None else "LONG" if len(t) > 8 else "SHORT" for t in TEXTS]}
    assert run.results["chart"].rows == len(TEXTS)

    monkeypatch.setattr(module, "MOST_DRAWN", 5)
    with pytest.raises(StepFailed, match="too many to draw"):
        run.one(CHART)


def test_a_step_that_wants_the_table_in_memory_is_refused_in_one_line(value: Any, tmp_path: Path):
    asked = Step(id="a", task="summarization", inputs={"text": Frame(frame="x")}, output="a")

    with pytest.raises(StepFailed, match="whole table in memory") as error:
        Run(value, tmp_path, asked).all()
    assert len(error.value.line) <= 200


def test_a_table_that_lies_in_no_parquet_file_is_copied_into_one_once(value: Any, tmp_path: Path):
    run = Run(value, tmp_path, LABEL)

    files = run.at_rest.files("x")

    assert run.at_rest.files("x") == files
    assert pq.read_table(files[0]).to_pydict() == {"text": TEXTS, "n": list(range(len(TEXTS)))}
    assert (files[0].name == "rows.parquet") == isinstance(value, str)


def test_an_input_is_never_the_place_of_an_output(tmp_path: Path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": TEXTS}), path)
    before = path.read_bytes()
    run = Run(str(path), tmp_path, LABEL)
    run.at_rest.place = lambda _: path

    (group,) = groups_of(run.plan, {"x"})
    made = Stream(group, run.tables, run.inputs, run.machine, lambda _: None, run.fake.open_step, 12, keeps=False)
    ran = run.at_rest.stream(made)

    assert isinstance(ran.failed["label"], BadOption)
    assert path.read_bytes() == before


def test_which_steps_rest_on_lazy_frames(tmp_path: Path):
    frame = recognise("y", pd.DataFrame({"text": ["some words"]}), reader=Reader((tmp_path,)))
    other = LABEL.model_copy(update={"id": "other", "inputs": {"text": Column(column="text", of="y")}})
    lazy = recognise("x", pl.LazyFrame({"text": ["some words"], "n": [1]}), reader=Reader((tmp_path,)))
    plan = Plan(inputs=(lazy.schema, frame.schema), steps=(LABEL, KEPT, OF_KEPT, other))
    frames = lazy_frames(plan, {"x": lazy, "y": frame})

    assert frames == {"x", "kept"}
    assert resting_on(plan, frames) == {"label", "kept", "of_kept"}


def test_what_was_written_is_read_back_as_it_was_given(tmp_path: Path):
    import narwhals as nw

    table = pa.table({"label": ["a", None], "label_score": [0.5, None]})

    found = read_back(LABEL, Scope(Plan(steps=(LABEL,))).spec(LABEL).gives, nw.from_native(table, eager_only=True))

    assert found.value == [(Label("a", 0.5),), None]
    assert replace(found, value=()).step == LABEL
