"""detect_languages and column_language: right on plain sentences, silent where there is nothing to tell."""

from __future__ import annotations

import pytest

from hfmagic.language import column_language, detect_languages

SENTENCES = {
    "en": "The battery died after two weeks and nobody answers the phone.",
    "zh": "电池两个星期就坏了，客服电话没有人接。",
    "de": "Der Akku war nach zwei Wochen kaputt und niemand geht ans Telefon.",
    "fr": "La batterie est morte après deux semaines et personne ne répond.",
    "es": "La batería murió a las dos semanas y nadie contesta el teléfono.",
    "ru": "Батарея сломалась через две недели, и никто не отвечает.",
    "ar": "تعطلت البطارية بعد أسبوعين ولا أحد يرد على الهاتف.",
    "ja": "電池は二週間で壊れ、電話には誰も出ません。",
    "ko": "배터리가 2주 만에 고장났고 아무도 전화를 받지 않습니다.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_has_its_language_and_a_probability(code: str) -> None:
    (labels,) = detect_languages([SENTENCES[code]])

    assert labels is not None
    assert labels[0].label == code
    assert 0.2 <= labels[0].score <= 1


def test_cantonese_and_short_chinese_count_as_chinese() -> None:
    assert [f[0].label for f in detect_languages(["你好", "我喜欢你。 我爱你", "我叫克拉拉，我是"]) if f] == ["zh"] * 3


@pytest.mark.parametrize("text", ["", "   ", "12345", "😀", "...", "ok", "Nikon"])
def test_nothing_is_said_of_a_text_without_language(text: str) -> None:
    assert detect_languages([text]) == [None]


def test_a_column_has_the_language_of_most_of_its_texts() -> None:
    assert column_language([SENTENCES["en"]] * 3 + [SENTENCES["zh"], "", "42"]) == "en"


def test_a_mixed_or_empty_column_has_none() -> None:
    assert column_language([SENTENCES["en"], SENTENCES["zh"]]) is None
    assert column_language(["", "42"]) is None
    assert column_language([]) is None


def test_a_long_column_is_sampled_from_end_to_end() -> None:
    assert column_language([SENTENCES["en"]] * 400 + [SENTENCES["zh"]] * 600) == "zh"
