"""A model's card: what its owner says of it, as plain text for a reader. Never for a prompt, a limit or a score.

The headings are those of the Hub's template (huggingface_hub, templates/modelcard_template.md), of transformers'
Trainer, of Mitchell et al., "Model Cards for Model Reporting" (https://arxiv.org/abs/1810.03993), and of Chinese cards,
many of which follow ModelScope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import clip, one_line
from .claims import Evaluation, base_models_of, datasets_of, evaluations_of
from .facts import as_list, languages_of
from .prose import Section, excerpt, sections

MAX_CARD_BYTES = 200_000
MAX_EXCERPT = 1_200  # characters of a field
MAX_NAME = 200  # characters of a name, id or license
MAX_NAMES = 50
MAX_ALIASES, MAX_DEPTH = 20, 30  # in front matter: YAML in which few lines stand for billions is not read

# English and Chinese words of a heading, in lower case → the fields that stand below it. The first row that fits
# counts; without a field nothing below is shown.
_FIELDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        r"^(how to|get(ting)? started|usage$|example|quick ?start|install)",
        "使用方法|如何使用|快速开始|示例|安装",
        (),
    ),
    (
        r"citation|^cite|contact|authors?$|acknowledg|glossary|environmental",
        "引用|联系|作者|致谢|环境影响",
        (),
    ),
    (
        r"out.of.scope|misuse|malicious|prohibited|not intended|unintended",
        "超出范围|适用范围外|不适用|滥用|禁止",
        ("out_of_scope",),
    ),
    (
        r"\bbias.*limitation|limitation.*\bbias",
        "偏[见差].*(局限|限制)|(局限|限制).*偏[见差]",
        ("bias", "limitations"),
    ),
    (
        r"intended|^(direct |downstream )?uses?\b|use cases?\b|applications?$",
        "用途|(适用|应用|使用)场景|适用范围|使用范围",
        ("intended_use",),
    ),
    (r"\bbias|\brisks?\b|ethical|fairness|safety", "偏[见差]|风险|伦理|公平|安全", ("bias",)),
    (r"limit(s$|ation)|caveat|known issues", "局限|限制|不足|注意事项", ("limitations",)),
    (
        r"\btraining.*\bdata|\btraining (sets?|corpus)|^data(sets?)?$|pre.?training data",
        "训练(数据|语料|集)|^数据集?$",
        ("training_data",),
    ),
    (r"evaluation data|test(ing)? data", "(评估|测试|评测)数据", ("results",)),
    (r"training", "训练", ()),
    (
        r"evaluation|results?\b|benchmarks?|performance|metrics|measured",
        "评估|评测|性能|结果|指标",
        ("results",),
    ),
    (
        r"(description|summary|overview|introduction)$|^about\b",
        "模型(介绍|描述|简介|概述)|^(简介|介绍|概述)",
        ("summary",),
    ),
)


@dataclass(frozen=True)
class Card:
    """What an owner says; every field may be empty. Prose is plain text of at most 1,200 characters.

    `results` is what the prose says of its quality, `evaluation` the figures of its front matter (model-index).
    """

    summary: str = ""
    intended_use: str = ""
    out_of_scope: str = ""
    training_data: str = ""
    bias: str = ""
    limitations: str = ""
    results: str = ""
    languages: tuple[str, ...] = ()
    license: str = ""
    base_models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    evaluation: tuple[Evaluation, ...] = ()


def card_text(folder: Path) -> str:
    """README.md of a model folder, at most 200,000 bytes of it; empty where there is none, or no text in it.

    A link is followed within the folder, or within the model's entry of Hugging Face's cache, as its links are.
    """
    path = folder / "README.md"
    home = folder.parent.parent if folder.parent.name == "snapshots" else folder
    try:
        if not path.is_file() or not path.resolve().is_relative_to(home.resolve()):
            return ""
        with path.open("rb") as file:
            return decoded(file.read(MAX_CARD_BYTES))
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return ""


def decoded(content: bytes) -> str:
    """A card's bytes as text; empty for what is none."""
    return "" if b"\0" in content else content[:MAX_CARD_BYTES].decode("utf-8-sig", "replace")


def parse_card(text: str) -> Card:
    """A card from README.md; whatever cannot be read of it is left out. It never raises."""
    front, prose = _split(text[:MAX_CARD_BYTES])
    data = front_matter(front)
    found = _prose(sections(prose))
    return Card(
        **{name: excerpt(blocks, MAX_EXCERPT) for name, blocks in found.items()},
        languages=_names([*languages_of(data.get("language"))]),
        license=_license(data),
        base_models=base_models_of({}, data),
        datasets=datasets_of(data),
        evaluation=evaluations_of({}, data),
    )


def front_matter(text: str) -> dict[str, Any]:
    """YAML as a mapping; empty where it is broken, too deep, or full of aliases."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = aliases = 0
        for event in yaml.parse(text, Loader=loader):
            aliases += isinstance(event, yaml.AliasEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or aliases > MAX_ALIASES:
                return {}
        found = yaml.load(text, Loader=loader)  # noqa: S506  one of the two safe loaders
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if isinstance(k, str)} if isinstance(found, dict) else {}


def _split(text: str) -> tuple[str, str]:
    """Front matter and what comes after it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return "", "\n".join(lines)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    return ("", "\n".join(lines)) if end is None else ("\n".join(lines[1:end]), "\n".join(lines[end + 1 :]))


def _prose(found: tuple[Section, ...]) -> dict[str, list[str]]:
    """Field → its blocks. What stands below an unknown heading belongs to the section that it is part of."""
    fields: dict[str, list[str]] = {}
    above: list[tuple[int, tuple[str, ...]]] = []
    for section in found:
        while above and above[-1][0] >= section.level:
            above.pop()
        around = above[-1][1] if above and above[-1][0] > 1 else ()  # the title's own words are of no section
        own = _fields_of(section.title)
        if own is None and section.level <= 1:
            own = () if fields.get("summary") else ("summary",)
        elif own is None or (own == ("summary",) and around):
            own = around
        above.append((section.level, own))
        for name in own:
            fields.setdefault(name, []).extend(section.blocks)
    return fields


def _fields_of(title: str) -> tuple[str, ...] | None:
    """None for a heading that is not in the table."""
    plain = re.sub(r"\[optional\]|[^\w\s]", " ", title.lower())
    plain = re.sub(r"^[\s\d.]+", "", " ".join(plain.split()))
    return next((names for *words, names in _FIELDS if any(re.search(w, plain) for w in words)), None)


def _license(data: Mapping[str, Any]) -> str:
    names = _names(data.get("license")) + _names(data.get("license_name"))
    return clip(next((n for n in names if n != "other"), names[0] if names else ""), MAX_NAME)


def _names(value: Any) -> tuple[str, ...]:
    found = (one_line(clip(n, MAX_NAME)) for n in as_list(value)[:MAX_NAMES] if isinstance(n, str))
    return tuple(dict.fromkeys(n for n in found if n))
