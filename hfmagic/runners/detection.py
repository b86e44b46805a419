"""Things in pictures, with a box around each: those that a model knows, and those that the request names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..kinds import Box
from ..models import Loaded
from ..processors import PARTS
from .prepared import Ready, as_float32, groups, image_processor, in_order, lacking, ready, shapes
from .runner import Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

Boxes = tuple[Box, ...]
DETECTED_AT_ONCE = 4  # pictures of about 800 × 1,100 pixels a forward pass


def detect(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The things in each picture that the model knows, the surest first; corners within the picture."""
    return detect_ready(loaded, ready(loaded, images, parameters), parameters)


def detect_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The same of pictures that are ready."""
    import torch

    names = loaded.model.config.id2label
    found: dict[int, Boxes] = {}
    for positions, batch in groups(loaded, pictures):
        of = [pictures[i].size for i in positions]
        with torch.inference_mode():
            outputs = as_float32(loaded.model(**batch))
        ready = image_processor(loaded).post_process_object_detection(
            outputs, threshold=parameters["threshold"], target_sizes=of
        )
        for i, size, one in zip(positions, of, ready, strict=True):
            labels = [str(names.get(c, f"LABEL_{c}")) for c in one["labels"].tolist()]
            found[i] = _boxes(zip(labels, one["scores"].tolist(), one["boxes"].tolist(), strict=True), size)
    return in_order(found)


def detect_named(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The things in each picture that go with a label (OWL-ViT, OWLv2); each label is looked for by itself.

    The picture is read once for all of them; the same thing can have several labels, as in transformers'
    pipelines/zero_shot_object_detection.py.
    """
    return detect_named_ready(loaded, ready(loaded, images, parameters), parameters)


def detect_named_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The same of pictures that are ready."""
    import torch

    labels = [str(label) for label in parameters["candidate_labels"]]
    tokens = loaded.tokenizer(labels, padding="max_length", max_length=_text_length(loaded), truncation=True)
    texts = {k: torch.tensor(v, device=loaded.device) for k, v in tokens.items()}  # (labels, tokens)
    found: dict[int, Boxes] = {}
    for positions, batch in groups(loaded, pictures):
        of = [pictures[i].size for i in positions]
        many = {name: t.repeat(len(positions), 1) for name, t in texts.items()}
        with torch.inference_mode():
            outputs = as_float32(loaded.model(**many, **batch))
        held: dict[int, list[Any]] = {i: [] for i in positions}
        for n, label in enumerate(labels):
            one = SimpleNamespace(logits=outputs.logits[..., n : n + 1], pred_boxes=outputs.pred_boxes)
            ready = image_processor(loaded).post_process_object_detection(
                one, threshold=parameters["threshold"], target_sizes=of
            )
            for i, r in zip(positions, ready, strict=True):
                held[i] += zip([label] * len(r["scores"]), r["scores"].tolist(), r["boxes"].tolist(), strict=True)
        found |= {i: _boxes(held[i], size) for i, size in zip(positions, of, strict=True)}
    return in_order(found)


def ground(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The things in each picture that go with a label (Grounding DINO): a thing has the label that fits it best.

    The model reads all labels as one text, "a cat. a dog.", and says for each thing how well each token goes with it; a
    label's score is that of its best token, as its processor's post_process_grounded_object_detection takes it.
    Raises: ValueError when the labels are too many for one text.
    """
    return ground_ready(loaded, ready(loaded, images, parameters), parameters)


def ground_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Boxes]:
    """The same of pictures that are ready."""
    import torch

    found: dict[int, Boxes] = {}
    labels = [str(label) for label in parameters["candidate_labels"]]
    texts, own = _prompt(loaded, labels)
    for positions, batch in groups(loaded, pictures):
        many = {name: t.expand(len(positions), -1).to(loaded.device) for name, t in texts.items()}
        with torch.inference_mode():
            outputs = as_float32(loaded.model(**many, **batch))
        tokens = outputs.logits.sigmoid()  # (pictures, things, tokens)
        scores, best = torch.stack([tokens[..., places].amax(-1) for places in own], -1).max(-1)  # (pictures, things)
        for n, i in enumerate(positions):
            height, width = pictures[i].size
            keep = (scores[n] > parameters["threshold"]).nonzero()[:, 0]
            corners = _corners(outputs.pred_boxes[n, keep]) * torch.tensor([width, height] * 2, device=loaded.device)
            named = [labels[c] for c in best[n, keep].tolist()]
            found[i] = _boxes(zip(named, scores[n, keep].tolist(), corners.tolist(), strict=True), (height, width))
    return in_order(found)


def _prompt(loaded: Loaded, labels: Sequence[str]) -> tuple[Mapping[str, Tensor], list[list[int]]]:
    """The labels as one text in tokens of shape (1, tokens), and for each label the places of its own tokens."""
    text, ends = "", []
    for label in labels:
        start = len(text)
        text += label.strip().lower().rstrip(".") + ". "
        ends.append((start, len(text) - 2))
    batch = loaded.tokenizer(text.strip(), return_tensors="pt", return_offsets_mapping=True)
    offsets = batch.pop("offset_mapping")[0].tolist()
    most = int(getattr(loaded.model.config, "max_text_len", 256))
    if len(offsets) > most:
        raise ValueError(f"the labels have {len(offsets)} tokens, the model reads {most} at once")
    return batch, [[n for n, (a, b) in enumerate(offsets) if start <= a < b <= end] for start, end in ends]


def _corners(boxes: Tensor) -> Tensor:
    """Boxes of shape (n, 4) as (xmin, ymin, xmax, ymax), from center, width and height."""
    import torch

    center, half = boxes[:, :2], boxes[:, 2:] / 2
    return torch.cat([center - half, center + half], -1)


def _boxes(things: Any, size: tuple[int, int]) -> Boxes:
    """Label, score and corners of each thing as boxes within a picture of (height, width), the surest first."""
    height, width = size
    boxes = (
        Box(
            label,
            float(score),
            *(min(max(float(c), 0.0), m) for c, m in zip(corners, (width, height) * 2, strict=True)),
        )
        for label, score, corners in things
    )
    return tuple(sorted(boxes, key=lambda box: -box.score))


def _text_length(loaded: Loaded) -> int:
    return int(loaded.model.config.text_config.max_position_embeddings)


_HOW: Mapping[str, Any] = {
    "cost": one_each,
    "budget": DETECTED_AT_ONCE,
    "problem": lacking,
    "encode": ready,
    "order": shapes,
}
_NAMED = "AutoModelForZeroShotObjectDetection"
RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "object-detection": (
        Runner(detect, "AutoModelForObjectDetection", "AutoImageProcessor", forward=detect_ready, **_HOW),
    ),
    "zero-shot-object-detection": (
        Runner(ground, _NAMED, PARTS, of=("GroundingDinoForObjectDetection",), forward=ground_ready, **_HOW),
        Runner(detect_named, _NAMED, PARTS, forward=detect_named_ready, **_HOW),
    ),
}
