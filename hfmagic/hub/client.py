"""Questions to a Hub's API, each bounded in time and kept in a list. Downloads no weights.

The session, token and error classes are huggingface_hub's. Its `list_models` is not used: it repeats a failed
request for 23 s, and its time limits are read from the environment when it is imported.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from ..errors import HFMagicError, HubRefused, HubUnreachable
from .refusals import PATIENCE_SECONDS, host_of, no_hub, refusal, response_of, seconds_to_next, shown

CONNECT_SECONDS = 2.8  # for name, connection and TLS together, so that a cell says it within 3 s
ANSWER_SECONDS = 15.0
TRIES = 3
MAX_BYTES = 20_000_000  # of one answer: 30 models with their cards are about 0.3 MB
FIELDS = (
    "cardData", "config", "downloads", "gated", "likes", "pipeline_tag", "safetensors", "sha", "siblings", "tags",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, or one download: when (seconds since 1970), its address without a password, the bytes that came."""

    at: float
    url: str
    bytes: int = 0


class HubClient:
    """One Hub. `token` is sent to it and to nobody it redirects to; `asked` are the requests so far."""

    def __init__(self, endpoint: str, *, token: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.asked: list[Asked] = []
        self.token = token

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
        place = len(self.asked)
        self.asked.append(Asked(time.time(), self.shown + path))

        def came(count: int) -> None:
            self.asked[place] = replace(self.asked[place], bytes=self.asked[place].bytes + count)

        return came

    def search(self, task: str, *, words: str = "", language: str = "", limit: int = 30) -> list[dict[str, Any]]:
        """The most downloaded models of a Hub task with safetensors; one request.

        Args:
            words: what the model's name must contain.
            language: ISO 639-1 code that the model must name.
        Returns: the API's JSON, one entry a model, with FIELDS.
        Raises: HubUnreachable, HubRefused.
        """
        filters = ["safetensors", *([language] if language else [])]
        pairs = [
            ("pipeline_tag", task),
            *(("filter", f) for f in filters),
            ("sort", "downloads"),
            ("limit", str(limit)),
        ]
        pairs += [("search", words)] if words else []
        pairs += [("expand", name) for name in FIELDS]
        found = self._json("/api/models", pairs)
        if not isinstance(found, list):
            raise no_hub(self.host)
        return [item for item in found if isinstance(item, dict)]

    def info(self, model_id: str, revision: str = "", *, of: str = "models") -> dict[str, Any]:
        """What the Hub knows of a model at a revision, with every file's size and hash; one request.

        Args:
            of: "models", or "datasets" for one of those.
        Raises: UnknownModel, RevisionGone, GatedModel, HubRefused, HubUnreachable.
        """
        path = f"/api/{of}/{quote(model_id)}" + (f"/revision/{quote(revision, safe='')}" if revision else "")
        what = model_id if of == "models" else f"{of}/{model_id}"
        found = self._json(path, [("blobs", "true")], what=what)
        if not isinstance(found, dict) or not is_model(found):
            raise no_hub(self.host)
        return found

    def read(self, model_id: str, revision: str, name: str, *, stop: int) -> bytes:
        """The first `stop` bytes of a file; one request, and one more where the Hub redirects to its storage.

        Raises: GatedModel, RevisionGone, HubRefused, HubUnreachable.
        """
        path = f"/{quote(model_id)}/resolve/{revision}/{quote(name)}"
        return self._get(path, [], what=f"{name} of {model_id}", stop=stop)

    def _json(self, path: str, pairs: list[tuple[str, str]], *, what: str = "") -> Any:
        try:
            return json.loads(self._get(path, pairs, what=what))
        except (ValueError, RecursionError):
            raise no_hub(self.host) from None

    def _get(self, path: str, pairs: list[tuple[str, str]], *, what: str, stop: int = 0) -> bytes:
        """One question, asked again while the Hub is busy, as often and as late as it says."""
        if self.token and not re.fullmatch(r"[!-~]+", self.token):
            hint = "log in again with `hf auth login`, or unset HF_TOKEN"
            raise HubRefused("your token is wrong: it has characters that no token has.", hint=hint)
        patience = PATIENCE_SECONDS
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(path, pairs, stop)
            except HFMagicError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a client raises becomes one of ours
                delay = seconds_to_next(response_of(error), attempt, patience)
                if delay is None or attempt == TRIES:
                    raise refusal(error, endpoint=self.endpoint, what=what, token=bool(self.token)) from None
            patience -= delay
            threading.Event().wait(delay)  # an interrupt ends it
        raise AssertionError("the last try returns or raises")

    def _once(self, path: str, pairs: list[tuple[str, str]], stop: int) -> bytes:
        """At most `stop` bytes of an answer; raises what the client raises, and HubUnreachable in good time.

        A thread of its own asks: looking up a name cannot be interrupted, waiting for a thread can.
        """
        connected, given_up, start = threading.Event(), threading.Event(), time.monotonic()
        path += f"?{urlencode(pairs)}" if pairs else ""
        answer: Future[bytes] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._ask(self.endpoint + path, stop, connected, given_up))
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
            came(len(answer.result()))
            return answer.result()
        finally:
            given_up.set()

    def _ask(self, url: str, stop: int, connected: threading.Event, given_up: threading.Event) -> bytes:
        from huggingface_hub.utils import get_session, hf_raise_for_status

        # Not its build_hf_headers: that asks huggingface.co for the names of AI agents, whatever the endpoint is.
        headers = {"User-Agent": "hfmagic"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        if stop:
            headers["Range"] = f"bytes=0-{stop - 1}"

        def trace(event: str, details: Mapping[str, Any]) -> None:
            # A proxy that takes a CONNECT has not reached the Hub yet.
            if event.endswith("send_request_headers.started") and details["request"].method != b"CONNECT":
                connected.set()

        most = stop or MAX_BYTES
        with get_session().stream(
            "GET", url, headers=headers, timeout=ANSWER_SECONDS, extensions={"trace": trace}
        ) as response:
            if response.status_code >= 400:
                response.read()
            hf_raise_for_status(response)
            body = bytearray()
            for chunk in response.iter_bytes(65_536):
                body += chunk
                if len(body) >= most or given_up.is_set():
                    break
            return bytes(body[:most])


def is_model(item: Mapping[str, Any]) -> bool:
    """True for the API's JSON of a model: an id and a commit that are ones, as both become names of folders."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(item.get("id"))  # raises for what is no text as well
    except HFValidationError:
        return False
    sha = item.get("sha")
    return isinstance(sha, str) and re.fullmatch(r"[0-9a-f]{40}", sha) is not None
