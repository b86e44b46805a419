"""Find models: the filters, orders and fields of GET /api/models."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

# Every field a client may name in `expand` (huggingface_hub 2.4, ExpandModelProperty_T; the last from the npm client).
EXPANDABLE = {
    *("author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled", "downloads"),
    *("downloadsAllTime", "evalResults", "gated", "gguf", "inference", "inferenceProviderMapping", "lastModified"),
    *("library_name", "likes", "mask_token", "model-index", "pipeline_tag", "private", "resourceGroup", "safetensors"),
    *("sha", "siblings", "spaces", "tags", "transformersInfo", "trendingScore", "usedStorage", "widgetData"),
    "gitalyUid",
}
ALWAYS = ("_id", "id")
LISTED = (*ALWAYS, "modelId", "likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name")
FULL = ("author", "gated", "disabled", "lastModified", "sha", "siblings")
SORTABLE = ("downloads", "likes", "likes30d", "trendingScore", "lastModified", "createdAt", "num_parameters", "id")
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}

Facts = dict[str, Any]
Params = dict[str, list[str]]


def number(text: str) -> float:
    """`6B` or `0.5M` as a count."""
    found = re.fullmatch(r"([\d.]+)([KMBT]?)", text.strip().upper())
    if not found:
        raise ValueError(f"not a number of parameters: {text!r}")
    return float(found[1]) * UNITS[found[2]]


def within(facts: Facts, wanted: str) -> bool:
    """Whether a model has as many parameters as `min:6B,max:128B` asks for."""
    bounds = dict(part.split(":", 1) for part in wanted.split(","))
    total = (facts["safetensors"] or {}).get("total")
    if total is None:
        return False
    return bool(number(bounds.get("min", "0")) <= total <= number(bounds.get("max", "1000000T")))


def has_tags(facts: Facts, wanted: str) -> bool:
    """Whether the model carries every tag of a comma-separated list."""
    return set(wanted.split(",")) <= {*facts["tags"], facts["pipeline_tag"], facts["library_name"]}


def has_provider(facts: Facts, wanted: str) -> bool:
    """Whether one of the inference providers serves the model."""
    return "all" in wanted.split(",") or bool(set(wanted.split(",")) & set(facts["inferenceProviderMapping"]))


# Each filter sees the facts of a model and one value of the query; repeated keys must all hold.
FILTERS: dict[str, Callable[[Facts, str], bool]] = {
    "search": lambda facts, text: all(word in facts["id"].lower() for word in text.lower().split()),
    "author": lambda facts, text: facts["author"] == text,
    "filter": has_tags,
    "tags": has_tags,
    "pipeline_tag": lambda facts, text: facts["pipeline_tag"] == text,
    "library": has_tags,
    "gated": lambda facts, text: bool(facts["gated"]) == (text.lower() in ("true", "1")),
    "num_parameters": within,
    "inference": lambda facts, text: facts["inference"] == text,
    "inference_provider": has_provider,
    "apps": has_tags,
}


def find(models: list[Facts], params: Params) -> list[Facts]:
    """The models a query means, in its order; falling, equal ones by id.

    Raises: ValueError: an unknown order or an unreadable number.
    """
    for key, keep in FILTERS.items():
        for value in params.get(key, []):
            models = [facts for facts in models if keep(facts, value)]
    order = params.get("sort", ["trendingScore"])[-1]
    if order not in SORTABLE:
        raise ValueError(f"invalid sort: {order!r}")
    models = sorted(models, key=lambda facts: facts["id"])
    if order == "id":
        return models
    return sorted(models, key=lambda facts: sort_key(facts, order), reverse=params.get("direction") != ["1"])


def sort_key(facts: Facts, order: str) -> Any:
    """What a model is ordered by."""
    if order == "num_parameters":
        return (facts["safetensors"] or {}).get("total", 0)
    return facts.get(order) or (0 if order not in ("lastModified", "createdAt") else "")


def chosen(facts: Facts, params: Params, *, listed: bool) -> Facts:
    """The fields a query asks for.

    Raises: ValueError: a field no client knows.
    """
    if expand := params.get("expand"):
        if unknown := set(expand) - EXPANDABLE:
            raise ValueError(f"invalid expand: {', '.join(sorted(unknown))}")
        return {key: facts[key] for key in (*ALWAYS, *expand) if facts.get(key) is not None}
    if not listed:
        return {key: value for key, value in facts.items() if value is not None and key not in NOT_IN_INFO}
    keys = [*LISTED, "createdAt"]
    keys += FULL if yes(params, "full") else ()
    keys += ["cardData"] if yes(params, "cardData") else []
    keys += ["config"] if yes(params, "config") else []
    return {key: facts[key] for key in keys if facts[key] is not None}


# Fields that only come when `expand` names them.
NOT_IN_INFO = ("downloadsAllTime", "trendingScore", "evalResults", "baseModels", "childrenModelCount", "resourceGroup")


def yes(params: Params, key: str) -> bool:
    """Whether the query sets a flag."""
    return params.get(key, ["false"])[-1].lower() in ("true", "1")
