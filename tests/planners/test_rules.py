"""What requests become, in many wordings, in both languages."""

from __future__ import annotations

import pytest

from hfmagic.errors import AmbiguousColumn, EmptyRequest, HFMagicError, NoTaskFits, UnknownColumn, UnknownVariable
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Column, Constant, Frame, Predicate, StepOutput, Variable

from .inputs import CALLS, CLIP, COUNTS, LINES, MAILS, NOTE, PHOTOS, REVIEWS, SCORED, TICKETS, chart, plan, table, tasks

MAIN = "Label the sentiment of each review, group the complaints into themes, and chart them per product."
REVIEW = Column(column="review", of="reviews")
PRODUCT = Column(column="product", of="reviews")


def test_the_main_request_chains_sentiment_embedding_themes_and_chart() -> None:
    made = plan(MAIN, REVIEWS)

    assert made.step_ids == ("sentiment", "embedding", "theme", "chart")
    assert [s.output for s in made.steps[:3]] == ["review_sentiment", "review_embedding", "review_theme"]
    assert made.step("embedding").where == (Predicate(of=StepOutput(step="sentiment"), value="negative"),)
    assert made.step("theme").inputs == {"embedding": StepOutput(step="embedding"), "text": REVIEW, "across": PRODUCT}
    assert made.step("chart").inputs["table"] == Frame(frame="reviews", plus=("sentiment", "theme"))
    assert made.step("chart").where == (Predicate(of=StepOutput(step="theme"), op="not-null"),)
    assert chart(made) == {"mark": "bar", "x": "product", "color": "review_theme", "aggregate": "count"}


@pytest.mark.parametrize(
    "request_",
    [
        "find the sentiment of every review, cluster the complaints into themes and plot the themes by product",
        "Tag reviews with their sentiment. Then group the negative reviews by theme. Finally draw a bar chart of the "
        "themes per product.",
        "please label each review as positive or negative; group the complaints into themes; chart themes per product",
        "判断每条评论的情感；然后对差评做主题聚类；最后按产品画柱状图",
        "给评论打上情感标签，再把负面评论聚成主题，然后画出每个产品的主题分布图",
    ],
)
def test_other_wordings_of_the_main_request_give_the_same_plan(request_: str) -> None:
    assert plan(request_, REVIEWS).hash == plan(MAIN, REVIEWS).hash


@pytest.mark.parametrize(
    ("expected", "schema", "requests"),
    [
        ("automatic-speech-recognition", CLIP, ("what is said in the clip?", "这段录音说了什么？", "transcribe it")),
        (
            "automatic-speech-recognition summarization summarization",
            CLIP,
            ("Transcribe the recording, summarize it and give it a title.", "转写录音，总结一下，再起个标题"),
        ),
        ("automatic-speech-recognition summarization", CLIP, ("summarize the clip", "总结录音")),
        ("image-classification", PHOTOS, ("label the photos", "which animals are in the photos", "给照片分类")),
        (
            "image-classification",
            PHOTOS,
            ("tag each image, show a table and a gallery", "列出照片里的内容，显示表格和画廊"),
        ),
        (
            "text-classification",
            NOTE,
            ("is this positive or negative?", "这段文字是正面还是负面？", "label the sentiment"),
        ),
        ("text-classification", LINES, ("label the sentiment", "对文本做情感分析", "how happy are these?")),
        ("detect-language text-classification", REVIEWS, ("find the language and the sentiment of each review",)),
        ("detect-language text-classification", REVIEWS, ("找出每条评论的语言和情感",)),
        ("feature-extraction cluster", TICKETS, ("group the tickets by topic", "find recurring themes", "把工单聚类")),
        ("sentence-similarity", REVIEWS, ("how close is each review to 'too loud'", "每条评论与“太吵”的相似度")),
        (
            "sentence-similarity sql",
            REVIEWS,
            ("rank the reviews by similarity to 'too loud'", "哪些评论与“太吵”最相似"),
        ),
        ("text-generation", REVIEWS, ("write a polite reply to each review", "给每条评论写一封礼貌的回复")),
        ("text-to-speech", NOTE, ("say it out loud", "turn the note into speech", "把它读出来")),
        ("summarization", NOTE, ("now summarize it", "tl;dr", "shorten the note", "概括这段文字")),
        ("text-classification sql", REVIEWS, ("find the sentiment per product",)),
    ],
)
def test_wordings_in_both_languages_give_the_tasks(
    expected: str, schema: InputSchema, requests: tuple[str, ...]
) -> None:
    assert {r: tasks(plan(r, schema)) for r in requests} == dict.fromkeys(requests, expected)


