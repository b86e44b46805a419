"""What English and Chinese words ask of texts and tables beside labels and summaries: intent → patterns, as data."""

from __future__ import annotations

import re
from types import MappingProxyType

from .clauses import NAME, QUOTE
from .words import spoken_names

_NAMES = (
    r"(?:names?(?: of)?|people|persons?|places?|locations?|organi[sz]ations?|compan(?:y|ies)|cities|countries|dates|"
    r"phone numbers?|e-?mail addresses)"
)
_PERSONAL = (
    r"(?:(?:people'?s |personal |customer )?names|phone numbers?|telephone numbers?|e-?mail addresses|contact details|"
    r"personal (?:data|information|details|info)|pii|sensitive (?:data|information))"
)
_REACHES = (
    r"(?:links|urls|web addresses|(?:credit |bank )?card numbers|ibans?|bank accounts?|ip addresses|"
    r"e-?mails (?:and|or) (?:tele)?phone)"
)
_MAILS = r"(?:all |the |any |every )*e-?mails?\s+(?:from|in|within|out of)\s+(?!\w+@)"
_REACHES_ZH = (
    "(?:(?:电话|手机|座机|身份证)号?码?|(?:电子)?邮箱(?:地址)?|(?:电子)?邮件地址|(?:银行|信用)卡号?|链接|网址|IP ?地址)"
)
_CALLED_ZH = "(?:姓名|人名|名字|个人信息|隐私信息?|敏感信息)"
_TAKE_OUT_ZH = "(?:去掉|去除|删除|删掉|隐去|隐藏|遮住|抹去|屏蔽|替换)"
PATTERNED = re.compile(
    r"\be-?mails?(?=\s+(?:from|in|within|out of)\b)|\b(?:(?:tele|mobile |cell )?phone numbers?|(?:tele)?phones"
    r"|e-?mail addresses|"
    r"(?:credit |bank )?card(?: number)?s|ibans?|ip addresses|links|urls|web addresses)\b|" + _REACHES_ZH,
    re.IGNORECASE,
)
"""What a redaction finds by its look."""
NAMED = re.compile(
    r"\b(?:names?|people|persons?|places?|locations?|address(?:es)?|organi[sz]ations?|compan(?:y|ies)|cities|countries|"
    r"personal|pii|private|sensitive|contact|identif\w+|details|everything)\b"
    "|姓名|人名|名字|地名|地址|地点|公司|机构|组织|城市|个人|隐私|敏感|信息",
    re.IGNORECASE,
)
"""What it needs a model for."""
WHOLE = re.compile(
    rf"\b(?:redact\w*|anonymi[sz]\w*|de-?identif\w+)\b(?!\s+(?:(?:all|the|any|every)\s+)*(?:{PATTERNED.pattern}))|包括|包含",
    re.IGNORECASE,
)
"""Whoever redacts a text wants all of it redacted, whatever is named beside it."""
_WHICH = r"(?:people|persons?|places?|cities|countries|compan(?:y|ies)|organi[sz]ations?|brands?|names?|locations?)"
_FROM = r"(?:from|in|using|based on|according to|with|for|of|over|about|on|to)"
_ASKING = r"\b(?:who|whom|what|when|where|why|how|which)\b"
_LANGUAGE = spoken_names()

