"""Questions to a Hub's API, each bounded in time and kept in a list. Downloads no weights.

The session, token and error classes are huggingface_hub's. Its `list_models` is not used: it repeats a failed
request for 23 s, and its time limits are read from the environment when it is imported.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from ..errors import HFMagicError, HubRefused, HubUnreachable
from . import answers as kept_answers
from .addresses import info_path, more_path, next_page, owner_paths, search_path, without_login
from .answers import Answers, Kept, answer_key, etag_in
from .refusals import PATIENCE_SECONDS, has_broken, host_of, no_hub, refusal, response_of, seconds_to_next, shown

CONNECT_SECONDS = 2.8  # for name, connection and TLS together, so that a cell says it within 3 s
ANSWER_SECONDS = 15.0
TRIES = 3
MAX_BYTES = 20_000_000  # of one answer: 30 models with their cards are about 0.3 MB


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, or one download: when (seconds since 1970), its address without a password, the bytes that came."""

    at: float
    url: str
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: its status, body, ETag, and the header that names the next page."""

    status: int
    body: bytes
    etag: str = ""
    link: str = ""


class HubClient:
    """One Hub. `token` is sent to it and to nobody it redirects to; `asked` are the requests so far.

    Args:
        answers: where its answers are kept; None: nowhere.
        offline: ask nothing: what is not among the answers is a HubUnreachable.
    """

    def __init__(
        self, endpoint: str, *, token: str | None = None, answers: Answers | None = None, offline: bool = False
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.asked: list[Asked] = []
        self.token, self.answers, self.offline = token, answers, offline
        self.on_wait: Callable[[str], None] = lambda _: None  # told each second how long a Hub is waited for
        self._since = 0.0  # what was answered before is asked after
        self._noting = threading.Lock()

    @property
    def host(self) -> str:
        """The Hub's host and port, as shown in messages."""
        return host_of(self.endpoint)

    @property
    def shown(self) -> str:
        """The Hub's address, without the user and password in it."""
        return shown(self.endpoint)

    def noted(self, path: str) -> Callable[[int], None]:
        """Keep a request in `asked`; what it gives is to be called with the bytes that came."""
        with self._noting:
            place = len(self.asked)
            self.asked.append(Asked(time.time(), self.shown + path))

        def came(count: int) -> None:
            self.asked[place] = replace(self.asked[place], bytes=self.asked[place].bytes + count)

        return came

    def renew(self) -> None:
        """What was answered so far may no longer hold: it is asked after before it is used."""
        self._since = time.time()

    def holds(self, at: float, seconds: float) -> bool:
        """True for what was answered at a time (seconds since 1970), at most so many seconds ago, and not renewed."""
        return self._since < at <= time.time() < at + seconds

    def search(self, task: str, *, words: str = "", language: str = "", limit: int = 30) -> list[dict[str, Any]]:
        """The most downloaded models of a Hub task with safetensors; one request.

        Args:
            words: what the model's name must contain.
            language: ISO 639-1 code that the model must name.
        Returns: the API's JSON, one entry a model, with FIELDS.
        Raises: HubUnreachable, HubRefused.
        """
        found = self._json(search_path(task, words=words, language=language, limit=limit), _is_list)
        return [item for item in found if isinstance(item, dict)]

    def listing(self, task: str, most: int, page: int = 200) -> list[dict[str, Any]]:
        """The `most` models of a Hub task that are downloaded most, page after page. Raises: as `search`."""
        path, found = search_path(task, limit=min(page, most)), list[dict[str, Any]]()
        for _ in range(2 * -(-most // page)):  # a Hub that gives less a page than was asked for, or the same for ever
            if not path or len(found) >= most:
                break
            said = self._get(path, what="")
            items = self._parsed(said.body, _is_list)
            found += [item for item in items if isinstance(item, dict)]
            path = next_page(said.link, self.endpoint) if items else ""
        return found[:most]

    def info(self, model_id: str, revision: str = "", *, of: str = "models") -> dict[str, Any]:
        """What the Hub knows of a model at a revision, with every file's size and hash, and its scan; one request.

        Args:
            of: "models", or "datasets" for one of those.
        Raises: UnknownModel, RevisionGone, GatedModel, HubRefused, HubUnreachable.
        """
        what = model_id if of == "models" else f"{of}/{model_id}"
        found: dict[str, Any] = self._json(info_path(model_id, revision, of=of), _is_info, what=what)
        return found

    def more(self, model_id: str) -> dict[str, Any]:
        """What `info` does not tell: base models and results of evaluations; one request. Raises: as `info`."""
        found: dict[str, Any] = self._json(more_path(model_id), _is_info, what=model_id)
        return found

    def owner(self, name: str) -> dict[str, Any]:
        """What the Hub tells of an organization, or of a user; empty where it knows neither; one request, or two.

        Raises: HubUnreachable, HubRefused.
        """
        for path in owner_paths(name):
            found: dict[str, Any] | None = self._json(path, _is_object, what=name, or_none=True)
            if found is not None:
                return found
        return {}

    def kept(self, path: str) -> tuple[Any, float] | None:
        """The kept answer to a question, however old, and when the Hub gave it; asks nothing."""
        kept = self._kept(path)
        with contextlib.suppress(ValueError, RecursionError):
            return (json.loads(kept.body), kept.at) if kept else None
        return None

    def read(self, model_id: str, revision: str, name: str, *, stop: int) -> bytes:
        """The first `stop` bytes of a file; one request, and one more where the Hub redirects to its storage.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        path = f"/{quote(model_id)}/resolve/{revision}/{quote(name)}"
        return self._get(path, what=f"{name} of {model_id}", stop=stop).body

    def _kept(self, path: str) -> Kept | None:
        return self.answers.get(answer_key(self.endpoint, path, self.token)) if self.answers else None

    def _json(self, path: str, is_answer: Callable[[Any], bool], *, what: str = "", or_none: bool = False) -> Any:
        """What is kept, as long as it holds; else what the Hub says, which may be that what is kept holds."""
        kept = self._kept(path)
        if kept and self.holds(kept.at, kept_answers.FRESH_SECONDS):
            with contextlib.suppress(HubRefused):
                return self._parsed(kept.body, is_answer)
        said = self._get(path, what=what, etag=kept.etag if kept else "", or_none=or_none)
        if said.status == 404:
            return None
        body, etag = (kept.body, kept.etag) if kept and said.status == 304 else (said.body, said.etag)
        found = self._parsed(body, is_answer)
        if self.answers:
            self.answers.keep(answer_key(self.endpoint, path, self.token), Kept(body, etag, time.time()))
        return found

    def _parsed(self, body: bytes, is_answer: Callable[[Any], bool]) -> Any:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise no_hub(self.host) from None
        if not is_answer(found):
            raise no_hub(self.host)
        return found

    def _get(self, path: str, *, what: str, stop: int = 0, etag: str = "", or_none: bool = False) -> Said:
        """One question, asked again while the Hub is busy, as late as it says, and where the connection breaks.

        Args:
            etag: of what is kept: a status of 304 says that it holds.
            or_none: what is not there is an answer with the status 404.
        """
        if self.offline:
            raise HubUnreachable("hfmagic is offline.", hint="%config HFMagic.offline = False")
        if self.token and not re.fullmatch(r"[!-~]+", self.token):
            hint = "log in again with `hf auth login`, or unset HF_TOKEN"
            raise HubRefused("your token is wrong: it has characters that no token has.", hint=hint)
        patience = PATIENCE_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(path, stop, etag)
            except HFMagicError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a client raises becomes one of ours
                answer = response_of(error)
                if or_none and getattr(answer, "status_code", 0) == 404:
                    return Said(404, b"")
                broke = has_broken(error)
                delay = 2.0 ** (attempt - 2) if broke else seconds_to_next(answer, attempt, patience)
                if delay is None or attempt == TRIES:
                    raise refusal(error, endpoint=self.endpoint, what=what, token=bool(self.token)) from None
            patience -= delay
            self._wait(delay, "broke the connection" if broke else "is busy")
        raise AssertionError("the last try returns or raises")

    def _wait(self, seconds: float, why: str) -> None:
        """Leave the Hub alone, counting down; an interrupt ends it."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.on_wait(f"{self.host} {why}, again in {math.ceil(left)} s")
            threading.Event().wait(min(left, 1.0))

    def _once(self, path: str, stop: int, etag: str) -> Said:
        """At most `stop` bytes of an answer; raises what the client raises, and HubUnreachable in good time.

        A thread of its own asks: looking up a name cannot be interrupted, waiting for a thread can.
        """
        connected, given_up, start = threading.Event(), threading.Event(), time.monotonic()
        answer: Future[Said] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._ask(self.endpoint + path, stop, connected, given_up, etag))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                answer.set_exception(error)

        came = self.noted(path)
        threading.Thread(target=ask, daemon=True).start()
        try:
            while not answer.done():
                limit = ANSWER_SECONDS if connected.is_set() else CONNECT_SECONDS
                if time.monotonic() - start > limit:
                    raise HubUnreachable(f"{self.host} does not answer.", hint="--offline uses what is on this machine")
                wait([answer], timeout=0.05)
            came(len(answer.result().body))
            return answer.result()
        finally:
            given_up.set()

    def _ask(self, url: str, stop: int, connected: threading.Event, given_up: threading.Event, etag: str = "") -> Said:
        from huggingface_hub.utils import get_session, hf_raise_for_status

        # Not its build_hf_headers: that asks huggingface.co for the names of AI agents, whatever the endpoint is.
        headers = {"User-Agent": "hfmagic"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        if stop:
            headers["Range"] = f"bytes=0-{stop - 1}"
        if etag:
            headers["If-None-Match"] = etag

        def trace(event: str, details: Mapping[str, Any]) -> None:
            # A proxy that takes a CONNECT has not reached the Hub yet.
            if event.endswith("send_request_headers.started") and details["request"].method != b"CONNECT":
                connected.set()

        most = stop or MAX_BYTES
        bare, login = without_login(url)
        by_login: dict[str, Any] = {"auth": login} if login else {}
        with get_session().stream(
            "GET", bare, headers=headers, timeout=ANSWER_SECONDS, extensions={"trace": trace}, **by_login
        ) as response:
            if response.status_code == 304 and etag:
                return Said(304, b"")
            if response.status_code >= 400:
                response.read()
            hf_raise_for_status(response)
            body = bytearray()
            for chunk in response.iter_bytes(65_536):
                body += chunk
                if len(body) >= most or given_up.is_set():
                    break
            named = etag_in(response.headers.get("ETag", ""))
            return Said(response.status_code, bytes(body[:most]), named, response.headers.get("Link", ""))


def is_model(item: Mapping[str, Any]) -> bool:
    """True for the API's JSON of a model: an id and a commit that are ones, as both become names of folders."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(item.get("id"))  # raises for what is no text as well
    except HFValidationError:
        return False
    sha = item.get("sha")
    return isinstance(sha, str) and re.fullmatch(r"[0-9a-f]{40}", sha) is not None


def _is_list(found: Any) -> bool:
    return isinstance(found, list)


def _is_object(found: Any) -> bool:
    return isinstance(found, dict)


def _is_info(found: Any) -> bool:
    return isinstance(found, dict) and is_model(found)
