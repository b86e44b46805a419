"""A team's pack: read with care, and never loosened by a user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.devices import Device
from hfmagic.errors import BadOption, MissingFile
from hfmagic.hub.facts import read_facts
from hfmagic.limits import Limits
from hfmagic.pack import MAX_PACK_BYTES, Pack, Vetted, bundled_packs, find_pack, parse_pack, read_pack
from hfmagic.selection.rules import reject
from hfmagic.tasks import CATALOGUE

PLENTY = Device("cpu", "2 cores", 10**12, 10**12)
SHA = "a" * 40


def test_a_pack_is_read_from_a_file(tmp_path: Path):
    file = tmp_path / "team.json"
    file.write_text(
        json.dumps(
            {
                "name": "team",
                "policy": {
                    "license": ["permissive"],
                    "max_size": "500MB",
                    "also": [{"task": "translation", "language": "zh"}],
                },
                "models": {"translation": ["org/a", {"model_id": "org/b", "revision": SHA, "note": "the better one"}]},
                "labels": {"topic": ["billing", "other"]},
                "requests": {"first": "Label the sentiment"},
            }
        ),
        encoding="utf-8",
    )
    pack = read_pack(file)

    assert pack.policy.for_task("translation") == (
        Limits(license=("permissive",), max_size=5 * 10**8),
        Limits(task="translation", language="zh"),
    )
    assert pack.models["translation"][1] == Vetted(model_id="org/b", revision=SHA, note="the better one")
    assert find_pack(str(file), (tmp_path,)) == pack
    assert parse_pack(pack.model_dump_json()) == pack


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "'name' cannot be read"),
        ({"name": "x", "polcy": {}}, "did you mean 'policy'"),
        ({"name": "x", "policy": {"licens": "mit"}}, "did you mean 'license'"),
        ({"name": "x", "policy": {"max_size": "huge"}}, "no size"),
        ({"name": "x", "models": {"translaton": []}}, "did you mean 'translation'"),
        ({"name": "x", "models": {"translation": ["no-slash"]}}, "models.translation"),
        ({"name": "x", "models": {"translation": [{"model_id": "a/b", "revision": "main"}]}}, "revision"),
        ({"name": "x", "labels": {"topic": []}}, "labels.topic"),
        ({"name": "x", "labels": {"topic": ["One", "one"]}}, "one twice"),
        ({"name": "x", "requests": {"first": ""}}, "requests.first"),
        ({"name": "x", "policy": []}, "policy"),
        ([], "no object"),
    ],
)
def test_a_mistake_in_a_pack_is_named(data: Any, words: str):
    with pytest.raises(BadOption, match=words) as caught:
        parse_pack(json.dumps(data), name="team.json")

    assert len(caught.value.line) <= 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ('{"name": ' + "[" * 20 + "]" * 20 + "}", "too deeply"),
        ("[" * 100_000, "too deeply"),
        ('{"name": ' + "9" * 5000 + "}", "too long"),
        ('{"name": "x", "name": "y"}', "said twice"),
    ],
)
def test_a_file_that_is_no_pack_is_said(text: str, words: str):
    with pytest.raises(BadOption, match=words) as caught:
        parse_pack(text)

    assert len(caught.value.line) <= 200


@settings(max_examples=50)
@given(
    st.text(max_size=60)
    | st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda x: st.dictionaries(
            st.sampled_from([*Pack.model_fields, "also", "x"]), x | st.lists(x, max_size=3), max_size=4
        ),
    ).map(json.dumps)
)
def test_any_text_is_a_pack_or_an_error_of_ours(text: str):
    try:
        assert isinstance(parse_pack(text), Pack)
    except BadOption as error:
        assert len(error.line) <= 200  # noqa: PT017


def test_a_large_file_is_not_read(tmp_path: Path):
    file = tmp_path / "team.json"
    file.write_text('{"name": "x"}' + " " * MAX_PACK_BYTES, encoding="utf-8")

    with pytest.raises(BadOption, match="more than 1,000,000 bytes"):
        read_pack(file)


def test_a_pack_lies_in_an_allowed_folder(tmp_path: Path):
    (tmp_path / "team.json").write_text('{"name": "x"}', encoding="utf-8")
    (tmp_path / "allowed").mkdir()

    with pytest.raises(MissingFile) as outside:
        find_pack(str(tmp_path / "team.json"), (tmp_path / "allowed",))
    assert outside.value.message == f"{tmp_path / 'team.json'} is outside the allowed folders."  # the line is clipped
    with pytest.raises(MissingFile, match="no file"):
        find_pack(str(tmp_path / "other.json"), (tmp_path,))


def test_a_misspelt_pack_names_the_nearest():
    with pytest.raises(BadOption, match="did you mean 'customer-support'"):
        find_pack("customer-suport", ())


def test_only_vetted_models_may_be_chosen_for_their_task():
    pack = Pack(name="ours", models={"translation": ["org/a", {"model_id": "org/b", "revision": SHA}]})

    assert pack.refusal("translation", "Org/A", "") == ""
    assert pack.refusal("translation", "org/c", "") == "is not vetted for translation by the pack 'ours'"
    assert pack.refusal("summarization", "org/c", "") == ""
    assert pack.model_copy(update={"models_only": False}).refusal("translation", "org/c", "") == ""


def test_a_vetted_revision_is_the_only_one():
    pack = Pack(name="ours", models={"translation": [{"model_id": "org/b", "revision": SHA}]})

    assert pack.refusal("translation", "org/b", SHA) == ""
    assert pack.refusal("translation", "org/b", "b" * 40) == "is vetted at revision aaaaaaaaaaaa only"
    assert pack.refusal("translation", "org/b", "b" * 40, examined=False) == ""


@pytest.mark.parametrize("name", list(bundled_packs()))
def test_a_pack_that_comes_along_can_be_used_with_the_starter_set(name: str, starter_hub: Path):
    pack = find_pack(name, ())
    for task, models in pack.models.items():
        for vetted in models:
            facts = read_facts(starter_hub / vetted.model_id, vetted.model_id)
            assert reject(CATALOGUE[task], facts, limits=Limits(), device=PLENTY, pack=pack) == ""
    assert pack.name == name
    assert pack.policy.parts
    assert pack.labels
    assert pack.requests


def test_a_pack_limits_what_it_vetted(starter_hub: Path):
    facts = read_facts(starter_hub / "starter/minilm-l6-sentiment", "starter/minilm-l6-sentiment")
    pack = find_pack("customer-support", ()).model_copy(update={"policy": Limits(license=("copyleft",))})
    found = reject(
        CATALOGUE["text-classification"], facts, limits=Limits(license=("permissive",)), device=PLENTY, pack=pack
    )

    assert found == "license apache-2.0"
