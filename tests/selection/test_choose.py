"""Candidates: limits, fit and score, each with its reason; and what a choice says it rests on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hfmagic.devices import Device
from hfmagic.hub.facts import ModelFacts
from hfmagic.limits import Limits
from hfmagic.selection.candidates import Candidate, rank
from hfmagic.selection.rules import GATED, reject, suits
from hfmagic.tasks import CATALOGUE

CPU = Device("cpu", "2 cores", 8 * 10**9, 4 * 10**9)
WEIGHTS = {"quality": 0.7, "speed": 0.3}
SPEC = CATALOGUE["text-classification"]
GOOD = ModelFacts(
    "org/good",
    Path("good"),
    task="text-classification",
    architectures=("BertForSequenceClassification",),
    license="apache-2.0",
    languages=("en",),
    tags=("sentiment",),
    parameters=20_000_000,
    weight_bytes=80_000_000,
    metrics={"accuracy": 0.9},
)
FAST = replace(GOOD, model_id="org/fast", parameters=2_000_000, weight_bytes=8_000_000, metrics={"accuracy": 0.75})


def ranked(*models: ModelFacts, limits: Limits | None = None, **options: object) -> dict[str, Candidate]:
    language = options.pop("language", None)
    rule = partial(reject, SPEC, limits=limits or Limits(), device=CPU, language=language)  # type: ignore[arg-type]
    found = rank(models, rule, **{"weights": WEIGHTS, **options})  # type: ignore[arg-type]
    return {c.facts.model_id: c for c in found}


def test_half_the_errors_beat_a_tenth_of_the_size():
    assert list(ranked(FAST, GOOD)) == ["org/good", "org/fast"]


def test_weights_are_the_users():
    assert list(ranked(FAST, GOOD, weights={"quality": 0.1, "speed": 0.9})) == ["org/fast", "org/good"]


def test_a_measured_speed_counts_more_than_size():
    found = ranked(FAST, GOOD, rows_per_second={"org/fast": 100.0, "org/good": 400.0})

    assert found["org/good"].speed == 1.0
    assert found["org/fast"].speed == 0.5


def test_words_of_the_step_bring_a_model_nearer():
    other = replace(GOOD, model_id="org/other", tags=("toxicity",))

    assert next(iter(ranked(other, GOOD, words=frozenset({"sentiment"})))) == "org/good"


@pytest.mark.parametrize(
    ("facts", "limits", "reason"),
    [
        (GOOD, Limits(license=("mit",)), "license apache-2.0"),
        (GOOD, Limits(max_size=10**6), "80 MB"),
        (GOOD, Limits(max_parameters=10**6), "20 M parameters"),
        (GOOD, Limits(language="zh"), "lack zh"),
        (GOOD, Limits(owner=("us",)), "owner org"),
        (GOOD, Limits(not_owner=("org",)), "owner org"),
        (replace(GOOD, problem="has no safetensors"), Limits(), "has no safetensors"),
        (replace(GOOD, parameters=10**9), Limits(), "GiB is free"),
        (replace(GOOD, task="image-classification"), Limits(), "is for image-classification"),
        (replace(GOOD, license=None), Limits(license=("permissive",)), "license unknown"),
    ],
)
def test_a_rejected_candidate_has_its_reason(facts: ModelFacts, limits: Limits, reason: str):
    assert reason in ranked(facts, limits=limits)["org/good"].rejected


def test_a_license_class_lets_its_licenses_through():
    assert ranked(GOOD, limits=Limits(license=("permissive",)))["org/good"].rejected == ""


def test_the_language_of_the_column_is_a_limit():
    multilingual = replace(GOOD, model_id="org/many", languages=("multilingual",))

    found = ranked(GOOD, multilingual, language="zh")

    assert found["org/good"].rejected
    assert not found["org/many"].rejected


def test_the_architecture_is_asked_before_the_tag():
    embedder = replace(GOOD, architectures=("BertModel",))
    untagged = replace(GOOD, task=None)

    assert not suits(SPEC, embedder)
    assert suits(SPEC, untagged)


def test_every_task_with_a_model_has_a_runner():
    from hfmagic.runners.registry import RUNNERS

    assert set(RUNNERS) == {s.name for s in CATALOGUE.values() if not s.is_operation}


def test_every_operation_is_carried_out():
    from hfmagic.engine.operate import OPERATIONS

    assert set(OPERATIONS) == {s.name for s in CATALOGUE.values() if s.is_operation}


HUB = replace(GOOD, folder=None, revision="0" * 40)


def test_a_card_that_nobody_uses_beats_no_one():
    boast = replace(HUB, model_id="new/boast", metrics={"accuracy": 1.0}, downloads=0)
    known = replace(HUB, model_id="org/known", metrics={}, downloads=8_000_000)
    modest = replace(HUB, model_id="org/modest", metrics={"accuracy": 0.9}, downloads=100_000)

    found = ranked(boast, known, modest)

    assert list(found) == ["org/modest", "org/known", "new/boast"]
    assert found["org/modest"].quality == 1.0


def test_of_two_alike_the_one_that_is_here_is_taken():
    here = replace(HUB, model_id="org/here", folder=Path("here"), downloads=100_000)
    away = replace(HUB, model_id="org/away", downloads=100_000)

    assert list(ranked(away, here)) == ["org/here", "org/away"]


@pytest.mark.parametrize(
    "limits", [Limits(max_size=1), Limits(owner=("nobody",)), Limits(license=("mit",)), Limits(max_parameters=1)]
)
def test_a_gated_model_is_held_to_every_limit(limits: Limits):
    gated = replace(HUB, gated=True)

    assert ranked(gated)["org/good"].rejected == GATED
    assert ranked(gated, limits=limits)["org/good"].rejected not in ("", GATED)
