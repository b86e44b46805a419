"""Limits in words and JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.data_profile import Profile
from hfmagic.errors import BadOption, MissingFile
from hfmagic.limits import (
    Limits,
    license_class,
    limits_of,
    parse_bytes,
    parse_count,
    parse_days,
    parse_limits,
    parse_seconds,
    read_limits,
)


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


SHAPE = (
    '{"task_type": "text_generation", "input_constraints": {"max_length": 500, "language": "zh"}, '
    '"hardware": "NVIDIA_A100"}'
)


def test_the_nested_shape_is_read():
    assert parse_limits(SHAPE) == Limits(
        task="text-generation", input_length=500, language="zh", hardware="NVIDIA_A100"
    )


def test_every_limit_has_an_option():
    found = parse_limits(
        "license=permissive|MIT, max-size=500MB, max_memory=1GiB, dtype=bfloat16, max_parameters=7B, language=Chinese,"
        "owner=Google|facebook, not_owner=us, input_length=4096, max_age=1 year, library=Transformers,"
        "safetensors=true, verified=yes, max_latency=50ms, hardware=T4, task=text_classification"
    )

    assert found == Limits(
        license=("permissive", "mit"),
        max_size=500_000_000,
        max_memory=2**30,
        dtype="bfloat16",
        max_parameters=7_000_000_000,
        language="zh",
        owner=("google", "facebook"),
        not_owner=("us",),
        input_length=4096,
        max_age=365,
        library=("transformers",),
        verified=True,
        max_latency=0.05,
        hardware="T4",
        task="text-classification",
    )
    assert found.model_fields_set == set(Limits.model_fields) - {"also"}


@pytest.mark.parametrize(
    ("read", "text", "amount"),
    [
        (parse_days, "90d", 90),
        (parse_days, "1 year", 365),
        (parse_days, "6 months", 180),
        (parse_days, "2周", 14),
        (parse_days, 30, 30),
        (parse_seconds, "50ms", 0.05),
        (parse_seconds, "2 min", 120.0),
        (parse_seconds, "0.5", 0.5),
        (parse_seconds, "20 毫秒", 0.02),
        (parse_count, "300M", 3 * 10**8),
        (parse_count, "1.5 billion", 15 * 10**8),
        (parse_count, "4,096", 4096),
        (parse_count, "3亿", 3 * 10**8),
    ],
)
def test_amounts(read: Callable[[object], float], text: object, amount: float):
    assert read(text) == amount


@pytest.mark.parametrize("read", [parse_bytes, parse_count, parse_days, parse_seconds])
@given(text=st.text(max_size=20) | st.from_regex(r"\d{1,400} ?[A-Za-z]{0,6}", fullmatch=True) | st.booleans())
def test_any_amount_is_a_number_or_an_error_of_ours(read: Callable[[object], float], text: object):
    try:
        assert 0 <= read(text) < float("inf")
    except BadOption as error:
        assert len(error.line) <= 200  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"input_constraints": {"max_lenght": 5}}', "did you mean 'max_length'"),
        ('{"task_typ": "translation"}', "did you mean 'task_type'"),
        ('{"input_constraints": 5}', "max_length"),
        ('{"language": "zh", "input_constraints": {"language": "en"}}', "said twice"),
        ('{"language": "zh", "language": "en"}', "said twice"),
        ("max_size=1GB,max-size=2GB", "said twice"),
        ("task=text_clasification", "did you mean 'text-classification'"),
        ("task=filter", "no task"),
        ("language=Klingonese", "no language"),
        ("hardware=abacus", "abacus"),
        ("max_age=soon", "no duration"),
        ("max_latency=0ms", "max_latency"),
        ("input_length=0", "input_length"),
        ("dtype=int3", "dtype"),
        ('{"max_size": ' + "9" * 5000 + "}", "too long"),
        ('{"also": [{"also": [{"max_size": 1}]}]}', "side by side"),
    ],
)
def test_a_limit_that_cannot_be_read_says_what_can(text: str, words: str):
    with pytest.raises(BadOption, match=words) as caught:
        parse_limits(text)

    assert len(caught.value.line) <= 200


def test_limits_come_from_a_file_of_an_allowed_folder(tmp_path: Path):
    file = tmp_path / "limits.json"
    file.write_text(SHAPE, encoding="utf-8")

    assert read_limits(str(file), (tmp_path,)) == parse_limits(SHAPE)
    assert read_limits("max_size=2GB", (tmp_path,)) == Limits(max_size=2 * 10**9)


@pytest.mark.parametrize(
    "name", ["elsewhere/limits.json", "missing.json", ".hidden.json", "folder.json", "big.json", "bytes.json"]
)
def test_no_other_file_is_read(tmp_path: Path, name: str):
    allowed = tmp_path / "allowed"
    (allowed / "folder.json").mkdir(parents=True)
    (allowed / ".hidden.json").write_text("{}", encoding="utf-8")
    (allowed / "big.json").write_text("{}" + " " * 64_000, encoding="utf-8")
    (allowed / "bytes.json").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/limits.json").write_text("{}", encoding="utf-8")
    where = tmp_path if "/" in name else allowed

    with pytest.raises((MissingFile, BadOption)) as caught:
        read_limits(str(where / name), (allowed,))
    assert len(caught.value.line) <= 200


def test_of_two_tasks_each_keeps_its_limits():
    both = Limits(task="translation", max_size=10).merged(Limits(task="summarization", max_size=20))

    assert [p.max_size for p in both.for_task("translation")] == [10]
    assert [p.max_size for p in both.for_task("summarization")] == [20]
    assert both.for_task("text-generation") == ()


def test_a_limit_for_all_tasks_is_not_narrowed_to_one():
    both = Limits(task="translation", max_size=10).merged(Limits(license=("mit",)))

    assert [p.license for p in both.for_task("summarization")] == [("mit",)]


def test_tightened_holds_both_and_joined_says_it_shorter():
    a, b = Limits(max_size=10), Limits(license=("mit",))

    assert a.tightened(b).parts == (a, b)
    assert a.joined(b) == Limits(max_size=10, license=("mit",))
    assert a.joined(Limits(max_size=20)).parts == (a, Limits(max_size=20))
    assert a.tightened(Limits()) == Limits().tightened(a) == a.joined(Limits()) == Limits().joined(a) == a


def test_a_search_narrows_by_the_first_language_of_its_task():
    limits = Limits(task="translation", language="fr").tightened(Limits(language="zh"))

    assert (limits.language_for("translation"), limits.language_for("summarization")) == ("fr", "zh")


@pytest.mark.parametrize(
    ("profile", "limits"),
    [
        (Profile("en", 2000), Limits(language="en", input_length=500)),
        (Profile("zh", 2000), Limits(language="zh", input_length=2000)),
        (Profile("", 10), Limits(input_length=3)),
        (Profile("??", 0), Limits()),
    ],
)
def test_a_column_asks_for_its_language_and_length(profile: Profile, limits: Limits):
    assert limits_of(profile) == limits


def test_four_characters_of_english_and_one_of_chinese_are_a_token(starter_hub: Path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(starter_hub / "starter/minilm-l6-sentiment/tokenizer.json"))
    tokenizer.no_padding()
    english = "The parcel came two weeks late, and nobody at the shop could tell me where it had been all this time."
    chinese = "快递晚了两周才到，客服也说不清楚包裹究竟去了哪里。"

    assert 4 <= len(english) / len(tokenizer.encode(english, add_special_tokens=False).ids) < 5.5
    assert len(chinese) == len(tokenizer.encode(chinese, add_special_tokens=False).ids)
