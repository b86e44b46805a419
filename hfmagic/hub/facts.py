"""ModelFacts: what is known of a model from its files, never from a card's prose."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import clip
from ..limits import size_words
from .claims import Evaluation as Evaluation
from .claims import base_models_of, datasets_of, evaluations_of, library_of
from .header import Header, read_header, total_counts
from .mending import mended
from .parts import OWN_CODE, PIPELINE, folder_files, parse_parts, pipeline_files, pipeline_names
from .shape import Shape, read_shape

MAX_CONFIG_BYTES = 1_000_000
# transformers makes a name for each label and may make a row for each position, before any weight is compared. The
# largest that are known: 22,000 labels, 10,485,760 positions.
_MOST = {"num_labels": 100_000, "max_position_embeddings": 1 << 26, "n_positions": 1 << 26}


@dataclass(frozen=True)
class ModelFacts:
    """One model. Sizes in bytes; `parameters` a count; `metrics` from the card's model-index, name → value.

    `folder` is where its files are, None for a model that is not on this machine; `revision` the Hub's commit, empty
    for a folder that no Hub knows; `fetched` the day (ISO 8601) it was downloaded; `fetch_bytes` what is still to
    fetch, None where that is not known. `labels` are the names its head gives (empty: none, or unnamed ones).
    `pooled`: made for one embedding a text. `limits` is what its makers say it cannot do, from the card's front matter.
    `problem` says why it can never run here: pickle only, own code, damage. `gated`: its owner lets in who asks.
    `library` as the Hub names it; `created` and `modified` are days (ISO 8601); `base_models` it was made from, ids;
    `security` is the Hub's scan: "safe", "unsafe: FILE" or empty where not known; `remote_code`: it brings its own;
    `verified`: the Hub knows its owner, None where that is not known. `shape` says how much memory a row takes.
    """

    model_id: str
    folder: Path | None
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
    revision: str = ""
    fetched: str = ""
    fetch_bytes: int | None = None
    downloads: int = 0
    likes: int = 0
    gated: bool = False
    library: str = ""
    created: str = ""
    modified: str = ""
    base_models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    security: str = ""
    remote_code: bool = False
    verified: bool | None = None
    shape: Shape | None = None

    @property
    def owner(self) -> str:
        """The part of the id before the slash."""
        return self.model_id.partition("/")[0]

    def with_counts(self, counts: Mapping[str, int]) -> ModelFacts:
        """The facts with its parameters, from those of each dtype."""
        dtype = max(counts, key=lambda k: counts[k], default=self.dtype)
        return replace(self, parameters=sum(counts.values()), dtype=dtype)


def read_facts(folder: Path, model_id: str, *, home: Path | None = None) -> ModelFacts:
    """The facts in a model folder: config.json or model_index.json, the card's front matter, the safetensors headers.

    Args:
        home: what its links may lead into; default: the folder itself.
    """
    config, problem = _config(folder)
    card = card_of(folder)
    weights, lacking = _weights(folder)
    problem = problem or lacking
    headers: list[Header] = []
    for path in weights:
        try:
            headers.append(read_header(path))
            wrong = damage(headers[-1], path.stat().st_size)
        except ValueError:
            wrong = f"is damaged ({_no_weights(path)})"
        except OSError as error:
            wrong = f"cannot be read ({error.strerror})"
        if wrong:
            problem = problem or f"{path.relative_to(folder).as_posix()} {wrong}"
    problem = problem or _foreign(folder, weights, home or folder)
    architectures, pooled = _architectures(config), (folder / "modules.json").exists()
    facts = ModelFacts(
        model_id=model_id,
        folder=folder,
        task=mended(as_text(card.get("pipeline_tag")), architectures, pooled=pooled),
        architectures=architectures,
        license=as_text(card.get("license")),
        languages=languages_of(card.get("language")),
        tags=tuple(x for x in as_list(card.get("tags")) if isinstance(x, str)),
        labels=_labels(config),
        weight_bytes=sum(p.stat().st_size for p in weights),
        max_tokens=_max_tokens(config),
        metrics=metrics_of(card),
        pooled=pooled,
        limits=as_text(card.get("limits")) or "",
        library=library_of({}, card),
        base_models=base_models_of({"id": model_id}, card),
        datasets=datasets_of(card),
        evaluations=evaluations_of({}, card),
        remote_code=problem == OWN_CODE,
        shape=read_shape(config),
        problem=problem,
    )
    return facts.with_counts(total_counts(headers))


def damage(header: Header, size: int) -> str:
    """Why a file of so many bytes is not the one that its header claims, as in `is damaged (1.2 GB of 4.1 GB)`."""
    if size == header.file_bytes:
        return ""
    have, wanted = size_words(size), size_words(header.file_bytes)
    if have == wanted:
        have, wanted = f"{size:,}", f"{header.file_bytes:,} bytes"
    return f"is damaged ({have} of {wanted})"


def _no_weights(path: Path) -> str:
    """What a file is that has no header: its size, and what it holds instead where that can be told."""
    start, size = b"", "gone"
    with contextlib.suppress(OSError), path.open("rb") as file:
        start, size = file.read(64).lstrip().lower(), size_words(path.stat().st_size)
    if start.startswith(b"version https://git-lfs"):
        return f"{size}: a pointer, `git lfs pull` fetches the weights"
    return f"{size}: a web page" if start.startswith((b"<!doctype", b"<html")) else f"{size}, no safetensors"


def _weights(folder: Path) -> tuple[list[Path], str]:
    """The safetensors that a folder's model is loaded from, and why it cannot be loaded from them."""
    if not (folder / PIPELINE).is_file():
        found = sorted(p for p in folder.glob("*.safetensors") if p.is_file())
        return found, "" if found else "has no safetensors; hfmagic never loads pickle"
    try:
        files = pipeline_files(folder_files(folder), lambda name: (folder / name).read_bytes())
    except ValueError as error:
        return [], str(error)
    return [folder / f.name for f in files if f.name.endswith(".safetensors")], ""


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model folder, also one without weights; empty where it cannot be read."""
    return _config(folder)[0]


def read_architectures(folder: Path) -> tuple[str, ...]:
    """The architectures or the pipeline that a model folder names, also one without weights; empty where unreadable."""
    return _architectures(_config(folder)[0])


def _architectures(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(a for a in as_list(config.get("architectures")) if isinstance(a, str))


def facts_in_file(facts: ModelFacts, name: str, text: bytes) -> ModelFacts:
    """The facts with what config.json or model_index.json says: head, labels, longest input; or with its problem."""
    config, problem = _parsed_index(text) if name == PIPELINE else _parsed(text)
    architectures = _architectures(config)
    return replace(
        facts,
        task=mended(facts.task, architectures, pooled=facts.pooled),
        architectures=architectures,
        labels=_labels(config),
        max_tokens=_max_tokens(config),
        remote_code=facts.remote_code or problem == OWN_CODE,
        shape=read_shape(config),
        problem=problem or facts.problem,
    )


def _config(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / "config.json"
    try:
        if (folder / PIPELINE).is_file():
            return _index(folder)
        if not path.is_file():
            return {}, "has no config.json"
        if path.stat().st_size > MAX_CONFIG_BYTES:
            return {}, "its config.json is too large"
        return _parsed(path.read_bytes())
    except OSError:
        return {}, "has no config.json"


def _index(folder: Path) -> tuple[dict[str, Any], str]:
    """The pipeline of a folder as a config, and what is wrong with it or the config of a part."""
    found, problem = _parsed_index((folder / PIPELINE).read_bytes())
    for path in sorted(folder.glob("*/config.json")):
        problem = problem or _parsed(path.read_bytes()[:MAX_CONFIG_BYTES])[1].replace("config.json", path.parent.name)
    return found, problem


def _parsed_index(text: bytes) -> tuple[dict[str, Any], str]:
    """A model_index.json as a config: its pipeline, also where that is refused, and why it is."""
    try:
        return {"architectures": [parse_parts(text).pipeline]}, ""
    except ValueError as error:
        return {"architectures": pipeline_names(text)}, str(error)


def _parsed(text: bytes) -> tuple[dict[str, Any], str]:
    if len(text) >= MAX_CONFIG_BYTES:
        return {}, "its config.json is too large"
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return {}, "its config.json is damaged"
    if not isinstance(config, dict):
        return {}, "its config.json is damaged"
    return config, _refused(config)


def _refused(value: Any) -> str:
    """Why a config is refused: it names code to run, or counts that nothing has, at whatever depth; else empty."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("auto_map"):
                return OWN_CODE
            if any("_implementation" in k and "/" in str(v) for k, v in part.items()):
                return "its config names code from elsewhere"
            for name, most in _MOST.items():
                if isinstance(asked := part.get(name), int | float) and not -most <= asked <= most:
                    return f"its config asks for {clip(f'{asked:,}', 20)} {name.removeprefix('num_')}"
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return ""


