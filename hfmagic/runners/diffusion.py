"""Pictures made of noise by diffusers' pipelines: from a text, or from a picture and a text."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidPlan, StepFailed
from ..models import Loaded, quiet
from . import enlarge
from .drawn import by_size, to_picture
from .runner import Runner

if TYPE_CHECKING:
    from PIL.Image import Image

# Ours → diffusers'. What a pipeline has no word for is refused, not left out.
_NAMES = {
    "steps": "num_inference_steps",
    "guidance": "guidance_scale",
    "width": "width",
    "height": "height",
    "strength": "strength",
    "negative": "negative_prompt",
}
_AT_ONCE = 4  # pictures in a batch on a GPU; on a CPU one: two take twice as long, and nothing is shown meanwhile
_UNKNOWN_SIDE = 1024  # pixels of a picture's longer side, where the pipeline does not say what it was trained on


def draw(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Image]:
    """A picture of what each text says; the same text, seed and model give the same picture, whatever the batch.

    Raises: InvalidPlan for a size that is no multiple of 8 or a setting that the pipeline lacks; StepFailed for a
        picture that its safety checker refused, or that is no picture.
    """
    for side in ("width", "height"):
        if (parameters.get(side) or 0) % 8:
            raise InvalidPlan(f"{side} is {parameters[side]}, wanted a multiple of 8.")
    return _made(loaded, len(texts), {"prompt": list(texts)}, parameters)


def change(loaded: Loaded, values: Sequence[Any], parameters: Mapping[str, Any]) -> list[Image]:
    """Each picture changed as its text says, at most as large as the pipeline's own pictures. Raises: as `draw`."""
    takes = _takes(loaded.model)
    if "prompt" in takes and "Upscale" not in type(loaded.model).__name__ and not all(text for _, text in values):
        raise StepFailed(f"{loaded.facts.model_id} needs a text.", hint="say what the picture is to become")
    fitted = [_fitted(loaded.model, image) for image, _ in values]
    made: dict[int, Image] = {}
    for (width, height), places in by_size(fitted).items():
        # Else some pipelines (Flux) make the picture square.
        given: dict[str, Any] = {n: v for n, v in (("width", width), ("height", height)) if n in takes}
        given["image"] = [fitted[i] for i in places]
        if "prompt" in takes:
            given["prompt"] = [values[i][1] or "" for i in places]
        made |= zip(places, _made(loaded, len(places), given, parameters), strict=True)
    return [made[i] for i in range(len(values))]


def shares(loaded: Loaded, values: Sequence[Any]) -> list[int]:
    """Each picture's share of a batch, whose budget is _AT_ONCE."""
    return [_AT_ONCE if loaded.device == "cpu" else 1] * len(values)


def _made(loaded: Loaded, count: int, given: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[Image]:
    """What the pipeline makes. Every row has a generator of its own, so that its noise is not that of its place."""
    import torch

    takes = _takes(loaded.model)
    options = {_NAMES[n]: v for n, v in parameters.items() if n in _NAMES and v not in (None, "")}
    if lacking := [ours for ours, name in _NAMES.items() if name in options and name not in takes]:
        what = f"{type(loaded.model).__name__} of {loaded.facts.model_id} takes no `{lacking[0]}`."
        raise InvalidPlan(what, hint=f"leave `{lacking[0]}` out")
    if "negative_prompt" in options:
        options["negative_prompt"] = [options["negative_prompt"]] * count
    # On the CPU, also for a GPU: the same noise on every machine.
    generators = [torch.Generator().manual_seed(int(parameters.get("seed") or 0)) for _ in range(count)]
    with quiet():
        found = loaded.model(**given, **options, generator=generators, output_type="np")
    if any(getattr(found, "nsfw_content_detected", None) or ()):
        raise StepFailed("the model's safety checker refused this picture.", hint="another text or seed")
    return [to_picture(pixels) for pixels in found.images]


def _takes(pipeline: Any) -> Mapping[str, inspect.Parameter]:
    """The arguments that a pipeline is called with."""
    takes = dict(inspect.signature(pipeline.__call__).parameters)
    strength = takes.get("true_cfg_scale")
    if strength is not None and isinstance(strength.default, int | float) and strength.default <= 1:
        takes.pop("negative_prompt", None)  # Flux reads it only at a true_cfg_scale above 1
    return takes


def _fitted(pipeline: Any, image: Image) -> Image:
    """The picture with sides that the pipeline can work with: multiples of 8 or 16, not longer than its own."""
    unit = 16 if getattr(pipeline, "transformer", None) is not None else 8
    model = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    own = getattr(getattr(model, "config", None), "sample_size", None)
    most = own * getattr(pipeline, "vae_scale_factor", 1) if isinstance(own, int) else _UNKNOWN_SIDE
    scale = min(1.0, most / max(image.size))
    width, height = (max(unit, int(side * scale) // unit * unit) for side in image.size)
    image = image.convert("RGB")
    return image if image.size == (width, height) else image.resize((width, height))


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "text-to-image": (
        Runner(draw, "AutoPipelineForText2Image", "", cost=shares, budget=_AT_ONCE, needs=("diffusers",)),
    ),
    "image-to-image": (
        *enlarge.RUNNERS["image-to-image"],
        Runner(change, "AutoPipelineForImage2Image", "", cost=shares, budget=_AT_ONCE, needs=("diffusers",)),
    ),
}
