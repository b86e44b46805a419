"""Requests with their plans in the wire form, shown to an LLM. None of a test, a tutorial or a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .wire import NONE


@dataclass(frozen=True)
class Example:
    """Inputs as the prompt writes them, a request, and its steps."""

    inputs: str
    request: str
    steps: tuple[Mapping[str, Any], ...]

    @property
    def tasks(self) -> frozenset[str]:
        """The tasks of its steps: they must be on offer."""
        return frozenset(s["task"] for s in self.steps) - {NONE}


def _where(column: str, op: str, value: object) -> list[dict[str, object]]:
    return [{"column": column, "op": op, "value": value}]


EXAMPLES = (
    Example(
        "posts: table, 90 rows: forum (labels), post (text)",
        "find the mood of every post, cluster the unhappy ones and draw how many of each there are by forum",
        (
            {
                "for": "find the mood of every post",
                "task": "text-classification",
                "text": "post",
                "about": "sentiment",
                "where": [],
            },
            {
                "for": "cluster the unhappy ones",
                "task": "cluster",
                "text": "post",
                "groups": 0,
                "where": _where("sentiment", "==", "negative"),
            },
            {
                "for": "draw how many of each there are by forum",
                "task": "chart",
                "mark": "bar",
                "x": "forum",
                "color": "theme",
                "value": "count",
                "where": [],
            },
        ),
    ),
    Example(
        "mails: table, 40 rows: body (text), team (labels)",
        "tag every mail as hiring, payroll or other; a headline for those of the sales team, and send it to Ann",
        (
            {
                "for": "tag every mail as hiring, payroll or other",
                "task": "zero-shot-classification",
                "text": "body",
                "candidate_labels": ["hiring", "payroll", "other"],
                "where": [],
            },
            {
                "for": "a headline for those of the sales team",
                "task": "summarization",
                "text": "body",
                "style": "title",
                "where": _where("team", "==", "sales"),
            },
            {"for": "send it to Ann", "task": NONE},
        ),
    ),
    Example(
        "cars: table, 300 rows: name (labels), maker (labels), year (number), power (number)",
        "only those after 2010: the average power per maker? and show the five oldest",
        (
            {"for": "only those after 2010", "task": "filter", "where": _where("year", ">", 2010)},
            {
                "for": "the average power per maker",
                "task": "aggregate",
                "by": ["maker"],
                "compute": "mean",
                "column": "power",
                "order": "highest first",
                "limit": 0,
                "where": [],
            },
            {
                "for": "show the five oldest",
                "task": "sort",
                "by": "year",
                "order": "lowest first",
                "limit": 5,
                "where": [],
            },
        ),
    ),
    Example(
        "memos: table, 12 rows: sender (labels), memo (audio)",
        "write down what each memo says and shorten it",
        (
            {
                "for": "write down what each memo says",
                "task": "automatic-speech-recognition",
                "audio": "memo",
                "where": [],
            },
            {"for": "shorten it", "task": "summarization", "text": "transcript", "style": "summary", "where": []},
        ),
    ),
    Example(
        "scans: table, 25 rows: page (number), scan (image)",
        "数一数每种图片各有多少张",
        (
            {"for": "每种图片", "task": "image-classification", "image": "scan", "where": []},
            {
                "for": "数一数各有多少张",
                "task": "aggregate",
                "by": ["label"],
                "compute": "count",
                "column": "",
                "order": "highest first",
                "limit": 0,
                "where": [],
            },
        ),
    ),
    Example(
        "letters: table, 8 rows: sender (labels), letter (text)",
        "put the letters into Danish, and what does Ann want, according to each?",
        (
            {
                "for": "put the letters into Danish",
                "task": "translation",
                "text": "letter",
                "target": "Danish",
                "where": [],
            },
            {
                "for": "what does Ann want, according to each",
                "task": "question-answering",
                "text": "letter",
                "question": "What does Ann want?",
                "where": [],
            },
        ),
    ),
    Example(
        "walls: table, 9 rows: street (labels), wall (image)",
        "how many windows are in each picture?",
        (
            {
                "for": "how many windows are in each picture?",
                "task": "visual-question-answering",
                "image": "wall",
                "question": "How many windows are there?",
                "where": [],
            },
        ),
    ),
)
