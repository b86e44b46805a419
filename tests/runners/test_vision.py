"""What comes of a picture means something: colours that hand-set weights name, likeness of photographs, depths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hfmagic.config import HFMagic
from hfmagic.errors import StepFailed
from hfmagic.kinds import Mask
from hfmagic.runners.masks import different
from hfmagic.runners.prepared import lacking
from hfmagic.runners.segmentation import _best_class
from tests.conformance.harness import picture
from tests.conformance.tiny_pictures import CLASSIFIERS
from tests.conformance.tiny_scenes import CUTTERS, DEPTHS, NAMED_DETECTORS
from tests.conformance.tiny_vision import NAMED, VIT, WHOLE, model
from tests.runners.loaded import loaded, made, run

COLOURS = {"red": (220, 30, 30), "green": (30, 180, 60), "blue": (30, 60, 220)}


def halves(left: str, right: str, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture whose left half has one colour, and its right half another; `size` is (width, height)."""
    image = Image.new("RGB", size, COLOURS[left])
    image.paste(COLOURS[right], (size[0] // 2, 0, *size))
    return image


def sees_colours(folder: Path) -> None:
    """A Segformer taught in a hundred steps which of three colours each point has."""
    import torch
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    names = dict(enumerate(COLOURS))
    sizes: dict[str, Any] = {"depths": [1, 1], "sr_ratios": [2, 1], "hidden_sizes": [8, 8], "patch_sizes": [3, 3]}
    sizes |= {"strides": [2, 1], "num_attention_heads": [1, 2], "mlp_ratios": [2, 2], "decoder_hidden_size": 8}
    config = SegformerConfig(num_encoder_blocks=2, id2label=names, label2id={v: k for k, v in names.items()}, **sizes)
    taught = SegformerForSemanticSegmentation(config)
    colours = torch.tensor(list(COLOURS.values())) / 127.5 - 1
    learner = torch.optim.Adam(taught.parameters(), lr=0.01)
    dice = torch.Generator().manual_seed(0)
    for _ in range(100):
        blocks = torch.randint(0, 3, (8, 2, 2), generator=dice)
        target = blocks.repeat_interleave(8, 1).repeat_interleave(8, 2)  # (8, 16, 16)
        loss = taught(pixel_values=colours[target].permute(0, 3, 1, 2), labels=target).loss
        learner.zero_grad()
        loss.backward()
        learner.step()
    taught.eval().save_pretrained(folder)
    half = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "size": {"height": 32, "width": 32}}
    from tests.conformance.tiny_vision import prepare

    prepare(folder, "SegformerImageProcessor", half)


def test_a_map_says_where_each_colour_is(tmp_path: Path):
    segmenter = loaded("image-segmentation", made(sees_colours, tmp_path))
    one, other = run("image-segmentation", segmenter, [halves("red", "blue"), halves("green", "red", (40, 60))])
    assert {m.label for m in one} == {"red", "blue"}
    assert {m.label for m in other} == {"green", "red"}
    red = next(m for m in one if m.label == "red")
    assert red.mask.shape == (48, 64)
    assert red.mask[:, :28].mean() > 0.95
    assert red.mask[:, 36:].mean() < 0.05
    assert red.score > 0.7
    assert run("image-segmentation", segmenter, [halves("red", "blue")], threshold=1.0) == [()]


@pytest.mark.parametrize("at_once", [1, 2, 10**9])
def test_a_large_map_is_enlarged_in_parts_to_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch):
    import torch

    monkeypatch.setattr("hfmagic.runners.segmentation.AT_ONCE", at_once * 20 * 30)
    logits = torch.randn(7, 5, 6, generator=torch.Generator().manual_seed(0)) * 30
    large = torch.nn.functional.interpolate(logits[None], size=(20, 30), mode="bilinear", align_corners=False)[0]
    best, scores = _best_class(logits, (20, 30))
    assert torch.equal(best, large.argmax(0))
    assert torch.allclose(scores, large.softmax(0).amax(0), atol=1e-5)


def test_alike_masks_are_one():
    import torch

    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [5, 0, 15, 10]])
    assert different(boxes, torch.tensor([0.8, 0.9, 0.1, 0.7]), 0.7) == [1, 3, 2]
    assert different(boxes[:0], torch.tensor([]), 0.7) == []


def test_every_thing_is_cut_out_at_its_points(tmp_path: Path):
    surer = {"mask_decoder.output_hypernetworks_mlps.1.proj_out.weight": 1e10}
    surer |= {f"mask_decoder.output_hypernetworks_mlps.{n}.proj_out.weight": 1e10 for n in (2, 3)}
    cutter = loaded("mask-generation", made(CUTTERS["SamModel"], tmp_path, surer))
    cutter.model.mask_decoder.iou_prediction_head.proj_out.bias.data += 1.0
    found = run("mask-generation", cutter, [picture(0), picture(1, (40, 64))], points_per_side=4, threshold=0.5)
    assert all(found)
    assert [m.mask.shape for m in (found[0][0], found[1][0])] == [(40, 48), (64, 40)]
    assert all(isinstance(m, Mask) and m.label == "" and m.mask.sum() > 0 for masks in found for m in masks)
    assert [m.score for m in found[0]] == sorted((m.score for m in found[0]), reverse=True)


