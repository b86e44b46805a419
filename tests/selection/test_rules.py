"""Limits as rules: each rejects with its words, none is ever violated by what is let through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.devices import Device
from hfmagic.hub.facts import ModelFacts
from hfmagic.limits import Limits
from hfmagic.pack import Pack
from hfmagic.selection.rules import GATED, RULES, lineage_note, reject, soft_reject
from hfmagic.tasks import CATALOGUE

TODAY = date(2026, 6, 1)
CPU = Device("cpu", "2 cores", 8 * 10**9, 4 * 10**9)
VAST = Device("cpu", "2 cores", 10**15, 10**15)
TEXT, IMAGES = CATALOGUE["text-classification"], CATALOGUE["image-classification"]
GOOD = ModelFacts(
    "org/good",
    Path("good"),
    task="text-classification",
    architectures=("BertForSequenceClassification",),
    license="apache-2.0",
    languages=("en",),
    parameters=20_000_000,
    weight_bytes=80_000_000,
    max_tokens=512,
    library="transformers",
    modified="2026-05-01",
    verified=True,
)
PICTURES = replace(GOOD, task="image-classification", architectures=("ViTForImageClassification",), languages=())


def why(facts: ModelFacts = GOOD, limits: Limits | None = None, spec: Any = TEXT, **more: Any) -> str:
    return reject(spec, facts, limits=limits or Limits(), **{"device": CPU, "today": TODAY, **more})


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(license=("copyleft",)), "license apache-2.0"),
        (Limits(max_size=10**6), "80 MB"),
        (Limits(max_memory=10**6), "80 MB in memory"),
        (Limits(max_memory=50_000_000), "80 MB in memory"),
        (Limits(max_memory=50_000_000, dtype="float32"), "80 MB in memory"),
        (Limits(max_parameters=10**6), "20 M parameters"),
        (Limits(input_length=1024), "reads 512 tokens at once"),
        (Limits(max_age=30), "last changed 31 days ago"),
        (Limits(owner=("us",)), "owner org"),
        (Limits(not_owner=("org",)), "owner org"),
        (Limits(library=("diffusers",)), "library transformers"),
        (Limits(language="zh"), "its languages (en) lack zh"),
        (Limits(max_latency=0.01), "takes 20 ms a row"),
    ],
)
def test_each_limit_rejects_with_its_reason(limits: Limits, reason: str):
    assert why(limits=limits, seconds_per_row={"org/good": 0.02}) == reason


@pytest.mark.parametrize(
    "limits",
    [
        Limits(license=("permissive",)),
        Limits(license=("apache-2.0",)),
        Limits(max_size=80_000_000),
        Limits(max_memory=80_000_000),
        Limits(max_memory=40_000_000, dtype="bfloat16"),
        Limits(max_memory=40_000_000, hardware="A100"),
        Limits(max_parameters=20_000_000),
        Limits(input_length=512),
        Limits(max_age=31),
        Limits(owner=("Org",)),
        Limits(library=("transformers",)),
        Limits(language="en"),
        Limits(verified=True),
        Limits(max_latency=0.02),
        Limits(hardware="T4"),
        Limits(safetensors=False),
        Limits(task="translation", max_size=1),
    ],
)
def test_what_is_just_within_a_limit_is_let_through(limits: Limits):
    assert why(limits=limits, seconds_per_row={"org/good": 0.02}) == ""


@pytest.mark.parametrize(
    ("changes", "limits", "reason"),
    [
        ({"license": None}, Limits(license=("permissive",)), "license unknown"),
        ({"weight_bytes": 0}, Limits(max_size=10), "its size is not known"),
        ({"parameters": 0, "weight_bytes": 0}, Limits(max_memory=10), "its size in memory is not known"),
        ({"parameters": 0}, Limits(max_parameters=10), "its parameters are not counted"),
        ({"modified": ""}, Limits(max_age=10), "its last change is not known"),
        ({"modified": "soon"}, Limits(max_age=10), "its last change is not known"),
        ({"library": ""}, Limits(library=("transformers",)), "library unknown"),
        ({"verified": None}, Limits(verified=True), "whether its owner is verified is not known"),
        ({"languages": ()}, Limits(language="en"), "names no language, en is wanted"),
    ],
)
@pytest.mark.rule(13)
def test_what_nobody_knows_is_not_within_a_limit(changes: dict[str, Any], limits: Limits, reason: str):
    assert why(replace(GOOD, **changes), limits) == reason


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({"weight_bytes": 0, "parameters": 0}, Limits(max_size=10, max_memory=10, max_parameters=10)),
        ({"modified": ""}, Limits(max_age=10)),
        ({"verified": None, "library": ""}, Limits(verified=True, library=("transformers",))),
    ],
)
def test_what_a_listing_lacks_waits_until_the_model_was_looked_at(changes: dict[str, Any], limits: Limits):
    assert why(replace(GOOD, **changes), limits, examined=False) == ""
    assert why(replace(GOOD, **changes), limits) != ""


def test_speed_and_longest_input_reject_only_where_they_are_known():
    assert why(replace(GOOD, max_tokens=None), Limits(input_length=10**6, max_latency=1e-9)) == ""


def test_an_owner_known_not_to_be_verified_is_rejected_from_a_listing():
    assert why(replace(GOOD, verified=False), Limits(verified=True), examined=False) == "its owner is not verified"


def test_unsafe_files_are_always_rejected():
    found = why(replace(GOOD, security="unsafe: model.pkl"))

    assert found == "the Hub's scan says unsafe: model.pkl"
    assert why(replace(GOOD, security="safe")) == ""


def test_languages_may_be_spelt_in_other_codes():
    assert why(replace(GOOD, languages=("zho",)), Limits(language="zh")) == ""
    assert why(replace(GOOD, languages=("zh-CN",)), language="zh") == ""


def test_a_task_without_words_asks_for_no_language():
    assert why(PICTURES, Limits(language="zh"), IMAGES) == ""


def test_the_limit_on_language_counts_before_the_column():
    assert why(limits=Limits(language="en"), language="zh") == ""
    assert why(language="zh") == "its languages (en) lack zh"


BASE = replace(GOOD, model_id="big/base", license="cc-by-nc-4.0")


@pytest.mark.parametrize(
    ("limit", "base", "reason"),
    [
        (("permissive",), "cc-by-nc-4.0", "license cc-by-nc-4.0 of its base model big/base"),
        (("permissive",), "llama3", "license llama3 of its base model big/base"),
        (("permissive",), None, "license unknown of its base model big/base"),
        (("apache-2.0",), "gpl-3.0", "license gpl-3.0 of its base model big/base"),
        (("permissive", "restricted"), "llama3", ""),
        (("apache-2.0",), "mit", ""),
        ((), "cc-by-nc-4.0", ""),
    ],
)
def test_a_stricter_license_of_a_base_model_counts(limit: tuple[str, ...], base: str | None, reason: str):
    def lineage(facts: ModelFacts) -> Sequence[ModelFacts]:
        return (replace(BASE, license=base),)

    assert why(limits=Limits(license=limit), lineage=lineage) == reason


def test_a_base_model_that_cannot_be_found_is_said():
    tuned = replace(GOOD, base_models=("gone/base", "big/base"))
    limits = Limits(license=("permissive",))

    assert why(tuned, limits, lineage=lambda _: ()) == ""
    assert (
        lineage_note(TEXT, tuned, limits, lambda _: (BASE,)) == "the license of its base model gone/base is not known"
    )
    assert lineage_note(TEXT, tuned, Limits(), lambda _: ()) == ""


def test_a_base_model_is_looked_up_only_where_a_license_is_limited():
    def asked(_: ModelFacts) -> Sequence[ModelFacts]:
        raise AssertionError

    assert why(limits=Limits(max_size=10**9), lineage=asked) == ""


def test_named_hardware_is_asked_instead_of_this_machine():
    large = replace(GOOD, parameters=5 * 10**9)

    assert why(large) == "needs 20.5 GiB, 3.7 GiB is free"
    assert why(large, Limits(hardware="A100")) == ""
    assert why(large, Limits(hardware="A100").tightened(Limits(max_size=10**9))) == ""
    assert why(replace(GOOD, parameters=9 * 10**9), Limits(hardware="a T4")) == "needs 18.4 GiB, T4 has 14.6 GiB"


def test_hardware_that_nobody_knows_is_never_fitted():
    unread = Limits().model_copy(update={"hardware": "abacus"})

    assert why(limits=unread) == "no hardware 'abacus' is known"


def test_gated_is_the_last_reason():
    gated = replace(GOOD, gated=True)

    assert why(gated) == GATED
    assert why(gated, Limits(max_size=1)) == "80 MB"


def test_soft_limits_say_what_speaks_against_a_model():
    assert soft_reject(TEXT, GOOD, Limits(language="zh")) == "its languages (en) lack zh"
    assert "reads 512 tokens at once" in soft_reject(TEXT, GOOD, Limits(input_length=513))
    assert soft_reject(TEXT, GOOD, Limits(input_length=512, language="en")) == ""
    assert (
        soft_reject(TEXT, replace(GOOD, languages=(), max_tokens=None), Limits(input_length=9999, language="zh")) == ""
    )


def test_a_pack_lets_only_its_models_through():
    pack = Pack(name="ours", policy=Limits(max_size=10**8), models={"text-classification": ["org/good"]})

    assert why(pack=pack) == ""
    assert (
        why(replace(GOOD, model_id="org/other"), pack=pack)
        == "is not vetted for text-classification by the pack 'ours'"
    )
    assert why(PICTURES, spec=IMAGES, pack=pack) == ""
    assert why(replace(GOOD, weight_bytes=10**9), pack=pack) == "1.0 GB"


ids = st.sampled_from(["org/a", "Org/b", "us/c", "microsoft/d"])
licenses = st.sampled_from([None, "mit", "apache-2.0", "gpl-3.0", "cc-by-nc-4.0", "llama3", "other", "weird"])
facts_ = st.builds(
    ModelFacts,
    ids,
    st.none(),
    task=st.just("text-classification"),
    architectures=st.just(("BertForSequenceClassification",)),
    license=licenses,
    languages=st.sampled_from([(), ("en",), ("zh", "en"), ("multilingual",), ("xx-nonsense",), ("",)]),
    parameters=st.sampled_from([0, 10, 10**6, 10**9]),
    weight_bytes=st.sampled_from([0, 10, 10**6, 10**9]),
    dtype=st.sampled_from(["float32", "bfloat16", "int8", ""]),
    max_tokens=st.sampled_from([None, 1, 512, 8192]),
    gated=st.booleans(),
    library=st.sampled_from(["", "transformers", "Diffusers"]),
    modified=st.sampled_from(["", "2026-05-31", "2020-01-01", "2030-01-01T00:00:00Z", "nonsense", "9999-99-99"]),
    security=st.sampled_from(["", "safe", "unsafe: x", "Unsafe"]),
    verified=st.sampled_from([None, True, False]),
    problem=st.sampled_from(["", "", "has no safetensors"]),
)
one_limit = st.builds(
    Limits,
    license=st.sampled_from([(), (), ("permissive",), ("mit",), ("copyleft", "restricted"), ("unknown",)]),
    max_size=st.sampled_from([None, None, 0, 10**6]),
    max_parameters=st.sampled_from([None, None, 10, 10**6]),
    language=st.sampled_from([None, None, "en", "zh"]),
    owner=st.sampled_from([(), (), ("org", "us"), ("Microsoft",)]),
    not_owner=st.sampled_from([(), (), ("org",), ("microsoft",)]),
    max_memory=st.sampled_from([None, None, 40, 10**7]),
    dtype=st.sampled_from([None, "float16", "float32"]),
    input_length=st.sampled_from([None, None, 1, 600]),
    max_age=st.sampled_from([None, None, 0, 400]),
    library=st.sampled_from([(), (), ("transformers",)]),
    safetensors=st.booleans(),
    verified=st.sampled_from([False, False, True]),
    max_latency=st.sampled_from([None, None, 0.01]),
    hardware=st.sampled_from([None, None, "T4"]),
    task=st.sampled_from([None, None, "text-classification", "translation"]),
)
limits_ = st.builds(lambda a, b: a.tightened(b), one_limit, one_limit | st.just(Limits()))
SPEEDS = {"org/a": 0.02, "us/c": 0.001}
OPEN = {"mit", "apache-2.0"}
CLASSES = {**dict.fromkeys(OPEN, "permissive"), "gpl-3.0": "copyleft", "cc-by-nc-4.0": "non-commercial"}
CLASSES["llama3"] = "restricted"


def violated(facts: ModelFacts, limits: Limits) -> bool:
    """The oracle: whether a model breaks one flat part of limits, written without any of the rules' own words."""
    if limits.task == "translation":
        return False
    width = {"float16": 2, "float32": 4}[limits.dtype or ("float16" if limits.hardware else "float32")]
    owner = facts.model_id.split("/")[0].lower()
    age = {"2026-05-31": 1, "2020-01-01": 2343, "2030-01-01T00:00:00Z": -1310}.get(facts.modified, 10**9)
    return bool(
        (limits.license and not {facts.license, CLASSES.get(facts.license or "", "unknown")} & set(limits.license))
        or (limits.max_size is not None and not 0 < facts.weight_bytes <= limits.max_size)
        or (limits.max_parameters is not None and not 0 < facts.parameters <= limits.max_parameters)
        or (limits.language == "zh" and not {"zh", "multilingual"} & set(facts.languages))
        or (limits.language == "en" and not {"en", "multilingual"} & set(facts.languages))
        or (limits.owner and owner not in limits.owner)
        or owner in limits.not_owner
        or (limits.max_memory is not None and facts.parameters and facts.parameters * width > limits.max_memory)
        or (limits.max_memory is not None and not facts.parameters and not facts.weight_bytes)
        or (limits.input_length and facts.max_tokens is not None and facts.max_tokens < limits.input_length)
        or (limits.max_age is not None and age > limits.max_age)
        or (limits.library and facts.library.lower() != "transformers")
        or (limits.verified and facts.verified is not True)
        or (limits.max_latency and SPEEDS.get(facts.model_id, 0) > limits.max_latency)
        or (limits.hardware and facts.parameters * 2 * 1.2 > 0.92 * 16 * 2**30)
    )


