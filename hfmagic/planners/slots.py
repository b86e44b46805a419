"""What a clause says beside its subject: a question, a query, what to draw, what to look for. Knows no column."""

from __future__ import annotations

import re

from .clauses import ASIDE, NAME, QUOTE, Clause
from .media_words import IMAGE, IMAGE_ZH
from .mentions import is_han, singular
from .settings import listed
from .words import word_set

_THESE = r"(?:the|each|every|this|these|those|all(?: the)?|my|a|an|any|our)\s+"
_WHERE = re.compile(
    rf"\s*,?\s*\b(?:in|on|at|from|within)\s+(?:of\s+)?(?:{_THESE})*(?:{IMAGE}\b|{NAME})(?:\s*{NAME})?"
    rf"|\s*{NAME}(?!\s*[,，]?\s*[^\W\d])",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"[,，]?\s*\b(?:according to|based on|from|using|over|given|ask(?:ing)?)\s+(?:{_THESE})?(?:\w+"
    rf"|{NAME})(?=\s*(?:[,，]|$))[,，]?"
    r"|^\W*(?:please\s+)?(?:answer|ask)\b(?:\s+(?:the|this)\s+question)?\W*"
    r"|(?:根据|依据|从)[^,，]{1,16}?(?:回答|找出?)[:：]?\s*|的?答案\s*$",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    rf"(?:answers?|ask(?:ing)?|question|回答|提问|问|答案|query|match\w*|to).{{0,60}}?(?P<mark>{NAME}|{QUOTE})", re.I
)


def question_mark(clause: Clause) -> str:
    """The aside that holds the question: the first text in quotes, else the name after "answer"; empty for none."""
    if quotes := re.findall(QUOTE, clause.text):
        return str(quotes[0])
    found = _ANSWERED.search(clause.text)
    marks = re.findall(NAME, clause.text)
    return (
        found["mark"]
        if found and (len(marks) > 1 or not re.search(rf"\b(?:from|in|on|of)\s+{NAME}", clause.text))
        else ""
    )


def question(clause: Clause) -> str:
    """The question in a clause's own words, without where the answer is to be looked for."""
    text = clause.text if not is_han(clause.text) else re.sub(rf"\s*{NAME}\s*", "", clause.text)
    bare = re.sub(r"[,，]\s*$", "", _WHERE.sub("", _BY.sub(" ", text))).strip()
    words = clause.words(bare if len(bare.split()) > 2 or is_han(bare) else ASIDE.sub(" ", text))
    return words if words.endswith(("?", "？")) else words + ("？" if is_han(words) else "?")


_QUERY = re.compile(
    r"\b(?:relevan(?:ce|t)|answers?|match(?:es)?|fits?"
    r"|address(?:es)?)\b\s+(?:it is\s+)?(?:to\s+)?(?:the (?:question|query)\s+)?(?P<en>[^,]{3,200})$"
    r"|(?:与|和|跟|对|按|根据)(?P<zh>.{2,60}?)的?(?:相关|最能)",
    re.IGNORECASE,
)


def query(clause: Clause) -> str:
    """What texts are ranked by; empty when the clause does not say."""
    if clause.quotes:
        return clause.quotes[0]
    found = _QUERY.search(clause.text)
    return clause.words(found["en"] or found["zh"]) if found else ""


_OF = re.compile(
    rf"\b(?:{IMAGE})\s+(?:of|showing|that shows?|with|depicting|about|which shows?|representing"
    rf"|that represents)\s+(?P<en>.{{2,400}})$"
    r"|\b(?:sounds?|sound effects?)\s+of\s+(?P<sound>.{2,400})$",
    re.IGNORECASE,
)
_MAKE = re.compile(
    r"\b(?:draw|paint|sketch|imagine|illustrate|generate|create|make|compose|produce|play|write|design|render)\s+(?:me\s+|us\s+)?"
    r"(?P<verb>.{2,400})$"
    rf"|(?:生成|画|绘制|创作|作|做|谱|编|来)(?:出|一下)?(?:一?[张幅副])?(?P<zh>.{{2,200}}?)(?:的?(?:{IMAGE_ZH}|画作|插画|插图))?$",
    re.IGNORECASE,
)


