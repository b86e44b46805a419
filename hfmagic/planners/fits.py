"""Which of the cues that a clause holds is meant, by the kinds there are. Makes no step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..kinds import MEDIA, Kind
from . import slots
from .clauses import Clause
from .conditions.read import conditions, held
from .cues import Cue, cues_in
from .draft import Draft
from .media_words import PAGE
from .mentions import Words
from .nearest import foreign
from .settings import candidate_labels, is_polarity
from .subjects import has_kind, readable
from .tables.traits import trait
from .words import ROW_NOUNS


def fitting(draft: Draft, clause: Clause, *, alone: bool) -> Cue | None:
    """The first cue that fits the words of a clause and the kinds there are, if any. `alone`: it is the only clause."""
    for cue in cues_in(clause.text):
        fits = _FITS.get(cue.intent)
        if fits is None or fits(draft, clause):
            return _refined(draft, clause, foreign(draft, clause, cue))
    return _of_rows(draft, clause, alone=alone)


_ROWS = re.compile(
    rf"^\W*(?:(?:and|or|the|all|those|any|only)\s+)*(?:[\w-]+\s+){{0,2}}?(?:{ROW_NOUNS})\b", re.IGNORECASE
)
_LOOKS = re.compile(
    r"^\W*(?:please\s+)?(?:find|detect|locate|spot)\b|^\W*(?:请|帮我)?(?:找出|检测|框出|定位)", re.IGNORECASE
)
_MORE = re.compile(r"\b(?:and|then)\s+\w+\s+(?:them|it|each)\b", re.IGNORECASE)  # a verb that nobody knows
_FILTER = Cue("filter", re.compile(""))


def _trait(draft: Draft, clause: Clause) -> str:
    return next((word for table in draft.rows if (word := trait(clause, table))), "")


def _of_rows(draft: Draft, clause: Clause, *, alone: bool) -> Cue | None:
    """A filter for a clause that says which rows and not what to do: "reviews after 2024-03-01", "产品是 X 的"."""
    if (
        _LOOKS.search(clause.text)
        and not _MORE.search(clause.text)
        and _is_seen(draft, clause)
        and not _has_text(draft, clause)
        and slots.things(clause)
    ):
        return Cue("find-things", _LOOKS)
    said = alone or clause.step or _ROWS.match(clause.text) or clause.text.rstrip().endswith("的")
    return (
        _FILTER
        if said
        and (_trait(draft, clause) or held(clause, of=True) or any(conditions(clause, t.things) for t in draft.rows))
        else None
    )


def _refined(draft: Draft, clause: Clause, cue: Cue) -> Cue:
    """What a cue means here: "positive or negative" is a sentiment, "label" of a picture says what it shows."""
    if cue.intent == "sort-into":
        return replace(cue, intent=_sorting(draft, clause))
    if cue.intent in ("ask", "ask-it"):
        return replace(cue, intent=_asking(draft, clause))
    if cue.intent == "look" and _PAGE.search(clause.text):
        return replace(cue, intent="page")
    if cue.intent == "find-things" and not slots.things(clause):
        return replace(cue, intent="objects")
    if cue.intent in ("label", "see") and _is_video(draft, clause):
        return replace(cue, intent="video")
    if cue.intent in _OF_PICTURES and _is_image(draft, clause):
        return replace(cue, intent="caption" if _DESCRIBES.search(clause.text) else _OF_PICTURES[cue.intent])
    if cue.intent == "about" and _LISTED.search(clause.text) and len(candidate_labels(clause)[0]) > 1:
        return replace(cue, intent="sort-into")
    if cue.intent == "label":
        image = _is_image(draft, clause)
        if not image:
            draft.note("about", "sentiment")
        return replace(cue, intent="see" if image else "sentiment")
    return cue


_OF_PICTURES: Mapping[str, str] = MappingProxyType(
    {"embed": "embed-pictures", "cluster": "cluster-pictures", "generate": "instruct"}
)
_LISTED = re.compile(r"[:：]|\b(?:into|as|among|between)\b|分[为成]", re.IGNORECASE)
_DESCRIBES = re.compile(r"\b(?:captions?|descriptions?|alt.texts?)\b|描述|说明", re.IGNORECASE)
_PAGE = re.compile(rf"\b(?:{PAGE})", re.IGNORECASE)
_TABLE = re.compile(r"\b(?:table|spreadsheet|data ?frame|sheet)\b|表格?(?!达|扬)", re.IGNORECASE)
_HEARD = re.compile(
    r"\b(?:music|speech|noise|silence|singing|applause|laughter|laughing|rain|siren|alarm|bark\w*|birds?|traffic|engine|"
    r"sounds?|male|female)\b|音乐|噪[音声]|说话声?|人声|歌声|掌声|笑声|雨声|警报|鸟叫|狗叫",
    re.IGNORECASE,
)


def _sorting(draft: Draft, clause: Clause) -> str:
    """What is sorted: texts, pictures, or sounds by how they sound."""
    labels = candidate_labels(clause)[0]
    if _is_image(draft, clause):
        return "sort-pictures"
    if has_kind(draft, clause, Kind.AUDIO, "audio") and any(_HEARD.search(x) for x in labels):
        return "sort-sounds"
    return "sentiment" if is_polarity(labels) else "sort-into"


def _asking(draft: Draft, clause: Clause) -> str:
    """Whom a question is put to: a table, the picture of a page, another picture, texts."""
    if draft.rows and _TABLE.search(clause.text):
        return "ask-table"
    if _is_image(draft, clause):
        return "page" if _PAGE.search(clause.text) else "look"
    return "ask"


def _is_image(draft: Draft, clause: Clause) -> bool:
    return has_kind(draft, clause, Kind.IMAGE, "image")


def _is_seen(draft: Draft, clause: Clause) -> bool:
    """True for pictures, and for a video that is looked at picture by picture."""
    return _is_image(draft, clause) or _is_video(draft, clause)


def _is_video(draft: Draft, clause: Clause) -> bool:
    return has_kind(draft, clause, Kind.VIDEO, "video")


def _is_page(draft: Draft, clause: Clause) -> bool:
    return any(t.kind is Kind.IMAGE for t in readable(draft)) and not _has_text(draft, clause)


def _has_text(draft: Draft, clause: Clause) -> bool:
    """True when a clause names a text, or there is nothing else that it could be about."""
    things = readable(draft)
    if not any(t.kind in MEDIA for t in things):
        return True
    words = Words(clause.text)
    return any(t.kind is Kind.TEXT and words.score(t, clause.names) >= 2 for t in things)


def _of_text(draft: Draft, clause: Clause) -> bool:
    """True unless a clause is about a picture: in pictures, people are found by looking."""
    return not _is_image(draft, clause)


def _is_sound(draft: Draft, clause: Clause) -> bool:
    return has_kind(draft, clause, Kind.AUDIO, "audio")


def _not_there(noun: str, verbs: str) -> Callable[[Draft, Clause], bool]:
    """A result that is a column already is not made again, unless the clause says so."""
    making = re.compile(verbs, re.IGNORECASE)

    def fits(draft: Draft, clause: Clause) -> bool:
        there = any(t.concept == noun for table in draft.rows for t in table.things)
        return not there or bool(making.search(clause.text))

    return fits


_FIND = (
    r"\b(?:label|tag|find|detect|determine|identify|classify|analy[sz]e|rate|add|group|cluster|again)"
    r"|标|判断|检测|识别|归|聚|分析"
)
_GIVE = (
    r"\b(?:give|write|make|create|add|generate|suggest|propose|draft|need|summari[sz]e|shorten|a)\b"
    r"|起|取|写|生成|给|总结|概括"
)
_NO_CAPTION = _not_there("caption", _GIVE + r"|\bcaption (?:each|every|the|all|it|them)|describe|描述")
_NO_THEME = _not_there("theme", _FIND)


def _largest(draft: Draft, clause: Clause) -> bool:
    """True for the largest of the groups that are there: "show the 3 largest clusters"."""
    there = any(t.concept == "theme" for table in draft.tables for t in table.things)
    return there and bool(re.search(r"\b(?:largest|biggest|smallest|top)\b|最[大小多少]", clause.text, re.IGNORECASE))


_FITS: Mapping[str, Callable[[Draft, Clause], bool]] = MappingProxyType(
    {
        "see": _is_seen,
        **dict.fromkeys(("video", "watch", "frames"), _is_video),
        "crop": _is_seen,
        **dict.fromkeys(("pictures-of", "similar-pictures", "read-text", "look"), _is_image),
        **dict.fromkeys(("objects", "find-things"), _is_seen),
        **dict.fromkeys(("edit", "enlarge", "masks", "segment", "depth"), _is_image),
        "caption": lambda draft, clause: _is_image(draft, clause) and _NO_CAPTION(draft, clause),
        "page": _is_page,
        "sound": _is_sound,
        "entities": _of_text,
        "ask": lambda draft, _: bool(readable(draft)),
        "ask-it": lambda draft, _: any(t.kind in MEDIA or (t.step and t.kind is Kind.TEXT) for t in readable(draft)),
        "translation": _not_there("translation", r"translat(?!ions?\b)|翻|译[成为]"),
        "sentiment": _not_there("sentiment", _FIND),
        "cluster": lambda draft, clause: _NO_THEME(draft, clause) and not _largest(draft, clause),
        "language": _not_there("language", _FIND),
        "title": _not_there("title", _GIVE),
        "summarize": _not_there("summary", _GIVE),
        "sort": lambda draft, _: bool(draft.rows),
        "sort-into": lambda _, clause: len(candidate_labels(clause)[0]) > 1,
    }
)
