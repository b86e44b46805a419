"""Whole plans, compared with files. GOLDEN=update writes them anew, and fails once so that nobody overlooks it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hfmagic.kinds import InputSchema
from hfmagic.plan import Plan
from hfmagic.scope import validate

from .inputs import CALLS, CLIP, LINES, MAILS, NOTE, PHOTOS, REVIEWS, SCORED, TICKETS, plan

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, tuple[InputSchema, str, str]] = {
    "complaints": (
        REVIEWS,
        "Label the sentiment of each review, group the complaints into themes, and chart them per product.",
        "标注每条评论的情感，把差评归成主题，并按产品画图。",
    ),
    "negative-per-product": (
        SCORED,
        "only the negative ones; how many per product?",
        "只看差评；每个产品有多少条？",
    ),
    "clip-title": (CLIP, "transcribe the clip and give it a title", "把录音转成文字，再起个标题"),
    "photos": (PHOTOS, "what is in each photo", "识别每张照片里有什么"),
    "photo-chart": (
        PHOTOS,
        "label the photos, then chart how often each label occurs",
        "给照片打标签，然后画图看每个标签出现的次数",
    ),
    "most-complaints": (SCORED, "which product has the most complaints?", "哪个产品的差评最多？"),
    "complaint-share": (SCORED, "what share of the reviews is negative per product?", "每个产品的差评比例"),
    "mean-score": (MAILS, "average score per department", "每个部门的平均分"),
    "languages": (REVIEWS, "detect the language of each review", "识别每条评论的语言"),
    "summaries": (REVIEWS, "summarize the complaints", "总结差评"),
    "titles": (TICKETS, "give each ticket a short title", "给每个工单起个标题"),
    "embedding": (LINES, "embed the texts", "把文本转成向量"),
    "calls": (
        CALLS,
        "transcribe the calls, find the sentiment of each and chart it per agent",
        "转写通话，标注情感，并按客服画图",
    ),
    "speech": (NOTE, "read the note aloud", "朗读这段文字"),
    "high-scores": (MAILS, "only rows where score > 0.9", "只看分数大于0.9的行"),
    "best-first": (MAILS, "sort the mails by score from highest to lowest", "按分数从高到低排序"),
    "french": (REVIEWS, "summarize the French reviews", "总结法语的评论"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_request_gives_the_golden_plan(name: str) -> None:
    schema, request, _ = CASES[name]
    made = plan(request, schema)
    file = GOLDEN / f"{name}.json"
    found = made.to_json(indent=1) + "\n"
    if os.environ.get("GOLDEN") == "update" and (not file.exists() or file.read_text() != found):
        file.write_text(found)
        pytest.fail(f"{file.name} was written anew: read it, then run again")

    assert file.read_text() == found
    assert validate(Plan.from_json(found)) == made


@pytest.mark.parametrize("name", CASES)
def test_the_chinese_twin_gives_the_same_hash(name: str) -> None:
    schema, english, chinese = CASES[name]

    assert plan(english, schema).hash == plan(chinese, schema).hash
    assert (plan(english, schema).language, plan(chinese, schema).language) == ("en", "zh")


def test_every_golden_file_has_its_case() -> None:
    assert {f.stem for f in GOLDEN.glob("*.json")} == set(CASES)
