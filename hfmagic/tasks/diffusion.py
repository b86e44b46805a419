"""Tasks that make pictures."""

from __future__ import annotations

from ..kinds import Kind
from .spec import Parameter, TaskSpec

TEXT, IMAGE = Kind.TEXT, Kind.IMAGE

STEPS = Parameter("steps", int, None, "of denoising; default: as the model's makers set it", "steps", 1, 500)
GUIDANCE = Parameter("guidance", float, None, "how closely the text is followed; default: the model's", "", 0.0, 50.0)
SEED = Parameter("seed", int, 0, "of the noise that a picture is made from", "", 0, 2**53)
NEGATIVE = Parameter("negative", str, "", "what a picture must not show")
STRENGTH = Parameter("strength", float, None, "how far a picture may change; default: the model's", "", 0.0, 1.0)


def _size(name: str) -> Parameter:
    help_ = "of the picture, a multiple of 8; default: what the model was trained on"
    return Parameter(name, int, None, help_, "pixels", 16, 4096)


TASKS = (
    TaskSpec(
        "image-to-image",
        {"image": IMAGE, "text": TEXT},
        IMAGE,
        "image",
        "a new picture from each picture: enlarged, or changed as a text says",
        (STEPS, GUIDANCE, STRENGTH, SEED, NEGATIVE),
        optional=frozenset({"text"}),
        heads=("ForImageSuperResolution", "Pipeline"),
    ),
    TaskSpec(
        "text-to-image",
        {"text": TEXT},
        IMAGE,
        "image",
        "draw a picture of what each text says",
        (STEPS, GUIDANCE, _size("width"), _size("height"), SEED, NEGATIVE),
        heads=("Pipeline",),
    ),
)
