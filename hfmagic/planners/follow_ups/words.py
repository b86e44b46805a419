"""The words of follow-ups that change the last plan, English and Chinese, as data; and what is said of a change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ...plan import Want
from ..words import TARGETS


def _words(pattern: str) -> re.Pattern[str]:
    """A pattern in which a space is any white space, and Latin words are whole ones."""
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)


def _chinese(word: str) -> str:
    """A comparison as Chinese says it: 更大, 大一点, 再大些."""
    return rf"(?:更|再|较|更加){word}(?:一?[点些]儿?)?|{word}一?[点些]儿?"


_NAMES = [name for names in TARGETS.values() for name in names.split("|")]
_ENGLISH, _CHINESE = ("|".join(n for n in _NAMES if n.isascii() == english) for english in (True, False))
_COMPARED: Mapping[Want, tuple[str, str]] = {
    "bigger": ("bigger|larger|heavier|big|large", _chinese("大")),
    "smaller": (
        "smaller|lighter|tinier|more compact|less heavy|small|tiny|little|lightweight|light",
        _chinese("[小轻]") + "|轻量级?|小(?=模型)",
    ),
    "faster": ("faster|quicker|speedier|less slow|fast|quick", _chinese("快")),
    "better": (
        "better|best|more (?:accurate|precise|powerful|capable)|stronger|smarter|higher[ -]quality",
        _chinese("(?:好|准确?|强|精确|精准|聪明)") + "|(?:精度|质量|准确率)更高",
    ),
    "multilingual": ("multilingual|multi-lingual|polyglot", "多语言|多语种|多国语言"),
    "other": ("another|different|alternative|some other|other", "另外?一个|别的|其[他它]|不同|另外的|换一?个(?=模型)"),
}
WANTS: Mapping[Want, re.Pattern[str]] = MappingProxyType(
    {
        want: _words(rf"(?:\b(?:(?:much|even|far|still|slightly|a (?:little|bit)) )?(?:{english})\b|(?:{chinese}))的?")
        for want, (english, chinese) in _COMPARED.items()
    }
)
"""What is wanted of a model → how that is said of it."""
MODEL = _words(r"\b(?:models?|one|checkpoints?|weights|llms?)\b|模型|权重")
"""What such words stand beside, at most MODEL_NEAR characters before it."""
MODEL_NEAR = 40
ONE_MODEL = _words(r"\b(?:an?|another|one)\b.{0,60}\b(?:model|one|checkpoint)\b|(?:一?个|另).{0,20}模型")
"""Limits that are said of one model, such as "use a Google model": they are meant for one step."""

NAMED = _words(
    r"(?P<lead>\b(?:(?:use|try|take|run|choose|pick|apply|using|with|via|switch to|change to|swap to|go with|swap in"
    r"|replace (?:it|that|this|the model) (?:with|by))\b ?(?:(?:it|that|this|again|once more)\b ?)?"
    r"(?:(?:with|using|by)\b ?)?(?:(?:the|an?)\b ?)?(?:models? )?)|(?:换成|改成|改用|换用|使用|试试|试一下|换"
    r"|用)\s*(?:模型)?\s*)"
    r"(?P<name>[A-Za-z][\w.\-]{0,95}(?:/[\w.\-]{1,95})?)(?P<end>(?:'s)?(?:\s+models?\b|\s*(?:的)?模型)?)"
)
"""A model called by its name."""
BARE = _words(r"^\W*(?P<name>[A-Za-z][\w.\-]{0,95}(?:/[\w.\-]{1,95})?)(?P<end>\s+models?)? instead\b")
"""The same as the first thing that is said: "bert instead"."""

WHY = _words(
    r"\b(?:(?P<what>(?:the|that|this|these|those|it|they)(?: [a-z]{2,20}){0,2}?)(?: (?:is|are|was|were|looks?"
    r"|seems?|takes?)|'s|'re) )?"
    r"(?:(?:a bit|much|way|far) )?(?:too|not|so|really|pretty|quite|bad|poor|wrong)(?: (?:slow|long|short|large"
    r"|big|small|heavy|weak"
    r"|good|bad|poor|wrong|accurate|enough|great|convincing|verbose))*(?=$|[,.;:!])"
    r"|(?P<zh>[\u3400-\u9fff]{2,8}?)?(?:太|不够|不太|有点|不)(?:慢|大|长|短|小|好|准确?|差|重|理想|啰嗦)了?(?=$"
    r"|[，。,；！])"
)
"""Why a change is wanted, before it: "the summaries are too long, …". It may say which step is meant."""
AGAIN = _words(
    r"\b(?:re-?run|re-?do|re-?peat|(?:run|do|try|make|start) (?:it|that|this|them|everything)|once more|one more time"
    r"|again|(?:the )?same(?: thing| plan| steps| again)?)\b"
    r"|再(?:来|跑|运行|执行|做|试)(?:一?[次遍下回])?|重新(?:跑|运行|执行|做|来|开始)?(?:一?[次遍下])?"
    r"|重[跑做来试]|照旧|同样再"
)
BACK = _words(
    r"\b(?:undo(?: (?:it|that|this|the (?:last|latest) (?:change|step|one|edit)))?|go back(?: to (?:the )?(?:last"
    r"|previous"
    r"|old|former|first)(?: (?:plan|model|one|version))?)?|revert(?: (?:it|that|this|the (?:last )?change))?"
    r"|take (?:that|it) back"
    r"|take back (?:that|it|the (?:last|latest) (?:change|step|edit))"
    r"|(?:back to|restore) (?:the )?(?:last|previous|old|former)(?: (?:plan|model|one|version))?)\b"
    r"|撤[销回](?:一[下步]|上一步|上次|刚才)?的?(?:刚才的?(?:修改|更改|改动))?|还原|恢复(?:原样|原来的?)?"
    r"|回到?上一[步个版](?:计划"
    r"|模型|版本)?|退回(?:去|上一步)?"
    r"|[换改]回(?:来|去|原来的?|之前的?|上一个)(?:模型|计划)?"
)
WITHOUT = _words(
    r"\b(?:without|skip(?:ping)?|omit|drop|remove|delete|leave out|get rid of|forget(?: about)?|no need for|no"
    r"|don't|do not"
    r"|never mind)(?: (?:make|draw|do|need|want))?(?: (?:the|an?|any|that|this))? (?P<what>[a-z][a-z \-]{1,40}?)"
    r"(?: (?:steps?|part|this time|any ?more|at all))*(?=$|[,.;!]| and | but )"
    r"|\bleave (?:(?:the|an?|that|this) )?(?P<out>[a-z][a-z \-]{1,40}?) out\b"
    r"|把?(?P<gone>[\u3400-\u9fff]{1,8}?)(?:[那这]?一?步骤?)?(?:就|都)?(?:不要|不用|去掉|删掉|跳过|省略|不需要"
    r"|取消)了?(?=$|[，。,；！])"
    r"|(?:不要|不用|不需要|不必|别|无需|去掉|去除|删[掉除]|跳过|略过|省[略去]|取消|不)(?:再|做|画|要|用)*"
    r"(?P<zh>[\u3400-\u9fff]{1,8}?)(?:[那这]?一?步骤?)?了?(?=$|[，。,；！])"
)
ELSEWHERE = _words(
    r"\b(?:(?:do|run|apply|repeat) )?(?:(?:it|that|this|exactly|all) )?(?:the )?(?:same(?: thing| plan| steps"
    r"| analysis)?"
    r"(?: again)?|again|repeat(?: (?:it|that|this))?|re-?run(?: (?:it|that|this))?|(?:do|run|try) (?:it|that|this))"
    r" (?:for|on|over|(?<=same\x20)with|to) (?P<what>(?:the |my |our )?`?[^\W\d][\w .\-]{0,60}?`?)(?=$|[,.;!?]"
    r"| instead)"
    r"|^(?:and |now )+(?:for|on|with) (?P<bare>(?:the |my |our )?`?[^\W\d][\w .\-]{0,60}?`?)(?=$|[,.;!?]| instead)"
    r"|(?:对|给|把|用|在)\s*(?P<zh>[`\w]{1,40}?)\s*(?:也|再|上)*(?:做|进行|执行|来|跑|处理|分析)?(?:同样|一样"
    r"|相同|这样)的?"
    r"(?:事情?|处理|操作|分析|步骤|做)?(?:一?[次遍])?"
    r"|(?:对|给|用|在)\s*(?P<more>[`\w]{1,40}?)\s*(?:也|再|上|重新)+(?:做|跑|来|试|执行)一?[次遍下]"
    r"|(?:同样|一样|相同|照样)的?(?:步骤|处理|操作|分析|流程|计划)?地?也?(?:应?用[在于到]|处理"
    r"|分析)\s*(?P<last>[`\w]{1,40}?)\s*[上里]?(?=$|[，。,；！吧])"
    r"|(?P<too>[`\w]{1,40}?)\s*也(?:来|做|跑|处理|分析|试)(?:一[遍次下])?(?=$|[，。,；！吧])"
)
ROWS = _words(r"^(?:each|every|all|any|only|just|those|these|per)\b|\b(?:ones|rows)\b|[每各]|所有|那些|部分")
"""What is no other thing to do the same with, but rows of the same."""
TARGET = _words(
    r"\b(?:for|in|on|of|when|while|doing|to|make|keep|limit|shorten|cut) (?:(?:the|each|every|all|my|our|do|make"
    r"|doing) )*(?P<what>[a-z][a-z \-]{2,40}?)"
    r"(?: (?:steps?|part|task))?(?=$|[,.;!?]| with | instead| please| but | and | again| this time| to )"
)

LONGER = _words(
    r"\b(?:make |keep )?(?:(?:it|them|that|those) )?(?:(?:a (?:bit|little)|much|even) )?longer\b|" + _chinese("长")
)
SHORTER = _words(
    r"\b(?:make |keep )?(?:(?:it|them|that|those) )?(?:(?:a (?:bit|little)|much|even) )?(?:shorter|briefer"
    r"|more concise)\b|" + _chinese("[短简]") + "|更简[短洁]"
)
AMOUNT = _words(
    r"(?:\b(?:in|with|to|use|at|of|make it|keep it|set) )?(?:\b(?:at most|up to|no more than|not more than"
    r"|max(?:imum)?(?: of)?"
    r"|under|below|within|about|around|only|exactly) |(?:最多|至多|不超过|控制在|限制?在?|大约|改成|改为|换成"
    r"|分成|分为|要))?\s*"
    r"(?P<n>[0-9]{1,4}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b"
    r"|[一二两三四五六七八九十]{1,2})[\s\-]*"
    r"(?P<unit>words?|tokens?|themes?|clusters?|groups?|topics?|frames?|stills|seconds?|guesses|candidates"
    r"|个?字|个?词|[个种类]?主题|[个种]?[类组簇]|[个张]?画面|帧|秒|个候选)(?: (?:long|or less|or fewer|each"
    r"|at most|max))*(?:以内|以下|左右)?"
)
INTO = _words(
    rf"(?:\btranslat(?:e|ed|ion) (?:(?:it|them|that|all) )?)?\b(?:into|to|in) (?P<en>{_ENGLISH})"
    rf"\b|(?:[改换](?:成|为|译成|用)|而是译?成?|改?翻?译成)(?P<zh>{_CHINESE})"
)
RATHER = _words(r"\b(?:instead|rather|this time|not)\b|[改换]|而是|这次")
SETTING = _words(
    r"(?:\b(?:with|set|use|using|at|change|make|put)\b )?(?:\b(?:the|an?) )?(?P<name>[a-z][a-z_ ]{2,30}?)"
    r"\s*(?:=|:| of | to | at | is |设[为成]|改[为成]|调[到成]|为)?\s*(?P<value>-?[0-9]+(?:\.[0-9]+)?)(?![\w%])"
)
FILLERS = _words(
    r"\b(?:never mind|(?:swap|replace|change|exchange|restrict|limit|keep) (?:(?:it|that|this|the model) )?(?:for"
    r"|with|by|to)"
    r"|something|anything|there|perhaps|maybe|for this|like|(?:can|could|should) we|is|i'd like"
    r"|please|now|then|but|and|instead|this time|though|just|only|(?:can|could|would) you|let's|let us|rather"
    r"|thanks"
    r"|thank you|ok(?:ay)?|it|that|this|them|for me|also|try|use|run|with|using|do|take|pick|choose|switch to"
    r"|change to|get"
    r"|want|need|prefer|i'd|i|we|an?|the|some|models?|ones?|checkpoints?|llms?|to|by|by using|go for|swap in|so"
    r"|hmm|no|actually)\b"
    r"|有没有|能不能|可不可以|可以|能否|能|有|[吗么嘛啊呀]|请|吧|了|一下|呢|但是?|不过|只|这次|现在|也|就|好的?"
    r"|麻烦|帮我|把|它们?|这个?|那个?|的|使用|[换改](?:成|用"
    r"|为)?|[一]?个|模型|权重|试一?试|试|来|去|做|要|想|我|给|对|"
    r"用|步骤|一?步|成|并且?|再|[\s,，.。;；:：!！?？、'’]"
)
"""Words that a follow-up may have beside what it says; where others are left, it is a request of its own."""

STEP_WORDS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        word: re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE)
        for word, english, chinese in (
            ("summary", r"summar\w*|abstracts?|digests?|shorten\w*", "摘要|总结|概括|概要"),
            ("translation", r"translat\w*", "译文|翻译"),
            (
                "label",
                r"label\w*|tags?|tagging|classif\w*|categori\w*|sentiments?|emotions?|topics?|mood",
                "情感(?:分析|分类)?|情绪(?:分析)?|标签|分类|标注|话题|打标",
            ),
            ("transcript", r"transcri\w*|speech recognition|asr", "转写|转录|听写|语音识别|文字稿"),
            ("entities", r"entit\w*|ner|names", "实体|人名"),
            ("answer", r"answer\w*|repl\w*|questions?|generat\w*|writing|responses?", "回答|回复|问答|生成"),
            ("caption", r"caption\w*|describ\w*|descriptions?", "描述|说明|配文|图说"),
            ("objects", r"objects?|detect\w*|boxes", "物体|目标检测|检测"),
            ("embedding", r"embed\w*|vectors?", "向量|嵌入"),
            ("similarity", r"similarit\w*", "相似度"),
            ("relevance", r"relevance|rank\w*", "相关[性度]|排序"),
            ("speech", r"speech|voices?|read\w* aloud|tts", "朗读|配音|语音合成"),
            ("image", r"images?|pictures?|draw\w*", "图[像片]|画"),
            ("segments", r"segment\w*", "分割"),
            ("masks", r"masks?", "掩[码膜]"),
            ("depth", r"depths?", "深度"),
            ("chart", r"charts?|plot\w*|graphs?|diagrams?|histograms?|figure", "图表?|画图|作图|绘图"),
            ("query", r"quer(?:y|ies)|count\w*|aggregat\w*|numbers", "统计|计数|查询|汇总"),
            ("selected", r"filter\w*|selection", "筛选|过滤"),
            ("theme", r"themes?|cluster\w*|group\w*", "主题|聚类|分组"),
            ("language", r"languages?|language detection", "语言|语种"),
            ("redacted", r"redact\w*|anonymi[sz]\w*", "脱敏|匿名"),
            ("parts", r"split\w*|parts", "切分|分段"),
            ("word", r"gaps?|fill\w*", "填空"),
            ("sound", r"music|sounds?", "音乐|声音"),
        )
    }
)
"""The word of a task's output (`TaskSpec.word`) → how a step of it is spoken of."""

