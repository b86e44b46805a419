"""Embeddings of texts, and what is told by their closeness. Pooled as the model's own files say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import StepFailed
from ..kinds import Labels
from ..models import Loaded
from .encoded import Encoded, fast, padded
from .labels import ranked, ranked_rows
from .runner import Encode, Run, Runner
from .text import max_tokens, ready, tokenize

if TYPE_CHECKING:
    from torch import Tensor

SHARPNESS = 20.0  # of the softmax over cosines; 20 is the scale sentence-transformers trains its losses with


def classify_by_similarity(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Labels]:
    """The given labels for each text, by the cosine of embeddings; scores are a softmax of the cosines."""
    labels = [str(label) for label in parameters["candidate_labels"]]
    cosines = embed(loaded, texts) @ embed(loaded, labels).T  # (rows, labels)
    return [ranked(dict(enumerate(labels)), row) for row in (cosines * SHARPNESS).softmax(-1).tolist()]


def compare(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[float]:
    """The cosine of each text's embedding with that of `sentence`, -1…1."""
    cosines = embed(loaded, texts) @ embed(loaded, [parameters["sentence"]]).T  # (rows, 1)
    return [float(c) for c in cosines[:, 0].tolist()]


def embed_each(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Any]:
    """The embedding of each text: float32 of shape (dimensions,) and length 1."""
    return list(embed(loaded, texts).cpu().numpy())


def embed(loaded: Loaded, texts: Sequence[str]) -> Tensor:
    """The last hidden states of each text pooled into one, scaled to length 1; shape (rows, dimensions).

    As sentence-transformers does: 1_Pooling/config.json says how to pool, config_sentence_transformers.json which
    prompt stands before a text where none is named. Without those files: the mean over real tokens, no prompt.
    """
    prompt = _prompt(loaded)
    return _vectors(loaded, tokenize(loaded, [prompt + text for text in texts]))


def _vectors(loaded: Loaded, batch: Mapping[str, Tensor]) -> Tensor:
    """The pooled hidden states of a batch of tokens, scaled to length 1; shape (rows, dimensions)."""
    import torch

    with torch.inference_mode():
        hidden = loaded.model(**batch).last_hidden_state.float()  # (rows, tokens, dimensions)
    pooled = [POOLINGS[name](hidden, batch["attention_mask"]) for name in _poolings(loaded)]
    return torch.nn.functional.normalize(torch.cat(pooled, dim=-1), dim=-1)


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    real = mask.unsqueeze(-1)  # (rows, tokens, 1)
    return (hidden * real).sum(1) / real.sum(1).clamp(min=1)


def _first(hidden: Tensor, mask: Tensor) -> Tensor:
    return _at(hidden, mask.argmax(1))


def _last(hidden: Tensor, mask: Tensor) -> Tensor:
    import torch

    places = torch.arange(mask.shape[1], device=mask.device)
    return _at(hidden, (mask * places).argmax(1))


def _largest(hidden: Tensor, mask: Tensor) -> Tensor:
    return hidden.masked_fill(mask.unsqueeze(-1) == 0, -1e9).amax(1)


def _at(hidden: Tensor, places: Tensor) -> Tensor:
    import torch

    return hidden[torch.arange(len(hidden), device=hidden.device), places]


POOLINGS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cls": _first,
    "max": _largest,
    "mean": _mean,
    "lasttoken": _last,
}
"""How to pool, in the order in which sentence-transformers puts several side by side."""

_MODES = {"pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max", "pooling_mode_mean_tokens": "mean"}


def _poolings(loaded: Loaded) -> list[str]:
    """Which of POOLINGS a model uses: the mean where it does not say. Raises: StepFailed for one that is not known."""
    settings = _settings(loaded, "1_Pooling/config.json")
    named = settings.get("pooling_mode")
    modes = (name for name, on in settings.items() if on is True and name.startswith("pooling_mode_"))
    wanted = {_MODES.get(m, m.removeprefix("pooling_mode_")) for m in modes}
    wanted |= {str(m) for m in (named if isinstance(named, list) else [named]) if m}
    if unknown := wanted - set(POOLINGS):
        raise StepFailed(f"{loaded.facts.model_id} pools by {min(unknown)}, which hfmagic lacks.", hint=_OTHER)
    return [name for name in POOLINGS if name in wanted] or ["mean"]


