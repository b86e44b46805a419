"""What was mended in an LLM's plan, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from ...errors import clip, one_line

REPAIRS = MappingProxyType(
    {
        "name": ("{0} is read as {1}", "{0} 读作 {1}"),
        "column": ("{0} gives {1} no {2}, so the column {3} is taken", "{0} 不能给 {1} 提供 {2}，改用列 {3}"),
        "order": ("step {0} is done before the steps that read it", "第 {0} 步提前到使用它的步骤之前"),
        "twice": ("step {0} repeats another one and is left out", "第 {0} 步与前面重复，已略去"),
        "unused": ("step {0} gives what nothing reads and is left out", "第 {0} 步的结果没有用到，已略去"),
        "field": ("{0} of step {1} says nothing there and is left out", "第 {1} 步的 {0} 没有意义，已略去"),
        "value": ("{0} is read as {1}, which {2} can be", "{0} 读作 {1}，{2} 的取值之一"),
        "invented": (
            "a condition on {0} is left out: the request says no {1}",
            "略去 {0} 的条件：请求未提到 {1}",
        ),
        "unasked": ("step {0} ({1}) is left out: no words ask for it", "略去第 {0} 步（{1}）：请求没有提出"),
        "sure": (
            "planned by rules: a model of the size of {0} is asked where they have no plan (HFMagic.planner_trust)",
            "由规则规划：{0} 这种大小的模型只在规则没有计划时才问（HFMagic.planner_trust）",
        ),
        "asked": ("the model was asked about one field: {0}", "已就一个字段询问模型：{0}"),
        "rules": ("the plan of {0} was not usable ({1}); planned by rules", "{0} 的计划不可用（{1}），改由规则规划"),
    }
)
"""key → what is said; {0}… are names."""
_MOST = 120  # characters of a name or an error: the cause of one stands at its end, after the planner and its host


def mended(found: Sequence[tuple[str, tuple[str, ...]]], language: str) -> tuple[str, ...]:
    """The repairs in the words of a language, each once."""
    side = int(language == "zh")
    words = ((key, tuple(clip(one_line(w), _MOST) for w in words)) for key, words in found)
    return tuple(dict.fromkeys(REPAIRS[key][side].format(*words) for key, words in words))
