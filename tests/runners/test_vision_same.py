"""Pictures give what transformers' own pipelines give for them one at a time, though they come as a batch of sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hfmagic.kinds import Box, Mask
from hfmagic.models import quiet
from tests.conformance.harness import picture
from tests.conformance.tiny_pictures import BOTH, CLASSIFIERS
from tests.conformance.tiny_scenes import DEPTHS, DETECTORS, NAMED_DETECTORS, SEGMENTERS
from tests.runners.loaded import loaded, made, run

Make = Callable[[Path], None]
PICTURES = [picture(0), picture(1, (40, 64)), picture(2), picture(3, (64, 64))]
CLOSE = 1e-4
WANTED = ["a cat", "a red parcel", "dog"]
# Random weights find nothing: their scores are made surer.
SURER = {
    "DetrForSegmentation": {"class_labels_classifier.weight": -200.0, "query_position_embeddings.weight": 20.0},
    "MaskFormerForInstanceSegmentation": {"class_predictor.weight": 200.0},
    "Mask2FormerForUniversalSegmentation": {"class_predictor.weight": 200.0},
    "EomtForUniversalSegmentation": {"class_predictor.weight": 200.0},
}
WITHOUT_TORCHVISION = {"OneFormerForUniversalSegmentation", "ZoeDepthForDepthEstimation"}
"""transformers' own pipelines cannot do these here: their image processors ask for torchvision at the end."""
CROPPED = {"MobileViTForSemanticSegmentation"}
"""The pipeline lays the map of a cropped picture over the whole one; ours is that of the whole one."""


def each(models: Mapping[str, Make], without: set[str] = frozenset()) -> Any:
    """The models as parameters of a test."""
    return pytest.mark.parametrize(("name", "make"), [(n, m) for n, m in models.items() if n not in without])


def pipeline(task: str, folder: Path, **options: Any) -> list[Any]:
    """What transformers' pipeline gives for each picture."""
    import transformers

    with quiet():
        parts: dict[str, Any] = {"image_processor": transformers.AutoImageProcessor.from_pretrained(folder)}
        if task.startswith("zero-shot"):
            parts["tokenizer"] = transformers.AutoTokenizer.from_pretrained(folder)
        made = transformers.pipeline(task, model=str(folder), device="cpu", **parts)
        return [made(one, **options) for one in PICTURES]


def corners(box: Any, size: tuple[int, int]) -> tuple[int, ...]:
    """A pipeline's box within its picture of (width, height), in whole pixels."""
    kept = (box["xmin"], box["ymin"], box["xmax"], box["ymax"])
    return tuple(min(max(c, 0), m) for c, m in zip(kept, size * 2, strict=True))


def covers(mask: Mask, other: Any) -> bool:
    """True where label, score and 99 of 100 pixels agree; the pipeline gives maps of classes no score."""
    close = other["score"] is None or abs(mask.score - other["score"]) <= CLOSE
    return (
        close and mask.label == other["label"] and float((mask.mask == (np.asarray(other["mask"]) > 0)).mean()) > 0.99
    )


def is_same(box: Box, other: Any, size: tuple[int, int]) -> bool:
    """True where label, score and corners agree; the pipeline cuts corners down to whole pixels."""
    mine = (box.xmin, box.ymin, box.xmax, box.ymax)
    near = all(abs(a - b) <= 1.01 for a, b in zip(mine, corners(other["box"], size), strict=True))
    return near and box.label == other["label"] and abs(box.score - other["score"]) <= CLOSE


@each(CLASSIFIERS)
def test_labels_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path)
    ours = run("image-classification", loaded("image-classification", folder), PICTURES)
    for own, theirs in zip(ours, pipeline("image-classification", folder), strict=True):
        assert {x.label: x.score for x in own} == pytest.approx({x["label"]: x["score"] for x in theirs}, abs=CLOSE)


@each(BOTH)
def test_named_labels_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path)
    task = "zero-shot-image-classification"
    ours = run(task, loaded(task, folder), PICTURES, candidate_labels=WANTED)
    for own, theirs in zip(ours, pipeline(task, folder, candidate_labels=WANTED), strict=True):
        expected = {x["label"]: x["score"] for x in theirs}
        assert {x.label: x.score for x in own} == pytest.approx(expected, abs=CLOSE, nan_ok=name == "AlignModel")


@each(DETECTORS)
def test_boxes_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path)
    ours = run("object-detection", loaded("object-detection", folder), PICTURES, threshold=0.0)
    assert all(ours)
    for one, own, theirs in zip(PICTURES, ours, pipeline("object-detection", folder, threshold=0.0), strict=True):
        assert len(own) == len(theirs)
        assert [x.score for x in own] == sorted((x.score for x in own), reverse=True)
        for box in own:
            assert any(is_same(box, other, one.size) for other in theirs), box


@each(NAMED_DETECTORS, {"GroundingDinoForObjectDetection", "MMGroundingDinoForObjectDetection"})
def test_boxes_of_named_things_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path)
    task = "zero-shot-object-detection"
    ours = run(task, loaded(task, folder), PICTURES, candidate_labels=WANTED, threshold=0.3)
    assert any(ours)
    expected = pipeline(task, folder, candidate_labels=WANTED, threshold=0.3)
    for own, other in zip(ours, expected, strict=True):
        assert [x.score for x in own] == pytest.approx([x["score"] for x in other], abs=CLOSE)
        assert [x.label for x in own] == [x["label"] for x in other]


@each(SEGMENTERS, WITHOUT_TORCHVISION | CROPPED)
def test_masks_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path, SURER.get(name))
    ours = run("image-segmentation", loaded("image-segmentation", folder), PICTURES)
    assert any(ours)
    for one, own, theirs in zip(PICTURES, ours, pipeline("image-segmentation", folder, threshold=0.5), strict=True):
        assert len(own) == len(theirs)
        assert all(x.mask.shape == (one.height, one.width) for x in own)
        for mask in own:
            assert any(covers(mask, other) for other in theirs), mask.label


@each(DEPTHS, WITHOUT_TORCHVISION)
def test_depths_are_those_of_the_pipeline(name: str, make: Make, tmp_path: Path):
    folder = made(make, tmp_path)
    ours = run("depth-estimation", loaded("depth-estimation", folder), PICTURES)
    for one, own, theirs in zip(PICTURES, ours, pipeline("depth-estimation", folder), strict=True):
        assert (own.mode, own.size) == ("F", one.size)
        assert np.asarray(own) == pytest.approx(theirs["predicted_depth"].numpy(), abs=CLOSE)
