"""Limits in the words of a request: what is taken, what is left, and what must stay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.limits import Limits
from hfmagic.planners.limit_words.read import limit_words

LABEL = "Label the sentiment"
COMMERCIAL = ("permissive", "copyleft")
GOOGLE = ("google", "google-bert", "google-t5")
META = ("facebook", "meta-llama", "facebookai")
SAID: list[tuple[str, str, dict[str, Any]]] = [
    (
        f"{LABEL} with a model under 100 MB, Apache license, not from Microsoft, that reads Chinese",
        LABEL,
        {"max_size": 10**8, "license": ("apache-2.0",), "not_owner": ("microsoft",), "language": "zh"},
    ),
    (f"{LABEL} with a model of at most 2GB", LABEL, {"max_size": 2 * 10**9}),
    (f"{LABEL} with a 100 MB model", LABEL, {"max_size": 10**8}),
    (f"{LABEL} with a model no larger than 1.5 GiB", LABEL, {"max_size": 3 * 2**29}),
    (f"{LABEL} (model under 100MB)", LABEL, {"max_size": 10**8}),
    (f"Only models under 100 MB. {LABEL}", LABEL, {"max_size": 10**8}),
    (f"Use a model under 100 megabytes to {LABEL}", LABEL, {"max_size": 10**8}),
    (f"With weights under 2GB in memory, {LABEL}", LABEL, {"max_memory": 2 * 10**9}),
    (f"{LABEL} with a model under 2GB of RAM", LABEL, {"max_memory": 2 * 10**9}),
    ("Use a permissively licensed model to title each review", "title each review", {"license": ("permissive",)}),
    (f"{LABEL} with an MIT-licensed model, then chart it", f"{LABEL}, then chart it", {"license": ("mit",)}),
    (f"{LABEL}, Apache license only", LABEL, {"license": ("apache-2.0",)}),
    (f"{LABEL}; the license must be MIT or Apache", LABEL, {"license": ("mit", "apache-2.0")}),
    (f"{LABEL} with an open-source model", LABEL, {"license": COMMERCIAL}),
    (f"{LABEL} with a model for commercial use", LABEL, {"license": COMMERCIAL}),
    (f"{LABEL}, licensed for commercial use", LABEL, {"license": COMMERCIAL}),
    (f"{LABEL} with a model that can be used commercially", LABEL, {"license": COMMERCIAL}),
    (f"{LABEL} with at most 300M parameters", LABEL, {"max_parameters": 3 * 10**8}),
    (f"{LABEL} with a model under 7B parameters", LABEL, {"max_parameters": 7 * 10**9}),
    ("Use a model with at most 1.5 billion parameters to write", "write", {"max_parameters": 15 * 10**8}),
    (f"{LABEL} with a model under 7B", LABEL, {"max_parameters": 7 * 10**9}),
    (f"{LABEL} with a model that fits on a T4", LABEL, {"hardware": "T4"}),
    (f"{LABEL} with a model that runs on an RTX 4090", LABEL, {"hardware": "RTX 4090"}),
    (f"{LABEL} with a model updated within the last year", LABEL, {"max_age": 365}),
    (f"{LABEL} with a model no older than 6 months", LABEL, {"max_age": 180}),
    (f"{LABEL} with a model that reads at least 4,096 tokens", LABEL, {"input_length": 4096}),
    (f"{LABEL} with a model with a 4k-token context", LABEL, {"input_length": 4096}),
    (f"{LABEL} with a model from a verified organisation", LABEL, {"verified": True}),
    (f"{LABEL} with a verified Google model", LABEL, {"verified": True, "owner": GOOGLE}),
    (f"{LABEL} with a model under 20 ms a row", LABEL, {"max_latency": 0.02}),
    (f"{LABEL}, no models from Google or Meta", LABEL, {"not_owner": (*GOOGLE, *META)}),
    (f"No Microsoft models, {LABEL}", LABEL, {"not_owner": ("microsoft",)}),
    (f"{LABEL} with a model published by acme-ai", LABEL, {"owner": ("acme-ai",)}),
    (f"{LABEL} with a small Chinese model", LABEL, {"language": "zh"}),
    (f"{LABEL} with a model from the transformers library", LABEL, {"library": ("transformers",)}),
    (
        f"Models must be under 100 MB and must not come from Microsoft; {LABEL}",
        LABEL,
        {"max_size": 10**8, "not_owner": ("microsoft",)},
    ),
    (
        "用不超过500MB、许可证宽松的模型给评论打标签",
        "给评论打标签",
        {"max_size": 5 * 10**8, "license": ("permissive",)},
    ),
    ("给评论打标签，模型不超过500MB，不要微软的", "给评论打标签", {"max_size": 5 * 10**8, "not_owner": ("microsoft",)}),
    ("给评论打标签，用能在T4上跑的模型", "给评论打标签", {"hardware": "T4"}),
    ("用参数不超过3亿的模型翻译评论", "翻译评论", {"max_parameters": 3 * 10**8}),
    ("用可商用的模型总结每条评论", "总结每条评论", {"license": COMMERCIAL}),
    ("用最近一年更新过的模型总结评论", "总结评论", {"max_age": 365}),
    ("用支持中文的模型给评论分类", "给评论分类", {"language": "zh"}),
    ("用每条不超过20毫秒的模型给评论打标签", "给评论打标签", {"max_latency": 0.02}),
    ("用能读至少4096个词元的模型总结文章", "总结文章", {"input_length": 4096}),
    ("用谷歌的模型翻译评论", "翻译评论", {"owner": GOOGLE}),
    ("用经过认证的机构发布的模型总结评论", "总结评论", {"verified": True}),
    ("用MIT许可证的模型总结评论", "总结评论", {"license": ("mit",)}),
    ("请用500MB以内的模型总结评论", "总结评论", {"max_size": 5 * 10**8}),
    ("总结评论，许可证必须宽松", "总结评论", {"license": ("permissive",)}),
    ("不要用微软的模型，总结评论", "总结评论", {"not_owner": ("microsoft",)}),
]
OF_THE_DATA = [
    "Keep reviews under 100 characters",
    "Keep products with a price under 100",
    "Keep rows from Microsoft",
    "Keep the files under 100 MB",
    "Label the sentiment with distilbert",
    "Summarize reviews of phone models under 100 dollars",
    "Compare phone models under 2 GB of storage",
    "Summarize reviews of models from Microsoft",
    "Group the cars by model and count them",
    "Which car models are mentioned?",
    "Sort by weights under 100 kg",
    "Classify documents about the MIT license",
    "Cluster the contracts with an MIT license",
    "Keep the photos licensed for commercial use",
    "Use a model to read Chinese reviews",
    "Use the model google/flan-t5-small to summarize",
    "Label tickets from the last year",
    "Keep reviews of at least 100 words",
    "Translate the Chinese reviews into English",
    "Drop the calls under 20 seconds",
    "Quote 'with a model under 100 MB' in each answer",
    "Does `model under 100 MB` occur in the text?",
    "Keep tweets by verified users",
    "Which reviews mention a T4 or an A100?",
    "保留价格不超过500的评论",
    "保留微软的评论",
    "保留最近一年的评论",
    "统计每个车型的评论",
    "用模型给评论打标签",
    "保留不超过100字的评论",
]


def said(limits: Limits) -> list[dict[str, Any]]:
    return [part.model_dump(exclude_defaults=True) for part in limits.parts]


@pytest.mark.parametrize(("request_", "left", "limits"), SAID, ids=lambda x: x if isinstance(x, str) else "")
def test_limits_are_taken_from_the_words(request_: str, left: str, limits: dict[str, Any]):
    found, rest = limit_words(request_)

    assert (said(found), rest) == ([limits], left)


@pytest.mark.parametrize("request_", OF_THE_DATA)
def test_conditions_on_the_data_stay(request_: str):
    assert limit_words(request_) == (Limits(), request_)


def test_two_languages_are_both_wanted():
    found, _ = limit_words("Label the sentiment with a model that reads Chinese and English")

    assert sorted(d["language"] for d in said(found)) == ["en", "zh"]


def test_memory_and_named_hardware_are_held_apart():
    """Together they would mean bytes at the other device's dtype."""
    found, _ = limit_words("Label it with a model under 2 GB in memory that fits on a T4")

    assert said(found) == [{"max_memory": 2 * 10**9}, {"hardware": "T4"}]


