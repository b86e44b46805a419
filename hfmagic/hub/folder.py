"""A folder Hub: models as folders `org/name`, with the same questions as the network Hub. Knows no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import DamagedModel, UnknownModel, did_you_mean
from .facts import ModelFacts, read_facts
from .parts import PIPELINE
from .revision import file_hashes, revision_of


class FolderHub:
    """Models in folders; the first that has a name wins. Facts and revisions are kept while files do not change."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)
        self._facts: dict[tuple[Path, str], ModelFacts] = {}
        self._hashes: dict[tuple[Path, str], Mapping[bytes, str]] = {}

    def models(self) -> tuple[ModelFacts, ...]:
        """Every model, sorted by id."""
        folders: dict[str, Path] = {}
        for root in self.roots:
            for folder in _folders(root):
                model_id = f"{folder.parent.name}/{folder.name}"
                if not model_id.startswith(".") and "/." not in model_id:
                    folders.setdefault(model_id, folder)
        return tuple(self._read(folder, model_id) for model_id, folder in sorted(folders.items()))

    def find(self, model_id: str) -> ModelFacts:
        """The model of that id, or whose name alone matches; UnknownModel names the nearest."""
        models = {m.model_id: m for m in self.models()}
        if model_id in models:
            return models[model_id]
        named = [m for m in models.values() if m.model_id.partition("/")[2] == model_id]
        if len(named) == 1:
            return named[0]
        hint = did_you_mean(model_id, [*models, *(i.partition("/")[2] for i in models)])
        raise UnknownModel(f"no model {model_id!r} on this machine.", hint=hint or "%hf models lists them")

    def revision(self, facts: ModelFacts) -> str:
        """40 hex digits over the model's files; the same bytes give the same revision on any machine.

        Raises: DamagedModel when a file cannot be read.
        """
        return revision_of(self.file_hashes(facts))

    def file_hashes(self, facts: ModelFacts) -> Mapping[bytes, str]:
        """Each file's path below the model's folder, as bytes, with its sha256. Raises: as `revision`."""
        folder = facts.folder
        if folder is None:
            raise UnknownModel(f"{facts.model_id} is not on this machine.", hint="%hf models lists what is")
        try:
            key = (folder, _stamp(folder))
            if key not in self._hashes:
                self._hashes[key] = file_hashes(folder)
        except OSError as error:
            raise DamagedModel(f"{facts.model_id} cannot be read: {error}", hint="%hf models shows others") from error
        return self._hashes[key]

    def _read(self, folder: Path, model_id: str) -> ModelFacts:
        try:
            key = (folder, _stamp(folder))
            if key not in self._facts:
                self._facts[key] = read_facts(folder, model_id)
        except OSError as error:
            return ModelFacts(model_id, folder, problem=f"cannot be read ({type(error).__name__})")
        return self._facts[key]


def _folders(root: Path) -> list[Path]:
    """The folder of every model below a root; none where it cannot be read."""
    try:
        found = [p for name in ("config.json", PIPELINE) for p in root.glob(f"*/*/{name}")] if root.is_dir() else []
        # A pipeline's part has a config.json too.
        return sorted({p.parent for p in found if not (p.parents[1] / PIPELINE).is_file()})
    except OSError:
        return []


def _stamp(folder: Path) -> str:
    """Names, sizes and times of change: as long as they stay, the files are taken as unchanged."""
    stats = [(p.relative_to(folder).as_posix(), p.stat()) for p in sorted(folder.rglob("*")) if p.is_file()]
    return ";".join(f"{name}:{s.st_size}:{s.st_mtime_ns}" for name, s in stats)
