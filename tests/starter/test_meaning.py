"""What the models of the starter set mean, as made on this machine: known inputs, expected outputs."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from hfmagic.hub.revision import folder_revision
from hfmagic.limits import license_class
from hfmagic.starter import SET

DATA = Path(__file__).parents[2] / "notebooks" / "data"
NAMES = [model.name for model in SET]


@pytest.fixture(scope="module")
def folders(starter_hub: Path) -> dict[str, Path]:
    return {name: starter_hub / "starter" / name for name in NAMES}


def classifier(folder: Path, task: str) -> Any:
    from transformers import pipeline

    return pipeline(task, model=str(folder), device="cpu", dtype="float32", top_k=None)


def best(answer: list[dict[str, Any]]) -> str:
    return max(answer, key=lambda label: label["score"])["label"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_holds_safe_weights_a_card_and_a_revision(folders, name):
    folder = folders[name]
    suffixes = {p.suffix for p in folder.rglob("*") if p.is_file()}
    data = ModelCard.load(folder / "README.md").data

    assert suffixes <= {".json", ".safetensors", ".md", ".txt", ".jinja"}
    assert license_class(data.license) == "permissive"
    assert "auto_map" not in json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[0-9a-f]{40}", folder_revision(folder))


@pytest.mark.parametrize(("name", "least"), [("minilm-l6-sentiment", 0.83), ("bert-tiny-sentiment", 0.72)])
def test_the_card_says_how_often_the_sentiment_was_right(folders, name, least):
    results = ModelCard.load(folders[name] / "README.md").data.eval_results
    accuracy = {result.dataset_split: result.metric_value for result in results}

    assert {"held-out", "amazon"} == set(accuracy)
    assert accuracy["held-out"] >= least


def embeddings(folder: Path, texts: list[str]) -> Any:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        hidden = AutoModel.from_pretrained(folder, dtype=torch.float32)(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None]
    return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)


def test_texts_of_one_topic_are_near_each_other(folders):
    vectors = embeddings(
        folders["all-minilm-l6-v2"],
        ["My parcel never arrived.", "I was charged twice this month.", "delivery and shipping", "billing and payment"],
    )
    near = vectors[:2] @ vectors[2:].T

    assert near[0, 0] > near[0, 1]
    assert near[1, 1] > near[1, 0]


def test_pooling_is_known_to_be_the_mean(folders):
    pooling = json.loads((folders["all-minilm-l6-v2"] / "1_Pooling" / "config.json").read_text(encoding="utf-8"))

    assert pooling["pooling_mode_mean_tokens"]


def test_the_sentiment_of_unseen_reviews_is_right_mostly_and_the_weak_model_is_weaker(folders):
    with (DATA / "reviews.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["id"]: row["review"] for row in csv.DictReader(file)}
    with (DATA / "reviews_ratings.csv").open(encoding="utf-8", newline="") as file:
        positive = {row["id"]: float(row["rating"]) > 0 for row in csv.DictReader(file)}
    right = {}
    for name in ("minilm-l6-sentiment", "bert-tiny-sentiment"):
        answers = classifier(folders[name], "text-classification")(list(texts.values()), batch_size=32)
        right[name] = sum(
            (best(answer) == "POSITIVE") == positive[row] for row, answer in zip(texts, answers, strict=True)
        ) / len(texts)

    # Measured 0.80 and 0.66; these 240 sentences are harder than the whole Amazon part (0.83 and 0.65).
    assert right["minilm-l6-sentiment"] >= 0.77
    assert 0.58 <= right["bert-tiny-sentiment"] <= right["minilm-l6-sentiment"] - 0.05


@pytest.mark.parametrize(
    ("photo", "label"), [("chelsea", "cat"), ("coffee", "espresso"), ("camera", "tripod"), ("china", "palace")]
)
def test_a_photo_is_named(folders, photo, label):
    from PIL import Image

    with Image.open(DATA / "photos" / f"{photo}.jpg") as image:
        answer = classifier(folders["efficientnet-lite0"], "image-classification")(image.convert("RGB"))

    assert label in best(answer)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def test_speech_is_written_down(folders):
    import soundfile
    from transformers import pipeline

    recognise = pipeline(
        "automatic-speech-recognition", model=str(folders["whisper-tiny.en"]), device="cpu", dtype="float32"
    )
    with (DATA / "speech" / "transcripts.csv").open(encoding="utf-8", newline="") as file:
        clips = {row["file"]: words(row["text"]) for row in csv.DictReader(file)}
    shared = {}
    for name, wanted in clips.items():
        samples, rate = soundfile.read(DATA / "speech" / name, dtype="float32")
        heard = words(recognise({"raw": samples, "sampling_rate": rate})["text"])
        shared[name] = len(set(heard) & set(wanted)) / len(set(wanted))

    assert min(shared.values()) >= 0.75, shared


def written(folder: Path, text: str, *, chat: bool) -> str:
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    auto: Any = AutoModelForCausalLM if chat else AutoModelForSeq2SeqLM
    if chat:
        turns = [{"role": "user", "content": text}]
        text = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    tokens = tokenizer(text, return_tensors="pt")
    inputs = {name: tokens[name] for name in ("input_ids", "attention_mask")}
    model = auto.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        ids = model.generate(**inputs, max_new_tokens=24, do_sample=False)[0]
    return str(tokenizer.decode(ids[inputs["input_ids"].shape[1] if chat else 0 :], skip_special_tokens=True))


def test_a_title_is_short_and_about_the_text(folders):
    text = "The login page crashed on Safari because the session cookie had expired, so we refresh the cookie now."
    title = written(folders["flan-t5-small-titler"], text, chat=False)

    assert len(words(title)) <= 10
    assert set(words(title)) & {"login", "session", "cookie", "cookies", "safari"}


def test_the_chat_model_follows_its_template(folders):
    said = written(folders["smollm2-135m-instruct"], "What is the capital of France?", chat=True)

    assert "Paris" in said
