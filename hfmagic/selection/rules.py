"""Why a model may not be chosen for a step: every limit a rule with its reason in words. Reads facts, never weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ..devices import Device
from ..errors import clip
from ..hub.facts import ModelFacts
from ..limits import Limits, size_words
from ..pack import Pack
from ..tasks import TaskSpec
from .case import Case, Lineage
from .instead import Unlike
from .suits import HINTS, PREFERRED, SEARCHED_AS, TAGS, has_head, has_language, names_language, suits, translates

__all__ = [
    "GATED",
    "HINTS",
    "PREFERRED",
    "RULES",
    "SEARCHED_AS",
    "TAGS",
    "Lineage",
    "has_head",
    "lineage_note",
    "reject",
    "soft_reject",
    "suits",
]

GATED = "gated: ask for access on its page"
SecondsPerRow = Mapping[str, float]
"""Model id → seconds a row, measured or estimated; a model that it lacks is not judged by its speed."""
NO_PACK = Pack(name="")


def reject(
    spec: TaskSpec,
    facts: ModelFacts,
    *,
    limits: Limits,
    device: Device,
    language: str | None = None,
    into: str = "",
    named: str = "",
    lineage: Lineage | None = None,
    seconds_per_row: SecondsPerRow | None = None,
    today: date | None = None,
    pack: Pack = NO_PACK,
    examined: bool = True,
    unlike: Unlike | None = None,
) -> str:
    """Why a model cannot be chosen, or an empty string. The first reason of `RULES` counts; being gated is the last.

    Depends on its arguments alone and raises nothing. What a limit asks for and nobody knows rejects (license, size,
    age, library, verified owner), but for the speed and the longest input, which reject only where they are known.

    Args:
        language: of the column that the step reads; a model that names languages must name it.
        into: the language of a translation, by name or code; it is not asked of a model that the user named.
        named: the id that the user asked for.
        lineage: asked only where a license is limited: a base model counts whose license is stricter than the model's
            own. One that it cannot find says nothing here; `lineage_note` says so.
        today: the day that `max_age` counts back from.
        pack: the team's; its policy holds beside the limits.
        examined: False for facts from a listing: what those lack is let through until the model was looked at.
        unlike: why it is not what a follow-up wants instead of another (`instead.unlike`).
    """
    parts = _parts(limits, pack.policy, spec.name)
    elsewhere = any(part.hardware for part in parts)
    seconds = (seconds_per_row or {}).get(facts.model_id)
    other = unlike(facts, examined) if unlike else ""
    ask = Case(
        spec, facts, parts[0], device, language, into, named, lineage, seconds, today, pack, examined, elsewhere, other
    )
    cases = [replace(ask, limits=part) for part in parts]
    return next((rule.words(case) for rule in RULES for case in cases if rule.test(case)), "")


@lru_cache(maxsize=64)
def _parts(limits: Limits, policy: Limits, task: str) -> tuple[Limits, ...]:
    """The parts that hold for a task, one at least: the same for each of a thousand candidates."""
    return limits.tightened(policy).for_task(task) or (Limits(),)


def lineage_note(spec: TaskSpec, facts: ModelFacts, limits: Limits, lineage: Lineage) -> str:
    """What a license limit could not see: base models that cannot be found. An empty string: nothing, or no limit."""
    if not any(part.license for part in limits.for_task(spec.name)):
        return ""
    chain = lineage(facts)
    known = {facts.model_id, *(base.model_id for base in chain)}
    unseen = dict.fromkeys(name for one in (facts, *chain) for name in one.base_models if name not in known)
    return f"the license of its base model {clip(', '.join(unseen), 100)} is not known" if unseen else ""


def soft_reject(spec: TaskSpec, facts: ModelFacts, soft: Limits) -> str:
    """Why a model is a poor fit for a column by what the data ask (`limits_of`), or an empty string.

    A reason to prefer another, never to have none: long texts are cut into pieces or at their end, and that is said.
    """
    for part in soft.for_task(spec.name):
        if part.language and facts.languages and not names_language(facts, part.language):
            return f"its languages ({_listed(facts.languages)}) lack {part.language}"
        if part.input_length and facts.max_tokens is not None and facts.max_tokens < part.input_length:
            return f"reads {facts.max_tokens:,} tokens at once, 5 % of the rows have over {part.input_length:,}"
    return ""


def _too_large(case: Case) -> str:
    free = case.place.free_bytes if case.place else 0
    where = f"{case.place.name} has" if case.limits.hardware and case.place else "is free"
    room = f"{free / 2**30:.1f} GiB"
    return f"needs {case.needed / 2**30:.1f} GiB, " + (f"{where} {room}" if case.limits.hardware else f"{room} {where}")


def _count(parameters: int) -> str:
    return f"{parameters / 1e6:,.0f} M parameters"


def _listed(languages: Sequence[str]) -> str:
    return ", ".join(languages[:5]) + (f" and {len(languages) - 5} more" if len(languages) > 5 else "")


class Rule(NamedTuple):
    """A reason to reject: its name, when it holds, and how it is said."""

    name: str
    test: Callable[[Case], bool]
    words: Callable[[Case], str]


RULES: tuple[Rule, ...] = (
    Rule("loadable", lambda c: bool(c.refusal), lambda c: c.refusal),
    Rule(
        "suits",
        lambda c: not suits(c.spec, c.facts, named=c.is_named),
        lambda c: f"is for {c.facts.task or 'another task'}",
    ),
    Rule("problem", lambda c: bool(c.facts.problem), lambda c: c.facts.problem),
    Rule(
        "security",
        lambda c: c.facts.security.lower().startswith("unsafe"),
        lambda c: clip(f"the Hub's scan says {c.facts.security}", 120),
    ),
    Rule(
        "vetted",
        lambda c: bool(c.unvetted),
        lambda c: c.unvetted,
    ),
    Rule(
        "license",
        lambda c: bool(c.limits.license) and bool(c.license),
        lambda c: f"license {c.license}",
    ),
    Rule(
        "max_size",
        lambda c: (
            c.limits.max_size is not None
            and (c.facts.weight_bytes > c.limits.max_size or c.lacks(c.facts.weight_bytes))
        ),
        lambda c: size_words(c.facts.weight_bytes) if c.facts.weight_bytes else "its size is not known",
    ),
    Rule(
        "max_memory",
        lambda c: c.limits.max_memory is not None and (c.memory > c.limits.max_memory or c.lacks(c.memory)),
        lambda c: f"{size_words(c.memory)} in memory" if c.memory else "its size in memory is not known",
    ),
    Rule(
        "max_parameters",
        lambda c: (
            c.limits.max_parameters is not None
            and (c.facts.parameters > c.limits.max_parameters or c.lacks(c.facts.parameters))
        ),
        lambda c: _count(c.facts.parameters) if c.facts.parameters else "its parameters are not counted",
    ),
    Rule(
        "input_length",
        lambda c: (
            c.limits.input_length is not None
            and c.facts.max_tokens is not None
            and c.facts.max_tokens < c.limits.input_length
        ),
        lambda c: f"reads {c.facts.max_tokens:,} tokens at once",
    ),
    Rule(
        "max_age",
        lambda c: (
            c.limits.max_age is not None and (c.lacks(c.age is not None) if c.age is None else c.age > c.limits.max_age)
        ),
        lambda c: "its last change is not known" if c.age is None else f"last changed {c.age:,} days ago",
    ),
    Rule(
        "owner",
        lambda c: bool(c.limits.owner) and c.facts.owner.lower() not in c.limits.owner,
        lambda c: f"owner {c.facts.owner}",
    ),
    Rule("not_owner", lambda c: c.facts.owner.lower() in c.limits.not_owner, lambda c: f"owner {c.facts.owner}"),
    Rule(
        "verified",
        lambda c: c.limits.verified and (c.facts.verified is False or c.lacks(c.facts.verified)),
        lambda c: (
            "its owner is not verified" if c.facts.verified is False else "whether its owner is verified is not known"
        ),
    ),
    Rule(
        "library",
        lambda c: bool(c.limits.library) and (c.library not in c.limits.library if c.library else c.lacks(c.library)),
        lambda c: f"library {c.facts.library or 'unknown'}",
    ),
    Rule(
        "language",
        lambda c: (
            c.limits.language is not None
            and (not names_language(c.facts, c.limits.language) if c.facts.languages else has_language(c.spec))
        ),
        lambda c: (
            f"its languages ({_listed(c.facts.languages)}) lack {c.limits.language}"
            if c.facts.languages
            else f"names no language, {c.limits.language} is wanted"
        ),
    ),
    Rule(
        "column",
        lambda c: (
            bool(c.language and c.facts.languages)
            and not c.limits.language
            and not names_language(c.facts, str(c.language))
        ),
        lambda c: f"its languages ({_listed(c.facts.languages)}) lack {c.language}",
    ),
    Rule(
        "into",
        lambda c: bool(c.into) and not c.is_named and not translates(c.facts, c.into),
        lambda c: f"does not translate into {c.into}",
    ),
    Rule(
        "max_latency",
        lambda c: c.limits.max_latency is not None and c.seconds is not None and c.seconds > c.limits.max_latency,
        lambda c: f"takes {(c.seconds or 0) * 1000:,.0f} ms a row",
    ),
    Rule("hardware", lambda c: c.place is None, lambda c: f"no hardware {clip(str(c.limits.hardware), 40)!r} is known"),
    Rule(
        "fit",
        lambda c: c.place is not None and bool(c.limits.hardware) == c.elsewhere and c.needed > c.place.free_bytes,
        _too_large,
    ),
    Rule("instead", lambda c: bool(c.unlike), lambda c: c.unlike),
    Rule("gated", lambda c: c.facts.gated, lambda _: GATED),
)
"""Every reason, in the order in which they are said."""
