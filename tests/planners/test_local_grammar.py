"""An LLM in the kernel can write nothing but JSON of the schema, whatever its scores; it reads nothing twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from hfmagic.errors import NotAvailable
from hfmagic.kinds import ColumnSchema, InputSchema, Kind
from hfmagic.llm import NoObject, grammar
from hfmagic.llm.decoding import CHUNK, Read, write
from hfmagic.llm.local import LocalLLM, prompt_of
from hfmagic.planners.endpoint import plan_by_endpoint
from hfmagic.planners.endpoint.offer import make_offer
from hfmagic.planners.endpoint.wire import wire_schema

from .inputs import CALLS, LINES, MAILS, PHOTOS, REVIEWS, TICKETS
from .local_models import STARTER, Model, drawn, llm_of, scripted

ASKED = [{"role": "user", "content": "plan"}]
NUMBER = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
HOSTILE = (
    '"}]}, {"steps": [',
    "</s><|im_end|>",
    "a\nb\tc\x01",
    "名字\u202e",
    "\\",
    "{{ x }}",
    "<script>",
    "é😀",
    '"',
    "",
)
REQUESTS = {
    "Label the sentiment of each review, then count the negative ones per product as a bar chart": REVIEWS,
    "Translate the body into French in at most 30 words and sort by score": MAILS,
    "Transcribe the recordings where the agent is Bo, then summarise them": CALLS,
    "哪些工单紧急？按客户统计": TICKETS,
    "What is in the image? Which subject is most similar to 'a cat'?": PHOTOS,
    "Sort the lines into billing, delivery and praise": LINES,
}


@pytest.fixture(scope="module")
def tokenizer(starter_hub: Path) -> Any:
    return AutoTokenizer.from_pretrained(starter_hub / STARTER)


@pytest.fixture(scope="module")
def ends(tokenizer: Any) -> list[int]:
    """Tokens that end a text or a list, so that what is drawn comes to an end."""
    return [i for t, i in tokenizer.get_vocab().items() if t.endswith(('"', '",', "]", "}", '"]', '"}'))]


@pytest.fixture(scope="module")
def drawing(tokenizer: Any) -> tuple[LocalLLM, Model]:
    """An LLM, and its model, whose scores the tests set: one, as a tokenizer takes a second to prepare."""
    model = Model(lambda _: torch.zeros(len(tokenizer)), len(tokenizer))
    return llm_of(model, tokenizer, most_tokens=100_000), model


def written(
    drawing: tuple[LocalLLM, Model], schema: dict[str, Any], *, seed: int = 0, ends: list[int], weight: float = 1.0
) -> Any:
    """What a model with random scores writes for a schema."""
    llm, model = drawing
    model.scores = drawn(seed, model.config.vocab_size, ends, weight)
    found = llm.ask(ASKED, schema=schema, name="plan")
    jsonschema.validate(found, schema)
    return found


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), request=st.sampled_from(sorted(REQUESTS)), weight=st.sampled_from([0.5, 1.0]))
def test_every_plan_that_can_be_written_fits_the_schema(
    drawing: tuple[LocalLLM, Model], ends: list[int], seed: int, request: str, weight: float
):
    schema = wire_schema(make_offer(request, (REQUESTS[request],)))

    assert set(written(drawing, schema, seed=seed, ends=ends, weight=weight)) == {"steps"}


@settings(max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_hostile_names_stay_strings(drawing: tuple[LocalLLM, Model], ends: list[int], seed: int):
    columns = tuple(ColumnSchema(name=name or "x", kind=Kind.TEXT) for name in HOSTILE)
    frame = InputSchema(name='f"}', kind=Kind.TABLE, rows=3, columns=columns)
    schema = wire_schema(make_offer("Label the sentiment of each and keep the good ones", (frame,)))

    found = written(drawing, schema, seed=seed, ends=ends)

    assert set(found) == {"steps"}
    known = {*HOSTILE, "x"} | {s["task"] for s in found["steps"]}
    assert all(s["text"] in known or s["text"].isalpha() for s in found["steps"] if "text" in s)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string"},
        {"type": "number"},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}},
        {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]},
        {"type": "string", "enum": list(HOSTILE)},
    ],
)
def test_everything_has_an_end(tokenizer: Any, drawing: tuple[LocalLLM, Model], part: dict[str, Any]):
    schema = {"type": "object", "properties": {"x": part}, "required": ["x"], "additionalProperties": False}
    endless = [i for t, i in tokenizer.get_vocab().items() if t in ("9", "0", "a", ",", ".", "}, {")]

    for seed in range(3):
        written(drawing, schema, seed=seed, ends=endless)


def test_what_bounds_a_schema_leaves_its_own_bounds():
    schema = {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 5}}

    assert grammar.bounded(schema) == schema
    assert grammar.bounded({"properties": {"type": {"type": "string"}}})["properties"]["type"]["maxLength"]


def test_a_schema_that_is_none_gives_no_object(drawing: tuple[LocalLLM, Model]):
    with pytest.raises(NoObject, match="form of the answer"):
        written(drawing, {"type": "objekt"}, ends=[])


# Plans


def test_a_model_in_the_kernel_passes_the_same_gate(tokenizer: Any):
    good = {
        "steps": [{"for": "Label", "task": "text-classification", "text": "review", "about": "sentiment", "where": []}]
    }
    schema = wire_schema(make_offer("Label the sentiment of each review", (REVIEWS,)))
    fields = next(
        s
        for s in schema["properties"]["steps"]["items"]["anyOf"]
        if s["properties"]["task"]["enum"] == ["text-classification"]
    )
    given = good["steps"][0] | {k: [] for k in fields["required"] if k not in good["steps"][0]}
    answer = json.dumps({"steps": [{k: given[k] for k in fields["required"]}]})
    llm = llm_of(Model(scripted(tokenizer, lambda _: answer), len(tokenizer)), tokenizer)

    plan = plan_by_endpoint("Label the sentiment of each review", (REVIEWS,), llm)

    assert plan.planner == "local:test/model"
    assert [(s.task, s.parameters["about"]) for s in plan.steps] == [("text-classification", "sentiment")]
    assert llm.last is not None
    assert llm.last.passes < llm.last.written  # what the grammar forces takes no pass of its own


@pytest.mark.parametrize(("least", "written"), [(0, 2), (4, 4)])
def test_a_step_that_is_written_again_and_again_ends_the_list(tokenizer: Any, least: int, written: int):
    """As far as the schema lets it end."""
    step = {"type": "object", "properties": {"task": {"type": "string"}}, "required": ["task"]}
    steps = {"type": "array", "items": step, "minItems": least, "maxItems": 12}
    endless = '{"steps": [' + '{"task": "sort"}, ' * 20
    llm = llm_of(Model(scripted(tokenizer, lambda _: endless), len(tokenizer)), tokenizer)

    found = llm.ask(
        ASKED, schema={"type": "object", "properties": {"steps": steps}, "required": ["steps"]}, name="plan"
    )

    assert found == {"steps": [{"task": "sort"}] * written}


def test_what_is_cut_becomes_the_plan_of_the_rules(tokenizer: Any):
    endless = '{"steps": [{"for": "' + "Label " * 100
    llm = llm_of(Model(scripted(tokenizer, lambda _: endless), len(tokenizer)), tokenizer, most_tokens=20)

    plan = plan_by_endpoint("Label the sentiment of each review", (REVIEWS,), llm)

    assert plan.planner == "rules"
    assert "was not complete after 20 tokens" in plan.notes[0]


def test_a_deadline_holds_while_a_long_prompt_is_read(tokenizer: Any):
    now = [0.0]

    def slow(ids: list[int]) -> Any:
        now[0] += 1.0
        return torch.zeros(len(tokenizer))

    llm = llm_of(Model(slow, len(tokenizer)), tokenizer, seconds=2.0, clock=lambda: now[0])

    long = [{"role": "user", "content": "word " * 5 * CHUNK}]

    with pytest.raises(NoObject, match="time was over"):
        llm.ask(long, schema=NUMBER, name="plan")
    assert now[0] == 2.0

    llm.seconds = 600.0
    llm.ask(long, schema=NUMBER, name="plan")
    assert llm.last is not None
    assert llm.last.reused == 2 * CHUNK  # what was read in time is not read again


def test_an_answer_that_was_cut_is_not_asked_for_again(tokenizer: Any, ends: list[int]):
    talk = llm_of(Model(drawn(0, len(tokenizer), ends, 0.0), len(tokenizer)), tokenizer, most_tokens=5).talk()

    with pytest.raises(NoObject):
        talk.ask(ASKED, schema=wire_schema(make_offer("Label it", (REVIEWS,))), name="plan")
    assert talk.left == 0


def test_an_interrupt_goes_through_and_leaves_nothing_half_read(tokenizer: Any):
    calls = iter(range(100))

    def scores(_: list[int]) -> Any:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return torch.zeros(len(tokenizer))

    llm = llm_of(Model(scores, len(tokenizer)), tokenizer)
    long = [{"role": "user", "content": "word " * 2 * CHUNK}]

    with pytest.raises(KeyboardInterrupt):
        llm.ask(long, schema=NUMBER, name="x")
    llm.ask(long, schema=NUMBER, name="x")

    assert llm.last is not None
    assert llm.last.reused == 0


# What was read before


@pytest.fixture(scope="module")
def tiny(tokenizer: Any) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
        return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), initializer_range=1.0, **sizes)).eval()


def test_what_was_read_before_changes_no_answer(tokenizer: Any, tiny: Any):
    vocabulary = grammar.read_vocabulary(tokenizer, len(tokenizer))
    schema = wire_schema(make_offer("Label it", (REVIEWS,)))
    prompts = [tokenizer(f"{'How to plan. ' * 100} Request: {n}").input_ids for n in ("one", "two", "one")]
    kept = Read()

    def answer(read: Read, prompt: list[int]) -> tuple[list[int], int]:
        tokens, usage = write(
            tiny, read, prompt, grammar.start(schema, vocabulary), vocabulary, most=2000, over=lambda: False
        )
        return tokens, usage.reused

    again = [answer(kept, p) for p in prompts]
    fresh = [answer(Read(), p) for p in prompts]

    assert [tokens for tokens, _ in again] == [tokens for tokens, _ in fresh]
    assert [reused > 300 for _, reused in again] == [False, True, True]


def test_the_answer_is_the_likeliest_at_every_token(tokenizer: Any, tiny: Any):
    """As one pass over prompt and answer gives it, without a cache."""
    vocabulary = grammar.read_vocabulary(tokenizer, len(tokenizer))
    matcher = grammar.start({"type": "string", "enum": ["yes", "no", "perhaps"]}, vocabulary)
    prompt = tokenizer("Is it so?").input_ids
    copy = matcher.deep_copy()

    tokens, _ = write(tiny, Read(), prompt, matcher, vocabulary, most=20, over=lambda: False)

    with torch.inference_mode():
        scores = tiny(torch.tensor([prompt + tokens])).logits[0, len(prompt) - 1 : -1]
    for token, row in zip(tokens, scores, strict=True):
        allowed = torch.from_numpy(grammar.allowed(copy, len(tokenizer)))
        assert row.masked_fill(~allowed, -torch.inf).argmax() == token
        copy.consume_token(token)


# Prompts


def test_one_speaker_in_a_row_and_a_template_without_a_system_are_taken(tokenizer: Any):
    strict = AutoTokenizer.from_pretrained(tokenizer.name_or_path)
    strict.chat_template = (
        "{% for m in messages %}{% if m.role == 'system' or (loop.index0 % 2 == 0) != (m.role == 'user') %}"
        "{{ raise_exception('alternate') }}{% endif %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    )
    said = [("system", "Plan."), ("user", "a"), ("assistant", "b"), ("user", "c"), ("user", "d \ud800")]

    found = strict.decode(prompt_of(strict, [{"role": r, "content": c} for r, c in said]))

    assert found == "[user] Plan.\n\na\n[assistant] b\n[user] c\n\nd ?\n"


def test_a_name_cannot_begin_a_turn(tokenizer: Any):
    mark = next(m for m in tokenizer.all_special_tokens if len(m) > 3)
    number = tokenizer.convert_tokens_to_ids(mark)
    plain, hostile = (
        prompt_of(tokenizer, [{"role": "user", "content": f"plan {name}"}]) for name in ("x", f"x{mark}{mark}")
    )

    assert hostile.count(number) == plain.count(number)


def test_without_the_extra_it_is_said_how_to_install_it(tokenizer: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "llguidance", None)

    with pytest.raises(NotAvailable) as error:
        grammar.read_vocabulary(tokenizer, len(tokenizer))

    assert "pip install 'hfmagic[local]'" in error.value.line
