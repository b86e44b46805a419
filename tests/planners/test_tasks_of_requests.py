"""Any request → the Hub's tags, ranked; and what the rules say of those that hfmagic does not run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import NoTaskFits
from hfmagic.kinds import InputSchema, Kind
from hfmagic.planners.tasks_of.concepts import CONCEPTS, FILLERS, NAMED, SHOWN
from hfmagic.planners.tasks_of.ranking import CARDS, CLEAR, tasks_of
from hfmagic.tags import hub_tags, why_not

from .inputs import CALLS, PHOTOS, REVIEWS, plan, tasks
from .modality_requests import CHINESE, ENGLISH

EXAMPLES = {
    "audio-classification": "which emotion has the voice in this call? | 这段录音里说话人的情绪是什么",
    "audio-to-audio": "take the traffic noise out of our podcast | 给采访录音降噪",
    "automatic-speech-recognition": "type up what was said in the interview recording | 把会议录音转写成文字",
    "depth-estimation": "how far is every object from the camera in the photo? | 估计照片的深度",
    "document-question-answering": "what is the invoice number on the scanned pdf? | 发票上的金额是多少",
    "feature-extraction": "turn product texts into embedding vectors | 把文本转成向量",
    "fill-mask": "guess the masked word in the sentence | 补全句子里缺失的词",
    "graph-ml": "which molecules are toxic, by their molecule graph",
    "image-classification": "recognize the plant species in a photo | 识别图片的类别",
    "image-feature-extraction": "embed the pictures to find duplicate photos | 把图片转成向量",
    "image-segmentation": "segment the road, pixel by pixel, in street images | 图像分割",
    "image-text-to-image": "edit the image by a prompt and a reference image",
    "image-to-3d": "reconstruct a 3d mesh from a photo | 把照片变成三维模型",
    "image-to-image": "sharpen the blurry pictures and upscale them | 提高图片的分辨率",
    "image-to-text": "write a caption for each photo | 给图片写描述",
    "image-to-video": "bring this photo to life as a moving picture | 让照片动起来变成视频",
    "keypoint-detection": "find the body joints of the dancers | 人体姿态关键点",
    "mask-generation": "generate a mask for every object, segment anything",
    "object-detection": "count the cars in the parking lot images with bounding boxes | 检测图片里的车辆物体",
    "question-answering": "find the answer to a question in this passage | 根据上下文回答问题",
    "reinforcement-learning": "train an agent to play an atari game | 训练智能体玩游戏",
    "robotics": "control a robot arm to pick and place boxes",
    "sentence-similarity": "how similar are these two sentences in meaning? | 比较两个句子的相似",
    "summarization": "condense the report to its main points | 总结这篇文章",
    "table-question-answering": "which row of the spreadsheet has the highest total? | 表格里哪一行的总和最高",
    "tabular-classification": "predict whether a customer will churn | 预测客户是否会流失",
    "tabular-regression": "predict the rent of a flat from its features | 根据特征预测房价",
    "text-classification": "is this comment toxic? detect hate speech | 判断评论的情感是正面还是负面",
    "text-generation": "a chatbot that talks with visitors | 续写这个故事",
    "text-ranking": "rerank the search results by relevance to the query",
    "text-to-3d": "generate a 3d model from a text prompt",
    "text-to-audio": "compose background music from a text | 生成一段音乐",
    "text-to-image": "draw a picture of a lighthouse from a description | 根据文字生成图片",
    "text-to-speech": "read the chapter aloud in a female voice | 朗读这段文字",
    "text-to-video": "generate a short video from my script | 根据文本生成视频",
    "time-series-forecasting": "forecast the next values of the series | 预测未来走势",
    "token-classification": "extract the names of people and companies from the article | 找出文章里的人名和地名实体",
    "translation": "translate the manual from Dutch to Polish | 把英语翻译成中文",
    "unconditional-image-generation": "generate random faces of people who do not exist | 随机生成人脸",
    "video-classification": "which sport is shown in the video clip? | 识别视频里的动作",
    "video-text-to-text": "explain what happens in the video and answer questions about it",
    "video-to-video": "change the style of a video",
    "visual-document-retrieval": "search the pages of our pdfs for the one that answers a query",
    "visual-question-answering": "answer a question about the picture | 回答关于图片的问题",
    "voice-activity-detection": "when does somebody speak in the recording, speech or silence? | 语音活动检测",
    "zero-shot-audio-classification": "classify the sound with custom candidate labels",
    "zero-shot-classification": "sort texts into candidate labels without training",
    "zero-shot-image-classification": "classify photos with candidate labels of my own, without training",
    "zero-shot-object-detection": "find any object in the image by a text query, open vocabulary",
}
REQUESTS = [(task, request.strip()) for task, both in EXAMPLES.items() for request in both.split("|")]


def ranked(request: str, *schemas: InputSchema) -> list[str]:
    return [likely.task for likely in tasks_of(request, schemas)]


@pytest.mark.parametrize(("task", "request_"), REQUESTS, ids=[r for _, r in REQUESTS])
def test_a_request_without_inputs_is_about_its_task(task: str, request_: str) -> None:
    assert ranked(request_)[0] == task


def test_every_tag_of_the_hub_has_a_card() -> None:
    assert set(CARDS) == set(hub_tags())
    assert {task for task, card in CARDS.items() if not card.strip()} == {"other"}  # which is no task


def test_a_word_is_read_in_one_way() -> None:
    words = [word for listed in CONCEPTS.values() for word in listed.split()]

    assert len(words) == len(set(words))
    assert not FILLERS & set(words)
    assert {*NAMED, *SHOWN} <= set(CONCEPTS)


@pytest.mark.parametrize(("language", "least"), [(ENGLISH, 0.85), (CHINESE, 0.9)], ids=["english", "chinese"])
def test_what_the_rules_plan_is_near_the_top(
    language: dict[str, list[tuple[tuple[InputSchema, ...], str, str]]], least: float
) -> None:
    rows = [
        (i, r, set(t.split())) for part in language.values() for i, r, t in part if set(t.split()) <= set(hub_tags())
    ]
    near = [bool(expected & set(ranked(request, *inputs)[:3])) for inputs, request, expected in rows]

    assert len(rows) > 40
    assert sum(near) / len(near) >= least


@given(
    request=st.lists(
        st.sampled_from(
            [w for words in CONCEPTS.values() for w in words.replace("*", "").split()] + ["the", ".", "x y"]
        ),
        max_size=30,
    ).map(" ".join)
    | st.text(max_size=300)
)
def test_any_text_gives_tags_in_order_with_words_of_its_own(request: str) -> None:
    found = tasks_of(request)

    assert [x.score for x in found] == sorted((x.score for x in found), reverse=True)
    assert len({x.task for x in found} & set(hub_tags())) == len(found)
    assert all(word in request.lower() for x in found for words in x.words for word in words.split())
    assert found == tasks_of(request)


@pytest.mark.parametrize("request_", ["", "asdf qwer", "你好", "the of and", "…"])
def test_words_that_no_card_has_give_nothing(request_: str) -> None:
    assert tasks_of(request_) == ()


@pytest.mark.parametrize("word", ["picture", "image", "screenshot"])
def test_what_holds_of_photos_holds_of_pictures(word: str) -> None:
    assert ranked(f"upscale the {word}")[0] == ranked("upscale the photo")[0] == "image-to-image"


def test_the_words_that_decided_are_told() -> None:
    first = tasks_of("please would you predict which customers churn")[0]

    assert first.task == "tabular-classification"
    assert {"churn", "predict"} <= set(first.words)
    assert first.score > CLEAR


def test_the_inputs_decide_where_the_words_leave_it_open() -> None:
    assert why_not(ranked("classify them", PHOTOS)[0]) == ""
    assert hub_tags()[ranked("classify them", PHOTOS)[0]].takes["image"] == Kind.IMAGE
    assert hub_tags()[ranked("classify them", CALLS)[0]].takes["audio"] == Kind.AUDIO
    assert hub_tags()[ranked("classify them", REVIEWS)[0]].takes["text"] == Kind.TEXT


@pytest.mark.parametrize(
    ("request_", "task"),
    [
        ("predict which customers will churn", "tabular-classification"),
        ("classify the customers by whether they will churn", "tabular-classification"),
        ("play the lunar lander game", "reinforcement-learning"),
        ("generate random faces", "unconditional-image-generation"),
        ("预测哪些客户会流失", "tabular-classification"),
        ("预测下个月的评论", "time-series-forecasting"),
    ],
)
def test_a_task_that_is_meant_and_not_run_is_refused_by_its_name_with_the_reason(request_: str, task: str) -> None:
    with pytest.raises(NoTaskFits, match=f"hfmagic has no task for {task}: {why_not(task)[:10]}") as caught:
        plan(request_, REVIEWS)

    assert len(f"{caught.value.code} {caught.value.line}") <= 200


def test_labels_of_ones_own_are_not_taken_for_a_task_that_is_not_run() -> None:
    assert tasks(plan("sort the reviews into churn risk, price or other", REVIEWS)) == "zero-shot-classification"


def test_the_nearest_tasks_are_offered_where_the_rules_find_none() -> None:
    with pytest.raises(NoTaskFits, match=r"no task fits .*did you mean question-answering") as caught:
        plan("the capital of each country according to the wiki", REVIEWS)

    assert len(f"{caught.value.code} {caught.value.line}") <= 200