@pytest.mark.parametrize(
    ("request_", "labels"),
    [
        ("sort the tickets into billing, shipping or technical", ["billing", "shipping", "technical"]),
        ("label each ticket as 'late delivery', refund or other", ["late delivery", "refund", "other"]),
        ("Is each ticket praise, a complaint, or a question?", ["praise", "complaint", "question"]),
        ("label the tickets: billing, shipping, technical", ["billing", "shipping", "technical"]),
        ("把工单分为账单、物流和技术", ["账单", "物流", "技术"]),
        ("判断每个工单是表扬还是投诉", ["表扬", "投诉"]),
    ],
)
def test_labels_that_the_request_lists_become_the_candidates(request_: str, labels: list[str]) -> None:
    made = plan(request_, TICKETS)

    assert tasks(made) == "zero-shot-classification"
    assert made.steps[0].parameters == {"candidate_labels": labels}


def test_complaint_as_a_label_is_no_condition() -> None:
    made = plan("classify each review as praise or complaint", REVIEWS)

    assert made.step_ids == ("label",)
    assert made.steps[0].where == ()


def test_text_generation_is_given_the_words_as_written() -> None:
    made = plan("Label the sentiment, then write a polite reply to each negative review", REVIEWS)

    assert made.step("answer").parameters["instruction"] == "write a polite reply to each negative review"
    assert made.step("answer").where == (Predicate(of=StepOutput(step="sentiment"), value="negative"),)


def test_a_template_takes_the_named_column() -> None:
    made = plan("put each product into the sentence 'We sell {value} here.'", REVIEWS)

    assert made.steps[0].inputs == {"value": Column(column="product", of="reviews")}
    assert made.steps[0].parameters == {"template": "We sell {value} here."}


def test_lengths_and_group_counts_in_words_become_parameters() -> None:
    assert plan("summarize each review in at most 30 words", REVIEWS).steps[0].parameters["max_new_tokens"] == 45
    assert plan("cluster the tickets into five groups", TICKETS).step("theme").parameters == {"groups": 5}
    assert plan("把工单聚成五类", TICKETS).step("theme").parameters == {"groups": 5}


def test_a_text_in_the_request_is_a_constant() -> None:
    made = plan("summarize 'The quick brown fox jumps.'")

    assert made.steps[0].inputs == {"text": Constant(constant="The quick brown fox jumps.")}


@pytest.mark.parametrize(
    ("request_", "schema", "wanted"),
    [
        ("use ResNet-50 to label the photos", PHOTOS, {"label": "ResNet-50"}),
        ("with whisper-tiny, transcribe the clip", CLIP, {"transcript": "whisper-tiny"}),
        ("用 bert-tiny 标注情感", REVIEWS, {"sentiment": "bert-tiny"}),
        ("transcribe and title the clip with Whisper, then BART", CLIP, {"transcript": "Whisper", "title": "BART"}),
        ("先用 Whisper 转写录音，再用 BART 总结", CLIP, {"transcript": "Whisper", "summary": "BART"}),
        ("use facebook/bart-large-cnn to summarize each review", REVIEWS, {"summary": "facebook/bart-large-cnn"}),
        ("label the sentiment of each review with `starter/sentiment`", REVIEWS, {"sentiment": "starter/sentiment"}),
        ("using MiniLM, group the complaints into themes", REVIEWS, {"embedding": "MiniLM"}),
        ("label the photos with a model from microsoft", PHOTOS, {"label": "microsoft"}),
        ("use FooNet to label the photos", PHOTOS, {"label": "FooNet"}),
        ("label the photos with the FooNet model", PHOTOS, {"label": "FooNet"}),
        ("label the sentiment with a French model", REVIEWS, {}),
        ("transcribe the clip", CLIP, {}),
    ],
)
def test_a_model_named_in_words_stays_with_its_step(request_: str, schema: InputSchema, wanted: dict[str, str]) -> None:
    assert {s.id: s.wanted for s in plan(request_, schema).steps if s.wanted} == wanted


