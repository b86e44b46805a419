"""ModelFacts: what is known of a model from its files, never from a card's prose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_CONFIG_BYTES = 1_000_000
MAX_HEADER_BYTES = 100_000_000


@dataclass(frozen=True)
class ModelFacts:
    """One model. Sizes in bytes; `parameters` a count; `metrics` from the card's model-index, name → value.

    `labels` are the names its head gives (empty: it has none or leaves them unnamed). `pooled`: made for one embedding
    a text. `problem` says why it can never run here: pickle only, own code, a damaged file.
    """

    model_id: str
    folder: Path
    task: str | None = None
    architectures: tuple[str, ...] = ()
    license: str | None = None
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    parameters: int = 0
    weight_bytes: int = 0
    dtype: str = "float32"
    max_tokens: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    pooled: bool = False
    problem: str = ""

    @property
    def owner(self) -> str:
        """The part of the id before the slash."""
        return self.model_id.partition("/")[0]


def read_facts(folder: Path, model_id: str) -> ModelFacts:
    """The facts in a model folder: config.json, the card's front matter, the safetensors headers; no weights."""
    config, problem = _config(folder)
    card = _card(folder)
    weights = sorted(folder.glob("*.safetensors"))
    counts: dict[str, int] = {}
    for path in weights:
        try:
            _add_counts(path, counts)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            problem = problem or f"{path.name} is damaged"
    if not weights:
        problem = problem or "has no safetensors; hfmagic never loads pickle"
    if config.get("auto_map"):
        problem = problem or "needs its own code, which hfmagic never runs"
    return ModelFacts(
        model_id=model_id,
        folder=folder,
        task=_text(card.get("pipeline_tag")),
        architectures=tuple(a for a in _list(config.get("architectures")) if isinstance(a, str)),
        license=_text(card.get("license")),
        languages=tuple(str(x).lower() for x in _list(card.get("language"))),
        tags=tuple(str(x) for x in _list(card.get("tags"))),
        labels=_labels(config),
        parameters=sum(counts.values()),
        weight_bytes=sum(p.stat().st_size for p in weights),
        dtype=max(counts, key=lambda k: counts[k], default="float32"),
        max_tokens=_max_tokens(config),
        metrics=_metrics(card),
        pooled=(folder / "modules.json").exists(),
        problem=problem,
    )


def _config(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / "config.json"
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            return {}, "its config.json is too large"
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}, "has no config.json"
    except (ValueError, RecursionError):
        return {}, "its config.json is damaged"
    if not isinstance(config, dict):
        return {}, "its config.json is damaged"
    kernels = [k for k, v in config.items() if k.endswith("_implementation") and "/" in str(v)]
    return config, "its config names code from elsewhere" if kernels else ""


def _card(folder: Path) -> dict[str, Any]:
    """The front matter of README.md; an unreadable card says nothing."""
    from huggingface_hub import ModelCard
    from yaml import YAMLError

    path = folder / "README.md"
    try:
        card = ModelCard(path.read_text(encoding="utf-8"), ignore_metadata_errors=True)
        return dict(card.data.to_dict())
    except (OSError, ValueError, TypeError, AttributeError, YAMLError):
        return {}


_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64"}


def _add_counts(path: Path, counts: dict[str, int]) -> None:
    """Add a file's parameters by dtype. The format: 8 bytes little-endian length, then a JSON header, then the data."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= MAX_HEADER_BYTES:
            raise ValueError("header length")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    end = max((t["data_offsets"][1] for t in header.values()), default=0)
    if path.stat().st_size != 8 + length + end:
        raise ValueError("file length")
    for tensor in header.values():
        count = 1
        for size in tensor["shape"]:
            count *= int(size)
        dtype = _DTYPES.get(tensor["dtype"], str(tensor["dtype"]).lower())
        counts[dtype] = counts.get(dtype, 0) + count


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    names = config.get("id2label")
    if not isinstance(names, dict):
        return ()
    labels = tuple(str(v) for v in names.values())
    return () if all(label.startswith("LABEL_") for label in labels) else labels


def _max_tokens(config: Mapping[str, Any]) -> int | None:
    keys = ("max_position_embeddings", "n_positions", "max_target_positions")
    return next((v for k in keys if isinstance(v := config.get(k), int)), None)


def _metrics(card: Mapping[str, Any]) -> dict[str, float]:
    """Metrics of the card's model-index, the first where one name occurs twice."""
    found: dict[str, float] = {}
    for result in (r for model in _list(card.get("model-index")) for r in _list(_get(model, "results"))):
        for metric in _list(_get(result, "metrics")):
            value = _get(metric, "value")
            if isinstance(value, int | float):
                found.setdefault(str(_get(metric, "type")), float(value))
    return found


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
