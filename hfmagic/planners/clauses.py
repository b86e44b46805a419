"""A request cut into clauses, with its quoted texts, names and models set aside. Knows no task."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from .words import LANGUAGES, OWNERS, family

# One private character stands for each thing set aside, so that no pattern can match inside it.
_QUOTE, _NAME, _MODEL, _ROOM = 0xE000, 0xE400, 0xE800, 0x400
QUOTE, NAME, MODEL = "[\ue000-\ue3ff]", "[\ue400-\ue7ff]", "[\ue800-\uebff]"
ASIDE = re.compile("[\ue000-\uebff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\ud800-\udfff]")

_MOST_MARKS = 100  # commas that are looked at, so that no request takes long

_QUOTED = re.compile(
    r'"([^"]{1,2000})"|“([^”]{1,2000})”|「([^」]{1,2000})」|『([^』]{1,2000})』|‘([^’]{1,2000})’'
    r"|(?<![A-Za-z0-9])'(?=\S)((?:[^'\n]|'(?=[A-Za-z0-9])){1,500})'(?![A-Za-z0-9])"
)
_NAMED = re.compile(r"`([^`\n]{1,128})`|\{\s*([^\W\d]\w{0,63})\s*\}")
_WORD = r"[A-Za-z][\w.\-]{0,95}(?:/[\w.\-]{1,95})?"
_ITEM = rf"(?:{_WORD}|{NAME}|{QUOTE})"
_WITH = re.compile(
    rf"(?P<lead>\b(?:with the help of|powered by|using|use|with|via|through|by|run|try|apply)\s+|(?:使用|利用"
    rf"|采用|用|通过)\s*)"
    rf"(?P<fill>(?:(?:the|an?|any|some)\s+)?(?:(?:small|tiny|large|big|fast|good|recent)\s+)?"
    rf"(?:\w+'s\s+(?=[A-Z]))?(?:models?\s+(?:from|by)\s+|models?\s+|模型\s*)?)(?P<name>{_ITEM})"
    rf"(?P<end>(?:'s)?(?:\s+models?\b|\s*的?模型)?(?:\s+to\b|\s*来)?)",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"\s*(?:(?:,|，|、|和|然后|再|\band\b|\bthen\b|\bfollowed by\b)\s*){{1,3}}(?P<name>{_ITEM})"
    r"(?:\s+models?\b|\s*模型)?",
    re.I,
)
_SUFFIX = re.compile(
    r"-(?:tiny|mini|small|base|medium|large|xl|xxl|nano|micro|instruct|cased|uncased|mnli|turbo|distilled|\d+[bm]?)(?:$|-)",
    re.I,
)

_SPOKEN = re.compile("|".join(LANGUAGES.values()), re.IGNORECASE)

_HARD = re.compile(
    r";(?!dr\b)|[；。！？?!\n]+|\.(?=\s|$)"
    r"|[,，]?\s*(?P<then>\b(?:and\s+)?(?:then(?!\s+by\b)|after that|afterwards|finally|lastly)\b"
    r"|(?:然后|接着|随后|最后|之后)再?)[,，]?"
)
_SOFT = re.compile(
    r"\s*[,，]\s*(?:and\b|并且|并|同时|再)?\s*|\s+(?:and|&)\s+|\s*(?:并且|(?<!合)并|同时|以及|再(?![次也])|和|与|、)\s*"
)


Starts = Callable[[str, str, str], bool]


@dataclass(frozen=True)
class Asides:
    """What was set aside: texts in quotes, names in backticks or braces, models."""

    quotes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    def put(self, start: int, text: str) -> str:
        """The character that stands for a text; the text itself when there is no room left."""
        shelf = {_QUOTE: self.quotes, _NAME: self.names, _MODEL: self.models}[start]
        if len(shelf) >= _ROOM:
            return text
        shelf.append(text)
        return chr(start + len(shelf) - 1)

    def get(self, mark: str) -> str:
        """What a character stands for."""
        code = ord(mark)
        if code >= _MODEL:
            return self.models[code - _MODEL]
        return self.names[code - _NAME] if code >= _NAME else self.quotes[code - _QUOTE]


@dataclass(frozen=True)
class Clause:
    """One thing to do. `text` holds a private character for each aside; `step` is true after "then"."""

    text: str
    asides: Asides
    step: bool = False

    def found(self, pattern: str) -> list[str]:
        """The asides of one sort in it, in order."""
        return [self.asides.get(mark) for mark in re.findall(pattern, self.text)]

    @property
    def quotes(self) -> list[str]:
        """Texts in quotes."""
        return self.found(QUOTE)

    @property
    def names(self) -> list[str]:
        """Names in backticks or braces, and texts in quotes, which may be names."""
        return self.found(f"{NAME}|{QUOTE}")

    @property
    def models(self) -> list[str]:
        """Models named in it."""
        return self.found(MODEL)

    def words(self, text: str | None = None) -> str:
        """The words as they were written, without the models."""
        text = re.sub(MODEL, "", self.text if text is None else text)
        return " ".join(ASIDE.sub(lambda m: self.asides.get(m[0]), text).split()).strip(" ,，、:：")

    def quoted(self) -> str:
        """The words as they were written, texts in quotes."""
        text = re.sub(MODEL, "", self.text)
        return " ".join(re.sub(f"{QUOTE}|{NAME}", lambda m: f"'{self.asides.get(m[0])}'", text).split()).strip(
            " ,，、:："
        )

    def with_text(self, text: str) -> Clause:
        """The same clause with other words."""
        return Clause(text, self.asides, self.step)


def set_aside(request: str, known: frozenset[str]) -> tuple[str, Asides]:
    """The request with quoted texts, names and models replaced. `known` are names that are no models, in lower case."""
    asides = Asides()
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", _PRIVATE.sub(" ", request)))
    text = _NAMED.sub(lambda m: asides.put(_NAME, next(g for g in m.groups() if g)), _quotes(text, asides))
    return _models(text, asides, known), asides


def _quotes(text: str, asides: Asides) -> str:
    return _QUOTED.sub(lambda m: asides.put(_QUOTE, next(g for g in m.groups() if g)), text)


def _models(text: str, asides: Asides, known: frozenset[str]) -> str:
    parts: list[str] = []
    at = 0
    for match in _WITH.finditer(text):
        name = _plain(match["name"], asides)
        said = re.search(r"model|模型|\bto$", match["fill"] + match["end"], re.IGNORECASE) is not None
        if match.start() < at or not is_model(name, known, said=said):
            continue
        parts += [text[at : match.start()], " ", asides.put(_MODEL, name)]
        at = match.end()
        while (more := _MORE.match(text, at)) and is_model(_plain(more["name"], asides), known):
            parts.append(asides.put(_MODEL, _plain(more["name"], asides)))
            at = more.end()
        parts.append(" ")
    return "".join([*parts, text[at:]])


def _plain(name: str, asides: Asides) -> str:
    return asides.get(name) if ASIDE.fullmatch(name) else name.rstrip(".")


def is_model(name: str, known: frozenset[str], *, said: bool = False) -> bool:
    """True when a word looks like a model: `org/name`, a family, a size in it.

    `said`: the words around it say so ("the … model", "use … to"); then an owner or any proper name will do.
    """
    low = name.lower()
    if low in known or " " in name:
        return False
    if re.fullmatch(r"[\w.\-]+/[\w.\-]+", name):
        return True
    if family(name):
        return True
    if low in OWNERS and (name[:1].isupper() or "-" in name):
        return True
    proper = low in OWNERS or (bool(re.search(r"[A-Z0-9]", name)) and not _SPOKEN.fullmatch(name))
    return bool(_SUFFIX.search(name)) or (said and proper)


def split(text: str, asides: Asides, *, is_task: Callable[[str], bool], starts: Starts) -> list[Clause]:
    """The clauses of a request.

    Args:
        is_task: whether a piece asks for something.
        starts: whether a clause of its own starts in the third piece, after the first and a comma or "and".
    """
    clauses: list[Clause] = []
    waiting = ""
    for piece, step in _pieces(text):
        tasks = _merged(_parts(piece, starts), is_task)
        if tasks:
            clauses += [Clause(t, asides, step and not i) for i, t in enumerate([f"{waiting}{tasks[0]}", *tasks[1:]])]
            waiting = ""
        elif not clauses and not step:
            waiting += f"{piece}, "
        elif clauses and not re.sub(MODEL, "", piece).strip():
            clauses[-1] = clauses[-1].with_text(f"{clauses[-1].text} {piece}")
        else:
            clauses.append(Clause(piece, asides, step))
    return clauses or [Clause(waiting.strip(" ,"), asides)]


def _merged(parts: list[str], is_task: Callable[[str], bool]) -> list[str]:
    """Parts that ask for nothing go with the task before them, else with the one after; empty without any task."""
    tasks: list[str] = []
    lead = ""
    for part in parts:
        if is_task(part):
            tasks.append(lead + part)
            lead = ""
        elif tasks:
            tasks[-1] += f", {part}"
        else:
            lead += f"{part}, "
    return tasks


def _pieces(text: str) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    at, step = 0, False
    for match in islice(_HARD.finditer(text), _MOST_MARKS):
        pieces.append((text[at : match.start()], step))
        at, step = match.end(), match["then"] is not None
    pieces.append((text[at:], step))
    return [(p.strip(" ,，"), s) for p, s in pieces if p.strip(" ,，")]


def _parts(piece: str, starts: Starts) -> list[str]:
    parts: list[str] = []
    at = 0
    for match in islice(_SOFT.finditer(piece), _MOST_MARKS):
        before, after = piece[at : match.start()][-400:], piece[match.end() : match.end() + 200]
        if before.strip() and after.strip() and starts(before, match[0], after):
            parts.append(before.strip())
            at = match.end()
    return [*parts, piece[at:].strip()]
