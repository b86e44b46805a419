"""What a plan tells its reader, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

NOTES = MappingProxyType(
    {
        "column": ("the column {0} is taken: the only one that fits", "使用列 {0}：唯一合适的列"),
        "taken": ("{0} exists, so {1} is made", "{0} 已存在，改用 {1}"),
        "transcribed": ("{0} is transcribed first", "先转写 {0}"),
        "described": ("{0} is put into words first", "先把 {0} 变成文字"),
        "frames": ("pictures are taken from {0} first", "先从 {0} 取出画面"),
        "target": ("no language is named, so it is translated into {0}", "没有指明语言，译成 {0}"),
        "apart": ("pictures of {0} are told from pictures of something else", "区分是否拍到 {0}"),
        "implied": ("{0} is not there yet, so it is found first", "还没有 {0}，先得出它"),
        "about": ("no labels are named, so {0} is taken", "没有指明标签，按 {0} 处理"),
        "unused": ("left out: {0}", "未使用：{0}"),
        "not-run": ("left out: {0}, which hfmagic does not run: {1}", "未使用：{0}，hfmagic 不运行它：{1}"),
        "no-step": ("no step for the model {0}", "没有步骤使用模型 {0}"),
        "kept": ("only the rows that {0!r} asks for are in the result", "结果中只有“{0}”所指的行"),
        "held": ("{0!r} is looked for in the column {1}", "在列 {1} 中找“{0}”"),
        "copy": ("using {0}, downloaded {1}", "使用 {1} 下载的 {0}"),
        "away": ("{0}: choosing among the {1} models on this machine", "{0}，从本机的 {1} 个模型中选择"),
        "unpicked": ("models are picked by their score: {0}", "按分数选择模型：{0}"),
        "unrecorded": ("no plan is recorded for this request: planned by rules", "此请求没有记录的计划，改由规则规划"),
        "filled": ("{0} in the request is “{1}”", "请求中的 {0} 是“{1}”"),
        "trait": ("texts that are {0} are told from all others", "区分是否“{0}”"),
        "fits": (
            "only a sentence in the request can be compared with: how well each text fits {0} is found instead",
            "只能与请求中的句子比较：改为找出每条文本与 {0} 的相关程度",
        ),
        "mark": ("no {0} chart is drawn here: bars show the same", "这里不画{0}图：用柱状图表示"),
        "shared": ("{0} redacted rows were shared with {1}", "已把 {0} 行脱敏数据发给 {1}"),
        "unshared": ("planned by {0}: no rows were shared", "由 {0} 规划：没有发送任何行"),
        "moderated": (
            "what {0} gives is looked at by {1}; what it finds {2} is withheld",
            "{0} 的结果由 {1} 检查：判为 {2} 的不显示",
        ),
        "one": ("{0} is one value: there is nothing to group", "{0} 只有一个值，无法分组"),
    }
)
"""key → what is said in English and in Chinese; {0}, {1} are names."""


def told(notes: Sequence[tuple[str, tuple[str, ...]]], language: str) -> tuple[str, ...]:
    """The notes in the words of a language, each once."""
    side = int(language == "zh")
    return tuple(dict.fromkeys(NOTES[key][side].format(*words) for key, words in notes))
