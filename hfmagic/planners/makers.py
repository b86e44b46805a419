"""Steps that make a column or a value: what each intent needs, and what it takes for granted. No table operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..errors import NoTaskFits, clip
from ..kinds import Kind
from ..plan import Column, Constant, Predicate, Reference, StepOutput
from . import beside, settings
from .beside import Given
from .clauses import Asides, Clause
from .conditions.amounts import without_lengths
from .conditions.condition import Condition, contrary
from .conditions.read import conditions
from .draft import Draft, Table, Thing
from .spoken import hearing
from .subjects import REST, can_do, find


def _none(_: Clause) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Maker:
    """How an intent becomes a step: its task, the kind that it works on, the word that names it, its parameters.

    `given` reads what stands beside the subject; a clause whose words are a question has no conditions.
    """

    task: str
    kind: Kind
    word: str
    settings: Callable[[Clause], dict[str, Any]] = _none
    given: Callable[[Draft, Clause], Given] | None = None


MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "emotion": Maker("text-classification", Kind.TEXT, "emotion", lambda _: {"about": "emotion"}),
        "sentiment": Maker("text-classification", Kind.TEXT, "sentiment", lambda _: {"about": "sentiment"}),
        "about": Maker("text-classification", Kind.TEXT, "topic", settings.about),
        "sort-into": Maker("zero-shot-classification", Kind.TEXT, "label"),
        "similarity": Maker("sentence-similarity", Kind.TEXT, "similarity", settings.sentence),
        "embed": Maker("feature-extraction", Kind.TEXT, "embedding"),
        "cluster": Maker("cluster", Kind.TEXT, "theme", settings.groups),
        "summarize": Maker("summarization", Kind.TEXT, "summary", lambda c: {"style": "summary"} | settings.length(c)),
        "title": Maker("summarization", Kind.TEXT, "title", lambda c: {"style": "title"} | settings.length(c)),
        "generate": Maker(
            "text-generation", Kind.TEXT, "answer", lambda c: {"instruction": c.quoted()} | settings.length(c)
        ),
        "transcribe": Maker("automatic-speech-recognition", Kind.AUDIO, "transcript", hearing),
        "see": Maker("image-classification", Kind.IMAGE, "label"),
        "speak": Maker("text-to-speech", Kind.TEXT, "speech"),
        "language": Maker("detect-language", Kind.TEXT, "language"),
        "template": Maker("template", Kind.TEXT, "text", settings.template),
        "translation": Maker("translation", Kind.TEXT, "translation", given=beside.translated),
        "entities": Maker("token-classification", Kind.TEXT, "entities"),
        "fill": Maker("fill-mask", Kind.TEXT, "word", settings.best),
        "split": Maker("split", Kind.TEXT, "parts", settings.cut),
        "relevance": Maker("text-ranking", Kind.TEXT, "relevance", given=beside.ranked),
        "ask": Maker("question-answering", Kind.TEXT, "answer", given=beside.asked),
        "look": Maker("visual-question-answering", Kind.IMAGE, "answer", given=beside.asked),
        "page": Maker("document-question-answering", Kind.IMAGE, "answer", given=beside.asked),
        "instruct": Maker("image-text-to-text", Kind.IMAGE, "answer", settings.length, beside.instructed),
        "caption": Maker("image-to-text", Kind.IMAGE, "caption", settings.length),
        "read-text": Maker("image-to-text", Kind.IMAGE, "text"),
        "sort-pictures": Maker("zero-shot-image-classification", Kind.IMAGE, "label", given=beside.sorted_into),
        "sort-sounds": Maker("zero-shot-audio-classification", Kind.AUDIO, "label", given=beside.sorted_into),
        "find-things": Maker("zero-shot-object-detection", Kind.IMAGE, "objects", given=beside.looked_for),
        "objects": Maker("object-detection", Kind.IMAGE, "objects"),
        "segment": Maker("image-segmentation", Kind.IMAGE, "segments"),
        "masks": Maker("mask-generation", Kind.IMAGE, "masks"),
        "depth": Maker("depth-estimation", Kind.IMAGE, "depth"),
        "embed-pictures": Maker("image-feature-extraction", Kind.IMAGE, "embedding"),
        "cluster-pictures": Maker("cluster", Kind.IMAGE, "theme", settings.groups),
        "enlarge": Maker("image-to-image", Kind.IMAGE, "enlarged"),
        "edit": Maker("image-to-image", Kind.IMAGE, "edited", given=beside.instructed),
        "video": Maker("video-classification", Kind.VIDEO, "label"),
        "watch": Maker("video-text-to-text", Kind.VIDEO, "answer", settings.length, beside.instructed),
        "frames": Maker("frames", Kind.VIDEO, "frames", settings.frames),
        "sound": Maker("audio-classification", Kind.AUDIO, "label"),
    }
)
"""Intent → the step that does it."""

IMPLIED = MappingProxyType(
    {
        "sentiment": "sentiment",
        "emotion": "emotion",
        "theme": "cluster",
        "topic": "cluster",
        "language": "language",
        "label": "see",
    }
)
"""Canonical noun → the intent that makes it, when a clause takes it for granted."""

UNCONDITIONED = frozenset(
    {
        "ask",
        "look",
        "page",
        "instruct",
        "relevance",
        "edit",
        "find-things",
        "sort-pictures",
        "sort-sounds",
        "split",
        "watch",
    }
)
"""Intents whose words say what is asked for, not which rows."""
_LISTS = frozenset({"sort-into", "generate", "sort-pictures", "sort-sounds", "instruct"})
_FROM_PICTURES = frozenset({"translation", "speak", "entities"})

_OF_OPINIONS = frozenset({"sentiment", "cluster", "summarize"})  # "of each product": of what is said of it
_READS = frozenset({"speak", "translation", "embed", "cluster", "sentiment", "entities", "language"})
_MADE = MappingProxyType(
    {
        "summary": (
            "summarize",
            re.compile(
                r"\b(?:a |the |its |their )?(?:short )?summar(?:y|ies) of\b"
                "|的?摘要",
                re.IGNORECASE,
            ),
        ),
        "title": ("title", re.compile(r"\b(?:a |the )?(?:titles?|headlines?) (?:of|for)\b|的?标题", re.IGNORECASE)),
    }
)
"""Texts that a clause may take for granted: the intent that makes each, and its words."""
_THEM = re.compile(r"\b(?:them|they|those|these|there are)\b|它们|这些|那些", re.IGNORECASE)
SKIP = MappingProxyType(
    {
        "sentiment": frozenset({"sentiment"}),
        "language": frozenset({"language"}),
        "template": frozenset({"sentiment", "language", "text"}),
        "similarity": frozenset({"text"}),
    }
)
"""Intent → concepts whose words are no condition in it."""


def make(draft: Draft, clause: Clause, intent: str, *, narrowed: bool = False) -> Thing:
    """The step that an intent asks for, after those that it takes for granted; what it gives.

    `narrowed`: the rows of the clause's conditions have been selected already.
    """
    maker = MAKERS[intent]
    clause, name = settings.output_name(clause, lists=intent in _LISTS)
    parameters = maker.settings(without_lengths(clause))
    if intent == "sort-into":
        labels, clause = settings.candidate_labels(clause)
        parameters = {"candidate_labels": labels}
    given = maker.given(draft, clause) if maker.given else Given(clause)
    clause, parameters = given.clause, parameters | given.parameters
    subject = subject_of(draft, clause, maker.kind, intent)
    where = [] if narrowed or intent in UNCONDITIONED else _where(draft, clause, intent, subject)
    if given.other and subject.frame:
        where += predicates(draft, [Condition("language", "!=", given.other)], draft.table(subject.frame), subject)
    if maker.task == "cluster":
        return cluster(draft, subject, where, parameters, name)
    word = parameters.get("about", maker.word)
    return draft.add(maker.task, subject, word=word, parameters=parameters, where=where, also=given.inputs, name=name)


def subject_of(draft: Draft, clause: Clause, kind: Kind, intent: str = "") -> Thing:
    """The thing of a kind that a clause works on; sound is written down first, and a picture put into words."""
    if kind is Kind.TEXT and (noun := _of_text(draft, clause, intent)):
        whole = clause.with_text(_MADE[noun][1].sub(" ", clause.text))
        return make(draft, whole, _MADE[noun][0])
    thing = find(draft, clause, kind, any_kind=intent == "template", only_text=intent in _OF_OPINIONS)
    if thing is not None:
        return thing
    if kind is Kind.TEXT and (sound := find(draft, clause, Kind.AUDIO)) is not None:
        draft.note("transcribed", sound.name)
        return draft.add("automatic-speech-recognition", sound, word="transcript")
    if kind is Kind.IMAGE and (video := find(draft, clause, Kind.VIDEO)) is not None:
        draft.note("frames", video.name)
        return draft.add("frames", video, word="frames")
    if kind is Kind.TEXT and intent in _FROM_PICTURES and (image := find(draft, clause, Kind.IMAGE)) is not None:
        draft.note("described", image.name)
        return draft.add("image-to-text", image, word=beside.written_or_shown(draft.said))
    if kind is Kind.TEXT and not draft.inputs and (words := (clause.quotes or [clause.words()])[0]):
        return Thing(Constant(constant=words), kind, "text", "text", "text")
    raise NoTaskFits(f"{draft.said!r} needs {kind}, and there is none.", hint=can_do(draft))


def _of_text(draft: Draft, clause: Clause, intent: str) -> str:
    """The text that a clause takes for granted, "read the summary of each review aloud", where none is there."""
    there = {t.concept for table in draft.rows for t in table.things} | {t.concept for t in draft.values}
    found = (n for n, (made, words) in _MADE.items() if n not in there and made != intent and words.search(clause.text))
    return next(found, "") if intent in _READS else ""


def cluster(draft: Draft, subject: Thing, where: list[Predicate], parameters: dict[str, Any], name: str) -> Thing:
    """Groups of alike texts or pictures; an embedding is made first where there is none."""
    vector = _embedding(draft, subject, where)
    if vector is None:
        pictured = subject.kind is Kind.IMAGE
        task = "image-feature-extraction" if pictured else "feature-extraction"
        vector = draft.add(task, subject, word="embedding", where=where)
    if not subject.frame:
        draft.note("one", subject.name)
    left = [] if draft.step(vector.step).where else where
    also: dict[str, Reference] = {} if subject.kind is Kind.IMAGE else {"text": subject.reference}
    return draft.add("cluster", vector, word="theme", parameters=parameters, where=left, also=also, name=name)


def _embedding(draft: Draft, subject: Thing, where: list[Predicate]) -> Thing | None:
    """The embedding of a text that a step has made over the same rows, or over all."""
    for thing in (t for table in draft.rows for t in table.things if t.step and t.kind is Kind.EMBEDDING):
        step = draft.step(thing.step)
        if subject.reference in step.inputs.values() and list(step.where) in ([], where):
            return thing
    return None


def _where(draft: Draft, clause: Clause, intent: str, subject: Thing) -> list[Predicate]:
    if not subject.frame:
        return []
    table = draft.table(subject.frame)
    found = conditions(clause, table.things, skip=SKIP.get(intent, frozenset()))
    if not found and REST.search(clause.text):
        return _rest(draft, table)
    return predicates(draft, found, table, subject)


def _rest(draft: Draft, table: Table) -> list[Predicate]:
    """The contrary of the last condition on a table's rows. Raises: NoTaskFits where there is none, or several."""
    steps = [draft.step(t.step) for t in table.things if t.step]
    where = next((s.where for s in steps[::-1] if s.where), ())
    if len(where) != 1 or where[0].op not in ("==", "!=", "<", "<=", ">", ">=", "is-null", "not-null"):
        raise NoTaskFits(f"{draft.said!r}: the rest of which rows?", hint="say which: the positive ones")
    return [where[0].model_copy(update={"op": contrary(where[0].op)})]


