"""Whatever is asked of whatever there is: a valid plan, or one of hfmagic's own errors, and quickly."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.errors import InputError, PlanError, RequestError
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.planners.rules import plan_by_rules
from hfmagic.scope import validate

from .inputs import CALLS, CLIP, MAILS, NOTE, PHOTOS, REVIEWS, SCORED

WORDS = """
label sentiment summarize chart per product only negative how many average score transcribe title group complaints into
themes sort by and , ; . then 'a b' `review` {clip} where > 0.9 use whisper as mood translate similar to the of each it
them which most top 3 language embed template 标注 情感 ， 。 把 差评 归成 主题 按 产品 画图 每个 多少 只看 总结 和 的
再 起个标题 “电池” 相似 大于
"""
NAMES = st.sampled_from(
    ["review", "product", "n", "sentiment", "text", "评论", "a b", 'x"y', "reviews", "id"]
) | st.text(max_size=8)
COLUMNS = st.builds(
    ColumnSchema, name=NAMES, kind=st.none() | st.sampled_from(Kind), labels=st.lists(NAMES, max_size=2).map(tuple)
)
SCHEMAS = st.builds(
    InputSchema,
    name=st.sampled_from(["reviews", "clip", "sentiment", "chart", "x"]),
    kind=st.sampled_from(Kind),
    columns=st.lists(COLUMNS, max_size=5).map(tuple),
)
REQUESTS = st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join) | st.text(max_size=200)
PATHOLOGICAL = (
    "is a or ",
    "a和",
    "'",
    "“",
    "a;",
    "，",
    "label into ",
    "每",
    "with bert ",
    "as x ",
    "(",
    "the ",
    " ",
    "a,b ",
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=REQUESTS, schemas=st.lists(SCHEMAS, max_size=3).map(tuple))
def test_any_request_over_any_schema_is_planned_or_refused(request: str, schemas: tuple[InputSchema, ...]) -> None:
    try:
        made = plan_by_rules(request, schemas)
    except (RequestError, InputError, PlanError) as error:
        line = f"{error.code} {error.line}"
    else:
        line = ""

        assert validate(made) is made

    assert len(line) <= 200


@settings(max_examples=300, deadline=None)
@given(request=REQUESTS, schema=st.sampled_from([REVIEWS, SCORED, MAILS, CALLS, PHOTOS, CLIP, NOTE]))
def test_a_follow_up_of_any_plan_is_planned_or_refused(request: str, schema: InputSchema) -> None:
    with contextlib.suppress(RequestError, InputError, PlanError):
        first = plan_by_rules(request, (schema,))
        plan_by_rules("now summarize them and chart it", (schema,), previous=first)


@pytest.mark.parametrize("part", PATHOLOGICAL)
def test_no_request_takes_a_second(part: str) -> None:
    begin = time.process_time()
    for start in ("", "label the reviews ", "标注"):
        with contextlib.suppress(RequestError, InputError, PlanError):
            plan_by_rules((start + part * 2000)[:2000], (SCORED, PHOTOS, MAILS))

    assert time.process_time() - begin < 3


def test_a_usual_request_takes_less_than_50_milliseconds() -> None:
    request = "label the sentiment of each review, group the complaints into themes, and chart them per product"
    plan_by_rules(request, (REVIEWS,))
    begin = time.process_time()
    for _ in range(10):
        plan_by_rules(request, (REVIEWS,))

    assert (time.process_time() - begin) / 10 < 0.05


def test_the_planner_needs_no_library_of_models_or_frames() -> None:
    heavy = {"torch", "transformers", "pandas", "duckdb", "openai"}
    code = f"import sys, hfmagic.planners.rules; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "set()"
