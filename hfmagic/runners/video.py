"""Videos: what happens in them, and what a request says about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UnknownKind
from ..film import frames_of
from ..kinds import Label, Labels, Video
from ..models import Loaded, quiet
from .dialogue import ask, prompts_of, seers
from .runner import Runner, one_each
from .stacked import stacked

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

BEST = 5
SHOWN = 8  # pictures of a video that a model for pictures sees


def classify(loaded: Loaded, videos: Sequence[Video], parameters: Mapping[str, Any]) -> list[Labels]:
    """What happens in each video: the best five of the model's labels, by softmax, or sigmoid for a multi-label head.

    The model sees as many frames as its config asks for, evenly over the whole video.
    """
    return classify_ready(loaded, ready(loaded, videos, parameters), parameters)


def ready(loaded: Loaded, videos: Sequence[Video], parameters: Mapping[str, Any]) -> list[dict[str, Tensor]]:
    """The frames that the model sees of each video, shape (1, frames, channels, height, width)."""
    import torch

    config = loaded.model.config
    count = int(getattr(config, "num_frames", None) or getattr(config, "frames_per_clip", None) or 16)
    with quiet():
        made = [loaded.processor([list(sampled(v, count))], return_tensors="pt")["pixel_values"] for v in videos]
    return [{"pixel_values": torch.as_tensor(pixels)} for pixels in made]


def classify_ready(loaded: Loaded, videos: Sequence[dict[str, Tensor]], parameters: Mapping[str, Any]) -> list[Labels]:
    """The same of videos that are ready."""
    import torch

    config = loaded.model.config
    with torch.inference_mode():
        logits = loaded.model(**stacked(loaded, videos)).logits.float()  # (videos, labels)
    scores = logits.sigmoid() if config.problem_type == "multi_label_classification" else logits.softmax(-1)
    best = scores.topk(min(BEST, scores.shape[-1]), dim=-1)
    return [
        tuple(Label(str(config.id2label[i]), float(s)) for s, i in zip(row, ids, strict=True))
        for row, ids in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    ]


def sampled(video: Video, count: int) -> np.ndarray:
    """`count` frames evenly over a video, of shape (count, height, width, 3); a short one shows some twice."""
    import numpy as np

    places = np.linspace(0, len(video.frames) - 1, count).round().astype(int)
    shown: np.ndarray = video.frames[places]
    return shown


def answer(loaded: Loaded, values: Sequence[tuple[Video, str]], parameters: Mapping[str, Any]) -> list[str]:
    """What each text says to do about its video, from eight pictures of it in order."""
    if not getattr(loaded.processor, "chat_template", None):
        raise UnknownKind("the model has no chat template, so that it sees one picture at a time, not a video.")
    request = prompts_of(loaded).request
    texts = [request.replace("{}", text) for _, text in values]
    return ask(loaded, [frames_of(video, SHOWN) for video, _ in values], texts, int(parameters["max_new_tokens"]))


RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "video-classification": (
        Runner(
            classify,
            "AutoModelForVideoClassification",
            "AutoImageProcessor",
            cost=one_each,
            budget=4,
            most=4,
            encode=ready,
            forward=classify_ready,
        ),
    ),
    "video-text-to-text": seers(answer, most=2, note=f"the model saw {SHOWN} pictures of each video"),
}
