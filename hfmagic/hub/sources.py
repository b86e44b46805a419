"""Every place where models come from, asked as one: folders, what was downloaded, and the Hub."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import (
    DamagedModel,
    HFMagicError,
    HubError,
    HubUnreachable,
    NeedsConsent,
    RevisionGone,
    UnknownModel,
    did_you_mean,
)
from ..limits import size_words
from .blobs import Checked, drop, etag_of
from .cached import CachedModels
from .card import MAX_CARD_BYTES, card_text, decoded
from .catalog import Catalog
from .claims import is_id, security_of
from .client import HubClient
from .download import download
from .facts import MAX_CONFIG_BYTES, ModelFacts, card_of, facts_in_file
from .files import HubFile, files_of
from .folder import FolderHub
from .header import total_counts
from .job import Job, Moment, OnMoment
from .lineage import lineage
from .listing import facts_of
from .parts import PIPELINE, read_among
from .remote import MOST_FOUND, Info, Remote
from .skeleton import skeleton
from .together import together

HeadCheck = Callable[[Path], str]
"""A folder, maybe without weights → why the task cannot be done with it, or an empty string."""


@dataclass(frozen=True)
class Found:
    """The models that may be candidates; `away` says why the Hub gave none of them, or none of today."""

    models: tuple[ModelFacts, ...]
    away: str = ""


class Sources:
    """Where this session's models come from. Without a client it is offline.

    Args:
        stored: where there is no client, one that asks nothing: what a Hub said before is known, not to be fetched.
        listing: the models of a task that are downloaded most.
        own: the folder, among `folders`, of models that were made here: what is in it may be deleted.
    """

    def __init__(
        self,
        folders: FolderHub,
        cached: CachedModels,
        client: HubClient | None,
        checked: Checked,
        stall_seconds: float,
        *,
        stored: HubClient | None = None,
        listing: Catalog | None = None,
        own: Path | None = None,
        on_fetched: Callable[[str, str, int, float], None] = lambda *_: None,
    ) -> None:
        self.folders, self.cached, self.client = folders, cached, client
        self._remote = Remote(client, listing) if client else None
        self._said = self._remote or (Remote(stored, listing) if stored else None)
        self._checked, self._stall_seconds = checked, stall_seconds
        self._own, self._on_fetched = own, on_fetched

    def models(self) -> tuple[ModelFacts, ...]:
        """Every model on this machine, sorted by id; one in a folder hides a downloaded one of that name."""
        found = {m.model_id: m for m in (*self.cached.models(), *self.folders.models())}
        return tuple(found[name] for name in sorted(found))

    def seen(self) -> tuple[ModelFacts, ...]:
        """Models that a search of this session found on the Hub."""
        return self._said.seen() if self._said else ()

    def known(self) -> tuple[ModelFacts, ...]:
        """The models on this machine and those that a search of this session found. Asks nobody."""
        local = {m.model_id: m for m in self.models()}
        merged = [self._merged(m, local.pop(m.model_id, None), away=self.client is None) for m in self.seen()]
        return (*local.values(), *merged)

    def card(self, facts: ModelFacts) -> dict[str, Any]:
        """The front matter of a known model's card; empty where it is not known. Asks nobody."""
        if facts.folder is not None:
            return card_of(facts.folder)
        card = self._said.card(facts.model_id) if self._said else None
        return card if isinstance(card, dict) else {}

    def delete(self, model_id: str, revision: str) -> int:
        """Delete a model that was downloaded, or made here; the bytes that became free. Raises: UnknownModel."""
        here = {m.model_id: m for m in self.folders.models()}.get(model_id)
        if here is None or here.folder is None or not self.can_delete(here) or self.revision(here) != revision:
            return self.cached.delete(model_id, revision)
        size = sum(path.stat().st_size for path in here.folder.rglob("*") if path.is_file())
        shutil.rmtree(here.folder, ignore_errors=True)
        return size

    def can_delete(self, facts: ModelFacts) -> bool:
        """True for a model that was downloaded, or made here; a folder of the user's is left alone."""
        made = facts.folder is not None and self._own is not None and facts.folder.is_relative_to(self._own)
        return bool(facts.fetched) or made

    def read_json(self, facts: ModelFacts, name: str) -> dict[str, Any]:
        """A small JSON file of a model, at its revision; empty where it has none, or no object in it.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        try:
            if facts.folder is not None:
                found = json.loads((facts.folder / name).read_bytes()[:MAX_CONFIG_BYTES])
            elif self._remote is None:
                return {}
            else:
                info = self._remote.info(facts.model_id, facts.revision)
                there = any(f.name == name for f in files_of(info))
                found = json.loads(self._remote.read(info, name, MAX_CONFIG_BYTES)) if there else {}
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def read_card(self, facts: ModelFacts) -> str:
        """README.md of a model, at its revision, at most 200,000 bytes of it; empty where it has none.

        What was downloaded lacks its card: the Hub is asked for it, unless offline.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        found = card_text(facts.folder) if facts.folder is not None else ""
        if found or self._remote is None or not facts.revision:
            return found
        info = self._remote.info(facts.model_id, facts.revision)
        there = any(f.name == "README.md" for f in files_of(info))
        return decoded(self._remote.read(info, "README.md", MAX_CARD_BYTES)) if there else ""

    def search(self, *tasks: str, words: str = "", language: str = "", most: int = MOST_FOUND) -> Found:
        """The models on this machine, and those that the Hub gives for tasks.

        Where no name has the `words`, the tasks alone are searched for. A Hub that gives nothing is said in `away`.
        """
        here, hub = self.models(), self._said
        if hub is None:
            return Found(here)
        try:
            listed = [hub.search(task, words, language, most) for task in tasks]
            if words and not any(x.models for x in listed):
                listed = [hub.search(task, "", language, most) for task in tasks]
        except HubError as error:
            if self.client is None:
                return Found(here)
            if not here:
                raise type(error)(f"{error.message.rstrip('.')}; no models are here.", hint=error.hint) from None
            return Found(here, error.message.rstrip("."))
        local = {m.model_id: m for m in here}
        found = {m.model_id: m for x in listed for m in x.models}.values()  # a model may be filed under several tags
        why = next((x.away for x in listed if x.away), "")
        away = bool(why) or self.client is None
        merged = [self._merged(m, local.pop(m.model_id, None), away=away) for m in found]
        return Found((*local.values(), *merged), why)

    def examined(self, facts: ModelFacts) -> ModelFacts:
        """A model with what is asked for only when it matters: its security, whether its owner is verified, results.

        What cannot be had stays unknown: `security` empty, `verified` None. Asks once for a while; raises nothing.
        """
        unknown = facts.folder is not None and not facts.fetched  # a folder of the user's: no Hub knows it
        return facts if unknown or self._said is None else self._said.examined(facts)

    def lineage(self, facts: ModelFacts) -> tuple[ModelFacts, ...]:
        """The models that it was made from, nearest first, four steps back at most; those that are unknown left out."""
        here = {m.model_id: m for m in self.models()}

        def base(model_id: str) -> ModelFacts | None:
            if model_id in here or self._said is None:
                return here.get(model_id)
            # Under the name that was asked for: by it its children name it.
            return replace(facts_of(self._said.info_of_any_day(model_id)), model_id=model_id)

        def find(names: Sequence[str]) -> list[ModelFacts | None]:
            found = together([partial(base, name) for name in names])
            return [None if isinstance(m, HFMagicError) else m for m in found]

        return lineage(facts, find)

    def find(self, model_id: str, revision: str = "", *, task: str = "") -> ModelFacts:
        """A model by its id, on this machine first, then on the Hub; at a revision where one is given.

        Args:
            task: what it is wanted for.
        Raises: UnknownModel with the nearest name, or those on this machine for the task; HubError.
        """
        here = {m.model_id: m for m in self.folders.models()}.get(model_id) or self.cached.find(model_id, revision)
        if here is not None and not (here.fetched and here.problem and self._remote):
            return here
        if "/" in model_id and self._remote is not None and is_id(model_id):
            return self._on_hub(self._remote, model_id, revision)
        with contextlib.suppress(UnknownModel):
            return self.folders.find(model_id)
        return self._unknown(model_id, revision, task)

    def revision(self, facts: ModelFacts) -> str:
        """40 hex digits: the Hub's commit, or the hash of a folder's files."""
        return facts.revision or self.folders.revision(facts)

    def file_hashes(self, facts: ModelFacts) -> dict[str, str]:
        """Name → `sha256:…` or `git:…` (sha1 of its blob) of the files that a model on this machine is loaded from."""
        if facts.folder is None:
            return {}
        if not facts.fetched:
            found = {n.decode(errors="replace"): h for n, h in self.folders.file_hashes(facts).items()}
        else:
            named = {f.name: f.etag for f in self.cached.files(facts.model_id, facts.revision)}
            paths = [p for p in sorted(facts.folder.rglob("*")) if p.is_file()]
            found = {n: named.get(n) or etag_of(p) for p in paths if (n := p.relative_to(facts.folder).as_posix())}
        read = read_among(found)
        return {n: f"{'git' if len(h) == 40 else 'sha256'}:{h}" for n, h in found.items() if h and n in read}

    def to_fetch(self, model_id: str, revision: str) -> int:
        """Bytes that a model would take from the Hub at most; 0 for one that is here."""
        facts = self.find(model_id, revision)
        if facts.folder is not None or self._remote is None:
            return 0
        info = self._remote.info(model_id, facts.revision)
        return self._job(self._remote, info, self._remote.most_files(info)).missing_bytes()

    def inspect(self, facts: ModelFacts, check: HeadCheck) -> ModelFacts:
        """A model of the Hub, looked at before any weight byte: its sizes, labels, head; `problem` says what is wrong.

        `weight_bytes`, `parameters` and `dtype` are those of its headers. Where those are too many or too long to look
        at, `weight_bytes` is the size of its files, and `parameters` what the listing says, else two bytes each.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        hub = self._remote
        if facts.folder is not None:
            return facts
        if hub is None:
            raise HubUnreachable("hfmagic is offline.", hint="go online to fetch it, or name another model")
        info = hub.info(facts.model_id, facts.revision)
        facts = replace(facts, model_id=str(info["id"]), revision=str(info["sha"]), security=security_of(info))
        described = hub.described_by(info)
        config = hub.read(info, described, MAX_CONFIG_BYTES)
        facts = facts_in_file(facts, described, config)
        if facts.problem:
            return facts
        try:
            files, headers = hub.files(info), hub.headers(info)
        except ValueError as error:
            return replace(facts, problem=str(error))
        size = sum(f.size for f in files if f.name.endswith(".safetensors"))
        to_fetch = self._job(hub, info, files).missing_bytes()
        facts = replace(facts, fetch_bytes=to_fetch, weight_bytes=size, parameters=facts.parameters or size // 2)
        if headers:
            facts = facts.with_counts(total_counts(headers.values()))
        elif described != PIPELINE:
            return facts
        # Of a pipeline the classes are checked; its parts are compared with their weights when they are loaded.
        with skeleton(config, {} if described == PIPELINE else headers, name=described) as folder:
            return replace(facts, problem=check(folder))

    def fetch(self, facts: ModelFacts, on: OnMoment, *, most: int | None = None) -> ModelFacts:
        """The model on this machine, whole: downloaded when it is not here, checked when it was not checked before.

        Args:
            most: bytes that may be downloaded; None: any number.
        Raises: NeedsConsent when it takes more, DamagedModel; NoSpace, DownloadFailed and what `inspect` raises.
        """
        if facts.folder is not None and not facts.fetched:
            return facts
        bad = self._damaged(facts, facts.folder, on) if facts.folder else []
        if facts.folder is not None and not bad:
            return facts
        if self._remote is None:
            if bad:
                hint = "go online to fetch it again, or %hf use STEP MODEL"
                bytes_here = size_words(bad[0].stat().st_size) if bad[0].exists() else "no byte"
                why = f"{bad[0].name} of {facts.model_id} is damaged: {bytes_here}, of another hash than the Hub's."
                raise DamagedModel(why, hint=hint)
            raise HubUnreachable(f"{facts.model_id} is not on this machine.", hint="go online, or name another model")
        info = self._remote.info(facts.model_id, facts.revision)
        try:
            job = self._job(self._remote, info, self._remote.files(info))
        except ValueError as error:
            raise DamagedModel(f"{facts.model_id} {error}.", hint="%hf models lists others") from error
        size = job.missing_bytes([p.relative_to(facts.folder).as_posix() for p in bad] if facts.folder else ())
        if most is not None and size > most:
            again = f" again, as {bad[0].name} is damaged" if bad else ""
            raise NeedsConsent(f"{job.model_id} downloads {size_words(size)}{again}.", hint="%hf go --yes fetches it")
        for path in bad:
            drop(path)
        return self._download(self._remote, job, info, on)

    def _damaged(self, facts: ModelFacts, folder: Path, on: OnMoment) -> list[Path]:
        """The files of a downloaded model that are not what the Hub named; what was found whole before is not read."""
        etags = {f.name: f.etag for f in self.cached.files(facts.model_id, facts.revision)}
        unread = [p.stat().st_size for p in self._checked.unchecked(folder, etags) if p.is_file()]
        done, total = 0, sum(unread)

        def read(count: int) -> None:
            nonlocal done
            done += count
            on(Moment(min(done, total), total, "checking"))

        if unread:
            read(0)
        return self._checked.damaged(folder, etags, read)

    def _download(self, hub: Remote, job: Job, info: Info, on: OnMoment) -> ModelFacts:
        came, before, total = hub.client.noted(f"/{job.model_id}@{job.revision}"), 0, 0
        begin = time.monotonic()

        def watch(moment: Moment) -> None:
            nonlocal before, total
            more = moment.done - before if moment.done >= before else moment.done  # less: it begins once more
            came(more)
            before, total = moment.done, total + more
            on(moment)

        self.cached.keep_note(info)  # first: it says which files a download that is broken off still lacks
        try:
            download(job, watch, stall_seconds=self._stall_seconds)
        except RevisionGone:
            hub.forget(job.model_id)
            raise
        finally:
            if total:
                self._on_fetched(job.model_id, hub.client.host, total, time.monotonic() - begin)
        here = self.cached.find(job.model_id, job.revision)
        if here is None:
            raise DamagedModel(f"{job.model_id} lacks files after its download.", hint="%hf models lists others")
        return here

    def _job(self, hub: Remote, info: Info, files: Sequence[HubFile]) -> Job:
        return Job(
            str(info["id"]),
            str(info["sha"]),
            hub.client.endpoint,
            str(self.cached.cache.absolute()),
            str(self._checked.folder.absolute()),
            tuple(files),
            hub.client.token,
        )

    def _on_hub(self, hub: Remote, model_id: str, revision: str) -> ModelFacts:
        try:
            info = hub.info_of_any_day(model_id, revision)
        except UnknownModel as error:
            raise UnknownModel(error.message, hint=did_you_mean(model_id, self._ids()) or error.hint) from None
        # Under the name that was asked for, so that it is found by it; `inspect` gives the one it has now.
        return replace(facts_of(info), model_id=model_id)

    def _ids(self) -> list[str]:
        return [m.model_id for m in (*self.models(), *self.seen())]

    def _unknown(self, model_id: str, revision: str, task: str) -> ModelFacts:
        what = f"{model_id} at {revision[:7]}" if revision else repr(model_id)
        why = ", and hfmagic is offline" if self.client is None and is_id(model_id) else ""
        here = [m.model_id for m in self.models() if m.task == task and not m.problem] if task else []
        hint = f"here for {task}: {', '.join(here[:3])}" if here else "%hf models lists them"
        raise UnknownModel(f"no model {what} on this machine{why}.", hint=did_you_mean(model_id, self._ids()) or hint)

    def _merged(self, remote: ModelFacts, local: ModelFacts | None, *, away: bool) -> ModelFacts:
        """A model of the Hub that is here as well: what is here, with the Hub's newest counts.

        The Hub's where that is newer, or what is here cannot be used: what is damaged is then fetched again. Not while
        the Hub is away: then nothing can be fetched.
        """
        if local is not None and local.fetched and local.revision != remote.revision:
            # The newest of several here is by the clock, which may have gone back between two downloads.
            local = self.cached.find(remote.model_id, remote.revision) or local
        stale = local is not None and local.fetched and (local.revision != remote.revision or bool(local.problem))
        if local is None or (stale and not away):
            return remote
        return replace(local, downloads=remote.downloads)