def test_a_variable_called_clip_is_no_model() -> None:
    assert not plan("transcribe the recording with clip", CLIP).steps[0].wanted


@pytest.mark.parametrize(
    ("request_", "output"),
    [
        ("label the sentiment of each review as mood", "mood"),
        ("label the sentiment of each review into a column called mood", "mood"),
        ("label the sentiment of each review and save it as mood", "mood"),
        ("标注每条评论的情感，存为 mood", "mood"),
        ("label the sentiment of each review", "review_sentiment"),
        ("what emotion does each review show", "review_emotion"),
    ],
)
def test_outputs_are_named_after_the_column_or_as_asked(request_: str, output: str) -> None:
    assert plan(request_, REVIEWS).steps[0].output == output


def test_a_taken_name_gets_a_number_and_a_note() -> None:
    made = plan("label the sentiment of each review", SCORED)

    assert made.steps[0].output == "review_sentiment_2"
    assert made.notes == ("review_sentiment exists, so review_sentiment_2 is made",)


def test_the_column_that_was_taken_is_noted() -> None:
    assert plan("summarize the tickets", TICKETS).notes == ("the column subject is taken: the only one that fits",)
    assert plan("总结工单", TICKETS).notes == ("使用列 subject：唯一合适的列",)


@pytest.mark.parametrize(
    ("request_", "column"),
    [
        ("label the sentiment of `body`", "body"),
        ("label the sentiment of the subject column", "subject"),
        ("label the sentiment of each mail's body", "body"),
        ("标注 body 列的情感", "body"),
        ("label the sentiment of {body}", "body"),
        ("summarize 'body'", "body"),
    ],
)
def test_a_named_column_is_taken(request_: str, column: str) -> None:
    assert plan(request_, MAILS).steps[0].inputs == {"text": Column(column=column, of="mails")}


def test_several_columns_are_listed() -> None:
    with pytest.raises(AmbiguousColumn, match=r"2 columns: subject, body\. → name one, such as `subject`"):
        plan("label the sentiment of each mail", MAILS)


@pytest.mark.parametrize(
    "request_",
    [
        "label the sentiment of `bodyy`",
        "label the sentiment of the bodyy column",
        "标注 bodyy 列的情感",
        "summarize {bodyy}",
    ],
)
def test_a_column_that_is_not_there_gets_a_did_you_mean(request_: str) -> None:
    with pytest.raises(UnknownColumn, match=r"no column 'bodyy'.*did you mean 'body'"):
        plan(request_, MAILS)


def test_a_group_that_is_not_there_names_the_columns() -> None:
    with pytest.raises(UnknownColumn, match=r"no column 'galaxy'.*id, product, review"):
        plan("how many reviews per galaxy", REVIEWS)


def test_an_unknown_reference_without_a_frame_is_an_unknown_variable() -> None:
    with pytest.raises(UnknownVariable, match="did you mean 'note'"):
        plan("summarize {notes}", NOTE)


def test_a_category_column_is_text_only_when_it_is_the_only_one() -> None:
    assert plan("label the sentiment", table("p", name=Kind.LABELS, n=Kind.NUMBER)).steps[0].output == "name_sentiment"
    with pytest.raises(NoTaskFits, match="needs text"):
        plan("label the sentiment", table("p", name=Kind.LABELS, city=Kind.LABELS))


