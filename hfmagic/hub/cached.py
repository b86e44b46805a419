"""Models that were downloaded before, by hfmagic or by another tool: snapshots in Hugging Face's cache. No network."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import UnknownModel
from .blobs import repo_folder
from .facts import ModelFacts, read_facts
from .files import INDEX, HubFile, files_of, needed, weight_index
from .listing import facts_of
from .mending import mended
from .parts import PIPELINE, folder_files, is_pipeline, pipeline_files


class CachedModels:
    """Complete snapshots in a cache; `notes` is where the Hub's words about them are kept, for when it is away."""

    def __init__(self, cache: Path, notes: Path) -> None:
        self.cache, self.notes = cache, notes
        self._facts: dict[tuple[Path, int], ModelFacts] = {}

    def models(self) -> tuple[ModelFacts, ...]:
        """The newest complete snapshot of every model, sorted by id."""
        try:
            repos = sorted(self.cache.glob("models--*--*")) if self.cache.is_dir() else []
        except OSError:  # a folder that may not be read holds nothing for us
            return ()
        found = (self._newest(repo.name.removeprefix("models--").replace("--", "/", 1)) for repo in repos)
        return tuple(m for m in found if m is not None)

    def find(self, model_id: str, revision: str = "") -> ModelFacts | None:
        """A model at a revision, or its newest; None when it is not here whole."""
        if not revision:
            return self._newest(model_id)
        folder = repo_folder(self.cache, model_id) / "snapshots" / revision
        with contextlib.suppress(OSError):
            return self._read(model_id, folder) if folder.is_dir() else None
        return None

    def delete(self, model_id: str, revision: str) -> int:
        """Delete a snapshot, and what no other one shares with it; the bytes that became free. Raises: UnknownModel."""
        from huggingface_hub import scan_cache_dir

        found = scan_cache_dir(self.cache) if self.cache.is_dir() else None
        repos = [r for r in found.repos if r.repo_type == "model" and r.repo_id == model_id] if found else []
        if found is None or not any(v.commit_hash == revision for r in repos for v in r.revisions):
            raise UnknownModel(f"no model {model_id!r} at {revision[:7]} was downloaded.", hint="%hf models lists them")
        plan = found.delete_revisions(revision)
        plan.execute()
        return plan.expected_freed_size

    def keep_note(self, info: Mapping[str, Any]) -> None:
        """Keep what the Hub said of a model: its files carry neither tag nor license nor downloads."""
        with contextlib.suppress(OSError):
            path = self._note(str(info["id"]), str(info["sha"]))
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_suffix(".part")
            part.write_text(json.dumps(info), encoding="utf-8")
            part.replace(path)

    def note(self, model_id: str, revision: str) -> dict[str, Any]:
        """What the Hub said of a model when it was downloaded; empty when that is not known."""
        try:
            found = json.loads(self._note(model_id, revision).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def files(self, model_id: str, revision: str) -> tuple[HubFile, ...]:
        """The files that the Hub named when it was downloaded, by us or by huggingface_hub; empty where not known."""
        from huggingface_hub import errors, get_cached_repo_tree

        if info := self.note(model_id, revision):
            return files_of(info)
        try:
            tree = get_cached_repo_tree(model_id, revision=revision, cache_dir=self.cache)
        except (errors.CachedRepoTreeNotFoundError, errors.HFValidationError, OSError):
            return ()
        # Its `blob_id` is that of git's pointer where the file is in LFS, and it does not say which are.
        return tuple(HubFile(f.path, f.size) for f in tree)

    def _note(self, model_id: str, revision: str) -> Path:
        return self.notes / f"{model_id.replace('/', '--')}@{revision}.json"

    def _newest(self, model_id: str) -> ModelFacts | None:
        for folder in self._snapshots(model_id):
            if (facts := self._read(model_id, folder)) is not None:
                return facts
        return None

    def _snapshots(self, model_id: str) -> Iterator[Path]:
        folders = (repo_folder(self.cache, model_id) / "snapshots").glob("*")
        yield from sorted((f for f in folders if re.fullmatch(r"[0-9a-f]{40}", f.name)), key=_time, reverse=True)

    def _read(self, model_id: str, folder: Path) -> ModelFacts | None:
        if not _complete(folder, self.files(model_id, folder.name)):
            return None
        info = self.note(model_id, folder.name)
        key = (folder, _time(folder))
        if key not in self._facts:
            facts = read_facts(folder, model_id, home=self.cache)  # models of one cache may share their blobs
            if info:
                known = facts_of(info)
                facts = replace(
                    known,
                    folder=folder,
                    parameters=facts.parameters,
                    weight_bytes=facts.weight_bytes,
                    labels=facts.labels,
                    dtype=facts.dtype,
                    max_tokens=facts.max_tokens,
                    task=mended(known.task, facts.architectures, pooled=known.pooled),
                    architectures=facts.architectures,
                    shape=facts.shape,
                    remote_code=known.remote_code or facts.remote_code,
                    gated=False,  # its files are here
                    problem=facts.problem or known.problem,
                )
            fetched = date.fromtimestamp(_time(folder) / 1e9).isoformat()
            self._facts[key] = replace(facts, revision=folder.name, fetched=fetched)
        return self._facts[key]


def _complete(folder: Path, files: Sequence[HubFile]) -> bool:
    """True when every file is there: those that the Hub named, else what describes it and its weights."""
    index = folder / INDEX
    try:
        if (folder / PIPELINE).is_file() or is_pipeline(f.name for f in files):
            wanted = pipeline_files(files or folder_files(folder), lambda name: (folder / name).read_bytes())
            return all((folder / f.name).is_file() for f in wanted)
        if weight_index(files):
            text = index.read_bytes() if weight_index(files) == INDEX else b""
            return all((folder / f.name).is_file() for f in needed(files, text))
        shards = set(json.loads(index.read_bytes())["weight_map"].values()) if index.is_file() else set()
        names = shards or {p.name for p in folder.iterdir() if p.suffix in (".safetensors", ".bin", ".pt", ".h5")}
        return (folder / "config.json").is_file() and bool(names) and all((folder / n).is_file() for n in names)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _time(folder: Path) -> int:
    """When its newest file was put there, in nanoseconds."""
    with contextlib.suppress(OSError):
        return max((p.lstat().st_mtime_ns for p in folder.iterdir()), default=0)
    return 0
