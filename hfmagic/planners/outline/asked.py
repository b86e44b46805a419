"""What a mention means among the kinds at hand: whom a question is put to, which of two alike doings is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ...kinds import InputSchema, Kind
from . import chinese, english
from .doings import AUDIO, DOINGS, DRAWN, IMAGE, TEXT, VIDEO
from .marks import IN_TEXT, QUOTE, Marked
from .mentions import Mention

_NOUNS = MappingProxyType(
    {
        kind: re.compile("|".join(nouns), re.IGNORECASE)
        for kind, nouns in (
            (IMAGE, (english.IMG, chinese.IMG)),
            (AUDIO, (english.AUD, chinese.AUD)),
            (VIDEO, (english.VID, chinese.VID)),
        )
    }
)
_DOCUMENT = re.compile(rf"{english.DOCUMENT}|\bpages?\b|{chinese.DOCUMENT}", re.IGNORECASE)
_PICTURED = re.compile(rf"{english.IMG}|{chinese.IMG}|\bvisual\b|\bcolou?rs?\b|\bcamera\b|颜色", re.IGNORECASE)
_WRITTEN = re.compile(
    r"文[字本章]|录音|摘要|\b(?:text|passage|article|transcri\w+|paragraph|context|summary|audio|speech|"
    r"said|recording|story)\b",
    re.IGNORECASE,
)
_WRITTEN_OUT = re.compile(
    rf"\b(?:document|article|passage|text|context)\b[^.;!?]{{0,30}}: ?({QUOTE}|{IN_TEXT})", re.IGNORECASE
)
_NAMES = re.compile("[\ue100-\ue5ff]")
_ASKED = ("?", "？")
_STOP = re.compile(r"[.!?;\n。！？；]")
_STOP_OR_COMMA = re.compile(r"[.!?;\n。！？；,，]")
_CLAUSE_END = re.compile(r"[.!?;\n。！？；,，]|\b(?:and|then)\b|然后|再")
_INSTEAD: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "enhance": (AUDIO, "clean"),
        "edit": (AUDIO, "clean"),
        "clean": (IMAGE, "enhance"),
        "judge": (AUDIO, "hear"),
        "hear": (TEXT, "judge"),
        "read": (AUDIO, "transcribe"),
        "transcribe": (IMAGE, "read"),
        "see": (AUDIO, "hear"),
    }
)
"""A doing whose kind is not there → the one that is meant where another kind is."""
_LOOSE = frozenset({"judge", "sort"})
"""Doings whose words stand in what is said of others, too."""
_TELLS = frozenset({"class", "detect", "hear", "judge", "see", "sort", "table", "watch"})
"""Doings that answer the question that stands before them."""
_NEAR = 6  # characters between a quoted text and what is to be done to it: "'…' in French"
_OF_TEXTS = frozenset(
    {
        "translate",
        "compare",
        "speak",
        "summarize",
        "draw",
        "film",
        "write",
        "chat",
        "entities",
        "judge",
        "sort",
        "compose",
    }
)
"""What is done to a quoted text, though it is a question."""
_OF_TABLES = frozenset({"see", "judge", "sort"})
"""What is asked of the picture of a table in words that would else be about a picture or a text."""
GIVEN = frozenset({IMAGE, AUDIO, VIDEO})


def sentence(text: str, at: int) -> tuple[int, int]:
    """Where the sentence around a place begins and ends."""
    start = max((m.end() for m in _STOP.finditer(text, 0, at)), default=0)
    stop = _STOP.search(text, at)
    return start, stop.start() if stop else len(text)


def refined(marked: Marked, found: Sequence[Mention], schemas: Sequence[InputSchema]) -> list[Mention]:
    """The mentions whose kinds can be had, each with the doing that is meant."""
    kinds = at_hand(marked, schemas)
    found = [m for m in found if not _is_within(marked.text, m, found)]
    made = frozenset(DOINGS[m.doing].gives for m in found if m.doing in DOINGS) & GIVEN
    said = {k for k, noun in _NOUNS.items() if noun.search(marked.text)}
    anything = not (kinds or said or made)
    can = frozenset(Kind) if anything else kinds | made | said | {TEXT}
    if any(m.doing in ("hear", "judge", "speak") for m in found):  # it is listened to for that
        found = [m for m in found if not marked.text.startswith("listen", m.start) or m.doing != "transcribe"]
    found = [m for m in found if m.doing != "class" or not _is_inside(m, found)]
    found = [m for m in found if m.doing != "write" or not _is_other(m, found)]
    found = [m for m in found if m.doing != "edit" or not _is_enhanced(m, found)]
    found = [_better(marked.text, m) for m in found]
    found = [_tabular(marked.text, m, found) for m in found]
    found = [_replied(marked, m) for m in found]
    meant = [n for m in found if m.doing != "ask" and (n := _meant(m, kinds | _made(m, found), can))]
    asks = _questions(marked, [m for m in found if m.doing == "ask"] + _bare(marked, found))
    asked = [replace(m, doing=_asked(marked, m, kinds, meant)) for m in asks if not _is_talk(marked, m, kinds, meant)]
    return sorted([*meant, *asked], key=lambda m: m.start)


def _replied(marked: Marked, mention: Mention) -> Mention:
    """Talk where what is replied to is no question."""
    own = marked.text[mention.start : mention.end]
    quotes = [marked.marks[q].value for q in re.findall(QUOTE, own)]
    is_reply = mention.doing == "ask" and quotes and own.lower().startswith(("repl", "respon"))
    return replace(mention, doing="chat") if is_reply and not any("?" in q or "？" in q for q in quotes) else mention


def _is_told(marked: Marked, before: int = 1 << 30) -> bool:
    """True where something is quoted that is no question, and that stands before a place."""
    return any(
        marked.text.index(sign) < before and not m.value.rstrip().endswith(_ASKED) for sign, m in marked.marks.items()
    )


def _is_talk(marked: Marked, mention: Mention, kinds: frozenset[Kind], others: Sequence[Mention]) -> bool:
    """True for a question that the same sentence calls a conversation, where there is nothing to look it up in."""
    if kinds or any(DOINGS[m.doing].gives is IMAGE for m in others) or _is_told(marked):
        return False
    start, end = sentence(marked.text, mention.start)
    near = [m for m in others if start <= m.start <= end]
    return [m.doing for m in near[:1]] == ["chat"] and all(m.start > mention.start or m.doing == "chat" for m in near)


def _is_inside(mention: Mention, others: Iterable[Mention]) -> bool:
    """True for a word that is part of what is said of another doing."""
    return any(o.start < mention.start < o.end for o in others if o.doing != mention.doing and not o.hint)


def _made(mention: Mention, others: Iterable[Mention]) -> frozenset[Kind]:
    """The kinds that other doings give."""
    return frozenset(DOINGS[o.doing].gives for o in others if o.doing != mention.doing and o.doing in DOINGS) & GIVEN


def _is_other(mention: Mention, others: Iterable[Mention]) -> bool:
    """True where what is to be written is another doing's: a caption, a summary."""
    return any(
        mention.start < o.start < mention.end <= o.end and o.doing in ("caption", "summarize", "translate")
        for o in others
    )


