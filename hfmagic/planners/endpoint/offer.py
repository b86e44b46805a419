"""What an LLM may name in a plan: the things there are, the tasks that fit them, the words of results. Schemas only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...kinds import InputSchema, Kind
from ...tasks import CATALOGUE, LENGTH, Parameter, TaskSpec
from ..clauses import MODEL, set_aside, split
from ..cues import cues_in, is_task, starts
from ..mentions import Words, concept
from ..words import spoken_names
from .relevant import ALWAYS, relevant

ABOUT = ("sentiment", "emotion", "topic", "toxicity", "spam", "irony", "formality", "intent")
"""What labels can be about; the word that then names them."""

MOST_COLUMNS = 60  # of a frame; a wider one shows those that the request names, and the first
MOST_PARTS = 6
MAX_REQUEST = 2000  # characters that are looked at
_TABLE_TASKS = ("filter", "aggregate", "sort", "chart")
_TEXTUAL = frozenset({Kind.TEXT, None})
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
class Column:
    """A column or a single value, under the name that the LLM sees."""

    name: str
    kind: Kind | None
    frame: str = ""


@dataclass(frozen=True)
class Offer:
    """The closed lists of one request.

    `columns` are what there is, `tasks` what can be done with it, `models` those that the request names; `named` and
    `lengths` are true when the request may say how a result is to be called, or how long it is to be. `parts` is how
    many things the request asks for, as far as the rules can tell: small models stop before they have done all.
    `undone` are tasks of the Hub that it asks for and hfmagic has not, `asked` parameters that it may be about.
    """

    columns: tuple[Column, ...]
    tasks: tuple[str, ...]
    models: tuple[str, ...] = ()
    named: bool = False
    lengths: bool = False
    parts: int = 1
    undone: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()

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
        made = [w for w, k in self.results.items() if k is wanted or (wanted is Kind.TEXT and w == "answer")]
        return list(dict.fromkeys([*found, *made]))

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


def make_offer(request: str, inputs: tuple[InputSchema, ...]) -> Offer:
    """What a request over inputs can name. Reads schemas, never a row."""
    tables = [i for i in inputs if i.kind is Kind.TABLE]
    words = Words(request)
    columns: list[Column] = []
    for schema in inputs:
        if schema.kind is not Kind.TABLE:
            columns.append(Column(schema.name, schema.kind))
            continue
        kept = _kept(schema, words)
        many = len(tables) > 1
        columns += [Column(f"{schema.name}.{n}" if many else n, k, schema.name) for n, k in kept]
    names = frozenset(n.lower() for i in inputs for n in (i.name, *(c.name for c in i.columns)))
    text, asides = set_aside(request, names)
    models = tuple(dict.fromkeys(asides.get(mark) for mark in re.findall(MODEL, text)))
    clauses = split(text[:MAX_REQUEST], asides, is_task=is_task, starts=starts)
    return Offer(
        columns=tuple(columns),
        tasks=tuple(
            task
            for task in _fitting(request[:MAX_REQUEST], {c.kind for c in columns}, tables=bool(tables))
            if task not in _ASKED or _ASKED[task].search(request)
        ),
        models=models,
        named=bool(_NAMING.search(request)),
        lengths=bool(_LENGTH.search(request)),
        asked=frozenset(n for n, words in _ASKED_PARAMETERS.items() if words.search(request)),
        parts=min(sum(is_task(c.text) for c in clauses), MOST_PARTS),
        undone=tuple(
            cue.task
            for cue in (next(iter(cues_in(c.text)), None) for c in clauses)
            if cue and cue.intent == "unsupported" and cue.task and cue.task not in CATALOGUE
        ),
    )


def _kept(schema: InputSchema, words: Words) -> list[tuple[str, Kind | None]]:
    """The columns that are shown: all of a usual frame."""
    columns = list(schema.columns)
    if len(columns) > MOST_COLUMNS:
        said = [c for c in columns if words.score(_Noun(c.name, concept(c.name))) >= 1]
        first = [c for c in columns if c not in said]
        columns = sorted([*said, *first][:MOST_COLUMNS], key=columns.index)
    return [(c.name, c.kind) for c in columns]


@dataclass(frozen=True)
class _Noun:
    name: str
    concept: str


def _fitting(request: str, kinds: set[Kind | None], *, tables: bool) -> Iterable[str]:
    """The tasks that the request may need and whose slots can be filled, also by what another task gives."""
    wanted = set(relevant(request, kinds))
    found = _reached(wanted, kinds, tables=tables)
    if Kind.IMAGE in kinds and any(Kind.TEXT in CATALOGUE[t].takes.values() for t in wanted - found - {"template"}):
        bridged = wanted - set(ALWAYS) - found
        found = _reached(wanted | {"image-to-text"}, kinds, tables=tables) if bridged else found
    order = [*(name for name in ALWAYS if name in found), *(n for n in CATALOGUE if n in found and n not in ALWAYS)]
    return [*order, *(_TABLE_TASKS if tables else ())]


def _reached(wanted: set[str], kinds: set[Kind | None], *, tables: bool) -> set[str]:
    reach = set(kinds) | ({Kind.TABLE} if tables else set())
    if reach & {Kind.LABELS, None}:
        reach |= {Kind.TEXT}
    specs = [CATALOGUE[name] for name in CATALOGUE if name in wanted]
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
