"""Rows without a result: a frame for a program, a line that opens for a reader; and rows that are only not done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import dataset

from hfmagic.answer import answer
from hfmagic.answer.read import head_of
from hfmagic.plan import Column, StepOutput
from hfmagic.render.rejected_view import rejected_view
from hfmagic.render.results_view import results_view
from hfmagic.results import INTERRUPTED, RejectedRow, Results
from hfmagic.streamed import Streamed
from tests.render.build import reviews, speech


def with_rejected(*rejected: RejectedRow, rows: int = 2314, step: str = "feel", of: Results | None = None) -> Results:
    results = of or reviews()
    return replace(
        results, steps={**results.steps, step: replace(results[step], rows=rows, rejected=rejected, frame="reviews")}
    )


def some(*counts: tuple[int, str]) -> list[RejectedRow]:
    reasons = [reason for count, reason in counts for _ in range(count)]
    return [RejectedRow(row, reason) for row, reason in enumerate(reasons)]


@pytest.mark.parametrize(
    ("backend", "type_"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)]
)
def test_the_frame_of_rejected_rows_is_of_the_library_of_the_input(backend: str, type_: type):
    found = reviews(backend).rejected
    rows = nw.from_native(found, eager_only=True).select("step", "row", "column", "reason").rows()

    assert isinstance(found, type_)
    assert rows == [("review_sentiment", 4, "review", "empty")]


def test_a_pandas_frame_tells_the_label_of_each_row():
    results = with_rejected(RejectedRow(1, "missing"), RejectedRow(4, "empty"))
    frame = results.frames["reviews"].set_axis(list("uvwxyz"))
    found = replace(results, frames={"reviews": frame}).rejected

    assert list(found.columns) == ["step", "row", "index", "column", "reason"]
    assert found["index"].tolist() == ["v", "y"]
    assert frame.loc[found["index"], "review"].tolist() == ["review number 1", "review number 4"]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_where_nothing_was_rejected_the_frame_is_empty_with_its_columns(backend: str):
    results = reviews(backend)
    none = replace(results["feel"], rejected=())
    found = nw.from_native(replace(results, steps={"feel": none}).rejected, eager_only=True)

    assert len(found) == 0
    assert {"step", "row", "column", "reason"} <= set(found.columns)


def test_a_run_without_a_frame_has_an_empty_one():
    results, _ = speech()

    assert len(results.rejected) == 0


def test_the_column_is_the_one_of_the_slot_that_the_reason_names():
    results = with_rejected(RejectedRow(1, "question: missing"), RejectedRow(2, "too large"))
    step = results["feel"].step.model_copy(
        update={"inputs": {"text": Column(column="review", of="reviews"), "question": StepOutput(step="embed")}}
    )
    found = replace(results, steps={"feel": replace(results["feel"], step=step)}).rejected

    assert found["column"].tolist() == ["e", "review"]


def test_the_line_counts_rows_by_reason_and_says_where_they_are():
    view = rejected_view(with_rejected(*some((8, "missing"), (3, "empty"), (1, "too large"))))

    assert view.plain == "12 of 2,314 rows were rejected: 8 missing, 3 empty, 1 too large · hf.last.rejected"
    assert view.html.html.startswith("<details><summary>")
    assert "12 of 2,314 rows were rejected: 8 missing, 3 empty, 1 too large" in view.html.html


def test_a_row_that_two_steps_rejected_is_one_row():
    twice = with_rejected(RejectedRow(0, "missing"), RejectedRow(1, "empty"))
    twice = with_rejected(RejectedRow(0, "missing"), RejectedRow(5, "too large"), step="embed", rows=9, of=twice)

    assert rejected_view(twice).plain.startswith("3 of 2,314 rows were rejected: 1 missing, 1 empty, 1 too large")
    assert len(twice.rejected) == 4  # what each step rejected


def test_labels_are_shown_only_where_they_are_not_the_positions():
    plain, results = rejected_view(reviews()), reviews()
    named = results.frames["reviews"].set_axis(list("uvwxyz"))
    shown = rejected_view(replace(results, frames={"reviews": named}))

    assert ">index</th>" not in plain.html.html
    assert ">index</th>" in shown.html.html
    assert ">y</td>" in shown.html.html


def test_the_output_does_not_grow_with_rows_and_reasons():
    small = rejected_view(with_rejected(*(RejectedRow(i, f"{i}: " + "long " * 400) for i in range(50)), rows=50))
    large = rejected_view(
        with_rejected(*(RejectedRow(i, f"{i % 1000}: " + "long " * 400) for i in range(100_000)), rows=1_000_000)
    )

    assert "100,000 of 1,000,000 rows were rejected" in large.plain
    assert "for other reasons" in large.plain
    assert "and 99,980 more in" in large.html.html
    assert large.html.html.count("<tr>") == small.html.html.count("<tr>") == 21
    assert len(large.html.html) < len(small.html.html) + 500


def test_a_reason_reaches_the_page_as_text():
    view = rejected_view(with_rejected(RejectedRow(0, "<img src=x onerror=alert(1)> $x$")))

    assert "<img" not in view.html.html
    assert "$x$" not in view.html.html


def interrupted(done: int, rows: int, *bad: RejectedRow) -> Results:
    left = [RejectedRow(row, INTERRUPTED) for row in range(done, rows)]
    results = with_rejected(*bad, *left, rows=rows)
    return replace(results, steps={"feel": results["feel"]}, interrupted=True)


def test_rows_that_an_interrupt_left_are_not_rejected():
    results = interrupted(4120, 10_000, RejectedRow(7, "empty"))

    assert results.unfinished("feel") == 5880
    assert results.finished("feel") == 4120
    assert results.rejected["row"].tolist() == [7]
    assert rejected_view(results).plain.startswith("1 of 10,000 rows was rejected: 1 empty")


def test_the_answer_says_how_far_an_interrupted_step_came():
    results = interrupted(4120, 10_000)
    said = answer(results).text
    chinese = answer(results, language="zh").text

    assert "Stopped before the end, after 4,120 of 10,000 reviews; what was finished is kept." in said
    assert "had no result" not in said
    assert "提前停止，10,000 条 reviews 中已完成 4,120 条；已完成的部分保留。" in chinese


def test_notes_of_the_run_stand_below_the_notes_of_its_steps_once():
    results = replace(reviews(), notes=("results are kept in /home/me (only you can read it)",))
    view: Any = results_view(results, answer=answer(results))

    assert "note: review_theme: 2 themes by silhouette\nnote: results are kept in /home/me" in view.plain
    assert view.html.html.count("results are kept in") == 1


# A frame whose rows lie in a file


def in_a_file(tmp_path: Path) -> Results:
    """Reviews as a Parquet file, of whose column only the first values and rejected rows are held."""
    results, path = reviews("pyarrow"), tmp_path / "reviews.parquet"
    pq.write_table(results.frames["reviews"], path)
    held = replace(results["feel"], rows=1_000_000, rejected=(RejectedRow(4, "empty"), RejectedRow(9, "missing")))
    counts = Streamed(1_000_000, 999_000, {"NEGATIVE": 999_000}, {"missing": 700, "empty": 300})
    return replace(results, steps={"feel": held}, frames={"reviews": path}, streamed={"feel": counts})


def test_rejected_rows_of_a_file_are_counted_beyond_those_that_are_held(tmp_path: Path):
    results = in_a_file(tmp_path)

    assert rejected_view(results).plain == (
        "1,000 of 1,000,000 rows were rejected: 700 missing, 300 empty · the first 2: hf.last.rejected"
    )
    assert len(results.rejected) == 2
    assert "had no result (700 × missing, 300 × empty)." in answer(results).text


def test_the_step_that_rejected_most_tells_of_a_file(tmp_path: Path):
    results = in_a_file(tmp_path)
    few = Streamed(1_000_000, 999_000, {}, {"too large": 10})
    both = replace(
        results,
        steps={"embed": replace(reviews()["embed"], rows=1_000_000), **results.steps},
        streamed={"embed": few, **results.streamed},
    )

    assert rejected_view(both).plain.startswith("1,000 of 1,000,000 rows were rejected: 700 missing")


def test_a_result_in_a_file_is_shown_by_its_name_rows_and_head(tmp_path: Path):
    results = in_a_file(tmp_path)
    view = results_view(results, answer=answer(results), preview_rows=2)

    assert "reviews · 6 rows, 2 new columns · in reviews.parquet:" in view.plain
    assert str(tmp_path) not in view.plain + view.html.html
    assert "review number 1" in view.plain
    assert "review number 2" not in view.plain


@pytest.mark.parametrize("opened", [pl.scan_parquet, dataset.dataset])
def test_a_lazy_frame_is_shown_by_its_head(tmp_path: Path, opened: Any):
    results = in_a_file(tmp_path)
    results = replace(results, frames={"reviews": opened(results.frames["reviews"])})
    view = results_view(results, answer=answer(results), preview_rows=2)

    assert "reviews · 6 rows, 2 new columns" in view.plain
    assert "review number 1" in view.plain


def test_what_is_no_table_has_no_head(tmp_path: Path):
    assert head_of(tmp_path / "gone.parquet", 3) is None
    assert head_of("text", 3) is None
    assert head_of(reviews().frames["reviews"], 3) is None


def test_an_answer_says_once_what_two_steps_rejected_alike():
    bad = (RejectedRow(4, "empty"),)
    twice = with_rejected(*bad, rows=6, step="embed", of=with_rejected(*bad, rows=6))

    assert answer(twice).text.count("had no result (empty)") == 1
