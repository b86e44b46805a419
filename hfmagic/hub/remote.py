"""The Hub over the network and what it said lately. Knows nothing of what is on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..errors import HFMagicError, HubError, HubUnreachable, RevisionGone
from . import catalog
from .addresses import info_path, search_path
from .answers import ago
from .catalog import Catalog
from .claims import base_models_of, evaluations_of, security_of
from .client import HubClient, is_model
from .facts import ModelFacts, damage
from .files import INDEX, HubFile, files_of, may_need, needed, weight_index
from .header import Header, header_bytes, parse_header
from .listing import facts_of
from .parts import PIPELINE, is_pipeline, may_need_parts, pipeline_files
from .together import together

AWAY_SECONDS = 10.0  # a Hub that did not answer is not asked again for so long: the steps of one plan, no longer
FRESH_SECONDS = 600.0  # so long neither a search nor the question for a newest commit is repeated
MOST_FOUND = 30  # of a search for a step: enough to choose from
MOST_SHARDS = 8  # headers that are looked at before a download; more shards are checked after it
FIRST_BYTES = 200_000  # holds the header of nearly every single-file model
MOST_HEADER_BYTES = 5_000_000  # of one header before a download; a model with a longer one is checked after it
MAX_INDEX_BYTES = 20_000_000  # DeepSeek-V3's is 9 MB

Info = dict[str, Any]
"""The API's JSON of a model at a commit, with every file's size and hash."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Listed:
    """What a search gave; `away` says why it is of another day, and of which."""

    models: tuple[ModelFacts, ...]
    away: str = ""