def _is_enhanced(mention: Mention, others: Iterable[Mention]) -> bool:
    """True for a change that is one of the whole picture: "turn it into a drawing"."""
    return any(o.doing == "enhance" and not o.weak and mention.start < o.end and o.start < mention.end for o in others)


def _tabular(text: str, mention: Mention, others: Sequence[Mention]) -> Mention:
    """A table where one is spoken of and a class is asked for in words that fit a picture or a text as well."""
    if mention.doing not in _OF_TABLES or all(m.doing != "table" for m in others):
        return mention
    if any(m.doing == "table" and mention.start <= m.start < mention.end for m in others):
        return replace(mention, doing="table")
    own = text[mention.start : mention.end + 40]
    return mention if _NOUNS[IMAGE].search(own) or re.search(r"\bobjects?\b", own) else replace(mention, doing="table")


def _better(text: str, mention: Mention) -> Mention:
    """What gets better, or a class: the sound or the picture that was last spoken of."""
    if mention.doing not in ("better", "class"):
        return mention
    _, end = sentence(text, mention.start)
    cut = _CLAUSE_END.search(text, mention.end, end)
    said = (text[mention.start : cut.start() if cut else end], text[: mention.end], text[mention.start : end])
    near = next((s for s in said if any(noun.search(s) for noun in _NOUNS.values())), said[1])
    last = {kind: max((m.end() for m in noun.finditer(near)), default=-1) for kind, noun in _NOUNS.items()}
    heard = last[AUDIO] > max(last[IMAGE], last[VIDEO])
    if mention.doing == "better":
        return replace(mention, doing="clean" if heard else "enhance")
    seen = "watch" if last[VIDEO] > last[IMAGE] else "see" if last[IMAGE] >= 0 else "judge"
    return replace(mention, doing="hear" if heard else seen)


