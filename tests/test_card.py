"""What is read of a model's card, and what is never let through."""

from __future__ import annotations

import ast
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.data_profile import Profile
from hfmagic.errors import one_line
from hfmagic.hub.card import MAX_CARD_BYTES, MAX_EXCERPT, Card, card_text, front_matter, parse_card
from hfmagic.hub.caveats import card_warnings, domains_of
from hfmagic.hub.chain import chain, strictest
from hfmagic.hub.facts import Evaluation, ModelFacts
from hfmagic.starter.catalogue import SET as STARTERS
from tests.hub.bench import MODEL, Bench
from tests.hubserver import TestHub

pytest_plugins = ["tests.hubserver.fixtures"]

PACKAGE = Path(__file__).parents[1] / "hfmagic"
PAYLOADS = (Path(__file__).parent / "render" / "payloads.txt").read_text(encoding="utf-8").splitlines()
PROSE = ("summary", "intended_use", "out_of_scope", "training_data", "bias", "limitations", "results")
TODAY = date(2026, 11, 22)

# As transformers' Trainer and people write them.
TRAINED = """---
license: apache-2.0
language: en
base_model: [distilbert-base-uncased]
datasets:
- emotion
model-index:
- name: x
  results:
  - task: {type: text-classification, name: Text Classification}
    dataset: {name: emotion, type: emotion, split: validation}
    metrics:
    - {name: Accuracy, type: accuracy, value: 0.9265, verified: true, verifyToken: abc}
    - {name: Loss, type: loss, value: .nan}
---
<!-- This model card has been generated automatically. Do not believe it. -->
# distilbert-emotion

This model is a fine-tuned version of [distilbert](https://huggingface.co/distilbert-base-uncased).

## Model description

More information needed

## Intended uses & limitations

Emotions of *short* `English` texts.
They go on here.

### How to use

```python
print("never shown")
```

## Training and evaluation data

More information needed

## Training procedure

### Training hyperparameters

- learning_rate: 2e-05

### Training results

| Loss | Accuracy |
|------|----------|
| 0.21 | 0.9265   |
"""
CHINESE = """---
license: cc-by-nc-4.0
language:
- zh
---
# 中文情感模型

## 模型介绍

基于 RoBERTa 的中文情感分类模型。

## 预期用途

商品评论的情感分类。

## 超出范围的用途

不得用于医疗文本。

## 训练数据

十万条商品评论。

## 偏见与局限性

讽刺常被误判。

## 评测结果

准确率 0.94。

## 引用

略
"""


def test_a_trainers_card_gives_what_its_owner_wrote_and_no_placeholder():
    card = parse_card(TRAINED)

    assert card.summary == "This model is a fine-tuned version of distilbert."
    assert card.intended_use == "Emotions of short English texts. They go on here."
    assert card.training_data == ""
    assert (card.license, card.languages) == ("apache-2.0", ("en",))
    assert (card.base_models, card.datasets) == (("distilbert-base-uncased",), ("emotion",))


def test_a_cards_figure_is_its_owners_word_whatever_it_claims():
    found = parse_card(TRAINED).evaluation

    assert found == (Evaluation("accuracy", 0.9265, "emotion", "model card", verified=False),)


def test_chinese_headings_are_known():
    card = parse_card(CHINESE)

    assert card.summary == "基于 RoBERTa 的中文情感分类模型。"
    assert card.intended_use == "商品评论的情感分类。"
    assert card.out_of_scope == "不得用于医疗文本。"
    assert card.training_data == "十万条商品评论。"
    assert card.bias == card.limitations == "讽刺常被误判。"
    assert card.results == "准确率 0.94。"


def template(**values: str) -> str:
    """The card that huggingface_hub makes out of its template."""
    from huggingface_hub import ModelCard, ModelCardData

    return str(ModelCard.from_template(ModelCardData(license="mit", language="de"), model_id="a/b", **values))


def test_the_hubs_template_gives_each_section_its_field():
    names = "model_summary direct_use downstream_use out_of_scope_use bias_risks_limitations training_data results"
    card = parse_card(template(**{name: f"words of {name}." for name in names.split()}))

    assert card.summary.startswith("words of model_summary.")
    assert card.intended_use == "words of direct_use.\nwords of downstream_use."
    assert card.out_of_scope == "words of out_of_scope_use."
    assert card.bias == card.limitations == "words of bias_risks_limitations."
    assert card.training_data == "words of training_data."
    assert card.results == "words of results."
    assert (card.license, card.languages) == ("mit", ("de",))


