"""Which files of a model are needed to run it: safetensors, JSON and what tokenizers read. Never pickle, never code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
_TOKENIZERS = frozenset({"vocab.txt", "merges.txt", "chat_template.jinja"})
_ENDINGS = (".spm", ".model")  # sentencepiece: data that its own library parses
_SKIPPED = ("training_args.json", "trainer_state.json", "all_results.json", "train_results.json", "eval_results.json")
_FOLDERS = ("1_Pooling/", "2_Normalize/", "2_Dense/", "qformer_tokenizer/")  # of sentence encoders, InstructBLIP


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model: bytes, and the hash by which it is checked (sha256, or git's sha1 of a small file)."""

    name: str
    size: int = 0
    sha256: str = ""
    sha1: str = ""

    @property
    def etag(self) -> str:
        """The name of its blob in the cache: the hash that the Hub names it by."""
        return self.sha256 or self.sha1


def files_of(info: dict[str, Any]) -> tuple[HubFile, ...]:
    """The files that the API lists; sizes and hashes are there when it was asked for blobs."""
    found = []
    siblings = info.get("siblings")
    for item in siblings if isinstance(siblings, list) else ():
        if isinstance(item, dict) and isinstance(name := item.get("rfilename"), str) and _plain(name):
            lfs = item.get("lfs")
            lfs = lfs if isinstance(lfs, dict) else {}
            sha256 = _hash(lfs.get("sha256") or lfs.get("oid"), 64)
            size = item.get("size") or lfs.get("size")
            size = size if type(size) is int and 0 < size < 2**60 else 0
            found.append(HubFile(name, size, sha256, "" if lfs else _hash(item.get("blobId"), 40)))
    return tuple(found)


def weight_index(files: Iterable[HubFile]) -> str:
    """The file that lists the tensors: the only weights, or the index of shards; "" when there are no safetensors."""
    names = {f.name for f in files}
    return SINGLE if SINGLE in names else INDEX if INDEX in names else ""


def may_need(files: Sequence[HubFile]) -> tuple[HubFile, ...]:
    """The files that may be fetched: with shards every one, as long as their index is not read."""
    single = weight_index(files) == SINGLE
    return tuple(f for f in files if (f.name == SINGLE or _beside(f.name) if single else is_read(f.name)))


def needed(files: Sequence[HubFile], index: bytes = b"") -> tuple[HubFile, ...]:
    """The files to fetch; with shards, those that the index names.

    Args:
        index: the contents of model.safetensors.index.json, where that is the model's weight_index.
    Raises: ValueError for an index that is none, or that names files the model lacks or that are no safetensors.
    """
    weights = {SINGLE}
    if weight_index(files) == INDEX:
        weights = shards_of(index)
        if lacking := weights - {f.name for f in files}:
            raise ValueError(f"lacks {min(lacking)}")
        weights |= {INDEX}
    return tuple(f for f in files if f.name in weights or _beside(f.name))


def shards_of(index: bytes) -> set[str]:
    """The files that an index of shards names: at least one, and safetensors beside it. Raises ValueError."""
    try:
        names = {str(name) for name in json.loads(index)["weight_map"].values()}
    except (LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError("no index of shards") from None
    if not names or any("/" in name or not name.endswith(".safetensors") for name in names):
        raise ValueError("the index names other files than safetensors")
    return names


def is_read(name: str) -> bool:
    """True for a file that loading a model may read."""
    return _beside(name) or name == INDEX or ("/" not in name and name.endswith(".safetensors"))


def _beside(name: str) -> bool:
    if "/" in name:
        return name.startswith(_FOLDERS) and name.endswith(".json")
    if name.endswith(".index.json") or name in _SKIPPED:
        return False
    return name in _TOKENIZERS or name.endswith((".json", *_ENDINGS))


def _plain(name: str) -> bool:
    """A relative path that stays in its folder, also on Windows."""
    parts = name.split("/")
    return not re.search(r'[\x00-\x1f\\:*?"<>|]', name) and all(part.strip(". ") for part in parts)


def _hash(value: Any, digits: int) -> str:
    """A hash of so many hex digits, or an empty string."""
    return value if isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{digits}}}", value) else ""
