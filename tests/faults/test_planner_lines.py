"""What a user reads when the LLM that plans fails: one line or one note, for each way, from the cell on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from hfmagic.errors import MAX_LINE
from hfmagic.llm import talk
from tests.llmserver import (
    Reply,
    TestLLM,
    broken,
    choices_empty,
    content_null,
    deep,
    dup_keys,
    echo_key,
    endless,
    error_200,
    html,
    huge_int,
    nan,
    says,
    stall,
    status,
    text,
)
from tests.shell import run

KEY = "sk-canary-4711471147114711"
KNOWN, UNKNOWN = "Label the sentiment of each review.", "Do the frobnicate on each review."
STEP = {"task": "text-classification", "text": "review", "about": "sentiment", "where": []}
PLAN = {"steps": [STEP], "cannot": ""}
WRITES = {"task": "summarization", "text": "review"}


def steps(*found: Mapping[str, Any]) -> Reply:
    return says({"steps": list(found), "cannot": ""})


@pytest.fixture
def planned(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs a cell with --plan whose planner answers so; gives what the user sees, and what the endpoint did."""
    monkeypatch.setenv("CANARY_KEY", KEY)
    monkeypatch.setattr(talk, "FIRST_WAIT", 0)
    with TestLLM() as llm:
        endpoint = {"mine": {"base_url": llm.url, "key": "CANARY_KEY", "model": "tiny"}}
        run(shell, f"%config HFMagic.endpoints = {endpoint}")
        run(shell, "%config HFMagic.picker = 'score'")
        run(shell, "%config HFMagic.planner_bytes = 200000")
        assert run(shell, "%hf planner mine").error is None

        def plan(request: str, *replies: Reply) -> SimpleNamespace:
            llm.replies[:], before = list(replies), len(llm.asked)
            seen = run(shell, f"%%hf reviews --plan\n{request}")
            line = f"{seen.error.code} {seen.error.line}" if seen.error else ""
            assert KEY not in seen.text + seen.html + line
            assert len(line) <= MAX_LINE
            assert line.isprintable()
            assert "\x1b[31m" not in seen.text + seen.html
            assert "<img src=x" not in seen.html
            return SimpleNamespace(line=line, asked=len(llm.asked) - before, text=seen.text, html=seen.html)

        yield plan
        llm.replies.clear()


NO_ANSWER: Mapping[str, tuple[Reply, int, str, tuple[str, ...]]] = {
    "30": (echo_key(), 1, "HF703", ("refused with 401: Incorrect API key provided: ***", "the key in CANARY_KEY")),
    "31 429": (status(429), 3, "HF703", ("refused with 429", "asked 3×", "%hf planner rules")),
    "31 500": (status(500), 3, "HF703", ("refused with 500", "asked 3×", "%hf planner rules")),
    "32": (html(), 1, "HF705", ("no OpenAI-compatible answer: it is a web page", "%hf planner rules")),
    "33": (broken(), 1, "HF705", ("no OpenAI-compatible answer: it is no JSON", "%hf planner rules")),
    "34 choices": (choices_empty(), 1, "HF705", ("OpenAI-compatible answer: it has no choices", "%hf planner rules")),
    "34 error": (error_200("overloaded"), 1, "HF705", ("no OpenAI-compatible answer: overloaded", "%hf planner rules")),
    "35": (endless(), 1, "HF705", ("sent more than 200,000 bytes", "raise planner_bytes, or %hf planner rules")),
}


@pytest.mark.fault(30, 31, 32, 33, 34, 35)
def test_a_cell_whose_planner_gives_no_answer_is_one_line_with_host_cause_and_next_step(planned: Any):
    for name, (reply, asked, code, words) in NO_ANSWER.items():
        seen = planned(KNOWN, *[reply] * 4)

        assert seen.line.startswith(f"{code} planner mine (127.0.0.1:"), name
        assert [w for w in words if w not in seen.line] == [], name
        assert seen.asked == asked, name


@pytest.mark.fault(28, 29)
def test_a_cell_whose_planner_is_away_slow_or_without_its_key_says_which_and_how_to_plan_without(
    planned: Any, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
):
    run(shell, "%config HFMagic.planner_seconds = 1")
    slow = planned(KNOWN, stall())
    monkeypatch.delenv("CANARY_KEY")
    keyless = planned(KNOWN)
    with TestLLM() as gone:
        url = gone.url
    run(shell, f'%config HFMagic.endpoints = {{"mine": {{"base_url": "{url}", "model": "tiny"}}}}')
    away = planned(KNOWN)

    assert slow.line.startswith("HF704 planner mine (127.0.0.1:")
    assert "planner_seconds" in slow.line
    assert (keyless.asked, "CANARY_KEY is not set" in keyless.line) == (0, True)
    assert away.line.startswith(f"HF702 planner mine ({url[7:-3]}) is not reachable")
    assert all("%hf planner rules" in seen.line for seen in (slow, keyless, away))
    run(shell, "%hf planner rules")
    assert planned(KNOWN).line == ""


UNUSABLE: Mapping[str, tuple[Reply, int, str]] = {
    "34 null": (content_null("content_filter"), 3, "finish_reason content_filter"),
    "36 words": (text("no <img src=x> \x1b[31mplan"), 3, "wanted a JSON object, found 'no <img src=x>"),
    "36 open": (text('{"steps": ['), 3, "wanted a JSON object"),
    "37 nan": (nan(), 3, "wanted a JSON object: NaN"),
    "37 twice": (dup_keys(), 3, "wanted a JSON object: it has a key twice"),
    "37 digits": (huge_int(), 3, "wanted a JSON object: it has a number of 10,000"),
    "37 deep": (deep(50_000), 3, "wanted a JSON object: it is nested too deeply"),
    "38 task": (steps({**STEP, "task": "shell-magic"}), 2, "step 1: there is no task 'shell-magic'"),
    "39 cycle": (steps({**WRITES, "text": "step 2"}, {**WRITES, "text": "step 1"}), 1, "steps 1 and 2 wait for each"),
    "40 task": (steps({**STEP, "task": "https://evil.example/x"}), 2, "step 1: task holds address"),
}


@pytest.mark.fault(34, 36, 37, 38, 39, 40)
def test_a_plan_that_cannot_be_used_is_said_in_a_note_of_the_rules_plan_and_in_their_error_where_they_have_none(
    planned: Any,
):
    for name, (reply, asked, words) in UNUSABLE.items():
        mended, failed = (planned(request, *[reply] * 4) for request in (KNOWN, UNKNOWN))

        assert (mended.line, mended.asked, failed.asked) == ("", asked, asked), name
        assert "Plan by rules" in mended.text, name
        assert "the plan of mine:tiny was not usable (" in mended.text, name
        assert words in mended.text, name
        assert failed.line.startswith("HF102 no task fits 'Do the frobnicate on each review'; of mine:tiny: "), name


@pytest.mark.fault(36)
@pytest.mark.parametrize("around", ["```json\n{}\n```", "Here:\n```\n{}\n```\nBye", "{} and that is all", "Sure! {}"])
def test_a_plan_with_words_around_it_is_read_at_once(planned: Any, around: str):
    seen = planned(KNOWN, text(around.replace("{}", json.dumps(PLAN))))

    assert (seen.line, seen.asked) == ("", 1)
    assert "Plan by mine:tiny" in seen.text