def prompt(clause: Clause) -> str:
    """What is to be drawn or heard: the text in quotes, else what follows "a picture of"."""
    if clause.quotes:
        return max(clause.quotes, key=len)
    found = _OF.search(clause.text) or _MAKE.search(clause.text)
    return clause.words(next((g for g in found.groups() if g), "") if found else clause.text)


_LOOKED_FOR = re.compile(
    r"\b(?:find|detect|locate|spot|mark|highlight|outline|point out|look for|search for|box|check|where (?:is|are)|"
    r"show(?: me)?)\b(?:\s+(?:and|or)\s+(?:find|detect|locate|spot|mark|highlight|outline|box|count|list)\b)?\s+"
    r"(?:(?:me|if|whether|all|every|each|any|the|a|an|of|there|is|are|for|where)\b\s*)*(?P<en>.+?)"
    r"(?:\s+(?:is|are)?\s*(?:present|visible|shown)?\s*\b(?:in|on|from|at|within|inside|out of)\b|$)"
    r"|(?:里|中|上)面?的?(?P<zh>[^,，]{1,40}?)(?:在哪.*|的位置)?$|(?:检测|找出|找到|框出|框选|圈出|标出|定位)(?:[^,，]{0,8}[里中上]面?的?)?(?P<zh2>[^,，]{1,40})$",
    re.IGNORECASE,
)
_ANY_THING = word_set(
    "object thing item everything anything something what it them one there 物体 东西 物品 目标 内容 所有"
    " everyone part area"
)
_ONE = {"people": "person", "men": "man", "women": "woman", "children": "child", "buses": "bus", "knives": "knife"}
_FOUND_ZH = re.compile(
    r"^(?:检测|找出|找到|框出|框选|圈出|标出|定位|识别|出|所有|全部|每[个辆只]|有没有|的)+"
    r""
    r"|(?:的位置|都|出来|标出来|框出来)+$"
)


def things(clause: Clause) -> list[str]:
    """The things that a clause names to be found in pictures; empty when it names none."""
    if clause.quotes:
        return list(dict.fromkeys(clause.quotes))
    found = _LOOKED_FOR.search(clause.text)
    words = next((g for g in found.groups() if g), "") if found else ""
    items = [_thing(clause, w) for w in listed(words)]
    named = (i for i in items if i and i not in _ANY_THING and i.count(" ") < 4 and not i.startswith("find "))
    return list(dict.fromkeys(named))[:50]


def _thing(clause: Clause, words: str) -> str:
    words = _FOUND_ZH.sub("", clause.words(re.sub(NAME, "", words)))
    words = re.sub(r"^(?:(?:all|every|each|any|the|a|an|some|both)\s+)+", "", words, flags=re.IGNORECASE).strip()
    words = re.sub(r"\s+out$", "", words, flags=re.IGNORECASE)
    *front, last = words.split() or [""]
    last = _ONE.get(last.lower(), last if is_han(last) else singular(last))
    return " ".join([*front, last])


_SHOWN = re.compile(
    rf"\b{IMAGE}\s+(?:that |which |where )?(?:shows?|showing|contain(?:s|ing)?|has|have|having|with|of"
    rf"|depict(?:s|ing)?|"
    r"include(?:s|ing)?)\s+(?:(?:a|an|the|some|any)\s+)?(?P<en>[^,.;?!]{1,80})$"
    rf"|{IMAGE_ZH}(?:里|中|上)?面?(?:有|是|拍到了?|拍了|出现了?)(?P<zh>[^,，]{{1,20}})$"
    rf"|(?:拍到|有|包含|出现)了?(?P<zh2>.{{1,12}}?)的{IMAGE_ZH}",
    re.IGNORECASE,
)


def without_shown(clause: Clause) -> Clause:
    """The clause without what the pictures show."""
    return clause.with_text(_SHOWN.sub(" ", clause.text))


def shown(clause: Clause) -> str:
    """What the pictures that are asked for show: "a cat" without its article; empty when nothing is named."""
    found = _SHOWN.search(clause.text)
    words = clause.words(next((g for g in found.groups() if g), "")) if found else ""
    return _thing(clause, words) if words.count(" ") < 5 else ""