def test_a_card_that_people_wrote_is_read(starter_hub: Path):
    card = parse_card((starter_hub / "starter" / "all-minilm-l6-v2" / "ORIGINAL_CARD.md").read_text(encoding="utf-8"))

    assert card.summary.startswith("This is a sentence-transformers model: It maps sentences & paragraphs")
    assert card.intended_use.startswith("Our model is intended to be used as a sentence and short paragraph encoder.")
    assert card.training_data.startswith("We use the concatenation from multiple datasets to fine-tune our model.")
    assert "Reddit comments (2015-2018) | paper | 726,484,430" in card.training_data
    assert len(card.datasets) == 21


def test_an_unfilled_template_says_nothing():
    card = parse_card(template())

    assert {name: getattr(card, name) for name in PROSE if name != "summary"} == dict.fromkeys(PROSE[1:], "")
    assert "Information Needed" not in card.summary


@pytest.mark.parametrize("name", [model.model_id for model in STARTERS])
def test_a_starter_models_card_is_read(name: str, starter_hub: Path):
    card = parse_card(card_text(starter_hub / name))

    assert card.summary
    assert card.limitations
    assert card.license


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Intended Use", "intended_use"),
        ("**Uses** 🚀", "intended_use"),
        ("2. Primary intended uses", "intended_use"),
        ("Direct Use", "intended_use"),
        ("应用场景", "intended_use"),
        ("期望模型使用方式以及适用范围", "intended_use"),
        ("训练数据介绍", "training_data"),
        ("数据评估及结果", "results"),
        ("Performance and Limitations", "limitations"),
        ("Out-of-Scope Use", "out_of_scope"),
        ("Misuse and Malicious Use", "out_of_scope"),
        ("不适用场景", "out_of_scope"),
        ("Training Data", "training_data"),
        ("Training and evaluation data", "training_data"),
        ("Dataset", "training_data"),
        ("训练数据", "training_data"),
        ("Limitations", "limitations"),
        ("局限性", "limitations"),
        ("Ethical Considerations", "bias"),
        ("偏见", "bias"),
        ("Evaluation results", "results"),
        ("性能", "results"),
        ("Model Description", "summary"),
        ("模型简介", "summary"),
    ],
)
def test_a_heading_names_its_field(title: str, field: str):
    card = parse_card(f"# Title\n\n## {title}\n\nHere it is.\n\n## Other\n\nElse.\n")

    assert {name for name in PROSE if "Here it is." in getattr(card, name)} == {field}
    assert not any("Else" in getattr(card, name) for name in PROSE)


@pytest.mark.parametrize(
    "title",
    ["How to use", "Usage", "Citation", "Training procedure", "如何使用", "模型训练流程", "相关论文以及引用信息"],
)
def test_what_a_reader_does_not_choose_by_is_left_out(title: str):
    card = parse_card(f"# Title\n\n## {title}\n\nHere it is.\n\n### Details\n\nMore.\n")

    assert card == Card()


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and _it_", "bold and it"),
        ("[words](https://evil.example/x)", "words"),
        ("![alt words](https://evil.example/pixel.png)", "alt words"),
        ("a <b>c</b> d", "a c d"),
        ("<p align=center>in HTML</p>", "in HTML"),
        ("<!-- hidden --> seen", "seen"),
        ("<style>p{}</style>\n\nseen", "seen"),
        ("- one\n- two", "• one\n• two"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("x &lt;i&gt; y", "x <i> y"),
        ("\x1b[31mred\u202etxt\x00", "[31mred txt\ufffd"),
        ("```\ncode\n```", ""),
    ],
)
def test_prose_is_plain_text(markdown: str, shown: str):
    assert parse_card(f"## Uses\n\n{markdown}\n").intended_use == shown


@pytest.mark.parametrize(
    "front",
    [
        "license: [",
        "a: " + "[" * 5_000,
        "a: " + "{a: " * 5_000,
        "- just\n- a list",
        "!!python/object/apply:os.system [ls]",
        "license: {a: b}\nlanguage: [1, {x: y}, [z]]\nbase_model: 7\ndatasets: {a: b}",
        "model-index: 5",
        "model-index: [{results: {metrics: [{value: x}]}}, 3, [4]]",
        "? [complex, key]\n: value",
        "\t- tab",
        "a: *nobody",
        "date: 2001-99-99",
        "n: 1e999999",
        "a: &a [*a]",
    ],
)
def test_broken_front_matter_says_nothing_and_the_prose_is_read(front: str):
    card = parse_card(f"---\n{front}\n---\n## Uses\n\nReviews.\n")

    assert card.intended_use == "Reviews."
    assert (card.license, card.base_models, card.evaluation) == ("", (), ())


def test_few_lines_that_stand_for_billions_are_not_read():
    levels = "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]" for i in range(9))

    assert front_matter(f"license: mit\na: &a [x,x,x,x,x,x,x,x,x]\n{levels}") == {}


