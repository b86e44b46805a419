"""What an LLM's words may say beside the facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.answer.check import numbers, unfounded

REVIEWS = "4 of 6 reviews are NEGATIVE, 1 POSITIVE."
ZH = "6 条 reviews 中，4 条为 NEGATIVE，1 条为 POSITIVE。"
THEMES = "The 109 selected reviews fall into 3 themes; the largest are “battery life” (60) and “screen · slow” (39)."
WORKS = "2 条数据中，2 条为物流，1,200 条为售后。"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (REVIEWS, REVIEWS),
        ("Of the 6 reviews, 4 are NEGATIVE and 1 is POSITIVE.", REVIEWS),
        ("Customers are unhappy: 4 out of 6 reviews were negative.", REVIEWS),
        ("Four of the six reviews sound negative.".replace("Four", "4").replace("six", "6"), REVIEWS),
        ("“battery life” is the largest theme with 60 reviews, followed by “screen · slow” with 39.", THEMES),
        ("在 6 条 reviews 里，有 4 条是 NEGATIVE，1 条是 POSITIVE。", ZH),
        ("其中１２００条属于售后。", WORKS),
        ("It is ４ of 6.", REVIEWS),
        ("1200 were sold.", "1,200 were sold."),
        ("91 percent sure: “POSITIVE”.", "It is “POSITIVE” (91%)."),
    ],
)
def test_what_the_facts_say_may_be_said_in_other_words(text: str, facts: str):
    assert unfounded(text, [facts]) == ""


@pytest.mark.parametrize(
    ("text", "facts", "strange"),
    [
        ("5 of 6 reviews are NEGATIVE.", REVIEWS, "5"),
        ("67% of the reviews are NEGATIVE.", REVIEWS, "67%"),
        ("1 is NEGATIVE and 4 are POSITIVE.", REVIEWS, "1 negative"),
        ("4 of 6 reviews are POSITIVE.", REVIEWS, "4 positive"),
        ("4 of 6 reviews are not NEGATIVE.", REVIEWS, "not"),
        ("4 of 6 reviews aren't NEGATIVE.", REVIEWS, "aren't"),
        ("Most reviews are NEGATIVE.", REVIEWS, "Most"),
        ("Five reviews are NEGATIVE.", REVIEWS, "Five"),
        ("All is well.", REVIEWS, "All"),
        ("The reviews praise Nokia.", REVIEWS, "Nokia"),
        ("4 of 6 are NEUTRAL.", REVIEWS, "NEUTRAL"),
        ("4 reviews speak of “the screen”.", REVIEWS, "the screen"),
        ('4 reviews speak of "the screen".', REVIEWS, "the screen"),
        ("½ of the reviews.", REVIEWS, "2"),
        ("Ⅻ reviews.", REVIEWS, "XII"),
        ("⑤ reviews.", REVIEWS, "5"),
        ("٥ reviews.", REVIEWS, "5"),
        ("-4 of 6 reviews are NEGATIVE.", REVIEWS, "-4"),
        ("6 条中有五条为 NEGATIVE。", ZH, "五"),
        ("大多数为 NEGATIVE。", ZH, "多数"),
        ("4 条不是 NEGATIVE。", ZH, "不"),
        ("1 条为 NEGATIVE。", ZH, "1 negative"),
        ("提到「屏幕」的有 4 条。", ZH, "屏幕"),
        ("1200 条为物流。", WORKS, "1200 物流"),
    ],
)
def test_what_no_fact_says_is_found(text: str, facts: str, strange: str):
    assert unfounded(text, [facts]) == strange


def test_a_number_in_a_quote_founds_no_other_number():
    facts = ["2 texts for 2 notes; the first: “it cost 500 dollars”."]

    assert unfounded("The first says “it cost 500 dollars”.", facts) == ""
    assert unfounded("There are 500 texts.", facts) == "500"


def test_names_may_come_from_the_request():
    assert unfounded("For Nokia it is 4 of 6.", [REVIEWS]) == "Nokia"
    assert unfounded("For Nokia it is 4 of 6.", [REVIEWS], request="how is nokia?") == ""


@given(st.integers(0, 10**7), st.sampled_from(["{} of 6 reviews are NEGATIVE.", "{:,} reviews", "有 {} 条", "共{}条"]))
def test_a_number_that_no_fact_has_is_always_found(number: int, text: str):
    found = unfounded(text.format(number), [REVIEWS, ZH])

    assert (found == "") is (str(number) in ("4", "6", "1")) or found == f"{number} negative"


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_checked_and_every_number_left_is_known(text: str, fact: str):
    if unfounded(text, [fact]) == "":
        assert set(numbers(text)) <= set(numbers(f"{fact} {fact}"))
