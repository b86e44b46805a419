"""name_themes: words that tell a group from the others, and no others."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hfmagic.operations.themes import name_themes


def name(groups: list[list[str]], **options: object) -> list[str]:
    texts = [text for group in groups for text in group]
    number = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return name_themes(texts, number, np.ones(len(texts)), **options)  # type: ignore[arg-type]


def test_words_of_most_texts_and_generic_words_name_nothing() -> None:
    names = name([["good phone, great speaker"] * 4, ["bad phone, worst keyboard ever, I've had 12"] * 4])

    assert names == ["speaker", "keyboard"]


def test_a_word_said_in_one_text_only_names_no_larger_group() -> None:
    names = name([["speaker"] * 4 + ["christmas"], ["keyboard"] * 5])

    assert names == ["speaker", "keyboard"]


def test_forms_of_a_word_are_one_word_in_its_usual_form() -> None:
    names = name([["buttons stick", "buttons stick", "button sticks"], ["called", "calling", "calling"]])

    assert names == ["buttons · stick", "calling"]


def test_a_word_names_one_group_only() -> None:
    names = name([["speaker"] * 3 + ["menu"], ["speaker", "menu", "menu", "menu"], ["lens"] * 4])

    assert names == ["speaker", "menu", "lens"]


def test_a_group_that_is_most_of_the_texts_is_named_all_the_same() -> None:
    assert name([["speaker"] * 8, ["menu"] * 2]) == ["speaker", "menu"]


def test_a_word_that_goes_with_a_product_names_no_group_across_products() -> None:
    groups = [["dvd freezes"] * 4 + ["lens freezes"] * 2, ["dvd scratched"] * 2 + ["lens scratched"] * 4]
    products = ["dvd"] * 4 + ["lens"] * 2 + ["dvd"] * 2 + ["lens"] * 4

    assert name(groups) != ["freezes", "scratched"]
    assert name(groups, across=products) == ["freezes", "scratched"]


def test_chinese_is_named_by_pairs_that_do_not_overlap() -> None:
    assert name([["电池续航差"] * 3, ["客服电话忙"] * 3]) == ["电池 · 续航", "客服 · 电话"]


def test_groups_without_words_keep_their_number() -> None:
    assert name([["the 12"] * 2, ["speaker"] * 2]) == ["group 1", "speaker"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text("ab电池 '-1", max_size=12), min_size=1, max_size=4), min_size=1, max_size=4))
def test_every_group_has_a_name_of_its_own(groups: list[list[str]]) -> None:
    names = name(groups)

    assert len(set(names)) == len(groups)
    assert all(names)
