"""Architectures of the tasks that look at pictures."""

from __future__ import annotations

from pathlib import Path

from .harness import Architecture, check, rows
from .tiny_pictures import BOTH, CLASSIFIERS, EMBEDDERS
from .tiny_scenes import CUTTERS, DEPTHS, DETECTORS, NAMED_DETECTORS, SEGMENTERS

WANTED = {"candidate_labels": ["a cat", "a red parcel", "dog"]}
TASKS = (
    ("image-classification", CLASSIFIERS, {}),
    ("zero-shot-image-classification", BOTH, WANTED),
    (
        "image-feature-extraction",
        {
            **EMBEDDERS,
            **{n: BOTH[n] for n in ("CLIPModel", "SiglipModel", "AlignModel")},
            "ViTForImageClassification": CLASSIFIERS["ViTForImageClassification"],
        },
        {},
    ),
    ("object-detection", DETECTORS, {"threshold": 0.0}),
    ("zero-shot-object-detection", NAMED_DETECTORS, {**WANTED, "threshold": 0.0}),
    ("image-segmentation", SEGMENTERS, {"threshold": 0.0}),
    ("mask-generation", CUTTERS, {"threshold": 0.0, "points_per_side": 4}),
    ("depth-estimation", DEPTHS, {}),
)
ARCHITECTURES = tuple(
    Architecture(task, name, make, parameters=parameters)
    for task, models, parameters in TASKS
    for name, make in models.items()
)


@rows(ARCHITECTURES)
def test_an_architecture_runs(architecture: Architecture, tmp_path: Path):
    check(architecture, tmp_path)
