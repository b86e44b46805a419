"""The log as rows, table, charts and CSV."""

from __future__ import annotations

import csv
import io
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.alerts import Alert
from hfmagic.errors import BadOption, one_line
from hfmagic.render.log_view import COLUMNS, alerts_view, log_csv, log_rows, log_view
from hfmagic.store import Run, Store

NOW = datetime(2026, 11, 22, 12, 0)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Four selections in four days, of two tasks by two kernels; the first one ran and was rated."""
    store = Store(None, kernel="mine")
    facts = (
        ("text-classification", "org/good", "mine", True),
        ("text-classification", "org/poor", "other", False),
        ("translation", "org/good", "mine", None),
        ("text-classification", "org/good", "mine", False),
    )
    for days, (task, model, kernel, liked) in enumerate(facts):
        at = (NOW - timedelta(days=3 - days)).timestamp()
        monkeypatch.setattr(time, "time", lambda at=at: at)
        store.kernel = kernel
        store.add_selection(task, model, "0" * 40, "best", request="Label it", step="one", score=0.5)
        if liked is not None:
            store.add_run(Run(task, model, "0" * 40, "cpu", "float32", 9, 1.5, 0.1, 120_000_000, 12, "one"))
            store.rate(task, model, "0" * 40, f"run {days}", liked, step="one")
    store.kernel = "mine"
    return store


def models(store: Store, *words: str) -> list[object]:
    return [row["model"] for row in log_rows(store, words, now=NOW)]


def test_a_row_says_what_was_chosen_what_it_took_and_how_it_was_rated(store: Store):
    row = log_rows(store)[-1]

    assert tuple(sorted(row)) == tuple(sorted(COLUMNS))
    assert (row["when"], row["step"], row["task"], row["model"]) == (
        "2026-11-19 12:00:00",
        "one",
        "text-classification",
        "org/good",
    )
    assert (row["score"], row["seconds"], row["memory"], row["rating"]) == (0.5, 1.5, 120_000_000, "good")
    assert len(str(row["request"])) == 8


def test_the_newest_selection_comes_first(store: Store):
    assert [str(row["when"])[8:10] for row in log_rows(store)] == ["22", "21", "20", "19"]


def test_words_narrow_the_log(store: Store):
    assert models(store, "poor") == ["org/poor"]
    assert models(store, "TRANSLATION") == ["org/good"]
    assert models(store, "kernel") == ["org/good"] * 3
    assert models(store, "since=36h") == ["org/good", "org/good"]
    assert models(store, "since=2d", "text-classification") == ["org/good", "org/poor"]
    assert models(store, "since=2026-11-22") == ["org/good"]
    assert models(store, "no such") == []


@pytest.mark.parametrize("word", ["since=", "since=yesterday", "since=xd", "since=99999999999999d"])
def test_a_time_that_cannot_be_read_is_said(store: Store, word: str):
    with pytest.raises(BadOption, match="is no time"):
        log_rows(store, [word])


def test_the_view_has_a_table_and_two_charts(store: Store):
    view = log_view(log_rows(store))

    assert view.html.html.count("<img") == 2
    assert "120 MB" in view.plain
    assert repr(view).startswith("4 selections\n")


def test_one_day_has_no_chart_over_time(store: Store):
    assert log_view(log_rows(store, ["since=1h"], now=NOW)).html.html.count("<img") == 1


def test_an_empty_log_says_so():
    assert repr(log_view(log_rows(Store(None)))) == "0 selections\nnothing to show"


def test_notices_stand_above_the_log(store: Store):
    alert = Alert(NOW.timestamp(), "translation", "org/good", "r", "one", 0.9, 0.4, 6)

    assert repr(log_view(log_rows(store), [alert])).startswith(alert.line)
    assert "%hf use one OTHER" in repr(alerts_view([alert]))
    assert repr(alerts_view([])) == "Models to review\nnothing to show"


def test_a_name_of_a_model_is_never_live_markup():
    store = Store(None)
    store.add_selection("t", "<img src=x onerror=alert(1)>", "r", "")
    bad = Alert(0.0, "t", "<script>alert(1)</script>", "r", "", 0.9, 0.4, 6)

    assert "<img src=x" not in log_view(log_rows(store), [bad]).html.html
    assert "<script" not in (log_view([], [bad]).html.html + alerts_view([bad]).html.html)


def test_csv_has_every_row_with_its_numbers(store: Store):
    read = list(csv.DictReader(io.StringIO(log_csv(log_rows(store)))))

    assert len(read) == 4
    assert tuple(read[0]) == COLUMNS
    assert [float(row["memory"] or 0) for row in read] == [120_000_000, 0, 120_000_000, 120_000_000]


def test_csv_of_nothing_has_its_header():
    assert log_csv([]) == ",".join(COLUMNS) + "\n"


@given(st.text(max_size=12))
def test_no_cell_of_the_csv_is_a_formula(model: str):
    store = Store(None)
    store.add_selection("t", model.encode("utf-8", "replace").decode(), "r", "", step=f"={one_line(model)}")
    row = next(csv.DictReader(io.StringIO(log_csv(log_rows(store)), newline="")))

    assert not row["model"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["model"].removeprefix("'") == one_line(model.encode("utf-8", "replace").decode()).removeprefix("'")
    assert row["step"] == f"'={one_line(model)}"
