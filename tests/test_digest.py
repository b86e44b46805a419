"""Digests of columns: they tell two apart, and about how far, and hold no value."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hfmagic.digest import NUMBERS_PER_SUM, TEXTS_PER_SUM, digest, distance
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

    assert distance(digest(column), digest(other)).verdict != "same"
    assert digest(column, texts=False).whole != digest(other, texts=False).whole


@given(numbers)
def test_numbers_that_are_rounded_another_way_are_close(column: list[float]):
    size = math.sqrt(sum(x * x for x in column) / len(column))
    other = [x + 1e-7 * size * (-1) ** i for i, x in enumerate(column)]

    assert distance(digest(column), digest(other)).verdict in ("same", "close")


@pytest.mark.parametrize("rows", [1, 3, 7, 8, 50, 3000])
def test_numbers_that_are_a_tenth_larger_differ(rows: int):
    column = list(RANDOM.random(rows) + 0.5)

    assert distance(digest(column), digest([1.1 * x for x in column])).verdict == "differs"


@pytest.mark.parametrize(("rows", "changed"), [(240, 24), (2000, 120), (2000, 800)])
def test_the_estimate_of_changed_rows_is_right_on_average(rows: int, changed: int):
    said = []
    for _ in range(30):
        column = [LABELS[i] for i in RANDOM.integers(0, 2, rows)]
        other = list(column)
        for place in RANDOM.choice(rows, changed, replace=False):
            other[place] = LABELS[other[place] == LABELS[0]]
        found = distance(digest(column), digest(other))
        assert found.verdict == "differs"
        said.append(int(found.words.split()[1].replace(",", "")))

    assert np.mean(said) == pytest.approx(changed, rel=0.25)


def test_one_label_of_many_is_close():
    column = [LABELS[i] for i in RANDOM.integers(0, 2, 500)]

    found = distance(digest(column), digest([LABELS[column[0] == LABELS[0]], *column[1:]]))

    assert (found.verdict, "of 500 rows" in found.words) == ("close", True)


def test_the_order_of_the_rows_counts():
    assert distance(digest(["a"] * 40 + ["b"] * 40), digest(["b"] * 40 + ["a"] * 40)).verdict == "differs"


def test_vectors_are_numbers():
    vectors = list(RANDOM.random((40, 16)))

    assert distance(digest(vectors), digest([v + 1e-7 for v in vectors])).verdict == "close"
    assert distance(digest(vectors), digest(vectors[::-1])).verdict == "differs"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (["a", "b"], ["a"], "1 rows, were 2"),
        (["a", None], ["a", "b"], "0 rows without a value, were 1"),
        ([1.0, 2.0], ["1.0", "2.0"], "numbers in one"),
    ],
)
def test_it_says_what_cannot_be_compared(one: list[object], other: list[object], said: str):
    found = distance(digest(one), digest(other))

    assert found.verdict == "differs"
    assert said in found.words


def test_missing_is_missing_however_it_is_written():
    assert digest(["a", None]) == digest(["a", math.nan])


def test_there_are_too_few_sums_to_solve_for_a_value():
    for rows in (1, 8, 100, 2000):
        assert len(digest(list(RANDOM.random(rows))).sums) <= rows / NUMBERS_PER_SUM
        assert len(digest([str(n) for n in range(rows)]).sums) <= rows / TEXTS_PER_SUM


@given(st.lists(st.text("abc", min_size=6, max_size=9), min_size=1, max_size=20))
def test_no_value_is_in_it(column: list[str]):
    kept = digest([f"secret-{text}" for text in column]).model_dump_json()

    assert "secret" not in kept


def test_files_pictures_and_sounds_count_by_what_they_hold(tmp_path: Path):
    for name in ("one", "same"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "other").write_bytes(b"2")
    dark, light = Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), "white")
    sound, silence = Audio(np.ones(8, np.float32), 8000), Audio(np.zeros(8, np.float32), 8000)

    assert digest([tmp_path / "one"]) == digest([tmp_path / "same"]) != digest([tmp_path / "other"])
    assert digest([dark]) == digest([dark.copy()]) != digest([light])
    assert digest([sound]) != digest([silence])
