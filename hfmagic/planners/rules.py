"""The planner that needs no model: clauses, verbs and objects, chained by kinds. It sees schemas, never a row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from ..errors import EmptyRequest, NoTaskFits, RequestError
from ..kinds import InputSchema, Kind
from ..plan import Plan, Step
from ..scope import validate
from ..tasks import CATALOGUE
from .charts import cut_across, plan_chart
from .clauses import ASIDE, Clause, set_aside, split
from .cues import Cue, cues_in, is_task, starts
from .draft import Draft
from .makers import make
from .notes import told
from .queries import narrow, plan_aggregate, plan_filter, plan_groups, plan_similarity, plan_sort
from .settings import candidate_labels, is_polarity
from .subjects import can_do, has_kind
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
    draft = Draft(inputs, previous)
    clauses = split(text, asides, is_task=is_task, starts=starts)
    for number, clause in enumerate(clauses):
        draft.clause, draft.said = number, clause.words()
        _plan_clause(draft, clause, alone=len(clauses) == 1)
    if not draft.steps:
        raise _nothing(draft, clauses[0])
    _pin(draft, clauses)
    language = language_of(text)
    return validate(
        Plan(
            request=request.encode("utf-8", "replace").decode(),
            language=language,
            planner="rules",
            inputs=inputs,
            steps=tuple(cut_across(draft.steps, inputs)),
            notes=told(draft.notes, language),
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
        raise _nothing(draft, clause)
    elif cue.intent == "unsupported":
        raise NoTaskFits(f"{clause.words()!r}: hfmagic has no task for {cue.task}.", hint=can_do(draft))
    elif cue.intent in _PLANNERS:
        _PLANNERS[cue.intent](draft, clause)
    else:
        plan_groups(draft, clause, make(draft, clause, cue.intent, narrowed=narrow(draft, clause, cue.intent)))


def _nothing(draft: Draft, clause: Clause) -> NoTaskFits:
    return NoTaskFits(f"no task fits {clause.words()!r}.", hint=_meant(clause) or can_do(draft))


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
        if cue.task not in CATALOGUE and (fits is None or fits(draft, clause)):
            return _refined(draft, clause, cue)
    return None


def _refined(draft: Draft, clause: Clause, cue: Cue) -> Cue:
    """What a cue means here: "positive or negative" is a sentiment, "label" of a picture says what it shows."""
    if cue.intent == "sort-into" and is_polarity(candidate_labels(clause)[0]):
        return replace(cue, intent="sentiment")
    if cue.intent == "label":
        image = _is_image(draft, clause)
        if not image:
            draft.note("about", "sentiment")
        return replace(cue, intent="see" if image else "sentiment")
    return cue


def _is_image(draft: Draft, clause: Clause) -> bool:
    return has_kind(draft, clause, Kind.IMAGE, "image")


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
_FITS: Mapping[str, Callable[[Draft, Clause], bool]] = MappingProxyType(
    {
        "see": _is_image,
        "sentiment": _not_there("sentiment", _FIND),
        "cluster": _not_there("theme", _FIND),
        "language": _not_there("language", _FIND),
        "title": _not_there("title", _GIVE),
        "summarize": _not_there("summary", _GIVE),
        "sort-into": lambda _, clause: len(candidate_labels(clause)[0]) > 1,
    }
)
_PLANNERS: Mapping[str, Callable[[Draft, Clause], None]] = MappingProxyType(
    {
        "chart": plan_chart,
        "aggregate": plan_aggregate,
        "filter": plan_filter,
        "sort": plan_sort,
        "similarity": plan_similarity,
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
