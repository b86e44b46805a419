"""Who plans, chosen by a user in a shell; the endpoint is a real client's, on loopback, with scripted replies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.config import HFMagic
from hfmagic.session import Session
from tests.llmserver import TestLLM, html, says, status
from tests.shell import run

KEY = "sk-canary-4711471147114711"
CELL = "%%hf reviews --rows 6 {0}\nLabel the sentiment of each review."
PLAN = {"steps": [{"task": "text-classification", "text": "review", "about": "sentiment", "where": []}], "cannot": ""}
STARTER = ("starter/minilm-l6-sentiment", "starter/bert-tiny-sentiment")


def picks(model_id: str) -> dict[str, Any]:
    return {"sentiment": {"model_id": model_id, "reason": "made for sentiment, high accuracy"}}


@pytest.fixture
def shell_with_llm(shell: InteractiveShell):
    with TestLLM() as llm:
        assert run(shell, f"%hf planner {llm.url} tiny").error is None
        yield shell, llm


def test_the_chosen_llm_plans_and_is_named(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN), says(picks(STARTER[0]))]

    seen = run(shell, CELL.format("-o scored"))

    assert "Plan by endpoint:tiny" in seen.text
    assert list(shell.user_ns["scored"].columns[-2:]) == ["review_sentiment", "review_sentiment_score"]


def test_the_choice_lasts_until_rules_are_chosen(shell_with_llm: tuple[InteractiveShell, TestLLM], config: HFMagic):
    shell, _ = shell_with_llm
    later = Session(HFMagic(cache_dir=config.cache_dir))

    assert later.planner.name == "endpoint:tiny"
    run(shell, "%hf planner rules")
    assert Session(HFMagic(cache_dir=config.cache_dir)).planner.name == "rules"


def test_a_line_of_configuration_chooses_too(config: HFMagic):
    with TestLLM(says(PLAN)) as llm:
        config.endpoints = {"mine": {"base_url": llm.url, "model": "tiny"}}
        config.planner = "mine"

        assert Session(config).planner.name == "mine:tiny"


def test_a_planner_that_is_configured_no_more_breaks_no_line_but_the_plan(
    shell_with_llm: tuple[InteractiveShell, TestLLM],
):
    shell, llm = shell_with_llm
    run(shell, f'%config HFMagic.endpoints = {{"mine": {{"base_url": "{llm.url}", "model": "tiny"}}}}')
    run(shell, "%hf planner mine")
    run(shell, "%config HFMagic.endpoints = {}")

    lines = [run(shell, line) for line in ("%hf planner", "%hf doctor", "%hf models", "%hf planner mine")]
    cell = run(shell, CELL.format(""))

    assert [seen.error for seen in lines[:3]] == [None] * 3
    assert all("mine (not configured)" in seen.text for seen in lines[:2])
    assert (lines[3].error.code, cell.error.code) == ("HF701", "HF701")
    assert cell.error.line == (
        "planner 'mine', which was chosen earlier, is not configured here. "
        "→ %hf planner rules, or add it to %config HFMagic.endpoints"
    )
    assert run(shell, "%hf planner rules").error is None


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"ollama": {"url": "x"}}, "planner 'ollama' is not configured as it should be."),
        ({"mine": "https://h.example/v1"}, "planner 'mine' is not configured as it should be."),
        ({"mine": {"base_url": "http://h.example/v1"}}, "plain http is only for this machine"),
        ({"mine": {"base_url": "https://me:sk-canary-4711471147@h.example"}}, "may hold no password"),
        ({5: {"base_url": "https://h.example/v1"}}, "there is no planner '5'."),
    ],
)
def test_a_wrong_entry_is_a_row_with_its_problem(shell: InteractiveShell, entry: dict[Any, Any], problem: str):
    run(shell, f"%config HFMagic.endpoints = {entry}")

    rows = shell.user_ns["hf"].planner.known()

    seen = run(shell, "%hf planner")
    assert (seen.error, run(shell, "%hf doctor").error) == (None, None)
    assert "canary" not in seen.text
    assert len({r["planner"] for r in rows}) == len(rows)
    assert [problem in r["address"] for r in rows if r["planner"] == str(next(iter(entry)))] == [True]
    assert {"rules", "openai", "ollama"} <= {r["planner"] for r in rows}


@pytest.mark.rule(12)
def test_sent_shows_every_byte_that_left(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN), says(picks(STARTER[0]))]
    run(shell, CELL.format(""))

    seen = run(shell, "%hf sent").text

    assert [e.body.decode() in seen for e in llm.asked] == [True, True]


@pytest.mark.rule(12)
def test_no_row_leaves(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN), says(picks(STARTER[0]))]
    reviews = shell.user_ns["reviews"]
    reviews["review"] = [f"canary{i:06d} it broke" for i in range(len(reviews))]

    run(shell, CELL.format(""))

    assert not any(b"canary" in e.body for e in llm.log)


def test_the_llm_picks_among_the_candidates_and_its_agreement_is_kept(
    shell_with_llm: tuple[InteractiveShell, TestLLM],
):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN), says(picks(STARTER[1])), says(PLAN), says(picks(STARTER[0]))]

    run(shell, CELL.format("--plan"))
    other = run(shell, "%hf plan").html.replace("<wbr>", "")
    run(shell, CELL.format("--plan"))

    assert STARTER[1] in other
    assert "picked by the LLM, the score&#x27;s is starter/minilm-l6-sentiment" in other
    assert "made for sentiment, high accuracy" in other
    assert shell.user_ns["hf"].store.agreement() == (1, 2)


@pytest.mark.parametrize("named", [STARTER[0], "evil/model"])
@pytest.mark.rule(8)
def test_the_llm_cannot_pick_against_a_limit_or_outside_the_list(
    shell_with_llm: tuple[InteractiveShell, TestLLM], named: str, tmp_path: Path, starter_hub: Path
):
    shell, llm = shell_with_llm
    shutil.copytree(starter_hub / STARTER[1], tmp_path / "hub/other/tiny")
    run(shell, f"%config HFMagic.hub_dirs = {[str(starter_hub), str(tmp_path / 'hub')]}")
    llm.replies += [says(PLAN), says(picks(named))]

    run(shell, CELL.format("--plan --limit max_size=30MB"))

    offered = llm.asked[1].words
    assert ("other/tiny" in offered, STARTER[1] in offered, STARTER[0] in offered) == (True, True, False)
    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.model_id in {"other/tiny", STARTER[1]}


def test_what_a_limit_rejects_is_not_offered(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN)]

    run(shell, CELL.format("--plan --limit max_size=30MB"))

    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.model_id == STARTER[1]
    assert len(llm.asked) == 1  # one candidate is left: nothing to pick


def test_a_picker_that_fails_leaves_it_to_the_score(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    llm.replies += [says(PLAN), html(), html(), html()]

    seen = run(shell, CELL.format("--plan"))

    assert seen.error is None
    assert shell.user_ns["hf"].proposal.plan.step("sentiment").model.model_id == STARTER[0]
    assert "models are picked by their score: " in seen.text


def test_the_score_picks_when_it_is_set_so(shell_with_llm: tuple[InteractiveShell, TestLLM]):
    shell, llm = shell_with_llm
    run(shell, "%config HFMagic.picker = 'score'")
    llm.replies += [says(PLAN)]

    run(shell, CELL.format("--plan"))

    assert len(llm.asked) == 1


@pytest.mark.fault(28)
def test_an_endpoint_that_is_away_fails_in_a_line_and_names_the_rules(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANARY_KEY", KEY)
    run(shell, '%config HFMagic.endpoints = {"mine": {"base_url": "http://127.0.0.1:9/v1", "key": "CANARY_KEY"}}')
    run(shell, "%config HFMagic.planner_seconds = 5")
    run(shell, "%hf planner mine tiny")

    seen = run(shell, CELL.format(""))

    assert seen.error.code == "HF702"
    assert "%hf planner rules" in seen.error.line
    assert KEY not in seen.text


@pytest.mark.rule(11)
@pytest.mark.fault(30)
def test_the_key_is_nowhere_even_when_the_endpoint_echoes_it(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, config: HFMagic
):
    from tests.llmserver import echo_key

    monkeypatch.setenv("CANARY_KEY", KEY)
    with TestLLM(echo_key()) as llm:
        shell.run_line_magic("xmode", "Verbose")
        run(shell, f'%config HFMagic.endpoints = {{"mine": {{"base_url": "{llm.url}", "key": "CANARY_KEY"}}}}')
        run(shell, "%hf planner mine tiny")
        seen = run(shell, CELL.format("--debug"))
        sent = run(shell, "%hf sent")
        assert llm.asked[0].headers["authorization"] == f"Bearer {KEY}"

    assert seen.error.code == "HF703"
    assert KEY not in seen.text + sent.text
    assert KEY.encode() not in b"".join(p.read_bytes() for p in config.cache_path.rglob("*") if p.is_file())


def test_the_way_of_asking_that_works_is_remembered(shell: InteractiveShell, config: HFMagic):
    from tests.llmserver import fenced

    def only_fenced(seen: Any) -> Any:
        asked = json.loads(seen.body)
        return status(400) if "response_format" in asked or "tools" in asked else fenced(PLAN)

    with TestLLM(script=only_fenced) as llm:
        run(shell, "%config HFMagic.picker = 'score'")
        run(shell, f"%hf planner {llm.url} tiny")
        run(shell, CELL.format("--plan"))
        first = len(llm.asked)
        later = Session(HFMagic(cache_dir=config.cache_dir, picker="score"))
        later.planner.plan("Label the sentiment of each review", shell.user_ns["hf"].proposal.plan.inputs)

    assert first > 1
    assert len(llm.asked) == first + 1
