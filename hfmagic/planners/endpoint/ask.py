"""The planner behind an endpoint: an LLM writes steps, code makes the plan, mends it, or falls back to the rules.

What an LLM is told rests on schemas without labels, and so do the plan that is asked about and every error in it: the
labels of a column, which are values of rows, are matched with the words of the plan afterwards, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from ...errors import HFMagicError, InvalidPlan, PlannerError, clip
from ...kinds import InputSchema
from ...llm import AnyLLM, AnyTalk, NoObject
from ...plan import Plan
from ...scope import validate
from ..asks import answer_first
from ..notes import told
from ..rules import plan_by_rules
from ..tables.charts import cut_across
from ..words import language_of
from .build import Builder
from .evidence import checked, tasks_outlined
from .fields import Broken
from .offer import Offer, make_offer
from .prompt import messages
from .question import answered, question
from .repairs import mended
from .shown import without_labels
from .trust import Trust, is_asked, trust_of
from .wire import wire_schema


@dataclass(frozen=True)
class _Asked:
    """One request to plan."""

    request: str
    inputs: tuple[InputSchema, ...]
    offer: Offer
    previous: Plan | None
    language: str
    shared: str
    trust: Trust


class _Cannot(Exception):
    """The LLM says that no task does what is asked."""


def plan_by_endpoint(
    request: str,
    inputs: tuple[InputSchema, ...],
    llm: AnyLLM,
    *,
    previous: Plan | None = None,
    shared: str = "",
    trust: str = "auto",
) -> Plan:
    """A valid plan for a request, written by an LLM; by the rules where its plan cannot be used or is not trusted.

    The LLM sees the request, schemas and the steps of the last plan; never rows, outputs, labels or cards. What was
    mended, and why the rules' plan was taken, is in the plan's notes.

    Args:
        llm: asked at most twice, within its seconds: for a plan, and about one field that cannot be used. One that is
            not trusted in full is not asked where the rules have a plan.
        previous: the last plan, which a follow-up continues.
        shared: rows that the user agreed to share, redacted, as JSON.
        trust: `full`, `checked`, or `auto`: by the size of the model (see `trust`).

    Raises:
        NoEndpoint, EndpointUnreachable, EndpointRefused, EndpointSlow, BadAnswer: there is no LLM that answers.
        EmptyRequest, NoTaskFits, UnknownColumn, AmbiguousColumn, InvalidPlan: as the rules say it.
    """
    inputs = inputs or (previous.inputs if previous else ())
    trusted = trust_of(llm.name, trust)
    ruled = _ruled(request, inputs, previous)
    if not request.strip():
        return _or_raise(ruled)
    if not is_asked(trusted, ruled):
        return _by_rules(ruled, "sure", llm.name)
    blind = without_labels(inputs)
    prior = ruled if blind == inputs else _ruled(request, blind, previous)
    planned = [s.task for s in prior.steps] if isinstance(prior, Plan) else []
    offer = make_offer(request, blind, [*planned, *tasks_outlined(request, blind)])
    if not offer.tasks:
        return _or_raise(ruled)
    asked = _Asked(request, inputs, offer, previous, language_of(request), shared, trusted)
    talk = llm.talk()  # a model of this kernel is loaded now: what stands in its way is for the user
    try:
        return _ask(asked, talk, llm.name)
    except PlannerError as error:
        if not isinstance(error, NoObject):
            raise
        return _by_rules(ruled, "rules", llm.name, error.message)
    except (HFMagicError, _Cannot) as error:
        return _by_rules(ruled, "rules", llm.name, error.message if isinstance(error, HFMagicError) else str(error))


def would_ask(
    request: str, inputs: tuple[InputSchema, ...], llm: AnyLLM, *, previous: Plan | None = None, trust: str = "auto"
) -> bool:
    """True where `plan_by_endpoint` would ask the LLM, so that nothing is announced or agreed to in vain."""
    trusted = trust_of(llm.name, trust)
    return trusted == "full" or is_asked(trusted, _ruled(request, inputs, previous))


def _ruled(request: str, inputs: tuple[InputSchema, ...], previous: Plan | None) -> Plan | HFMagicError:
    """The rules' plan, or why they have none."""
    try:
        return plan_by_rules(request, inputs, previous=previous)
    except HFMagicError as error:
        return error


