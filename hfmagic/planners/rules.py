"""The planner that needs no model: clauses, verbs and objects, chained by kinds. It sees schemas, never a row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import EmptyRequest, NoTaskFits, RequestError, clip
from ..kinds import MEDIA, InputSchema
from ..plan import Plan, Step
from ..scope import validate
from ..tasks import CATALOGUE
from .asides import check_no_aside
from .asks import answer_first
from .chains import (
    plan_ask_table,
    plan_crop,
    plan_draw,
    plan_figure,
    plan_music,
    plan_pictures_of,
    plan_redact,
    plan_relevance,
)
from .clauses import ASIDE, Asides, Clause, set_aside, split
from .cues import cues_in, is_task, starts
from .draft import Draft
from .edits import edited
from .fits import fitting
from .joins import joined
from .makers import MAKERS, make
from .nearest import no_task, not_run
from .notes import told
from .outline import plan_values
from .subjects import can_do, readable
from .tables.charts import cut_across, plan_chart
from .tables.filters import narrow, plan_filter
from .tables.orders import plan_similarity, plan_sort
from .tables.queries import plan_groups
from .words import FAMILIES, SPELT, Language, family, language_of

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
    check_no_aside(text)
    if previous and (steps := edited(Clause(text, asides), inputs, previous)):
        return _plan(request, language_of(text), inputs, steps, ())
    return plan_values(request, inputs, lambda: _plan_by_clauses(request, text, asides, inputs, previous), previous)


def _plan_by_clauses(
    request: str, text: str, asides: Asides, inputs: tuple[InputSchema, ...], previous: Plan | None
) -> Plan:
    """A plan of the clauses of a request: `text` is the request, its `asides` set apart."""
    draft = Draft(inputs, previous, language=language_of(text))
    clauses = split(text, asides, is_task=is_task, starts=starts)
    for number, clause in enumerate(clauses := joined(clauses)):
        draft.clause, draft.said = number, clause.words()
        _plan_clause(draft, clause, alone=len(clauses) == 1)
    if not draft.steps:
        raise _nothing(draft, clauses[0])
    _pin(draft, clauses)
    steps = tuple(cut_across(draft.steps, inputs))
    return _plan(request, draft.language, inputs, steps, told(draft.notes, draft.language))


def _plan(
    request: str, language: Language, inputs: tuple[InputSchema, ...], steps: tuple[Step, ...], notes: tuple[str, ...]
) -> Plan:
    words = request.encode("utf-8", "replace").decode()
    plan = Plan(request=words, language=language, planner="rules", inputs=inputs, steps=steps, notes=notes)
    return validate(answer_first(plan))


def _plan_clause(draft: Draft, clause: Clause, *, alone: bool) -> None:
    check_no_aside(clause.text)
    cue = fitting(draft, clause, alone=alone)
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


_SAME = MappingProxyType({"similar-pictures": "cluster-pictures"})
_PLANNERS: Mapping[str, Callable[[Draft, Clause], None]] = MappingProxyType(
    {
        "chart": plan_chart,
        "aggregate": plan_figure,
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
