"""What a request over single values is understood as: its parts, their order, what each reads, and the plan of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfmagic.errors import HFMagicError, NoTaskFits, UnknownVariable
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Constant, Plan, StepOutput, Variable
from hfmagic.planners.outline import Outline, covers, outline, plan_by_outline, plan_values
from hfmagic.planners.outline.doings import DOINGS
from hfmagic.planners.rules import plan_by_rules
from hfmagic.scope import validate
from hfmagic.tags import hub_tags
from hfmagic.tasks import CATALOGUE

from .outline_requests import CHINESE, ENGLISH

TALK = InputSchema(name="talk", kind=Kind.AUDIO)
PHOTO = InputSchema(name="photo", kind=Kind.IMAGE)
LETTER = InputSchema(name="letter", kind=Kind.TEXT)


def doings(found: Outline) -> str:
    return " ".join(part.doing for part in found.parts)


def tasks(plan: Plan) -> str:
    return " ".join(step.task for step in plan.steps)


@pytest.mark.parametrize(("request_", "expected"), [*ENGLISH, *CHINESE], ids=[r for r, _ in (*ENGLISH, *CHINESE)])
def test_a_request_has_the_parts_that_it_asks_for(request_: str, expected: str) -> None:
    assert doings(outline(request_)) == expected


def test_every_doing_has_a_tag_of_the_hub_and_is_asked_for_in_english() -> None:
    assert {d.task for d in DOINGS.values()} <= set(hub_tags())
    rare = {"animate", "compose", "explain-video", "sort-pictures"}
    assert {d for _, said in ENGLISH for d in said.split()} == set(DOINGS) - rare


def test_each_part_says_where_it_stands_and_in_which_words() -> None:
    request = "I  have a note. Translate 'Guten   Tag' into English, then read it aloud."
    found = outline(request)

    assert [request[p.start : p.end].split()[0] for p in found.parts] == ["Translate", "read"]
    assert found.parts[0].said == "Translate 'Guten   Tag' into English"


@pytest.mark.parametrize(
    ("request_", "edges"),
    [
        ("Transcribe talk.wav, then summarize it and read the summary aloud.", [(0, 1), (1, 2)]),
        ("Transcribe talk.wav. Translate the transcribed text into French.", [(0, 1)]),
        ("Paint a horse, segment the picture and describe the generated image.", [(0, 1), (0, 2)]),
        (
            "Summarize 'A long text.', translate the summary to German and draw a picture of the summary.",
            [(0, 1), (0, 2)],
        ),
        ("Classify bird.jpg, and estimate the depth of room.jpg.", []),
        ("转写 talk.wav，翻译成英文，再朗读出来。", [(0, 1), (1, 2)]),
        ("画一座城堡，再描述这张图片。", [(0, 1)]),
        (
            "Translate 'Ein langer Text.' to English. From the translation, I want a summary and the named entities.",
            [(0, 1), (0, 2)],
        ),
        (
            "Answer 'Who runs?' about race.jpg. Condense the reply, and compare the reply with 'A man runs'.",
            [(0, 1), (0, 2)],
        ),
        ("Write a story about rain, translate it into French and draw a picture of the story.", [(0, 1), (0, 2)]),
    ],
)
def test_a_part_reads_what_its_words_point_at_else_the_nearest_that_fits(
    request_: str, edges: list[tuple[int, int]]
) -> None:
    assert list(outline(request_).edges) == edges


def test_a_file_that_a_part_names_itself_is_read_by_it() -> None:
    found = outline("Segment room.jpg and estimate the depth of hall.png.")

    assert [p.sources["image"].text for p in found.parts] == ["room.jpg", "hall.png"]


def test_sound_and_pictures_are_put_into_words_where_a_text_is_needed() -> None:
    heard = outline("Who is mentioned in talk.wav?")
    seen = outline("Translate the text in page.png into Spanish.")

    assert doings(heard) == "transcribe entities"
    assert doings(seen) == "read translate"
    assert heard.parts[0].start == heard.parts[0].end


def test_a_text_is_drawn_first_where_only_a_picture_can_be_meant() -> None:
    found = outline("Here is a scene: 'A pier at dawn.' Estimate its depth, please.")

    assert doings(found) == "draw depth"
    assert found.edges == ((0, 1),)


def test_words_in_quotes_ask_for_nothing() -> None:
    assert doings(outline("Translate 'please transcribe and summarize the recording' into French.")) == "translate"
    assert doings(outline("把“请总结并朗读这段话”翻译成英文。")) == "translate"


def test_the_same_thing_said_twice_is_one_part() -> None:
    said = "I need a summary of 'A long text.'. Please summarize the text so that the summary has one sentence."

    assert doings(outline(said)) == "summarize"


def test_each_quoted_question_is_a_part_of_its_own() -> None:
    found = outline("About dinner.jpg, answer 'Who is there?' and then answer the question 'Is it late?'.")

    assert [p.sources["question"].text for p in found.parts] == ["Who is there?", "Is it late?"]


@pytest.mark.parametrize(
    ("request_", "inputs", "expected"),
    [
        (
            "Transcribe `talk`, translate it into French and read it aloud.",
            (TALK,),
            "automatic-speech-recognition translation text-to-speech",
        ),
        ("Remove the noise from {talk} and transcribe it.", (TALK,), "automatic-speech-recognition"),
        ("Describe {photo} and say it in German, aloud.", (PHOTO,), "image-to-text translation text-to-speech"),
        ("Find the cars and bicycles in {photo}.", (PHOTO,), "zero-shot-object-detection"),
        ("Draw a lighthouse in a storm.", (), "text-to-image"),
        ("把 {talk} 转写成文字，再总结。", (TALK,), "automatic-speech-recognition summarization"),
        ("Summarize {letter} and draw a picture of the summary.", (LETTER,), "summarization text-to-image"),
    ],
)
def test_what_can_be_run_is_a_valid_plan(request_: str, inputs: tuple[InputSchema, ...], expected: str) -> None:
    plan = plan_by_outline(request_, inputs)

    assert tasks(plan) == expected
    assert validate(Plan.from_json(plan.to_json())) == plan


def test_what_cannot_be_run_is_left_out_and_said() -> None:
    plan = plan_by_outline("Remove the noise from {talk}, then transcribe it.", (TALK,))

    assert tasks(plan) == "automatic-speech-recognition"
    assert plan.steps[0].inputs["audio"] == Variable(variable="talk")
    assert plan.notes[0].startswith("left out: audio-to-audio, which hfmagic does not run")
    assert plan_by_outline("去掉 {talk} 里的噪音，再转写。", (TALK,)).notes[0].startswith("未使用：audio-to-audio")


def test_a_request_of_which_nothing_can_be_run_is_refused_with_the_reason() -> None:
    with pytest.raises(NoTaskFits, match="no task for text-to-video"):
        plan_by_outline("Make a video of a running horse.", ())
    with pytest.raises(NoTaskFits, match="no task fits"):
        plan_by_outline("asdf qwer", ())


def test_a_name_in_braces_that_is_no_input_is_said_with_the_nearest() -> None:
    with pytest.raises(UnknownVariable, match="did you mean 'talk'"):
        plan_by_outline("transcribe {tolk}", (TALK,))


def test_a_mask_cannot_be_measured_so_its_picture_is() -> None:
    plan = plan_by_outline("Segment {photo}, then estimate the depth of the segmented picture.", (PHOTO,))

    assert tasks(plan) == "image-segmentation depth-estimation"
    assert plan.steps[1].inputs["image"] == Variable(variable="photo")


def test_questions_instructions_and_languages_are_read_from_the_words() -> None:
    asked = plan_by_outline("Please answer this about {photo}: 'Who is there?'", (PHOTO,))
    edited = plan_by_outline("Paint the wall in {photo} green and upscale the result.", (PHOTO,))
    spoken = plan_by_outline("I need the French version of {letter}.", (LETTER,))

    assert asked.steps[0].inputs["question"] == Constant(constant="Who is there?")
    assert edited.steps[0].inputs["text"] == Constant(constant="Paint the wall in {photo} green")
    assert edited.steps[1].inputs["image"] == StepOutput(step="edited")
    assert spoken.steps[0].parameters["target"] == "fr"


def test_a_plan_by_clauses_stays_where_it_has_every_part() -> None:
    made = plan_by_outline("Transcribe {talk}.", (TALK,))
    found = outline("Transcribe {talk} and summarize it.", (TALK,))

    assert plan_values("Transcribe {talk}.", (TALK,), lambda: made) is made
    assert covers(made, outline("Transcribe {talk}.", (TALK,)))
    assert not covers(made, found)
    assert tasks(plan_values("Transcribe {talk} and summarize it.", (TALK,), lambda: made)) == (
        "automatic-speech-recognition summarization"
    )


def test_a_model_that_a_part_names_is_wanted_for_its_step() -> None:
    plan = plan_by_outline("Transcribe {talk} with whisper-tiny. Then summarize it with bart-large-cnn.", (TALK,))

    assert [s.wanted for s in plan.steps] == ["whisper-tiny", "bart-large-cnn"]


def test_a_chatty_request_is_planned_by_its_outline_and_a_short_one_by_clauses() -> None:
    chatty = (
        "Hello! I have a recording of yesterday's meeting, {talk}, which is rather long. Could you please transcribe "
        "it for me, translate the transcript into German, and finally read the translation aloud? Thanks a lot!"
    )

    assert tasks(plan_by_rules(chatty, (TALK,))) == "automatic-speech-recognition translation text-to-speech"
    assert tasks(plan_by_rules("cut out everything in the picture", (PHOTO,))) == "mask-generation"
    with pytest.raises(NoTaskFits, match="no task for audio-to-audio"):
        plan_by_rules("remove the background noise from {talk}", (TALK,))


@pytest.mark.parametrize("asked", ["turned", "having translated", "it is translated", "it has been translated"])
def test_a_participle_asks_for_what_comes_first(asked: str) -> None:
    said = {"turned": "but only after you've turned 'Ana vive en Quito' into English"}
    rest = said.get(asked, f"but only once {asked} into English: 'Ana vive en Quito'")

    assert doings(outline(f"List the named entities, {rest}.")) == "translate entities"


def test_a_wish_is_no_other_task_where_hfmagic_does_not_run_it() -> None:
    with pytest.raises(NoTaskFits, match="no task for tabular-classification"):
        plan_by_rules("Classify the table in the picture {photo}.", (PHOTO,))


def test_a_question_that_nothing_gives_is_read_from_the_words() -> None:
    plan = plan_by_outline("Classify the table in {photo}, and then tell me what colour its header is.", (PHOTO,))

    assert [type(reference) for step in plan.steps for reference in step.inputs.values()] == [Variable, Constant]


def test_what_neither_plans_is_refused_as_the_clauses_refuse_it() -> None:
    def refuse() -> Plan:
        raise NoTaskFits("as the clauses say")

    with pytest.raises(NoTaskFits, match="as the clauses say"):
        plan_values("asdf qwer", (), refuse)


PIECES = [
    *(r for r, _ in (*ENGLISH, *CHINESE)),
    "it",
    "the",
    "and",
    "'",
    "“",
    "{photo}",
    "`talk`",
    "after",
    "before",
    "?",
    "…",
]
REQUESTS = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join) | st.text(max_size=200)
INPUTS = st.lists(st.sampled_from([TALK, PHOTO, LETTER]), max_size=3, unique=True).map(tuple)


@given(request=REQUESTS, inputs=INPUTS)
def test_any_text_has_an_outline_whose_parts_read_only_earlier_ones(
    request: str, inputs: tuple[InputSchema, ...]
) -> None:
    found = outline(request, inputs)

    assert all(0 <= i < j for i, j in found.edges)
    assert all(0 <= p.start <= p.end <= len(request) for p in found.parts)
    assert outline(request, inputs) == found


def planned(request: str, inputs: tuple[InputSchema, ...]) -> Plan | HFMagicError:
    try:
        return plan_by_outline(request, inputs)
    except HFMagicError as error:
        return error


@given(request=REQUESTS, inputs=INPUTS)
def test_any_text_is_planned_or_refused(request: str, inputs: tuple[InputSchema, ...]) -> None:
    found = planned(request, inputs)

    if isinstance(found, Plan):
        assert validate(Plan.from_json(found.to_json())) == found
        assert {s.task for s in found.steps} <= set(CATALOGUE)
    else:
        assert len(found.line) <= 200


@pytest.mark.parametrize(
    "piece", ["'", "image ", "generate a ", "`a` ", "the image of the ", "图", "把", "answer ", ". ", "a.png "]
)
def test_a_text_that_repeats_itself_is_read_to_its_end(piece: str) -> None:
    assert outline(piece * 3000).request == piece * 3000
