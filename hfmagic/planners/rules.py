"""The planner that needs no model: clauses, verbs and objects, chained by kinds. It sees schemas, never a row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from ..errors import EmptyRequest, NoTaskFits, RequestError, clip
from ..kinds import MEDIA, InputSchema, Kind
from ..plan import Plan, Step
from ..scope import validate
from ..tasks import CATALOGUE
from . import slots
from .chains import plan_ask_table, plan_crop, plan_draw, plan_music, plan_pictures_of, plan_redact, plan_relevance
from .charts import cut_across, plan_chart
from .clauses import ASIDE, Clause, set_aside, split
from .cues import Cue, cues_in, is_task, starts
from .draft import Draft
from .makers import MAKERS, make
from .media_words import PAGE
from .mentions import Words
from .nearest import foreign, no_task, not_run
from .notes import told
from .queries import narrow, plan_aggregate, plan_filter, plan_groups, plan_similarity, plan_sort
from .settings import candidate_labels, is_polarity
from .subjects import can_do, has_kind, readable
from .words import FAMILIES, SPELT, family

_THANKS = re.compile(
    r"\W*(?:thanks?(?: you)?|thx|cheers|please|hi|hello|ok(?:ay)?|谢谢|多谢|你好|好的)[\w ]{0,20}\W*", re.I
)
MAX_REQUEST = 2000  # characters beside quoted texts


def plan_by_rules(request: str, inputs: tuple[InputSchema, ...], *, previous: Plan | None = None) -> Plan:
    """A valid plan for a request, by rules alone.

    Args:
        request: what to do, in English or Chinese.
        inputs: the schemas of what it is to work on.
        previous: the last plan, which a follow-up continues.

    Raises: EmptyRequest, NoTaskFits, UnknownColumn, AmbiguousColumn, InvalidPlan.
    """
    inputs = inputs or (previous.inputs if previous else ())
    names = {i.name.lower() for i in inputs} | {c.name.lower() for i in inputs for c in i.columns}
    text, asides = set_aside(request, frozenset(names))
    if not re.search(r"\w", ASIDE.sub("x", text)):
        raise EmptyRequest("the cell has no words.", hint="such as: label the sentiment of each review")
    if len(text) > MAX_REQUEST:
        raise RequestError(
            f"the request has {len(text):,} characters, at most {MAX_REQUEST:,} are read.",
            hint="put long texts in a variable",
        )
    draft = Draft(inputs, previous, language=language_of(text))
    clauses = split(text, asides, is_task=is_task, starts=starts)
    for number, clause in enumerate(clauses):
        draft.clause, draft.said = number, clause.words()
        _plan_clause(draft, clause, alone=len(clauses) == 1)
    if not draft.steps:
        raise _nothing(draft, clauses[0])
    _pin(draft, clauses)
    return validate(
        Plan(
            request=request.encode("utf-8", "replace").decode(),
            language=draft.language,
            planner="rules",
            inputs=inputs,
            steps=tuple(cut_across(draft.steps, inputs)),
            notes=told(draft.notes, draft.language),
        )
    )


def language_of(text: str) -> Literal["en", "zh"]:
    """The language of a request: more Han characters than Latin words is Chinese."""
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    return "zh" if han > len(re.findall(r"[A-Za-z]+", text)) else "en"


def _plan_clause(draft: Draft, clause: Clause, *, alone: bool) -> None:
    cue = _cue(draft, clause)
    if cue is None:
        if clause.step or alone or not ASIDE.sub("", clause.text).strip():
            raise _nothing(draft, clause)
        if not _THANKS.fullmatch(clause.text):
            draft.note("unused", clause.words())
    elif cue.intent == "unsupported" and not cue.task:
        raise NoTaskFits(f"no task fits {clause.words()!r}.", hint=can_do(draft))
    elif cue.intent == "unsupported":
        raise not_run(clause.words(), cue.task, draft)
    elif cue.intent in _PLANNERS:
        _PLANNERS[cue.intent](draft, clause)
    else:
        intent = _SAME.get(cue.intent, cue.intent)
        plan_groups(draft, clause, make(draft, clause, intent, narrowed=narrow(draft, clause, intent)))


def _nothing(draft: Draft, clause: Clause) -> NoTaskFits:
    kinds = {t.kind for t in readable(draft)}
    asked = (MAKERS[c.intent].kind for c in cues_in(clause.text) if c.intent in MAKERS)
    lacking = next((kind for kind in asked if kind in MEDIA and kind not in kinds), None)
    if lacking:
        return NoTaskFits(f"{clip(clause.words(), 60)!r} needs {lacking}, and there is none.", hint=can_do(draft))
    return no_task(draft, clause, _meant(clause))


def _meant(clause: Clause) -> str:
    """A hint for a verb that is spelt nearly right; 0.8: two letters wrong in ten."""
    words = [w for w in re.findall(r"[a-z]{4,30}", clause.text.lower()[:1000]) if w not in SPELT]
    near = ((w, difflib.get_close_matches(w, SPELT, n=1, cutoff=0.8)) for w in words[:50])
    meant = ((word, found[0]) for word, found in near if found and not word.startswith(found[0]))  # no "speaker"
    return next((f"did you mean {verb!r} by {word!r}?" for word, verb in meant), "")


def _cue(draft: Draft, clause: Clause) -> Cue | None:
    """The first cue that fits the words and the kinds there are."""
    for cue in cues_in(clause.text):
        fits = _FITS.get(cue.intent)
        if fits is None or fits(draft, clause):
            return _refined(draft, clause, foreign(draft, clause, cue))
    return None


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
    if cue.intent == "label":
        image = _is_image(draft, clause)
        if not image:
            draft.note("about", "sentiment")
        return replace(cue, intent="see" if image else "sentiment")
    return cue


_OF_PICTURES: Mapping[str, str] = MappingProxyType(
    {"embed": "embed-pictures", "cluster": "cluster-pictures", "generate": "instruct"}
)
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
        "cluster": _not_there("theme", _FIND),
        "language": _not_there("language", _FIND),
        "title": _not_there("title", _GIVE),
        "summarize": _not_there("summary", _GIVE),
        "sort-into": lambda _, clause: len(candidate_labels(clause)[0]) > 1,
    }
)
_SAME = MappingProxyType({"similar-pictures": "cluster-pictures"})
_PLANNERS: Mapping[str, Callable[[Draft, Clause], None]] = MappingProxyType(
    {
        "chart": plan_chart,
        "aggregate": plan_aggregate,
        "filter": plan_filter,
        "sort": plan_sort,
        "similarity": plan_similarity,
        "relevance": plan_relevance,
        "redact": plan_redact,
        "pictures-of": plan_pictures_of,
        "ask-table": plan_ask_table,
        "crop": plan_crop,
        "draw": plan_draw,
        "music": plan_music,
        "show": lambda _draft, _clause: None,
    }
)


def _pin(draft: Draft, clauses: list[Clause]) -> None:
    """Give each model that the request names to a step: of its clause, of its family's tasks, in order."""
    for number, clause in enumerate(clauses):
        models = clause.models
        free = [s for s in draft.steps if not CATALOGUE[s.task].is_operation and not s.wanted]
        mine = [s for s in free if draft.clauses[s.id] == number]
        for model in models:
            step = _step_for(model, mine if len(models) == 1 and mine else free)
            if step is None:
                draft.note("no-step", model)
                continue
            draft.steps[draft.steps.index(step)] = step.model_copy(update={"wanted": model})
            free = [s for s in free if s.id != step.id]
            mine = [s for s in mine if s.id != step.id]


def _step_for(model: str, steps: list[Step]) -> Step | None:
    tasks = FAMILIES.get(family(model), ())
    return next((s for t in tasks for s in steps if s.task == t), steps[0] if steps else None)
