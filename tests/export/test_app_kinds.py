"""What an app shows of each kind of result, over tiny models: through Gradio's client it is what the engine gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.errors import BadOption
from hfmagic.export import to_app
from hfmagic.hub.facts import ModelFacts
from hfmagic.kinds import InputSchema, Kind
from hfmagic.plan import Constant, ModelChoice, Plan, Step, Variable
from hfmagic.recognise import recognise
from hfmagic.scope import validate
from hfmagic.session import Options, Session
from hfmagic.tasks import CATALOGUE
from tests.conformance.harness import SAMPLES, Architecture

from .apps import hosted, written
from .runs import models_of
from .test_linked import _id, _made, _stored

SHOWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "depth-estimation": ("test_vision", "DPTForDepthEstimation"),
        "object-detection": ("test_vision", "DetrForObjectDetection"),
        "image-segmentation": ("test_vision", "SegformerForSemanticSegmentation"),
        "image-feature-extraction": ("test_vision", "ViTModel"),
        "token-classification": ("test_text", "BertForTokenClassification"),
        "question-answering": ("test_text", "T5ForConditionalGeneration"),
        "text-to-audio": ("test_audio", "MusicgenForConditionalGeneration"),
        "video-classification": ("test_multimodal", "VideoMAEForVideoClassification"),
    }
)
"""A task for each kind of result, and the architecture that runs it."""


def proposed(task: str, folder: Path) -> tuple[Session, Any, Any]:
    """A step of the task over one value, its model pinned, and that value: a text, or the path of a file."""
    module, name = SHOWN[task]
    all_of_it: tuple[Architecture, ...] = import_module(f"tests.conformance.{module}").ARCHITECTURES
    one = next(a for a in all_of_it if (a.task, a.name) == (task, name))
    _made(one, folder)
    session = Session(
        HFMagic(cache_dir=str(folder / "cache"), hub_dirs=[str(folder / "hub")], allowed_dirs=[str(folder)])
    )
    spec = CATALOGUE[task]
    value = _stored((one.samples or SAMPLES[spec.takes[spec.subject]])[0], folder / "value")
    constants = {name: Constant(constant=text) for name, text in one.constants.items()}
    inputs = {spec.subject: Variable(variable="given"), **constants}
    step = Step(id="step", task=task, inputs=inputs, parameters=dict(one.parameters), output="found")
    given = {"given": recognise("given", value, reader=session.reader)}
    plan = validate(Plan(inputs=(given["given"].schema,), steps=(step,)))
    return session, session.choose_models(plan, given, Options(models={"step": _id(one)})), value


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Any, Any, Any]]]:
    """By task: what the engine gives, what the page shows, and what both were given."""
    from gradio_client import handle_file

    there = tmp_path_factory.mktemp("kinds")
    ours, values, folders = {}, {}, {}
    for task in SHOWN:
        session, proposal, values[task] = proposed(task, there / task)
        ours[task] = session.run(proposal)[0].value
        folders[task] = written(there / f"{task}-app", to_app(proposal.plan, models_of(session, proposal.plan)))
    with hosted(folders) as clients:
        theirs = {
            task: clients[task].predict(handle_file(str(value)) if isinstance(value, Path) else value)
            for task, value in values.items()
        }
        yield {task: (ours[task], theirs[task], values[task]) for task in SHOWN}


def test_depths_are_a_picture_from_black_to_white(shown: dict[str, Any]):
    ours, theirs, _ = shown["depth-estimation"]

    depths = np.asarray(ours, dtype=np.float64)
    with Image.open(theirs) as picture:
        found = np.asarray(picture.convert("L"), dtype=np.float64)
    assert (found.min(), found.max()) == (0, 255)
    assert found == pytest.approx((depths - depths.min()) / (depths.max() - depths.min()) * 255, abs=1.5)


@pytest.mark.parametrize("task", ["object-detection", "image-segmentation"])
def test_what_was_found_in_a_picture_is_drawn_on_it(shown: dict[str, Any], task: str):
    ours, theirs, value = shown[task]

    assert [one["label"] for one in theirs["annotations"]] == [one.label for one in ours]
    assert len(ours) > 0
    with Image.open(theirs["image"]) as picture, Image.open(value) as given:
        assert picture.size == given.size
        assert np.array_equal(np.asarray(picture.convert("RGB")), np.asarray(given.convert("RGB")))


def test_the_pixels_of_a_mask_are_those_that_are_drawn(shown: dict[str, Any]):
    ours, theirs, _ = shown["image-segmentation"]

    for one, drawn in zip(ours, theirs["annotations"], strict=True):
        with Image.open(drawn["image"]) as picture:
            assert np.array_equal(np.asarray(picture.convert("RGBA"))[..., 3] > 0, one.mask)


def test_what_was_found_in_a_text_is_marked_in_it(shown: dict[str, Any]):
    ours, theirs, text = shown["token-classification"]

    marked = [(one["class_or_confidence"], one["token"]) for one in theirs if one["class_or_confidence"]]
    assert marked == [(span.label, text[span.start : span.end]) for span in ours]
    assert "".join(one["token"] for one in theirs) == text
    assert marked


def test_an_answer_without_a_score_shows_none(shown: dict[str, Any]):
    ours, theirs, _ = shown["question-answering"]

    assert theirs == {"label": ours[0].label, "confidences": None}


def test_a_sound_has_the_samples_that_were_made(shown: dict[str, Any]):
    import soundfile

    ours, theirs, _ = shown["text-to-audio"]
    samples, rate = soundfile.read(theirs)

    assert rate == ours.sampling_rate
    assert samples == pytest.approx(np.clip(ours.samples, -1, 1), abs=1e-3)


def test_an_embedding_is_its_numbers(shown: dict[str, Any]):
    ours, theirs, _ = shown["image-feature-extraction"]

    assert theirs == pytest.approx(list(ours), abs=1e-4)


def test_a_video_goes_in_and_labels_come_out(shown: dict[str, Any]):
    ours, theirs, _ = shown["video-classification"]

    scores = {one["label"]: one["confidence"] for one in theirs["confidences"]}
    assert scores == pytest.approx({one.label: one.score for one in ours[:5]}, abs=1e-3)


def test_a_value_that_a_page_has_no_field_for_is_no_app():
    step = Step(id="s", task="cluster", inputs={"embedding": Variable(variable="e")}, output="out")
    plan = Plan(
        inputs=(InputSchema(name="e", kind=Kind.EMBEDDING),),
        steps=(step.model_copy(update={"model": ModelChoice(model_id="a/b", revision="0" * 40)}),),
    )
    with pytest.raises(BadOption, match="no field for e: embedding"):
        to_app(plan, {"a/b": ModelFacts("a/b", None)})
