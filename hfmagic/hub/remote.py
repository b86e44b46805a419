"""The Hub over the network and what it said lately. Knows nothing of what is on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..errors import HubUnreachable, RevisionGone
from .client import HubClient, is_model
from .facts import ModelFacts
from .files import INDEX, HubFile, files_of, may_need, needed, weight_index
from .header import Header, header_bytes, parse_header
from .listing import facts_of
from .parts import PIPELINE, is_pipeline, may_need_parts, pipeline_files

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


class Remote:
    """One Hub. A question is not repeated while its answer holds, and none is put to a Hub that is away."""

    def __init__(self, client: HubClient) -> None:
        self.client = client
        self._searches: dict[tuple[str, str, str, int], tuple[float, tuple[ModelFacts, ...]]] = {}
        self._cards: dict[str, Any] = {}  # front matter that a search gave
        self._infos: dict[tuple[str, str], tuple[float, Info]] = {}  # by model id and revision, "" for the newest
        self._files: dict[tuple[str, str], tuple[HubFile, ...]] = {}  # that are needed, by model id and commit
        self._away: tuple[float, HubUnreachable] | None = None

    def search(self, task: str, words: str, language: str, most: int = MOST_FOUND) -> tuple[ModelFacts, ...]:
        """The models of a Hub task, `most` of them. Raises: HubUnreachable, HubRefused."""
        key = (task, words, language, most)
        at, known = self._searches.get(key, (-FRESH_SECONDS, ()))
        if time.monotonic() - at < FRESH_SECONDS:
            return known
        items = self._ask(lambda hub: hub.search(task, words=words, language=language, limit=most))
        self._cards |= {str(item["id"]): item.get("cardData") for item in items if is_model(item)}
        found = tuple(facts_of(item) for item in items if is_model(item))
        self._searches[key] = (time.monotonic(), found)
        return found

    def seen(self) -> tuple[ModelFacts, ...]:
        """Models that a search found."""
        return tuple({m.model_id: m for _, models in tuple(self._searches.values()) for m in models}.values())

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
            if header.file_bytes != file.size:
                raise ValueError(f"{file.name} is damaged")
            found[file.name] = header
        return found

    def forget(self, model_id: str) -> None:
        """What is known of a model no longer holds: the next cell asks for its newest commit."""
        self._infos = {k: v for k, v in self._infos.items() if model_id not in (k[0], v[1]["id"])}
        self._searches.clear()

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
