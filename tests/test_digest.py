"""Digests of columns: they tell two apart, and about how far, and hold no value."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hfmagic.digest import LEAST_TEXTS, TEXTS_PER_SUM, Digest, digest, distance
from hfmagic.kinds import Audio

RANDOM = np.random.default_rng(0)
LABELS = ["POSITIVE", "NEGATIVE"]
values = st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers(-5, 5)), max_size=30)
numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(values)
def test_a_column_is_the_same_as_itself(column: list[object]):
    assert distance(digest(column), digest(list(column))).verdict == "same"


@given(st.lists(st.text(max_size=5), min_size=1, max_size=30), st.data())
def test_one_other_text_is_seen(column: list[str], data: st.DataObject):
    place = data.draw(st.integers(0, len(column) - 1))
    other = [*column[:place], column[place] + "!", *column[place + 1 :]]

    assert distance(digest(column), digest(other)).verdict == "differs"


@given(numbers)
def test_numbers_that_are_rounded_another_way_are_close(column: list[float]):
    other = [x * (1 + 1e-7 * (-1) ** i) for i, x in enumerate(column)]

    assert distance(digest(column), digest(other)).verdict in ("same", "close")


@pytest.mark.parametrize("rows", [1, 7, 240, 20_000])
def test_scores_of_another_machine_are_close(rows: int):
    column = RANDOM.random(rows)

    assert distance(digest(list(column)), digest(list(column + 1e-7 * RANDOM.standard_normal(rows)))).verdict == "close"


@pytest.mark.parametrize("rows", [1, 3, 50, 3000])
def test_numbers_that_are_a_tenth_larger_differ(rows: int):
    column = list(RANDOM.random(rows) + 0.5)

    assert distance(digest(column), digest([1.1 * x for x in column])).verdict == "differs"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([2020, 2020], [2021, 2020]),
        ([2020.0, None], [2021.0, None]),  # years with a gap, as pandas has them
        ([10_000, 5, 7], [10_000, 12, 1]),
        ([1_800_000_000_000_000_000], [1_800_000_000_000_000_009]),
        ([10**400], [10**400 + 1]),
        ([1e6, *RANDOM.random(99)], [1e6, *RANDOM.random(99)]),
        ([1, "2", 3], [1, 2, 3]),
        (["1", "2"], [1, 2]),
        ([True, False], [False, True]),
        ([{1: "a", "b": 2}], [{1: "a", "b": 3}]),
        ([1e200, 2e200], [1e200, 3e200]),
        ([math.inf, 0.5], [-math.inf, 0.5]),
    ],
)
def test_what_is_another_thing_differs(one: list[object], other: list[object]):
    assert distance(digest(one), digest(one)).verdict == "same"
    assert distance(digest(one), digest(other)).verdict == "differs"


def test_a_score_that_is_whole_by_chance_is_close_to_one_that_is_not():
    assert distance(digest([1.0, 1.0]), digest([0.99999994, 1.0])).verdict == "close"


@pytest.mark.parametrize(("rows", "changed"), [(240, 24), (2000, 120), (2000, 800)])
def test_the_estimate_of_changed_rows_is_right_on_average(rows: int, changed: int):
    said = []
    for _ in range(40):
        column = [LABELS[i] for i in RANDOM.integers(0, 2, rows)]
        other = list(column)
        for place in RANDOM.choice(rows, changed, replace=False):
            other[place] = LABELS[other[place] == LABELS[0]]
        found = distance(digest(column, estimate=True), digest(other, estimate=True))
        assert found.verdict == "differs"
        said.append(int(found.words.split()[1].replace(",", "")))

    assert np.mean(said) == pytest.approx(changed, rel=0.25)


def test_one_label_of_many_is_close():
    column = [LABELS[i] for i in RANDOM.integers(0, 2, 500)]
    other = [LABELS[column[0] == LABELS[0]], *column[1:]]

    found = distance(digest(column, estimate=True), digest(other, estimate=True))

    assert (found.verdict, "of 500 rows" in found.words) == ("close", True)


def test_the_order_of_the_rows_counts():
    assert distance(digest(["a"] * 40 + ["b"] * 40), digest(["b"] * 40 + ["a"] * 40)).verdict == "differs"


def test_vectors_are_numbers():
    vectors = list(RANDOM.random((40, 16)))

    assert distance(digest(vectors), digest([v + 1e-8 for v in vectors])).verdict == "close"
    assert distance(digest(vectors), digest(vectors[::-1])).verdict == "differs"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (["a", "b"], ["a"], "1 rows, were 2"),
        (["a", None], ["a", "b"], "0 rows without a value, were 1"),
        ([1.5, 2.0], ["1.5", "2.0"], "another kind"),
        ([Path("/no/such/file")], [Path("/no/such/file")], "could not be read"),
    ],
)
def test_it_says_what_cannot_be_compared(one: list[object], other: list[object], said: str):
    found = distance(digest(one), digest(other))

    assert found.verdict == "differs"
    assert said in found.words


def test_missing_is_missing_however_it_is_written():
    assert digest(["a", None]) == digest(["a", math.nan])
    assert digest([1, None]) == digest([1, pd.NA])


def test_sums_are_few_and_of_texts_that_were_asked_for():
    for rows in (1, 100, LEAST_TEXTS, 300):
        labels = [LABELS[i % 2] for i in range(rows)]
        assert len(digest(labels, estimate=True).sums) <= rows / TEXTS_PER_SUM
        assert digest(labels).sums == ()
        assert digest([i / 3 for i in range(rows)], estimate=True).sums == ()
    assert digest(["a"] * (LEAST_TEXTS - 1), estimate=True).sums == ()


@given(st.lists(st.text("abc", min_size=6, max_size=9), min_size=1, max_size=20))
def test_no_value_is_in_it(column: list[str]):
    kept = digest([f"secret-{text}" for text in column], estimate=True).model_dump_json()

    assert "secret" not in kept


@given(st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers(), st.floats(), st.dates()), max_size=12))
def test_whatever_is_in_a_column_it_has_a_digest_that_can_be_kept(column: list[object]):
    found = digest(column, estimate=True)

    assert Digest.model_validate_json(found.model_dump_json()) == found
    assert distance(found, digest(column, estimate=True)).verdict == "same"


def test_files_pictures_and_sounds_count_by_what_they_hold(tmp_path: Path):
    for name in ("one", "same"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "other").write_bytes(b"2")
    dark, light = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), "white")
    sound, silence = Audio(np.ones(8, np.float32), 8000), Audio(np.zeros(8, np.float32), 8000)

    assert digest([tmp_path / "one"]) == digest([tmp_path / "same"]) != digest([tmp_path / "other"])
    assert digest([dark]) == digest([dark.copy()]) != digest([light])
    assert digest([sound]) != digest([silence])
