"""How far away things in a picture are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..models import Loaded
from .prepared import Ready, as_float32, groups, image_processor, in_order, lacking, ready, shapes
from .runner import Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

METRIC = ("GLPNForDepthEstimation", "ZoeDepthForDepthEstimation", "DepthProForDepthEstimation")
"""Trained on distances in metres."""


def measure_depth(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Image]:
    """A depth map of each picture: a picture in mode "F" of the same size, in the model's own unit."""
    return measure_ready(loaded, ready(loaded, images, parameters), parameters)


def measure_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Image]:
    """The same of pictures that are ready."""
    import PIL.Image
    import torch

    found: dict[int, Any] = {}
    for positions, batch in groups(loaded, pictures):
        of = [pictures[i].size for i in positions]
        with torch.inference_mode():
            outputs = as_float32(loaded.model(**batch))
            ready = _at_own_size(image_processor(loaded), outputs, of)
        for i, one in zip(positions, ready, strict=True):
            found[i] = PIL.Image.fromarray(one.float().cpu().numpy())
    return in_order(found)


def _at_own_size(processor: Any, outputs: Any, of: Sequence[tuple[int, int]]) -> list[Tensor]:
    """Depths of shape (height, width) in the size of each picture, as the model's processor enlarges them."""
    if not type(processor).__name__.startswith("ZoeDepth"):
        ready = processor.post_process_depth_estimation(outputs, target_sizes=of)
        return [one["predicted_depth"] for one in ready]
    return [_cut(depth, size, processor.do_pad) for depth, size in zip(outputs.predicted_depth, of, strict=True)]


def _cut(depth: Tensor, size: tuple[int, int], is_padded: bool) -> Tensor:
    """ZoeDepth's map without the margin of 3 √(side / 2) pixels that its pictures get.

    As image_processing_pil_zoedepth.py does it, which takes torchvision for the enlargement.
    """
    import torch

    high, wide = (int(math.sqrt(side / 2) * 3) if is_padded else 0 for side in size)
    whole = (size[0] + 2 * high, size[1] + 2 * wide)
    large = torch.nn.functional.interpolate(depth[None, None], size=whole, mode="bicubic", align_corners=False)[0, 0]
    return large[high : high + size[0], wide : wide + size[1]]


def which_way(loaded: Loaded) -> str:
    """What a larger number means, where architecture or config tells; else an empty string."""
    kind = getattr(loaded.model.config, "depth_estimation_type", "")
    if kind == "metric" or any(a.endswith(METRIC) for a in loaded.facts.architectures):
        return "depth in metres: more is farther away"
    return "depth without a unit: more is nearer" if kind == "relative" else ""


_HOW: Mapping[str, Any] = {
    "cost": one_each,
    "budget": 4,
    "note_of": which_way,
    "problem": lacking,
    "encode": ready,
    "order": shapes,
}
RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "depth-estimation": (
        Runner(measure_depth, "AutoModelForDepthEstimation", "AutoImageProcessor", forward=measure_ready, **_HOW),
    ),
}