TARGET_ZH = re.compile(
    rf"(?:给|对|为|在|把)?(?:{'|'.join(f'(?:{p.pattern})' for p in STEP_WORDS.values())})+"
    "(?:时|的时候|部分|任务|[那这]?一?步骤?|用的|的)?",
    re.IGNORECASE,
)

NOTES = MappingProxyType(
    {
        "bigger": ("{1}: a model bigger than {0} is looked for", "{1}：另找比 {0} 更大的模型"),
        "smaller": ("{1}: a model smaller than {0} is looked for", "{1}：另找比 {0} 更小的模型"),
        "faster": ("{1}: a model faster than {0} is looked for", "{1}：另找比 {0} 更快的模型"),
        "better": ("{1}: a model better than {0} is looked for", "{1}：另找比 {0} 更好的模型"),
        "other": ("{1}: another model than {0} is looked for", "{1}：另找不同于 {0} 的模型"),
        "multilingual": ("{1}: a multilingual model instead of {0} is looked for", "{1}：改找多语言模型，代替 {0}"),
        "model": ("{1}: {0} is used instead", "{1}：改用 {0}"),
        "which": ("no step is named: {0} is meant, the last one with a model", "没有指明步骤，按最后的 {0} 处理"),
        "limits": ("{0}: limits as asked", "{0}：按要求限制模型"),
        "again": ("the last plan again", "再次运行上一个计划"),
        "back": ("the plan as it was before", "恢复到之前的计划"),
        "without": ("without {0}", "去掉 {0}"),
        "with-it": ("without {0}, which needs it", "连同依赖它的 {0} 一起去掉"),
        "over": ("the same over {0}", "对 {0} 做同样的处理"),
        "column": ("{0} is read for {1}", "用 {0} 代替 {1}"),
        "set": ("set: {0}: {1} = {2}", "设置：{0}：{1} = {2}"),
        "unmet": ("nothing {0} for {1} under the limits{2}: {3} is used", "在限制之内，{1} 没有{0}模型{2}，仍用 {3}"),
    }
)  # fmt: skip
"""key → what is said of a change, in English and in Chinese."""
