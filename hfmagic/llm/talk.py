"""Ask an endpoint for one JSON object: few tries, one deadline, whichever way of asking it supports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import (
    BadAnswer,
    EndpointRefused,
    EndpointSlow,
    EndpointUnreachable,
    NoEndpoint,
    PlannerError,
    Unforeseen,
    clip,
)
from .endpoint import Endpoint, hide
from .exchange import Answered, Ask, Exchange, Response, Sent
from .manner import MODES, Manner, Message
from .reading import read_models, read_usage, read_words, said_in
from .strict import CutObject, NoObject, read_object

if TYPE_CHECKING:
    import openai

RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
FIRST_WAIT = 0.2  # seconds; doubled with every further try
RULES = "%hf planner rules"


class Modes(Protocol):
    """Served model → the way of asking that worked, as text; an empty text where none is known."""

    def get(self, model: str, default: str, /) -> str:
        """The way that worked."""

    def __setitem__(self, model: str, mode: str, /) -> None: ...


class LLM:
    """The model behind an endpoint.

    Args:
        seconds: the longest time for one talk, all tries together.
        max_bytes: the most bytes of one answer.
        tries: the most requests of one talk; a way of asking that the endpoint refuses does not count.
        modes: where the ways of asking that worked are remembered, and forgotten when they work no more.
        on_sent: takes each request, right before it leaves, in a thread of its own.
        on_answer: takes what each answer to a question took.
        wait: sleeps; another one is for tests.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        seconds: float,
        max_bytes: int,
        tries: int = 3,
        modes: Modes | None = None,
        on_sent: Callable[[Sent], None] = lambda _: None,
        on_answer: Callable[[Answered], None] = lambda _: None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        self.seconds, self.max_bytes, self.tries = seconds, max_bytes, tries
        self.model = endpoint.model
        memory: dict[str, str] = {}
        self.modes: Modes = memory if modes is None else modes
        self._on_sent, self._wait, self.on_answer = on_sent, wait, on_answer

    @property
    def name(self) -> str:
        """The endpoint and its model, as a plan's `planner`."""
        is_file = self.model.startswith(("/", "~")) or self.model.endswith(".gguf") or "\\" in self.model
        model = re.split(r"[/\\]", self.model)[-1] if is_file else self.model  # where it lies is the server's affair
        return f"{self.endpoint.name}:{clip(hide(model), 80)}" if model else self.endpoint.name

    def talk(self) -> Talk:
        """Questions with one deadline and one number of tries."""
        return Talk(self, self._on_sent, self._wait)

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """A talk of one question."""
        return self.talk().ask(messages, schema=schema, name=name)


