"""A request with one private character for each quoted text, file and named variable, so that no word in one counts."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ...kinds import InputSchema, Kind

_ROOM = 0x100
_FIRST = MappingProxyType(
    {"quote": 0xE000, Kind.TEXT: 0xE100, Kind.IMAGE: 0xE200, Kind.AUDIO: 0xE300, Kind.VIDEO: 0xE400, "other": 0xE500}
)


def _class(sort: str | Kind) -> str:
    return f"[{chr(_FIRST[sort])}-{chr(_FIRST[sort] + _ROOM - 1)}]"


QUOTE, IN_TEXT, IN_IMAGE, IN_AUDIO, IN_VIDEO = (
    _class(s) for s in ("quote", Kind.TEXT, Kind.IMAGE, Kind.AUDIO, Kind.VIDEO)
)
MARK = re.compile("[\ue000-\ue5ff]")

_ENDINGS = MappingProxyType(
    {
        Kind.IMAGE: "jpe?g|png|gif|bmp|webp|tiff?",
        Kind.AUDIO: "wav|mp3|flac|ogg|m4a|aac",
        Kind.VIDEO: "mp4|avi|mov|mkv|webm",
        Kind.TEXT: "txt|docx?|md|pdf|html?",
    }
)
_ANY_ENDING = "|".join(_ENDINGS.values())
FILE = rf"(?:[A-Za-z0-9_.\-]{{1,80}}/){{0,8}}[A-Za-z0-9_\-]{{1,120}}\.(?:{_ANY_ENDING})(?![A-Za-z0-9_])"
_APOSTROPHE = r"(?<![A-Za-z0-9])'(?=\S)(?:[^'\n]|'(?=[A-Za-z0-9])){1,2000}?'(?![A-Za-z0-9])"
_SET_ASIDE = re.compile(
    rf"(?P<gap>\s{{2,}}|[\t\n\r])|(?P<file>[`'\"‘“「]?{FILE}[`'\"’”」]?)"
    r"|`(?P<name>[^`\n]{1,128})`|\{\s*(?P<braced>[^\W\d]\w{0,63})\s*\}"
    rf"|(?P<quote>\"[^\"]{{1,4000}}\"|“[^”]{{1,4000}}”|「[^」]{{1,4000}}」|『[^』]{{1,4000}}』|‘[^’]{{1,4000}}’|{_APOSTROPHE})",
    re.IGNORECASE,
)
_PRIVATE = re.compile("[\ue000-\uf8ff\ud800-\udfff]")
_PAIRS = "`'\"‘“「『’”」』"


@dataclass(frozen=True, slots=True)
class Mark:
    """What one private character stands for: `sort` is quote, file or variable; the place is in the request."""

    sort: str
    value: str
    kind: Kind | None
    start: int
    end: int


@dataclass(frozen=True)
class Marked:
    """`text` is the `request` with marks; `marks` maps each private character to what it stands for, in order."""

    request: str
    text: str
    marks: dict[str, Mark]
    cuts: tuple[tuple[int, int], ...] = ()

    def place(self, at: int) -> int:
        """The place in the request of a place in `text`."""
        index = bisect.bisect_right(self.cuts, (at, 1 << 60)) - 1
        return at if index < 0 else self.cuts[index][1] + at - self.cuts[index][0]

    def words(self, text: str) -> str:
        """A piece of `text` as it was written."""
        return " ".join(MARK.sub(lambda m: self.marks[m[0]].value if m[0] in self.marks else "", text).split())


def mark(request: str, schemas: Sequence[InputSchema]) -> Marked:
    """Set aside quoted texts, names of files, and variables in backticks or braces."""
    request = _PRIVATE.sub(" ", request)
    kinds = {s.name.lower(): s for s in schemas}
    marks: dict[str, Mark] = {}
    pieces: list[str] = []
    cuts: list[tuple[int, int]] = []
    at = size = 0
    for match in _SET_ASIDE.finditer(request):
        if match["gap"]:
            pieces += [request[at : match.start()], "\n" if "\n" in match["gap"] else " "]
            size += match.start() - at + 1
            at = match.end()
            cuts.append((size, at))
            continue
        found = _mark(match, kinds)
        first = _FIRST["quote" if found.sort == "quote" else found.kind if found.kind in _FIRST else "other"]  # type: ignore[index]
        sign = next((chr(c) for c in range(first, first + _ROOM) if chr(c) not in marks), "")
        if not sign:
            continue
        marks[sign] = found
        pieces += [request[at : match.start()], sign]
        size += match.start() - at + 1
        at = match.end()
        cuts.append((size, at))
    return Marked(request, "".join([*pieces, request[at:]]), marks, tuple(cuts))


def _mark(match: re.Match[str], kinds: dict[str, InputSchema]) -> Mark:
    start, end = match.span()
    if match["file"]:
        name = match["file"].strip(_PAIRS)
        ending = name.rpartition(".")[2]
        kind = next(k for k, endings in _ENDINGS.items() if re.fullmatch(endings, ending, re.IGNORECASE))
        return Mark("file", name, kind, start, end)
    name = match["name"] or match["braced"] or match["quote"][1:-1].strip()
    schema = kinds.get(name.lower())
    if schema:
        return Mark("variable", schema.name, schema.kind, start, end)
    return Mark("quote", name, Kind.TEXT, start, end)