def allowed(facts: ModelFacts, limits: Limits, **more: Any) -> bool:
    return not why(facts, limits, device=VAST, seconds_per_row=SPEEDS, **more)


@given(facts_, limits_)
def test_no_limit_is_ever_violated(facts: ModelFacts, limits: Limits):
    if allowed(facts, limits):
        assert not any(violated(facts, part) for part in limits.parts)
        assert not facts.security.lower().startswith("unsafe")
        assert not facts.problem


@given(facts_, one_limit)
def test_nothing_else_rejects(facts: ModelFacts, limits: Limits):
    """So that the oracle is no weaker than the rules: what it lets through they do, but for memory by bytes on disk."""
    clean = replace(facts, security="safe", problem="", gated=False, parameters=facts.parameters or 10)

    assert allowed(clean, limits) != violated(clean, limits)


@given(facts_, limits_, st.booleans())
def test_the_same_facts_give_the_same_answer(facts: ModelFacts, limits: Limits, examined: bool):
    assert why(facts, limits, examined=examined) == why(replace(facts), limits.model_copy(), examined=examined)


@given(facts_, limits_)
def test_a_listing_rejects_nothing_that_a_closer_look_lets_through(facts: ModelFacts, limits: Limits):
    if allowed(facts, limits):
        assert allowed(facts, limits, examined=False)