class Talk:
    """Questions to an LLM that share a deadline and a number of tries."""

    def __init__(self, llm: LLM, on_sent: Callable[[Sent], None], wait: Callable[[float], None]) -> None:
        self.llm = llm
        self.left = llm.tries
        self._stop = time.monotonic() + llm.seconds
        self._on_sent, self._wait = on_sent, wait
        self._manner = Manner()
        self._met = False  # whether the model that is served is known
        self._remembered = ""
        self._failed: set[str] = set()  # modes that gave no object in this talk
        self._proven = False

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The object that the model gives.

        Args:
            messages: the first of them may get words about the format.
            schema: of the object, closed, as `json_schema` wants it.
            name: what the object is called, one word.

        Raises:
            NoEndpoint: no key, or no model.
            EndpointUnreachable, EndpointRefused, EndpointSlow: no answer.
            NoObject: an answer without the object; to ask again may help.
            BadAnswer: what came is no OpenAI-compatible answer.
        """
        llm = self.llm
        llm.endpoint.check_key()
        if not self._met:
            self._meet()
        while True:
            try:
                value = read_object(self._words(messages, schema, name), f"planner {llm.endpoint.name}")
            except CutObject:
                raise
            except NoObject:
                if self._proven or not self._next_mode() or not self.left:
                    raise
                continue  # it took the schema for a wish, or ignores it
            self._proven = True
            if str(self._manner) != self._remembered:
                llm.modes[llm.model] = self._remembered = str(self._manner)
            return value

    def _meet(self) -> None:
        """Ask the model that is served now as it worked before."""
        llm = self.llm
        llm.model = llm.endpoint.model or self._only_model()
        self._remembered = llm.modes.get(llm.model, "")
        self._manner, self._met = Manner.read(self._remembered), True

    def _next_mode(self) -> bool:
        """Go on to a mode that was not tried; False: none is left. A way that was remembered and fails is forgotten."""
        self._failed.add(self._manner.mode)
        if self._remembered:
            self.llm.modes[self.llm.model] = self._remembered = ""
            self._manner = Manner()  # fields were left out for the server that was there before
        untried = [m for m in MODES if m not in self._failed]
        if untried:
            self._manner = replace(self._manner, mode=untried[0])
        return bool(untried)

    def _words(self, messages: Sequence[Message], schema: Mapping[str, Any], name: str) -> str:
        """What the model said, in the first manner that the endpoint takes."""
        llm = self.llm
        while True:
            begin, found = time.monotonic(), Response()
            try:
                found = self._response(_asking(self._manner.body(llm.model, messages, schema, name)))
            finally:  # what was sent without an answer counts, too
                llm.on_answer(Answered(time.monotonic() - begin, len(found.body), *read_usage(found)))
            if found.status in (400, 422):
                milder = self._manner.leaving_out(said_in(found))
                if milder or (not self._proven and self._next_mode()):
                    self._manner = milder or self._manner
                    self.left += 1
                    continue
            if found.status >= 300:
                raise self._refusal(found)
            return read_words(found, f"planner {llm.endpoint.name} ({llm.endpoint.host})")

    def _response(self, ask: Ask) -> Response:
        """A response with any status; busy and failing endpoints are asked again while tries and time are left."""
        for number in range(self.llm.tries + 1):
            if self.left <= 0:
                raise BadAnswer(f"planner {self.llm.name} gave no plan in {self.llm.tries} tries.", hint=RULES)
            self.left -= 1
            found = self._exchange(ask).response(self._remaining())
            if found.failure == "long":
                raise self._too_long()
            if found.failure == "unforeseen":
                raise Unforeseen(f"asking planner {self.llm.name} failed: {found.words}.", hint=RULES)
            if not found.failure and found.status not in RETRIED:
                return found
            wait = self._pause(found, number)
            if not self.left or wait >= self._remaining():
                raise self._refusal(found)
            self._wait(wait)
        raise AssertionError("unreachable")

    def _exchange(self, ask: Ask) -> Exchange:
        return Exchange(self.llm.endpoint, ask, max_bytes=self.llm.max_bytes, on_sent=self._on_sent)

    def _remaining(self) -> float:
        left = self._stop - time.monotonic()
        if left <= 0:
            raise EndpointSlow(
                f"planner {self.llm.endpoint.name} gave no plan in {self.llm.seconds:g} s.",
                hint=f"raise planner_seconds, or {RULES}",
            )
        return left

    @staticmethod
    def _pause(response: Response, number: int) -> float:
        """Seconds to wait before the next try: as the endpoint asks, else a little more each time."""
        asked = response.header("retry-after").strip()
        return float(asked) if asked.isdecimal() and len(asked) < 7 else FIRST_WAIT * 2**number

    def _only_model(self) -> str:
        """The one model that the endpoint serves; NoEndpoint lists some when there are others."""
        endpoint = self.llm.endpoint
        found = self._response(_listing)
        self.left += 1
        if found.status >= 300:
            raise self._refusal(found)
        models = read_models(found, f"planner {endpoint.name} ({endpoint.host})")
        if len(models) == 1:
            return models[0]
        listed = ", ".join(clip(hide(m), 40) for m in models[:5])
        raise NoEndpoint(
            f"planner {endpoint.name} serves {len(models)} models: {listed}{', …' if len(models) > 5 else ''}."
            if models
            else f"planner {endpoint.name} serves no model.",
            hint=f"%hf planner {endpoint.name} MODEL",
        )

    def _too_long(self) -> BadAnswer:
        return BadAnswer(
            f"planner {self.llm.endpoint.name} ({self.llm.endpoint.host}) sent more than {self.llm.max_bytes:,} bytes.",
            hint=f"raise planner_bytes, or {RULES}",
        )

    def _refusal(self, response: Response) -> PlannerError:
        """A response without a success as an error."""
        endpoint = self.llm.endpoint
        who = f"planner {endpoint.name} ({endpoint.host})"
        if response.failure == "cut":
            return BadAnswer(f"{who}: the answer broke off; no OpenAI-compatible answer.", hint=RULES)
        if response.failure:
            return EndpointUnreachable(
                f"{who} is not reachable: {response.words}.", hint=f"start it, check base_url, or {RULES}"
            )
        if 300 <= response.status < 400:
            to = clip(hide(response.header("location")), 60)
            return EndpointRefused(f"{who} sends on to {to}, where hfmagic does not follow.", hint="set that base_url")
        said = said_in(response)
        return EndpointRefused(
            f"{who} refused with {response.status}{f': {said}' if said else ''}.", hint=self._advice(response.status)
        )

    def _advice(self, status: int) -> str:
        endpoint = self.llm.endpoint
        if status in (401, 403):
            return f"check the key in {endpoint.key}, or {RULES}" if endpoint.key else f"it wants a key, or {RULES}"
        if status == 404:
            return f"check base_url, or %hf planner {endpoint.name} MODEL"
        if status in RETRIED:
            return f"asked {self.llm.tries - self.left}×; try later, or {RULES}"
        return RULES


def _asking(body: dict[str, Any]) -> Ask:
    return lambda client: client.chat.completions.with_streaming_response.create(**body)


def _listing(client: openai.OpenAI) -> Any:
    return client.models.with_streaming_response.list()
