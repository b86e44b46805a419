"""Which of two plans is taken for a request over single values: the one by clauses, or the one by outline."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...errors import AmbiguousColumn, InvalidPlan, NoTaskFits, UnknownColumn, UnknownVariable
from ...kinds import InputSchema, Kind
from ...plan import Plan
from ...tags import why_not
from .outline import outline
from .parts import Outline
from .plans import plan_by_outline

_SAME = (
    frozenset({"object-detection", "zero-shot-object-detection", "visual-question-answering"}),
    frozenset({"image-to-image", "mask-generation", "crop"}),
    frozenset({"image-classification", "zero-shot-image-classification"}),
    frozenset({"text-classification", "zero-shot-classification"}),
    frozenset({"audio-classification", "zero-shot-audio-classification"}),
    frozenset({"visual-question-answering", "image-text-to-text", "document-question-answering", "image-to-text"}),
    frozenset({"image-segmentation", "mask-generation"}),
    frozenset({"question-answering", "text-generation"}),
    frozenset({"video-classification", "video-text-to-text"}),
)
"""Tasks of which one does as well as another for the same words."""
_ALONE = frozenset({"image-classification", "image-to-text"})
"""What is in a picture, asked for itself: its classes answer that too, by a far smaller model."""
_BROAD = frozenset({"question-answering", "text-generation"})
"""Tasks that any question or wish can be taken for: the clauses' plan is of a closer one."""
_SHORT = 160  # characters; in a longer request most clauses only tell what there is, and ask for nothing


def plan_values(
    request: str, inputs: tuple[InputSchema, ...], by_clauses: Callable[[], Plan], previous: Plan | None = None
) -> Plan:
    """The plan for a request over single values: by clauses where that has every part of the outline, else by outline.

    Args:
        by_clauses: makes the other plan. It alone plans over tables, and what follows up a plan.

    Raises: what `by_clauses` raises where the outline has no plan either; NoTaskFits with the reason where a task of
    the Hub is meant that hfmagic does not run.
    """
    if previous or any(i.kind is Kind.TABLE for i in inputs):
        return by_clauses()
    found = outline(request, inputs)
    if len(request) > _SHORT and found.parts:
        try:
            return plan_by_outline(request, inputs, previous, found=found)
        except NoTaskFits as reason:
            return _no_other(by_clauses(), found, reason)
    try:
        plan = by_clauses()
    except (NoTaskFits, InvalidPlan, UnknownColumn, AmbiguousColumn, UnknownVariable) as error:
        if isinstance(error, UnknownVariable) and not _names(request) <= {i.name.lower() for i in inputs}:
            raise
        try:
            return plan_by_outline(request, inputs, previous, found=found)
        except NoTaskFits as reason:
            raise (reason if any(map(why_not, found.tasks)) else error) from None
    if covers(plan, found):
        return plan
    try:
        return plan_by_outline(request, inputs, previous, found=found)
    except NoTaskFits as reason:
        return _no_other(plan, found, reason)


def _names(request: str) -> set[str]:
    """What stands in backticks or braces, in lower case."""
    return {(a or b).strip().lower() for a, b in re.findall(r"`([^`\n]{1,128})`|\{\s*([^\W\d]\w{0,63})\s*\}", request)}


def _no_other(plan: Plan, found: Outline, reason: NoTaskFits) -> Plan:
    """The plan by clauses; the reason is raised where it is of quite other tasks than one that hfmagic does not run."""
    if any(map(why_not, found.tasks)) and {s.task for s in plan.steps}.isdisjoint(found.tasks):
        raise reason
    return plan


def covers(plan: Plan, found: Outline) -> bool:
    """True when a plan has a step for each part of an outline, or for a task that does as well."""
    left = [s.task for s in plan.steps]
    if len(left) == 1 and ({*left, *found.tasks} <= _ALONE or (len(found.tasks) == 1 and found.tasks[0] in _BROAD)):
        return True
    for task in found.tasks:
        other = next((t for t in left if t == task or any({t, task} <= same for same in _SAME)), None)
        if other is None:
            return False
        left.remove(other)
    return True
