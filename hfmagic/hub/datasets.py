"""Rows of the Hub's data sets, from their Parquet files alone: pinned to a commit, fetched and checked as models are.

A data set's own Parquet files are read, else those into which the Hub converted it (its branch `refs/convert/parquet`).
Nothing of a data set is ever run: where there is no Parquet, there is an error.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import (
    BadOption,
    DownloadFailed,
    HubUnreachable,
    NeedsConsent,
    RevisionGone,
    UnknownKind,
    UnknownModel,
    did_you_mean,
)
from ..limits import size_words
from ..slices import Slice, with_class_names
from .blobs import Checked, drop, is_whole, repo_folder
from .client import HubClient
from .download import download
from .files import HubFile, files_of
from .job import Job, OnMoment
from .parquet import class_names, read_rows, row_count, splits_of

if TYPE_CHECKING:
    import pyarrow as pa

CONVERTED = "refs/convert/parquet"
FRESH_SECONDS = 600.0  # so long the newest commit is not asked for again

Splits = Mapping[str, Mapping[str, Sequence[HubFile]]]
"""Config → split → its files, in order."""


class DataSets:
    """The data sets of one Hub and those in the cache. Without a client it is offline.

    Args:
        notes: where the Hub's words about a data set are kept, for when it is away.
    """

    def __init__(
        self, client: HubClient | None, cache: Path, notes: Path, checked: Checked, stall_seconds: float
    ) -> None:
        self.client, self.cache, self.notes, self._checked = client, cache, notes, checked
        self._stall_seconds = stall_seconds
        self._infos: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    def rows(self, wanted: Slice, *, most: int | None = None, on: OnMoment = lambda _: None) -> tuple[Slice, pa.Table]:
        """The rows, and the slice with the commit, config and split that they are of. Class numbers become names.

        Args:
            most: bytes that may be downloaded; None: any number.
        Raises: NeedsConsent when it takes more; BadOption for a split that it lacks; UnknownModel, GatedModel, NoSpace,
            DownloadFailed, HubRefused, HubUnreachable; UnknownKind for a damaged file, or where there is no Parquet.
        """
        info, splits = self._found(wanted)
        config, split = _chosen(wanted, splits)
        exact = replace(wanted, revision=str(info["sha"]), config=config, split=split)
        files = splits[config][split]
        enough = wanted.most_rows
        if enough is None:
            self._consent(exact, files, most)
        paths: list[Path] = []
        for i, file in enumerate(files):
            if enough is not None:
                self._consent(exact, files[: i + 1], most)
            paths.append(self._fetched(exact, file, on))
            if enough is not None and sum(map(row_count, paths)) >= enough:
                break
        try:
            table, names = read_rows(paths, wanted.rows), class_names(paths[0], info.get("cardData"), config)
        except (ValueError, OSError) as error:  # pyarrow's errors are of these
            what = f"{split} of {wanted.dataset_id} is no readable Parquet ({type(error).__name__})."
            raise UnknownKind(what, hint="try another revision: OWNER/NAME@REVISION") from None
        return exact, with_class_names(table, names)

    def _found(self, wanted: Slice) -> tuple[dict[str, Any], Splits]:
        """What the Hub says of a data set at the revision that has the split, and its Parquet files."""
        seen: Splits = {}
        for revision in (wanted.revision,) if wanted.revision else ("", CONVERTED):
            try:
                info = self._info(wanted.dataset_id, revision)
            except RevisionGone:
                if revision != CONVERTED:
                    raise
                continue
            splits = splits_of(files_of(info), info.get("cardData"))
            has_config = wanted.config in splits if wanted.config else bool(splits)
            if has_config and (not wanted.split or any(wanted.split in s for s in splits.values())):
                return info, splits
            seen = seen or splits
        if not seen:
            raise UnknownKind(
                f"{wanted.dataset_id} has no Parquet files; hfmagic runs no loading script.",
                hint="load it with `datasets` yourself, and give the variable",
            )
        _chosen(wanted, seen)
        raise BadOption(f"{wanted} is not there.", hint="check its name")

    def _info(self, dataset_id: str, revision: str) -> dict[str, Any]:
        """The API's JSON at a revision; what was kept of it where the Hub is away or is not to be asked."""
        key = (dataset_id, revision)
        at, known = self._infos.get(key, (0.0, {}))
        if known and time.monotonic() - at < FRESH_SECONDS:
            return known
        try:
            if self.client is None:
                raise HubUnreachable(f"{dataset_id} is not on this machine.", hint="go online, or give a frame")
            info = self.client.info(dataset_id, revision, of="datasets")
        except HubUnreachable:
            if not (info := self._noted(dataset_id, revision)):
                raise
        except UnknownModel:
            hint = "check OWNER/NAME, or log in to the Hub"
            raise UnknownModel(f"no public data set {dataset_id!r} on {self._host}.", hint=hint) from None
        self._infos[key] = (time.monotonic(), info)
        for name in (revision, str(info["sha"])):
            self._note(dataset_id, name, info)
        return info

    @property
    def _host(self) -> str:
        return self.client.host if self.client else "this machine"

    def _path_of_note(self, dataset_id: str, revision: str) -> Path:
        return self.notes / f"datasets--{dataset_id}@{revision or 'main'}.json".replace("/", "--")

    def _noted(self, dataset_id: str, revision: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._path_of_note(dataset_id, revision).read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
        return {}

    def _note(self, dataset_id: str, revision: str, info: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            path = self._path_of_note(dataset_id, revision)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_suffix(".part")
            part.write_text(json.dumps(info), encoding="utf-8")
            part.replace(path)

    def _consent(self, exact: Slice, files: Sequence[HubFile], most: int | None) -> None:
        size = self._job(exact, files).missing_bytes()
        if most is not None and size > most:
            hint = "%%hf --yes fetches it; or name fewer rows: [:200]"
            raise NeedsConsent(f"{exact.dataset_id} downloads {size_words(size)}.", hint=hint)

    def _fetched(self, exact: Slice, file: HubFile, on: OnMoment) -> Path:
        """A file of a data set on this machine, whole. Raises: DownloadFailed and what downloading raises."""
        path = repo_folder(self.cache, exact.dataset_id, "dataset") / "snapshots" / exact.revision / file.name
        for _ in range(2):
            if not path.is_file():
                if self.client is None:
                    what = f"{file.name} of {exact.dataset_id}"
                    raise HubUnreachable(f"{what} is not on this machine.", hint="go online, or give a frame")
                download(self._job(exact, [file]), on, stall_seconds=self._stall_seconds)
            if self._checked.holds(path, file.etag):
                return path
            if is_whole(path, file.etag):
                self._checked.add(path, file.etag)
                return path
            drop(path)
        what = f"{file.name} of {exact.dataset_id} arrives damaged: its sha256 is not the Hub's."
        raise DownloadFailed(what, hint="run the cell again later")

    def _job(self, exact: Slice, files: Sequence[HubFile]) -> Job:
        return Job(
            exact.dataset_id,
            exact.revision,
            self.client.endpoint if self.client else "",
            str(self.cache.absolute()),
            str(self._checked.folder.absolute()),
            tuple(files),
            self.client.token if self.client else None,
            repo_type="dataset",
        )


def _chosen(wanted: Slice, splits: Splits) -> tuple[str, str]:
    """The config and split that are meant. Raises: BadOption names those that there are."""
    where = wanted.dataset_id
    config = wanted.config or ("default" if "default" in splits else next(iter(splits)) if len(splits) == 1 else "")
    if config not in splits:
        hint = did_you_mean(wanted.config, splits) or f"name one: #{next(iter(splits))}/{wanted.split or 'train'}"
        names = ", ".join(list(splits)[:8])
        raise BadOption(f"{where} has {f'no config {config!r}' if config else 'several configs'}: {names}.", hint=hint)
    there = splits[config]
    split = wanted.split or (next(iter(there)) if len(there) == 1 else "")
    if split not in there:
        hint = did_you_mean(wanted.split, there) or f"name one: #{next(iter(there))}[:200]"
        names = ", ".join(list(there)[:8])
        raise BadOption(f"{where} has {f'no split {split!r}' if split else 'several splits'}: {names}.", hint=hint)
    return config, split
