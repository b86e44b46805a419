"""Requests that take a step before or after their own: redact, rank, pictures of a thing, a table that is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import NoTaskFits
from ..kinds import Kind
from ..plan import Constant, Predicate, StepOutput
from . import beside, settings, slots
from .clauses import Clause
from .draft import Draft, Thing
from .makers import make, subject_of
from .mentions import Words
from .subjects import explicit, find, find_table, frame_name, readable
from .tables.orders import is_ranked, order_by
from .tables.queries import plan_aggregate
from .text_words import NAMED, PATTERNED, WHOLE

_ELSE = {"en": "something else", "zh": "其他"}  # the label beside the one that is asked for
_CROP = re.compile(r"\b(?:crop(?:ped|ping)?|cut)(?:\s+out)?\b|裁剪|裁出|剪下", re.IGNORECASE)
_OF_EACH = re.compile(
    r"\b(?:each|every|it|them|its|their|the (?:result|content|summar(?:y|ies)|transcripts?|captions?"
    r"|descriptions?|text|answers?|translations?))\b"
    r"|每|它|结果|内容|摘要",
    re.IGNORECASE,
)


def plan_redact(draft: Draft, clause: Clause) -> None:
    """Find who is named, then put marks in the place of it; patterns alone find an address or a number."""
    clause, name = settings.output_name(clause, lists=False)
    text = subject_of(draft, clause, Kind.TEXT, "entities")
    if has_only_patterns(clause.text):
        draft.add("redact", text, word="redacted", name=name)
    else:
        redact(draft, text, [], name)


def has_only_patterns(words: str) -> bool:
    """True when all that a request takes out is found without a model: phone numbers, e-mail addresses, cards, …"""
    rest, count = PATTERNED.subn(" ", words)
    return count > 0 and not NAMED.search(rest) and not WHOLE.search(words)


def redact(draft: Draft, text: Thing, where: Sequence[Predicate], name: str = "") -> Thing:
    """A redacted text; its entities are found first where no step has."""
    found = next(
        (t for t in _made(draft) if t.kind is Kind.SPANS and text.reference in draft.step(t.step).inputs.values()), None
    )
    found = found or draft.add("token-classification", text, word="entities", where=where)
    also = {"entities": found.reference}
    return draft.add("redact", text, word="redacted", where=where, also=dict(also), name=name)


def _made(draft: Draft) -> list[Thing]:
    return [t for t in readable(draft) if t.step]


def plan_relevance(draft: Draft, clause: Clause) -> None:
    """How well each text answers a query; the best first where rows are ranked."""
    thing = make(draft, clause, "relevance")
    if thing.frame and is_ranked(clause):
        order_by(draft, clause, draft.table(thing.frame), thing)


def plan_pictures_of(draft: Draft, clause: Clause) -> None:
    """Keep the pictures that show a thing: each is told from a picture of something else."""
    what = slots.shown(clause)
    image = find(draft, clause, Kind.IMAGE)
    if image is None or not what:
        raise NoTaskFits(f"{clause.words()!r}: pictures of what?", hint="such as: which photos show a cat?")
    draft.note("apart", what)
    labels = {"candidate_labels": [what, _ELSE[draft.language]]}
    made = draft.add("zero-shot-image-classification", image, word="label", parameters=labels)
    if made.frame and isinstance(made.reference, StepOutput):
        table = draft.table(made.frame)
        draft.add_table("filter", table, where=[Predicate(of=made.reference, value=what)])


def plan_figure(draft: Draft, clause: Clause) -> None:
    """A figure of rows; of pictures that show a thing those are found first: "how many photos show a dog"."""
    if slots.shown(clause) and any(t.kind is Kind.IMAGE for t in readable(draft)):
        plan_pictures_of(draft, clause)
        clause = slots.without_shown(clause)
    plan_aggregate(draft, clause)


def plan_crop(draft: Draft, clause: Clause) -> None:
    """Cut things out of pictures by their boxes; they are found first where no step has."""
    image = subject_of(draft, clause, Kind.IMAGE)
    boxes = next((t for t in _made(draft)[::-1] if t.kind is Kind.BOXES and t.base == image.base), None)
    if boxes is None:
        found = slots.things(clause.with_text(_CROP.sub("find", clause.text)))
        labels = {"candidate_labels": found} if found else {}
        task = "zero-shot-object-detection" if found else "object-detection"
        boxes = draft.add(task, image, word="objects", parameters=labels)
    draft.add("crop", image, word="pieces", also={"boxes": boxes.reference})


def plan_ask_table(draft: Draft, clause: Clause) -> None:
    """Ask a whole table."""
    given = beside.asked(draft, clause)
    table = find_table(draft, clause)
    question = given.inputs["question"]
    named = [t for t in readable(draft) if t.reference == question]
    words = question if isinstance(question, Constant) else Constant(constant=clause.words())
    subject = named[0] if named else Thing(words, Kind.TEXT, "question", "question", table.root)
    draft.add("table-question-answering", subject, word="answer", also={"table": draft.frame(table)})


def plan_draw(draft: Draft, clause: Clause) -> None:
    """A picture of what a text says: of the clause itself, or of each text that it names."""
    clause, name = settings.output_name(clause, lists=True)
    draft.add("text-to-image", _described(draft, clause), word="image", name=name)


def plan_music(draft: Draft, clause: Clause) -> None:
    """Music or sound after what a text says."""
    clause, name = settings.output_name(clause, lists=True)
    subject = _described(draft, clause)
    draft.add("text-to-audio", subject, word="sound", parameters=settings.seconds(clause), name=name)


def _described(draft: Draft, clause: Clause) -> Thing:
    """The text that says what to make: one that there is where the clause points at it, else the clause's own words."""
    things = [t for t in readable(draft) if t.kind is Kind.TEXT]
    words = Words(clause.text)
    named = (
        any(t.kind is Kind.TEXT for t in explicit(draft, clause, things)) if clause.found("[\ue400-\ue7ff]") else False
    )
    each = _OF_EACH.search(clause.text) and not clause.quotes
    roots = any(words.score(frame_name(t.root), clause.names) >= 2 for t in draft.rows)
    if named or (each and (draft.steps or roots or any(words.score(t, clause.names) >= 2 for t in things) or things)):
        return subject_of(draft, clause, Kind.TEXT, "speak")
    return Thing(Constant(constant=slots.prompt(clause)[:500]), Kind.TEXT, "text", "text", "text")
