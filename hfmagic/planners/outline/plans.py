"""An outline → a typed plan of what hfmagic can run; what it cannot run is left out and said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ...conversions import may_become
from ...errors import NoTaskFits, UnknownVariable, clip, did_you_mean
from ...kinds import InputSchema, Kind
from ...plan import Constant, Plan, Reference, Variable
from ...scope import validate
from ...tags import runnable_task, why_not
from ...tasks import CATALOGUE
from .. import slots
from ..asks import answer_first
from ..clauses import QUOTE, Clause, set_aside
from ..draft import Draft, Thing
from ..makers import MAKERS
from ..nearest import not_run
from ..notes import told
from ..settings import candidate_labels
from ..spoken import check_language, languages
from ..subjects import can_do
from ..words import LANGUAGES, language_name, language_of, word_set
from .doings import DOINGS
from .marks import FILE
from .outline import outline
from .parts import Outline, Part, Source

_INTENTS: Mapping[str, str] = MappingProxyType(
    {
        "transcribe": "transcribe",
        "speak": "speak",
        "hear": "sound",
        "detect": "objects",
        "see": "see",
        "enhance": "enlarge",
        "edit": "edit",
        "read": "read-text",
        "caption": "caption",
        "look": "look",
        "page": "page",
        "segment": "segment",
        "depth": "depth",
        "entities": "entities",
        "translate": "translation",
        "summarize": "summarize",
        "answer": "ask",
        "chat": "generate",
        "write": "generate",
        "judge": "sentiment",
        "watch": "video",
        "explain-video": "watch",
    }
)
"""Doing → the intent whose maker says how its step is named and set."""
_FILE = re.compile(rf"[`'\"‘“「]?(?P<name>{FILE})[`'\"’”」]?", re.IGNORECASE)
_LANGUAGE = re.compile("|".join(LANGUAGES.values()), re.IGNORECASE)
_WORDS = MappingProxyType({"draw": "image", "compose": "sound", "compare": "similarity", "sort": "label"})
_NO_THINGS = word_set("they them it these those object objects item items thing things everything something")
_LONGEST = 500  # characters of a question or an instruction


@dataclass
class _Made:
    """The draft, and the thing that each part gave; None for one that is left out."""

    draft: Draft
    outline: Outline
    things: dict[int, Thing | None] = field(default_factory=dict)


def plan_by_outline(
    request: str, inputs: tuple[InputSchema, ...], previous: Plan | None = None, *, found: Outline | None = None
) -> Plan:
    """A valid plan of the parts of a request that hfmagic can run; its notes say what is left out, and why.

    Args:
        found: the request's outline, where it is known.

    Raises: UnknownVariable for a name in braces that is no input; NoTaskFits when no part can be run, with the reason
    of the first.
    """
    inputs = inputs or (previous.inputs if previous else ())
    _check_names(request, inputs)
    made = _Made(Draft(inputs, previous, language=language_of(request)), found or outline(request, inputs))
    for number, part in enumerate(made.outline.parts):
        made.things[number] = _step(made, part)
    draft = made.draft
    if not draft.steps:
        raise _nothing(made)
    plan = Plan(
        request=request.encode("utf-8", "replace").decode(),
        language=draft.language,
        planner="rules",
        inputs=inputs,
        steps=tuple(draft.steps),
        notes=told(draft.notes, draft.language),
    )
    return validate(answer_first(plan))


def _check_names(request: str, inputs: tuple[InputSchema, ...]) -> None:
    names = {i.name.lower() for i in inputs}
    for name in re.findall(r"\{\s*([^\W\d]\w{0,63})\s*\}", request):
        if name.lower() not in names:
            hint = did_you_mean(name, [i.name for i in inputs])
            raise UnknownVariable(f"{{{name}}} is no input.", hint=hint)


def _nothing(made: _Made) -> NoTaskFits:
    for part in made.outline.parts:
        if why_not(part.task):
            return not_run(part.said or made.outline.request, part.task, made.draft)
    return NoTaskFits(f"no task fits {clip(made.outline.request, 60)!r}.", hint=can_do(made.draft))


def _step(made: _Made, part: Part) -> Thing | None:
    """The step of a part and what it gives; where it is left out, what those that read it read instead."""
    doing = DOINGS[part.doing]
    first = next(iter(doing.takes))
    subject = _thing(made, part.sources.get(first), doing.takes[first])
    if part.doing in ("draw", "compose") and subject and part.sources[first].text == part.said:
        said = slots.prompt(_clause(made, part))[:_LONGEST] or part.said
        subject = replace(subject, reference=Constant(constant=said))
    reason = why_not(part.task)
    if reason:
        made.draft.note("not-run", part.task, clip(reason, 70))
        return subject if subject and subject.kind is doing.gives else None
    task, parameters = _settings(made, part)
    spec = runnable_task(task)
    if subject is None or not may_become(subject.kind, spec.takes[spec.subject]):
        made.draft.note("unused", clip(part.said or part.task, 60))
        return None
    also = {} if part.doing == "compare" else _also(made, part, spec.takes)
    if any(slot not in also and slot != spec.subject and slot not in spec.optional for slot in spec.takes):
        made.draft.note("unused", clip(part.said or part.task, 60))
        return None
    thing = made.draft.add(task, subject, word=_word(part, task), parameters=parameters, also=also)
    if models := _clause(made, part).models:
        made.draft.steps[-1] = made.draft.steps[-1].model_copy(update={"wanted": models[0]})
    return thing


def _word(part: Part, task: str) -> str:
    intent = _INTENTS.get(part.doing)
    return MAKERS[intent].word if intent else _WORDS.get(part.doing, CATALOGUE[task].word)


def _also(made: _Made, part: Part, takes: Mapping[str, Kind]) -> dict[str, Reference]:
    """References for the slots beside the first."""
    found: dict[str, Reference] = {}
    for slot, source in list(part.sources.items())[1:]:
        thing = _thing(made, source, Kind.TEXT)
        if slot in takes and thing and may_become(thing.kind, takes[slot]):
            found[slot] = thing.reference
        elif slot in takes and part.said:
            found[slot] = Constant(constant=clip(part.said, _LONGEST))
    return found


def _thing(made: _Made, source: Source | None, kind: Kind) -> Thing | None:
    """What a slot reads as a thing of the draft; of a result that is of no use here, what it was made from."""
    if source is None:
        return None
    if source.sort == "words":
        return (
            Thing(Constant(constant=source.text[:_LONGEST]), Kind.TEXT, "text", "text", "text") if source.text else None
        )
    if source.sort == "part":
        thing = made.things.get(source.part)
        if thing and may_become(thing.kind, kind):
            return thing
        part = made.outline.parts[source.part]
        return _thing(made, next(iter(part.sources.values()), None), kind)
    name = _input(made, source, kind)
    return next((t for t in made.draft.values if t.reference == Variable(variable=name)), None)


def _input(made: _Made, source: Source, kind: Kind) -> str:
    """The input that a source names: the variable itself, a file's by its stem, else the only one of the kind."""
    if source.sort == "variable":
        return source.text
    stem = _stem(source.text).lower()
    of_kind = [i.name for i in made.draft.inputs if i.kind is kind]
    named = next((n for n in of_kind if n.lower() == stem), "")
    return named or (of_kind[0] if len(of_kind) == 1 else "")


