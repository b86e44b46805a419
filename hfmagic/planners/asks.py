"""Which steps the answer to a question speaks of first: those that give what was asked, before how it was found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..plan import Plan, Step

_QUESTION = re.compile(
    r"[?？吗呢]\s*$|[?？]"
    r"|^\W*(?:(?:and|so|then|please|tell me|show me|i want to know|find out)\s+)*"
    r"(?:wh(?:at|ich|o|om|ose|ere|en|y)|how|is|are|was|were|do|does|did|has|have|can|could)\b"
    r"|哪|多少|几[个条张款家位篇封]|谁|什么|是否|是不是|有没有|怎么样|如何",
    re.IGNORECASE,
)
_LISTS = re.compile(r"^SELECT \*(?!.*\bLIMIT \d+$)", re.DOTALL)  # a whole table in another order answers nothing
_SHOWS = frozenset({"chart", "filter", "feature-extraction", "template", "split", "crop", "frames"})


def is_question(request: str) -> bool:
    """True for a request that asks for something to be told: "which product …?", "有多少条…"."""
    return bool(_QUESTION.search(request))


def answer_first(plan: Plan) -> Plan:
    """The same plan, its answer beginning with what its request asks; one that says so itself stays as it is."""
    if plan.answer or not is_question(plan.request):
        return plan
    return plan.model_copy(update={"answer": told_first(plan.steps)})


def told_first(steps: Sequence[Step]) -> tuple[str, ...]:
    """The ids of the steps that answer a question; () where they come first anyway.

    Those whose output no other step reads, the last one first: it is what the others were for. A chart, or a table in
    another order, shows more than it tells.
    """
    read = {name for step in steps for name in step.parents}
    found = [s.id for s in reversed(steps) if s.id not in read and not _only_shows(s)]
    return tuple(found) if found and tuple(found) != tuple(s.id for s in steps)[: len(found)] else ()


def _only_shows(step: Step) -> bool:
    return step.task in _SHOWS or (step.task == "sql" and bool(_LISTS.match(step.parameters.get("query", ""))))
