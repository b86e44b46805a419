"""The words that the rules planner knows, English and Chinese, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Language = Literal["en", "zh"]
"""The languages of requests."""


def language_of(text: str) -> Language:
    """The language of a request: more Han characters than Latin words is Chinese."""
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    return "zh" if han > len(re.findall(r"[A-Za-z]+", text)) else "en"


def word_set(words: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(words.split())


_CONCEPTS = """
review: review, comment, feedback, opinion | 评论, 评价, 点评, 反馈, 意见
product: product, item | 产品, 商品, 货品
ticket: ticket, issue, case, request | 工单, 票据, 问题单
message: message, chat, sms | 消息, 短信, 留言
email: email, mail, e mail | 邮件, 电子邮件
customer: customer, client, user, buyer | 客户, 顾客, 用户, 买家
agent: agent, operator | 客服, 坐席
store: store, shop, branch | 门店, 店铺, 商店
brand: brand, make, maker | 品牌
category: category, class, type, group | 类别, 类型, 品类, 分类, 种类
city: city, town | 城市
country: country, nation | 国家
origin: origin | 产地, 来源地
weight: weight | 重量
region: region, area, state | 地区, 区域, 省份
department: department, team | 部门, 团队
author: author, writer | 作者
speaker: speaker | 说话人, 发言人
name: name | 名称, 名字, 姓名
date: date, day, time | 日期, 时间
month: month | 月份, 月
year: year | 年份, 年
price: price, cost | 价格, 售价, 单价
amount: amount, sale, revenue | 金额, 销售额
quantity: quantity, unit | 数量, 件数
score: score, mark, point | 分数, 得分, 评分, 平均分, 分
rating: rating, star | 星级, 评分, 打分, 星
age: age | 年龄
minute: minute | 分钟
hour: hour | 小时
second: second | 秒
length: length, duration | 长度, 时长
channel: channel, source | 渠道, 来源
status: status | 状态
priority: priority | 优先级
question: question | 问题, 提问
description: description | 描述, 说明
article: article, document, story | 文章, 文档
sentence: sentence | 句子
text: text | 文本, 文字, 正文, 内容
note: note | 笔记, 备注
image: image, photo, picture, pic, photograph, snapshot | 图片, 照片, 图像, 相片
audio: audio, clip, recording, sound, call, voice memo, speech | 音频, 录音, 语音, 通话, 电话, 片段, 声音
file: file, file name, filename, path | 文件, 文件名
id: id, identifier | 编号
sentiment: sentiment, mood, polarity, tone, feeling | 情感, 倾向, 态度
emotion: emotion | 情绪, 情绪类别
topic: topic, subject | 话题, 议题
theme: theme, cluster | 主题, 簇, 聚类
language: language | 语言, 语种
label: label, tag | 标签
title: title, headline | 标题, 题目
summary: summary, abstract, digest | 摘要, 总结, 概要
transcript: transcript, transcription | 转写, 转录, 文字稿, 逐字稿
similarity: similarity, closeness | 相似度, 接近程度
embedding: embedding, vector | 向量, 嵌入
caption: caption, alt text | 图说, 配文, 图注
translation: translation | 译文
entities: entity, named entity | 实体
video: video, movie, film, footage | 视频, 影片, 录像
relevance: relevance | 相关性, 相关度
answer: answer, reply, response | 回答, 回复, 答复
speech: speech, voice | 朗读, 配音
"""


def _concepts() -> Mapping[str, tuple[str, ...]]:
    rows = (line.split(":", 1) for line in _CONCEPTS.strip().splitlines())
    return MappingProxyType(
        {name: tuple(w.strip() for side in words.split("|") for w in side.split(",")) for name, words in rows}
    )


CONCEPTS = _concepts()
"""canonical noun → the nouns that mean it, in both languages."""

OUTPUT_WORDS = word_set(
    "sentiment emotion toxicity spam topic theme language label title summary transcript similarity embedding answer "
    "speech text caption translation entities redacted relevance"
)
"""Endings that hfmagic gives to the columns it adds."""

SPELT = word_set(
    "label classify sentiment summarize summarise transcribe title translate embed cluster group theme themes chart "
    "plot graph histogram count average median filter keep drop sort rank compare similar language write rewrite "
    "read speak caption describe detect segment upscale anonymize redact"
)
"""Words that ask for something, to be offered for one that is misspelt."""

MEASURES = ("个", "种", "类", "条", "款", "家", "位", "张", "段", "次", "项", "份", "封", "名", "一", "的")

POLARITY = MappingProxyType(
    {
        "negative": "negative|unhappy|bad|critical|unfavou?rable|angry|dissatisfied",
        "positive": "positive|happy|good|favou?rable|satisfied|glowing",
        "neutral": "neutral",
    }
)
POLARITY_NOUNS = MappingProxyType(
    {
        "negative": r"\bcomplain(?:t|ts|ers|ing|ed|s)?\b|\bnegatives\b|差评|负评|投诉|抱怨|不满",
        "positive": r"\bpositives\b|\bpraises?\b|\bcompliments?\b|好评|表扬|称赞",
        "neutral": r"中评",
    }
)
POLARITY_ZH = MappingProxyType({"negative": "负面|消极|不好|糟糕", "positive": "正面|积极", "neutral": "中性|中立"})

ROW_NOUNS = (
    "ones?|rows?|reviews?|comments?|tickets?|messages?|tweets?|posts?|e-?mails?|texts?|entr(?:y|ies)|records?|calls?|"
    "answers?|responses?|feedback|opinions?|sentences?|lines?|documents?|articles?|items?|cases?|notes?|clips?|"
    "recordings?|photos?|pictures?|images?|customers?|transcripts?|summar(?:y|ies)|titles?|them"
)
ROW_NOUNS_ZH = (
    "评论|评价|反馈|意见|留言|消息|工单|邮件|文本|内容|行|条目|记录|部分|那些|通话|录音|照片|图片|句子|文章|结果|数据"
)

ROW_CONCEPTS = word_set(
    "review ticket message email text sentence article note image audio question row record entry one post tweet line "
    "file 行 记录 条目"
)
"""Nouns for a row of a table, whatever its columns are called."""

LANGUAGES = MappingProxyType(
    {
        "en": "English|英语|英文",
        "zh": "Chinese|Mandarin|中文|汉语",
        "fr": "French|法语|法文",
        "de": "German|德语|德文",
        "es": "Spanish|西班牙语|西班牙文|西语",
        "it": "Italian|意大利语",
        "pt": "Portuguese|葡萄牙语",
        "nl": "Dutch|荷兰语",
        "ja": "Japanese|日语|日文",
        "ko": "Korean|韩语|韩文",
        "ru": "Russian|俄语|俄文",
        "ar": "Arabic|阿拉伯语",
        "hi": "Hindi|印地语",
        "tr": "Turkish|土耳其语",
        "pl": "Polish|波兰语",
        "sv": "Swedish|瑞典语",
    }
)

_MORE_LANGUAGES = MappingProxyType(
    {
        "da": "Danish|丹麦语",
        "fi": "Finnish|芬兰语",
        "no": "Norwegian|挪威语",
        "cs": "Czech|捷克语",
        "el": "Greek|希腊语",
        "he": "Hebrew|希伯来语",
        "hu": "Hungarian|匈牙利语",
        "id": "Indonesian|印尼语|印度尼西亚语",
        "ro": "Romanian|罗马尼亚语",
        "bg": "Bulgarian|保加利亚语",
        "uk": "Ukrainian|乌克兰语",
        "vi": "Vietnamese|越南语",
        "th": "Thai|泰语",
        "fa": "Persian|Farsi|波斯语",
        "bn": "Bengali|孟加拉语",
        "ur": "Urdu|乌尔都语",
        "sw": "Swahili|斯瓦希里语",
        "la": "Latin|拉丁语",
        "ca": "Catalan|加泰罗尼亚语",
        "ms": "Malay|马来语",
        "ta": "Tamil|泰米尔语",
    }
)
_AS_SAID = MappingProxyType(
    {"zh": "华语|国语|普通话", "ja": "日本语", "fr": "法国话", "de": "德国话", "ko": "朝鲜语|韩文"}
)
TARGETS: Mapping[str, str] = MappingProxyType(
    {c: "|".join(filter(None, (n, _AS_SAID.get(c, "")))) for c, n in {**LANGUAGES, **_MORE_LANGUAGES}.items()}
)
"""Languages to translate into: more than the conditions on rows know."""


def language_name(code: str, language: str) -> str:
    """The name of a language, in English or Chinese; the code itself of one that has none here."""
    names = TARGETS.get(code, code).split("|")
    return next((n for n in names if n.isascii() != (language == "zh")), code)


def spoken_names() -> str:
    """The names of all languages, as alternatives of a pattern."""
    return "|".join(TARGETS.values())


_COUNTED = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DIGITS = "一二三四五六七八九"


def _han(number: int) -> str:
    """A number from 1 to 99 as it is written in Chinese."""
    tens, unit = divmod(number, 10)
    head = "" if not tens else f"{_DIGITS[tens - 1] if tens > 1 else ''}十"
    return head + (_DIGITS[unit - 1] if unit else "")


def _numbers() -> Mapping[str, int]:
    found = {word: number for number, word in enumerate(_COUNTED.split(), 1)}
    found |= {word: number for number, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
    found |= {_han(number): number for number in range(1, 100)} | {"两": 2}
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: -len(pair[0]))))


NUMBERS = _numbers()
"""Number word → number, the longest first, so that alternatives of a pattern do not stop at the first sign."""

_FAMILIES = """
automatic-speech-recognition: whisper wav2vec hubert parakeet canary moonshine seamless
image-classification: resnet vit swin convnext efficientnet mobilenet mobilevit deit beit dinov regnet
summarization: pegasus t flan mt led
summarization zero-shot-classification: bart mbart
text-generation: gpt llama qwen mistral mixtral gemma smollm phi falcon bloom opt tinyllama pythia deepseek olmo granite
feature-extraction sentence-similarity zero-shot-classification: minilm mpnet bge gte e sbert nomic jina
text-classification zero-shot-classification feature-extraction: bert distilbert roberta xlm deberta albert electra
text-classification: finbert bertweet modernbert tinybert camembert
text-to-speech: vits mms speecht bark kokoro xtts piper
zero-shot-classification zero-shot-image-classification image-classification image-feature-extraction: clip siglip
translation: marian opus nllb madlad
token-classification: gliner
object-detection: detr yolos
zero-shot-object-detection: owlvit owlv
image-segmentation: segformer maskformer oneformer
mask-generation: sam
depth-estimation: glpn dpt
image-to-text visual-question-answering: blip git
image-to-text: trocr
visual-question-answering: vilt
image-text-to-text: llava idefics smolvlm paligemma
document-question-answering image-to-text: donut
document-question-answering: layoutlm
table-question-answering: tapas tapex
video-classification: videomae timesformer vivit
zero-shot-audio-classification: clap
text-to-audio: musicgen
text-to-image: sd sdxl flux
image-to-image: swinsr
"""
_SHORT = word_set(
    "t mt e opt led phi bark clip piper canary falcon bloom granite opus marian sam git blip donut clap sd flux"
)


def _families() -> Mapping[str, tuple[str, ...]]:
    rows = (line.split(":") for line in _FAMILIES.strip().splitlines())
    return MappingProxyType({name: tuple(tasks.split()) for tasks, names in rows for name in names.split()})


FAMILIES = _families()
"""Model family, without its number → the tasks that its members usually do, likeliest first."""


def family(model: str) -> str:
    """The family that a model's name begins with, or an empty string: `t5-small` and `org/T5-base` are of `t`.

    A family that is also a word counts only with a number or capitals (`phi-3`, `CLIP`).
    """
    name = model.rsplit("/", 1)[-1]
    head = re.split(r"[-_.]", name.lower())[0]
    bare = re.sub(r"v?\d+$", "", head)
    found = head if head in FAMILIES else bare if bare in FAMILIES else ""
    plain = found in _SHORT and name.lower() == found and not (name.isupper() and len(name) > 2)
    return "" if plain else found


OWNERS = word_set(
    "google facebook meta microsoft openai nvidia starter mistralai alibaba baai intfloat cardiffnlp salesforce "
    "huggingface deepseek-ai ibm apple helsinki-nlp sentence-transformers huggingfacetb"
)