FIRST = MappingProxyType(
    {
        "redact": (
            r"\bredact\w*|\banonymi[sz]\w*|\bde-?identif\w+",
            rf"\b(?:remove|hide|mask|strip|black out|blank out|take out|replace)\b.{{0,40}}\b{_PERSONAL}\b",
            r"\b(?:remove|hide|mask|strip|black out|blank out|take out|replace)\s+(?:all |the |any |every )*"
            rf"{_REACHES}\b",
            rf"\b(?:remove|hide|mask|strip|black out|blank out|take out|replace|delete|scrub|censor)\s+{_MAILS}",
            "脱敏|匿名|打码",
            f"{_TAKE_OUT_ZH}.{{0,12}}(?:姓名|人名|名字|电话|手机号?|邮箱|个人信息|隐私)",
            f"(?:{_CALLED_ZH}|{_REACHES_ZH})(?:[都全部]|给)*{_TAKE_OUT_ZH}",
        ),
        "entities": (
            r"\bnamed.entit|\bentit(?:y|ies)\b|\bner\b|\bparts?.of.speech\b|\btoken classification\b|词性",
            rf"\b(?:who(?:m)?|(?:which|what) {_WHICH}(?:(?:\s*,|\s+and"
            rf"|\s+or)+ {_WHICH})*)\b.{{0,40}}\b(?:mentioned|named)\b",
            rf"\b(?:who(?:m)?|(?:which|what) {_WHICH})\s+(?:do|does|did)\b.{{0,40}}\b(?:mention|name)\b",
            rf"\b(?:find|extract|get|identify|pull out|recogni[sz]e|detect|highlight|mark|tag|label"
            rf"|list)\b\s+(?:all |the |any |"
            rf"every |each )*(?:{_NAMES}(?:\s*,\s*(?:and )?|\s+(?:and|or)\s+|\s+)(?:the )?)+"
            r"(?:that |which )?(?:in|from|of|named|mentioned|are|is|each|every)\b",
            rf"^\W*(?:and |then |please )*(?:extract|identify|pull out|recogni[sz]e|list|find|get)\b\s+(?:all "
            rf"|the |any |every )*"
            rf"(?:{_NAMES}(?:\s*,\s*(?:and )?|\s+(?:and|or)\s+|\s*))+(?:the )?\W*$",
            r"\b(?:find|extract|get|identify|pull out|recogni[sz]e|detect|highlight|list)\b\s+"
            r"(?:all |the |any |every )*(?:people'?s?|persons?'?|personal|places?|compan(?:y|ies)'?) names\b",
            "命名实体|实体|人名|地名|机构名|组织名|公司名",
            "(?:提到|提及|出现)了?(?:谁|哪些(?:人|公司|地方|机构|组织|城市|国家|品牌))",
        ),
        "relevance": (
            r"\b(?:rank|sort|order|score|rate)\b.{0,80}\bhow (?:well|much|closely)\b.{0,30}"
            r"\b(?:answers?|match(?:es)?|fits?|address(?:es)?)\b",
            rf"\brelevan(?:ce|t)\b.{{0,30}}\bto\b|\bhow (?:well|relevant)\b.{{0,40}}\b(?:answers?"
            rf"|match(?:es)?)\b.{{0,20}}{QUOTE}",
            rf"\bbest\s+(?:answers?|match(?:es)?)\b.{{0,20}}{QUOTE}",
            f"回答.{{0,4}}{QUOTE}.{{0,4}}的?(?:程度|好坏)",
            "相关性|相关度|相关程度|最相关|最能回答",
        ),
        "fill": (
            r"\bfill(?:s|ing)?(?: in| out)? (?:the |each |every |all |any )*(?:missing |masked |blank |empty )*"
            r"(?:gaps?|blanks?|masks?|(?<=missing )words?|(?<=masked )words?)\b(?! value)",
            r"\b(?:predict|guess|find|what is) (?:the )?(?:missing|masked|hidden) words?\b|\bfill.mask\b",
            "填空|(?:空缺|空白|空格)处?.{0,12}(?:词|填)|(?:补全|填上|填补|猜出?|预测).{0,10}(?:空缺|空白|缺失的?词|缺的?词|遮住的?词|被遮|空格)",
        ),
        "split": (
            r"\b(?:split|cut|break|divide|chunk|separate)\b.{0,60}\b(?:in|into|by|at)\b.{0,20}"
            r"\b(?:sentences?|paragraphs?|chunks?|passages?)\b|\bchunk (?:the|each|every|it|them)\b",
            "(?:拆|切|分|(?<!判)断)(?:分|割)?(?:成|为|到)?(?:单|一|每|小|各)?个?(?:句|段落|块)|分句|断句"
            "|按(?:句子?|段落?|块).{0,4}(?:拆|切|分)",
        ),
        "ask": (
            rf"\banswers?\b.{{0,12}}\bquestions?\b.{{0,20}}\b{_FROM}\b",
            rf"\b(?:answers?|ask|asking)\b.{{0,60}}?(?:{QUOTE}|{NAME}).{{0,40}}?\b{_FROM}\b",
            rf"\b{_FROM}\b.{{1,60}}?\b(?:answer|ask)\b.{{0,40}}?{QUOTE}",
            rf"\bask\s+(?:the|this|each|every)\b.{{0,30}}?{QUOTE}",
            rf"\b(?:according to|based on)\s+(?:each|every|the|this|these|it|them)\b.*{_ASKING}",
            rf"{_ASKING}.*\b(?:according to|based on)\s+(?:each|every|the|this|these)\b",
            r"\banswers?\b.{0,80}\b(?:from|in|using|over)\s+(?:the|this|each)\s+(?:\w+\s+)?(?:table|spreadsheet)\b",
            f"(?:根据|依据|从|在|用|对).{{1,24}}(?:回答|答案|作答).{{0,12}}|{QUOTE}.{{0,4}}的答案|对.{{1,12}}(?:提问|问){QUOTE}",
        ),
        "ask-it": (rf"\b(?:answers?|ask|question)\b.{{0,60}}?{QUOTE}|(?:回答|提问|问).{{0,12}}{QUOTE}",),
    }
)
"""Looked for before the verb that begins a clause: the first that the kinds at hand allow."""

CUES = MappingProxyType(
    {
        "translation": (
            r"\btranslat\w*",
            rf"\b(?:put|turn|convert|render|bring|say|give|get|make)\b.{{0,60}}?\b(?:in|into|to) (?:{_LANGUAGE})(?!\w)",
            f"翻译|(?:[译翻](?:成|为|到)|[转换变写改]成)(?:{_LANGUAGE})|译[成为]",
        ),
    }
)
"""Looked for after those verbs."""
