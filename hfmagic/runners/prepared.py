"""Pictures made ready for a model: each by itself, then side by side where they come out in the same size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..models import Loaded, quiet

if TYPE_CHECKING:
    from PIL.Image import Image


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


def sizes(images: Sequence[Image]) -> list[tuple[int, int]]:
    """(height, width) of each picture in pixels: what transformers calls target_sizes."""
    return [(image.height, image.width) for image in images]


def groups(
    loaded: Loaded, images: Sequence[Image], *, processor: Any = None, **options: Any
) -> Iterator[tuple[list[int], dict[str, Any]]]:
    """Positions of pictures that are ready in the same size, and their tensors on the model's device, in its dtype.

    No picture is padded to the size of another: a padded one has other boxes (YOLOS) and other scores (DETR), so that
    its result would hang on its neighbours. `options` go to the image processor.
    """
    prepare = processor or image_processor(loaded)
    with quiet():
        ready = [_tensors(prepare(images=[image], return_tensors="pt", **options)) for image in images]
    alike: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for i, batch in enumerate(ready):
        alike.setdefault(tuple(tuple(t.shape) for t in batch.values()), []).append(i)
    for positions in alike.values():
        yield positions, _joined(loaded, [ready[i] for i in positions])


def _tensors(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Without what some processors give beside tensors, such as an empty list of patches."""
    import torch

    return {name: value for name, value in batch.items() if isinstance(value, torch.Tensor)}


def _joined(loaded: Loaded, batches: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tensors of several pictures as one, along the first axis, on the device; real numbers in the model's dtype."""
    import torch

    whole = {name: torch.cat([b[name] for b in batches]) for name in batches[0]}
    dtype = loaded.model.dtype
    return {name: t.to(loaded.device, dtype if t.is_floating_point() else t.dtype) for name, t in whole.items()}


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