class Remote:
    """One Hub. A question is not repeated while its answer holds, and none is put to a Hub that is away."""

    def __init__(self, client: HubClient, listing: Catalog | None = None) -> None:
        self.client, self.listing = client, listing
        self._searches: dict[tuple[str, str, str, int], tuple[float, Listed]] = {}
        self._cards: dict[str, Any] = {}  # front matter that a search gave
        self._infos: dict[tuple[str, str], tuple[float, Info]] = {}  # by model id and revision, "" for the newest
        self._files: dict[tuple[str, str], tuple[HubFile, ...]] = {}  # that are needed, by model id and commit
        self._told: dict[str, tuple[float, dict[str, Any]]] = {}  # of owners, and what `info` leaves out of models
        self._away: tuple[float, HubUnreachable] | None = None

    def search(self, task: str, words: str, language: str, most: int = MOST_FOUND) -> Listed:
        """The models of a Hub task, `most` of them; where the Hub gives none, those that it gave before.

        Raises: HubUnreachable, HubRefused.
        """
        key = (task, words, language, most)
        at, known = self._searches.get(key, (-FRESH_SECONDS, Listed(())))
        if time.monotonic() - at < FRESH_SECONDS:
            return known
        items, away = self._listed(task, words, language, most)
        self._cards |= {str(item["id"]): item.get("cardData") for item in items if is_model(item)}
        found = Listed(tuple(facts_of(item) for item in items if is_model(item)), away)
        if self.listing is not None:
            self.listing.renew(self.client, task)
        if not away or self.client.offline:
            self._searches[key] = (time.monotonic(), found)
        return found

    def _listed(self, task: str, words: str, language: str, most: int) -> tuple[list[dict[str, Any]], str]:
        """The listing of today, what the Hub says now, or what it said before and how long ago."""
        hub, listing = self.client, self.listing
        at = listing.at(hub, task) if listing else 0.0
        kept = listing.search(hub, task, words=words, language=language, limit=most) if listing and at else None
        if kept is not None and hub.holds(at, catalog.FRESH_SECONDS):
            return kept, ""
        try:
            return self._ask(lambda hub: hub.search(task, words=words, language=language, limit=most)), ""
        except HubError as error:
            said = hub.kept(search_path(task, words=words, language=language, limit=most))
            if said and isinstance(said[0], list) and (kept is None or said[1] > at):
                kept, at = [item for item in said[0] if isinstance(item, dict)], said[1]
            if kept is None:
                raise
            return kept, f"{error.message.rstrip('.')}, its list is as of {ago(time.time() - at)}"

    def seen(self) -> tuple[ModelFacts, ...]:
        """Models that a search found."""
        return tuple({m.model_id: m for _, x in tuple(self._searches.values()) for m in x.models}.values())

    def card(self, model_id: str) -> Any:
        """The front matter of a model's card, as a search gave it. Asks nothing."""
        return self._cards.get(model_id)

    def info(self, model_id: str, revision: str = "") -> Info:
        """What it knows of a model at a revision, or at its newest.

        Raises: UnknownModel, RevisionGone, GatedModel, HubRefused, HubUnreachable.
        """
        at, known = self._infos.get((model_id, revision), (0.0, None))
        if known is not None and (revision or time.monotonic() - at < FRESH_SECONDS):
            return known
        info = self._unless_gone(model_id, lambda hub: hub.info(model_id, revision))
        for name in (model_id, str(info["id"])):
            self._infos[name, revision] = self._infos[name, str(info["sha"])] = (time.monotonic(), info)
        return info

    def info_of_any_day(self, model_id: str, revision: str = "") -> Info:
        """As `info`; where the Hub is away what it said before, however long ago: to know of, not to fetch."""
        try:
            return self.info(model_id, revision)
        except HubUnreachable:
            said = self.client.kept(info_path(model_id, revision))
            if said and isinstance(said[0], dict) and is_model(said[0]):
                return said[0]
            raise

    def examined(self, facts: ModelFacts) -> ModelFacts:
        """Facts with the Hub's scan, its word on the owner, and results; what cannot be had stays unknown.

        At most four requests, together: the model, what its listing leaves out, its owner as one or the other.
        """
        model_id = facts.model_id
        info, more, owner = together(
            [
                lambda: self.info_of_any_day(model_id, facts.revision),
                lambda: self._told_of(f"model {model_id}", lambda hub: hub.more(model_id)),
                lambda: self._told_of(f"owner {facts.owner}", lambda hub: hub.owner(facts.owner)),
            ]
        )
        if not isinstance(info, HFMagicError):
            known = facts_of(info)
            names = ("library", "created", "modified", "base_models", "datasets", "evaluations")
            facts = replace(facts, **{n: getattr(facts, n) or getattr(known, n) for n in names})
            facts = replace(facts, security=security_of(info), remote_code=facts.remote_code or known.remote_code)
        if not isinstance(more, HFMagicError):
            bases = dict.fromkeys([*base_models_of(more, {}), *facts.base_models])
            figures = dict.fromkeys([*evaluations_of(more, {}), *facts.evaluations])
            facts = replace(facts, base_models=tuple(bases), evaluations=tuple(figures))
        if not isinstance(owner, HFMagicError) and owner:
            facts = replace(facts, verified=owner.get("isVerified") is True)
        return facts

    def _told_of(self, key: str, question: Callable[[HubClient], dict[str, Any]]) -> dict[str, Any]:
        at, known = self._told.get(key, (0.0, None))
        if known is None or time.monotonic() - at >= FRESH_SECONDS:
            known = self._ask(question)
            self._told[key] = (time.monotonic(), known)
        return known

    def read(self, info: Info, name: str, stop: int) -> bytes:
        """The first `stop` bytes of a file. Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable."""
        model_id, revision = _key(info)
        return self._unless_gone(model_id, lambda hub: hub.read(model_id, revision, name, stop=stop))

    def files(self, info: Info) -> tuple[HubFile, ...]:
        """The files that are needed to run it. Raises ValueError, whose words say why it cannot be fetched."""
        if _key(info) not in self._files:
            files = files_of(info)
            if self.described_by(info) == PIPELINE:
                wanted = pipeline_files(files, lambda name: self.read(info, name, MAX_INDEX_BYTES))
            else:
                wanted = self._of_one(info, files)
            if any(not f.size for f in wanted if f.name.endswith(".safetensors")):
                raise ValueError(f"{self.client.host} does not say how large it is")
            self._files[_key(info)] = wanted
        return self._files[_key(info)]

    def described_by(self, info: Info) -> str:
        """The file that says what a model is: of diffusers' models the list of parts. Asks nothing."""
        return PIPELINE if is_pipeline(f.name for f in files_of(info)) else "config.json"

    def _of_one(self, info: Info, files: tuple[HubFile, ...]) -> tuple[HubFile, ...]:
        """The needed files of a model that is not made of parts."""
        listed = weight_index(files)
        if not listed:
            raise ValueError("has no safetensors; hfmagic never loads pickle")
        try:
            return needed(files, self.read(info, INDEX, MAX_INDEX_BYTES) if listed == INDEX else b"")
        except ValueError:
            raise ValueError(f"{listed} is damaged") from None

    def most_files(self, info: Info) -> tuple[HubFile, ...]:
        """The needed files; where they are not known, every file that may be one. Asks nothing."""
        may = may_need_parts if self.described_by(info) == PIPELINE else may_need
        return self._files.get(_key(info)) or may(files_of(info))

    def headers(self, info: Info) -> Mapping[str, Header]:
        """The headers of its weights; none of a model with too many or too long ones. Raises ValueError as `files`."""
        found: dict[str, Header] = {}
        weights = [f for f in self.files(info) if f.name.endswith(".safetensors")]
        for file in weights if len(weights) <= MOST_SHARDS else ():
            try:
                start = self.read(info, file.name, FIRST_BYTES)
                stop = header_bytes(start)
                if stop > MOST_HEADER_BYTES:
                    return {}
                header = parse_header(start if len(start) >= stop else self.read(info, file.name, stop))
            except ValueError:
                raise ValueError(f"{file.name} is damaged") from None
            if wrong := damage(header, file.size):
                raise ValueError(f"{file.name} {wrong}")
            found[file.name] = header
        return found

    def forget(self, model_id: str) -> None:
        """What is known of a model no longer holds: the next cell asks for its newest commit."""
        self._infos = {k: v for k, v in self._infos.items() if model_id not in (k[0], v[1]["id"])}
        self._searches.clear()
        self.client.renew()

    def _unless_gone(self, model_id: str, question: Callable[[HubClient], _T]) -> _T:
        try:
            return self._ask(question)
        except RevisionGone:
            self.forget(model_id)
            raise

    def _ask(self, question: Callable[[HubClient], _T]) -> _T:
        """The one place where the client is asked; after it was away it fails at once for a while."""
        if self._away and time.monotonic() - self._away[0] < AWAY_SECONDS:
            raise HubUnreachable(self._away[1].message, hint=self._away[1].hint)
        self._away = None
        try:
            return question(self.client)
        except HubUnreachable as error:
            self._away = (time.monotonic(), error)
            raise


def _key(info: Info) -> tuple[str, str]:
    return str(info["id"]), str(info["sha"])
