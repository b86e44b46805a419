"""An LLM's plans over single values, and for requests that hold all they are about; and how far they are trusted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, NoTaskFits
from hfmagic.kinds import InputSchema, Kind
from hfmagic.llm import LLM, Endpoint
from hfmagic.plan import Constant, Plan, StepOutput, Variable
from hfmagic.planners.endpoint import plan_by_endpoint
from hfmagic.planners.endpoint.evidence import said_in
from hfmagic.planners.endpoint.offer import make_offer
from hfmagic.planners.endpoint.trust import BY_SIZE, size_of, trust_of
from hfmagic.planners.endpoint.wire import wire_schema
from hfmagic.planners.rules import plan_by_rules
from hfmagic.scope import validate

from ..llmserver import Seen, TestLLM, says, text
from .inputs import CLIP, NOTE, REVIEWS

PICTURE = InputSchema(name="picture", kind=Kind.IMAGE)
ALOUD = {"task": "text-to-speech", "text": "caption"}
CAPTION = {"task": "image-to-text", "image": "picture"}


def planned(
    request: str, inputs: tuple[InputSchema, ...], *answers: Any, model: str = "m", **more: Any
) -> tuple[Plan, list[Seen]]:
    with TestLLM(*({"steps": a} if isinstance(a, list) else a for a in answers)) as server:
        llm = LLM(Endpoint("test", server.url, model), seconds=30, max_bytes=500_000, wait=lambda _: None)
        return plan_by_endpoint(request, inputs, llm, **more), server.log


def reads(plan: Plan) -> list[object]:
    return [r.step if isinstance(r, StepOutput) else r for s in plan.steps for r in s.inputs.values()]


# What steps read


@pytest.mark.parametrize(
    "name",
    ["caption", "Caption", "step 1", "Step 1", "<node-0>", "step:1", "#1", "steps[0]", "output of step 1", "captions"],
)
def test_a_result_is_read_by_its_word_or_by_the_number_of_its_step(name: str):
    made, log = planned("say aloud what the picture shows", (PICTURE,), [CAPTION, {**ALOUD, "text": name}])

    assert reads(made) == [Variable(variable="picture"), "caption"]
    assert len(log) == 1


def test_of_two_results_of_one_word_each_can_be_read():
    german, french = ({"task": "translation", "text": "note", "target": t} for t in ("German", "French"))
    made, _ = planned(
        "translate the note to German and to French and read the German one aloud",
        (NOTE,),
        [german, french, {"task": "text-to-speech", "text": "step 1"}],
    )

    assert reads(made)[-1] == "translation"
    assert made.steps[1].id == "translation_2"


@pytest.mark.parametrize("name", ["quote 1", "Quote 1", "早上好", "“早上好”"])
def test_a_text_that_the_request_quotes_is_worked_on(name: str):
    made, log = planned("把“早上好”译成法语", (), [{"task": "translation", "text": name, "target": "French"}])

    assert made.steps[0].inputs["text"] == Constant(constant="早上好")
    assert 'quote 1: text, "早上好"' in log[0].words


def test_words_of_the_request_are_worked_on_and_no_others():
    step = {"task": "translation", "target": "French"}
    request = "Translate to French: the train is late again today"
    said, _ = planned(request, (), [{**step, "text": "the train is late again today"}])
    made_up, _ = planned(request, (), [{**step, "text": "the bus will never come, they said"}])

    assert said.steps[0].inputs["text"] == Constant(constant="the train is late again today")
    assert made_up.steps[0].inputs["text"] == Constant(constant=request)
    assert any("the bus will never come" in n for n in made_up.notes)


def test_what_is_to_be_drawn_may_be_put_in_other_words():
    step = {"task": "text-to-image", "text": "A lighthouse at night, oil on canvas"}
    made, _ = planned("please paint me a nightly lighthouse in oil", (), [step])

    assert made.steps[0].inputs["text"] == Constant(constant="A lighthouse at night, oil on canvas")


@pytest.mark.parametrize(
    ("schema", "task"), [(CLIP, "automatic-speech-recognition"), (PICTURE, "image-to-text")], ids=["sound", "picture"]
)
def test_a_step_that_makes_a_text_of_it_is_put_in_between_and_told(schema: InputSchema, task: str):
    step = {"task": "translation", "text": schema.name, "target": "French"}
    made, log = planned(f"translate {{{schema.name}}} to French", (schema,), [step])

    assert [s.task for s in made.steps] == [task, "translation"]
    assert len(log) == 1
    assert any(schema.name in n and "first" in n for n in made.notes)


def test_a_reference_to_the_picture_becomes_the_caption_that_was_made_of_it():
    made, _ = planned("describe the picture aloud", (PICTURE,), [CAPTION, {**ALOUD, "text": "picture"}])

    assert [s.task for s in made.steps] == ["image-to-text", "text-to-speech"]
    assert reads(made)[-1] == "caption"


def test_a_task_that_was_not_offered_can_be_named_by_its_tag():
    request = "do with the picture as I said"
    seeing = ("depth-estimation", "image-segmentation", "mask-generation", "object-detection")
    task = next(t for t in seeing if t not in make_offer(request, (PICTURE,)).tasks)
    made, _ = planned(request, (PICTURE,), [{"task": task.title(), "image": "picture"}])

    assert [s.task for s in made.steps] == [task]


def test_the_only_question_is_about_the_broken_edge_and_names_what_fits():
    two = (PICTURE, PICTURE.model_copy(update={"name": "photo"}))
    made, log = planned(
        "how far away is everything in it",
        two,
        [{"task": "depth-estimation", "image": "drawing"}],
        {"image": "photo"},
    )
    schema = log[1].json["response_format"]["json_schema"]["schema"]["properties"]

    assert schema == {"image": {"type": "string", "enum": ["picture", "photo", "none"]}}
    assert made.steps[0].inputs["image"] == Variable(variable="photo")


def test_an_empty_plan_and_words_alone_end_with_the_rules():
    for answer in ([], text("I cannot.")):
        made, _ = planned("read the note aloud", (NOTE,), *[answer] * 3)
        assert made.planner == "rules"


# Trust


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("qwen2.5-coder-1.5b-instruct", 1.5),
        ("local:HuggingFaceTB/SmolLM2-135M-Instruct", 0.135),
        ("ollama:qwen3:0.6b", 0.6),
        ("llama-3.2-3B", 3.0),
        ("Qwen3-30B-A3B", 30.0),
        ("gpt-4o-mini", None),
        ("endpoint:b2b", None),
        ("model-v2", None),
    ],
)
def test_the_size_of_a_model_is_read_from_its_name(model: str, size: float | None):
    assert size_of(model) == size


def test_small_models_are_checked_and_others_are_not():
    ((most, trust),) = BY_SIZE

    assert trust_of(f"a-{most}b") == trust == "checked"
    assert {trust_of(name) for name in ("a-7b", "gpt-5", "m")} == {"full"}
    assert trust_of("a-7b", "checked") == "checked"
    assert trust_of("a-1b", "full") == "full"


OTHER = [
    {"for": "read the note aloud", "task": "text-to-speech", "text": "note"},
    {"for": "the note", "task": "detect-language", "text": "note"},
]


def test_a_small_model_is_not_asked_where_the_rules_have_a_plan_and_that_is_told():
    ruled = plan_by_rules("read the note aloud", (NOTE,))
    small, seen = planned("read the note aloud", (NOTE,), OTHER, model="tiny-1b")
    large, _ = planned("read the note aloud", (NOTE,), OTHER, model="large-70b")
    asked_for, _ = planned("read the note aloud", (NOTE,), OTHER, model="tiny-1b", trust="full")

    assert (small.hash, small.planner) == (ruled.hash, "rules")
    assert not seen
    assert small.notes[0].startswith("planned by rules: a model of the size of test:tiny-1b is asked where")
    assert [s.task for s in large.steps] == [s.task for s in asked_for.steps] == ["text-to-speech", "detect-language"]


def test_a_small_models_plan_is_taken_where_the_rules_have_none():
    request = "please do whatever is customary with the note, dear"
    with pytest.raises(NoTaskFits):
        plan_by_rules(request, (NOTE,))
    steps = [{"for": request, "task": "detect-language", "text": "note"}]
    made, _ = planned(request, (NOTE,), steps, model="tiny-1b")

    assert made.planner == "test:tiny-1b"


def test_of_a_small_models_plan_steps_that_no_words_ask_for_are_left_out_and_told():
    request = "summarize the note, then whatever is customary"
    steps = [
        {"for": "summarize the note", "task": "summarization", "text": "note", "style": "summary"},
        {"for": "whatever is customary", "task": "depth-estimation", "image": "note"},
        {"for": "then", "task": "text-to-audio", "text": "summary"},
    ]
    made, _ = planned(request, (NOTE,), steps, model="tiny-1b")

    assert [s.task for s in made.steps] == ["summarization"]


@pytest.mark.parametrize(
    ("words", "request_", "said"),
    [
        ("the red barn", "Paint the  RED barn!", True),
        ("barn red", "Paint the red barns", True),
        ("红色谷仓", "画一座红色谷仓", True),
        ("谷仓红色", "画一座红色谷仓", False),
        ("a blue barn", "Paint the red barn", False),
        ("", "Paint", False),
    ],
)
def test_words_are_of_a_request_or_not(words: str, request_: str, said: bool):
    assert said_in(words, request_) is said


# Any answer

NAMES = st.sampled_from(
    ["picture", "note", "caption", "summary", "step 1", "step 9", "<node-0>", "quote 1", "", "x", "#0"]
)
VALUES = NAMES | st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(NAMES, max_size=2)
STEP = st.dictionaries(
    st.sampled_from(
        [
            "for",
            "text",
            "image",
            "question",
            "target",
            "style",
            "instruction",
            "where",
            "candidate_labels",
            "model",
            "name",
        ]
    ),
    VALUES,
    max_size=5,
).flatmap(
    lambda d: (
        st.sampled_from([*make_offer("'a' b", (PICTURE, NOTE)).tasks, "split", "crop", "none", "x"]) | VALUES
    ).map(lambda task: {**d, "task": task})
)
ANSWERS = st.lists(STEP | VALUES, max_size=6) | VALUES


@pytest.fixture(scope="module")
def server():
    with TestLLM() as found:
        yield found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answer=ANSWERS, field=VALUES, inputs=st.sampled_from([(), (PICTURE,), (PICTURE, NOTE), (REVIEWS, NOTE)]))
def test_any_answer_is_a_valid_plan_or_an_error_of_ours(
    server: TestLLM, answer: object, field: object, inputs: tuple[InputSchema, ...]
):
    def script(seen: Seen) -> object:
        asked = seen.json.get("response_format", {}).get("json_schema", {})
        return says(
            dict.fromkeys(asked["schema"]["properties"], field) if asked.get("name") == "field" else {"steps": answer}
        )

    server.script = script
    server.log.clear()
    llm = LLM(Endpoint("test", server.url, "m"), seconds=30, max_bytes=500_000, wait=lambda _: None)
    line = ""
    try:
        made = plan_by_endpoint("describe 'a' b and read it aloud", inputs, llm)
    except HFMagicError as error:
        line = f"{error.code} {error.line}"
    else:
        assert validate(Plan.from_json(made.to_json())) == made

    assert len(line) <= 200
    assert len(server.log) <= 3


def test_the_schema_over_single_values_is_closed_but_for_words():
    schema = wire_schema(make_offer("translate it and read it aloud", (NOTE,)))
    steps = {
        s["properties"]["task"]["enum"][0]: s["properties"] for s in schema["properties"]["steps"]["items"]["anyOf"]
    }

    assert steps["text-to-speech"]["text"]["enum"][0] == "note"
    assert "translation" in steps["text-to-speech"]["text"]["enum"]
    assert "where" not in steps["text-to-speech"]