def test_a_label_that_fits_has_the_box(tmp_path: Path):
    """Each label's score is that of its own tokens: those of another label count nothing."""
    finder = loaded("zero-shot-object-detection", made(NAMED_DETECTORS["GroundingDinoForObjectDetection"], tmp_path))
    task, one = "zero-shot-object-detection", [picture(0, (128, 128)), picture(1, (160, 128))]
    boxes = run(task, finder, one, candidate_labels=["red parcel", "a dog"], threshold=0.0)
    assert [len(b) for b in boxes] == [8, 8]
    assert {b.label for found in boxes for b in found} <= {"red parcel", "a dog"}
    from hfmagic.runners.detection import _prompt

    tokens, own = _prompt(finder, ["Red parcel.", "a dog"])
    words = finder.tokenizer.convert_ids_to_tokens(tokens["input_ids"][0])
    assert [[words[i] for i in places] for places in own] == [["[UNK]", "parcel"], ["a", "[UNK]"]]
    with pytest.raises(ValueError, match="tokens"):
        run(task, finder, one, candidate_labels=["parcel"] * 40)


def test_zoe_depths_lose_the_margin_of_their_pictures(tmp_path: Path):
    depth = loaded("depth-estimation", made(DEPTHS["ZoeDepthForDepthEstimation"], tmp_path))
    found = run("depth-estimation", depth, [picture(0), picture(1, (40, 64))])
    assert [(d.mode, d.size) for d in found] == [("F", (48, 40)), ("F", (40, 64))]
    import torch

    from hfmagic.runners.depth import _cut, which_way

    # A slope that rises along the padded width: what is left is the part of it within the picture.
    high, wide = 40 + 2 * 13, 48 + 2 * 14  # 3 √(side / 2) pixels on each side
    slope = torch.arange(wide).float().expand(high, wide)
    assert torch.allclose(_cut(slope, (40, 48), True), torch.arange(14, 62).float().expand(40, 48))
    assert which_way(depth) == "depth in metres: more is farther away"


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"problem_type": "multi_label_classification"}, 1.0), ({"num_labels": 1}, 1.0), ({}, 0.0)],
)
def test_heads_that_are_no_choice_of_one_give_each_label_its_own_score(more: Any, expected: float, tmp_path: Path):
    """A bias of 9 on every label: each is sure by sigmoid, and none is by softmax."""
    names = {} if "num_labels" in more else NAMED
    make = model("ViTForImageClassification", "ViTConfig", "ViTImageProcessor", WHOLE, lambda: {**VIT, **names, **more})
    classifier = loaded("image-classification", made(make, tmp_path))
    classifier.model.classifier.bias.data += 9.0
    (labels,) = run("image-classification", classifier, [picture(0)])
    assert all((x.score > 0.99) == bool(expected) for x in labels)
    assert labels[0].label == "LABEL_0" if not names else labels[0].label in NAMED["label2id"]


def test_a_head_that_gives_a_number_is_refused(tmp_path: Path):
    sizes = {**VIT, "num_labels": 1, "problem_type": "regression"}
    make = model("ViTForImageClassification", "ViTConfig", "ViTImageProcessor", WHOLE, lambda: sizes)
    with pytest.raises(StepFailed, match="a number, not labels"):
        run("image-classification", loaded("image-classification", made(make, tmp_path)), [picture(0)])


def test_a_random_pooler_is_never_asked(tmp_path: Path):
    """A ViT that classifies has no pooler in its files: its embedding is the first token, the same at each load."""
    folder = made(CLASSIFIERS["ViTForImageClassification"], tmp_path)
    (one,) = run("image-feature-extraction", loaded("image-feature-extraction", folder), [picture(0)])
    (again,) = run("image-feature-extraction", loaded("image-feature-extraction", folder), [picture(0)])
    assert np.array_equal(one, again)
    assert np.linalg.norm(one) == pytest.approx(1.0)


def test_pictures_of_the_same_thing_are_nearer(config: HFMagic, session: Any):
    """By the model that sorts photographs into ImageNet's classes, named by the user."""
    from hfmagic.hub.facts import read_facts
    from tests.conftest import DATA

    photos = sorted((DATA / "photos").glob("*.jpg"))
    shots = [Image.open(p).convert("RGB") for p in photos[:3]]
    turned = [s.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((s.width // 2, s.height // 2)) for s in shots]
    folder = Path(config.hub_dirs[0]) / "starter" / "efficientnet-lite0"
    embedder = loaded("image-feature-extraction", folder)
    rows = np.stack(run("image-feature-extraction", embedder, [*shots, *turned]))
    assert read_facts(folder, "starter/efficientnet-lite0").task == "image-classification"
    cosines = rows[:3] @ rows[3:].T
    assert cosines.argmax(1).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("config", "package"),
    [
        ({"model_type": "detr", "use_timm_backbone": True, "backbone": "resnet50"}, "timm"),
        ({"model_type": "rt_detr", "backbone_config": {"model_type": "timm_backbone"}}, "timm"),
        ({"model_type": "timm_wrapper"}, "timm"),
        ({"model_type": "sam2"}, "torchvision"),
        ({"model_type": "vit"}, ""),
    ],
)
def test_a_model_that_needs_another_package_says_which(
    config: dict[str, Any], package: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hfmagic.runners.prepared.find_spec", lambda _: None)
    assert lacking(config) == (f"needs a package that is not here: pip install {package}" if package else "")
    monkeypatch.setattr("hfmagic.runners.prepared.find_spec", lambda _: object())
    assert lacking(config) == ""