def test_a_front_matter_that_never_ends_is_prose():
    assert parse_card("---\nlicense: mit\n").license == ""


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 300_000,
        "> " * 150_000,
        "# a\n" * 5_000,
        "![[]()" * 50_000,
        "<!--" * 75_000,
        "*a " * 100_000,
        "1. " * 99_999,
    ],
    ids=["brackets", "quotes", "headings", "pictures", "comments", "stars", "lists"],
)
def test_a_bomb_is_read_to_its_bound(bomb: str):
    card = parse_card(f"## Uses\n\nReviews.\n\n{bomb}\n\n## Limitations\n\n{bomb}")

    assert card.intended_use.startswith("Reviews.")
    assert all(len(getattr(card, name)) <= MAX_EXCERPT for name in PROSE)


@pytest.mark.parametrize("evil", PAYLOADS)
def test_no_payload_breaks_a_card(evil: str):
    card = parse_card(
        f'---\nlicense: "{evil}"\nlicense_name: {evil}\n---\n# {evil}\n\n{evil}\n\n## Uses {evil}\n\n{evil}\n'
    )

    assert all(one_line(line) == line for name in PROSE for line in getattr(card, name).split("\n"))


def test_a_binary_a_missing_and_a_huge_readme(tmp_path: Path):
    assert card_text(tmp_path) == ""
    (tmp_path / "README.md").write_bytes(b"\x89PNG\r\n\x00\x00")
    assert card_text(tmp_path) == ""
    (tmp_path / "README.md").write_bytes(b"\xff\xfe caf\xe9 " * 100_000)
    assert 0 < len(card_text(tmp_path)) <= MAX_CARD_BYTES
    (tmp_path / "README.md").unlink()
    (tmp_path / "README.md").mkdir()
    assert card_text(tmp_path) == ""


def test_a_link_is_followed_within_the_model_only(tmp_path: Path):
    (tmp_path / "secret").write_text("secret")
    blobs, folder = tmp_path / "models--a--b" / "blobs", tmp_path / "models--a--b" / "snapshots" / "abc"
    blobs.mkdir(parents=True)
    folder.mkdir(parents=True)
    (blobs / "card").write_text("# Card")
    (folder / "README.md").symlink_to(blobs / "card")
    assert card_text(folder) == "# Card"
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "secret")
    assert card_text(folder) == ""
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(folder / "README.md")
    assert card_text(folder) == ""


PIECES = st.sampled_from(
    [
        *PAYLOADS,
        "---\n",
        "# ",
        "## Uses\n\n",
        "## 局限性\n\n",
        "- ",
        "| a |\n|---|\n",
        "```\n",
        "> ",
        "\n\n",
        "license: mit\n",
    ]
) | st.text(max_size=20)


@given(st.lists(PIECES, max_size=12))
def test_any_text_gives_a_card_whose_fields_are_bounded(parts: list[str]):
    card = parse_card("".join(parts))

    for field in fields(card):
        value = getattr(card, field.name)
        assert isinstance(value, str | tuple)
        assert len(value) <= (MAX_EXCERPT if isinstance(value, str) else 100)


