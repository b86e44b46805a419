"""Follow-ups that change the last plan: which words do, which do not, and what changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.config import HFMagic
from hfmagic.errors import HFMagicError, NoTaskFits, UnknownColumn
from hfmagic.limits import Limits
from hfmagic.plan import ModelChoice, Plan
from hfmagic.planners.follow_ups.asked import asked
from hfmagic.planners.follow_ups.edit import edit, said_limits
from hfmagic.planners.limit_words.read import limit_words
from hfmagic.scope import validate
from hfmagic.session import Session
from hfmagic.tasks import CATALOGUE
from tests.llmserver import TestLLM

from .inputs import MAILS, NOTE, REVIEWS, TICKETS, plan, table

SUMMARIES = "Summarize each review, label the sentiment of each review and chart the sentiment per product"


def pinned(made: Plan) -> Plan:
    for step in made.steps:
        if not CATALOGUE[step.task].is_operation:
            made = made.with_model(step.id, ModelChoice(model_id=f"org/{step.id}-base", revision="0" * 40))
    return made


ONE = pinned(plan("Label the sentiment of each review", REVIEWS))
TWO = pinned(plan(SUMMARIES, REVIEWS))
TRANSLATED = pinned(plan("translate each review into French, then summarize the translations", REVIEWS))


def edited(request: str, previous: Plan = TWO, *inputs: object) -> Plan:
    found = edit(request, previous, inputs or previous.inputs)  # type: ignore[arg-type]
    assert found is not None, request
    return found


def wants(made: Plan) -> dict[str, str]:
    return {s.id: s.instead.want for s in made.steps if s.instead}


@pytest.mark.parametrize(
    ("request_", "want"),
    [
        ("use a bigger model", "bigger"),
        ("a larger model please", "bigger"),
        ("换个更大的模型", "bigger"),
        ("模型再大一点", "bigger"),
        ("use a smaller model instead", "smaller"),
        ("用小一点的模型", "smaller"),
        ("could you try a faster one?", "faster"),
        ("that model is too slow, use something faster", "faster"),
        ("swap the model for a lighter one", "smaller"),
        ("模型太慢了，换个快一点的", "faster"),
        ("有没有更大的模型？", "bigger"),
        ("换一个更快的模型吧", "faster"),
        ("use a more accurate model", "better"),
        ("用更准的模型", "better"),
        ("try another model", "other"),
        ("换个模型", "other"),
        ("use a multilingual model instead", "multilingual"),
        ("改用多语言模型", "multilingual"),
    ],
)
def test_a_comparison_marks_the_step_with_its_model(request_: str, want: str) -> None:
    found = edited(request_, ONE)

    assert wants(found) == {"sentiment": want}
    assert found.step("sentiment").instead.of == "org/sentiment-base"
    assert found.step("sentiment").unpinned().model_copy(update={"instead": None}) == ONE.step("sentiment").unpinned()


@pytest.mark.parametrize(
    ("request_", "step"),
    [
        ("use a bigger model for the summaries", "summary"),
        ("a bigger model for summarization", "summary"),
        ("摘要换个更大的模型", "summary"),
        ("给摘要换一个更大的模型", "summary"),
        ("a bigger model for the sentiment", "sentiment"),
        ("情感分类用更大的模型", "sentiment"),
        ("the summaries are poor, use a bigger model", "summary"),
        ("摘要太差了，换个更大的模型", "summary"),
    ],
)
def test_the_words_of_a_task_say_which_step_is_meant(request_: str, step: str) -> None:
    assert wants(edited(request_)) == {step: "bigger"}


def test_without_such_words_the_last_step_with_a_model_is_meant_and_the_note_says_so() -> None:
    found = edited("use a bigger model")

    assert wants(found) == {"sentiment": "bigger"}
    assert "no step is named: sentiment is meant, the last one with a model" in found.notes


def test_steps_that_are_not_meant_stay_as_they_are() -> None:
    found = edited("use a bigger model for the summaries")

    assert [s for s in found.steps if s.id != "summary"] == [s for s in TWO.steps if s.id != "summary"]
    assert found.hash == TWO.hash


@pytest.mark.parametrize(
    ("request_", "model", "step"),
    [
        ("use google/flan-t5-small for the summaries", "google/flan-t5-small", "summary"),
        ("try it with bert instead", "bert", "sentiment"),
        ("distilbert instead", "distilbert", "sentiment"),
        ("switch to t5-small", "t5-small", "summary"),
        ("换成 distilbert 试试", "distilbert", "sentiment"),
        ("try it with Google instead", "Google", "sentiment"),
    ],
)
def test_a_model_that_is_named_is_wanted_by_the_step_of_its_family(request_: str, model: str, step: str) -> None:
    found = edited(request_)

    assert {s.id: s.wanted for s in found.steps if s.wanted} == {step: model}
    assert found.step(step).model is None


@pytest.mark.parametrize(
    "request_",
    [
        "now translate it",
        "only the negative ones",
        "only the bigger ones",
        "as a chart",
        "summarize again",
        "use a bigger model and translate it into French",
        "which product is bigger?",
        "label the model of each car",
        "what is the best model?",
        "show me the smaller products",
        "use different labels",
        "翻译成德语",
        "group the complaints into themes",
        "now for each product",
        "do the same for the negative ones",
        "again for every product",
        "use it",
        "please",
        "x" * 5000,
    ],
)
def test_words_that_say_more_or_less_than_a_change_are_left_to_the_planner(request_: str) -> None:
    assert asked(request_, TWO) is None
    assert edit(request_, TWO, TWO.inputs) is None


def test_without_a_plan_nothing_is_a_follow_up() -> None:
    assert asked("use a bigger model", None) is None


@pytest.mark.parametrize("request_", ["run it again", "again", "once more please", "再来一次", "重新运行"])
def test_again_is_the_same_plan(request_: str) -> None:
    found = edited(request_)

    assert (found.hash, found.steps, found.request) == (TWO.hash, TWO.steps, request_)


@pytest.mark.parametrize(
    "request_", ["undo that", "go back", "revert", "take back the last change", "撤销上一步", "换回原来的模型"]
)
def test_going_back_gives_the_plan_that_is_gone_back_to(request_: str) -> None:
    assert asked(request_, TWO).back
    assert edited(request_).steps == TWO.steps


@pytest.mark.parametrize(
    "request_",
    [
        "without the chart",
        "leave the chart out",
        "图表不要了",
        "no chart please",
        "skip the chart step",
        "不要图表",
        "不画图了",
    ],
)
def test_a_step_is_left_out(request_: str) -> None:
    assert edited(request_).step_ids == ("summary", "sentiment")


def test_what_read_a_step_that_is_left_out_reads_what_that_one_read() -> None:
    found = edited("skip the translation step", TRANSLATED)

    assert found.step_ids == ("summary",)
    assert found.steps[0].inputs == TRANSLATED.step("translation").inputs


def test_what_cannot_do_without_a_step_goes_with_it_and_the_note_says_so() -> None:
    found = edited("without the sentiment")

    assert found.step_ids == ("summary",)
    assert "without chart, which needs it" in found.notes


def test_the_only_step_cannot_be_left_out() -> None:
    with pytest.raises(NoTaskFits, match="nothing of the plan is left"):
        edit("skip the sentiment", ONE, ONE.inputs)


OTHERS = table("others", id="number", product="labels", review="text")
COMMENTS = table("comments", number="number", product="labels", comment="text")


@pytest.mark.parametrize(
    "request_", ["do the same for others", "now do that for the others", "对 others 也这样做", "others 也来一遍"]
)
def test_the_same_plan_runs_over_another_frame(request_: str) -> None:
    found = edited(request_, TWO, OTHERS)

    assert [i.name for i in found.inputs] == ["others"]
    assert found.step("sentiment").inputs["text"].of == "others"
    assert [s.model for s in found.steps] == [s.model for s in TWO.steps]


def test_now_for_something_that_is_no_input_is_left_to_the_planner() -> None:
    assert edit("now for Germany", TWO, TWO.inputs) is None
    assert [i.name for i in edited("now for others", TWO, OTHERS).inputs] == ["others"]


def test_the_only_column_of_the_kind_stands_for_one_that_another_frame_lacks() -> None:
    found = edited("do the same for comments", ONE, COMMENTS)

    assert found.steps[0].inputs["text"].column == "comment"
    assert found.steps[0].output == "comment_sentiment"
    assert "comment is read for review" in found.notes


def test_a_frame_with_several_such_columns_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownColumn, match="mails has no column 'review'"):
        edit("do the same for mails", ONE, (MAILS,))


def test_the_same_is_done_with_another_column() -> None:
    first = pinned(plan("label the sentiment of each subject", MAILS))

    found = edited("do the same for the body", first)

    assert (found.steps[0].inputs["text"].column, found.steps[0].output) == ("body", "body_sentiment")


def test_a_single_value_takes_no_plan_over_a_frame() -> None:
    with pytest.raises(NoTaskFits, match="the last plan is over reviews"):
        edit("do the same for note", ONE, (NOTE,))


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        ("again with at most 20 words", 30),
        ("最多20字", 20),
        ("max new tokens 40", 40),
        ("make the summaries shorter", 32),
        ("长一点", 128),
    ],
)
def test_a_setting_changes(request_: str, value: int) -> None:
    found = edited(request_)

    assert found.step("summary").parameters["max_new_tokens"] == value
    assert [s for s in found.steps if s.id != "summary"] == [s for s in TWO.steps if s.id != "summary"]


@pytest.mark.parametrize("request_", ["into German instead", "改成德语"])
def test_another_language_is_translated_into(request_: str) -> None:
    assert edited(request_, TRANSLATED).step("translation").parameters["target"] == "de"


@pytest.mark.parametrize(
    "request_",
    [
        "use a bigger model for the translations",
        "翻译换个更大的模型",
        "again with temperature 0.7",
        "without the translation",
        "no masks, please",
        "不要翻译",
    ],
)
def test_a_step_or_setting_that_the_plan_lacks_is_said(request_: str) -> None:
    with pytest.raises(NoTaskFits, match="the last plan has no "):
        edit(request_, TWO, TWO.inputs)


def test_a_step_without_a_model_gets_none() -> None:
    with pytest.raises(NoTaskFits, match="chart needs no model"):
        edit("use a bigger model for the chart", TWO, TWO.inputs)


# Limits


def test_owners_and_licenses_are_read_where_people_say_them() -> None:
    assert limit_words("用 Meta 的模型")[0].owner[0] == "facebook"
    assert limit_words("Summarize them, but only with open licenses")[1] == "Summarize them"


@pytest.mark.parametrize("request_", ["again, but only with open licenses", "再来一次，只用开源许可的模型"])
def test_limits_hold_for_the_same_plan_again(request_: str) -> None:
    found = edited(request_)

    assert found.steps == TWO.steps
    assert said_limits(found) == Limits(license=("permissive", "copyleft"))


@pytest.mark.parametrize("request_", ["use a Google model for the summaries", "摘要换一个谷歌的模型"])
def test_a_limit_that_is_said_of_one_model_holds_for_its_step(request_: str) -> None:
    limits = said_limits(edited(request_))

    assert [part.owner[0] for part in limits.for_task("summarization")] == ["google"]
    assert limits.for_task("text-classification") == ()


def test_a_comparison_and_a_limit_go_together() -> None:
    found = edited("use a bigger model from Google for the summaries")

    assert wants(found) == {"summary": "bigger"}
    assert said_limits(found).for_task("summarization")[0].owner[0] == "google"


def test_limits_of_earlier_requests_still_hold() -> None:
    first = pinned(plan(SUMMARIES, REVIEWS)).model_copy(
        update={"request": f"{SUMMARIES}. Only use models under 100 MB."}
    )
    second = edited("use a bigger model", first)
    third = edited("again, but only with open licenses", second)

    assert said_limits(first) == said_limits(second) == Limits(max_size=10**8)
    assert set(said_limits(edited("run it again", third)).parts) >= {
        Limits(max_size=10**8, license=("permissive", "copyleft"))
    }
    assert Plan.from_json(third.to_json()) == third


REQUESTS = [
    "use a bigger model", "a smaller model for the summaries", "换个更快的模型", "use another model", "no chart",
    "again, but only with open licenses", "use a Google model", "run it again", "最多20字", "bert instead", "undo that",
    "use a model under 100 MB for the summaries", "skip the summaries", "only use models under 1 GB", "shorter",
]  # fmt: skip


@given(st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=6))
def test_no_row_of_follow_ups_loosens_a_limit_or_gives_a_plan_that_does_not_validate(requests: list[str]) -> None:
    now = TWO
    for request in requests:
        before = now
        try:
            found = edit(request, before, before.inputs)
        except HFMagicError:
            continue
        if found is None:  # a setting of a step that is gone by now
            continue
        now = validate(found)
        tasks = {s.task for s in now.steps}
        for task in tasks:
            assert set(said_limits(before).for_task(task)) <= _loosest(said_limits(now), task)


def _loosest(limits: Limits, task: str) -> set[Limits]:
    """Every part that these limits hold at least: each of their fields on its own counts, too."""
    parts = limits.for_task(task)
    names = {n for part in parts for n in part.model_fields_set}
    found = set(parts)
    for part in parts:
        said = [n for n in names if getattr(part, n) != Limits.model_fields[n].default and n not in ("task", "also")]
        for mask in range(1, 2 ** len(said)):
            kept = {n: getattr(part, n) for i, n in enumerate(said) if mask >> i & 1}
            found |= {Limits(**kept, task=part.task), Limits(**kept)}
    return found


@given(st.text(max_size=60))
def test_any_words_change_the_plan_or_do_not_and_never_break_it(words: str) -> None:
    try:
        found = edit(words, TWO, TWO.inputs)
    except HFMagicError:
        return
    assert found is None or validate(found) == found


def test_the_mark_is_no_part_of_json_or_hash_where_nothing_is_asked() -> None:
    assert '"instead"' not in TWO.to_json()
    assert '"follows"' not in TWO.to_json()
    assert Plan.from_json(edited("use a bigger model").to_json()).step("sentiment").instead.of == "org/sentiment-base"


def test_a_change_of_the_last_plan_asks_no_llm(config: HFMagic) -> None:
    with TestLLM() as llm:
        config.endpoints = {"mine": {"base_url": llm.url, "model": "tiny"}}
        config.planner = "mine"

        found = Session(config).planner.plan("use a bigger model", ONE.inputs, previous=ONE)

        assert (wants(found), llm.log) == ({"sentiment": "bigger"}, [])


def test_tickets_have_other_columns_than_reviews() -> None:
    with pytest.raises(HFMagicError):
        edit("do the same for tickets", TWO, (TICKETS,))