@pytest.mark.parametrize("request_", ["", "  \n ", "?", "。"])
def test_no_words_are_an_empty_request(request_: str) -> None:
    with pytest.raises(EmptyRequest):
        plan(request_, REVIEWS)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("make a video of each review", "text-to-video"),
        ("transcribe the clip, then forecast it for next month", "'forecast it for next month'"),
        ("预测下个月的评论", "time-series-forecasting"),
        ("detect the objects in each photo", "needs image"),
        ("label the sentiment, then fax it to my boss", "'fax it to my boss'"),
        ("label the sentiment of each review and delete the rest", "'delete the rest'"),
        ("make me a sandwich", "'make me a sandwich'"),
        ("asdf qwer", "'asdf qwer'"),
        ("你好", "'你好'"),
    ],
)
def test_a_part_that_no_task_does_is_named_in_one_line(request_: str, words: str) -> None:
    with pytest.raises(NoTaskFits) as caught:
        plan(request_, REVIEWS, CLIP)

    assert words in caught.value.line
    assert "with text: label" in caught.value.line
    assert len(f"{caught.value.code} {caught.value.line}") <= 200


def test_a_sentence_that_asks_for_nothing_is_noted() -> None:
    made = plan("Label the sentiment. The shop opened in 2019. Thanks!", REVIEWS)

    assert tasks(made) == "text-classification"
    assert "left out: The shop opened in 2019" in made.notes


def test_a_chain_works_on_the_newest_output_that_fits() -> None:
    made = plan("transcribe the calls, summarize them, and label the sentiment of the transcripts", CALLS)

    assert made.step("summary").inputs == {"text": StepOutput(step="transcript")}
    assert made.step("sentiment").inputs == {"text": StepOutput(step="transcript")}


def test_several_inputs_are_told_apart_by_their_names_and_kinds() -> None:
    made = plan("transcribe {clip}, label the photos and find the sentiment of each review", CLIP, PHOTOS, REVIEWS)

    assert made.step("transcript").inputs == {"audio": Variable(variable="clip")}
    assert made.step("label").inputs == {"image": Column(column="image", of="photos")}
    assert made.step("sentiment").inputs == {"text": REVIEW}


def test_the_kind_that_a_clause_names_decides_between_inputs() -> None:
    made = plan("summarize the clip", NOTE, CLIP)

    assert tasks(made) == "automatic-speech-recognition summarization"
    with pytest.raises(NoTaskFits, match="needs text"):
        plan("summarize the photos", NOTE, PHOTOS)


def test_a_follow_up_charts_the_last_result() -> None:
    last = plan("how many reviews per product", REVIEWS)

    assert chart(plan("chart it", COUNTS, previous=last)) == {
        "mark": "bar",
        "x": "product",
        "y": "n",
        "aggregate": "none",
    }
    assert chart(plan("now chart it per theme", SCORED, previous=last))["x"] == "review_theme"


def test_a_follow_up_works_on_what_the_last_plan_made() -> None:
    last = plan("summarize each review", REVIEWS)
    shown = table("shown", review=Kind.TEXT, product=Kind.LABELS, review_summary=Kind.TEXT)

    assert plan("embed them", shown, previous=last).steps[0].inputs["text"] == Column(
        column="review_summary", of="shown"
    )
    assert plan("embed the reviews", shown, previous=last).steps[0].inputs["text"] == Column(
        column="review", of="shown"
    )


def test_a_step_has_another_id_than_the_inputs() -> None:
    made = plan("label the sentiment of each review", REVIEWS.model_copy(update={"name": "sentiment"}))

    assert made.step_ids == ("sentiment_2",)


def test_a_request_for_too_many_steps_says_so() -> None:
    with pytest.raises(HFMagicError, match="more than 12 steps"):
        plan("; ".join(["summarize each review"] * 13), REVIEWS)
