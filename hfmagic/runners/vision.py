"""What pictures show: a model's own labels, labels that the request names, and embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed
from ..hub.skeleton import tensor_shapes
from ..kinds import Labels
from ..models import Loaded
from ..processors import PARTS
from .labels import ranked_rows
from .prepared import ON_CPU, Ready, groups, in_order, lacking, ready
from .runner import Runner, one_each

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

BEST = 5
SIGLIP_TOKENS = 64  # SigLIP was trained on texts padded to 64 tokens and pools the last of them
TOKENS = 77  # CLIP's own limit, where a tokenizer names none


def classify(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Labels]:
    """What each picture shows: the best five of the model's labels.

    By softmax, or by sigmoid for a multi-label head and one with a single label.
    Raises: StepFailed for a head that gives a number.
    """
    return classify_ready(loaded, ready(loaded, images, parameters), parameters)


def classify_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Labels]:
    """The same of pictures that are ready."""
    import torch

    config = loaded.model.config
    if config.problem_type == "regression":
        raise StepFailed(f"{loaded.facts.model_id} gives a number, not labels.", hint="%hf use STEP MODEL")
    found: dict[int, Labels] = {}
    for positions, batch in groups(loaded, pictures):
        with torch.inference_mode():
            logits = loaded.model(**batch).logits.float()  # (pictures, labels)
        many = config.problem_type == "multi_label_classification" or logits.shape[-1] == 1
        scores = logits.sigmoid() if many else logits.softmax(-1)
        found |= zip(positions, ranked_rows(config.id2label, scores, BEST), strict=True)
    return in_order(found)


def classify_by_text(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Labels]:
    """How well each label, in a sentence, goes with each picture.

    By softmax over the labels (CLIP), or by sigmoid for each (SigLIP), as in transformers'
    pipelines/zero_shot_image_classification.py.
    """
    return match_ready(loaded, ready(loaded, images, parameters), parameters)


def match_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Labels]:
    """The same of pictures that are ready."""
    import torch

    labels = [str(label) for label in parameters["candidate_labels"]]
    texts = _sentences(loaded, [parameters["hypothesis_template"].replace("{}", label) for label in labels])
    found: dict[int, Labels] = {}
    for positions, batch in groups(loaded, pictures, on_cpu=16 * ON_CPU):  # the texts are read anew with each
        with torch.inference_mode():
            logits = loaded.model(**texts, **batch).logits_per_image.float()  # (pictures, labels)
        scores = logits.sigmoid() if "siglip" in loaded.model.config.model_type else logits.softmax(-1)
        found |= zip(positions, ranked_rows(dict(enumerate(labels)), scores), strict=True)
    return in_order(found)


def _sentences(loaded: Loaded, sentences: Sequence[str]) -> Any:
    """Token ids and mask of shape (sentences, tokens)."""
    siglip = "siglip" in loaded.model.config.model_type
    options: dict[str, Any] = {"padding": "max_length", "max_length": SIGLIP_TOKENS} if siglip else {"padding": True}
    if not siglip and loaded.tokenizer.model_max_length > 10**6:
        options["max_length"] = TOKENS
    return loaded.tokenizer(list(sentences), truncation=True, return_tensors="pt", **options).to(loaded.device)


def embed(loaded: Loaded, images: Sequence[Image], parameters: Mapping[str, Any]) -> list[Any]:
    """The embedding of each picture: float32 of shape (dimensions,) and length 1.

    A model of pictures and texts gives the one that it compares with texts (get_image_features). Others give their
    pooled output, unless its weights are not among the files; then the first token of a transformer that has such a
    token, or the mean over the picture.
    """
    return embed_ready(loaded, ready(loaded, images, parameters), parameters)


def embed_ready(loaded: Loaded, pictures: Sequence[Ready], parameters: Mapping[str, Any]) -> list[Any]:
    """The same of pictures that are ready."""
    import torch

    found: dict[int, Any] = {}
    for positions, batch in groups(loaded, pictures):
        with torch.inference_mode():
            rows = _pooled(loaded, batch).float().flatten(1)  # (pictures, dimensions)
            rows = torch.nn.functional.normalize(rows, dim=-1)
        found |= zip(positions, rows.cpu().numpy(), strict=True)
    return in_order(found)


def _pooled(loaded: Loaded, batch: Mapping[str, Any]) -> Tensor:
    model = loaded.model
    if hasattr(model, "get_image_features"):
        features = model.get_image_features(**batch)
        found: Tensor = getattr(features, "pooler_output", features)
        return found
    outputs = model(**batch)
    pooled: Tensor | None = outputs.get("pooler_output")
    if pooled is not None and _pools(loaded):
        return pooled
    hidden: Tensor = outputs.last_hidden_state  # (pictures, tokens, dimensions), or (pictures, channels, height, width)
    if hidden.dim() == 4:
        return hidden.mean((2, 3))
    return hidden[:, 0] if any("cls_token" in name for name, _ in model.named_parameters()) else hidden.mean(1)


def _pools(loaded: Loaded) -> bool:
    """True where pooling has no weights of its own, or its weights are among the files.

    A classifier lacks those of a ViT's pooler: it may be loaded without them (models._MAY_MISS), but what they would
    give is random.
    """
    pooler = getattr(loaded.model, "pooler", None)
    if pooler is None or not any(True for _ in pooler.parameters()):
        return True
    return loaded.facts.folder is not None and _has_pooler(loaded.facts.folder, loaded.revision)


@lru_cache(maxsize=64)
def _has_pooler(folder: Path, revision: str) -> bool:
    return any("pooler." in name for name in tensor_shapes(folder))


_HOW: Mapping[str, Any] = {"cost": one_each, "budget": 16, "problem": lacking, "encode": ready}
RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "image-classification": (
        Runner(classify, "AutoModelForImageClassification", "AutoImageProcessor", forward=classify_ready, **_HOW),
    ),
    "zero-shot-image-classification": (
        Runner(
            classify_by_text,
            "AutoModelForZeroShotImageClassification",
            PARTS,
            forward=match_ready,
            **_HOW,
        ),
    ),
    "image-feature-extraction": (Runner(embed, "AutoModel", "AutoImageProcessor", forward=embed_ready, **_HOW),),
}
