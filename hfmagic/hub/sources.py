"""Every place where models come from, asked as one: folders, what was downloaded, and the Hub."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import DamagedModel, HubError, HubUnreachable, RevisionGone, UnknownModel, did_you_mean
from .blobs import Checked, drop
from .cached import CachedModels
from .client import HubClient, is_model
from .download import download
from .facts import ModelFacts, facts_in_config
from .files import INDEX, files_of, needed, weight_index
from .folder import FolderHub
from .job import Job, Moment, OnMoment
from .listing import facts_of, with_sizes
from .skeleton import FIRST_BYTES, header_bytes, skeleton

AWAY_SECONDS = 10.0  # a Hub that did not answer is not asked again for so long: the steps of one plan, no longer
FRESH_SECONDS = 600.0  # so long a search is not repeated
MOST_SHARDS = 8  # headers that are looked at before a download; more shards are checked after it

HeadCheck = Callable[[Path], str]
"""A folder, maybe without weights → why the task cannot be done with it, or an empty string."""


@dataclass(frozen=True)
class Found:
    """The models that may be candidates; `away` says why the Hub gave none of them."""

    models: tuple[ModelFacts, ...]
    away: str = ""


class Sources:
    """Where this session's models come from. Without a client it is offline."""

    def __init__(
        self, folders: FolderHub, cached: CachedModels, client: HubClient | None, checked: Checked, stall_seconds: float
    ) -> None:
        self.folders, self.cached, self.client = folders, cached, client
        self._checked, self._stall_seconds = checked, stall_seconds
        self._searches: dict[tuple[str, str, str], tuple[float, tuple[ModelFacts, ...]]] = {}
        self._infos: dict[str, dict[str, Any]] = {}  # by model id: the Hub's newest
        self._away: tuple[float, HubError] | None = None

    def models(self) -> tuple[ModelFacts, ...]:
        """Every model on this machine, sorted by id; one in a folder hides a downloaded one of that name."""
        found = {m.model_id: m for m in (*self.cached.models(), *self.folders.models())}
        return tuple(found[name] for name in sorted(found))

    def seen(self) -> tuple[ModelFacts, ...]:
        """Models that a search of this session found on the Hub."""
        return tuple({m.model_id: m for _, models in self._searches.values() for m in models}.values())

    def search(self, task: str, *, words: str = "", language: str = "") -> Found:
        """The models on this machine, and those that the Hub gives for a task.

        Where no name has the `words`, the task alone is searched for. A Hub that gives nothing is said in `away`.
        """
        here = self.models()
        if self.client is None:
            return Found(here)
        try:
            remote = self._search(task, words, language) or (self._search(task, "", language) if words else ())
        except HubError as error:
            if not here:
                raise type(error)(f"{error.message.rstrip('.')}; no models are here.", hint=error.hint) from None
            return Found(here, error.message.rstrip("."))
        local = {m.model_id: m for m in here}
        merged = [_merged(m, local.pop(m.model_id, None)) for m in remote]
        return Found((*local.values(), *merged))

    def find(self, model_id: str, revision: str = "") -> ModelFacts:
        """A model by its id, on this machine first, then on the Hub; at a revision where one is given.

        Raises: UnknownModel with the nearest name; HubError.
        """
        here = {m.model_id: m for m in self.folders.models()}.get(model_id) or self.cached.find(model_id, revision)
        if here is not None and not (here.fetched and here.problem and self.client):
            return here
        if "/" in model_id and self.client is not None:
            return self._remote(model_id, revision)
        with contextlib.suppress(UnknownModel):
            return self.folders.find(model_id)
        return self._unknown(model_id, revision)

    def revision(self, facts: ModelFacts) -> str:
        """40 hex digits: the Hub's commit, or the hash of a folder's files."""
        return facts.revision or self.folders.revision(facts)

    def to_fetch(self, model_id: str, revision: str) -> int:
        """Bytes that a model would take from the Hub; 0 for one that is here."""
        facts = self.find(model_id, revision)
        return 0 if facts.folder is not None else max(facts.fetch_bytes, facts.weight_bytes)

    def inspect(self, facts: ModelFacts, check: HeadCheck) -> ModelFacts:
        """A model of the Hub, looked at before any weight byte: its sizes, labels, head; `problem` says what is wrong.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        if facts.folder is not None or self.client is None:
            return facts
        info = self._info(facts.model_id, facts.revision)
        facts = with_sizes(replace(facts, model_id=str(info["id"]), revision=str(info["sha"])), info)
        config = self._read(facts, "config.json", 1_000_000)
        facts = facts_in_config(facts, config)
        if facts.problem:
            return facts
        listed = weight_index(files_of(info))
        try:
            index = self._read(facts, listed, 20_000_000) if listed == INDEX else b""
            files = needed(files_of(info), index)
            weights = [f.name for f in files if f.name.endswith(".safetensors")]
            facts = replace(facts, fetch_bytes=sum(f.size for f in files))
            if len(weights) > MOST_SHARDS:
                return facts
            headers = {name: self._header(facts, name) for name in weights}
            with skeleton(config, headers, {f.name: f.size for f in files}) as folder:
                return replace(facts, problem=check(folder))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return replace(facts, problem=f"{listed or 'its weights'} is damaged")

    def fetch(self, facts: ModelFacts, on: OnMoment) -> ModelFacts:
        """The model on this machine, whole: downloaded when it is not here, checked when it was not checked before.

        Raises: DamagedModel; NoSpace, DownloadFailed and what `inspect` raises.
        """
        if facts.folder is not None and not facts.fetched:
            return facts
        if facts.folder is not None:
            etags = {f.name: f.etag for f in self.cached.files(facts.model_id, facts.revision)}
            if unchecked := [p for p in self._checked.unchecked(facts.folder, etags) if p.is_file()]:
                on(Moment(0, sum(p.stat().st_size for p in unchecked), "checking"))
            bad = self._checked.damaged(facts.folder, etags)
            if not bad:
                return facts
            if self.client is None:
                hint = "go online to fetch it again, or %hf use STEP MODEL"
                raise DamagedModel(f"{bad[0].name} of {facts.model_id} is damaged.", hint=hint)
            for path in bad:
                drop(path)
        return self._download(facts, on)

    # The Hub

    def _download(self, facts: ModelFacts, on: OnMoment) -> ModelFacts:
        if self.client is None:
            raise HubUnreachable(f"{facts.model_id} is not on this machine.", hint="go online, or name another model")
        info = self._info(facts.model_id, facts.revision)
        files = files_of(info)
        try:
            index = self._read(facts, INDEX, 20_000_000) if weight_index(files) == INDEX else b""
            wanted = needed(files, index)
        except ValueError as error:
            raise DamagedModel(f"{INDEX} of {facts.model_id} is damaged.", hint="%hf models lists others") from error
        job = Job(
            str(info["id"]),
            str(info["sha"]),
            self.client.endpoint,
            str(self.cached.cache.absolute()),
            str(self._checked.folder.absolute()),
            wanted,
            self.client.token,
        )
        self.cached.keep_note(info)  # first: it says which files a download that is broken off still lacks
        try:
            download(job, on, stall_seconds=self._stall_seconds)
        except RevisionGone:
            self._forget(facts.model_id)
            raise
        here = self.cached.find(job.model_id, job.revision)
        if here is None:
            raise DamagedModel(f"{job.model_id} lacks files after its download.", hint="%hf models lists others")
        return here

    def _search(self, task: str, words: str, language: str) -> tuple[ModelFacts, ...]:
        assert self.client is not None  # noqa: S101 - asked by the caller
        key = (task, words, language)
        at, known = self._searches.get(key, (-FRESH_SECONDS, ()))
        if time.monotonic() - at < FRESH_SECONDS:
            return known
        if self._away and time.monotonic() - self._away[0] < AWAY_SECONDS:
            raise self._away[1]
        try:
            items = self.client.search(task, words=words, language=language)
        except HubUnreachable as error:
            self._away = (time.monotonic(), error)
            raise
        self._away = None
        found = tuple(facts_of(item) for item in items if is_model(item))
        self._searches[key] = (time.monotonic(), found)
        return found

    def _info(self, model_id: str, revision: str) -> dict[str, Any]:
        known = self._infos.get(model_id)
        if known is None or (revision and known.get("sha") != revision):
            assert self.client is not None  # noqa: S101 - asked by the caller
            try:
                known = self.client.info(model_id, revision)
            except RevisionGone:
                self._forget(model_id)
                raise
            self._infos[model_id] = self._infos[str(known["id"])] = known
        return known

    def _remote(self, model_id: str, revision: str) -> ModelFacts:
        try:
            info = self._info(model_id, revision)
        except UnknownModel as error:
            raise UnknownModel(error.message, hint=did_you_mean(model_id, self._ids()) or error.hint) from None
        # Under the name that was asked for, so that it is found by it; `inspect` gives the one it has now.
        return replace(with_sizes(facts_of(info), info), model_id=model_id)

    def _read(self, facts: ModelFacts, name: str, stop: int) -> bytes:
        assert self.client is not None  # noqa: S101 - asked by the caller
        try:
            return self.client.read(facts.model_id, facts.revision, name, stop=stop)
        except RevisionGone:
            self._forget(facts.model_id)
            raise

    def _forget(self, model_id: str) -> None:
        """What is known of a model no longer holds: the next cell asks for its newest commit."""
        self._infos.pop(model_id, None)
        self._searches.clear()

    def _header(self, facts: ModelFacts, name: str) -> bytes:
        start = self._read(facts, name, FIRST_BYTES)
        stop = header_bytes(start)
        return start if len(start) >= stop else self._read(facts, name, stop)

    def _ids(self) -> list[str]:
        return [m.model_id for m in (*self.models(), *self.seen())]

    def _unknown(self, model_id: str, revision: str) -> ModelFacts:
        what = f"{model_id} at {revision[:7]}" if revision else repr(model_id)
        hint = did_you_mean(model_id, self._ids()) or "%hf models lists them"
        raise UnknownModel(f"no model {what} on this machine.", hint=hint)


def _merged(remote: ModelFacts, local: ModelFacts | None) -> ModelFacts:
    """A model of the Hub that is here as well: what is here, with the Hub's newest counts.

    The Hub's where that is newer, or what is here cannot be used: what is damaged is then fetched again.
    """
    if local is None or (local.fetched and (local.revision != remote.revision or local.problem)):
        return remote
    return replace(local, downloads=remote.downloads, likes=remote.likes)
