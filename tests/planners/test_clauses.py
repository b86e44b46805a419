"""How a request is cut into clauses."""

from __future__ import annotations

import pytest

from hfmagic.planners.clauses import set_aside, split
from hfmagic.planners.cues import is_task, starts


def clauses(request: str, known: frozenset[str] = frozenset()) -> list[str]:
    text, asides = set_aside(request, known)
    return [c.words() for c in split(text, asides, is_task=is_task, starts=starts)]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Transcribe it, and title it.", ["Transcribe it", "title it"]),
        ("summarize the note; then chart it", ["summarize the note", "chart it"]),
        ("sort into billing, shipping and technical", ["sort into billing, shipping and technical"]),
        ("for each review, label the sentiment", ["for each review, label the sentiment"]),
        ("only rows with a score above 0.9. How many?", ["only rows with a score above 0.9", "How many"]),
        ("count by product and theme", ["count by product and theme"]),
        ("转写录音，总结一下，再起个标题", ["转写录音", "总结一下", "起个标题"]),
        ("把工单分为账单、物流和技术，然后统计", ["把工单分为账单、物流和技术", "统计"]),
        ("转写录音并总结", ["转写录音", "总结"]),
    ],
)
def test_a_clause_begins_where_another_task_does(request_: str, expected: list[str]) -> None:
    assert clauses(request_) == expected


def test_what_is_quoted_is_never_cut_or_read() -> None:
    assert clauses("how close is it to 'stop; then chart it, and count'") == [
        "how close is it to stop; then chart it, and count"
    ]
    assert clauses("the customer's mails' bodies: summarize them") == ["the customer's mails' bodies: summarize them"]


def test_models_are_set_aside_in_the_order_of_the_words() -> None:
    text, asides = set_aside("transcribe and summarize it with Whisper, then facebook/bart-large-cnn", frozenset())

    assert asides.models == ["Whisper", "facebook/bart-large-cnn"]
    assert "Whisper" not in text


def test_a_known_name_is_no_model() -> None:
    _, asides = set_aside("do it with whisper", frozenset({"whisper"}))

    assert asides.models == []
