"""The API's JSON of a model → ModelFacts: tags and numbers, never a card's prose. Whatever is odd in it is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .claims import base_models_of, datasets_of, day_of, evaluations_of, library_of, security_of
from .facts import ModelFacts, as_list, as_text, languages_of, metrics_of
from .files import files_of, weight_index
from .header import DTYPES
from .mending import mended
from .parts import OWN_CODE, is_pipeline

_BYTES = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2}


def facts_of(item: Mapping[str, Any]) -> ModelFacts:
    """The facts of one model of the Hub; nothing of it is on this machine."""
    card, config = _mapping(item.get("cardData")), _mapping(item.get("config"))
    tags = tuple(t for t in as_list(item.get("tags")) if isinstance(t, str))
    counts = {
        DTYPES.get(str(k), str(k).lower()): count
        for k, v in _mapping(_mapping(item.get("safetensors")).get("parameters")).items()
        if (count := _count(v))
    }
    files = files_of(dict(item))
    architectures, pooled = _architectures(config), any(f.name == "modules.json" for f in files)
    facts = ModelFacts(
        model_id=as_text(item.get("id")) or as_text(item.get("modelId")) or "",
        folder=None,
        revision=as_text(item.get("sha")) or "",
        task=mended(as_text(item.get("pipeline_tag")), architectures, pooled=pooled),
        architectures=architectures,
        license=_license(card, tags),
        languages=languages_of(card.get("language")) or tuple(t for t in tags if len(t) == 2 and t.isalpha()),
        tags=tuple(t for t in tags if ":" not in t and len(t) > 2),
        weight_bytes=sum(n * _BYTES.get(dtype, 1) for dtype, n in counts.items()),
        metrics=metrics_of(card),
        pooled=pooled,
        downloads=_count(item.get("downloads")),
        likes=_count(item.get("likes")),
        gated=bool(item.get("gated")),
        library=library_of(item, card),
        created=day_of(item.get("createdAt")),
        modified=day_of(item.get("lastModified")),
        base_models=base_models_of(item, card, tags),
        datasets=datasets_of(card, tags),
        evaluations=evaluations_of(item, card),
        security=security_of(item),
        remote_code="custom_code" in tags or bool(config.get("auto_map")),
        problem=_problem(tags, config, bool(files) and not (weight_index(files) or is_pipeline(f.name for f in files))),
    )
    return facts.with_counts(counts)


def _architectures(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of transformers' config.json, or the pipeline of diffusers' model_index.json."""
    pipeline = _mapping(config.get("diffusers")).get("_class_name")
    return tuple(a for a in as_list(config.get("architectures") or pipeline) if isinstance(a, str))


def _problem(tags: tuple[str, ...], config: Mapping[str, Any], no_safetensors: bool) -> str:
    """Why it can never run here."""
    if "custom_code" in tags or config.get("auto_map"):
        return OWN_CODE
    if {"adapter", "peft", "lora"}.intersection(tags):
        return "is an adapter of another model"
    return "has no safetensors; hfmagic never loads pickle" if no_safetensors else ""


def _license(card: Mapping[str, Any], tags: tuple[str, ...]) -> str | None:
    tagged = next((t.removeprefix("license:") for t in tags if t.startswith("license:")), None)
    return tagged or as_text(card.get("license"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int:
    return value if type(value) is int and 0 < value < 10**15 else 0
