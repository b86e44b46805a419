"""What the Hub says of a model: read from its card, its config and the headers of its weights."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from .repo import FIRST_DAY, Commit, Repo

# The Hub derives a missing pipeline_tag from the architecture.
TAG_OF_HEAD = {
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
    "ForImageClassification": "image-classification",
    "ForObjectDetection": "object-detection",
    "ForSpeechSeq2Seq": "automatic-speech-recognition",
}


def front_matter(commit: Commit) -> dict[str, Any]:
    """The YAML block at the head of README.md."""
    blob = commit.files.get("README.md")
    text = blob.content.decode("utf-8", "replace") if blob else ""
    block = re.match(r"---\r?\n(.*?)\r?\n---", text, re.DOTALL)
    try:
        card = yaml.safe_load(block[1]) if block else None
    except yaml.YAMLError:  # the Hub shows such a model too, without card data
        card = None
    return card if isinstance(card, dict) else {}


def read_json(commit: Commit, path: str) -> dict[str, Any]:
    """A JSON object of the repository; {} where there is none, or none that can be read."""
    blob = commit.files.get(path)
    try:
        value = json.loads(blob.content) if blob else {}
    except ValueError:
        value = {}
    return value if isinstance(value, dict) else {}


def safetensors_header(content: bytes) -> dict[str, Any]:
    """The JSON in front of the tensors: 8 bytes of length, then text."""
    size = int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8 : 8 + size])
    return header


def shards(commit: Commit) -> list[str]:
    """The safetensors files transformers would load."""
    if "model.safetensors" in commit.files:
        return ["model.safetensors"]
    index = read_json(commit, "model.safetensors.index.json")
    return sorted(set(index.get("weight_map", {}).values()))


def parameters(commit: Commit) -> dict[str, Any] | None:
    """Parameters per dtype and in all; None without safetensors, or with some that cannot be read."""
    counts: Counter[str] = Counter()
    try:
        for shard in shards(commit):
            header = safetensors_header(commit.files[shard].content)
            tensors = [tensor for name, tensor in header.items() if name != "__metadata__"]
            for tensor in tensors:
                counts[tensor["dtype"]] += math.prod(tensor["shape"])
    except (ValueError, KeyError, TypeError):
        return None
    return {"parameters": dict(counts), "total": sum(counts.values())} if counts else None


def config_summary(commit: Commit) -> dict[str, Any] | None:
    """The part of config.json the Hub repeats."""
    config = read_json(commit, "config.json")
    keys = ("architectures", "model_type", "auto_map", "quantization_config")
    summary = {key: config[key] for key in keys if config.get(key)}
    tokenizer = read_json(commit, "tokenizer_config.json")
    named = [*(f"{name}_token" for name in ("bos", "eos", "pad", "unk", "cls", "sep", "mask")), "chat_template"]
    if tokens := {key: tokenizer[key] for key in named if tokenizer.get(key)}:
        summary["tokenizer_config"] = tokens
    if pipeline := read_json(commit, "model_index.json").get("_class_name"):
        summary["diffusers"] = {"_class_name": pipeline}
    return summary or None


def library_of(commit: Commit, card: dict[str, Any]) -> str | None:
    """The library a model is loaded with."""
    if name := card.get("library_name"):
        return str(name)
    if "modules.json" in commit.files:
        return "sentence-transformers"
    if "model_index.json" in commit.files:
        return "diffusers"
    return "transformers" if "model_type" in read_json(commit, "config.json") else None


def pipeline_tag_of(commit: Commit, card: dict[str, Any]) -> str | None:
    """The task of the card, else the one its architecture stands for."""
    if tag := card.get("pipeline_tag"):
        return str(tag)
    name = architecture(commit)
    return next((tag for head, tag in TAG_OF_HEAD.items() if name.endswith(head)), None)


def architecture(commit: Commit) -> str:
    """The class config.json names first."""
    return next(iter(as_list(read_json(commit, "config.json").get("architectures"))), "")


def as_list(value: Any) -> list[str]:
    """A card writes one value or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [str(v) for v in values if v is not None]


