"""An LLM may put an answer into words, and can put nothing else into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.answer import Answer, Phrase, answer
from hfmagic.answer.phrasing import asking, phrase, to_share
from hfmagic.errors import StepFailed
from hfmagic.llm import LLM, Endpoint
from hfmagic.render.results_view import results_view

from .llmserver import TestLLM, says, status
from .render.build import reviews

GOOD = (
    {"text": "Of the 6 reviews, 4 are NEGATIVE and 1 is POSITIVE.", "step": 1},
    {"text": "The largest of the 2 themes is “battery · life” (3).", "step": 3},
    {"text": "Per product: a (2), b (1), c (1).", "step": 4},
)
GOOD_ZH = (
    {"text": "6 条 reviews 里有 4 条是 NEGATIVE，1 条是 POSITIVE。", "step": 1},
    {"text": "共有 2 个主题，最大的是“battery · life”（3）。", "step": 3},
    {"text": "按 product 看：a（2）、b（1）、c（1）。", "step": 4},
)


@dataclass
class Written:
    """An LLM of this kernel that writes what it is told to, or fails."""

    given: Any
    name: str = "local:org/small"
    left: int = 3
    told: list[Sequence[Mapping[str, str]]] = field(default_factory=list)
    schemas: list[Mapping[str, Any]] = field(default_factory=list)

    def talk(self) -> Written:
        return self

    def ask(self, messages: Sequence[Any], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:  # noqa: ARG002
        self.told.append(messages)
        self.schemas.append(schema)
        if isinstance(self.given, BaseException):
            raise self.given
        return dict(self.given)


def wrote(*sentences: object) -> Written:
    return Written({"sentences": list(sentences)})


@pytest.mark.parametrize(("language", "sentences"), [("en", GOOD), ("zh", GOOD_ZH)])
def test_a_paragraph_that_holds_replaces_the_facts_and_keeps_their_steps(language: Any, sentences: Any):
    said = answer(reviews(), language=language)
    found = phrase(said, wrote(*sentences), language=language, remote=False)

    assert found.by == "local:org/small"
    assert [p.text for p in found.phrases[:3]] == [s["text"] for s in sentences]
    assert [found.number(p) for p in found.phrases] == [1, 3, 4, 1]
    assert found.phrases[3] == said.phrases[1]  # what was rejected is said as it was


def test_the_model_reads_the_sentences_and_can_name_their_steps_only():
    llm = wrote(*GOOD)
    phrase(answer(reviews()), llm, language="en", remote=False, request="what do they say?")
    told = json.loads(llm.told[0][-1]["content"])

    assert told["asked"] == "what do they say?"
    assert [f["step"] for f in told["findings"]] == [1, 3, 4]
    assert "no result" not in llm.told[0][-1]["content"]
    assert llm.schemas[0]["properties"]["sentences"]["items"]["properties"]["step"]["enum"] == [1, 3, 4]


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        ([{**GOOD[0], "text": "5 of 6 are NEGATIVE."}, *GOOD[1:]], "“5”"),
        ([{**GOOD[0], "step": 3}, *GOOD[1:]], "“6”"),
        ([*GOOD[:2], {"text": "a leads.", "step": 2}], "“{"),
        ([*GOOD[:2], {"text": "a leads.", "step": True}], "“{"),
        ([*GOOD[:2], {"text": 7, "step": 4}], "“{"),
        (GOOD[:2], "[4]"),
        ([*GOOD, GOOD[2]], "“Per product"),
        ([*GOOD[:2], {"text": "The rows per product.", "step": 4}], "[4]"),
        ([GOOD[0], {"text": "There are 2 themes.", "step": 3}, GOOD[2]], "[3]"),
        ([{**GOOD[0], "text": "x" * 500}, *GOOD[1:]], "“xxx"),
        ([], "{}"),
    ],
)
def test_what_does_not_hold_is_refused_and_the_facts_stay(sentences: Sequence[object], said: str):
    before = answer(reviews())
    found = phrase(before, wrote(*sentences), language="en", remote=False)

    assert found.phrases == before.phrases
    assert found.by == ""
    assert found.note.startswith("local:org/small did not phrase this: it ")
    assert said in found.note


@given(st.integers(0, 10**6), st.sampled_from([0, 1, 2]))
def test_an_invented_number_never_reaches_the_reader(number: int, place: int):
    facts = answer(reviews())
    sentences = [dict(s) for s in GOOD]
    sentences[place]["text"] = f"{sentences[place]['text']} That makes {number}."
    found = phrase(facts, wrote(*sentences), language="en", remote=False)

    of_step = " ".join(p.text for p in facts.facts if facts.number(p) == sentences[place]["step"])
    assert (found.by == "") is (str(number) not in [w.strip("();,.") for w in of_step.split()])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "step", "x"]), inner),
        max_leaves=8,
    )
)
def test_no_object_breaks_it(given_: object):
    facts = answer(reviews())
    found = phrase(facts, Written({"sentences": given_}), language="en", remote=False)

    assert found.phrases == facts.phrases


@pytest.mark.parametrize("error", [StepFailed("no memory."), RuntimeError("CUDA out of memory\nat 0x1")])
def test_a_model_that_fails_leaves_the_facts_and_the_reason(error: Exception):
    before = answer(reviews())
    found = phrase(before, Written(error), language="zh", remote=False)

    assert found.phrases == before.phrases
    assert found.note.startswith("local:org/small 未表述此答案：")
    assert "\n" not in found.note


def test_an_interrupt_is_the_users():
    with pytest.raises(KeyboardInterrupt):
        phrase(answer(reviews()), Written(KeyboardInterrupt()), language="en", remote=False)


def test_what_failed_or_did_not_run_is_said_as_it_was_and_sent_nowhere():
    results = reviews()
    failed = replace(results, steps={"feel": results["feel"]}, failed={"embed": StepFailed("token abc in /home/x.")})
    said, llm = answer(failed), wrote(GOOD[0])
    found = phrase(said, llm, language="en", remote=False)

    assert found.by
    assert [p.text for p in found.phrases] == [GOOD[0]["text"], *(p.text for p in said.phrases[1:])]
    assert "abc" not in str(llm.told)
    assert to_share(said, remote=True).lines == (said.phrases[0].text,)


def test_nothing_found_is_not_phrased():
    llm = wrote(*GOOD)
    nothing = Answer((Phrase("Not run: sql.", caveat=True),), ("a",))

    assert phrase(nothing, llm, language="en", remote=False) == nothing
    assert llm.told == []


NOTE = "Text: “write to ann@example.com or +49 30 901820, and say 3 things” "


def personal() -> Answer:
    return Answer((Phrase(NOTE.strip(), "a"),), ("a",))


def test_what_goes_to_another_machine_is_redacted_first_and_just_what_was_shown():
    shared = to_share(personal(), remote=True)
    given_ = says({"sentences": [{"text": "It asks to write to “[EMAIL] or [PHONE]”.", "step": 1}]})
    with TestLLM(given_) as server:
        llm = LLM(Endpoint("test", server.url, "m"), seconds=30, max_bytes=100_000, wait=lambda _: None)
        found = phrase(personal(), llm, language="en", remote=True, request="what does ann@example.com want?")

    told = json.loads(server.log[0].json["messages"][-1]["content"])
    assert [f["text"] for f in told["findings"]] == list(shared.lines)
    assert shared.lines == ("Text: “write to [EMAIL] or [PHONE], and say 3 things”",)
    assert b"ann@example" not in server.log[0].body
    assert found.text == "It asks to write to “[EMAIL] or [PHONE]”. [1]"


def test_in_this_kernel_nothing_is_redacted():
    assert to_share(personal(), remote=False).lines == (NOTE.strip(),)


def test_an_endpoint_that_does_not_answer_leaves_the_facts():
    with TestLLM(*[status(503)] * 3) as server:
        llm = LLM(Endpoint("test", server.url, "m"), seconds=30, max_bytes=100_000, wait=lambda _: None)
        found = phrase(personal(), llm, language="en", remote=True)

    assert found.phrases == personal().phrases
    assert found.note.startswith("test:m did not phrase this: ")


READER = "openai:big at https://llm.example/v1"


def test_consent_is_to_these_very_words_and_to_who_reads_them():
    said, shared = personal(), to_share(personal(), remote=True, request="what does ann@example.com want?")
    other = Answer((Phrase(NOTE.replace("3", "4"), "a"),), ("a",))
    asks = asking(said, shared, READER, language="en")
    key = shared.hash_for(READER)

    assert len(key) == 16
    assert key != to_share(other, remote=True, request=shared.request).hash_for(READER)
    assert key != to_share(said, remote=True, request="what does she want?").hash_for(READER)
    assert key != shared.hash_for("openai:big at https://other.example/v1")
    assert asks.phrases == said.phrases
    assert asks.would_share == ("what does [EMAIL] want?", *shared.lines)
    assert READER in asks.note
    assert f"--approve {key}" in asks.note
    assert key in asking(said, shared, READER, language="zh").note


def shown(said: Answer) -> Mapping[str, str]:
    return results_view(reviews(), answer=said)._repr_mimebundle_()[0]


def test_a_phrased_answer_is_marked_in_every_view():
    found = shown(phrase(answer(reviews()), wrote(*GOOD), language="en", remote=False))

    for kind in ("text/html", "text/plain", "text/markdown"):
        assert "In the words of local:org/small" in found[kind]
    assert '<sup title="step 3: cluster">[3]</sup>' in found["text/html"]


def test_an_answer_of_templates_is_not_marked():
    assert "In the words of" not in shown(answer(reviews()))["text/plain"]


def test_what_would_be_sent_is_shown():
    said = answer(reviews())
    shared = to_share(said, remote=True)
    found = shown(asking(said, shared, "openai:big", language="en"))

    for line in shared.lines:
        assert line in found["text/plain"].partition("Not phrased yet")[2]
    assert "<li>4 of 6 reviews are NEGATIVE, 1 POSITIVE.</li>" in found["text/html"]


def test_a_hostile_name_text_or_reason_is_no_markup():
    evil = "<img src=x onerror=alert(1)>"
    said = answer(reviews())
    named = replace(said, by=evil, phrases=(Phrase(evil, "feel"),))

    for found in (shown(named), shown(said.unphrased(evil, [evil]))):
        assert "<img src=x" not in found["text/html"]
        assert "&lt;img src=x" in found["text/html"]
