"""What a step takes beside its subject, read from a clause: a question, a query, a text, labels, languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..errors import NoTaskFits
from ..kinds import MEDIA, Kind
from ..plan import Constant, Reference
from . import slots
from .clauses import NAME, Clause
from .draft import Draft, Thing
from .mentions import same
from .settings import candidate_labels
from .spoken import check_language, languages
from .words import language_name

_QUESTION = re.compile(r"\b(?:the |this |that |my )?questions?\b|问题", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:text|written|words|says?)\b|文字|写", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """What was read, and the clause without it. `other`: the language whose texts are left as they are."""

    clause: Clause
    inputs: dict[str, Reference] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    other: str = ""


def asked(draft: Draft, clause: Clause) -> Given:
    """The question: in quotes, under a name, or the clause's own words."""
    mark = slots.question_mark(clause)
    words = clause.asides.get(mark) if mark else ""
    named = _named(draft, words) if re.fullmatch(NAME, mark) else None
    if not mark and (asking := _question(draft, clause)):
        return Given(clause.with_text(_QUESTION.sub(" ", clause.text)), {"question": asking.reference})
    if not mark or (named and named.kind in (*MEDIA, Kind.TABLE)):  # where to look, not what to ask
        return Given(clause, {"question": Constant(constant=slots.question(clause)[:500])})
    rest = clause.with_text(clause.text.replace(mark, " "))
    return Given(rest, {"question": named.reference if named else Constant(constant=words)})


def _question(draft: Draft, clause: Clause) -> Thing | None:
    """The input that is called the question, where the clause speaks of it."""
    asking = next((v for v in draft.values if v.concept == "question" and v.kind is Kind.TEXT), None)
    others = [v for v in draft.values if v is not asking] or draft.rows
    return asking if others and _QUESTION.search(clause.text) else None


def _named(draft: Draft, name: str) -> Thing | None:
    things = [*draft.values, *(t for table in draft.rows for t in table.things if not t.loose)]
    return next((t for t in things if same(t.name, name)), None)


def ranked(_: Draft, clause: Clause) -> Given:
    """The query. Raises: NoTaskFits when the clause has none."""
    query = slots.query(clause)
    if not query:
        raise NoTaskFits(f"{clause.words()!r}: relevant to what?", hint="put the question in quotes: answer '…'")
    return Given(clause.with_text(re.sub("[\ue000-\ue3ff]", " ", clause.text)), {"query": Constant(constant=query)})


def instructed(_: Draft, clause: Clause) -> Given:
    """The clause itself says what to do with a picture."""
    return Given(clause, {"text": Constant(constant=clause.quoted()[:500])})


def sorted_into(_: Draft, clause: Clause) -> Given:
    """The labels that the clause lists."""
    labels, rest = candidate_labels(clause)
    return Given(rest, parameters={"candidate_labels": labels})


def looked_for(_: Draft, clause: Clause) -> Given:
    """The things that the clause names."""
    return Given(clause, parameters={"candidate_labels": slots.things(clause)})


def translated(draft: Draft, clause: Clause) -> Given:
    """Into which language, from which; into the request's own where none is named, which is told.

    Raises: NoTaskFits for a word in the place of a language that is none.
    """
    found, other, rest = languages(clause)
    check_language(found)
    if "target" not in found:
        found["target"] = other or draft.language
        if not other:
            draft.note("target", language_name(found["target"], draft.language))
    return Given(rest, parameters=found, other=other)


def written_or_shown(words: str) -> str:
    """The word for a picture in words: the text that stands in it, or a caption."""
    return "text" if _WRITTEN.search(words) else "caption"