def _or_raise(ruled: Plan | HFMagicError) -> Plan:
    if isinstance(ruled, HFMagicError):
        raise ruled
    return ruled


def _by_rules(ruled: Plan | HFMagicError, key: str, *said: str) -> Plan:
    """The rules' plan, which says why it is not the LLM's. Raises: what the rules raised, with what the LLM gave."""
    if isinstance(ruled, HFMagicError) and len(said) == 2:
        name, why = said
        raise type(ruled)(f"{ruled.message.rstrip('.')}; of {name}: {why}", hint=ruled.hint) from None
    plan = _or_raise(ruled)
    return plan.model_copy(update={"notes": (*mended([(key, said)], plan.language), *plan.notes)})


def _ask(asked: _Asked, talk: AnyTalk, name: str) -> Plan:
    """The LLM's plan, after at most one question about a field of it. Raises: the last error."""
    said = messages(asked.request, without_labels(asked.inputs), asked.offer, asked.previous, asked.shared)
    steps = _steps(talk.ask(said, schema=wire_schema(asked.offer), name="plan"))
    told_of: list[tuple[str, tuple[str, ...]]] = []
    if asked.trust == "checked":
        steps, told_of = checked(steps, asked.request, asked.inputs)
    blind = replace(asked, inputs=without_labels(asked.inputs))
    try:
        _plan(blind, steps, name)
    except Broken as error:
        if not talk.left:
            raise
        words, schema = question(error, steps, asked.offer)
        answer = talk.ask([*said, {"role": "user", "content": words}], schema=schema, name="field")
        steps = answered(error, steps, answer)
        told_of.append(("asked", (clip(error.line, 300),)))
        _plan(blind, steps, name)
    plan = _plan(asked, steps, name)
    return plan.model_copy(update={"notes": (*mended(told_of, asked.language), *plan.notes)})


def _steps(value: Mapping[str, Any]) -> list[Any]:
    """The steps in an LLM's object, also where it is one step, or calls its only list otherwise."""
    steps = value.get("steps", [value] if "task" in value else None)
    if steps is None and len(value) == 1:
        (steps,) = value.values()
        steps = steps.get("steps") if isinstance(steps, Mapping) else steps
    if not isinstance(steps, list):
        raise InvalidPlan("there is no list `steps`.")
    return steps


def _plan(asked: _Asked, steps: list[Any], planner: str) -> Plan:
    """The plan that an LLM's steps stand for. Raises: HFMagicError in one line that the LLM can read, _Cannot."""
    builder = Builder(asked.offer, asked.request, asked.inputs, asked.previous)
    draft = builder.build(steps)
    writes = any(s.task == "text-generation" for s in draft.steps)  # which can do much that has a task of its own
    if asked.offer.undone and not writes and not builder.left:
        raise _Cannot(f"hfmagic has no task for {asked.offer.undone[0]}")
    if not draft.steps:
        raise _Cannot(f"it found no task for {clip(builder.left or asked.request, 60)!r}")
    try:
        plan = Plan(
            request=asked.request.encode("utf-8", "replace").decode(),
            language="zh" if asked.language == "zh" else "en",
            planner=planner,
            inputs=asked.inputs,
            steps=tuple(cut_across(draft.steps, asked.inputs)),
            notes=(*mended(builder.lookup.repairs, asked.language), *told(draft.notes, asked.language)),
        )
    except ValidationError as error:
        raise InvalidPlan(f"the plan does not fit: {error.errors(include_url=False)[0]['msg']}.") from None
    return validate(answer_first(plan))
