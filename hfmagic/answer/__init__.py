"""Words tied to outputs: a sentence a step, filled from what it gave. A pure function of the results; runs no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..errors import clip, one_line
from ..plan import Plan, Step
from ..results import Results, StepResult
from .sentences import Answer, Phrase
from .tell import TELL
from .teller import Teller
from .templates import Language

__all__ = ["Answer", "Phrase", "answer"]

_ON_THE_WAY = frozenset({"feature-extraction", "template", "filter"})  # told only where nothing else reads them


def answer(results: Results, *, language: Language = "en") -> Answer:
    """What the steps found, in words, in the order of the plan's `answer`, or of its steps where it has none.

    Numbers come only from outputs; failed steps and rejected rows are said.
    """
    teller, plan = Teller(results, language), results.plan
    phrases = [p for step in _in_order(plan) for p in _of_step(teller, step)]
    return Answer((*phrases, *_left(teller)), plan.step_ids)


def _in_order(plan: Plan) -> Iterator[Step]:
    """Those that the plan's template speaks of, then the others; one with no template: in the order of the plan."""
    first = plan.answer
    yield from map(plan.step, first)
    yield from (s for s in plan.steps if s.id not in first)


def _of_step(teller: Teller, step: Step) -> Iterator[Phrase]:
    results = teller.results
    if step.id in results.failed:
        number, line = results.plan.step_ids.index(step.id) + 1, results.failed[step.id].line.rstrip(".")
        yield Phrase(teller.say("failed", number=number, task=step.task, line=line), step.id, caveat=True)
    if (result := results.steps.get(step.id)) is None:
        return
    tell = TELL.get(step.task) if _is_news(results, step) else None
    if tell and (told := tell(teller, result)):
        yield Phrase(told, step.id)
    if result.rejected:
        yield Phrase(_rejected(teller, result), step.id, caveat=True)


def _is_news(results: Results, step: Step) -> bool:
    """False for a step that only leads to another one that tells more, or that the plan leaves out."""
    plan = results.plan
    if plan.answer and step.task in _ON_THE_WAY:
        return step.id in plan.answer
    readers = [s for s in plan.steps if step.id in s.parents]
    return step.task not in _ON_THE_WAY or not any(s.id in results.steps for s in readers)


def _left(teller: Teller) -> Iterator[Phrase]:
    """What did not run."""
    results = teller.results
    left = [s.task for s in results.plan.steps if s.id not in results.steps and s.id not in results.failed]
    if left:
        yield Phrase(teller.say("skipped", tasks=teller.say("comma").join(left)), caveat=True)
    if results.interrupted:
        yield Phrase(teller.say("interrupted"), caveat=True)


def _rejected(teller: Teller, result: StepResult) -> str:
    reasons = Counter(clip(one_line(r.reason), 60) for r in result.rejected).most_common()
    words = [f"{count:,} × {reason}" if len(reasons) > 1 else reason for reason, count in reasons[:2]]
    listed = teller.say("comma").join(words) + teller.more(sum(count for _, count in reasons[2:]))
    return teller.say("rejected", count=f"{len(result.rejected):,}", whole=teller.whole(result), reasons=listed)