@settings(max_examples=60)
@given(facts_, limits_, limits_, limits_)
def test_tightened_is_commutative_idempotent_and_associative(facts: ModelFacts, a: Limits, b: Limits, c: Limits):
    assert allowed(facts, a.tightened(b)) == allowed(facts, b.tightened(a)) == (allowed(facts, a) and allowed(facts, b))
    assert a.tightened(a) == a.tightened(Limits())
    assert a.tightened(b).tightened(c) == a.tightened(b.tightened(c))


@settings(max_examples=60)
@given(facts_, limits_, one_limit)
def test_joined_holds_what_tightened_holds(facts: ModelFacts, a: Limits, b: Limits):
    assert allowed(facts, a.joined(b)) == allowed(facts, a.tightened(b))


@settings(max_examples=60)
@given(facts_, limits_, limits_)
def test_no_user_loosens_the_policy_of_a_pack(facts: ModelFacts, policy: Limits, user: Limits):
    pack = Pack(name="ours", policy=policy, models={"text-classification": ["org/a", "us/c"]})

    if allowed(facts, user, pack=pack):
        assert allowed(facts, policy)
        assert facts.model_id in ("org/a", "us/c")


def test_no_limit_lacks_its_rule():
    without = {"dtype", "task", "also", "safetensors"}  # what the others mean, and what holds anyway

    assert set(Limits.model_fields) - {rule.name for rule in RULES} == without


@given(st.integers(0, 3000))
def test_age_counts_back_from_the_day_that_is_given(days: int):
    changed = replace(GOOD, modified=(TODAY - timedelta(days=days)).isoformat())

    assert (why(changed, Limits(max_age=365)) == "") == (days <= 365)
