"""The parameters of a step, read from the words of its clause. Knows no column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import NoTaskFits
from .clauses import NAME, QUOTE, Clause
from .words import NUMBERS, POLARITY, word_set

_ABOUT = {
    "emotion": r"emotion|情绪",
    "toxicity": r"toxic|offensive|hate speech|毒性|辱骂",
    "spam": r"spam|垃圾",
    "irony": r"irony|sarcas|讽刺",
    "formality": r"formality",
    "intent": r"intent|意图",
    "topic": r"topic|话题",
}


def about(clause: Clause) -> dict[str, Any]:
    """What the labels are about."""
    return {"about": next((a for a, p in _ABOUT.items() if re.search(p, clause.text, re.I)), "topic")}


_INTO = re.compile(
    r"\b(?:is|are) (?:it|this|that|they|these|(?:each|every|the) \w+)(?: about)?\b"
    r"|\b(?:priority|category|label|class|grade|level|type|urgency|severity|topic)\s+(?:of|from)\b"
    r"|\b(?:into|as|among|between|whether|to|about|either|is|are|with labels?|with)\b|\blabels?\s*:|[:：]"
    r"|分[为成]|划分[为成]|归类?为|归[入到]|标注?为|标记为|分到|分类[为成]|标成|是(?!什么)|属于|为",
    re.IGNORECASE,
)
_LONGEST_LIST = 1000  # characters
_OR = re.compile(
    r"\s*(?:[,，、/;；]|\bor\b|\band\b|\bvs\.?(?=\s)|\bversus\b|或者?|和(?!解)|与|以及|还是)\s*", re.IGNORECASE
)
_LEAD = re.compile(
    r"^\W*(?:(?:the|a|an|one of|either|following|labels?|categor(?:y|ies)|class(?:es)?|groups?|topics?|being|it is|"
    r"they are|it's|each|is|are|about|in|of|by)\b\W*|以下|下列|标签|类别|几类|[两三四五]类|关于|属于|是)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\W*(?:\b(?:ones|reviews|tickets|categor(?:y|ies)|labels?|class(?:es)?|groups?|topics?)|这?[两三四五几]?[类种个]里?|等|的"
    r"|标签)?\W*$",
    re.IGNORECASE,
)


def candidate_labels(clause: Clause) -> tuple[list[str], Clause]:
    """The labels that a clause lists ("into billing, shipping or technical"), and the clause without them."""
    text = clause.text
    for match in list(_INTO.finditer(text))[:-9:-1]:
        items = [_label(clause, item) for item in _OR.split(text[match.end() : match.end() + _LONGEST_LIST])]
        labels = list(dict.fromkeys(i for i in items if i))
        if 2 <= len(labels) <= 50 and all(len(x) <= 60 and (x in clause.quotes or x.count(" ") < 4) for x in labels):
            return labels, clause.with_text(text[: match.end()])
    quotes = list(dict.fromkeys(clause.quotes))
    return (quotes, clause.with_text(re.sub(QUOTE, "", text))) if len(quotes) >= 2 else ([], clause)


def listed(words: str) -> list[str]:
    """The items of "a, b and c"."""
    return [item.strip() for item in _OR.split(words[:_LONGEST_LIST]) if item.strip()]


def _label(clause: Clause, item: str) -> str:
    if aside := re.search(f"{QUOTE}|{NAME}", item):
        return clause.asides.get(aside[0]).strip()[:60]
    return clause.words(_TAIL.sub("", _LEAD.sub("", item.strip()[:200]))).strip(" .,:")


_POLE = re.compile("|".join(POLARITY.values()) + "|mixed|[正负]面?|中性|积极|消极|[好差中]评", re.IGNORECASE)


def is_polarity(labels: Sequence[str]) -> bool:
    """True when every label is a word for negative, positive or neutral."""
    return bool(labels) and all(_POLE.fullmatch(x) for x in labels)


_TOPIC = re.compile(
    r"(?:\bto|\bwith|\bagainst|\babout|\bis|与|和|跟|同|像)\s*(?:the\s+(?:sentence|phrase|text|query)\s+|这?句?话?\s*)?"
    rf"(?P<to>{QUOTE})"
    rf"|(?P<only>{QUOTE})",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\b(?:similar(?:ity)?|close(?:ness|st|r)?|near(?:est)?|compared?)\b.{0,80}?\b(?:to|with|against)\s+(?P<en>.{2,200})$"
    r"|(?:与|和|跟|同)(?P<zh>.{2,80}?)的?(?:相似|接近|类似|相近)",
    re.IGNORECASE,
)


def sentence(clause: Clause) -> dict[str, Any]:
    """The sentence to compare with; NoTaskFits when the clause has none."""
    if match := _TOPIC.search(clause.text):
        return {"sentence": clause.asides.get(match["to"] or match["only"])}
    match = _PLAIN.search(clause.text)
    words = clause.words(match["en"] or match["zh"]) if match else ""
    if not words:
        raise NoTaskFits(f"{clause.words()!r}: similar to what?", hint="put the sentence in quotes: similar to '…'")
    return {"sentence": words}


_GAP = re.compile(r"\{\s*(?:[^\W\d]\w*)?\s*\}|…|\.\.\.|___+")


def template(clause: Clause) -> dict[str, Any]:
    """The quoted sentence with its gap written {value}; NoTaskFits when there is none."""
    text = next((q for q in clause.quotes if _GAP.search(q)), "")
    if not text:
        raise NoTaskFits(f"{clause.words()!r}: which sentence?", hint="put it in quotes: into '… {value} …'")
    return {"template": text if "{value}" in text else _GAP.sub("{value}", text, count=1)}


_GROUPS = re.compile(
    rf"(?<![0-9.])(?P<n>[0-9]{{1,2}}|{'|'.join(NUMBERS)})\s*[个种类组]?\s*(?:(?!(?:in|into|as|to)\b)\w+ )?"
    r"(?:themes?|clusters?|groups?|topics?|主题|类|组|簇)",
    re.IGNORECASE,
)


def groups(clause: Clause) -> dict[str, Any]:
    """How many groups: "into five themes"; nothing when the words do not say."""
    for match in _GROUPS.finditer(clause.text):
        number = int(match["n"]) if match["n"].isdecimal() else NUMBERS.get(match["n"].lower(), 0)
        if 2 <= number <= 50:
            return {"groups": number}
    return {}


_SENTENCE = 40  # tokens of a long one
_SENTENCES = re.compile(
    rf"(?:\b(?:in|to|into|at most|within|using|up to|no more than)|用|以|不超过|最多)\s*(?P<n>[0-9]{{1,2}}"
    rf"|a single|{'|'.join(NUMBERS)})\s*-?"
    r"(?:short |brief )?(?:sentences?\b|句话?)",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(?P<n>[0-9]{1,4})[\s-]*个?(?P<unit>words?|tokens?|字|词)", re.IGNORECASE)


def length(clause: Clause) -> dict[str, Any]:
    """The longest answer: "in at most 30 words"."""
    if match := _SENTENCES.search(clause.text):
        number = NUMBERS.get(match["n"].lower()) or (1 if match["n"].lower() in ("a", "a single") else int(match["n"]))
        return {"max_new_tokens": min(number * _SENTENCE, 2048)}
    match = _LENGTH.search(clause.text)
    if not match:
        return {}
    # 1.5: tokens a word, generously, in English; a Chinese character is about one token.
    factor = 1.5 if match["unit"].lower().startswith("word") or match["unit"] == "词" else 1
    return {"max_new_tokens": min(max(int(int(match["n"]) * factor), 1), 2048)}


_BY = {"paragraph": r"paragraph|段", "chunk": r"chunk|passage|piece|块", "sentence": ""}


def cut(clause: Clause) -> dict[str, Any]:
    """Where a text is cut, and how long a chunk may be."""
    by = next(name for name, words in _BY.items() if re.search(words, clause.text, re.IGNORECASE))
    size = _LENGTH.search(clause.text)
    words = {"words": min(max(int(size["n"]), 5), 10_000)} if size and by == "chunk" else {}
    return {"by": by} | words


_TOP = re.compile(
    rf"\b(?:top\s+|the\s+)?(?P<n>[0-9]{{1,2}}|{'|'.join(n for n in NUMBERS if n.isascii())})\s+(?:likeliest|best"
    rf"|candidates?|words?|guesses)\b"
    rf"|\bgive me (?P<me>[0-9]{{1,2}}|{'|'.join(n for n in NUMBERS if n.isascii())})\b"
    r"|(?P<zh>[0-9]{1,2}|[一二两三四五六七八九十]{1,3})个?(?:候选|词)",
    re.IGNORECASE,
)


def best(clause: Clause) -> dict[str, Any]:
    """How many words for a gap."""
    match = _TOP.search(clause.text)
    return {"top_k": _whole(match["n"] or match["me"] or match["zh"])} if match else {}


_FRAMES = re.compile(rf"(?P<n>[0-9]{{1,2}}|{'|'.join(NUMBERS)})\s*(?:frames?|stills|pictures|帧|张)", re.IGNORECASE)


def frames(clause: Clause) -> dict[str, Any]:
    """How many pictures are taken from a video."""
    match = _FRAMES.search(clause.text)
    return {"most": min(max(_whole(match["n"]), 1), 64)} if match else {}


_SECONDS = re.compile(r"(?P<n>[0-9]{1,3}(?:\.[0-9]+)?)[\s-]*(?P<unit>s\b|sec\w*|minutes?|min\b|秒|分钟)", re.IGNORECASE)


def seconds(clause: Clause) -> dict[str, Any]:
    """How long a sound is to be."""
    match = _SECONDS.search(clause.text)
    if not match:
        return {}
    minutes = match["unit"].lower().startswith("min") or match["unit"] == "分钟"
    return {"seconds": min(max(float(match["n"]) * (60 if minutes else 1), 0.1), 120.0)}


def _whole(word: str) -> int:
    return int(word) if word.isascii() and word.isdecimal() else NUMBERS[word.lower()]


_NAMED = re.compile(
    rf"\b(?:in|into|to|as)\s+(?:a|the)\s+(?:new\s+)?column\s+(?:called\s+|named\s+)?(?P<a>{NAME}|{QUOTE}|[^\W\d]\w*)"
    rf"|\b(?:call|name)\s+(?:it|them|the (?:new )?column)\s+(?P<b>{NAME}|{QUOTE}|[^\W\d]\w*)\W*$"
    rf"|\b(?:called|named)\s+(?P<c>{NAME}|{QUOTE}|[^\W\d]\w*)\W*$"
    rf"|\b(?:save|store|keep)\w*\b.{{0,20}}?\b(?:as|in|to)\s+(?:column\s+)?(?P<d>{NAME}|{QUOTE}|[^\W\d]\w*)\W*$"
    rf"|\bas\s+(?P<as>{NAME}|[a-z_]\w*)\W*$"
    rf"|[,，]?(?:存[为成到]|保存[为到]|命名为|叫做|叫作|取名为?|列名为?|记为|记作)\s*"
    rf"(?P<e>{NAME}|{QUOTE}|[^\W\d]\w{{0,40}}?)(?=列|\W*$)",
    re.IGNORECASE,
)
_NOT_A_NAME = word_set(
    "a an the it them text chart table bars bar line follows well usual title summary positive negative speech audio "
    "gallery grid possible needed short headline"
)


def output_name(clause: Clause, *, lists: bool) -> tuple[Clause, str]:
    """The clause without "as mood", and the name; `lists`: what follows "as" is a label, no name."""
    match = _NAMED.search(clause.text)
    if not match:
        return clause, ""
    mark = next(g for g in match.groups() if g)
    name = clause.asides.get(mark) if "\ue000" <= mark[0] <= "\uebff" else mark
    if name.lower() in _NOT_A_NAME or len(name) > 64 or (lists and match["as"]):
        return clause, ""
    return clause.with_text(clause.text[: match.start()] + clause.text[match.end() :]), name
