"""A computation's hash: the same for the same, in every order and process, another one for whatever differs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.cache import ResultCache
from hfmagic.kinds import Kind
from tests.cache.things import SALT, computation

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
parameters = st.dictionaries(st.text(max_size=3), values, max_size=4)


@given(parameters, st.randoms())
def test_the_order_of_the_parameters_does_not_count(given_: dict[str, Any], random: Any):
    pairs = list(given_.items())
    random.shuffle(pairs)

    assert computation(parameters=dict(pairs)).hash == computation(parameters=given_).hash != ""


@given(parameters, parameters)
def test_other_parameters_have_another_hash(one: dict[str, Any], other: dict[str, Any]):
    same = computation(parameters=one).hash == computation(parameters=other).hash
    assert same == (repr_of(one) == repr_of(other))


def repr_of(value: Any) -> str:
    """A value in words, with its types and without the order of its keys."""
    if isinstance(value, dict):
        return str(sorted((repr(k), repr_of(v)) for k, v in value.items()))
    return str([repr_of(v) for v in value]) + "list" if isinstance(value, list) else repr(value)


@pytest.mark.parametrize(
    "change",
    [
        {"task": "fill-mask"},
        {"model_id": "a/c"},
        {"revision": "1" * 40},
        {"dtype": "bfloat16"},
        {"parameters": {"top_k": 3}},
        {"seed": 1},
        {"code": "2"},
    ],
)
def test_whatever_differs_gives_another_hash(change: dict[str, Any]):
    assert computation(**change).hash != computation().hash


def test_parameters_that_are_no_plain_data_are_of_no_computation(tmp_path: Path):
    odd = computation(parameters={"f": object()})
    cache = ResultCache(tmp_path, salt=SALT).of(odd, Kind.TEXT)

    assert odd.hash == ""
    assert cache.keys(["a"]) == [None]


def test_paths_sets_and_choices_are_plain_data():
    class Choice(StrEnum):
        ONE = "one"

    hashes = [computation(parameters={"x": x}).hash for x in ({"a", "b"}, ["a", "b"], Path("a"), "a", Choice.ONE)]
    assert len(set(hashes)) == 5
    assert "" not in hashes
