"""What each part reads: the thing that it names, else the nearest earlier one of the right kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ...kinds import InputSchema, Kind
from .asked import sentence
from .doings import AUDIO, DOINGS, DRAWN, IMAGE, TEXT, TO_TEXT
from .english import AUD, DOCUMENT, IMG, TALK, VID
from .marks import MARK, QUOTE, Mark, Marked
from .mentions import Mention
from .order import Found
from .parts import Part, Source
from .references import NAMED

_ASKED = ("?", "？")
_ASKING = frozenset({"answer", "look", "page"})
_TAIL = re.compile(
    r"(?:[\s,;:]|\b(?:and|then|also|finally|please|to|the|a|an|its|that|next|after that|i want you|you|can|"
    r"could|lastly)\b|[，、并再然后]+)+$",
    re.IGNORECASE,
)
_LAST = re.compile(r"^(.{8,}?)(?:[,;，；]|\b(?:and|then)\b)[^,;，；]{0,25}$", re.DOTALL | re.IGNORECASE)
_TALK = re.compile(TALK, re.IGNORECASE)
_FREE = frozenset({"chat", "write"})
"""What can be done of nothing."""
_POINTS = re.compile(
    rf"\b(?:it|its|this|that|these|those|them|result|content)s?\b|{IMG}|{AUD}|{VID}|{DOCUMENT}|这|它|"
    rf"其|此|图|音|视频",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"\b(?:from|with|using|given|based on|out of|for|take)(?: (?:the|this|that|these|your))* *$", re.IGNORECASE
)
_IT = re.compile(r"\b(?:it|this|that|them|these|those)\b", re.IGNORECASE)
_NEW_WORDS = 500  # characters of the request that a part may read


@dataclass
class _Reading:
    """The parts so far."""

    marked: Marked
    found: Found
    schemas: Sequence[InputSchema]
    parts: list[Part] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)  # doing → its part


def read(marked: Marked, found: Found, schemas: Sequence[InputSchema]) -> Iterator[Part]:
    """The parts with their sources; a conversion that is taken for granted is a part too."""
    reading = _Reading(marked, found, schemas)
    if (
        not found.parts
        and not schemas
        and _TALK.search(marked.text)
        and not any(m.sort != "quote" for m in marked.marks.values())
    ):
        found = replace(found, parts=(Mention("chat", 0, len(marked.text)),))
        reading.found = found
    for mention in found.parts:
        if _is_done(reading, mention):
            continue
        _heard(reading, mention)
        _add(reading, mention)
    return iter(reading.parts)


def _heard(reading: _Reading, mention: Mention) -> None:
    """A recording that no part reads says what the first part that needs words is to do: it is put into words."""
    readers = {kind for m in reading.found.parts for kind in DOINGS[m.doing].takes.values()}
    if AUDIO in readers or reading.parts or TEXT not in DOINGS[mention.doing].kinds:
        return
    if (given := _given(reading, AUDIO)) and given.sort != "words":
        doing = "hear" if "hear" in reading.found.hints else "transcribe"
        _append(reading, replace(mention, doing=doing, end=mention.start), {"audio": given})


def _is_done(reading: _Reading, mention: Mention) -> bool:
    """True for a conversion that an earlier part needed, and that therefore is there already."""
    number = reading.number.get(mention.doing, -1)
    return (
        number >= 0 and mention.doing in TO_TEXT.values() and reading.parts[number].start == reading.parts[number].end
    )


def _add(reading: _Reading, mention: Mention) -> None:
    doing = DOINGS[mention.doing]
    sources: dict[str, Source] = {}
    for slot, kind in doing.takes.items():
        source = _source(reading, mention, slot, kind, sources)
        if source:
            sources[slot] = source
        elif not sources and any(m.sort != "quote" for m in reading.marked.marks.values()):
            return  # there are inputs, and none that it could work on
    _append(reading, mention, sources)


def _append(reading: _Reading, mention: Mention, sources: dict[str, Source]) -> None:
    place = reading.marked.place
    start, end = place(mention.start), place(mention.end)
    reading.number[mention.doing] = len(reading.parts)
    reading.parts.append(Part(DOINGS[mention.doing].task, mention.doing, start, end, sources, _said(reading, mention)))


def _said(reading: _Reading, mention: Mention) -> str:
    """The words of a part, as they were written."""
    start, stop = _clause(reading, mention)
    said = reading.marked.request[reading.marked.place(start) : reading.marked.place(stop)]
    is_cut = stop < len(reading.marked.text) and sentence(reading.marked.text, start)[1] != stop
    cut = _LAST.match(said) if is_cut else None  # what leads over to the next part is not of this one
    return _TAIL.sub("", cut[1] if cut else said).strip()


def _clause(reading: _Reading, mention: Mention) -> tuple[int, int]:
    """From a mention to the next part, at most to the end of its sentence."""
    _, stop = sentence(reading.marked.text, mention.start)
    after = [m.start for m in reading.found.parts if mention.start < m.start < stop]
    return mention.start, min(after, default=stop)


def _source(reading: _Reading, mention: Mention, slot: str, kind: Kind, taken: dict[str, Source]) -> Source | None:
    main = not taken
    if slot in ("question", "sentence") or (slot == "text" and not main):
        return _beside(reading, mention, taken)
    if (part := _referred(reading, mention, kind)) is not None:
        return Source("part", part=part)
    if (part := _led(reading, mention, kind)) is not None:
        return Source("part", part=part)
    if mention.doing == "compare" and (part := _newest(reading, kind)) is not None:
        return Source("part", part=part)
    if (own := _named(reading, mention, kind)) is not None:
        return own
    if (part := _newest(reading, kind)) is not None:
        return Source("part", part=part)
    if (given := _given(reading, kind)) is not None:
        return given
    return _converted(reading, mention, kind)


def _referred(reading: _Reading, mention: Mention, kind: Kind) -> int | None:
    """The part whose result the clause speaks of: "the translated text"."""
    start, stop = _clause(reading, mention)
    for other in reading.found.all:
        if start < other.start < stop and other.doing in reading.number:
            part = reading.number[other.doing]
            if DOINGS[other.doing].gives is kind:
                return part
    clause = reading.marked.text[start:stop]
    named = (
        n for n, p in reversed(list(enumerate(reading.parts))) if p.doing in NAMED and DOINGS[p.doing].gives is kind
    )
    return next((n for n in named if NAMED[reading.parts[n].doing].search(clause)), None)


def _led(reading: _Reading, mention: Mention, kind: Kind) -> int | None:
    """The part that the sentence begins with: "From the translation, I want a summary and its entities"."""
    text = reading.marked.text
    start, _ = sentence(text, mention.start)
    if _IT.search(text, *_clause(reading, mention)):
        return None
    for other in reading.found.all:
        if other.weak and start <= other.start < mention.start and _WITH.search(text, start, other.start):
            part = reading.number.get(other.doing)
            if part is not None and DOINGS[other.doing].gives is kind:
                return part
    return None


def _named(reading: _Reading, mention: Mention, kind: Kind) -> Source | None:
    """A file, a variable or a quoted text in the clause itself."""
    start, stop = _clause(reading, mention)
    for sign in MARK.findall(reading.marked.text[start:stop]):
        mark = reading.marked.marks[sign]
        if mark.kind is kind and not (mark.sort == "quote" and mark.value.endswith("?")):
            return _of(mark)
    return None


def _newest(reading: _Reading, kind: Kind) -> int | None:
    return next((n for n in reversed(range(len(reading.parts))) if DOINGS[reading.parts[n].doing].gives is kind), None)


def _given(reading: _Reading, kind: Kind) -> Source | None:
    """A file or a variable of the kind, anywhere in the request; for a text, one in quotes."""
    marks = [m for m in reading.marked.marks.values() if m.kind is kind]
    files = [m for m in marks if m.sort != "quote"]
    if files:
        return _of(files[0])
    schema = next((s for s in reading.schemas if s.kind is kind), None)
    if schema:
        return Source("variable", schema.name)
    return _of(max(marks, key=lambda m: (not m.value.endswith(_ASKED), len(m.value)))) if marks else None


def _written(reading: _Reading) -> Source | None:
    """The newest text that a part gave, else one that is given."""
    part = _newest(reading, TEXT)
    return _given(reading, TEXT) if part is None else Source("part", part=part)


def _of(mark: Mark) -> Source:
    return Source({"quote": "words", "file": "file"}.get(mark.sort, "variable"), mark.value)  # type: ignore[arg-type]


def _beside(reading: _Reading, mention: Mention, taken: dict[str, Source]) -> Source | None:
    """A question, an instruction, a sentence to compare with: a text that nobody reads yet, else the words."""
    own = _named(reading, mention, TEXT)
    if mention.doing == "compare" and own and own.text not in {s.text for s in taken.values()}:
        return own
    dangling = _dangling(reading, taken)
    if dangling is not None and not (mention.key and reading.parts[dangling].doing in _ASKING):
        return Source("part", part=dangling)
    if mention.key and reading.marked.marks[mention.key].value not in {s.text for s in taken.values()}:
        return _of(reading.marked.marks[mention.key])
    stop = _clause(reading, mention)[1] if mention.doing == "edit" else None
    quotes = [reading.marked.marks[q] for q in re.findall(QUOTE, reading.marked.text[mention.start : stop])]
    if mention.doing != "edit":
        quotes += [m for m in reading.marked.marks.values() if m.sort == "quote"]
    if mention.doing in _ASKING:
        quotes.sort(key=lambda q: not q.value.endswith(_ASKED))
    used = {s.text for s in taken.values()}
    quote = next((q for q in quotes if q.value not in used), None)
    if (
        quote
        and mention.doing in _ASKING
        and len(quotes) == 1
        and not quote.value.endswith(_ASKED)
        and taken.get("text")
    ):
        quote = None
    return _of(quote) if quote else _words(reading, mention)


def _dangling(reading: _Reading, taken: dict[str, Source]) -> int | None:
    """The last part, where it gives a text that no part reads and this one does not read already."""
    last = len(reading.parts) - 1
    if last < 0 or DOINGS[reading.parts[last].doing].gives is not TEXT:
        return None
    if any(s.part == last for s in taken.values()):
        return None
    return last


def _words(reading: _Reading, mention: Mention) -> Source:
    return Source("words", " ".join(_said(reading, mention).split())[:_NEW_WORDS])


def _converted(reading: _Reading, mention: Mention, kind: Kind) -> Source | None:
    """A text from sound or a picture, where there is no other."""
    if kind is IMAGE and mention.doing in DRAWN and (text := _written(reading)):
        _append(reading, replace(mention, doing="draw", end=mention.start), {"text": text})
        return Source("part", part=len(reading.parts) - 1)
    if kind is not TEXT:
        return None
    if (
        mention.doing in _FREE
        and not reading.parts
        and not _POINTS.search(reading.marked.text, *_clause(reading, mention))
    ):
        return _words(reading, mention)
    for other, doing in TO_TEXT.items():
        given = _given(reading, other)
        if given is None and (newest := _newest(reading, other)) is not None:
            given = Source("part", part=newest)
        if (given and mention.doing not in ("draw", "film", "compose")) or (given and other is not Kind.IMAGE):
            hints = reading.found.hints
            doing = "hear" if doing == "transcribe" and "hear" in hints else doing
            doing = "table" if doing == "read" and "table" in hints else doing
            slot = next(iter(DOINGS[doing].takes))
            _append(reading, replace(mention, doing=doing, end=mention.start), {slot: given})
            return Source("part", part=len(reading.parts) - 1)
    return _words(reading, mention)