def carried(draft: Draft, clause: Clause, table: Table) -> list[Predicate]:
    """The conditions of the newest step, when a clause is about "them": the rows that it ran over."""
    newest = draft.newest(table) if _THEM.search(clause.text) else None
    if newest is None or newest.kind is Kind.LABELS:
        return []
    return sorted(draft.conditions_of(newest.step), key=str)


def needs_query(condition: Condition) -> bool:
    """True when no predicate can say it: a text that is not there, one of several, a column that is in tables only."""
    listed = bool(condition.others) and condition.op != "=="
    return condition.op == "lacks" or listed or (isinstance(condition.on, Thing) and condition.on.loose)


def predicates(draft: Draft, found: Sequence[Condition], table: Table, text: Thing | None = None) -> list[Predicate]:
    """Conditions as predicates over a table's rows; a concept that is not there yet is made first."""
    made: list[Predicate] = []
    for condition in found:
        on = looked_at(draft, table, condition, text).reference
        if condition.op == "lacks" or needs_query(condition) or not isinstance(on, Column | StepOutput):
            continue
        if condition.others and condition.value is not None:
            made.append(Predicate(of=on, op="in", value=(condition.value, *condition.others)))
        else:
            made.append(Predicate(of=on, op=condition.op, value=condition.value))
    return list(dict.fromkeys(made))


