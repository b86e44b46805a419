"""Texts cut where a reader would."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.operations.split import split_text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It broke. I want my money back! Why? No idea", ["It broke.", "I want my money back!", "Why?", "No idea"]),
        (
            "Dr. Smith paid $3.50 to Acme Inc. on Jan. 5. He left.",
            ["Dr. Smith paid $3.50 to Acme Inc. on Jan. 5.", "He left."],
        ),
        ("Fruit, e.g. Apples. And J. R. Tolkien.", ["Fruit, e.g. Apples.", "And J. R. Tolkien."]),
        ("He works at Acme Inc. She does not.", ["He works at Acme Inc.", "She does not."]),
        ('He said "Stop." Then he left...  maybe.', ['He said "Stop."', "Then he left...", "maybe."]),
        ("Made in the U.S. It is fine.", ["Made in the U.S.", "It is fine."]),
        ("很好。我喜欢！真的吗？是的", ["很好。", "我喜欢！", "真的吗？", "是的"]),
        ("他说：“走吧。”然后走了。", ["他说：“走吧。”", "然后走了。"]),
        ("A title\n\nA text. See example.com for more.", ["A title", "A text.", "See example.com for more."]),
        (
            "The cat sat. It slept in the sun. No. 5 won? No. I did not!",
            ["The cat sat.", "It slept in the sun.", "No. 5 won?", "No.", "I did not!"],
        ),
        ("one", ["one"]),
    ],
)
def test_sentences(text: str, wanted: list[str]):
    assert split_text(text, by="sentence") == wanted


def test_paragraphs_are_parted_by_empty_lines():
    assert split_text("One.\nStill one.\n \n\nTwo.\r\n\r\nThree.", by="paragraph") == [
        "One.\nStill one.",
        "Two.",
        "Three.",
    ]


def test_chunks_hold_whole_sentences_while_they_fit():
    text = "One two three. Four five. Six seven eight nine ten eleven twelve. 一二三四五六七。"

    assert split_text(text, by="chunk", words=5) == [
        "One two three. Four five.",
        "Six seven eight nine ten",
        "eleven twelve.",
        "一二三四五",
        "六七。",
    ]


@given(
    st.text(alphabet="ab .!?。\n“”J1", min_size=1).filter(str.strip),
    st.sampled_from(["sentence", "paragraph", "chunk"]),
)
def test_nothing_is_lost_but_space(text: str, by: str):
    parts = split_text(text, by=by, words=5)

    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(part.strip() for part in parts)


@pytest.mark.parametrize("text", ["." * 300_000 + "g", "…" * 300_000 + "g", "." + ")" * 300_000 + "g"])
def test_long_runs_are_read_in_proportion_to_their_length(text: str):
    assert split_text(text) == [text]  # read quadratically, these take minutes


def test_long_prose_is_read_in_proportion_to_its_length():
    said = ["Dr. Smith paid $3.50 on Jan. 5 to Acme Inc. here.", "He left."]

    assert split_text(" ".join(said * 5_000)) == said * 5_000
