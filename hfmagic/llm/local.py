"""An LLM in this kernel, asked as one behind an endpoint is; what it writes always fits the schema. Knows no plan."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..errors import NotAvailable
from ..models import Loaded
from . import grammar
from .decoding import Read, Usage, write
from .exchange import Answered
from .manner import MAX_TOKENS, Message
from .strict import CutObject, NoObject, read_object

if TYPE_CHECKING:
    from llguidance import LLTokenizer

TRIES = 3


@dataclass
class _Kept:
    """What is kept of a model while it is loaded: what it has read, and its tokens as the grammar wants them."""

    vocabulary: LLTokenizer
    read: Read = field(default_factory=Read)


class LocalLLM:
    """An instruct model of this kernel.

    Args:
        name: as a plan's `planner`.
        open_model: gives the model, loaded; asked for every answer, as it may have been let go meanwhile.
        seconds: the longest time for one talk, loading apart.
        on_prompt: takes what the model is told, before it reads it.
    """

    def __init__(
        self,
        name: str,
        open_model: Callable[[], Loaded],
        *,
        seconds: float,
        most_tokens: int = MAX_TOKENS,
        on_prompt: Callable[[bytes], None] = lambda _: None,
        on_answer: Callable[[Answered], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._open, self._on_prompt, self._clock = name, open_model, on_prompt, clock
        self._on_answer = on_answer
        self.seconds, self.most_tokens = seconds, most_tokens
        self.last: Usage | None = None  # what the last answer took
        self._kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()  # a model that is let go takes it along
        self._one = threading.Lock()

    @property
    def name(self) -> str:
        """As a plan's `planner`."""
        return self._name

    def prepare(self) -> int:
        """Load the model; its parameters, a count.

        Raises: what fetching and loading raise; NotAvailable when it cannot be asked.
        """
        loaded = self._open()
        if not loaded.tokenizer.chat_template:
            what = f"{loaded.facts.model_id} has no chat template: it is no instruct model."
            raise NotAvailable(what, hint="%hf planner local MODEL")
        with self._one:
            self._keep(loaded)
        return loaded.facts.parameters

    def talk(self) -> LocalTalk:
        """Questions with one deadline, which begins when the model is loaded. Raises: as `prepare`."""
        self.prepare()
        return LocalTalk(self, self._clock)

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        """A talk of one question."""
        return self.talk().ask(messages, schema=schema, name=name)

    def _keep(self, loaded: Loaded) -> _Kept:
        if loaded.model not in self._kept:
            size = loaded.model.config.get_text_config().vocab_size
            self._kept[loaded.model] = _Kept(grammar.read_vocabulary(loaded.tokenizer, size))
        return self._kept[loaded.model]

    def write(self, messages: Sequence[Message], schema: Mapping[str, Any], over: Callable[[], bool]) -> str:
        """What the model writes. Raises: NoObject, CutObject; what loading raises."""
        told = json.dumps({"messages": [dict(m) for m in messages], "schema": schema}, ensure_ascii=False)
        self._on_prompt(told.encode("utf-8", "replace"))
        with self._one:
            loaded, begin = self._open(), self._clock()
            kept = self._keep(loaded)
            prompt = prompt_of(loaded.tokenizer, messages)
            most = min(self.most_tokens, _longest(loaded) - len(prompt))
            if most < 1:
                raise NoObject("the request and its inputs are longer than the model reads.")
            read, kept.read = kept.read, Read()  # an interrupt leaves nothing half read
            matcher = grammar.start(schema, kept.vocabulary)
            try:
                tokens, usage = write(loaded.model, read, prompt, matcher, kept.vocabulary, most=most, over=over)
            except CutObject:
                kept.read = read  # whole runs of the model: a slow machine gets further next time
                raise
            kept.read, self.last = read, replace(usage, seconds=self._clock() - begin)
            self._on_answer(Answered(self.last.seconds, 0, usage.prompt, usage.written))
            return kept.vocabulary.decode_str(tokens)


class LocalTalk:
    """Questions to a LocalLLM that share a deadline and a number of tries."""

    def __init__(self, llm: LocalLLM, clock: Callable[[], float]) -> None:
        self.llm, self.left, self._clock = llm, TRIES, clock
        self._stop = clock() + llm.seconds

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any], name: str) -> dict[str, Any]:  # noqa: ARG002
        """The object that the model writes; `name` is for endpoints.

        Raises:
            NoObject: no whole answer in time or in most tokens; to ask again does not help then, and `left` is 0.
        """
        self.left -= 1
        who = f"planner {self.llm.name}"
        try:
            words = self.llm.write(messages, schema, lambda: self._clock() >= self._stop)
        except CutObject as error:
            self.left = 0
            raise CutObject(f"{who}: {error.message}", hint="raise planner_seconds, or %hf planner rules") from None
        except NoObject as error:
            raise NoObject(f"{who}: {error.message}") from None
        return read_object(words, who)


def prompt_of(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """A conversation as tokens, by the model's own template.

    Messages of one speaker in a row become one, and the system's words go to the user's where a template knows no
    system: some templates refuse both. A name that spells one of the tokenizer's own marks is taken apart, so that it
    begins no turn.
    """
    from jinja2 import TemplateError

    said = list[dict[str, str]]()
    marks = [m for m in {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()} if len(m) > 1 and not m.isspace()]
    for message in messages:
        words = message["content"].encode("utf-8", "replace").decode()  # half a character is no text
        for mark in marks:
            words = words.replace(mark, f"{mark[0]} {mark[1:]}")
        if said and said[-1]["role"] == message["role"]:
            said[-1]["content"] += f"\n\n{words}"
        else:
            said.append({**message, "content": words})
    try:
        return _tokens(tokenizer, said)
    except TemplateError:
        if said[0]["role"] != "system" or len(said) < 2:
            raise
        system, user, *rest = said
        return _tokens(tokenizer, [{**user, "content": f"{system['content']}\n\n{user['content']}"}, *rest])


def _tokens(tokenizer: Any, messages: Sequence[Mapping[str, str]]) -> list[int]:
    text = tokenizer.apply_chat_template(
        list(messages), tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
    return ids


def _longest(loaded: Loaded) -> int:
    """Tokens that a model reads and writes at most."""
    config = loaded.model.config.get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or 4096)
