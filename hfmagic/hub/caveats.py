"""What to mind about a model before it is chosen, from its facts and front matter. Asks nobody, rejects nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ..data_profile import Profile
from ..errors import clip, one_line
from ..limits import STRICTNESS
from ..tasks.languages import code_in, is_language, language_name
from .card import Card
from .chain import chain, strictest
from .facts import ModelFacts

OLD_DAYS = 3 * 365
MAX_WORDS = 180  # characters of a warning

# English words, which count whole, and Chinese ones, which count wherever they stand.
_DOMAINS: Mapping[str, tuple[str, str]] = {
    "social media": (r"tweets?|twitter|weibo|reddit|tiktok|social ?media", "推特|微博|社交媒体|小红书"),
    "reviews": (r"reviews?|imdb|yelp|sst2?|rotten tomatoes|amazon polarity", "评论|评价|点评|影评"),
    "finance": (r"finance|financial|finbert|stocks?|banking|earnings|phrasebank", "金融|财经|股票|银行"),
    "biomedical": (
        r"biomedical|biomedicine|biobert|clinical|medical|medicine|pubmed|mimic|patients?",
        "医学|医疗|临床|病历|患者",
    ),
    "legal": (r"legal|law|courts?|contracts?|statutes?|eurlex", "法律|法院|合同|判决"),
    "code": (r"source ?code|programming|github|codebert|codesearchnet", "代码|编程"),
    "news": (r"news|cnn|xsum|headlines?", "新闻|报道"),
    "science": (r"scientific|scibert|arxiv|scholar", "论文|科研|学术"),
}
"""How a domain is named: in tags, ids of models and datasets, stated uses, and in a user's request and columns."""

_ABOUT: Mapping[str, str] = {
    "text-generation": r"generat|factual|chat|生成|对话",
    "summarization": r"summar|摘要|总结",
    "translation": r"translat|翻译",
    "text-classification": r"classif|sentiment|label|分类|情感",
    "zero-shot-classification": r"classif|label|分类",
    "token-classification": r"entit|named|extract|实体|抽取",
    "question-answering": r"question|answer|问答",
    "feature-extraction": r"embed|retriev|search|similar|检索|相似",
    "sentence-similarity": r"embed|retriev|search|similar|检索|相似",
    "automatic-speech-recognition": r"transcri|speech|转写|语音",
    "text-to-speech": r"voice|speech|imperson|语音|声音",
    "text-to-image": r"image|picture|photo|likeness|图像|图片",
    "image-classification": r"classif|image|face|人脸|图像|分类",
    "object-detection": r"detect|surveil|检测|监控",
}
"""How an out-of-scope statement speaks of a task."""


def domains_of(*texts: str) -> frozenset[str]:
    """The domains that words name, such as "finance"; empty where they name none. English and Chinese."""
    words = " ".join(re.sub(r"[\W_]+", " ", text.lower()) for text in texts)
    return frozenset(
        name
        for name, (english, chinese) in _DOMAINS.items()
        if re.search(rf"\b(?:{english})\b", words) or re.search(chinese, words)
    )


def card_warnings(
    facts: ModelFacts,
    profile: Profile,
    task: str,
    *,
    card: Card | None = None,
    lineage: Sequence[ModelFacts] = (),
    about: Iterable[str] = (),
    today: date | None = None,
) -> tuple[str, ...]:
    """What a user should know, the gravest first, each at most 180 characters.

    Args:
        profile: of the column that the step reads.
        card: where it was read; a choice among many models reads none.
        lineage: what is known of the models that it was made from.
        about: words that say what the user's data is about (the request, names of columns); without any, or where
            they name no domain, nothing is said of the domain.
    """
    found = (
        _language(facts, card, profile.language),
        _out_of_scope(card, task),
        _domain(facts, card, about),
        _license(facts, lineage),
        "gated: its owner lets in who asks" if facts.gated else "",
        _figures(facts),
        _age(facts, today or date.today()),
    )
    return tuple(clip(one_line(words), MAX_WORDS) for words in found if words)


def _language(facts: ModelFacts, card: Card | None, language: str) -> str:
    """Only codes that mean a language count; "multilingual" is any."""
    stated = facts.languages or (card.languages if card else ())
    codes = [code for code in stated[:200] if is_language(code)]
    if not language or not codes or "multilingual" in stated or code_in(language, codes) is not None:
        return ""
    named = ", ".join(dict.fromkeys(language_name(code) for code in codes[:4])) + (" …" if len(codes) > 4 else "")
    return f"your texts are {language_name(language)}; it says it was made for {named}"


def _out_of_scope(card: Card | None, task: str) -> str:
    pattern = _ABOUT.get(task)
    if card is None or pattern is None:
        return ""
    sentences = re.split(r"(?<=[.!?。！？])\s*|\n", card.out_of_scope)
    said = next((s for s in sentences if re.search(pattern, s, re.IGNORECASE)), "")
    return f"its card says out of scope: {said.lstrip('• ')}" if said else ""


def _domain(facts: ModelFacts, card: Card | None, about: Iterable[str]) -> str:
    yours = domains_of(*about)
    its = domains_of(*_stated(facts, card)) if yours else frozenset()
    if not its or its & yours:
        return ""
    return f"made for {' and '.join(sorted(its))}; your request is about {' and '.join(sorted(yours))}"


def _stated(facts: ModelFacts, card: Card | None) -> Iterator[str]:
    yield facts.model_id.partition("/")[2] or facts.model_id
    yield from facts.tags
    yield from facts.datasets
    if card is not None:
        yield card.intended_use


def _license(facts: ModelFacts, lineage: Sequence[ModelFacts]) -> str:
    own, *others = chain(facts, lineage)
    if not facts.license:
        return "it states no license"
    worst = strictest(link.license_class for link in others if link.known) if any(k.known for k in others) else None
    if worst is None or STRICTNESS.index(worst) <= STRICTNESS.index(own.license_class):
        return ""
    base = next(link for link in others if link.known and link.license_class == worst)
    return f"{own.license}, but made from {base.model_id}: {base.license or 'no license stated'} ({worst})"


def _figures(facts: ModelFacts) -> str:
    if not facts.evaluations or any(e.verified for e in facts.evaluations):
        return ""
    return "its figures are its owner's word: none is verified"


def _age(facts: ModelFacts, today: date) -> str:
    days = days_since(facts.modified or facts.created, today)
    return f"last changed {days // 365} years ago" if days is not None and days > OLD_DAYS else ""


def days_since(day: str, today: date) -> int | None:
    """Days since an ISO 8601 day; None where it is none."""
    try:
        return (today - date.fromisoformat(day[:10])).days
    except ValueError:
        return None
