"""What is shown of a model and of an audit: everything foreign is plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.audit import audit
from hfmagic.data_profile import Profile
from hfmagic.hub.card import Card, parse_card
from hfmagic.hub.caveats import card_warnings
from hfmagic.hub.facts import Evaluation, ModelFacts
from hfmagic.plan import Column, ModelChoice, Plan, Step
from hfmagic.render.audit_view import audit_view
from hfmagic.render.model_view import model_view

from .test_security import ODD, PAYLOADS, assert_inert

CARD = """---
license: cc-by-4.0
---
# Tweets

It reads **tweets**.

## Intended uses

Tweets in *English*.

## Bias, Risks, and Limitations

Those of who writes tweets. <script>alert(1)</script>

## Evaluation

F1 is 0.7.
"""
TWEETS = ModelFacts(
    "org/tweets",
    None,
    task="text-classification",
    architectures=("RobertaForSequenceClassification",),
    license="cc-by-4.0",
    languages=("en",),
    library="transformers",
    weight_bytes=498_000_000,
    parameters=124_600_000,
    max_tokens=512,
    downloads=2_431_002,
    likes=612,
    created="2022-03-15",
    modified="2022-11-02",
    base_models=("org/base", "org/lost"),
    datasets=("tweet_eval",),
    security="safe",
    verified=False,
    evaluations=(Evaluation("accuracy", 0.72, "tweet_eval"), Evaluation("f1", 0.695, "tweet_eval", "a board", True)),
)
BASE = ModelFacts("org/base", None, license="cc-by-nc-4.0")


def shown(**options: Any) -> str:
    return repr(model_view(TWEETS, parse_card(CARD), revision="a1b2c3d" + "0" * 33, **options))


def test_all_that_is_known_of_a_model_stands_in_plain_text():
    text = shown(lineage=(BASE,), fit="fits", past="rated good 3 of 4", warnings=("old",))

    for words in (
        "org/tweets@a1b2c3d",
        "! old",
        "cc-by-4.0 (permissive)",
        "org/base (cc-by-nc-4.0, non-commercial), org/lost (license not looked up)",
        "498 MB, 124.6 M parameters, float32, on the Hub",
        "512 tokens",
        "2,431,002 downloads, 612 likes",
        "created 2022-03-15 · changed 2022-11-02",
        "not verified by the Hub",
        "fits",
        "rated good 3 of 4",
        "from its card, the owner's word",
        "It reads tweets.",
        "Tweets in English.",
    ):
        assert words in text


def test_figures_have_their_source_and_say_who_verified_them():
    lines = [" ".join(line.split()) for line in shown().splitlines()]

    assert "accuracy 0.72 tweet_eval model card —" in lines
    assert "f1 0.695 tweet_eval a board ✓" in lines


def test_what_two_sections_share_is_shown_once():
    text = shown()

    assert text.count("Those of who writes tweets.") == 1
    assert "Bias, risks and limitations" in text


def test_prose_is_folded_and_escaped():
    html = model_view(TWEETS, parse_card(CARD)).html.html

    assert html.count("<details>") == 4
    assert "<script>" not in html


def test_a_model_of_which_little_is_known_is_a_short_table():
    text = repr(model_view(ModelFacts("org/x", None), Card()))

    assert text.splitlines() == ["org/x", "task          not said", "license       not stated (unknown)"]


def test_a_license_that_the_hub_calls_other_has_its_name():
    view = model_view(ModelFacts("org/x", None, license="other"), parse_card("---\nlicense_name: my-own\n---\n"))

    assert "other: my-own (unknown)" in repr(view)


def test_the_first_figures_of_many_are_shown_and_counted():
    many = tuple(Evaluation(f"m{i}", i / 100) for i in range(60))
    text = repr(model_view(ModelFacts("org/x", None, evaluations=many), Card()))

    assert "the first 20 of 60" in text
    assert "m20" not in text


def bundles(evil: str) -> Iterator[dict[str, Any]]:
    """Both views with `evil` wherever something foreign can stand."""
    words = {f.name: evil for f in fields(ModelFacts) if f.name in ("license", "library", "security", "modified")}
    model = ModelFacts(
        evil,
        None,
        task=evil,
        architectures=(evil,),
        languages=(evil,),
        tags=(evil,),
        base_models=(evil + "b", "org/lost" + evil),
        datasets=(evil,),
        evaluations=(Evaluation(evil, float("inf"), evil, evil),),
        problem=evil,
        created=evil,
        fetched=evil,
        verified=False,
        weight_bytes=1,
        **words,  # type: ignore[arg-type]
    )
    base = ModelFacts(evil + "b", None, license=evil)
    raw = Card(*[evil] * 7, languages=(evil,), license=evil, base_models=(evil,), datasets=(evil,))
    read = parse_card(f"# {evil}\n\n{evil}\n\n## Uses\n\n{evil}\n\n## {evil}\n\n- {evil}\n\n| a |\n|---|\n| {evil} |\n")
    for card in (raw, read):
        warnings = card_warnings(model, Profile("zh"), "text-generation", card=card, lineage=(base,), about=(evil,))
        view = model_view(model, card, revision=evil, lineage=(base,), fit=evil, past=evil, warnings=(*warnings, evil))
        yield view._repr_mimebundle_()[0]
    choice = ModelChoice(model_id=evil, revision="a" * 40)
    step = Step(id="a", task=evil, inputs={"text": Column(column="x", of="df")}, output="y", model=choice)
    found = audit(Plan(steps=(step,)), lambda _, __: model, lambda _: (base,), today=date(2026, 11, 22))
    yield audit_view(found)._repr_mimebundle_()[0]


@pytest.mark.parametrize("evil", [*PAYLOADS, *ODD])
def test_no_payload_of_a_model_or_its_card_is_live(evil: str):
    for bundle in bundles(evil):
        assert_inert(bundle)


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from([*PAYLOADS, *ODD, "<", ">", '"', "`", "$", "\\", "\n", "-->"]) | st.text(max_size=8), max_size=5
    )
)
def test_no_mixture_of_payloads_is_live(parts: list[str]):
    for bundle in bundles("".join(parts)):
        assert_inert(bundle)
