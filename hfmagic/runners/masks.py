"""Pictures cut into their things, without names, by the Segment Anything models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..kinds import Mask, Masks
from ..models import Loaded, quiet
from .prepared import image_processor, lacking
from .runner import Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

POINTS_AT_ONCE = 64
ALIKE = 0.7  # two masks whose boxes overlap by more than this share are the same thing (Segment Anything's own number)


def cut_out(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Masks]:
    """The things in each picture, the surest first; they may overlap.

    transformers' own mask-generation pipeline: what is at each point of a grid is cut out; what the model is not sure
    of (`threshold`), or what changes with the cut-off of its mask, is left out. Only the choice among masks of the same
    thing is ours, as transformers takes torchvision for it.
    """
    import numpy as np

    with quiet():
        cut = _pipeline()(model=loaded.model, image_processor=image_processor(loaded), device=loaded.device)
        found = [
            cut(
                image,
                points_per_batch=POINTS_AT_ONCE,
                points_per_crop=parameters["points_per_side"],
                pred_iou_thresh=parameters["threshold"],
                crops_nms_thresh=ALIKE,
            )
            for image in images
        ]
    return [
        tuple(
            Mask("", min(float(s), 1.0), np.ascontiguousarray(m, dtype=bool))
            for m, s in zip(f["masks"], f["scores"].tolist(), strict=True)
        )
        for f in found
    ]


def _pipeline() -> Any:
    import torch
    from transformers import MaskGenerationPipeline
    from transformers.models.sam.image_processing_pil_sam import _rle_to_mask

    class Pipeline(MaskGenerationPipeline):
        def postprocess(self, model_outputs: Any, *_: Any, crops_nms_thresh: float = ALIKE, **__: Any) -> Any:  # type: ignore[override]
            found = list(model_outputs)
            scores = torch.cat([part["iou_scores"] for part in found]).float()
            boxes = torch.cat([part["boxes"] for part in found]).float()
            runs = [run for part in found for run in part["masks"]]
            keep = different(boxes, scores, crops_nms_thresh)
            return {"masks": [_rle_to_mask(runs[i]) for i in keep], "scores": scores[keep]}

    return Pipeline


def different(boxes: Tensor, scores: Tensor, alike: float) -> list[int]:
    """Positions of boxes, the best score first, without those that overlap a better one by more than `alike`.

    Non-maximum suppression as torchvision.ops.nms does it. Boxes of shape (n, 4) as (xmin, ymin, xmax, ymax); the
    overlap is the area of both by that of either.
    """
    import torch

    left = torch.argsort(scores, descending=True, stable=True)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while len(left):
        first, left = int(left[0]), left[1:]
        kept.append(first)
        low = torch.maximum(boxes[left, :2], boxes[first, :2])
        high = torch.minimum(boxes[left, 2:], boxes[first, 2:])
        both = (high - low).clamp(min=0).prod(-1)
        left = left[both <= alike * (areas[left] + areas[first] - both)]
    return kept


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "mask-generation": (
        Runner(cut_out, "AutoModelForMaskGeneration", "AutoImageProcessor", cost=one_each, budget=1, problem=lacking),
    ),
}