def _bare(marked: Marked, found: Sequence[Mention]) -> list[Mention]:
    """A mention for each quoted question that nothing else is done to: "I want to know: 'Who …?'"."""
    bare = []
    for sign, quote in marked.marks.items():
        at = marked.text.index(sign)
        start, _ = sentence(marked.text, at)
        near = [m for m in found if start <= m.start < at]
        is_object = any(m.doing in _OF_TEXTS and at - m.start < 60 for m in near)
        after = [m for m in found if 0 < m.start - at < _NEAR and not marked.text[m.start].isupper()]
        is_object = is_object or any(m.doing in _OF_TEXTS for m in after)
        if quote.sort == "quote" and quote.value.rstrip().endswith(("?", "？")) and not is_object:
            bare.append(Mention("ask", at, at + 1, weak=True))
    return bare


def _questions(marked: Marked, asks: Sequence[Mention]) -> list[Mention]:
    """One mention a question: the last that is no mere reference, of each quoted question or of the only one."""
    quoted = [q for q, m in marked.marks.items() if m.sort == "quote" and m.value.rstrip().endswith(("?", "？"))]
    groups: dict[str, Mention] = {}
    for mention in sorted(asks, key=lambda m: m.start):
        _, end = sentence(marked.text, mention.start)
        near = next((q for q in quoted if mention.start <= marked.text.index(q) <= end + 2), "")
        if not near and quoted:
            near = min(quoted, key=lambda q: abs(marked.text.index(q) - mention.start))
        if near in groups and mention.weak and not groups[near].weak:
            continue
        groups[near] = mention
    return [replace(mention, key=near) for near, mention in groups.items()]


def at_hand(marked: Marked, schemas: Sequence[InputSchema]) -> frozenset[Kind]:
    """The kinds of the files and variables of a request."""
    return frozenset(m.kind for m in marked.marks.values() if m.kind and m.sort != "quote") | {s.kind for s in schemas}


def _is_within(text: str, mention: Mention, others: Iterable[Mention]) -> bool:
    """True for a loose question in which another doing is asked for: "what was said" is a transcript."""
    if mention.doing in _LOOSE:
        return any(o.start < mention.start < o.end and o.doing != mention.doing for o in others if not o.weak)
    if mention.doing != "ask" or not mention.weak:
        return False
    return any(
        o.doing in _TELLS or not _STOP_OR_COMMA.search(text, mention.end - 1, o.start)
        for o in others
        if not o.hint and o.doing != "ask" and mention.start <= o.start <= mention.end + 40
    )


def _meant(mention: Mention, kinds: frozenset[Kind], can: frozenset[Kind]) -> Mention | None:
    needed = next(iter(DOINGS[mention.doing].takes.values()))
    if mention.doing in _INSTEAD and needed not in kinds:
        other, doing = _INSTEAD[mention.doing]
        if other in kinds or needed not in can:
            mention = replace(mention, doing=doing)
            needed = next(iter(DOINGS[doing].takes.values()))
    return mention if needed in can or mention.doing in DRAWN else None


def _asked(marked: Marked, mention: Mention, kinds: frozenset[Kind], others: Sequence[Mention | None]) -> str:
    """Whom a question is put to: a page, another picture, a text, or nobody in particular."""
    text = marked.text
    if IMAGE in kinds and not any(IMAGE in DOINGS[m.doing].kinds for m in others if m):
        return (
            "page"
            if _DOCUMENT.search(_NAMES.sub(lambda m: marked.marks[m[0]].value.replace("_", " "), text))
            else "look"
        )
    if VIDEO in kinds and IMAGE not in kinds:
        return "explain-video"
    if any(not marked.marks[m[1]].value.rstrip().endswith("?") for m in _WRITTEN_OUT.finditer(text)):
        return "answer"
    start, end = sentence(text, mention.start)
    quotes = [marked.marks[q].value for q in re.findall(QUOTE, text[mention.start : end + 60])]
    question = next((q for q in quotes if q.rstrip().endswith("?")), "")
    earlier = [m for m in others if m and m.start < mention.start]
    sees = IMAGE in kinds or any(DOINGS[m.doing].gives is IMAGE for m in earlier)
    for words in (question, text[mention.start : end], text[start:end], text[: mention.start]):
        words = _NAMES.sub(lambda m: marked.marks[m[0]].value.replace("_", " "), words)
        if sees and _DOCUMENT.search(words):
            return "page"
        if sees and _PICTURED.search(words):
            return "page" if _DOCUMENT.search(text) and not _PICTURED.search(question) else "look"
        if words != question and _WRITTEN.search(words):
            return "answer"
    if sees:
        return "look"
    is_told = TEXT in kinds or AUDIO in kinds or earlier or len(marked.marks) > 1 or _is_told(marked, mention.start)
    return "answer" if is_told else "chat"