def _stem(file: str) -> str:
    """The name of a file as a variable's."""
    return re.sub(r"\W", "_", file.rpartition("/")[2].rpartition(".")[0])


def _settings(made: _Made, part: Part) -> tuple[str, dict[str, Any]]:
    """The task of a part, and its parameters, from its words."""
    draft, clause = made.draft, _clause(made, part)
    unquoted = clause.with_text(re.sub(QUOTE, "", clause.text))
    if part.doing == "sort" and len(labels := candidate_labels(unquoted)[0]) > 1:
        return part.task, {"candidate_labels": labels}
    if part.doing in ("sort", "sort-pictures"):
        return ("text-classification", {"about": "sentiment"}) if part.doing == "sort" else ("image-classification", {})
    if part.doing == "detect" and (things := [t for t in slots.things(unquoted) if t.lower() not in _NO_THINGS]):
        return "zero-shot-object-detection", {"candidate_labels": things}
    if part.doing == "compare":
        second = list(part.sources.values())[1:]
        said = next((s.text for s in second if s.sort == "words"), part.said)
        return part.task, {"sentence": clip(said, _LONGEST) or part.task}
    intent = _INTENTS.get(part.doing)
    if intent is None:
        return part.task, {}
    maker = MAKERS[intent]
    parameters = dict(maker.settings(clause))
    if part.doing == "translate":
        parameters |= _languages(draft, clause, part)
    return part.task, parameters


def _languages(draft: Draft, clause: Clause, part: Part) -> dict[str, Any]:
    """Into which language; where no words say "into" it, the last that the part names, else the request's own."""
    found, _, _ = languages(clause)
    named = _LANGUAGE.findall(part.said)
    if "target" not in found and named:
        found = languages(Clause(f"into {named[-1]}", clause.asides))[0]
    check_language(found)
    if "target" not in found:
        found["target"] = draft.language
        draft.note("target", language_name(draft.language, draft.language))
    return found


def _clause(made: _Made, part: Part) -> Clause:
    """The words of a part as the clause that the rules read settings from."""
    names = frozenset(i.name.lower() for i in made.draft.inputs)
    said = _FILE.sub(lambda m: f"`{_stem(m['name'])}`", part.said or part.task)
    text, asides = set_aside(said, names)
    return Clause(text.strip(" ,，.。"), asides)
