"""How a request names what an earlier part gave, without saying its verb: "the reply", "the list", "the story"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_POINTED = r"\b(?:the|this|that|your|its|their|these|those) (?:\w+ )?"
NAMED: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        doing: re.compile(rf"{_POINTED}(?:{english})\b|(?:这|那|该|上述)[个段份条]?(?:{chinese})", re.IGNORECASE)
        for doings, english, chinese in (
            ("look page answer", "repl(?:y|ies)|answers?|findings?", "答案|回答"),
            ("chat", "repl(?:y|ies)|responses?|conversation|dialogue", "回复|对话"),
            ("detect", "objects?|list|items|boxes", "物体|物品|目标"),
            ("see hear table", "class(?:es)?|categor(?:y|ies)|labels?", "类别|分类"),
            ("hear", "emotion|mood|command|sound", "情绪|命令"),
            ("write", "stor(?:y|ies)|poem|tale|paragraph|article|essay|script", "故事|诗|文章|短文"),
            ("transcribe", "transcript(?:ion)?|spoken (?:words|text)", "文字稿|转写"),
            ("caption", "captions?|descriptions?", "描述|说明"),
            ("summarize", "summar(?:y|ies)|gist", "摘要|总结"),
            ("translate", "translations?", "译文|翻译"),
            ("entities", "entit(?:y|ies)|names|keywords", "实体|名字|关键词"),
        )
        for doing in doings.split()
    }
)
"""Doing → what its result is called."""
