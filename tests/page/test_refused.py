"""What a page is told where its message cannot be answered: one line, and nothing is done."""

from __future__ import annotations

import pytest

from hfmagic.errors import BadOption
from hfmagic.page import desk as desks
from hfmagic.page.desk import Desk

from .page import Page


def said(answer: dict[str, dict[str, str]]) -> str:
    return answer["refused"]["line"]


def test_a_rating_of_another_plan_and_a_stop_of_nothing_are_refused(ran: Page):
    (step, *_) = ran.plan["steps"]
    old = {"plan": "0" * 16, "step": step["id"], "liked": True}

    assert said(ran.ask("rate", **old)).startswith("the plan has changed meanwhile. → look at it")
    assert said(ran.ask("cancel")) == "nothing runs."


@pytest.mark.rule(15)
def test_a_page_that_asks_too_much_and_one_without_a_kernel_behind_it_are_told_so(page: Page):
    while page.desk._places.acquire(blocking=False):
        pass
    assert said(page.ask("hello")) == "too many questions at once."
    page.desk._places.release()

    while page.desk._jobs.acquire(blocking=False):
        pass
    with pytest.raises(BadOption, match="too much waits to run already"):
        page.desk._start_job(lambda: None, "a run")

    page.desk.close()
    assert said(page.ask("hello")) == "hfmagic is not loaded any more."


def test_what_hfmagic_did_not_expect_is_a_line_with_a_code_for_a_question_and_for_a_run(
    page: Page, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError("the roof\nis open")

    for ask in tuple(desks.ANSWERS):
        monkeypatch.setitem(desks.ANSWERS, ask, broken)
    answer = page.ask("hello")["refused"]
    assert answer == {"code": "HF900", "line": "RuntimeError: the roof is open"}

    page.send({"id": 0, "body": {"ask": "cancel"}})  # a click in a cell's output: its line is pushed
    page.until(lambda: page.lines)
    assert page.lines == ["HF900 RuntimeError: the roof is open"]

    Desk._start_job(page.desk, broken, "a run")
    page.until(lambda: len(page.lines) == 2)
    Desk._start_job(page.desk, interrupted, "a run")
    page.until(lambda: len(page.lines) == 3)
    assert page.lines[1:] == ["RuntimeError: the roof is open", "interrupted"]


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.rule(15)
@pytest.mark.parametrize(
    "message",
    [
        {"id": "5", "body": {"ask": "hello"}},
        {"id": 3.0, "body": {"ask": "hello"}},
        {"id": True, "body": {"ask": "hello"}},
        {"id": 1, "body": {"ask": "search", "task": "summarization", "hub": "yes"}},
        {"id": 1, "body": {"ask": "search", "task": "summarization", "max_size": "9"}},
        {"id": 1, "body": {"ask": "rate", "plan": "0" * 16, "step": "a", "liked": "yes"}},
        {"id": 1, "body": {"ask": "edit", "plan": "0" * 16, "step": "a", "parameters": {"n": float("nan")}}},
        {"id": 1, "body": {"ask": "edit", "plan": "0" * 16, "step": "a", "parameters": {"n": float("inf")}}},
        {"id": 1, "body": {"ask": "edit", "plan": "0" * 16, "step": "a", "parameters": {"n": 10**400}}},
        {"id": 1, "body": {"ask": "hello", "more": 1}},
        {"id": 1, "body": {"ask": "hello"}, "more": 1},
    ],
    ids=lambda m: str(m)[:60],
)
def test_a_message_of_other_types_is_refused_and_not_made_to_fit(page: Page, message: dict[str, object]):
    number = message["id"] if type(message["id"]) is int else 0
    assert page.send(message, number)["refused"] == {"code": "HF103", "line": "hfmagic does not know this message."}
