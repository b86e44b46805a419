"""ModelFacts: what is known of a model from its files, never from a card's prose."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_CONFIG_BYTES = 1_000_000
MAX_HEADER_BYTES = 100_000_000


@dataclass(frozen=True)
class ModelFacts:
    """One model. Sizes in bytes; `parameters` a count; `metrics` from the card's model-index, name → value.

    `labels` are the names its head gives (empty: it has none or leaves them unnamed). `pooled`: made for one embedding
    a text. `limits` is what its makers say it cannot do, from the card's front matter. `problem` says why it can never
    run here: pickle only, own code, a damaged file.
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
    limits: str = ""
    problem: str = ""

    @property
    def owner(self) -> str:
        """The part of the id before the slash."""
        return self.model_id.partition("/")[0]


def read_facts(folder: Path, model_id: str) -> ModelFacts:
    """The facts in a model folder: config.json, the card's front matter, the safetensors headers; no weights."""
    config, problem = _config(folder)
    card = _card(folder)
    weights = sorted(p for p in folder.glob("*.safetensors") if p.is_file())
    counts: dict[str, int] = {}
    for path in weights:
        try:
            _add_counts(path, counts)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            problem = problem or f"{path.name} is damaged"
    if not weights:
        problem = problem or "has no safetensors; hfmagic never loads pickle"
    problem = problem or _foreign(folder, weights)
    return ModelFacts(
        model_id=model_id,
        folder=folder,
        task=_text(card.get("pipeline_tag")),
        architectures=tuple(a for a in _list(config.get("architectures")) if isinstance(a, str)),
        license=_text(card.get("license")),
        languages=tuple(x.lower() for x in _list(card.get("language")) if isinstance(x, str)),
        tags=tuple(x for x in _list(card.get("tags")) if isinstance(x, str)),
        labels=_labels(config),
        parameters=sum(counts.values()),
        weight_bytes=sum(p.stat().st_size for p in weights),
        dtype=max(counts, key=lambda k: counts[k], default="float32"),
        max_tokens=_max_tokens(config),
        metrics=_metrics(card),
        pooled=(folder / "modules.json").exists(),
        limits=_text(card.get("limits")) or "",
        problem=problem,
    )


def _config(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / "config.json"
    try:
        if not path.is_file():
            return {}, "has no config.json"
        if path.stat().st_size > MAX_CONFIG_BYTES:
            return {}, "its config.json is too large"
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}, "has no config.json"
    except (ValueError, RecursionError):
        return {}, "its config.json is damaged"
    if not isinstance(config, dict):
        return {}, "its config.json is damaged"
    return config, _own_code(config)


def _own_code(value: Any) -> str:
    """Why a config is refused that names code to run, at whatever depth; an empty string when it names none."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("auto_map"):
                return "needs its own code, which hfmagic never runs"
            if any("_implementation" in k and "/" in str(v) for k, v in part.items()):
                return "its config names code from elsewhere"
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return ""


def _foreign(folder: Path, weights: Sequence[Path]) -> str:
    """Why a folder is refused that leads out of itself, by a link, an index of shards or an adapter's base model."""
    if (folder / "adapter_config.json").exists():
        return "is an adapter of another model"
    own = {path.name for path in weights}
    for index in folder.glob("*.index.json"):
        try:
            shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
            if not own.issuperset(shards):
                return f"{index.name} names files that are not its own"
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return f"{index.name} is damaged"
    home = folder.resolve()
    for path in folder.iterdir():
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            return f"{path.name} is a link that leads out of its folder"
    return ""


def _card(folder: Path) -> dict[str, Any]:
    """The front matter of README.md; an unreadable card says nothing."""
    from huggingface_hub import ModelCard
    from yaml import YAMLError

    path = folder / "README.md"
    try:
        if not path.is_file() or path.stat().st_size > MAX_CONFIG_BYTES:
            return {}
        card = ModelCard(path.read_text(encoding="utf-8"), ignore_metadata_errors=True)
        return dict(card.data.to_dict())
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError, YAMLError):
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
        count = math.prod(map(int, tensor["shape"]))
        begin, stop = tensor["data_offsets"]
        if not 0 <= count <= 2 * (stop - begin):  # no dtype takes less than four bits
            raise ValueError("shape")
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
    return next((v for k in keys if type(v := config.get(k)) is int and 0 < v < 10**9), None)


def _metrics(card: Mapping[str, Any]) -> dict[str, float]:
    """Metrics of the card's model-index, the first where one name occurs twice."""
    found: dict[str, float] = {}
    for result in (r for model in _list(card.get("model-index")) for r in _list(_get(model, "results"))):
        for metric in _list(_get(result, "metrics")):
            value = _get(metric, "value")
            if isinstance(value, int | float) and abs(value) <= 100:  # NaN is no metric either
                found.setdefault(str(_get(metric, "type")), float(value))
    return found


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
