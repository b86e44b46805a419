"""How many requests a planner turns into a plan that does exactly what is right. Knows no file."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hfmagic.errors import HFMagicError
from hfmagic.kinds import InputSchema
from hfmagic.plan import Plan, Step
from hfmagic.planners.follow_ups.edit import edit
from hfmagic.planners.limit_words.read import limit_words
from hfmagic.planners.rules import plan_by_rules

from .cases import LANGUAGES, Case, schemas_of
from .meaning import MATTERS, World

Planner = Callable[[str, tuple[InputSchema, ...], Plan | None], Plan]
"""Request, inputs and the plan of the cell before → Plan; raises an HFMagicError to refuse."""
HALVES = ("even", "odd")


@dataclass(frozen=True)
class Outcome:
    """What a planner made of a case: its plan, or why it refused; `exact` where that is right."""

    case: Case
    language: str
    exact: bool
    got: Plan | None
    error: str = ""


def by_rules(request: str, inputs: tuple[InputSchema, ...], previous: Plan | None) -> Plan:
    """The rules' plan, as a cell asks for it: what the request says of models is for whoever chooses them."""
    words = limit_words(request, columns=[c.name for i in inputs for c in i.columns])[1].strip() or request
    changed = edit(request, previous, inputs) if previous else None
    return changed or plan_by_rules(words, inputs, previous=previous)


def half_of(case: Case) -> str:
    """Which half a case is in, by a hash of its id: rules are tuned on one and checked on the other."""
    return HALVES[zlib.crc32(case.id.encode()) % 2]


def same(right: Plan, got: Plan) -> bool:
    """Whether a plan does what the right one does: its parameters that the right one names, and those that matter."""
    try:
        worlds = [_world(right, plan) for plan in (right, got)]
        wanted, found = (world.meaning() for world in worlds)
    except (HFMagicError, KeyError, TypeError, ValueError):
        return False  # a query that does not run, a name that is not there, the sum of texts
    return wanted == found


def outcome(case: Case, language: str, planner: Planner = by_rules) -> Outcome:
    """What a planner makes of a case."""
    try:
        got = planner(case.request(language), schemas_of(case.inputs), _before(case, language, planner))
    except HFMagicError as error:
        return Outcome(case, language, case.refuses, None, f"{type(error).__name__}: {error}")
    return Outcome(case, language, any(same(right, got) for right in case.right_plans(language)), got)


def outcomes(found: Iterable[Case], planner: Planner = by_rules) -> list[Outcome]:
    """What a planner makes of each case, in each language."""
    return [outcome(case, language, planner) for case in found for language in LANGUAGES]


def table(found: Iterable[Outcome]) -> str:
    """Exact plans per language and half, and the ids of those that are not, as lines of text."""
    found = list(found)
    lines = ["         " + "".join(f"{h:>10}" for h in (*HALVES, "all"))]
    for language in LANGUAGES:
        here = [o for o in found if o.language == language]
        parts = [*([o for o in here if half_of(o.case) == half] for half in HALVES), here]
        lines.append(f"{language:9}" + "".join(f"{sum(o.exact for o in p):>5} / {len(p):<2}" for p in parts))
    failed = {lang: [o.case.id for o in found if o.language == lang and not o.exact] for lang in LANGUAGES}
    return "\n".join([*lines, *(f"not exact, {lang}: {', '.join(ids) or 'none'}" for lang, ids in failed.items())])


def told(plan: Plan | None) -> str:
    """A plan in a line for each step."""
    return "\n".join(f"    {_line(step)}" for step in plan.steps) if plan else "    (refuses)"


def _line(step: Step) -> str:
    reads = ", ".join(f"{slot}={_short(r.model_dump())}" for slot, r in step.inputs.items())
    where = " and ".join(f"{_short(p.of.model_dump())} {p.op} {p.value!r}" for p in step.where)
    given = {k: v for k, v in step.parameters.items() if k != "columns"}
    parts = (
        f"{step.id}: {step.task} {reads}",
        f"where {where}" * bool(where),
        str(given or ""),
        "map" * step.map,
        step.wanted,
    )
    return "  ".join(filter(None, parts))


def _short(reference: dict[str, object]) -> str:
    return ".".join(str(v) for v in reference.values() if v)


def _before(case: Case, language: str, planner: Planner) -> Plan | None:
    return planner(case.after[language], schemas_of(case.before), None) if case.after else None


def _world(right: Plan, plan: Plan) -> World:
    """The made world of a comparison: words, numbers and parameters are the right plan's."""
    queries = [str(s.parameters.get("query", "")) for s in right.steps]
    values = [p.value for s in right.steps for p in s.where if p.value is not None]
    words = [v for v in values if isinstance(v, str)] + [w for q in queries for w in re.findall(r"'([^']*)'", q)]
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    numbers += [float(n) for q in queries for n in re.findall(r"[<>]=? (\d+(?:\.\d+)?)", q)]
    return World(
        _near(right, plan),
        words=tuple(dict.fromkeys(words)),
        numbers=tuple(numbers),
        matters=frozenset(MATTERS).union(*(s.parameters for s in right.steps)),
        ordered=any("ORDER BY" in q for q in queries),
    )


def _near(right: Plan, plan: Plan) -> Plan:
    """The plan with the right plan's length in tokens where its own is within a factor of 2: words are not tokens."""
    wanted = [s.parameters["max_new_tokens"] for s in right.steps if "max_new_tokens" in s.parameters]
    for step in plan.steps:
        own = step.parameters.get("max_new_tokens", 0)
        if near := next((w for w in wanted if w / 2 <= own <= 2 * w), None):
            plan = plan.with_step(step.model_copy(update={"parameters": {**step.parameters, "max_new_tokens": near}}))
    return plan
