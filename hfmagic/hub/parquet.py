"""Parquet files of a data set: which split each is of, their rows, the names of their classes. Knows no network."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import HubFile

if TYPE_CHECKING:
    import pyarrow as pa

_SHARD = re.compile(r"(?P<split>\w[\w.]*?)-\d+-of-\d+(?:-[0-9a-f]+)?")
_WORDS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}  # as `datasets` reads the names of files and folders


def splits_of(files: Iterable[HubFile], card: Any) -> dict[str, dict[str, list[HubFile]]]:
    """Config → split → its Parquet files in order: as the card says, else as their names do."""
    parquet = sorted((f for f in files if f.name.endswith(".parquet")), key=lambda f: f.name)
    found: dict[str, dict[str, list[HubFile]]] = {}
    for config, split, pattern in _patterns(card):
        for file in parquet:
            if fnmatch.fnmatch(file.name, pattern):
                place = found.setdefault(config, {}).setdefault(split, [])
                if file not in place:
                    place.append(file)
    if found:
        return found
    for file in parquet:
        config, split = _by_name(file.name)
        found.setdefault(config, {}).setdefault(split, []).append(file)
    return found


def _patterns(card: Any) -> Iterator[tuple[str, str, str]]:
    """Config, split and pattern of names, as the front matter of a data set's card lists them; it may hold anything."""
    configs = card.get("configs") if isinstance(card, dict) else None
    for one in configs if isinstance(configs, list) else ():
        if not isinstance(one, dict):
            continue
        config, listed = str(one.get("config_name", "default")), one.get("data_files")
        for item in listed if isinstance(listed, list) else [listed]:
            split, paths = (item.get("split", "train"), item.get("path")) if isinstance(item, dict) else ("train", item)
            for path in paths if isinstance(paths, list) else [paths]:
                if isinstance(path, str):
                    yield config, str(split), path.removeprefix("./")


def _by_name(name: str) -> tuple[str, str]:
    """Config and split that a path tells: `data/train-00000-of-00001.parquet`, `plain_text/test/0000.parquet`."""
    *folders, last = name.split("/")
    stem = last.removesuffix(".parquet")
    if found := _SHARD.fullmatch(stem):
        split = found["split"]
    elif stem.isdigit() and folders:
        split = folders.pop().removeprefix("partial-")  # the Hub converts the first 5 GB of a large one
    else:
        words = [w for w in re.split(r"[\W_]+", stem.lower()) if w in _WORDS]
        if not words and folders and folders[-1].lower() in _WORDS:
            words = [folders.pop().lower()]
        split = _WORDS[words[-1]] if words else "train"
    folders = [f for f in folders if f != "data"]
    return (folders[0] if folders else "default"), split


def row_count(path: Path) -> int:
    """The rows of a file, read from its end."""
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (ValueError, OSError):
        return 0  # reading it will say why


def read_rows(paths: Sequence[Path], wanted: Callable[[int], range]) -> pa.Table:
    """Rows of files that follow each other; only the groups that hold them are read.

    Args:
        wanted: how many rows there are → those that are wanted, next to each other.
    Raises: ValueError or OSError, whatever pyarrow finds wrong.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [pq.ParquetFile(path) for path in paths]
    rows = wanted(sum(f.metadata.num_rows for f in files))
    parts, start = [], 0
    for file in files:
        for group in range(file.metadata.num_row_groups):
            stop = start + file.metadata.row_group(group).num_rows
            first, last = max(rows.start, start), min(rows.stop, stop)
            if first < last:
                parts.append(file.read_row_group(group).slice(first - start, last - first))
            start = stop
    found = pa.concat_tables(parts, promote_options="default") if parts else files[0].schema_arrow.empty_table()
    for file in files:
        file.close()
    return found.replace_schema_metadata(None)  # class numbers become names: what it says of them no longer holds


def class_names(path: Path, card: Any, config: str) -> dict[str, list[str]]:
    """Column → the names of its classes by number: as the file says, else as the card of the data set does."""
    import pyarrow.parquet as pq

    found = {}
    try:
        told = json.loads((pq.read_schema(path).metadata or {}).get(b"huggingface", b"{}"))
        features = told.get("info", {}).get("features", {})
        for name, feature in features.items():
            if (
                isinstance(feature, dict)
                and feature.get("_type") == "ClassLabel"
                and isinstance(feature.get("names"), list)
            ):
                found[name] = [str(n) for n in feature["names"]]
    except (ValueError, AttributeError, TypeError):
        pass
    return found or dict(_in_card(card, config))


def _in_card(card: Any, config: str) -> Iterator[tuple[str, list[str]]]:
    told = card.get("dataset_info") if isinstance(card, Mapping) else None
    infos = [i for i in (told if isinstance(told, list) else [told]) if isinstance(i, Mapping)]
    info = next((i for i in infos if i.get("config_name", "default") == config), infos[0] if len(infos) == 1 else {})
    features = info.get("features")
    for feature in features if isinstance(features, list) else ():
        dtype = feature.get("dtype") if isinstance(feature, Mapping) else None
        label = dtype.get("class_label") if isinstance(dtype, Mapping) else None
        names = label.get("names") if isinstance(label, Mapping) else None
        if isinstance(names, Mapping) and set(map(str, range(len(names)))) == set(map(str, names)):
            by_number = {str(k): str(v) for k, v in names.items()}
            yield str(feature.get("name")), [by_number[str(i)] for i in range(len(names))]
