"""Words tied to outputs: a sentence a step, filled from what it gave. A pure function of the results; runs no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import takewhile

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
    if (bad := results.bad(step.id)) and not _said_before(results, result):
        yield Phrase(_rejected(teller, result, bad), step.id, caveat=True)


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
    if stopped := results.stopped:
        count = f"{results.finished(stopped.step.id):,}"
        yield Phrase(teller.say("interrupted-at", count=count, whole=teller.whole(stopped)), caveat=True)
    elif results.interrupted:
        yield Phrase(teller.say("interrupted"), caveat=True)


def _said_before(results: Results, result: StepResult) -> bool:
    """True where an earlier step of the same frame rejected just the same rows."""
    earlier = takewhile(lambda other: other is not result, results.values())
    return any(other.frame == result.frame and other.rejected == result.rejected for other in earlier)


def _rejected(teller: Teller, result: StepResult, bad: Mapping[str, int]) -> str:
    reasons = [(count, clip(one_line(reason), 60)) for reason, count in Counter(bad).most_common()]
    words = [f"{count:,} × {reason}" if len(reasons) > 1 else reason for count, reason in reasons[:2]]
    listed = teller.say("comma").join(words) + teller.more(sum(count for count, _ in reasons[2:]))
    return teller.say("rejected", count=f"{sum(bad.values()):,}", whole=teller.whole(result), reasons=listed)