def looked_at(draft: Draft, table: Table, condition: Condition, text: Thing | None = None) -> Thing:
    """What a condition looks at: a column, the text, a column that holds the value or means the concept, a new step."""
    if isinstance(condition.on, Thing):
        return condition.on
    if condition.on == "text":
        return text if text and text.kind is Kind.TEXT else only(draft, table, Kind.TEXT)
    value = str(condition.value).casefold()
    holding = [t for t in table.things if value in (x.casefold() for x in t.labels)]
    meant = [t for t in table.things if t.concept == condition.on and not t.loose]
    return (holding or meant)[-1] if holding or meant else implied(draft, table, condition.on, text)


def implied(draft: Draft, table: Table, noun: str, text: Thing | None = None) -> Thing:
    """What a clause takes for granted, made over a table's text or pictures."""
    maker = MAKERS[IMPLIED[noun]]
    subject = text if text and text.kind is maker.kind else only(draft, table, maker.kind)
    draft.note("implied", noun)
    if IMPLIED[noun] == "cluster":
        return cluster(draft, subject, [], {}, "")
    return draft.add(maker.task, subject, word=maker.word, parameters=maker.settings(_NOTHING))


def only(draft: Draft, table: Table, kind: Kind) -> Thing:
    """The text or picture column of a table, whatever a clause says."""
    fitting = [t for t in table.things if t.kind is kind]
    original = [t for t in fitting if not t.derived]
    if len(original) == 1 or (fitting and not original):
        return (original or fitting)[-1]
    found = subject_of(draft, _NOTHING, kind)
    if not found.frame or draft.root(found) != table.root:
        raise NoTaskFits(
            f"{clip(draft.said, 60)!r} needs {kind} in {table.root}, and there is none.", hint=can_do(draft)
        )
    return found


_NOTHING = Clause("", Asides())