def _foreign(folder: Path, weights: Sequence[Path], home: Path) -> str:
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
    inside = home.resolve()
    for path in folder.rglob("*") if (folder / PIPELINE).is_file() else folder.iterdir():
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            return f"{path.name} is a link that leads out of its folder"
    return ""


def card_of(folder: Path) -> dict[str, Any]:
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


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    names = config.get("id2label")
    if not isinstance(names, dict):
        return ()
    labels = tuple(str(v) for v in names.values())
    return () if all(label.startswith("LABEL_") for label in labels) else labels


def _max_tokens(config: Mapping[str, Any]) -> int | None:
    keys = ("max_position_embeddings", "n_positions", "max_target_positions")
    return next((v for k in keys if type(v := config.get(k)) is int and 0 < v < 10**9), None)


def metrics_of(card: Mapping[str, Any]) -> dict[str, float]:
    """Metrics of the card's model-index, the first where one name occurs twice."""
    found: dict[str, float] = {}
    for result in (r for model in as_list(card.get("model-index")) for r in as_list(_get(model, "results"))):
        for metric in as_list(_get(result, "metrics")):
            value = _get(metric, "value")
            if isinstance(value, int | float) and abs(value) <= 100:  # NaN is no metric either
                found.setdefault(str(_get(metric, "type")), float(value))
    return found


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def languages_of(value: Any) -> tuple[str, ...]:
    """Language codes in lower case."""
    return tuple(x.lower() for x in as_list(value) if isinstance(x, str))


def as_list(value: Any) -> list[Any]:
    """A list as it is, a single value as a list of one, None as an empty list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def as_text(value: Any) -> str | None:
    """A text, or None for anything else."""
    return value if isinstance(value, str) else None