def _most(loaded: Loaded, parameters: Mapping[str, Any]) -> int:
    """Tokens that the model reads of a text. Raises: StepFailed for a model with layers after its pooling."""
    _poolings(loaded)
    modules = _settings(loaded, "modules.json")
    if any(str(m.get("type", "")).endswith("Dense") for m in modules if isinstance(m, dict)):
        raise StepFailed(
            f"{loaded.facts.model_id} has a dense layer after its pooling, which hfmagic lacks.", hint=_OTHER
        )
    return max_tokens(loaded)


def _prompt(loaded: Loaded) -> str:
    settings = _settings(loaded, "config_sentence_transformers.json")
    prompts, name = settings.get("prompts"), settings.get("default_prompt_name")
    return str(prompts.get(name) or "") if isinstance(prompts, dict) and isinstance(name, str) else ""


def _settings(loaded: Loaded, name: str) -> Any:
    """What a JSON file of the model's folder holds; an empty dict where there is none."""
    path = loaded.facts.folder / name if loaded.facts.folder else None
    return json.loads(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else {}


_OTHER = "%hf use STEP MODEL"
BY_CLOSENESS = "labels by closeness of embeddings, not by an entailment model; scores are only an order"


@dataclass(eq=False)
class Beside:
    """The tokens of what texts are compared with; `vectors` are their embeddings, once they are known."""

    others: Sequence[Encoded]
    vectors: Tensor | None = None

    def embedded(self, loaded: Loaded) -> Tensor:
        """Their embeddings, made once; shape (others, dimensions)."""
        if self.vectors is None:
            self.vectors = _vectors(loaded, padded(loaded, self.others))
        return self.vectors


def _ready(loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    prompt = _prompt(loaded)
    return ready(loaded, [prompt + text for text in texts] if prompt else texts, parameters)


def _ready_with(named: str, loaded: Loaded, texts: Sequence[str], parameters: Mapping[str, Any]) -> list[Encoded]:
    """Tokens of texts, each with those of what the parameter of that name holds: a text, or several."""
    held = parameters[named]
    others = [held] if isinstance(held, str) else [str(one) for one in held]
    beside = Beside(_ready(loaded, others, parameters))
    return [item._replace(beside=beside) for item in _ready(loaded, texts, parameters)]


def _embed_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[Any]:
    return list(_vectors(loaded, padded(loaded, encoded)).cpu().numpy())


def _cosines(loaded: Loaded, encoded: Sequence[Encoded]) -> Tensor:
    """Of each text with each of those beside it; shape (rows, others)."""
    beside: Beside = encoded[0].beside
    return _vectors(loaded, padded(loaded, encoded)) @ beside.embedded(loaded).T


def _compare_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[float]:
    return [float(c) for c in _cosines(loaded, encoded)[:, 0].tolist()]


def _classify_encoded(loaded: Loaded, encoded: Sequence[Encoded], parameters: Mapping[str, Any]) -> list[Labels]:
    labels = [str(label) for label in parameters["candidate_labels"]]
    return ranked_rows(dict(enumerate(labels)), (_cosines(loaded, encoded) * SHARPNESS).softmax(-1))


def _runner(run: Run, encode: Encode, forward: Run, note: str = "") -> Runner:
    return Runner(run, "AutoModel", longest=_most, note=note, **fast(run, encode, forward))


BY_SIMILARITY = _runner(
    classify_by_similarity, partial(_ready_with, "candidate_labels"), _classify_encoded, BY_CLOSENESS
)

RUNNERS: Mapping[str, tuple[Runner, ...]] = {
    "sentence-similarity": (_runner(compare, partial(_ready_with, "sentence"), _compare_encoded),),
    "feature-extraction": (_runner(embed_each, _ready, _embed_encoded),),
}
