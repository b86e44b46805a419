"""Which language a request to translate names: one that only CLDR knows, one of a region, or none at all."""

from __future__ import annotations

import pytest

from hfmagic.errors import NoTaskFits
from hfmagic.tasks.languages import code_in, language_of

from .inputs import NOTE, REVIEWS, plan


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        ("translate the reviews to Brazilian Portuguese", "Brazilian Portuguese"),
        ("translate the reviews to zh-TW", "zh-TW"),
        ("translate the reviews into Traditional Chinese, please", "Traditional Chinese"),
        ("translate the reviews from English to Klingon", "Klingon"),
        ("translate to Haitian Creole and find the sentiment", "Haitian Creole"),
        ("把评论翻译成繁体中文", "繁体中文"),
        ("把评论译成巴西葡萄牙语再总结", "巴西葡萄牙语"),
        ("translate the reviews to me", "en"),
    ],
)
def test_a_language_of_any_name_is_the_target(request_: str, target: str) -> None:
    assert plan(request_, REVIEWS).steps[0].parameters["target"] == target


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ("translate the reviews to Dothraki", "Dothraki"),
        ("translate the note from English into Blorptalk", "Blorptalk"),
        ("把评论翻译成多斯拉克语", "多斯拉克语"),
    ],
)
def test_a_word_that_is_no_language_is_said(request_: str, word: str) -> None:
    with pytest.raises(NoTaskFits, match=f"{word}.* is no language"):
        plan(request_, REVIEWS if "note" not in request_ else NOTE)


@pytest.mark.parametrize(
    ("name", "codes", "code"),
    [
        ("Norwegian", ["nno_Latn", "nob_Latn"], "nob_Latn"),
        ("Norwegian Nynorsk", ["nob_Latn", "nno_Latn"], "nno_Latn"),
        ("Oriya", ["ory_Orya", "npi_Deva"], "ory_Orya"),
        ("Brazilian Portuguese", ["pt_PT", "pt_BR"], "pt_BR"),
        ("European Portuguese", ["pt_BR", "pt_PT"], "pt_PT"),
        ("Brazilian Portuguese", ["por_Latn", "fra_Latn"], "por_Latn"),
        ("zh-TW", ["zho_Hans", "zho_Hant"], "zho_Hant"),
        ("zh-CN", ["zho_Hant", "zho_Hans"], "zho_Hans"),
        ("繁体", ["zho_Hans", "zho_Hant"], "zho_Hant"),
        ("简体", ["zh_CN", "fr_XX"], "zh_CN"),
        ("繁体", ["zh_CN", "fr_XX"], None),
        ("Traditional Chinese", ["zh", "fr"], "zh"),
    ],
)
def test_the_code_that_means_a_language(name: str, codes: list[str], code: str | None) -> None:
    assert language_of(name) is not None
    assert code_in(name, codes) == code
