"""Limits in words and JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import BadOption
from hfmagic.limits import Limits, license_class, parse_bytes, parse_limits


def test_words_and_json_say_the_same():
    words = parse_limits("license=permissive|mit, max-size=2GB, language=zh")
    data = parse_limits('{"license": ["permissive", "mit"], "max_size": 2000000000, "language": "zh"}')

    assert words == data == Limits(license=("permissive", "mit"), max_size=2_000_000_000, language="zh")


@pytest.mark.parametrize(
    ("text", "count"), [("2GB", 2 * 10**9), ("500 MB", 5 * 10**8), ("1.5GiB", 3 * 2**29), ("7", 7), (12, 12)]
)
def test_sizes(text: str, count: int):
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["licence=mit", "max_size=big", "max_size", "{", '{"max_size": []}', "=3"])
def test_what_cannot_be_read_is_named(text: str):
    with pytest.raises(BadOption) as caught:
        parse_limits(text)

    assert len(caught.value.line) <= 200


def test_a_misspelt_limit_names_the_nearest():
    with pytest.raises(BadOption, match="did you mean 'license'"):
        parse_limits("licence=mit")


@given(st.text(max_size=60))
def test_any_text_is_limits_or_an_error_of_ours(text: str):
    try:
        assert isinstance(parse_limits(text), Limits)
    except BadOption as error:
        assert len(error.line) <= 200  # noqa: PT017


@pytest.mark.parametrize(
    ("license_id", "group"),
    [("apache-2.0", "permissive"), ("GPL-3.0", "copyleft"), ("cc-by-nc-4.0", "non-commercial"), (None, "unknown")],
)
def test_license_classes(license_id: str | None, group: str):
    assert license_class(license_id) == group


def test_the_cell_wins_over_the_configuration():
    both = parse_limits("license=mit,max_size=1GB").merged(parse_limits("max_size=2GB"))

    assert both == Limits(license=("mit",), max_size=2 * 10**9)


@pytest.mark.parametrize(
    "text",
    [
        '{"max_size": NaN}',
        '{"max_size": Infinity}',
        "max_size=" + "9" * 400 + "GB",
        '{"max_size": true}',
        '{"x":' * 100_000,
        "max_size=-1",
    ],
)
def test_a_size_that_is_none_is_said(text: str):
    with pytest.raises(BadOption) as error:
        parse_limits(text)

    assert len(error.value.line) <= 200
