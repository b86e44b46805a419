"""Pictures made ready for a model: each by itself, then side by side where they come out in the same size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..models import Loaded, quiet
from ..pictures import FORMATS
from .stacked import alike, parts, stacked

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

ON_CPU = 2**18
"""Pixels of a forward pass on the CPU: five pictures of 224 × 224, one of a detector's.

What the C library takes at once beyond 32 MB it gives back at once, to be taken anew, zero by zero, for the next layer:
EfficientNet-lite0 took 14 ms a picture by 4, 26 ms by 16, 59 ms by 32 (2 cores, torch 2.13); a ViT the same by any.
"""
CHANNELS_LAST = frozenset({"efficientnet", "mobilenet_v1", "mobilenet_v2", "regnet", "resnet"})
"""Convolutions from end to end: over pictures whose channels lie together they take 9 to 24 % less time on the CPU.

ConvNeXt takes 5 % more, and what mixes convolutions with attention (MobileViT) gives other scores.
"""
TURNED = 5  # from here on EXIF's orientations lay a picture on its side
TIMM = ("timm_backbone", "timm_wrapper")


def lacking(config: Mapping[str, Any]) -> str:
    """Which package a model of such a config.json needs that is not here; else an empty string.

    Many detectors have a backbone of timm, and transformers draws for some models with torchvision only.
    """
    from transformers.models.auto.image_processing_auto import IMAGE_PROCESSOR_MAPPING_NAMES

    inner = config.get("backbone_config")
    kinds = (config.get("model_type"), inner.get("model_type") if isinstance(inner, Mapping) else None)
    draws = IMAGE_PROCESSOR_MAPPING_NAMES.get(str(kinds[0]), {})
    needed = {
        "timm": config.get("use_timm_backbone") is True or any(kind in TIMM for kind in kinds),
        "torchvision": bool(draws) and "pil" not in draws,
    }
    missing = [name for name, is_needed in needed.items() if is_needed and find_spec(name) is None]
    return f"needs a package that is not here: pip install {' '.join(missing)}" if missing else ""


def image_processor(loaded: Loaded) -> Any:
    """The image processor, also where it is part of a processor."""
    return getattr(loaded.processor, "image_processor", loaded.processor)


@dataclass(frozen=True)
class Ready:
    """A picture as a model takes it: the image processor's tensors, of one row each; and (height, width) of its own."""

    tensors: Mapping[str, Any]
    size: tuple[int, int]


def ready(
    loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any], *, processor: Any = None, **options: Any
) -> list[Ready]:
    """Each picture made ready by itself: one that cannot be fails alone. `options` go to the image processor."""
    prepare = processor or image_processor(loaded)
    with quiet():
        made = [_tensors(prepare(images=[image], return_tensors="pt", **options)) for image in images]
    return [Ready(tensors, (im.height, im.width)) for tensors, im in zip(made, images, strict=True)]


def groups(
    loaded: Loaded, pictures: Sequence[Ready], *, on_cpu: int = ON_CPU
) -> Iterator[tuple[list[int], dict[str, Any]]]:
    """Positions of pictures that are ready in the same size, and their tensors on the model's device, in its dtype.

    No picture is padded to the size of another: a padded one has other boxes (YOLOS) and other scores (DETR), so that
    its result would hang on its neighbours. On the CPU at most `on_cpu` pixels are run together.
    """
    import torch

    last = str(loaded.device) == "cpu" and loaded.model.config.model_type in CHANNELS_LAST
    tensors = [picture.tensors for picture in pictures]
    for positions in alike(tensors):
        for part in parts(positions, _at_once(loaded, tensors[positions[0]], on_cpu)):
            batch = stacked(loaded, [tensors[i] for i in part])
            if last:
                batch["pixel_values"] = batch["pixel_values"].contiguous(memory_format=torch.channels_last)
            yield list(part), batch


def _at_once(loaded: Loaded, tensors: Mapping[str, Tensor], on_cpu: int) -> int:
    """How many pictures of a size are run together: on the CPU so many pixels, elsewhere all of a batch."""
    if str(loaded.device) != "cpu":
        return 10**6
    pixels = math.prod(next(iter(tensors.values())).shape[-2:])
    return max(1, on_cpu // max(1, pixels))


def _tensors(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Without what some processors give beside tensors, such as an empty list of patches."""
    import torch

    return {name: value for name, value in batch.items() if isinstance(value, torch.Tensor)}


def shapes(pictures: Sequence[Any]) -> list[float]:
    """Height by width of each picture, open or not: those of the same shape come out in the same size.

    Only the head of a file is read; 0 where it cannot be told.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its size and of odd metadata, as pictures.open_image does
        return [_shape(picture) for picture in pictures]


def _shape(picture: Any) -> float:
    import PIL.ExifTags
    import PIL.Image

    try:
        if isinstance(picture, PIL.Image.Image):
            return picture.height / picture.width
        with picture.open("rb") as file, PIL.Image.open(file, formats=FORMATS) as image:
            turned = image.getexif().get(PIL.ExifTags.Base.Orientation, 1) >= TURNED
            return image.width / image.height if turned else image.height / image.width
    except Exception:  # noqa: BLE001  what is wrong with a picture is told when it is opened
        return 0.0


def in_order(found: Mapping[int, Any]) -> list[Any]:
    """The values by position."""
    return [found[i] for i in range(len(found))]


def as_float32(outputs: Any) -> Any:
    """A model's output with its half precision tensors as float32: scores and corners are reckoned in it."""
    import torch

    for name, value in list(outputs.items()):
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            outputs[name] = value.float()
    return outputs
