"""An LLM picks among candidates: what it is told, and what becomes of a reason that is not so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hfmagic.experience import Past
from hfmagic.hub.facts import Evaluation
from hfmagic.llm import LLM, Endpoint
from hfmagic.planners.pick import is_borne_out
from hfmagic.selection.picker import llm_picker
from hfmagic.store import Run, Store
from tests.llmserver import TestLLM
from tests.selection.listed import FACTS, chosen

SMALL = replace(FACTS, model_id="org/b", parameters=10_000_000, downloads=10)


def asked(answer: object, *models: object, **ground: object) -> tuple[str, str, str]:
    """The model, its reason, and what the LLM was told."""
    with TestLLM({"wanted": "the best", "mood": answer}) as server:
        llm = LLM(Endpoint("test", server.url, "m"), seconds=30, max_bytes=500_000, wait=lambda _: None)
        model, reason = chosen(*models, chooser={"picker": llm_picker(llm)}, **ground)
        return model, reason, server.log[0].words


def test_facts_are_told_with_their_ranks_and_the_parts_of_the_score():
    checked = replace(
        FACTS, evaluations=(Evaluation("accuracy", 0.9, verified=True), Evaluation("f1", 0.8, "", "a board"))
    )
    past = {"mood": {"org/b": Past(0.4, 5, "liked 1 of 5 times on like data")}}
    said = asked({"model_id": "org/a", "reason": "most downloads (1k downloads)"}, checked, SMALL, past=past)[2]

    for words in (
        "most downloads (1k downloads)",
        "the smallest and fastest (10M parameters)",
        "liked 1 of 5 times on like data",
        "scores quality 1, to fetch 1, speed 0.79",
    ):
        assert words in said


def test_a_measured_speed_is_ranked_apart_from_the_size():
    store = Store(None)
    for model, seconds in ((FACTS, 10.0), (SMALL, 20.0)):
        store.add_run(Run("text-classification", model.model_id, "0" * 40, "cpu", "float32", 100, seconds, 1.0))
    said = asked({"model_id": "org/a", "reason": ""}, FACTS, SMALL, store=store)[2]

    assert "the fastest here (10 rows a second); the largest (20M parameters)" in said
    assert "the slowest here (5 rows a second); the smallest (10M parameters)" in said


def test_a_pick_is_logged_beside_what_the_score_would_take():
    store = Store(None)
    pick = {"model_id": "org/b", "reason": "the smallest and fastest (10M parameters)"}
    model, reason, _ = asked(pick, FACTS, SMALL, store=store)

    assert model == "org/b"
    assert reason.startswith(
        "the smallest and fastest (10M parameters) (picked by the LLM, the score's is org/a); not tried on your rows"
    )
    assert store.agreement() == (0, 1)


@pytest.mark.parametrize("claim", ["the fastest of all", "the most downloaded model", "accuracy 0.99", "下载量最多"])
def test_a_reason_that_is_not_so_gives_way_to_a_fact(claim: str):
    slow = replace(SMALL, parameters=30_000_000)
    model, reason, _ = asked({"model_id": "org/b", "reason": claim}, FACTS, slow)

    assert model == "org/b"
    assert reason.startswith(f"the largest and slowest (30M parameters); it was said to be “{claim}”, which is not so")


@pytest.mark.parametrize("answer", [{"model_id": "evil/x", "reason": "best"}, {"model_id": "org/gated", "reason": ""}])
def test_a_model_that_is_unknown_or_rejected_is_not_taken(answer: Mapping[str, str]):
    store, gated = Store(None), replace(FACTS, model_id="org/gated", gated=True, downloads=10**7)
    model, reason, said = asked(answer, FACTS, SMALL, gated, store=store)

    assert model == "org/a"
    assert reason.startswith("chosen by downloads")
    assert "org/gated" not in said
    assert store.agreement() == (0, 0)


@pytest.mark.parametrize(
    ("reason", "so"),
    [
        ("most downloads (1k downloads)", True),
        ("it was trained on tweets", True),
        ("has 1k downloads", True),
        ("Most popular", True),
        ("best accuracy of these", True),
        ("the highest accuracy of all", True),
        ("best f1 of these", False),
        ("has 2M downloads", False),
        ("smallest", False),
        ("最快的模型", False),
        ("verified by the Hub", False),
        ("already on this machine", False),
    ],
)
def test_code_checks_what_a_reason_claims(reason: str, so: bool):
    facts = ["the best by code's score", "best accuracy of these (accuracy 0.9)", "most downloads (1k downloads)"]

    assert is_borne_out(reason, facts) is so
