"""The sentences of an answer, in English and Chinese. Data only.

No spaces around the gaps of a Chinese sentence: `fill` puts one between a Chinese character and a letter or digit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "zh"]

_EN = {
    "all": "{count} {noun}",
    "selected": "the {count} selected {noun}",
    "parts": "{count} parts of {whole}",
    "labels": "{first} of {whole} {verb} {label}{others}.",
    "other": ", {count} {label}",
    "more": " and {count} more",
    "each": "{whole}: {labels}.",
    "label": "It is {label} ({score}).",
    "unscored": "It is {label}.",
    "answer": "The answer is {label} ({score}).",
    "unscored-answer": "The answer is {label}.",
    "no-answer": "It gives no answer.",
    "found": "{count} found in {whole}: {labels}.",
    "found-one": "{count} found: {labels}.",
    "nothing": "Nothing was found in {whole}.",
    "nothing-one": "Nothing was found.",
    "unnamed": "{count} parts",
    "pictures": "{count} pictures for {whole}.",
    "cut": "{count} parts out of {whole}.",
    "picture": "A picture of {width} × {height} pixels.",
    "ranked": "Row {row} answers it best ({score}){text}.",
    "languages": "{first} of {whole} {verb} in {label}{others}.",
    "themes": "{whole} fall into {groups} themes; the largest {verb} {labels}.",
    "theme": "{whole} form one theme, {labels}.",
    "pair": "{name} ({value})",
    "number": "{name}: {value}.",
    "closest": "Closest to {sentence} is row {row} ({score}){text}.",
    "text": ": {text}",
    "texts": "{count} {word} for {whole}; the first: {text}.",
    "titled": "{title}: {text}",
    "embeddings": "{whole} became embeddings of {size} numbers.",
    "sounds": "{count} recordings for {whole}, {seconds} s in all.",
    "sound": "A recording of {seconds} s.",
    "kept": "{count} of {whole} {verb} selected.",
    "sorted": "{whole} sorted by {name}, from {first} to {last}.",
    "top": "The first {count} of {whole} by {name}, from {first} to {last}.",
    "first": "The first of {whole} by {name} is {row} ({first}).",
    "tied": " The labels score the same: the model cannot tell them apart.",
    "none": "No row came out.",
    "rows-word": "Rows",
    "per": "{values} per {keys}: {pairs}{others}.",
    "most": "Most per {keys}: {pairs}{others}.",
    "rejected": "{count} of {whole} had no result ({reasons}).",
    "failed": "Step {number} ({task}) failed: {line}.",
    "skipped": "Not run: {tasks}.",
    "interrupted": "Stopped before the end; what was finished is kept.",
    "and": " and ",
    "comma": ", ",
    "stop": ".",
    "titles": "title, titles; summary, summaries; transcript, transcripts; text, texts; translation, translations;"
    " caption, captions; answer, answers",
}
_ZH = {
    "all": "{count}条{noun}",
    "selected": "选出的{count}条{noun}",
    "parts": "{whole}的{count}个部分",
    "labels": "{whole}中，{first}条为{label}{others}。",
    "other": "，{count}条为{label}",
    "more": "，另有{count}项",
    "each": "{whole}：{labels}。",
    "label": "结果是{label}（{score}）。",
    "unscored": "结果是{label}。",
    "answer": "答案是{label}（{score}）。",
    "unscored-answer": "答案是{label}。",
    "no-answer": "没有给出答案。",
    "found": "{whole}中找到{count}处：{labels}。",
    "found-one": "找到{count}处：{labels}。",
    "nothing": "{whole}中没有找到。",
    "nothing-one": "没有找到。",
    "unnamed": "{count}个部分",
    "pictures": "为{whole}生成{count}张图片。",
    "cut": "{whole}分成{count}个部分。",
    "picture": "一张{width}×{height}像素的图片。",
    "ranked": "第{row}行最符合（{score}）{text}。",
    "languages": "{whole}中，{first}条的语言为{label}{others}。",
    "themes": "{whole}归为{groups}个主题，最大的是{labels}。",
    "theme": "{whole}归为一个主题：{labels}。",
    "pair": "{name}（{value}）",
    "number": "{name}：{value}。",
    "closest": "与{sentence}最接近的是第{row}行（{score}）{text}。",
    "text": "：{text}",
    "texts": "{whole}得到{count}{word}，第一{word[0]}：{text}。",
    "titled": "{title}：{text}",
    "embeddings": "{whole}各得到{size}维向量。",
    "sounds": "为{whole}生成{count}段语音，共{seconds}秒。",
    "sound": "一段{seconds}秒的语音。",
    "kept": "{whole}中选出{count}条。",
    "sorted": "{whole}按{name}排序，从{first}到{last}。",
    "top": "{whole}按{name}排序的前{count}条，从{first}到{last}。",
    "first": "{whole}按{name}排序，第一条是{row}（{first}）。",
    "tied": "各标签得分相同：模型分不清它们。",
    "none": "没有符合条件的行。",
    "rows-word": "行数",
    "per": "各{keys}的{values}：{pairs}{others}。",
    "most": "按{keys}计，最多的是{pairs}{others}。",
    "rejected": "{whole}中，{count}条没有结果（{reasons}）。",
    "failed": "第{number}步（{task}）失败：{line}。",
    "skipped": "未运行：{tasks}。",
    "interrupted": "提前停止；已完成的部分保留。",
    "and": "和",
    "comma": "、",
    "stop": "。",
    "titles": "标题, 个标题; 摘要, 段摘要; 文字记录, 段文字记录; 文本, 段文本; 译文, 段译文;"
    " 图片说明, 条图片说明; 回答, 个回答",
}
WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType({"en": _EN, "zh": _ZH})


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template with its gaps filled; a space stands between a Chinese character and a letter or digit."""
    found = ""
    for literal, gap, *_ in Formatter().parse(template):
        found = _beside(found, literal)
        if gap is not None:
            found = _beside(found, str(Formatter().get_field(gap, (), values)[0]))
    return found


def _beside(left: str, right: str) -> str:
    ends = f"{left[-1:]}{right[:1]}"
    apart = re.fullmatch("[A-Za-z0-9][\u3400-\u9fff]|[\u3400-\u9fff][-A-Za-z0-9]", ends)
    return f"{left} {right}" if apart else left + right
