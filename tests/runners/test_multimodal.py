"""Models that see: the same as transformers' pipelines give, only new tokens, how they are asked, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hfmagic.errors import DamagedModel, NoTrainedHead, UnknownKind
from hfmagic.film import open_video
from hfmagic.kinds import Video
from hfmagic.models import head_problem
from hfmagic.runners import caption, dialogue, registry, video
from hfmagic.tasks import CATALOGUE
from tests.conformance import test_multimodal as tiny
from tests.conformance.harness import film, picture
from tests.conformance.seeing import loaded, run, tokenizer
from tests.hubserver.tiny import summary
from tests.test_video import film as write_film

ASK, CAPTION, VQA = "image-text-to-text", "image-to-text", "visual-question-answering"
WHAT = "what is in this picture ?"


@pytest.fixture(autouse=True)
def _same_weights():
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize(
    "make", [tiny.llava, tiny.idefics3, tiny.gemma3, tiny.llava_next], ids=["llava", "idefics3", "gemma3", "next"]
)
def test_a_chat_about_a_picture_is_that_of_transformers(tmp_path: Path, make: Callable[[Path], None]):
    from transformers import pipeline

    make(tmp_path)
    model = loaded(tmp_path, ASK)
    pictures = [picture(0), picture(1, (40, 64))]
    pipe = pipeline(ASK, model=model.model, processor=model.processor)
    expected = []
    for one in pictures:
        content = [{"type": "image", "image": one}, {"type": "text", "text": WHAT}]
        said = pipe(text=[{"role": "user", "content": content}], return_full_text=False, max_new_tokens=6)
        expected.append(said[0]["generated_text"].strip())

    assert run(model, ASK, [(one, WHAT) for one in pictures]) == expected
    assert all(expected)


@pytest.mark.parametrize("make", [tiny.qwen2_vl, tiny.internvl, tiny.paligemma], ids=["qwen2-vl", "internvl", "pali"])
def test_rows_of_a_batch_are_answered_as_they_are_alone(tmp_path: Path, make: Callable[[Path], None]):
    make(tmp_path)
    model = loaded(tmp_path, ASK)
    values = [
        (picture(0), WHAT),
        (picture(1, (64, 40)), "describe the picture in one short phrase ."),
        (picture(2), "a"),
    ]

    assert run(model, ASK, values) == [run(model, ASK, [value])[0] for value in values]


def test_labels_of_a_video_are_those_of_transformers(tmp_path: Path):
    from transformers import pipeline

    tiny.videomae(tmp_path)
    model = loaded(tmp_path, "video-classification")
    file = write_film(tmp_path / "film.mp4", frames=4)  # transformers takes the first four frames
    pipe = pipeline("video-classification", model=model.model, image_processor=model.processor)
    expected = [(x["label"], pytest.approx(x["score"], abs=1e-6)) for x in pipe(str(file))]

    (found,) = run(model, "video-classification", [open_video(file)])

    assert [(x.label, x.score) for x in found] == expected


def test_a_model_of_videos_sees_frames_over_the_whole_length():
    clip = Video(np.arange(30, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8), 10.0)
    short = Video(clip.frames[:2], 10.0)

    assert video.sampled(clip, 4)[:, 0, 0, 0].tolist() == [0, 10, 19, 29]
    assert video.sampled(short, 4)[:, 0, 0, 0].tolist() == [0, 0, 1, 1]


def test_a_chat_about_a_video_shows_its_pictures_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.llava(tmp_path)
    model, seen = loaded(tmp_path, "video-text-to-text"), []
    template = model.processor.apply_chat_template
    monkeypatch.setattr(
        model.processor, "apply_chat_template", lambda chats, **more: seen.extend(chats) or template(chats, **more)
    )
    frames = np.arange(16, dtype=np.uint8)[:, None, None, None] * np.ones((1, 20, 20, 3), np.uint8)

    assert run(model, "video-text-to-text", [(Video(frames, 8.0), WHAT)])[0]

    shown = [part["image"].getpixel((0, 0))[0] for part in seen[0][0]["content"] if part["type"] == "image"]
    assert shown == sorted(shown)
    assert (len(shown), shown[0], shown[-1]) == (8, 0, 15)


def test_a_model_without_a_template_says_that_it_sees_no_video(tmp_path: Path):
    tiny.paligemma(tmp_path)

    with pytest.raises(UnknownKind, match="one picture at a time"):
        run(loaded(tmp_path, "video-text-to-text"), "video-text-to-text", [(film(0), WHAT)])


def test_vilt_gives_each_answer_its_own_score(tmp_path: Path):
    import torch

    tiny.vilt(tmp_path)
    model = loaded(tmp_path, VQA)
    batch = model.processor(images=picture(0), text=WHAT, return_tensors="pt")
    with torch.inference_mode():
        expected = model.model(**batch).logits[0].sigmoid().tolist()

    found = run(model, VQA, [(picture(0), WHAT)])[0]

    assert {x.label: x.score for x in found} == pytest.approx(
        dict(zip(["yes", "no", "two", "red"], expected, strict=True))
    )
    assert [x.score for x in found] == sorted((x.score for x in found), reverse=True)


@pytest.mark.parametrize("make", [tiny.blip_vqa, tiny.llava], ids=["blip", "llava"])
def test_a_written_answer_has_no_score(tmp_path: Path, make: Callable[[Path], None]):
    make(tmp_path)

    (answer,) = run(loaded(tmp_path, VQA), VQA, [(picture(0), WHAT)])[0]

    assert answer.label
    assert math.isnan(answer.score)


def test_a_question_is_asked_as_the_makers_of_a_model_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.blip2(tmp_path)
    model, seen = loaded(tmp_path, VQA), []
    own = type(model.processor).__call__
    monkeypatch.setattr(
        type(model.processor), "__call__", lambda self, *a, **k: seen.extend(k.get("text") or ()) or own(self, *a, **k)
    )

    run(model, VQA, [(picture(0), "what is it?")])

    assert seen == ["Question: what is it? Answer:"]


def test_the_task_of_a_donut_is_its_added_token_without_a_partner():
    assert caption.task_token(tokenizer("<s_iitcdip>", "<s_cord-v2>", "<s_menu>", "</s_menu>")) == "<s_cord-v2>"
    assert caption.task_token(tokenizer("<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>")) == "<s_docvqa>"
    assert caption.task_token(tokenizer()) == ""


def test_the_fields_of_a_donut_are_json():
    words = tokenizer("<s_total>", "</s_total>", "<s_menu>", "</s_menu>")

    assert caption._fields(words, "<s_menu>tea</s_menu><s_total>4.50</s_total>") == '{"menu": "tea", "total": "4.50"}'
    assert caption._fields(words, "<unknown>tea") == "tea"


def test_a_donut_begins_with_its_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny.donut_cord(tmp_path)
    model, starts = loaded(tmp_path, CAPTION), []
    generate = model.model.generate
    monkeypatch.setattr(
        model.model, "generate", lambda **more: starts.append(more["decoder_input_ids"].tolist()) or generate(**more)
    )

    run(model, CAPTION, [picture(0), picture(1)])

    assert starts == [[[model.tokenizer.convert_tokens_to_ids("<s_cord-v2>")]]] * 2


def test_a_model_that_does_not_see_is_refused(tmp_path: Path):
    summary(tmp_path)

    assert "T5" in head_problem(tmp_path, dialogue.AUTO)
    with pytest.raises(DamagedModel, match="cannot do this task"):
        loaded(tmp_path, CAPTION)


def test_a_model_without_its_answers_is_refused(tmp_path: Path):
    from transformers import ViltModel

    tiny.vilt(tmp_path)
    config = (tmp_path / "config.json").read_text()
    ViltModel.from_pretrained(tmp_path).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(config)

    assert "classifier" in head_problem(tmp_path, "AutoModelForVisualQuestionAnswering")
    with pytest.raises(NoTrainedHead):
        loaded(tmp_path, VQA)


@pytest.mark.parametrize("task", [CAPTION, ASK, VQA, "document-question-answering", "video-text-to-text"])
def test_what_a_model_lacks_here_is_said_before_it_is_fetched(task: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "find_spec", lambda _: None)

    assert registry.refusal(task, ["SmolVLMForConditionalGeneration"]).endswith("pip install num2words")
    assert registry.refusal(task, ["Llama4ForConditionalGeneration"]).endswith("pip install torchvision")
    assert registry.refusal(task, ["LlavaForConditionalGeneration"]) == ""


def test_every_task_of_this_file_is_in_the_catalogue():
    tasks = {CAPTION, ASK, VQA, "document-question-answering", "video-classification", "video-text-to-text"}

    assert tasks <= set(CATALOGUE)
    assert tasks <= set(registry.RUNNERS)