def test_a_column_called_model_is_data():
    request = "Label the sentiment with models from Apple"

    assert limit_words(request)[0] == Limits(owner=("apple",))
    assert limit_words(request, columns=["Model", "review"]) == (Limits(), request)


def test_other_words_stay_as_they_were_written():
    found, left = limit_words(
        'Label  the "model under 1 GB" reviews, with a model under 1 GB,\n\nand chart it per city.'
    )

    assert left == 'Label  the "model under 1 GB" reviews,\n\nand chart it per city.'
    assert found == Limits(max_size=10**9)


@pytest.mark.parametrize(("request_", "left", "_"), SAID)
def test_what_is_left_says_no_limit(request_: str, left: str, _: object):
    assert limit_words(left) == (Limits(), left)


PIECES = st.sampled_from(
    [s for s, _, _ in SAID]
    + OF_THE_DATA
    + ["model", "模型", "use", "用", "并且", "请用", " under ", "0", "9" * 400, "tokens"]
)


@given(st.text(max_size=80) | st.lists(PIECES | st.text(max_size=5), max_size=6).map("".join))
def test_any_text_has_an_answer(text: str):
    limits, left = limit_words(text)

    assert limit_words(text) == (limits, left)
    assert limits.parts or left == text or len(left) < len(text)


@given(
    st.text(alphabet=st.characters(exclude_characters="模权许协授参")).filter(
        lambda t: not any(w in t.lower() for w in ("model", "weight", "checkpoint", "licen", "param", "commerc"))
    )
)
def test_words_without_a_noun_for_models_are_never_taken(text: str):
    assert limit_words(text) == (Limits(), text)


@pytest.mark.parametrize(
    "piece", ["并且", "请用", "and ", "用", "中文并且", "a model ", "not from ", "Apache or ", "  ", "9,"]
)
def test_a_long_row_of_one_word_ends(piece: str):
    """A pattern that backtracks would take for ever."""
    text = f"中文{piece * 3000}x模型 with a model {piece * 3000}"

    assert limit_words(text)[1].startswith("中文")
