"""What an LLM may name in a plan: the things there are, the tasks that fit them, the words of results. Schemas only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...conversions import BY_STEP
from ...kinds import InputSchema, Kind
from ...tasks import CATALOGUE, LENGTH, Parameter, TaskSpec
from ..clauses import MODEL, QUOTE, Asides, set_aside, split
from ..cues import cues_in, is_task, starts
from ..mentions import Words, concept
from ..words import spoken_names
from .columns import Column, columns_of
from .relevant import MOST_BESIDE, MOST_TASKS, relevant

ABOUT = ("sentiment", "emotion", "topic", "toxicity", "spam", "irony", "formality", "intent")
"""What labels can be about; the word that then names them."""

MOST_PARTS = 6
MOST_QUOTES = 4
MOST_NUMBERED = 6  # steps that can be named by their number
QUOTED = "quote"
"""The name of a text that the request quotes: `quote 1`."""
MAX_REQUEST = 2000  # characters that are looked at
_TABLE_TASKS = ("filter", "aggregate", "sort", "chart")
_TEXTUAL = frozenset({Kind.TEXT, None})
_READ_AS_TEXT = frozenset({Kind.LABELS, Kind.SPANS, Kind.BOXES})
_UNREAD = frozenset(  # no conditions, groups or axes
    {Kind.EMBEDDING, Kind.AUDIO, Kind.IMAGE, Kind.TABLE, Kind.VIDEO, Kind.BOXES, Kind.MASK, Kind.SPANS}
)
_NAMING = re.compile(
    r"\b(?:as|call|called|name|named|column|save|store)\b|存[为成到]|保存|命名|叫[做作]|列名|取名|记[为作]",
    re.IGNORECASE,
)
_GAP = re.compile(r"\{|\[|…|\.\.\.|___|[\"“「『'‘]")
_ASKED = {"template": _GAP, "feature-extraction": re.compile(r"embed|vector|向量|嵌入", re.IGNORECASE)}
"""Tasks that are on offer only when the request has such words: nothing else can ask for them."""
_LENGTH = re.compile(
    r"\d|\b(?:one|two|three|five|ten|twenty)\b.{0,9}\bwords?\b|[一二两三五十]+个?[字词]", re.IGNORECASE
)
_ASKED_PARAMETERS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words, re.IGNORECASE)
    for name, words in {
        "timestamps": r"time ?(?:stamp|code)|subtitle|\bwhen\b|时间|字幕",
        "language": rf"\b(?:in|speaks?|speaking)\s+(?:{spoken_names()})\b|[说讲用是](?:{spoken_names()})",
        "source": r"\bfrom\b|从|由",
        "threshold": r"\b(?:sure|certain|confiden\w*|score|threshold|least)\b|%|置信|把握|分数",
        "top_k": r"\d|\b(?:two|three|five|ten)\b|[两三五十]",
        "seconds": r"second|minute|\d ?s\b|秒|分钟",
        "words": r"\d|\bwords\b|字|词",
    }.items()
}
"""Parameters that are on offer only when the request has such words."""
_SHOWN = frozenset(
    ("about", "candidate_labels", "sentence", "style", "instruction", "groups", "template", "target", "by")
)
"""Parameters that always are; what else a task has is left to its default."""
HIDDEN = frozenset({("redact", "entities"), ("cluster", "embedding"), ("cluster", "across")})
"""Slots (task, name) that code fills by itself."""
LITERAL = frozenset(
    {
        ("question-answering", "question"),
        ("visual-question-answering", "question"),
        ("document-question-answering", "question"),
        ("table-question-answering", "question"),
        ("text-ranking", "query"),
        ("image-text-to-text", "text"),
        ("video-text-to-text", "text"),
        ("image-to-image", "text"),
        ("text-to-image", "text"),
        ("text-to-audio", "text"),
    }
)
"""Slots (task, name) that take words of the request as well as the name of a thing."""


@dataclass(frozen=True)
class Offer:
    """The closed lists of one request.

    `columns` are what there is, `tasks` what can be done with it, `models` those that the request names; `named` and
    `lengths` are true when the request may say how a result is to be called, or how long it is to be. `parts` is how
    many things the request asks for, as far as the rules can tell: small models stop before they have done all.
    `undone` are tasks of the Hub that it asks for and hfmagic has not, `asked` parameters that it may be about, and
    `quotes` the texts in quotes of a request that is not about frames.
    """

    columns: tuple[Column, ...]
    tasks: tuple[str, ...]
    models: tuple[str, ...] = ()
    named: bool = False
    lengths: bool = False
    parts: int = 1
    undone: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    quotes: tuple[str, ...] = ()

    @property
    def spoken(self) -> bool:
        """True where the request itself holds the texts to work on: there are no frames, and no text to choose."""
        return not self.frames and not self.quotes and all(c.kind is not Kind.TEXT for c in self.columns)

    def takes_words(self, spec: TaskSpec, slot: str) -> bool:
        """True for a slot that an LLM is asked to fill with words of the request or the name of a thing."""
        return (spec.name, slot) in LITERAL or (self.spoken and spec.takes[slot] is Kind.TEXT)

    def may_hold_words(self, spec: TaskSpec, slot: str) -> bool:
        """True for a slot in which words of the request can be used, whether or not an LLM was asked for them."""
        return (spec.name, slot) in LITERAL or (not self.frames and spec.takes[slot] is Kind.TEXT)

    def slots(self, spec: TaskSpec) -> dict[str, Kind]:
        """The slots that an LLM fills, with their kinds."""
        return {slot: kind for slot, kind in spec.takes.items() if (spec.name, slot) not in HIDDEN}

    def parameters(self, spec: TaskSpec) -> list[Parameter]:
        """The parameters that an LLM is asked for."""
        shown = _SHOWN | self.asked | ({LENGTH.name} if self.lengths else frozenset())
        return [p for p in spec.parameters if p.name in shown]

    @property
    def frames(self) -> list[str]:
        """The names of the frames."""
        return list(dict.fromkeys(c.frame for c in self.columns if c.frame))

    @property
    def results(self) -> dict[str, Kind]:
        """Word → kind of everything that the tasks can give, but tables."""
        found: dict[str, Kind] = {}
        for spec in (CATALOGUE[t] for t in self.tasks if t in CATALOGUE):
            if spec.gives is not Kind.TABLE and spec.name != "chart":
                for word in words_of(spec):
                    found[word] = Kind.TEXT if found.get(word) is Kind.TEXT else spec.gives
        return found

    def names(self, wanted: Kind) -> list[str]:
        """What a slot of that kind can hold; categories stand in for text where there is none."""
        kinds = _TEXTUAL if wanted is Kind.TEXT else {wanted, None}
        found = [c.name for c in self.columns if c.kind in kinds]
        if wanted is Kind.TEXT and not any(c.kind is Kind.TEXT for c in self.columns):
            found += [c.name for c in self.columns if c.kind is Kind.LABELS]
        made = [w for w, k in self.results.items() if k is wanted or (wanted is Kind.TEXT and k in _READ_AS_TEXT)]
        quoted = [f"{QUOTED} {n}" for n in range(1, len(self.quotes) + 1)] if wanted is Kind.TEXT else []
        numbered = [f"step {n}" for n in range(1, MOST_NUMBERED + 1)]
        return list(dict.fromkeys([*found, *quoted, *made, *numbered]))

    @property
    def readable(self) -> list[str]:
        """What conditions can look at."""
        columns = [c.name for c in self.columns if c.frame and c.kind not in _UNREAD]
        return list(dict.fromkeys([*columns, *(w for w, k in self.results.items() if k not in _UNREAD)]))

    @property
    def groups(self) -> list[str]:
        """What rows can be grouped by: not free text, unless there is nothing else."""
        texts = {c.name for c in self.columns if c.kind is Kind.TEXT}
        texts |= {w for w, k in self.results.items() if k is Kind.TEXT}
        return [n for n in self.readable if n not in texts] or self.readable

    @property
    def numbers(self) -> list[str]:
        """What can be averaged."""
        columns = [c.name for c in self.columns if c.frame and c.kind in (Kind.NUMBER, None) and not _is_id(c.name)]
        return list(dict.fromkeys([*columns, *(w for w, k in self.results.items() if k is Kind.NUMBER)]))


def _is_id(name: str) -> bool:
    return concept(name.rpartition(".")[2]) == "id" or name.lower().endswith("_id")


def words_of(spec: TaskSpec) -> tuple[str, ...]:
    """The words that may name what a task gives."""
    if "about" in spec.by_name:
        return ABOUT
    return spec.by_name["style"].choices if "style" in spec.by_name else (spec.word,)


def word_of(spec: TaskSpec, parameters: Mapping[str, Any]) -> str:
    """The word that names what a step gives."""
    return str(parameters.get("about") or parameters.get("style") or spec.word)


def make_offer(request: str, inputs: tuple[InputSchema, ...], planned: Iterable[str] = ()) -> Offer:
    """What a request over inputs can name. Reads schemas, never a row, and of them no label.

    Args:
        planned: tasks that the rules plan for it.
    """
    tables = [i for i in inputs if i.kind is Kind.TABLE]
    names = frozenset(n.lower() for i in inputs for n in (i.name, *(c.name for c in i.columns)))
    text, asides = set_aside(request, names)
    read = request[:MAX_REQUEST]
    columns = columns_of(inputs, Words(request), many=len(tables) > 1)
    clauses = split(text[:MAX_REQUEST], asides, is_task=is_task, starts=starts)
    fitting = _fitting(relevant(read, inputs, planned), {c.kind for c in columns}, tables=bool(tables))
    return Offer(
        columns=tuple(columns),
        tasks=(
            *[t for t in fitting if t not in _ASKED or _ASKED[t].search(read)][: MOST_BESIDE if tables else MOST_TASKS],
            *(_TABLE_TASKS if tables else ()),
        ),
        models=tuple(dict.fromkeys(asides.get(mark) for mark in re.findall(MODEL, text))),
        named=bool(_NAMING.search(request)),
        lengths=bool(_LENGTH.search(request)),
        asked=frozenset(n for n, words in _ASKED_PARAMETERS.items() if words.search(request)),
        parts=min(sum(is_task(c.text) for c in clauses), MOST_PARTS) if tables else 1,
        undone=tuple(
            cue.task
            for cue in (next(iter(cues_in(c.text)), None) for c in clauses)
            if cue and cue.intent == "unsupported" and cue.task and cue.task not in CATALOGUE
        ),
        quotes=() if tables else _quotes(text, asides, names),
    )


def _quotes(text: str, asides: Asides, names: frozenset[str]) -> tuple[str, ...]:
    """The texts that stand in quotes, each once; the name of an input in quotes is no text."""
    found = dict.fromkeys(asides.get(mark) for mark in re.findall(QUOTE, text))
    return tuple(q for q in found if q.lower().strip("{}") not in names)[:MOST_QUOTES]


def _fitting(wanted: Sequence[str], kinds: set[Kind | None], *, tables: bool) -> list[str]:
    """Those tasks whose slots can be filled, also by what another one gives; words of a request are a text."""
    there = set(kinds) | ({Kind.TABLE} if tables else {Kind.TEXT})
    if there & {Kind.LABELS, None}:
        there |= {Kind.TEXT}
    found = _reached(wanted, there)
    bridge = next((BY_STEP[k, Kind.TEXT] for k in (Kind.AUDIO, Kind.IMAGE) if k in kinds), "")
    if bridge and len(found) < len(wanted):
        found = _reached([*wanted, bridge], there)
    return sorted(found, key=[*wanted, bridge].index)


def _reached(wanted: Iterable[str], there: set[Kind | None]) -> set[str]:
    reach = set(there)
    specs = [CATALOGUE[name] for name in dict.fromkeys(wanted)]
    found: set[str] = set()
    while more := [s for s in specs if s.name not in found and _fits(s, reach)]:
        found |= {s.name for s in more}
        reach |= {s.gives for s in more if s.gives is not Kind.LABELS}
    return found


def _fits(spec: TaskSpec, reach: set[Kind | None]) -> bool:
    if spec.gives is Kind.TABLE or spec.name == "chart":
        return False
    if spec.name == "cluster":  # its embedding is made for it
        return Kind.TEXT in reach or (Kind.IMAGE in reach and Kind.EMBEDDING in reach)
    slots = {
        kind for slot, kind in spec.takes.items() if slot not in spec.optional and (spec.name, slot) not in LITERAL
    }
    return slots <= reach or None in reach
