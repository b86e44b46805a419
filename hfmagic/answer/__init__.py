"""Words tied to outputs: a sentence a step, filled from what it gave. A pure function of the results; runs no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import clip, one_line
from ..results import Results, StepResult
from .tell import TELL
from .teller import Teller
from .templates import Language

__all__ = ["Answer", "Phrase", "answer"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, and the step whose output its numbers come from."""

    text: str
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences in the order of the steps; `step_ids` gives each step its number, as in the plan's table."""

    phrases: tuple[Phrase, ...]
    step_ids: tuple[str, ...] = ()

    def number(self, phrase: Phrase) -> int | None:
        """The number of the step that a sentence rests on."""
        return self.step_ids.index(phrase.step_id) + 1 if phrase.step_id in self.step_ids else None

    @property
    def text(self) -> str:
        """All of it as plain text, each sentence with its step's number."""
        return " ".join(f"{p.text} [{number}]" if (number := self.number(p)) else p.text for p in self.phrases)


def answer(results: Results, *, language: Language = "en") -> Answer:
    """What the steps found, in words. Numbers come only from outputs; failed steps and rejected rows are said."""
    return Answer(tuple(_phrases(Teller(results, language))), results.plan.step_ids)


def _phrases(teller: Teller) -> Iterator[Phrase]:
    results = teller.results
    sinks = {s.id for s in results.plan.sinks}
    for number, step in enumerate(results.plan.steps, 1):
        if step.id in results.failed:
            line = results.failed[step.id].line.rstrip(".")
            yield Phrase(teller.say("failed", number=number, task=step.task, line=line), step.id)
        if (result := results.steps.get(step.id)) is None:
            continue
        # embeddings and templates on the way to something else are no news
        tell = TELL.get(step.task) if step.id in sinks or step.task not in ("feature-extraction", "template") else None
        if tell and (told := tell(teller, result)):
            yield Phrase(told, step.id)
        if result.rejected:
            yield Phrase(_rejected(teller, result), step.id)
    left = [s.task for s in results.plan.steps if s.id not in results.steps and s.id not in results.failed]
    if left:
        yield Phrase(teller.say("skipped", tasks=teller.say("comma").join(left)))
    if results.interrupted:
        yield Phrase(teller.say("interrupted"))


def _rejected(teller: Teller, result: StepResult) -> str:
    reasons = Counter(clip(one_line(r.reason), 60) for r in result.rejected).most_common()
    words = [f"{count:,} × {reason}" if len(reasons) > 1 else reason for reason, count in reasons[:2]]
    listed = teller.say("comma").join(words) + teller.more(sum(count for _, count in reasons[2:]))
    return teller.say("rejected", count=f"{len(result.rejected):,}", whole=teller.whole(result), reasons=listed)
