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
    "language": "It is in {name} ({score}).",
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
    "highest": "The highest {name} of {whole}: {row} ({first}).",
    "lowest": "The lowest {name} of {whole}: {row} ({first}).",
    "counted": "{count} of {whole}.",
    "counted-label": "{count} of {whole} {verb} {label}.",
    "counted-all": "{whole} in all.",
    "group-most": "{row} has the most: {value} of {whole}.",
    "group-fewest": "{row} has the fewest: {value} of {whole}.",
    "group-highest": "{row} has the highest {name}: {value}.",
    "group-lowest": "{row} has the lowest {name}: {value}.",
    "tied": " The labels score the same: the model cannot tell them apart.",
    "none": "No row came out.",
    "rows-word": "rows",
    "share-word": "share",
    "avg-word": "average {name}",
    "median-word": "median {name}",
    "sum-word": "total {name}",
    "max-word": "highest {name}",
    "min-word": "lowest {name}",
    "per": "{values} per {keys}: {pairs}{others}.",
    "most": "Most per {keys}: {pairs}{others}.",
    "rejected": "{count} of {whole} had no result ({reasons}).",
    "failed": "Step {number} ({task}) failed: {line}.",
    "skipped": "Not run: {tasks}.",
    "interrupted": "Stopped before the end; what was finished is kept.",
    "interrupted-at": "Stopped before the end, after {count} of {whole}; what was finished is kept.",
    "phrased": "In the words of {name}; numbers and names checked against the steps.",
    "unphrased": "{name} did not phrase this: {reason}.",
    "untold": "it does not say what step {what} found",
    "refused": "it wrote “{what}”, which no step gave",
    "would-share": "Not phrased yet: {name} would be sent the lines below, none was."
    " %hf go --share-results sends them; headless: --approve {hash}",
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
    "language": "语言是{name}（{score}）。",
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
    "highest": "{whole}中{name}最高的是{row}（{first}）。",
    "lowest": "{whole}中{name}最低的是{row}（{first}）。",
    "counted": "{whole}中有{count}条。",
    "counted-label": "{whole}中有{count}条为{label}。",
    "counted-all": "共{whole}。",
    "group-most": "最多的是{row}：{whole}中的{value}条。",
    "group-fewest": "最少的是{row}：{whole}中的{value}条。",
    "group-highest": "{name}最高的是{row}：{value}。",
    "group-lowest": "{name}最低的是{row}：{value}。",
    "tied": "各标签得分相同：模型分不清它们。",
    "none": "没有符合条件的行。",
    "rows-word": "行数",
    "share-word": "占比",
    "avg-word": "{name}的平均值",
    "median-word": "{name}的中位数",
    "sum-word": "{name}的总和",
    "max-word": "{name}的最大值",
    "min-word": "{name}的最小值",
    "per": "各{keys}的{values}：{pairs}{others}。",
    "most": "按{keys}计，最多的是{pairs}{others}。",
    "rejected": "{whole}中，{count}条没有结果（{reasons}）。",
    "failed": "第{number}步（{task}）失败：{line}。",
    "skipped": "未运行：{tasks}。",
    "interrupted": "提前停止；已完成的部分保留。",
    "interrupted-at": "提前停止，{whole}中已完成{count}条；已完成的部分保留。",
    "phrased": "由{name}表述；数字和名称已与各步核对。",
    "unphrased": "{name}未表述此答案：{reason}。",
    "untold": "没有说出步骤{what}的结果",
    "refused": "其中的“{what}”不是任何一步的结果",
    "would-share": "尚未表述：将发送给{name}的只有下面的内容，现在还没有发送。"
    "%hf go --share-results 即发送；无界面时：--approve {hash}",
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
