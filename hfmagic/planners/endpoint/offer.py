"""What an LLM may name in a plan: the things there are, the tasks that fit them, the words of results. Schemas only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...kinds import InputSchema, Kind
from ...tasks import CATALOGUE, TaskSpec
from ..clauses import MODEL, set_aside, split
from ..cues import cues_in, is_task, starts
from ..mentions import Words, concept

ABOUT = ("sentiment", "emotion", "topic", "toxicity", "spam", "irony", "formality", "intent")
"""What labels can be about; the word that then names them."""

MOST_COLUMNS = 60  # of a frame; a wider one shows those that the request names, and the first
MOST_PARTS = 6
MAX_REQUEST = 2000  # characters that are looked at
_TABLE_TASKS = ("filter", "aggregate", "sort", "chart")
_TEXTUAL = frozenset({Kind.TEXT, None})
_UNREAD = frozenset({Kind.EMBEDDING, Kind.AUDIO, Kind.IMAGE, Kind.TABLE})  # no conditions, groups or axes
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
    `undone` are tasks of the Hub that it asks for and hfmagic has not.
    """

    columns: tuple[Column, ...]
    tasks: tuple[str, ...]
    models: tuple[str, ...] = ()
    named: bool = False
    lengths: bool = False
    parts: int = 1
    undone: tuple[str, ...] = ()

    @property
    def results(self) -> dict[str, Kind]:
        """Word → kind of everything that the tasks can give, but tables."""
        found: dict[str, Kind] = {}
        for spec in (CATALOGUE[t] for t in self.tasks if t in CATALOGUE):
            if spec.gives is not Kind.TABLE and spec.name != "chart":
                found.update(dict.fromkeys(words_of(spec), spec.gives))
        return found

    def names(self, wanted: Kind) -> list[str]:
        """What a slot of that kind can hold; categories stand in for text where there is none."""
        kinds = _TEXTUAL if wanted is Kind.TEXT else {wanted, None}
        found = [c.name for c in self.columns if c.kind in kinds]
        if wanted is Kind.TEXT and not any(c.kind is Kind.TEXT for c in self.columns):
            found += [c.name for c in self.columns if c.kind is Kind.LABELS]
        return list(dict.fromkeys([*found, *(w for w, k in self.results.items() if k is wanted)]))

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
            for task in _fitting({c.kind for c in columns}, tables=bool(tables))
            if task not in _ASKED or _ASKED[task].search(request)
        ),
        models=models,
        named=bool(_NAMING.search(request)),
        lengths=bool(_LENGTH.search(request)),
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


def _fitting(kinds: set[Kind | None], *, tables: bool) -> Iterable[str]:
    """The tasks whose slots can be filled, also by what another task gives."""
    reach = set(kinds)
    if reach & {Kind.LABELS, None}:
        reach |= {Kind.TEXT}
    found: list[str] = []
    while True:
        more = [s for s in CATALOGUE.values() if s.name not in found and _fits(s, reach)]
        if not more:
            break
        found += [s.name for s in more]
        reach |= {s.gives for s in more if s.gives is not Kind.LABELS}
    order = [name for name in CATALOGUE if name in found]
    return [*order, *(_TABLE_TASKS if tables else ())]


def _fits(spec: TaskSpec, reach: set[Kind | None]) -> bool:
    if Kind.TABLE in spec.takes.values() or (spec.gives is Kind.TABLE):
        return False
    if spec.name == "cluster":  # its embedding is made for it
        return Kind.TEXT in reach
    wanted = {kind for slot, kind in spec.takes.items() if slot not in spec.optional}
    return wanted <= reach or None in reach
