"""Requests with their plans in the wire form, shown to an LLM. None of a measurement or a tutorial.

Tests build each and compare it with a golden plan, so that no example teaches what cannot be run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...kinds import ColumnSchema, InputSchema, Kind
from .wire import NONE

_SEEN = frozenset({Kind.IMAGE, Kind.VIDEO})


@dataclass(frozen=True, eq=False)
class Example:
    """What a request is about, the request, and its steps."""

    name: str
    inputs: tuple[InputSchema, ...]
    request: str
    steps: tuple[Mapping[str, Any], ...]


def examples_for(inputs: Sequence[InputSchema]) -> tuple[Example, ...]:
    """The examples for inputs of such kinds: always the same for the same kinds."""
    if not any(i.kind is Kind.TABLE for i in inputs):
        return SINGLE
    kinds = {c.kind for i in inputs for c in i.columns}
    return (*ROWS, *(OF_PICTURES if kinds & _SEEN else OF_SOUNDS if Kind.AUDIO in kinds else OF_TEXTS))


def _table(name: str, rows: int, /, **kinds: Kind) -> tuple[InputSchema, ...]:
    columns = tuple(ColumnSchema(name=n, kind=k) for n, k in kinds.items())
    return (InputSchema(name=name, kind=Kind.TABLE, rows=rows, columns=columns),)


def _where(column: str, op: str, value: object) -> list[dict[str, object]]:
    return [{"column": column, "op": op, "value": value}]


def _step(words: str, task: str, **fields: Any) -> dict[str, Any]:
    return {"for": words, "task": task, **fields}


ROWS = (
    Example(
        "forum",
        _table("posts", 90, forum=Kind.LABELS, post=Kind.TEXT),
        "find the mood of every post, cluster the unhappy ones and draw how many of each there are by forum",
        (
            _step("find the mood of every post", "text-classification", text="post", about="sentiment", where=[]),
            _step(
                "cluster the unhappy ones",
                "cluster",
                text="post",
                groups=0,
                where=_where("sentiment", "==", "negative"),
            ),
            _step(
                "draw how many of each there are by forum",
                "chart",
                mark="bar",
                x="forum",
                color="theme",
                value="count",
                where=[],
            ),
        ),
    ),
    Example(
        "mail-room",
        _table("mails", 40, body=Kind.TEXT, team=Kind.LABELS),
        "tag every mail as hiring, payroll or other; a headline for those of the sales team, and send it to Ann",
        (
            _step(
                "tag every mail as hiring, payroll or other",
                "zero-shot-classification",
                text="body",
                candidate_labels=["hiring", "payroll", "other"],
                where=[],
            ),
            _step(
                "a headline for those of the sales team",
                "summarization",
                text="body",
                style="title",
                where=_where("team", "==", "sales"),
            ),
            _step("send it to Ann", NONE),
        ),
    ),
    Example(
        "car-park",
        _table("cars", 300, name=Kind.LABELS, maker=Kind.LABELS, year=Kind.NUMBER, power=Kind.NUMBER),
        "only those after 2010: the average power per maker? and show the five oldest",
        (
            _step("only those after 2010", "filter", where=_where("year", ">", 2010)),
            _step(
                "the average power per maker",
                "aggregate",
                by=["maker"],
                compute="mean",
                column="power",
                order="highest first",
                limit=0,
                where=[],
            ),
            _step("show the five oldest", "sort", by="year", order="lowest first", limit=5, where=[]),
        ),
    ),
)
"""For tables of any kind."""

OF_TEXTS = (
    Example(
        "letters",
        _table("letters", 8, sender=Kind.LABELS, letter=Kind.TEXT),
        "put the letters into Danish, and what does Ann want, according to each?",
        (
            _step("put the letters into Danish", "translation", text="letter", target="Danish", where=[]),
            _step(
                "what does Ann want, according to each",
                "question-answering",
                text="letter",
                question="What does Ann want?",
                where=[],
            ),
        ),
    ),
)

OF_SOUNDS = (
    Example(
        "memos",
        _table("memos", 12, sender=Kind.LABELS, memo=Kind.AUDIO),
        "write down what each memo says and shorten it",
        (
            _step("write down what each memo says", "automatic-speech-recognition", audio="memo", where=[]),
            _step("shorten it", "summarization", text="transcript", style="summary", where=[]),
        ),
    ),
)

OF_PICTURES = (
    Example(
        "scans",
        _table("scans", 25, page=Kind.NUMBER, scan=Kind.IMAGE),
        "数一数每种图片各有多少张",
        (
            _step("每种图片", "image-classification", image="scan", where=[]),
            _step(
                "各有多少张",
                "aggregate",
                by=["label"],
                compute="count",
                column="",
                order="highest first",
                limit=0,
                where=[],
            ),
        ),
    ),
)

SINGLE = (
    Example(
        "harbour",
        (InputSchema(name="harbour", kind=Kind.IMAGE),),
        "Say in Danish, aloud, what can be seen in {harbour}.",
        (
            _step("what can be seen in {harbour}", "image-to-text", image="harbour"),
            _step("Say in Danish", "translation", text="caption", target="Danish"),
            _step("aloud", "text-to-speech", text="translation"),
        ),
    ),
    Example(
        "voicemail",
        (InputSchema(name="voicemail", kind=Kind.AUDIO),),
        "I need to know when the plumber will come; it is somewhere in {voicemail}. Please call him, too.",
        (
            _step("it is somewhere in {voicemail}", "automatic-speech-recognition", audio="voicemail"),
            _step(
                "I need to know when the plumber will come",
                "question-answering",
                text="transcript",
                question="When will the plumber come?",
            ),
            _step("Please call him", NONE),
        ),
    ),
    Example(
        "barn",
        (),
        "Paint a red barn under two oaks, and work out how far away everything in it is.",
        (
            _step("Paint a red barn under two oaks", "text-to-image", text="a red barn under two oaks"),
            _step("how far away everything in it is", "depth-estimation", image="image"),
        ),
    ),
    Example(
        "motto",
        (),
        "把“路虽远，行则将至”译成英语",
        (_step("把“路虽远，行则将至”译成英语", "translation", text="quote 1", target="English"),),
    ),
)
"""For single values, and for requests that hold all they are about."""