def tags_of(commit: Commit, card: dict[str, Any], pipeline_tag: str | None, library: str | None) -> list[str]:
    """The tags, in the order the Hub gives: library, formats, model type, own tags, facts, region."""
    config = read_json(commit, "config.json")
    suffixes = {PurePosixPath(path).suffix for path in commit.files}
    formats = [(".bin", "pytorch"), (".onnx", "onnx"), (".safetensors", "safetensors"), (".gguf", "gguf")]
    tags = [library, *(name for suffix, name in formats if suffix in suffixes)]
    tags += [config.get("model_type"), pipeline_tag, *as_list(card.get("tags"))]
    tags += ["custom_code"] if "auto_map" in config else []
    tags += ["model-index"] if "model-index" in card else []
    tags += as_list(card.get("language"))
    tags += [f"dataset:{name}" for name in as_list(card.get("datasets"))]
    tags += [f"base_model:{name}" for name in as_list(card.get("base_model"))]
    tags += [f"license:{name}" for name in as_list(card.get("license"))]
    return list(dict.fromkeys(str(tag) for tag in [*tags, "region:us"] if tag))


def transformers_info(commit: Commit, pipeline_tag: str | None) -> dict[str, Any] | None:
    """The Auto class and processor the Hub's code snippet names."""
    name = architecture(commit)
    if head := re.search(r"(For[A-Z]\w+|LMHeadModel)$", name):
        suffix = "ForCausalLM" if head[1] == "LMHeadModel" else head[1]
        processor = "AutoTokenizer" if "tokenizer_config.json" in commit.files else "AutoProcessor"
        return {"auto_model": f"AutoModel{suffix}", "pipeline_tag": pipeline_tag, "processor": processor}
    return {"auto_model": "AutoModel"} if name else None


def sibling(path: str, commit: Commit, *, blobs: bool) -> dict[str, Any]:
    """One file of the repository, with sizes and ids if `blobs`."""
    row: dict[str, Any] = {"rfilename": path}
    if blobs:
        blob = commit.files[path]
        row |= {"size": blob.size, "blobId": blob.oid}
        if blob.lfs:
            row["lfs"] = {"sha256": blob.sha256, "size": blob.size, "pointerSize": len(blob.pointer)}
    return row


def describe(repo: Repo, commit: Commit, *, blobs: bool = False) -> dict[str, Any]:
    """All that is known of a model at `commit`; routes take from it what was asked for."""
    card = front_matter(commit)
    pipeline_tag = repo.settings.get("pipeline_tag") or pipeline_tag_of(commit, card)
    library = repo.settings.get("library_name") or library_of(commit, card)
    extra_tags = as_list(repo.settings.get("tags") or [])
    base = as_list(card.get("base_model"))
    facts: dict[str, Any] = {
        "_id": hashlib.sha256(repo.model_id.encode()).hexdigest()[:24],
        "id": repo.model_id.removeprefix("datasets/"),
        "modelId": repo.model_id,
        "author": repo.model_id.partition("/")[0],
        "sha": commit.sha,
        "createdAt": as_time(FIRST_DAY),
        "lastModified": as_time(commit.date),
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "downloadsAllTime": 10 * int(str(repo.settings.get("downloads", 0))),
        "likes": 0,
        "trendingScore": 0,
        "pipeline_tag": pipeline_tag,
        "library_name": library,
        "tags": list(dict.fromkeys([*tags_of(commit, card, str(pipeline_tag or ""), str(library or "")), *extra_tags])),
        "cardData": card or None,
        "model-index": card.get("model-index"),
        "config": config_summary(commit),
        "transformersInfo": transformers_info(commit, str(pipeline_tag) if pipeline_tag else None),
        "mask_token": read_json(commit, "tokenizer_config.json").get("mask_token"),
        "safetensors": parameters(commit),
        "siblings": [sibling(path, commit, blobs=blobs) for path in sorted(commit.files)],
        "usedStorage": sum(blob.size for blob in commit.files.values() if blob.lfs),
        "spaces": [],
        "widgetData": card.get("widget"),
        "inference": None,
        "inferenceProviderMapping": {},
        "evalResults": [],
        "baseModels": {"relation": "finetune", "models": [{"id": name} for name in base]} if base else None,
        "childrenModelCount": {},
        "gguf": None,
        "resourceGroup": None,
    }
    settings = {key: value for key, value in repo.settings.items() if key not in ("tags", "pipeline_tag")}
    return facts | settings


def as_time(date: datetime) -> str:
    """A date as the Hub writes it."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
