"""Which part of a picture is what, to the pixel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kinds import Mask, Masks
from ..models import Loaded, quiet
from .prepared import Ready, as_float32, groups, image_processor, in_order, lacking, ready, shapes
from .runner import Runner, one_each

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image
    from torch import Tensor

SURE = 0.5  # the least score of a thing where the step names none: the default of transformers' image processors
OVERLAP = 0.5  # of a thing's area that must be its own, as in transformers' pipelines/image_segmentation.py
AT_ONCE = 16_000_000  # numbers of a map of classes that is enlarged in one piece: 64 MB


def segment_things(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Masks]:
    """The things and grounds in each picture (panoptic), of which no two overlap, the surest first."""
    return things_ready(loaded, ready(loaded, images, parameters), parameters)


def things_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Masks]:
    """The same of pictures that are ready."""
    return _panoptic(loaded, pictures, parameters, image_processor(loaded))


def segment_by_task(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Masks]:
    """The same with OneFormer, which is told in words which of its three tasks to do."""
    return by_task_ready(loaded, ready_for_oneformer(loaded, images, parameters), parameters)


def ready_for_oneformer(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Ready]:
    """Each picture made ready by itself."""
    with quiet():
        prepare = _without_class_names(loaded.facts.folder, loaded.revision)
    return ready(loaded, images, parameters, processor=prepare)


def by_task_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Masks]:
    """The same as segment_by_task of pictures that are ready."""
    config = loaded.model.config
    with quiet():
        words = loaded.tokenizer(
            ["the task is panoptic"],
            padding="max_length",
            max_length=config.task_seq_len,
            truncation=True,
            return_tensors="pt",
        )
        finish = _maskformer()
    task = words["input_ids"] * words["attention_mask"]  # (1, tokens), as processing_oneformer.py does
    return _panoptic(loaded, pictures, parameters, finish, task_inputs=task)


def segment_grounds(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Masks]:
    """What each point of each picture belongs to (semantic), one mask a class, the surest first.

    A class's score is the mean of its softmax over its points.
    """
    return grounds_ready(loaded, ready_whole(loaded, images, parameters), parameters)


def ready_whole(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Ready]:
    """Each picture made ready by itself, without what would crop it."""
    return ready(loaded, images, parameters, **_whole(image_processor(loaded)))


def grounds_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Masks]:
    """The same as segment_grounds of pictures that are ready."""
    import torch

    least = parameters["threshold"] or 0.0
    found: dict[int, Masks] = {}
    for positions, batch in groups(loaded, pictures):
        with torch.inference_mode():
            logits = loaded.model(**batch).logits.float()  # (pictures, classes, height, width)
            for n, i in enumerate(positions):
                best, scores = _best_class(logits[n], pictures[i].size)
                found[i] = _masks(_named(loaded, best, scores), least)
    return in_order(found)


def _panoptic(
    loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any], finish: Any, **more: Tensor
) -> list[Masks]:
    import torch

    least = SURE if parameters["threshold"] is None else parameters["threshold"]
    found: dict[int, Masks] = {}
    for positions, batch in groups(loaded, pictures):
        extra = {name: t.expand(len(positions), -1).to(loaded.device) for name, t in more.items()}
        with torch.inference_mode():
            outputs = as_float32(loaded.model(**{**batch, **extra}))
            ready = finish.post_process_panoptic_segmentation(
                outputs,
                threshold=least,
                overlap_mask_area_threshold=OVERLAP,
                target_sizes=[pictures[i].size for i in positions],
            )
        for i, one in zip(positions, ready, strict=True):
            where, names = one["segmentation"].cpu().numpy(), loaded.model.config.id2label
            things = (
                (str(names.get(s["label_id"], f"LABEL_{s['label_id']}")), s["score"], where == s["id"])
                for s in one["segments_info"]
            )
            found[i] = _masks(things, 0.0)
    return in_order(found)


@lru_cache(maxsize=4)
def _without_class_names(folder: Path | None, revision: str) -> Any:
    """OneFormer's image processor without the file of class names that it would fetch; only training reads it."""
    from transformers import AutoImageProcessor

    return AutoImageProcessor.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False, class_info_file=None
    )


def _maskformer() -> Any:
    """What reads OneFormer's answer as its own processor would, which takes torchvision for it."""
    from transformers import MaskFormerImageProcessor

    return MaskFormerImageProcessor()


def _whole(processor: Any) -> dict[str, Any]:
    """Options with which the model sees the whole picture: of a cropped one, the map would not fit the picture."""
    crop = getattr(processor, "crop_size", None)
    if not getattr(processor, "do_center_crop", False) or not crop:
        return {}
    return {"do_center_crop": False, "size": {"height": crop["height"], "width": crop["width"]}}


def _best_class(logits: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The best class of each point of a picture of (height, width), and its softmax; both of that shape.

    The map of shape (classes, height, width) is enlarged by straight lines, as transformers' processors do, some
    classes at a time: 150 classes of a 12-megapixel picture would take 7 GB. The softmax is that of the map minus its
    largest values: straight lines commute with that, and no exponential overflows.
    """
    import torch

    logits = logits - logits.amax(0, keepdim=True)
    step = max(1, AT_ONCE // (size[0] * size[1]))
    best = logits.new_full(size, -math.inf)
    where, total = torch.zeros_like(best, dtype=torch.long), torch.zeros_like(best)
    for start in range(0, logits.shape[0], step):
        part = torch.nn.functional.interpolate(
            logits[None, start : start + step], size=size, mode="bilinear", align_corners=False
        )[0]
        high, at = part.max(0)
        where = torch.where(high > best, at + start, where)
        best = torch.maximum(best, high)
        total += part.exp().sum(0)
    return where, best.exp() / total


def _named(loaded: Loaded, best: Tensor, scores: Tensor) -> Iterable[tuple[str, float, np.ndarray]]:
    import numpy as np

    names = loaded.model.config.id2label
    for c in np.unique(best.cpu().numpy()).tolist():
        part = best == c
        yield str(names.get(c, f"LABEL_{c}")), float(scores[part].mean()), part.cpu().numpy()


def _masks(parts: Iterable[tuple[str, float, np.ndarray]], least: float) -> Masks:
    masks = (Mask(label, float(score), mask) for label, score, mask in parts if score >= least)
    return tuple(sorted(masks, key=lambda mask: -mask.score))


_HOW: Mapping[str, Any] = {"cost": one_each, "budget": 4, "problem": lacking, "order": shapes}
_SEMANTIC, _UNIVERSAL = "AutoModelForSemanticSegmentation", "AutoModelForUniversalSegmentation"
RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "image-segmentation": (
        Runner(
            segment_grounds,
            _SEMANTIC,
            "AutoImageProcessor",
            of=("ForSemanticSegmentation",),
            encode=ready_whole,
            forward=grounds_ready,
            **_HOW,
        ),
        Runner(
            segment_by_task,
            _UNIVERSAL,
            "AutoTokenizer",
            of=("OneFormerForUniversalSegmentation",),
            encode=ready_for_oneformer,
            forward=by_task_ready,
            **_HOW,
        ),
        Runner(segment_things, _UNIVERSAL, "AutoImageProcessor", encode=ready, forward=things_ready, **_HOW),
    ),
}
