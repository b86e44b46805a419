"""The planner behind an endpoint: an LLM writes steps, code makes the plan, mends it, or falls back to the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ...errors import HFMagicError, InvalidPlan, PlannerError, clip
from ...kinds import InputSchema
from ...llm import LLM, NoObject, Talk
from ...plan import Plan
from ...scope import validate
from ..charts import cut_across
from ..notes import told
from ..rules import language_of, plan_by_rules
from .build import Builder
from .offer import Offer, make_offer
from .prompt import messages
from .repairs import mended
from .wire import wire_schema

_AGAIN = "That cannot be used: {0} Answer again with the whole corrected JSON object."


@dataclass(frozen=True)
class _Asked:
    """One request to plan."""

    request: str
    inputs: tuple[InputSchema, ...]
    offer: Offer
    previous: Plan | None
    language: str


class _Cannot(Exception):
    """The LLM says that no task does what is asked."""


def plan_by_endpoint(request: str, inputs: tuple[InputSchema, ...], llm: LLM, *, previous: Plan | None = None) -> Plan:
    """A valid plan for a request, written by an LLM; by the rules where it writes none that can be used.

    The LLM sees the request, schemas and the steps of the last plan; never rows, outputs or cards. What was mended is
    in the plan's notes.

    Args:
        llm: asked at most three times, within its seconds.
        previous: the last plan, which a follow-up continues.

    Raises:
        NoEndpoint, EndpointUnreachable, EndpointRefused, EndpointSlow, BadAnswer: there is no LLM that answers.
        EmptyRequest, NoTaskFits, UnknownColumn, AmbiguousColumn, InvalidPlan: as the rules say it.
    """
    inputs = inputs or (previous.inputs if previous else ())
    offer = make_offer(request, inputs)
    if not request.strip() or not offer.tasks:
        return plan_by_rules(request, inputs, previous=previous)
    asked = _Asked(request, inputs, offer, previous, language_of(request))
    try:
        return _ask(asked, llm)
    except PlannerError as error:
        if not isinstance(error, NoObject):
            raise
        reason = error.message
    except (HFMagicError, _Cannot) as error:
        reason = error.message if isinstance(error, HFMagicError) else str(error)
    plan = plan_by_rules(request, inputs, previous=previous)
    said = mended([("rules", (llm.name, reason))], plan.language)
    return plan.model_copy(update={"notes": (*said, *plan.notes)})


def _ask(asked: _Asked, llm: LLM) -> Plan:
    """The LLM's plan, after at most one turn to mend it. Raises: the last error."""
    talk: Talk = llm.talk()
    schema = wire_schema(asked.offer)
    said = messages(asked.request, asked.inputs, asked.offer, asked.previous)
    try:
        return _plan(asked, talk.ask(said, schema=schema, name="plan"), llm.name)
    except (HFMagicError, _Cannot) as error:
        if isinstance(error, _Cannot) or (isinstance(error, PlannerError) and not isinstance(error, NoObject)):
            raise
        if not talk.left:
            raise
        line = clip(error.line, 300)
    said.append({"role": "user", "content": _AGAIN.format(line)})
    plan = _plan(asked, talk.ask(said, schema=schema, name="plan"), llm.name)
    return plan.model_copy(update={"notes": (*mended([("asked", (line,))], asked.language), *plan.notes)})


def _plan(asked: _Asked, value: Mapping[str, Any], planner: str) -> Plan:
    """The plan that an LLM's object stands for. Raises: HFMagicError in one line that the LLM can read, _Cannot."""
    steps = value.get("steps")
    if not isinstance(steps, list):
        raise InvalidPlan("there is no list `steps`.")
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
    return validate(plan)