def test_no_planner_and_no_picker_reads_a_card():
    rooms = [
        *(PACKAGE / "planners").rglob("*.py"),
        *(PACKAGE / "llm").rglob("*.py"),
        PACKAGE / "selection" / "picker.py",
    ]
    imports = [
        node for p in rooms for node in ast.walk(ast.parse(p.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
    ]
    named = {part for node in imports for part in [*(node.module or "").split("."), *(a.name for a in node.names)]}

    assert len(rooms) > 10
    assert not named & {"card", "prose", "parse_card", "card_text", "read_card"}


# What to mind at the choice


def facts(**changes: object) -> ModelFacts:
    return ModelFacts("org/model", None, **{"license": "mit", **changes})  # type: ignore[arg-type]


def warned(model: ModelFacts, **options: object) -> str:
    task = str(options.pop("task", "text-classification"))
    profile = Profile(str(options.pop("language", "")))
    return "\n".join(card_warnings(model, profile, task, today=TODAY, **options))  # type: ignore[arg-type]


def test_a_model_without_anything_odd_has_no_warning():
    assert warned(facts(languages=("en",), modified="2026-01-01"), language="en", about=("reviews",)) == ""


@pytest.mark.parametrize(
    ("stated", "language", "outside"),
    [
        (("en",), "zh", True),
        (("en",), "", False),
        ((), "zh", False),
        (("en", "zh"), "zh", False),
        (("zho_Hans",), "zh", False),
        (("multilingual",), "zh", False),
        (("code",), "zh", False),
        (("eng", "deu"), "en", False),
    ],
)
def test_the_users_language_outside_the_stated_ones(stated: tuple[str, ...], language: str, outside: bool):
    assert ("your texts are" in warned(facts(languages=stated), language=language)) is outside


def test_the_language_is_said_by_name():
    assert warned(facts(languages=("en", "de")), language="zh") == (
        "your texts are Chinese; it says it was made for English, German"
    )


@pytest.mark.parametrize(
    ("model", "about", "outside"),
    [
        ({"datasets": ("tweet_eval", "tweets")}, ("Label the medical reports of patients",), True),
        ({"tags": ("finance",)}, ("给每条评论标注情感",), True),
        ({"tags": ("biomedical",)}, ("提取病历中的药名",), False),
        ({"datasets": ("imdb",)}, ("the sentiment of each review", "review"), False),
        ({"tags": ("finance",)}, ("sort these texts",), False),
        ({}, ("medical reports",), False),
    ],
)
def test_the_users_domain_outside_the_models(model: dict[str, object], about: tuple[str, ...], outside: bool):
    assert ("made for" in warned(facts(**model), about=about)) is outside


def test_a_part_of_a_word_names_no_domain():
    assert domains_of("lawn mowers, zip_code, unreviewed, newspapers") == frozenset()
    assert domains_of("the LAW of tweets") == {"legal", "social media"}


def test_out_of_scope_is_said_in_its_owners_sentence_for_that_task_only():
    card = parse_card("## Out-of-Scope Use\n\nNot for diagnosis. Never classify people. Else fine.\n")

    assert warned(facts(), card=card) == "its card says out of scope: Never classify people."
    assert warned(facts(), card=card, task="text-to-speech") == ""


def test_a_base_model_with_a_stricter_license_is_named():
    base = ModelFacts("big/base", None, license="cc-by-nc-4.0")
    model = facts(base_models=("big/base",))

    assert warned(model, lineage=(base,)) == "mit, but made from big/base: cc-by-nc-4.0 (non-commercial)"
    assert warned(model) == ""
    assert warned(facts(base_models=("big/base",), license="cc-by-nc-4.0"), lineage=(base,)) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"license": None}, "it states no license"),
        ({"gated": True}, "gated: its owner lets in who asks"),
        ({"modified": "2022-11-02"}, "last changed 4 years ago"),
        ({"created": "2021-11-02"}, "last changed 5 years ago"),
        ({"modified": "soon"}, ""),
        ({"evaluations": (Evaluation("f1", 0.9),)}, "its figures are its owner's word: none is verified"),
        ({"evaluations": (Evaluation("f1", 0.9), Evaluation("f1", 0.8, verified=True))}, ""),
    ],
)
def test_what_else_is_to_mind(changes: dict[str, object], words: str):
    assert warned(facts(**changes)) == words


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=4))
def test_a_warning_is_one_short_line_whatever_the_facts_say(odd: str, names: list[str]):
    model = ModelFacts(odd, None, license=odd, languages=tuple(names), tags=tuple(names), base_models=(odd, *names))
    card = Card(out_of_scope=odd, intended_use=odd)

    for words in card_warnings(model, Profile("zh"), "text-generation", card=card, lineage=(model,), about=(odd,)):
        assert len(words) <= 180
        assert one_line(words) == words


def test_a_chain_ends_where_it_bites_its_tail():
    model = facts(base_models=("a/one",))
    one, two = (
        ModelFacts("a/one", None, license="gpl-3.0", base_models=("a/two", "org/model")),
        ModelFacts("a/two", None, license="gemma", base_models=("a/one", "a/lost")),
    )
    found = chain(model, (one, two))

    assert [(link.model_id, link.license_class, link.known) for link in found] == [
        ("org/model", "permissive", True),
        ("a/one", "copyleft", True),
        ("a/two", "restricted", True),
        ("a/lost", "unknown", False),
    ]
    assert strictest(link.license_class for link in found) == "unknown"
    assert strictest(["copyleft", "non-commercial", "restricted"]) == "non-commercial"


def test_the_card_of_a_model_of_the_hub_is_read_at_its_revision_and_bounded(
    tiny_hub: TestHub, bench: Bench, no_hub_settings: None
):
    hub = bench.session.hub
    tiny_hub.commit(MODEL, {"README.md": b"## Uses\n\nReviews.\n" + b"more words " * 100_000})
    facts = hub.find(MODEL)
    tiny_hub.commit(MODEL, {"README.md": b"## Uses\n\nNow tweets.\n"})
    text = hub.read_card(facts)

    assert parse_card(text).intended_use.startswith("Reviews.")
    assert len(text) <= MAX_CARD_BYTES
